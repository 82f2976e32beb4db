"""What there is to draw from, as plain data that the scene layer fills in."""

from __future__ import annotations

import math
from typing import NamedTuple

from synth_ros.config.placement import Place
from synth_ros.geometry.boxes import NO_BOXES, Boxes
from synth_ros.types import FloatArray

TARGET_TAG = 'target'
"""Tag of all objects that get labels."""
DISTRACTOR_TAG = 'distractor'
"""Tag of clutter that falls with them."""


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
        tags: Of all its objects, beside those that tell what an object is for.
    """

    class_id: int
    name: str
    weight: float
    variants: tuple[VariantInfo, ...]
    tags: tuple[str, ...] = ()

    @property
    def object_tags(self) -> tuple[str, ...]:
        """Tags of its objects, which get labels."""
        return (TARGET_TAG, *self.tags)

    @property
    def distractor_tags(self) -> tuple[str, ...]:
        """Tags of its distractors, which get none."""
        return (DISTRACTOR_TAG, *self.tags)


class SurfaceInfo(NamedTuple):
    """A horizontal rectangle that objects are dropped on.

    Attributes:
        name: Name without the ``surface_`` prefix.
        center_m: Middle of the rectangle, z at the surface's height.
        half_size_m: Half extents along the rectangle's own x and y.
        yaw_rad: Rotation of the rectangle about z; x of a shelf's board points to its front.
        clear_height_m: Free height above it, up to what hangs or is built over it.
        rim_m: Height of the walls around it; 0 where it is not walled in on all four sides.
    """

    name: str
    center_m: tuple[float, float, float]
    half_size_m: tuple[float, float]
    yaw_rad: float
    clear_height_m: float = math.inf
    rim_m: float = 0.0


class PlaceInfo(NamedTuple):
    """A place for objects, as it is in this environment and on this robot.

    Attributes:
        config: What is asked for.
        surfaces: The boards of a shelf; one surface for other kinds; none for objects that
            hang, are held or lie in another object.
        center_m: Of the robot's base, for ``floor``, on the ground.
        opening_m: For ``gripper``: how far the fingers open along the closing axis; infinity where
            that is not known.
    """

    config: Place
    surfaces: tuple[SurfaceInfo, ...] = ()
    center_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    opening_m: float = math.inf


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


class ImageInfo(NamedTuple):
    """An image that may serve as a texture.

    Attributes:
        file: Its name in the folder.
        sha256: Of its bytes.
    """

    file: str
    sha256: str


class TextureFolder(NamedTuple):
    """The images of a folder.

    Attributes:
        folder: As the config names it.
        images: By name.
    """

    folder: str
    images: tuple[ImageInfo, ...]


class MovingPart(NamedTuple):
    """A joint or an actuator whose properties can vary.

    Attributes:
        item: Its name in the scene, such as ``env/hinge`` or ``robot/elbow``.
        name: Its name in its own model.
        link: The body that it moves, as its own model calls it.
    """

    item: str
    name: str
    link: str


class Handles(NamedTuple):
    """What named targets can take hold of, beside what is drawn.

    Attributes:
        materials: Materials of the environment that belong to no role.
        joints: Joints that physics moves.
        posed_joints: Joints that go where they are told: physics does not act on them.
        actuators: Actuators that act.
        camera_links: The link that carries each camera, in the order of the cameras.
    """

    materials: tuple[str, ...] = ()
    joints: tuple[MovingPart, ...] = ()
    posed_joints: tuple[MovingPart, ...] = ()
    actuators: tuple[MovingPart, ...] = ()
    camera_links: tuple[str, ...] = ()


class Inventory(NamedTuple):
    """Everything a scene is drawn from.

    Attributes:
        classes: Object classes in config order; empty when the config has none.
        surface: Where objects are dropped by default.
        roles: Environment materials that vary, by role name.
        cameras: Names of all cameras.
        places: Where objects go, in config order; the surface alone if empty.
        obstacles: Boxes around everything solid: the environment, and the robot at home.
        lamps_m: Where lamps point to; the middle of the surface if ``None``.
        distractors: Classes of distractors in config order.
        textures: Folders of images.
        handles: What else named targets can take hold of.
        joints: The robot's joints with one degree of freedom.
        joint_log: Its logged postures, or ``None``.
        pictures: Folders of panoramas and backdrops.
    """

    classes: tuple[ClassInfo, ...]
    surface: SurfaceInfo
    roles: tuple[MaterialRole, ...]
    cameras: tuple[str, ...]
    places: tuple[PlaceInfo, ...] = ()
    obstacles: Boxes = NO_BOXES
    lamps_m: tuple[float, float, float] | None = None
    distractors: tuple[ClassInfo, ...] = ()
    textures: tuple[TextureFolder, ...] = ()
    handles: Handles = Handles()
    joints: tuple[JointInfo, ...] = ()
    joint_log: JointLog | None = None
    pictures: tuple[TextureFolder, ...] = ()
