"""One labelled object: what it is, where it is, how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from synth_ros.types.arrays import FloatArray, MaskImage


class Silhouette(NamedTuple):
    """What one instance would cover if nothing hid it (its amodal mask).

    The canvas is the image and one image size around it on each side, as BOP does:
    columns ``[-width, 2 * width)`` and rows ``[-height, 2 * height)``.

    Attributes:
        x0: Column of the crop's first pixel; negative left of the image.
        y0: Row of the crop's first pixel; negative above the image.
        mask: Coverage inside the crop, shape (h, w), bool; at least one pixel is set.
    """

    x0: int
    y0: int
    mask: MaskImage


class KeypointSpec(NamedTuple):
    """A named point of an object.

    Attributes:
        name: Unique within the object's class.
        object_from_point_m: Position in the object frame, shape (3,), metres.
        kind: A point on the ``surface`` is hidden by whatever is nearer, its own object
            included; a ``virtual`` one (a centre, a box corner) only by other things.
    """

    name: str
    object_from_point_m: tuple[float, float, float]
    kind: Literal['surface', 'virtual']


class ContinuousSymmetry(NamedTuple):
    """An axis about which any turn leaves the object as it is (BOP).

    Attributes:
        axis: Unit vector in the object frame, shape (3,).
        offset_m: A point on the axis, object frame, shape (3,), metres.
    """

    axis: tuple[float, float, float]
    offset_m: tuple[float, float, float]


class Symmetry(NamedTuple):
    """All rigid motions that leave an object's shape as it is (BOP ``models_info.json``).

    Attributes:
        discrete: Object frame to object frame, (4, 4) each, the identity left out.
        continuous: Axes of continuous rotation.
    """

    discrete: tuple[FloatArray, ...] = ()
    continuous: tuple[ContinuousSymmetry, ...] = ()


NO_SYMMETRY = Symmetry()


@dataclass(frozen=True, slots=True)
class Instance:
    """One labelled object of an episode, as the simulation knows it at one instant.

    Attributes:
        instance_id: 1, 2, ...: stable through an episode, the same in every file and topic.
        name: Unique readable name, such as ``mug_03``.
        class_id: Category id from the config, 1 or more.
        class_name: Category name.
        model_name: The asset variant, such as ``mug/blue_stripe``.
        world_from_object: Pose of the object's own reference frame, shape (4, 4).
        object_from_box: Pose of its oriented 3D box in the object frame, shape (4, 4).
        size_m: Full edge lengths of that box along its axes, shape (3,), metres.
        keypoints: Its named points; the same names in the same order for a whole class. A
            variant that lacks one leaves it out.
        symmetry: Of its shape.
    """

    instance_id: int
    name: str
    class_id: int
    class_name: str
    model_name: str
    world_from_object: FloatArray
    object_from_box: FloatArray
    size_m: FloatArray
    keypoints: tuple[KeypointSpec, ...] = ()
    symmetry: Symmetry = NO_SYMMETRY
