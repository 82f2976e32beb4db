"""A dataset or a bag of ours as a plain dataset, which still knows what only we record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from threading import Lock

import numpy as np

from synth_ros.readers.open_recording import open_recording
from synth_ros.readers.plain.types import PlainImage, PlainObject
from synth_ros.readers.recording import FrameId, Recording
from synth_ros.readers.split_file import read_splits
from synth_ros.schema.records import FrameRecord, InstanceRecord, LabelRecord
from synth_ros.schema.shards import SHARDS
from synth_ros.types import ByteImage, DepthImage, MaskImage


class OurPlain:
    """A recording; implements ``readers.plain.types.PlainDataset``.

    Images are named by their files, or ``000/000012_003_head`` in a bag, with the run before it; a
    group is a scene. Pixels may be read from several threads.

    Args:
        path: Folder of a dataset or of a bag.

    Raises:
        UsageError: It is neither, unfinished, or damaged.

    Attributes:
        recording: What is read.
    """

    def __init__(self, path: Path) -> None:
        self.recording: Recording = open_recording(path)
        self._keys = {self._name(key): key for key in self.recording.frames}
        self._lock = Lock()
        # Files of a folder are read side by side; bags and shards have a place to read on from.
        folder = self.kind == 'dataset' and not (self.path / SHARDS).is_dir()
        self._reading = nullcontext() if folder else self._lock
        episodes = {key.episode for key in self.recording.frames}
        found = read_splits(self.path, episodes) if self.kind == 'dataset' else None
        self._splits = found.split_of() if found else {}

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.recording.path

    @property
    def kind(self) -> str:
        """``dataset`` or ``bag``."""
        return self.recording.kind

    @property
    def class_names(self) -> Sequence[str]:
        """All classes by ascending id; those that occur where the recording lists none."""
        listed = [category for category in self.recording.categories if category.is_thing]
        if listed:
            return tuple(category.name for category in sorted(listed, key=lambda c: c.class_id))
        found: dict[int, str] = {}
        for key in self.recording.frames:
            found |= {i.class_id: i.class_name for i in self.recording.record(key).instances}
        return tuple(found[number] for number in sorted(found))

    def __len__(self) -> int:
        """Number of images."""
        return len(self._keys)

    def __iter__(self) -> Iterator[PlainImage]:
        """All images, in the order of time.

        Raises:
            UsageError: Labels are missing or damaged.
        """
        for name, key in self._keys.items():
            with self._lock:
                record = self.recording.record(key)
            yield _image(name, key, record, split=self._splits.get(key.episode, ''))

    def read_rgb(self, image: PlainImage) -> ByteImage:
        """Colour of an image, (height, width, 3), uint8.

        Raises:
            UsageError: It is missing or damaged.
        """
        key = self.key_of(image)
        with self._reading:
            return self.recording.rgb(key)

    def masks(self, image: PlainImage) -> Sequence[MaskImage | None]:
        """Visible mask of each object, (height, width); ``None`` without masks.

        Raises:
            UsageError: The mask image is missing or damaged.
        """
        key = self.key_of(image)
        with self._lock:
            ids = self.recording.instance_id(key)
            labels = self.recording.record(key).labels
        if ids is None:
            return [None] * len(labels)
        return [np.equal(ids, label.instance_id) for label in labels]

    def key_of(self, image: PlainImage) -> FrameId:
        """Which frame of the recording an image is."""
        return self._keys[image.name]

    def record(self, image: PlainImage) -> FrameRecord:
        """Every label of an image that is not made of pixels."""
        with self._lock:
            return self.recording.record(self.key_of(image))

    def depth_m(self, image: PlainImage) -> DepthImage | None:
        """Depth of an image, metres, 0 invalid; ``None`` if it was not recorded."""
        key = self.key_of(image)
        with self._reading:
            return self.recording.depth_m(key)

    def provenance(self, image: PlainImage) -> str:
        """How an image was made, as JSON; empty if that was not recorded."""
        with self._lock:
            return self.recording.provenance(self.key_of(image))

    def close(self) -> None:
        """Close its files; closing twice is fine."""
        self.recording.close()

    def _name(self, key: FrameId) -> str:
        # A bag may hold two scenes of the same number, so the run tells them apart.
        return self.recording.file_of(key) or f'{key.run:03d}/{key.stem}'


def _image(name: str, key: FrameId, record: FrameRecord, *, split: str) -> PlainImage:
    instances = {instance.instance_id: instance for instance in record.instances}
    return PlainImage(
        name=name,
        width=record.width,
        height=record.height,
        split=split,
        group=f'{key.run:06d}',
        objects=tuple(_object(label, instances[label.instance_id]) for label in record.labels),
    )


def _object(label: LabelRecord, instance: InstanceRecord) -> PlainObject:
    x0, y0, x1, y1 = label.box
    return PlainObject(
        class_name=instance.class_name,
        box=(float(x0), float(y0), float(x1), float(y1)),
        area_px=float(label.pixels_visible),
        visibility=label.visibility,
        truncation=label.truncation,
        camera_from_object=np.array(label.camera_from_object),
        size_m=instance.size_m,
    )
