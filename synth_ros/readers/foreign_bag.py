"""Cameras of other simulators and of drivers in a bag: images with boxes of the same stamps.

Nothing is taken for granted of names: which calibration, depth and detections belong to an image
is found out by equal stamps, and where several fit, by which is nearest in the tree of names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import UsageError
from synth_ros.readers import ros_values as values
from synth_ros.readers.bag_index import BagIndex
from synth_ros.readers.recording import Calibration, Detection2d
from synth_ros.types import ByteImage, DepthImage

_IMAGE = 'sensor_msgs/msg/Image'
_INFO = 'sensor_msgs/msg/CameraInfo'
_BOXES = 'vision_msgs/msg/Detection2DArray'
_NAMES = 'vision_msgs/msg/LabelInfo'
_COLOURS = frozenset({'rgb8', 'bgr8', 'rgba8', 'bgra8', 'mono8'})
_DEPTHS = frozenset({'16UC1', '32FC1'})


class ForeignCamera(NamedTuple):
    """Topics of one camera.

    Attributes:
        name: After the topic of its images.
        image: That topic.
        boxes: Topic of its detections.
        depth: Topic of its depth in the same pixels; ``None`` without.
        info: Topic of its calibration; ``None`` without.
        stamps: Of images that have detections, nanoseconds, ascending.
        unlabelled: How many images have none of their stamp.
    """

    name: str
    image: str
    boxes: str
    depth: str | None
    info: str | None
    stamps: tuple[int, ...]
    unlabelled: int


class ForeignFrame(NamedTuple):
    """An image and what came with its stamp.

    Attributes:
        rgb: (height, width, 3), uint8.
        depth_m: (height, width), metres, 0 invalid; ``None`` without.
        calibration: Of the camera; ``None`` without.
        boxes: Detections.
    """

    rgb: ByteImage
    depth_m: DepthImage | None
    calibration: Calibration | None
    boxes: tuple[Detection2d, ...]


class ForeignBag:
    """A bag with cameras of others.

    Args:
        path: Its folder.

    Raises:
        UsageError: It is no bag, damaged, or no image has detections of its stamp.

    Attributes:
        path: Its folder.
        cameras: By name.
        names: Names of class ids that the bag tells.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._index = BagIndex(path)
        try:
            self.cameras = self._find_cameras()
            self.names = self._read_names()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the bag's files; closing twice is fine."""
        self._index.close()

    def _topics(self, type_name: str) -> list[str]:
        return sorted(topic for topic, found in self._index.types.items() if found == type_name)

    def _find_cameras(self) -> tuple[ForeignCamera, ...]:
        encodings = {topic: self._first(topic).encoding for topic in self._topics(_IMAGE)}
        images = [topic for topic, encoding in encodings.items() if encoding in _COLOURS]
        # Masks are grey; where there is colour, they are no pictures.
        images = [t for t in images if encodings[t] != 'mono8'] or images
        depths = [topic for topic, encoding in encodings.items() if encoding in _DEPTHS]
        infos, boxes = self._topics(_INFO), self._topics(_BOXES)
        owners = {topic: self._match(topic, images) for topic in boxes}
        found = []
        for image in images:
            labels = self._match(image, [t for t in boxes if owners[t] == image])
            if labels is None:
                continue
            times = self._index.stamped
            stamps = tuple(sorted(times[image].keys() & times[labels].keys()))
            found.append(
                ForeignCamera(
                    name=image.strip('/').replace('/', '_'),
                    image=image,
                    boxes=labels,
                    depth=self._match(image, [t for t in depths if self._fits(t, image)]),
                    info=self._match(image, [t for t in infos if self._fits(t, image)]),
                    stamps=stamps,
                    unlabelled=len(times[image]) - len(stamps),
                )
            )
        if not found:
            raise UsageError(self._nothing(encodings))
        return tuple(sorted(found))

    def _first(self, topic: str) -> values.Image:
        places = self._index.stamped[topic]
        message: values.Image = self._index.read(topic, places[min(places)])
        return message

    def _fits(self, topic: str, image: str) -> bool:
        """Whether messages of a topic are of the size of images."""
        one, other = self._first(topic), self._first(image)
        return (one.width, one.height) == (other.width, other.height)

    def _match(self, topic: str, others: Iterable[str]) -> str | None:
        """The topic with most stamps in common, and of those the nearest in the tree of names."""
        times = self._index.stamped

        def rank(other: str) -> tuple[int, int, str]:
            common = len(times[topic].keys() & times[other].keys())
            return common, -_distance(topic, other), other

        best = max(others, key=rank, default=None)
        return best if best is not None and rank(best)[0] else None

    def _nothing(self, encodings: Mapping[str, str]) -> str:
        told = ', '.join(
            f'{topic} ({encodings.get(topic, kind)})'
            for topic, kind in sorted(self._index.types.items())
        )
        return (
            f'{self.path} cannot become a dataset: it has no labels/annotations of ours, and no '
            f'{_IMAGE} of {", ".join(sorted(_COLOURS))} with a {_BOXES} of the same stamp. Record '
            f'both, raw and not compressed. Topics there: {told or "none"}.'
        )

    def _read_names(self) -> dict[str, str]:
        """Names of classes by id, as label_info tells them."""
        return {
            str(entry.class_id): str(entry.class_name)
            for topic in self._topics(_NAMES)
            for message in self._index.all(topic)
            for entry in message.class_map
        }

    def boxes(self, camera: ForeignCamera, stamp_ns: int) -> tuple[Detection2d, ...]:
        """Detections of a frame alone.

        Raises:
            UsageError: The message is damaged.
        """
        message = self._index.read(camera.boxes, self._index.stamped[camera.boxes][stamp_ns])
        return values.detections_2d(message.detections)

    def read(self, camera: ForeignCamera, stamp_ns: int) -> ForeignFrame:
        """A frame.

        Raises:
            UsageError: A message is damaged.
        """
        depth = self._pixels(camera.depth, stamp_ns)
        rgb = self._pixels(camera.image, stamp_ns)
        assert rgb is not None, 'stamps are those of images'
        place = None
        if camera.info is not None:
            place = self._index.stamped[camera.info].get(stamp_ns)
        calibration = None
        if camera.info is not None and place is not None:
            calibration = values.calibration(self._index.read(camera.info, place))
        return ForeignFrame(
            rgb=_three_channels(rgb),
            depth_m=None if depth is None else values.metres(depth),
            calibration=calibration,
            boxes=self.boxes(camera, stamp_ns),
        )

    def _pixels(self, topic: str | None, stamp_ns: int) -> NDArray[np.generic] | None:
        place = None if topic is None else self._index.stamped[topic].get(stamp_ns)
        if topic is None or place is None:
            return None
        return values.image_array(self._index.read(topic, place))


def _distance(one: str, other: str) -> int:
    """Steps from one name to another in the tree of names."""
    a, b = one.split('/'), other.split('/')
    common = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
    return len(a) + len(b) - 2 * common


def _three_channels(pixels: NDArray[np.generic]) -> ByteImage:
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    return np.ascontiguousarray(pixels[:, :, :3], dtype=np.uint8)
