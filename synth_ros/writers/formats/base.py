"""What every format is.

A :class:`FrameFormat` writes files for each frame as it comes: a pure function of the sample, run
by any thread of any worker, and committed with the frame's episode. What speaks for all frames is
composed at the end from small records. A :class:`PackedFormat` puts many frames into one file (a
tar, a Parquet table), so it is made from a finished dataset, in order.

Formats know nothing of folders, locks and interruptions: ``writers.export`` stores what they make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

from pydantic import JsonValue

from synth_ros.config.output import DatasetConfig, FormatName
from synth_ros.geometry.shapes import MeshSource, mesh_of
from synth_ros.types import Category, Sample, SampleKey, TriangleMesh
from synth_ros.writers import codecs
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.splits import Splits

Record = dict[str, JsonValue]
"""What a format remembers of a frame until the end: JSON, as small as can be."""


@dataclass(frozen=True, slots=True)
class FormatSetup:
    """What a format must know before the first frame.

    Attributes:
        info: What the dataset is: classes, cameras, seed, version.
        options: How colour is stored (``rgb_format``, ``jpeg_quality``).
        splits: Which episode is in which split.
    """

    info: DatasetInfo
    options: DatasetConfig
    splits: Splits

    @property
    def things(self) -> tuple[Category, ...]:
        """Classes of objects, by ascending id; stuff is left out."""
        return tuple(category for category in self.info.categories if category.is_thing)

    @property
    def largest_class_id(self) -> int:
        """Of objects; 0 without any."""
        return max((category.class_id for category in self.things), default=0)

    @property
    def rgb_suffix(self) -> str:
        """File name ending of colour images, with the dot."""
        return codecs.suffix(self.options.rgb_format)


class Pictures:
    """The encoded images of one frame, each encoded once whichever format asks first.

    Args:
        sample: The frame.
        options: How colour is stored.
        largest_class_id: Of the objects in the whole dataset.
        meshes: Surfaces of object models.

    Every property raises ``OutputError`` where a value does not fit its file.
    """

    def __init__(
        self,
        sample: Sample,
        options: DatasetConfig,
        *,
        largest_class_id: int,
        meshes: MeshSource | None = None,
    ) -> None:
        self._meshes = meshes
        self._sample = sample
        self._options = options
        self._largest_class_id = largest_class_id

    @cached_property
    def rgb(self) -> bytes:
        """Colour, PNG or JPEG as the options say."""
        if self._sample.rgb_file is not None:
            return self._sample.rgb_file
        options = self._options
        return codecs.encode_rgb(
            self._sample.rgb, rgb_format=options.rgb_format, jpeg_quality=options.jpeg_quality
        )

    @cached_property
    def rgb_png(self) -> bytes:
        """Colour as PNG, whatever the options say."""
        if self._options.rgb_format == 'png':
            return self.rgb
        return codecs.encode_png(self._sample.rgb)

    @cached_property
    def depth(self) -> bytes:
        """Sensed depth as 16-bit PNG, millimetres, 0 invalid."""
        return codecs.encode_depth(self._sample.depth_m)

    @cached_property
    def instances(self) -> bytes:
        """Instance ids as 16-bit PNG, 0 background."""
        return codecs.encode_instances(self._sample.labels.instance_id)

    @cached_property
    def classes(self) -> bytes:
        """Class ids as PNG, 0 background; 8 bits up to class id 254."""
        return codecs.encode_classes(self._sample.labels.class_id, self._largest_class_id)

    @cached_property
    def panoptic(self) -> bytes | None:
        """COCO panoptic PNG; ``None`` if the frame has no panoptic mask."""
        panoptic = self._sample.labels.dense.panoptic
        return None if panoptic is None else codecs.encode_panoptic(panoptic.segment_id)

    @cached_property
    def meshes(self) -> Mapping[int, TriangleMesh]:
        """Surface of each object by instance id, metres, object frame.

        Those are left out whose surface is not known, such as in a bag.
        """
        source = self._meshes
        if source is None:
            return {}
        found = {item.instance_id: mesh_of(item, source) for item in self._sample.frame.instances}
        return {number: mesh for number, mesh in found.items() if mesh is not None}


@dataclass(frozen=True, slots=True)
class FrameProduct:
    """What a format makes of one frame.

    Attributes:
        files: Contents by path relative to the format's folder; every path is of this frame
            alone.
        record: What the files about all frames need of it.
        losses: What the format cannot hold of this frame: a sentence that fits any number of
            cases, such as ``objects are tilted: only yaw is stored``, and how many there are.
        shared: Files that other frames may hold too (a mesh), by a path that is a function of
            the content; written once.
    """

    files: Mapping[str, bytes]
    record: Record = field(default_factory=dict)
    losses: Mapping[str, int] = field(default_factory=dict)
    shared: Mapping[str, bytes] = field(default_factory=dict)


class FrameEntry(NamedTuple):
    """What is known of a committed frame: its name and the format's own record."""

    key: SampleKey
    record: Record


class Committed(Protocol):
    """All committed frames of a format, for the files that speak for all of them."""

    def frames(self) -> Iterator[FrameEntry]:
        """Every frame in key order, read anew at each call: memory does not grow with them."""
        ...

    def read(self, path: str) -> bytes:
        """A file that the format made, by path relative to its folder.

        Raises:
            OutputError: It is missing or cannot be read.
        """
        ...


class FrameFormat(Protocol):
    """A format with files for each frame. Plain data: it is sent to worker processes."""

    @property
    def name(self) -> FormatName:
        """Of the format and of its folder."""
        ...

    def frame(self, sample: Sample, pictures: Pictures) -> FrameProduct:
        """The files of one frame: a pure function, for any thread.

        Raises:
            OutputError: A value does not fit the format, and leaving it out would be a lie.
        """
        ...

    def finish(self, out: Path, committed: Committed) -> None:
        """Write the files about all frames; called again after a resumed run.

        Args:
            out: An empty folder; what it holds afterwards, subfolders included, becomes part of
                the format's folder at once.
            committed: The frames.

        Raises:
            OSError: Something could not be written.
        """
        ...


class PackedFormat(Protocol):
    """A format with many frames in each file, made from a finished dataset."""

    @property
    def name(self) -> FormatName:
        """Of the format and of its folder."""
        ...

    def pack(self, samples: Iterable[Sample], out: Path, losses: LossTally) -> None:
        """Write the whole dataset.

        Args:
            samples: All frames in key order, each read when it is asked for.
            out: An empty folder; what it holds afterwards becomes the format's folder at once.
            losses: Takes what the format cannot hold.

        Raises:
            OSError: Something could not be written.
            OutputError: A value does not fit the format.
        """
        ...


@dataclass(slots=True)
class LossTally:
    """Counts what a format cannot hold.

    Attributes:
        counts: Cases by sentence.
    """

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, losses: Mapping[str, int]) -> None:
        """Count some more; zeros are left out."""
        for sentence, count in losses.items():
            if count:
                self.counts[sentence] = self.counts.get(sentence, 0) + count


AnyFormat = FrameFormat | PackedFormat
FormatMaker = Callable[[FormatSetup], AnyFormat]
