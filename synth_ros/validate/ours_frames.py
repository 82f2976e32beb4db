"""The dataset folder: what is said of an object, and the files of one frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.readers.coco_entries import AnnotationEntry, ImageEntry
from synth_ros.readers.container import Root, StoredFile
from synth_ros.readers.label_files import LabelFile, read_layer_file
from synth_ros.readers.layouts.coco_masks import area_of, box_of, runs_of
from synth_ros.types import SampleKey
from synth_ros.validate.base import Rule, Sink
from synth_ros.validate.common import rigid_fault
from synth_ros.validate.images import check_image, read_pixels
from synth_ros.validate.inspection import Inspection

RULES = (
    Rule(
        'ours.object',
        'error',
        'box, mask, area and counts of an annotation agree; shares are those of the counts; poses '
        'are rigid',
        'Labels were changed or damaged: generate the episode again.',
    ),
    Rule(
        'ours.mask',
        'error',
        'an instance mask shows the objects that are annotated, each with its area',
        'Generate the episode again; synth-ros audit says more.',
    ),
    Rule(
        'ours.labels',
        'error',
        'labels/EPISODE.jsonl has a whole line for each frame, in order',
        'Remove the marker of the episode in episodes/ and run generate --resume.',
    ),
    Rule(
        'ours.layers',
        'error',
        'layers/FRAME.npz can be read and has the layers that the labels list',
        'Remove the marker of the episode in episodes/ and run generate --resume.',
    ),
    Rule(
        'ours.provenance',
        'error',
        'provenance tells how each frame was made',
        'Remove the marker of the episode in episodes/ and run generate --resume.',
    ),
)
_SHARE = 1e-6


def object_faults(item: AnnotationEntry, image: ImageEntry) -> Iterator[tuple[str, str]]:
    """What is wrong with an annotation: rule and message."""
    box = item.box
    if min(box.x0, box.y0) < 0 or box.x1 > image.width or box.y1 > image.height:
        yield 'ours.object', f'bbox {item.bbox} leaves {image.width} x {image.height}'
    if item.segmentation.size != (image.height, image.width):
        yield 'ours.object', f'the mask has the size {item.segmentation.size}'
    else:
        yield from _mask_faults(item, image)
    counts = (item.pixels_visible, item.pixels_in_image, item.pixels_full)
    if not counts[0] <= counts[1] <= counts[2]:
        yield 'ours.object', f'visible, in image, full are {counts} pixels'
    expected = (
        counts[0] / counts[2],
        1 - counts[0] / counts[1],
        1 - counts[1] / counts[2],
    )
    for name, stated, true in zip(
        ('visibility', 'occlusion', 'truncation'),
        (item.visibility, item.occlusion, item.truncation),
        expected,
        strict=True,
    ):
        if abs(stated - true) > _SHARE:
            yield 'ours.object', f'{name} is {stated:g}, by its counts {true:g}'
    for name, matrix in (
        ('camera_from_object', item.camera_from_object),
        ('box3d.camera_from_box', item.box3d.camera_from_box),
    ):
        if fault := rigid_fault(np.array(matrix)):
            yield 'ours.object', f'{name}: {fault}'


def _mask_faults(item: AnnotationEntry, image: ImageEntry) -> Iterator[tuple[str, str]]:
    try:
        runs = runs_of(item.segmentation.counts, (image.height, image.width))
    except ValueError as error:
        yield 'ours.object', f'segmentation: {error}'
        return
    stated, true = (item.area, item.pixels_visible), area_of(runs)
    if set(stated) != {true}:
        yield 'ours.object', f'area and pixels_visible are {stated}, the mask has {true}'
    box = item.box
    if box_of(runs, image.height) != (box.x0, box.y0, box.x1, box.y1):
        yield 'ours.object', f'bbox {item.bbox} is not that of the mask'


class FrameFiles:
    """Looks at the files of frames.

    Args:
        run: Where to report.
        images: All frames.
        root: Where their files are.
    """

    def __init__(self, run: Inspection, images: Iterable[ImageEntry], *, root: Root) -> None:
        self._run = run
        self._root = root
        self._lines: dict[str, dict[SampleKey, int]] = {}
        for image in sorted(images, key=lambda entry: entry.key):
            lines = self._lines.setdefault(image.labels_file, {})
            lines[image.key] = len(lines) + 1
        self._labels: tuple[str, LabelFile | None] = ('', None)
        self._provenance: tuple[str, Mapping[str, object]] = ('', {})

    def path(self, name: str, *, at: str) -> StoredFile | None:
        """The file of a name in the index; ``None``, and reported, if there is none."""
        return self._run.stored(self._root, name, file='annotations.json', at=at)

    def check_of(
        self, image: ImageEntry, objects: tuple[AnnotationEntry, ...]
    ) -> Callable[[Sink, tuple[int, int] | None], None]:
        """Check what frames of an episode share; what is to be looked at beside the image."""
        layers = self._record(image)
        self._made(image)
        masks = self._path_of(image, image.instance_mask_file)
        others = [
            path
            for name in (
                image.depth_file,
                image.semantic_mask_file,
                image.part_mask_file,
                image.panoptic_file,
            )
            if (path := self._path_of(image, name)) is not None
        ]
        arrays = self._path_of(image, image.layers_file)
        return partial(
            _look, self._run, objects=objects, masks=masks, others=others, arrays=(arrays, layers)
        )

    def _path_of(self, image: ImageEntry, name: str | None) -> StoredFile | None:
        return self.path(name, at=image.stem) if name else None

    def _record(self, image: ImageEntry) -> frozenset[str] | None:
        """Check the line of a frame; the layers of its own file that it lists."""
        run, name = self._run, image.labels_file
        if self._labels[0] != name:
            path = self.path(name, at=image.stem)
            try:
                self._labels = (name, LabelFile(path) if path else None)
            except UsageError as error:
                run.add('file.unreadable', name, str(error)[:300])
                self._labels = (name, None)
        file = self._labels[1]
        if file is None:
            return None
        lines = self._lines[name]
        try:
            record = file.read(image.key, line=lines[image.key], count=len(lines))
        except UsageError as error:
            at = f'line {lines[image.key]}'
            message = str(error).replace(f'{run.root}/', '').removeprefix(f'{name}, {at}: ')
            run.add('ours.labels', name, message[:300], at=at)
            return None
        there = (record.width, record.height, record.stamp_ns)
        if there != (image.width, image.height, image.stamp_ns):
            message = f'width, height and stamp are {there}, not those of annotations.json'
            run.add('ours.labels', name, message, at=f'line {lines[image.key]}')
        return frozenset(record.layers) - {'part_id', 'panoptic_id'}

    def _made(self, image: ImageEntry) -> None:
        """Check that provenance knows the frame."""
        run, name = self._run, image.provenance_file
        if self._provenance[0] != name:
            path = self.path(name, at=image.stem)
            stored = run.json(path) if path else None
            frames = stored.get('frames') if isinstance(stored, dict) else None
            known = frames if isinstance(frames, dict) else {}
            if path and stored is not None and not isinstance(frames, dict):
                run.add('ours.provenance', name, 'it has no frames')
            self._provenance = (name, known)
        if self._provenance[1] and image.stem not in self._provenance[1]:
            run.add('ours.provenance', name, f'it does not know {image.stem}')


def _look(
    run: Inspection,
    sink: Sink,
    size: tuple[int, int] | None,
    *,
    objects: tuple[AnnotationEntry, ...],
    masks: StoredFile | None,
    others: list[StoredFile],
    arrays: tuple[StoredFile | None, frozenset[str] | None],
) -> None:
    """Look at the files of a frame; runs in a thread."""
    for path in others:
        check_image(path, run.name(path), sink, size=size, fast=run.fast)
    if masks is not None:
        file = run.name(masks)
        if run.fast:
            check_image(masks, file, sink, size=size, fast=True)
        else:
            _masks(masks, file, sink, size=size, objects=objects)
    dense, listed = arrays
    if dense is not None and not run.fast:
        try:
            there = frozenset(read_layer_file(dense))
        except UsageError as error:
            sink.add('ours.layers', run.name(dense), str(error).replace(f'{run.root}/', '')[:300])
            return
        if listed is not None and there != listed:
            words = ', '.join(sorted(there ^ listed))
            sink.add('ours.layers', run.name(dense), f'listed or there, but not both: {words}')


def _masks(
    path: StoredFile,
    file: str,
    sink: Sink,
    *,
    size: tuple[int, int] | None,
    objects: tuple[AnnotationEntry, ...],
) -> None:
    ids = read_pixels(path, file, sink, size=size)
    if ids is None:
        return
    if ids.ndim != 2:
        sink.add('ours.mask', file, f'it has {ids.shape[2]} channels')
        return
    values, counts = np.unique(ids, return_counts=True)
    there = dict(zip(values.tolist(), counts.tolist(), strict=True))
    for item in objects:
        found = there.get(item.instance_id, 0)
        if found != item.area:
            message = f'{item.instance_name} has {found} pixels, annotated are {item.area}'
            sink.add('ours.mask', file, message)
