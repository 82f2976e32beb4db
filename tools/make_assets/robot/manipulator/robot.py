"""The mobile manipulator as a whole."""

from __future__ import annotations

from tools.make_assets.robot.manipulator.arm import arm_link
from tools.make_assets.robot.manipulator.base import base_link
from tools.make_assets.robot.manipulator.gripper import gripper_link
from tools.make_assets.robot.manipulator.pose import HOME
from tools.make_assets.robot.manipulator.torso import torso_lift_link
from tools.make_assets.robot.model import Robot
from tools.make_assets.shapes.mjcf import Material

_MATERIALS = (
    Material('shell', (0.88, 0.88, 0.86), 0.35),
    Material('dark', (0.13, 0.135, 0.145), 0.5),
    Material('accent', (0.04, 0.45, 0.5), 0.35),
    Material('accent_light', (0.04, 0.62, 0.68), 0.4, emission=0.25),
    Material('rubber', (0.05, 0.05, 0.052), 0.85),
    Material('metal', (0.6, 0.61, 0.63), 0.4, 0.6),
    Material('visor', (0.025, 0.027, 0.03), 0.15),
    Material('lens', (0.02, 0.03, 0.06), 0.05),
)

_EXCLUDED = (
    # MuJoCo does not filter neighbours of a body that is fixed to the world.
    ('base_link', 'torso_lift_link'),
    ('base_link', 'wheel_left_link'),
    ('base_link', 'wheel_right_link'),
    # Neighbours but one that turn inside each other's housings.
    ('torso_lift_link', 'arm_2_link'),
    ('torso_lift_link', 'head_tilt_link'),
    ('arm_2_link', 'arm_4_link'),
    ('arm_3_link', 'arm_5_link'),
    ('arm_4_link', 'arm_6_link'),
    ('arm_5_link', 'arm_7_link'),
    ('arm_6_link', 'gripper_link'),
    ('gripper_left_finger_link', 'gripper_right_finger_link'),
)


def robot() -> Robot:
    """A drive base with a lifting torso, a pan-tilt head, one arm and a gripper."""
    root = base_link((torso_lift_link(arm_link(gripper_link())),))
    return Robot('mobile_manipulator', root, HOME, _MATERIALS, _EXCLUDED)
