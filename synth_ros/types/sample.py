"""A finished training example."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from synth_ros.types.arrays import ByteImage, DepthImage
from synth_ros.types.frame import Frame, Glimpse
from synth_ros.types.labels import Labels


class Category(NamedTuple):
    """A class of labelled things; ids start at 1, 0 is the background.

    Attributes:
        class_id: Unique, 1 or more; may have gaps.
        name: Unique.
        supercategory: As in COCO.
        is_thing: False for stuff, which appears in panoptic masks only.
        keypoints: Names of its keypoints, in order.
        skeleton: Pairs of 0-based indices into ``keypoints`` that a line connects.
    """

    class_id: int
    name: str
    supercategory: str = 'object'
    is_thing: bool = True
    keypoints: tuple[str, ...] = ()
    skeleton: tuple[tuple[int, int], ...] = ()


class SampleKey(NamedTuple):
    """Which frame this is: (episode, view, camera name) are unique in a dataset."""

    episode: int
    view: int
    camera: str

    @property
    def stem(self) -> str:
        """File name without extension: ``000012_003_head``."""
        return f'{self.episode:06d}_{self.view:03d}_{self.camera}'


@dataclass(frozen=True, slots=True)
class Seen:
    """What a camera gave of a frame, as far as it was wanted; without labels.

    Attributes:
        key: Episode, view, camera.
        frame: What was clean, and its geometry.
        rgb: The sensed colour image, shape (height, width, 3), uint8; ``None`` if nobody wanted
            it.
        depth_m: The sensed depth, shape (height, width), float32, metres, 0 invalid; ``None``
            likewise.
        infra1: The sensed grey image of the left eye of a stereo camera, shape (height, width),
            uint8; ``None`` unless asked for.
        infra2: The same of the right eye.
    """

    key: SampleKey
    frame: Glimpse
    rgb: ByteImage | None
    depth_m: DepthImage | None
    infra1: ByteImage | None = field(default=None, kw_only=True)
    infra2: ByteImage | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Sample(Seen):
    """A finished training example: what the sensor gave, the truth, and how it was made.

    Attributes:
        frame: The clean frame and its geometry.
        rgb: The sensed colour image, shape (height, width, 3), uint8.
        depth_m: The sensed depth, shape (height, width), float32, metres, 0 invalid.
        labels: Annotations, from the clean frame.
        provenance_json: The sampled scene, config hash, seed and version as JSON text; enough
            to make this frame again.
        rgb_file: The image file that ``rgb`` was read from, where writers may copy it instead of
            encoding ``rgb`` anew; ``None`` elsewhere.
    """

    frame: Frame
    rgb: ByteImage
    depth_m: DepthImage
    labels: Labels
    provenance_json: str
    rgb_file: bytes | None = None
