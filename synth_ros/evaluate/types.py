"""What is compared: the truth of a frame, and what a perception stack said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.schema.rle import Rle
from synth_ros.types import FloatArray, Symmetry

Factor = float | str
"""A circumstance: a number, or a word."""
NO_FACTORS: Mapping[str, Factor] = MappingProxyType({})


class Box(NamedTuple):
    """A box as COCO has it: pixel edges, the image spans (0, 0) to (width, height)."""

    x: float
    y: float
    width: float
    height: float


class Solid(NamedTuple):
    """What poses are measured with.

    Attributes:
        camera_from_object: Pose of the object's own frame in the optical frame, (4, 4).
        object_from_box: Pose of its 3D box in its own frame, (4, 4).
        size_m: Edges of that box, (3,).
        symmetry: Motions that leave its shape as it is.
    """

    camera_from_object: FloatArray
    object_from_box: FloatArray
    size_m: FloatArray
    symmetry: Symmetry


@dataclass(frozen=True, slots=True)
class TrueObject:
    """One object that is in the image.

    Attributes:
        instance_id: Its id in masks and topics.
        class_id: Its class.
        model: Name of its model.
        box: Of its visible pixels.
        area: Visible pixels.
        ignored: Finding it is neither right nor wrong.
        crowd: A region of many objects, as COCO's ``iscrowd``; always ignored.
        mask: Visible pixels; ``None`` where there are none to compare.
        solid: For poses; ``None`` where there is nothing to compare.
        factors: Its circumstances by name.
    """

    instance_id: int
    class_id: int
    model: str
    box: Box
    area: float
    ignored: bool = False
    crowd: bool = False
    mask: Rle | None = None
    solid: Solid | None = None
    factors: Mapping[str, Factor] = field(default_factory=lambda: NO_FACTORS)


class FrameKey(NamedTuple):
    """Which frame; keys sort in the order of time.

    Attributes:
        run: Which scene.
        stamp_ns: Simulated time.
        camera: Camera name.
        name: How reports call it.
    """

    run: int
    stamp_ns: int
    camera: str
    name: str


@dataclass(frozen=True, slots=True)
class TrueFrame:
    """The truth of a frame.

    Attributes:
        key: Which frame.
        width: Of the image, pixels.
        height: Of the image, pixels.
        intrinsics: (3, 3), integers are pixel centres.
        objects: All that are labelled.
        factors: Circumstances of the frame.
        class_mask: Class of each pixel, (height, width), 0 none; ``None`` where there is none.
        picture: File of the image, for reports; empty for none.
    """

    key: FrameKey
    width: int
    height: int
    intrinsics: FloatArray
    objects: tuple[TrueObject, ...]
    factors: Mapping[str, Factor] = field(default_factory=lambda: NO_FACTORS)
    class_mask: NDArray[np.integer] | None = None
    picture: str = ''


class Found(NamedTuple):
    """Something that was detected.

    Attributes:
        class_id: Our class.
        score: Confidence; larger is surer.
        box: In pixels of the image.
        mask: Its pixels.
    """

    class_id: int
    score: float
    box: Box
    mask: Rle | None = None


class FoundPose(NamedTuple):
    """A pose that was estimated.

    Attributes:
        class_id: Our class; ``None`` for one of any class.
        score: Confidence.
        camera_from_object: In the optical frame, (4, 4).
        of_box: Whether it is the pose of the 3D box, not of the object's own frame.
    """

    class_id: int | None
    score: float
    camera_from_object: FloatArray
    of_box: bool = False


@dataclass(frozen=True, slots=True)
class FoundFrame:
    """What a stack said of a frame; ``None`` where it did not answer, or was not asked.

    Attributes:
        boxes: Detections.
        poses: Poses.
        class_mask: Class of each pixel, (height, width), 0 none.
        segments: Instance of each pixel, (height, width), 0 none; of no class.
    """

    boxes: tuple[Found, ...] | None = None
    poses: tuple[FoundPose, ...] | None = None
    class_mask: NDArray[np.integer] | None = None
    segments: NDArray[np.integer] | None = None


@dataclass(slots=True)
class Nonsense:
    """What could not be used of what a stack said, counted by reason.

    Attributes:
        counts: By reason.
        examples: The first one of each reason.
    """

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, reason: str, example: str = '') -> None:
        """Count one."""
        self.counts[reason] = self.counts.get(reason, 0) + 1
        if example:
            self.examples.setdefault(reason, example[:200])
