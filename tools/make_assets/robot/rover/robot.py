"""The small floor robot as a whole."""

from __future__ import annotations

from tools.make_assets.robot.model import Robot
from tools.make_assets.robot.rover.body import base_link
from tools.make_assets.robot.rover.sensors import (
    front_camera_link,
    lidar_link,
    rear_camera_link,
)
from tools.make_assets.shapes.mjcf import Material

_MATERIALS = (
    Material('shell', (0.84, 0.845, 0.85), 0.32),
    Material('dark', (0.11, 0.115, 0.125), 0.45),
    Material('accent', (0.93, 0.36, 0.05), 0.35),
    Material('accent_light', (1.0, 0.93, 0.78), 0.4, emission=0.6),
    Material('stop', (0.78, 0.05, 0.04), 0.35),
    Material('rubber', (0.05, 0.05, 0.052), 0.85),
    Material('metal', (0.56, 0.57, 0.6), 0.35, 0.8),
    Material('visor', (0.02, 0.022, 0.026), 0.12),
    Material('lens', (0.02, 0.03, 0.06), 0.05),
)

_EXCLUDED = (
    # MuJoCo does not filter neighbours of a body that is fixed to the world.
    ('base_link', 'wheel_left_link'),
    ('base_link', 'wheel_right_link'),
)


def robot() -> Robot:
    """Two drive wheels, casters, a laser scanner, a camera in front and one behind."""
    root = base_link((lidar_link(), front_camera_link(), rear_camera_link()))
    return Robot('rover', root, {}, _MATERIALS, _EXCLUDED)
