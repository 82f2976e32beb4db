"""What a robot consists of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tools.make_assets.objects.surface import Surface
from tools.make_assets.shapes.mjcf import Material

Axis = Literal['x', 'y', 'z']
Vector = tuple[float, float, float]

CLEARANCE_M = 0.001
"""How far wheels and soles, as they are touched, are above the floor that they are seen to stand
on: whether they touch it, wherever the robot stands, is then no matter of rounding."""


class Part(NamedTuple):
    """Surface of one material; parts of one mesh name share its file.

    Attributes:
        mesh: Name of the mesh.
        material: Name of the material.
        surface: Its shape in the link's frame.
    """

    mesh: str
    material: str
    surface: Surface


class Solid(NamedTuple):
    """A collision shape; the link's mass is spread over its solids by volume.

    Attributes:
        kind: Its type in MJCF.
        size_m: Half extents of a box; radius and half length of a cylinder or capsule; radius of
            a sphere.
        center_m: Its middle in the link's frame.
        axis: Along which a cylinder or capsule lies.
    """

    kind: Literal['box', 'cylinder', 'capsule', 'sphere']
    size_m: tuple[float, ...]
    center_m: Vector = (0.0, 0.0, 0.0)
    axis: Axis = 'z'

    def volume_m3(self) -> float:
        """Its volume."""
        if self.kind == 'box':
            return 8 * math.prod(self.size_m)
        radius = self.size_m[0]
        ball = 4 / 3 * math.pi * radius**3
        if self.kind == 'sphere':
            return ball
        barrel = 2 * math.pi * radius**2 * self.size_m[1]
        return barrel + (ball if self.kind == 'capsule' else 0.0)


class Joint(NamedTuple):
    """How a link moves against its parent, and what drives it.

    Attributes:
        name: Its name; the actuator is called the same.
        kind: Its type in MJCF.
        axis: Its axis in the link's frame.
        limits: Radians or metres; ``None`` if it turns freely.
        effort: Largest torque (N m) or force (N).
        kp: Stiffness of the position servo, N m/rad or N/m; 0 for a velocity servo.
        kv: Damping of the servo, N m s/rad or N s/m.
        armature: Reflected inertia of the motor, kg m^2 or kg.
    """

    name: str
    kind: Literal['hinge', 'slide']
    axis: Axis | Literal['-x', '-y']
    limits: tuple[float, float] | None
    effort: float
    kp: float
    kv: float
    armature: float = 0.02


class Camera(NamedTuple):
    """A pinhole camera of 640 x 480 pixels.

    Attributes:
        name: Its name.
        position_m: Its optical centre in the link's frame.
        pitch_deg: How far it looks down.
        focal_px: Focal length in pixels.
        principal_px: Offset of the principal point from the middle of the image, right and up.
        yaw_deg: Where it looks: 0 along x of the link, 90 to its left.
    """

    name: str
    position_m: Vector
    pitch_deg: float
    focal_px: float
    principal_px: tuple[float, float]
    yaw_deg: float = 0.0


@dataclass(frozen=True)
class Link:
    """A body with everything fixed to it.

    Attributes:
        name: Its name.
        position_m: Its frame in the parent's frame.
        mass_kg: Its mass.
        parts: What is drawn.
        solids: What is touched.
        joint: Against the parent; ``None`` for a fixed one.
        cameras: Fixed to it.
        children: Links that it carries.
    """

    name: str
    position_m: Vector
    mass_kg: float
    parts: tuple[Part, ...]
    solids: tuple[Solid, ...]
    joint: Joint | None = None
    cameras: tuple[Camera, ...] = ()
    children: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Robot:
    """A whole robot; its root's frame is placed in the world, the floor at z = 0.

    Attributes:
        name: Of the model and its folder.
        root: The link that carries all others.
        home: Joint positions of the keyframe ``home`` in radians and metres; others are 0.
        materials: All that its parts refer to.
        excluded: Pairs of links that never touch.
    """

    name: str
    root: Link
    home: Mapping[str, float]
    materials: tuple[Material, ...]
    excluded: tuple[tuple[str, str], ...]
