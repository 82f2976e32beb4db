"""A dataset on disk back to typed, checked records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.readers.coco_entries import (
    FORMAT,
    AnnotationEntry,
    CategoryEntry,
    ImageEntry,
    Index,
)
from synth_ros.readers.container import open_root
from synth_ros.readers.damage import index_error, reason_of
from synth_ros.readers.images import (
    read_depth_m,
    read_ids,
    read_panoptic_ids,
    read_parts,
    read_rgb,
)
from synth_ros.readers.label_files import LabelFile, read_layer_file
from synth_ros.schema.convert import labels_of
from synth_ros.schema.layers import LAYERS, Layer, check_layers, dense_of, panoptic_of
from synth_ros.schema.records import FrameRecord, LayerName
from synth_ros.types import ByteImage, Category, DenseLabels, DepthImage, IdImage, Labels, Panoptic

INDEX = 'annotations.json'


class CocoDataset:
    """A finished dataset.

    Args:
        root: Its folder.

    Raises:
        UsageError: There is no finished dataset, or its index is damaged or contradicts itself.

    Attributes:
        root: Its folder.
        head: What made it.
        categories: Classes by ascending id.
        images: In key order.
        annotations: In image order.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self._files = open_root(self.root)
        index = _read_index(self.root)
        self.head = index.info
        self.categories = tuple(_category(entry) for entry in index.categories)
        self.images = index.images
        self.annotations = index.annotations
        self._by_image: Mapping[int, tuple[AnnotationEntry, ...]] = _group(index.annotations)
        self._lines = _lines(index.images)
        self._labels: LabelFile | None = None
        problems = _contradictions(index)
        if problems:
            shown = '\n'.join(f'  {problem}' for problem in problems[:10])
            raise UsageError(
                f'{self.root / INDEX} contradicts itself in {len(problems)} places:\n{shown}'
            )

    def annotations_of(self, image: ImageEntry) -> tuple[AnnotationEntry, ...]:
        """The objects in one image, by ascending instance id."""
        return self._by_image.get(image.id, ())

    def image(self, stem: str) -> ImageEntry:
        """The image with a stem such as ``000012_003_head``.

        Raises:
            NotFoundError: There is none.
        """
        found = next((image for image in self.images if image.stem == stem), None)
        if found is None:
            names = [image.stem for image in self.images]
            raise NotFoundError('image', stem, available=names, where=str(self.root))
        return found

    def read_rgb(self, image: ImageEntry) -> ByteImage:
        """Colour, shape (height, width, 3), uint8."""
        return read_rgb(self._files / image.file_name)

    def read_depth_m(self, image: ImageEntry) -> DepthImage | None:
        """Depth in metres, 0 invalid; None if the dataset has none."""
        return read_depth_m(self._files / image.depth_file) if image.depth_file else None

    def read_instances(self, image: ImageEntry) -> IdImage | None:
        """Instance ids, 0 background; None if the dataset has no masks."""
        name = image.instance_mask_file
        return read_ids(self._files / name) if name else None

    def read_classes(self, image: ImageEntry) -> IdImage | None:
        """Class ids, 0 background; None if the dataset has no masks."""
        name = image.semantic_mask_file
        return read_ids(self._files / name) if name else None

    def read_record(self, image: ImageEntry) -> FrameRecord:
        """Every label of a frame that is not made of pixels.

        Raises:
            UsageError: The file is missing, or its line is damaged or of another frame.
        """
        path = self._files / image.labels_file
        # Frames are mostly read in order, so the file of an episode is kept.
        if self._labels is None or self._labels.path != path:
            self._labels = LabelFile(path)
        lines = self._lines[image.labels_file]
        line = lines[image.id]
        record = self._labels.read(image.key, line=line, count=len(lines))
        there = (record.width, record.height, record.stamp_ns)
        if there != (image.width, image.height, image.stamp_ns):
            raise UsageError(
                f'{path}, line {line} has width, height and stamp {there}, but {INDEX} has '
                f'{(image.width, image.height, image.stamp_ns)}.'
            )
        return record

    def read_layers(self, image: ImageEntry) -> dict[LayerName, Layer]:
        """All dense labels of a frame by name, part and panoptic masks included; read-only.

        Raises:
            UsageError: A file is missing or damaged, or does not fit the frame's record.
        """
        found: dict[LayerName, Layer] = {}
        if image.layers_file:
            found |= read_layer_file(self._files / image.layers_file)
        if image.part_mask_file:
            found['part_id'] = read_parts(self._files / image.part_mask_file)
        if image.panoptic_file:
            found['panoptic_id'] = read_panoptic_ids(self._files / image.panoptic_file)
        layers = {name: found[name] for name in LAYERS if name in found}
        try:
            check_layers(layers, self.read_record(image))
        except UsageError as error:
            raise UsageError(f'{self.root}: {error}') from None
        return layers

    def read_dense(self, image: ImageEntry) -> DenseLabels:
        """All dense labels of a frame; see ``read_layers``."""
        return dense_of(self.read_layers(image), self.read_record(image))

    def read_parts(self, image: ImageEntry) -> NDArray[np.uint16] | None:
        """Part ids, 0 none; None if the dataset has no part masks."""
        return read_parts(self._files / image.part_mask_file) if image.part_mask_file else None

    def read_panoptic(self, image: ImageEntry) -> Panoptic | None:
        """The panoptic mask with its segments; None if the dataset has none."""
        if not image.panoptic_file:
            return None
        segment_id = read_panoptic_ids(self._files / image.panoptic_file)
        return panoptic_of(segment_id, self.read_record(image))

    def read_labels(self, image: ImageEntry) -> Labels:
        """All labels of a frame, as they were made.

        Raises:
            UsageError: A file is missing or damaged, or the dataset has no masks.
        """
        instance_id, class_id = self.read_instances(image), self.read_classes(image)
        if instance_id is None or class_id is None:
            raise UsageError(
                f'{self.root} has no instance and semantic masks: it was made with '
                'output.dataset.masks set to false.'
            )
        return labels_of(
            self.read_record(image),
            instance_id=instance_id,
            class_id=class_id.astype(np.uint16),
            dense=self.read_dense(image),
        )

    def read_provenance(self, image: ImageEntry) -> Mapping[str, object]:
        """How this frame was made.

        Raises:
            UsageError: The provenance file is missing or does not list the frame.
        """
        return next(self.read_provenances([image]))

    def read_provenances(self, images: Iterable[ImageEntry]) -> Iterator[Mapping[str, object]]:
        """How each of some frames was made; a file that several in a row share is read once.

        Raises:
            UsageError: A provenance file is missing or does not list its frame.
        """
        last, record = '', {}
        for image in images:
            path = self._files / image.provenance_file
            try:
                if image.provenance_file != last:
                    record = json.loads(path.read_bytes())
                    last = image.provenance_file
                yield {**record['common'], **record['frames'][image.stem]}
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise UsageError(
                    f'{path} does not tell how {image.stem} was made: {reason_of(error)}.'
                ) from None

    def missing_files(self) -> list[str]:
        """Files that the index names and the folder lacks, sorted."""
        named = {name for image in self.images for name in image.files}
        return sorted(name for name in named if not (self._files / name).is_file())


def _read_index(root: Path) -> Index:
    path = root / INDEX
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(_why_missing(root)) from None
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
    try:
        index = Index.model_validate_json(text)
    except ValidationError as error:
        raise index_error(path, text, error) from None
    if index.info.format != FORMAT:
        raise index_error(path, text)
    return index


def _why_missing(root: Path) -> str:
    if not root.is_dir():
        return (
            f'There is no dataset folder {root}. Make one: synth-ros generate CONFIG --out {root}'
        )
    committed = len(list((root / 'episodes').glob('[0-9]*.json')))
    if (root / 'dataset.json').is_file():
        return (
            f'{root} is unfinished: {committed} episodes are committed, but it has no {INDEX}. '
            'Go on with synth-ros generate ... --resume.'
        )
    return f'{root} is not a synth_ros dataset: it has no {INDEX}.'


def _category(entry: CategoryEntry) -> Category:
    return Category(
        entry.id,
        entry.name,
        entry.supercategory,
        keypoints=entry.keypoints,
        skeleton=tuple((first - 1, second - 1) for first, second in entry.skeleton),
    )


def _lines(images: Iterable[ImageEntry]) -> dict[str, dict[int, int]]:
    """Line numbers, from 1, of images in the file of their records, by file and image id."""
    lines: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for image in sorted(images, key=lambda image: image.key):
        lines[image.labels_file][image.id] = len(lines[image.labels_file]) + 1
    return dict(lines)


def _group(annotations: Iterable[AnnotationEntry]) -> dict[int, tuple[AnnotationEntry, ...]]:
    groups: defaultdict[int, list[AnnotationEntry]] = defaultdict(list)
    for annotation in annotations:
        groups[annotation.image_id].append(annotation)
    return {image_id: tuple(group) for image_id, group in groups.items()}


def _contradictions(index: Index) -> list[str]:
    """What each record says about others, checked."""
    images = {image.id: image for image in index.images}
    categories = {category.id for category in index.categories}
    problems = []
    if len(images) != len(index.images):
        problems.append('two images share an id')
    if len({a.id for a in index.annotations}) != len(index.annotations):
        problems.append('two annotations share an id')
    if len(categories) != len(index.categories):
        problems.append('two categories share an id')
    for annotation in index.annotations:
        image = images.get(annotation.image_id)
        if image is None:
            problems.append(f'annotation {annotation.id}: no image {annotation.image_id}')
        else:
            problems += _misfits(annotation, image)
        if annotation.category_id not in categories:
            problems.append(f'annotation {annotation.id}: no category {annotation.category_id}')
    return problems


def _misfits(annotation: AnnotationEntry, image: ImageEntry) -> list[str]:
    """How an annotation does not fit its image."""
    problems = []
    box = annotation.box
    if min(box.x0, box.y0) < 0 or box.x1 > image.width or box.y1 > image.height:
        problems.append(f'annotation {annotation.id}: bbox {annotation.bbox} leaves the image')
    if annotation.segmentation.size != (image.height, image.width):
        problems.append(f'annotation {annotation.id}: its mask has another size than its image')
    if annotation.area != annotation.pixels_visible:
        problems.append(f'annotation {annotation.id}: area is not pixels_visible')
    return problems
