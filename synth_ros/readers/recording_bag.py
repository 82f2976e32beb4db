"""A bag of our topics as a recording; ``docs/topics.md`` says what each topic holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from synth_ros.errors import ForeignBagError, UsageError
from synth_ros.readers import ros_values as values
from synth_ros.readers.bag_classes import categories_of, read_classes
from synth_ros.readers.bag_index import BagIndex, Place
from synth_ros.readers.bag_notes import (
    AnnotationsHead,
    Made,
    limits_of,
    meshes_in,
    note_in,
    noted_origin,
    read_made,
)
from synth_ros.readers.bag_tree import BagTree
from synth_ros.readers.origin import Origin, annotations_in
from synth_ros.readers.recording import (
    Calibration,
    Detection2d,
    Detection3d,
    FrameId,
    Messages,
    RecordedFrame,
    RecordedLayers,
)
from synth_ros.readers.shared import Shared
from synth_ros.readers.topics import (
    ANNOTATIONS,
    DETECTIONS_2D,
    DETECTIONS_3D,
    INFOS,
    PICTURES,
    layer_topic,
)
from synth_ros.schema.bag_note import category_of
from synth_ros.schema.layers import LAYERS, Layer
from synth_ros.schema.records import FrameRecord, LayerName
from synth_ros.types import ByteImage, Category, DepthImage, IdImage

# Frames that are looked at to see which annotations there are.
_EXAMPLES = 100


class _Found(NamedTuple):
    """Where a frame is.

    Attributes:
        prefix: Topics of the camera begin with it.
        place: Of its annotations.
        stamp_ns: Of all its messages.
        dataset_stamp_ns: That it has in the dataset of which the bag was made, if it was.
    """

    prefix: str
    place: Place
    stamp_ns: int
    dataset_stamp_ns: int | None


class BagRecording:
    """A bag; implements ``readers.recording.Recording``.

    Args:
        path: Its folder.

    Raises:
        UsageError: It is no finished bag, or holds no annotations of ours.
    """

    kind = 'bag'

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._index = BagIndex(self.path)
        try:
            self._learn()
        except BaseException:
            self.close()
            raise

    def _learn(self) -> None:
        """Find the frames, and read what holds for all of them."""
        self._found: dict[FrameId, _Found] = {}
        self._made = Made()
        self.problems: Sequence[str] = (*self._index.problems, *self._find_frames())
        if not self._found:
            ours = any('/labels/' in topic for topic in self._index.types)
            raise (UsageError if ours else ForeignBagError)(
                f'{self.path} has no topic ...{ANNOTATIONS}: record it with recorder_node. Topics '
                f'there: {", ".join(sorted(self._index.types)) or "none"}.'
            )
        self.frames: Sequence[FrameId] = sorted(self._found)
        made, self.renderer = self._made, self._made.renderer
        self._note_of_dataset = note = note_in(self._index.custom, self.path)
        said = made if note is None else note
        self.config_hash, self.seed = said.config_hash, said.seed
        self.shared = Shared(classes=read_classes(self._index), meshes=meshes_in(self.path))
        self.categories = self._categories()
        self.thresholds = made.limits() if note is None else limits_of(note)
        self._tree = BagTree(self._index)

    def stamp_ns(self, key: FrameId) -> int:
        """Simulation time of a frame, nanoseconds."""
        return self._found[key].stamp_ns

    def record(self, key: FrameId) -> FrameRecord:
        """Structured labels of a frame.

        Raises:
            UsageError: They are damaged.
        """
        found = self._found[key]
        text = self._index.read(found.prefix + ANNOTATIONS, found.place).data
        try:
            return FrameRecord.model_validate_json(json.dumps(json.loads(text)['frame']))
        except (ValidationError, ValueError, KeyError) as error:
            raise UsageError(f'Annotations of {key.stem} are damaged: {error}') from None

    def read(self, key: FrameId) -> RecordedFrame:
        """Everything of a frame.

        Raises:
            UsageError: Something of it is missing or damaged.
        """
        found = self._found[key]
        record = self.record(key)
        depth = self._image(found, 'depth/image_rect_raw')
        classes = self._image(found, 'labels/semantic')
        provenance = self.provenance(key)
        return RecordedFrame(
            key=key,
            record=record,
            rgb=self.rgb(key),
            depth_m=None if depth is None else values.metres(depth),
            instance_id=self.instance_id(key),
            class_id=None if classes is None else classes.astype(np.int32),
            layers=self._layers(found, record),
            provenance_json=provenance,
            thresholds=read_made(provenance).limits(),
            messages=self._messages(found, rounded=depth is not None and depth.dtype == np.uint16),
            rgb_lossy=self._note_of_dataset is not None and self._note_of_dataset.rgb_lossy,
            dataset_stamp_ns=found.dataset_stamp_ns,
        )

    def file_of(self, key: FrameId) -> str:  # noqa: ARG002 (as of rgb_file)
        """Frames of a bag have no files."""
        return ''

    def rgb(self, key: FrameId) -> ByteImage:
        """Colour of a frame alone."""
        found = self._found[key]
        color = self._image(found, 'color/image_raw')
        if color is None or color.ndim != 3 or color.dtype != np.uint8:
            raise UsageError(f'{key.stem}: no colour image on {found.prefix}/color/image_raw.')
        return color.astype(np.uint8)

    def depth_m(self, key: FrameId) -> DepthImage | None:
        """Depth of a frame alone; ``None`` without the topic."""
        depth = self._image(self._found[key], 'depth/image_rect_raw')
        return None if depth is None else values.metres(depth)

    def instance_id(self, key: FrameId) -> IdImage | None:
        """Instance mask of a frame alone; ``None`` without the topic."""
        ids = self._image(self._found[key], 'labels/instance')
        return None if ids is None else ids.astype(np.int32)

    def provenance(self, key: FrameId) -> str:
        """How a frame was made, as JSON; empty if that was not recorded."""
        found = self._found[key]
        text = self._index.read(found.prefix + ANNOTATIONS, found.place).data
        return str(json.loads(text).get('provenance', ''))

    @cached_property
    def origin(self) -> Origin:
        """What made the bag, by its own word.

        Of one that was recorded plainly, the annotations are those of which its frames have
        examples.
        """
        note = self._note_of_dataset
        found = self._found_origin(looked=note is None)
        return found if note is None else noted_origin(note, found)

    def _found_origin(self, *, looked: bool) -> Origin:
        prefixes = {found.prefix for found in self._found.values()}
        topics = self._index.types

        def everywhere(name: str) -> bool:
            return all(f'{prefix}/{name}' in topics for prefix in prefixes)

        return Origin(
            version=self._made.synth_ros,
            description=f'synth_ros bag {self.path.name}',
            annotations=annotations_in(self._examples() if looked else ()),
            cameras=tuple(sorted({key.camera for key in self.frames})),
            rgb_format='png',
            depth=everywhere('depth/image_rect_raw'),
            masks=everywhere('labels/instance') and everywhere('labels/semantic'),
        )

    def rgb_file(self, key: FrameId) -> bytes | None:  # noqa: ARG002 (images are raw)
        """Nothing: images in a bag are no files."""
        return None

    def close(self) -> None:
        """Close the bag's files; closing twice is fine."""
        self._index.close()

    def _find_frames(self) -> list[str]:
        """Find every annotations message; say which cannot be read."""
        problems = []
        runs: dict[tuple[str, int], int] = {}
        for topic in sorted(self._index.plain):
            if not topic.endswith(ANNOTATIONS):
                continue
            prefix = topic.removesuffix(ANNOTATIONS)
            for place in self._index.plain[topic]:
                try:
                    head = AnnotationsHead.model_validate_json(self._index.read(topic, place).data)
                except ValidationError as error:
                    problems.append(f'{topic}: a message of {place.log_ns} ns: {error}')
                    continue
                if not self._made.config_hash:
                    self._made = read_made(head.provenance)
                frame = head.frame
                run = runs.setdefault((head.session, head.run), len(runs))
                if head.dataset_stamp_ns is not None:
                    # The episodes of a dataset keep their numbers.
                    run = frame.episode
                key = FrameId(run, frame.view, frame.camera, frame.episode)
                if key in self._found:
                    problems.append(f'{topic}: frame {key.stem} came twice in one scene.')
                self._found[key] = _Found(prefix, place, frame.stamp_ns, head.dataset_stamp_ns)
        return problems + self._images_alone()

    def _images_alone(self) -> list[str]:
        """Images without annotations: a recording that was cut short has them at its end."""
        labelled: dict[str, set[int]] = {}
        for found in self._found.values():
            labelled.setdefault(found.prefix, set()).add(found.stamp_ns)
        return [
            f'{prefix}/color/image_raw: the image of {stamp} ns has no annotations.'
            for prefix, stamps in sorted(labelled.items())
            for stamp in sorted(self._index.stamped.get(f'{prefix}/color/image_raw', {}))
            if stamp not in stamps
        ]

    def _place(self, found: _Found, name: str) -> tuple[int, Place] | None:
        """A message of a frame: that of its stamp, or else the nearest, and its stamp.

        The audit compares stamps, so a message of another stamp is not passed over.
        """
        places = self._index.stamped.get(f'{found.prefix}/{name}')
        if not places:
            return None
        if found.stamp_ns in places:
            return found.stamp_ns, places[found.stamp_ns]
        stamp = min(places, key=lambda other: abs(other - found.stamp_ns))
        return stamp, places[stamp]

    def _image(self, found: _Found, name: str) -> NDArray[np.generic] | None:
        """Pixels of an image; ``None`` without the topic."""
        place = self._place(found, name)
        if place is None:
            return None
        return values.image_array(self._index.read(f'{found.prefix}/{name}', place[1]))

    def _layers(self, found: _Found, record: FrameRecord) -> RecordedLayers:
        """The layers that the record lists; an empty message stands for one that it has not."""
        layers: dict[LayerName, Layer] = {}
        for name in record.layers:
            topic = layer_topic(name)
            place = self._place(found, topic)
            if place is None:
                continue
            message = self._index.read(f'{found.prefix}/{topic}', place[1])
            spec = LAYERS[name]
            if name == 'points_m':
                layers[name] = values.cloud_points(message)
                continue
            pixels = values.image_array(message)
            if spec.dtype is np.float32:
                pixels = np.nan_to_num(pixels, nan=0.0)
            shape = spec.shape(height=record.height, width=record.width)
            if pixels.shape != shape:
                raise UsageError(f'{found.prefix}/{topic}: {pixels.shape}, not {shape}.')
            layers[name] = cast('Layer', pixels.astype(spec.dtype))
        return RecordedLayers(**layers)  # type: ignore[arg-type] # its type is that of the table

    def _messages(self, found: _Found, *, rounded: bool) -> Messages:
        stamps: dict[str, int] = {}
        frames: dict[str, str] = {}
        infos: dict[str, Calibration] = {}
        arrays: dict[str, tuple[Detection2d, ...]] = {}
        for name in INFOS:
            message = self._note(found, name, stamps)
            if message is not None:
                infos[name] = values.calibration(message)
                frames[name] = infos[name].frame_id
        for kind, name in DETECTIONS_2D.items():
            message = self._note(found, name, stamps)
            if message is not None:
                arrays[kind] = values.detections_2d(message.detections)
                stamps |= {f'{name} inside': box.stamp_ns for box in arrays[kind]}
        solids: tuple[Detection3d, ...] | None = None
        message = self._note(found, DETECTIONS_3D, stamps)
        if message is not None:
            solids = values.detections_3d(message.detections)
        for name in (*PICTURES, *map(layer_topic, LAYERS)):
            place = self._place(found, name)
            if place is not None:
                stamps[name] = place[0]
        links = self._tree.links(found.stamp_ns)
        optical = frames.get('color/camera_info', '')
        return Messages(
            stamps_ns=stamps,
            frames=frames,
            calibrations=infos,
            transforms=links.get(optical),
            links=links,
            detections_2d=arrays.get('boxes'),
            detections_2d_oriented=arrays.get('oriented'),
            keypoints=arrays.get('keypoints'),
            detections_3d=solids,
            depth_rounded=rounded,
            joints=self._joints(found, stamps),
        )

    def _note(self, found: _Found, name: str, stamps: dict[str, int]) -> Any:  # noqa: ANN401
        """A message of a frame, its stamp noted; ``None`` without the topic."""
        place = self._place(found, name)
        if place is None:
            return None
        stamps[name] = place[0]
        return self._index.read(f'{found.prefix}/{name}', place[1])

    def _joints(
        self, found: _Found, stamps: dict[str, int]
    ) -> Mapping[str, tuple[float, float]] | None:
        topics = [t for t, kind in self._index.types.items() if kind.endswith('/JointState')]
        if not topics:
            return None
        place = self._index.stamped[topics[0]].get(found.stamp_ns)
        if place is None:
            return {}
        stamps[topics[0]] = found.stamp_ns
        message = self._index.read(topics[0], place)
        return {
            name: (position, velocity)
            for name, position, velocity in zip(
                message.name, message.position, message.velocity, strict=True
            )
        }

    def _categories(self) -> tuple[Category, ...]:
        """Classes by ascending id: as the bag says, or from label_info and panoptic_info."""
        if self._note_of_dataset is not None:
            return tuple(category_of(note) for note in self._note_of_dataset.categories)
        return categories_of(self.shared.classes, self._examples())

    def _examples(self) -> Iterator[FrameRecord]:
        """Labels of the first frames; those that are damaged are told of when they are read."""
        for key in self.frames[:_EXAMPLES]:
            with suppress(UsageError):
                yield self.record(key)
