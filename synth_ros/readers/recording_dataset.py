"""A dataset folder as a recording: every file as it stands, contradictions included.

``readers.coco`` refuses an index that contradicts itself; an audit wants to see it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from synth_ros.errors import UsageError
from synth_ros.readers.container import StoredFile, open_root
from synth_ros.readers.damage import reason_of
from synth_ros.readers.dataset_index import (
    INDEX,
    PANOPTIC_INDEX,
    Index,
    IndexedAnnotation,
    IndexedImage,
    problems_of,
    read_index,
    read_panoptic,
)
from synth_ros.readers.images import (
    read_depth_m,
    read_ids,
    read_panoptic_ids,
    read_parts,
    read_rgb,
)
from synth_ros.readers.meshes import RecordedMeshes, surface_files
from synth_ros.readers.origin import Origin, annotations_named
from synth_ros.readers.recording import (
    CocoImage,
    CocoSegment,
    FrameId,
    RecordedFrame,
    RecordedLayers,
    Thresholds,
)
from synth_ros.readers.shared import MODELS, PARTS, Shared, read_models, read_parts_list
from synth_ros.readers.stored_options import read_stored_options
from synth_ros.schema.faults import first_fault
from synth_ros.schema.layers import LAYERS
from synth_ros.schema.records import FrameRecord
from synth_ros.types import ByteImage, DepthImage, IdImage


class DatasetRecording:
    """A dataset; implements ``readers.recording.Recording``.

    Args:
        path: Its folder.

    Raises:
        UsageError: There is no finished dataset, or its index cannot be read.
    """

    kind = 'dataset'

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._files = open_root(self.path)
        index = read_index(self.path / INDEX)
        self.config_hash = index.info.config_hash
        self.seed = index.info.seed
        self.renderer = index.info.renderer
        limits = index.info.thresholds
        self.thresholds = (
            None if limits is None else Thresholds(limits.min_pixels, limits.min_visibility)
        )
        panoptic = read_panoptic(self.path / PANOPTIC_INDEX)
        things = {category.id: category.category() for category in index.categories}
        stuff = {c.id: c.category() for c in panoptic.categories if c.id not in things}
        self.categories = tuple(category for _, category in sorted({**stuff, **things}.items()))
        self._segments = {entry.image_id: entry.segments_info for entry in panoptic.annotations}
        models = read_models(self.path / MODELS)
        self.shared = Shared(
            classes={
                name: tuple((category.id, category.name) for category in listed)
                for name, listed in (
                    (INDEX, index.categories),
                    (PANOPTIC_INDEX, panoptic.categories),
                )
                if listed
            },
            models=models,
            parts=read_parts_list(self.path / PARTS),
            meshes=None if models is None else RecordedMeshes(self.path, surface_files(models)),
        )
        self._images = {image.key: image for image in index.images}
        self.origin = _origin(index)._replace(stored=read_stored_options(self.path))
        self.frames: Sequence[FrameId] = sorted(self._images)
        missing = [] if self.shared.models is not None else [f'{MODELS} is missing.']
        self.problems: Sequence[str] = (*problems_of(index), *missing)
        self._told: tuple[str, Mapping[str, Mapping[str, Mapping[str, object]]]] = ('', {})
        self._annotations: dict[int, list[IndexedAnnotation]] = {}
        for annotation in index.annotations:
            self._annotations.setdefault(annotation.image_id, []).append(annotation)

    def stamp_ns(self, key: FrameId) -> int:
        """Simulation time of a frame, nanoseconds."""
        return self._images[key].stamp_ns

    def record(self, key: FrameId) -> FrameRecord:
        """Structured labels of a frame.

        Raises:
            UsageError: They are missing or damaged.
        """
        name = self._images[key].labels_file
        if name is None:
            raise UsageError(
                f'{self.path / INDEX} names no labels_file for {key.stem}: the dataset was made '
                'by a version before labels were stored whole. Generate it again.'
            )
        path = self._files / name
        line = self._lines.get(key) or self._read_lines(path, key)
        try:
            return FrameRecord.model_validate_json(line)
        except ValidationError as error:
            raise UsageError(f'{path}: {key.stem}: {first_fault(error)}') from None

    def read(self, key: FrameId) -> RecordedFrame:
        """Everything of a frame.

        Raises:
            UsageError: Something of it is missing or damaged.
        """
        image = self._images[key]
        record = self.record(key)
        classes = image.semantic_mask_file
        return RecordedFrame(
            key=key,
            record=record,
            rgb=self.rgb(key),
            depth_m=self.depth_m(key),
            instance_id=self.instance_id(key),
            class_id=read_ids(self._files / classes) if classes else None,
            layers=self._layers(image, record),
            provenance_json=self.provenance(key),
            rgb_lossy=not image.file_name.endswith('.png'),
            thresholds=self.thresholds,
            image=CocoImage(
                image_id=image.id,
                width=image.width,
                height=image.height,
                stamp_ns=image.stamp_ns,
                intrinsics=np.array(image.intrinsics),
                world_from_camera=np.array(image.world_from_camera),
                file_name=image.file_name,
                depth_file=image.depth_file,
            ),
            objects=tuple(entry.object() for entry in self._annotations.get(image.id, ())),
            segments=self._listed_segments(image),
        )

    def file_of(self, key: FrameId) -> str:
        """File of the colour image, relative to the folder."""
        return self._images[key].file_name

    def rgb(self, key: FrameId) -> ByteImage:
        """Colour of a frame alone."""
        return read_rgb(self._files / self._images[key].file_name)

    def depth_m(self, key: FrameId) -> DepthImage | None:
        """Depth of a frame alone; ``None`` if the dataset has none."""
        name = self._images[key].depth_file
        return read_depth_m(self._files / name) if name else None

    def instance_id(self, key: FrameId) -> IdImage | None:
        """Instance mask of a frame alone; ``None`` if the dataset has none."""
        name = self._images[key].instance_mask_file
        return read_ids(self._files / name) if name else None

    def rgb_file(self, key: FrameId) -> bytes | None:
        """The colour image of a frame as it lies on the disk."""
        path = self._files / self._images[key].file_name
        try:
            return path.read_bytes()
        except OSError as error:
            raise UsageError(f'Cannot read {path}: {error.strerror}.') from None

    def close(self) -> None:
        """Nothing stays open between frames."""

    @cached_property
    def _lines(self) -> dict[FrameId, bytes]:
        """Lines of the label files that were read, by frame."""
        return {}

    def _read_lines(self, path: StoredFile, key: FrameId) -> bytes:
        """Read an episode's file; keep its lines until those of another are asked for."""
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            raise UsageError(
                f'Cannot read {path}: {error.strerror}. The labels of {key.stem} are in it.'
            ) from None
        self._lines.clear()
        lost = []
        for number, line in enumerate(lines, 1):
            try:
                head = json.loads(line)
                found = FrameId(head['episode'], head['view'], head['camera'], head['episode'])
                known = found in self._images
            except (ValueError, KeyError, TypeError):
                known = False
            if known:
                self._lines[found] = line
            else:
                lost.append(number)
        if key not in self._lines:
            why = f': line {lost[0]} is cut or damaged' if lost else ''
            raise UsageError(
                f'{path} has no line for {key.stem}{why}. See all: synth-ros validate {self.path}'
            )
        return self._lines[key]

    def _listed_segments(self, image: IndexedImage) -> tuple[CocoSegment, ...] | None:
        found = self._segments.get(image.id)
        if found is None:
            return None
        return tuple(CocoSegment(s.id, s.category_id, s.area, s.bbox) for s in found)

    def _layers(self, image: IndexedImage, record: FrameRecord) -> RecordedLayers:
        parts, panoptic = image.part_mask_file, image.panoptic_file
        layers = RecordedLayers(
            part_id=read_parts(self._files / parts) if parts else None,
            panoptic_id=read_panoptic_ids(self._files / panoptic) if panoptic else None,
        )
        if image.layers_file is None:
            return layers
        path = self._files / image.layers_file
        found = {}
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                for name in set(stored.files) & set(LAYERS):
                    found[name] = stored[name]
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise UsageError(f'{path} is damaged: {error}') from None
        for name, spec in LAYERS.items():
            layer = found.get(name)
            shape = spec.shape(height=record.height, width=record.width)
            if layer is not None and (layer.shape != shape or layer.dtype != spec.dtype):
                raise UsageError(f'{path}: {name} is {layer.dtype} {layer.shape}, not {shape}.')
        return replace(layers, **found)

    def provenance(self, key: FrameId) -> str:
        """The whole provenance of one frame as JSON; empty without the file.

        Raises:
            UsageError: The file is missing or damaged.
        """
        name = self._images[key].provenance_file
        if name is None:
            return ''
        path = self._files / name
        try:
            # Frames are mostly read in order, so the file of an episode is kept.
            if self._told[0] != name:
                self._told = (name, json.loads(path.read_bytes()))
            stored = self._told[1]
            return json.dumps({**stored['common'], **stored['frames'][key.stem]})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f'{path} does not tell how {key.stem} was made: {reason_of(error)}.'
            ) from None


def _origin(index: Index) -> Origin:
    images = index.images
    return Origin(
        version=index.info.version,
        description=index.info.description,
        annotations=annotations_named(index.info.labels),
        cameras=tuple(dict.fromkeys(image.camera for image in images)),
        rgb_format='jpeg' if any(i.file_name.endswith('.jpg') for i in images) else 'png',
        depth=bool(images) and all(image.depth_file for image in images),
        masks=bool(images) and all(image.instance_mask_file for image in images),
    )
