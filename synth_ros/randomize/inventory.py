"""What there is to draw from, as plain data that the scene layer fills in."""

from __future__ import annotations

from typing import NamedTuple

from synth_ros.types import FloatArray


class VariantInfo(NamedTuple):
    """One asset of a class.

    Attributes:
        name: Unique within the class, such as ``blue_stripe`` or ``cracker_box.xml``.
        half_size_m: Half extents of its bounding box at scale 1 (the class's fixed scale
            included), along its own axes, metres. The box is centred at the object's origin
            plus ``center_m``.
        center_m: Centre of that box in the object's frame, metres.
    """

    name: str
    half_size_m: tuple[float, float, float]
    center_m: tuple[float, float, float]


class ClassInfo(NamedTuple):
    """One class of labelled objects.

    Attributes:
        class_id: Category id, from 1.
        name: Category name.
        weight: Relative frequency.
        variants: At least one.
    """

    class_id: int
    name: str
    weight: float
    variants: tuple[VariantInfo, ...]


class SurfaceInfo(NamedTuple):
    """A horizontal rectangle that objects are dropped on.

    Attributes:
        name: Name without the ``surface_`` prefix.
        center_m: Middle of the rectangle, z at the surface's height.
        half_size_m: Half extents along the rectangle's own x and y.
        yaw_rad: Rotation of the rectangle about z.
    """

    name: str
    center_m: tuple[float, float, float]
    half_size_m: tuple[float, float]
    yaw_rad: float


class MaterialRole(NamedTuple):
    """Materials that may stand in for each other.

    They are named ``random_<role>`` or ``random_<role>.<variant>``.

    Attributes:
        role: The shared name.
        materials: Full material names, sorted.
    """

    role: str
    materials: tuple[str, ...]


class JointInfo(NamedTuple):
    """A joint of the robot with one degree of freedom.

    Attributes:
        name: As the robot's own model calls it.
        limits: (low, high), radians or metres, or ``None`` if unlimited.
        follows: Whether it follows another joint.
    """

    name: str
    limits: tuple[float, float] | None
    follows: bool


class JointLog(NamedTuple):
    """Postures of the robot to draw from.

    Attributes:
        joints: Their names.
        rows: Positions, radians or metres, (rows, joints).
    """

    joints: tuple[str, ...]
    rows: FloatArray


class Inventory(NamedTuple):
    """Everything a scene is drawn from.

    Attributes:
        classes: Object classes in config order; empty when the config has none.
        surface: Where objects are dropped.
        roles: Environment materials that vary, by role name.
        cameras: Names of all cameras.
        joints: The robot's joints with one degree of freedom.
        joint_log: Its logged postures, or ``None``.
    """

    classes: tuple[ClassInfo, ...]
    surface: SurfaceInfo
    roles: tuple[MaterialRole, ...]
    cameras: tuple[str, ...]
    joints: tuple[JointInfo, ...] = ()
    joint_log: JointLog | None = None
