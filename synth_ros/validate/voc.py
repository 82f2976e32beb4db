"""Pascal VOC: annotations, lists, masks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from synth_ros.readers.layouts.folders import images_in, with_stem
from synth_ros.readers.layouts.voc import (
    VOID,
    VocAnnotation,
    VocFolders,
    VocObject,
    find_folders,
    image_of,
    parse_annotation,
    splits_of,
    xml_files,
)
from synth_ros.validate.base import Rule, Sink
from synth_ros.validate.common import outside
from synth_ros.validate.images import read_pixels
from synth_ros.validate.inspection import Inspection, Picture

RULES = (
    Rule(
        'voc.xml',
        'error',
        'annotation files are plain XML with the root <annotation>',
        'Write the file again: it was cut short or changed.',
    ),
    Rule(
        'voc.schema',
        'error',
        'an annotation has size (width, height), and of each object name and bndbox',
        'Add the element, with a number where one belongs.',
    ),
    Rule(
        'voc.box',
        'error',
        'xmin, ymin, xmax, ymax are pixels from 1, in this order, and inside the image',
        'Write whole pixels counted from 1, the last one included, clipped to the image.',
    ),
    Rule(
        'voc.zero-based',
        'warning',
        'pixels are counted from 1',
        'Add 1 to xmin and ymin if the boxes were half-open from 0; readers subtract it.',
    ),
    Rule(
        'voc.no-image',
        'error',
        'every annotation has its image',
        'Bring the image back, or remove the annotation.',
    ),
    Rule(
        'voc.no-annotation',
        'warning',
        'every image has an annotation',
        'Write one without objects, or remove the image.',
    ),
    Rule(
        'voc.list',
        'error',
        'lists in ImageSets name images that are there',
        'Correct the list.',
    ),
    Rule(
        'voc.mask',
        'error',
        'class and object masks have one channel, the size of the image, and the same pixels '
        'inside objects',
        'Save both as palette PNGs: 0 background, 255 along outlines.',
    ),
    Rule(
        'voc.mask-missing',
        'error',
        'images in ImageSets/Segmentation have a class mask',
        'Bring the mask back, or take the image off the list.',
    ),
)


def check(run: Inspection) -> None:
    """Check all datasets in the folder."""
    for folders in find_folders(run.root):
        splits = _splits(run, folders)
        files = xml_files(folders)
        checker = _Annotations(run, folders, splits)
        pictures = (p for path in files for p in checker.pictures(path))
        run.pictures(pictures, what='images', total=len(files))
        checker.finish({path.stem for path in files})


def _splits(run: Inspection, folders: VocFolders) -> dict[str, str]:
    """Split by stem, from the lists."""
    found: dict[str, str] = {}
    for name, lines in splits_of(folders).items():
        path = folders.lists / name
        for stem, number, split in lines:
            at = f'line {number}'
            if (
                '/' in stem
                or '\0' in stem
                or len(stem) > 200
                or with_stem(folders.images, stem) is None
            ):
                run.add('voc.list', run.name(path), f'{stem[:60]!r} is no image', at=at)
                continue
            # Segmentation is split by itself, and not as Main is.
            kind = name.partition('/')[0]
            run.splits.name(f'{run.name(folders.images)}/{stem} ({kind})', split=split)
            found.setdefault(stem, split)
            if name.startswith('Segmentation/') and (
                with_stem(folders.root / 'SegmentationClass', stem) is None
            ):
                run.add('voc.mask-missing', run.name(path), f'{stem} has no class mask', at=at)
    return found


class _Annotations:
    """Checks annotation files while their images are looked at."""

    def __init__(self, run: Inspection, folders: VocFolders, splits: dict[str, str]) -> None:
        self._run = run
        self._folders = folders
        self._splits = splits

    def pictures(self, path: Path) -> Iterator[Picture]:
        """Check a file; its image."""
        run, file = self._run, self._run.name(path)
        data = run.bytes(path)
        if data is None:
            return
        try:
            annotation = parse_annotation(data)
        except ValueError as error:
            run.add('voc.xml', file, str(error))
            return
        for key, message in annotation.faults:
            run.add('voc.schema', file, message, at=key)
        for number, item in enumerate(annotation.objects):
            run.counts.object(item.name)
            for rule, message in _faults(item, annotation.size):
                run.add(rule, file, message, at=f'object[{number}] {item.name}')
        image = image_of(self._folders, path, annotation)
        if image is None:
            named = annotation.filename[:60] or path.stem
            run.add('voc.no-image', file, f'its image {named!r} does not exist', at='filename')
            return
        split = self._splits.get(path.stem, self._folders.split)
        yield Picture(image, annotation.size, split, also=self._masks(path.stem, annotation))

    def finish(self, stems: set[str]) -> None:
        """What only shows when all is read."""
        for image in images_in(self._folders.images):
            if image.stem not in stems:
                self._run.add('voc.no-annotation', self._run.name(image), 'it has no annotation')

    def _masks(
        self, stem: str, annotation: VocAnnotation
    ) -> Callable[[Sink, tuple[int, int] | None], None] | None:
        if self._run.fast:
            return None
        root = self._folders.root
        names = ('SegmentationClass', 'SegmentationObject')
        paths = [with_stem(root / name, stem) for name in names]
        if paths == [None, None]:
            return None
        return partial(self._compare, paths=paths, objects=len(annotation.objects))

    def _compare(
        self,
        sink: Sink,
        size: tuple[int, int] | None,
        *,
        paths: list[Path | None],
        objects: int,
    ) -> None:
        masks = []
        for path in paths:
            if path is None:
                continue
            file = self._run.name(path)
            pixels = read_pixels(path, file, sink, size=size)
            if pixels is None:
                return
            if pixels.ndim != 2:
                sink.add('voc.mask', file, f'it has {pixels.shape[2]} channels')
                return
            masks.append((file, pixels))
        if len(masks) < 2:
            return
        (_, classes), (file, instances) = masks
        differ = int(((classes == 0) != (instances == 0)).sum())
        if classes.shape == instances.shape and differ:
            sink.add('voc.mask', file, f'{differ} pixels are of an object in one mask alone')
        numbers = np.setdiff1d(np.unique(instances), (0, VOID))
        if objects and numbers.size and int(numbers.max()) > objects:
            sink.add('voc.mask', file, f'object {numbers.max()}, but {objects} are annotated')


def _faults(item: VocObject, size: tuple[int, int] | None) -> Iterator[tuple[str, str]]:
    x0, y0, x1, y1 = item.box
    words = f'xmin, ymin, xmax, ymax are {x0:g}, {y0:g}, {x1:g}, {y1:g}'
    if x0 > x1 or y0 > y1 or min(x0, y0) < 0:
        yield 'voc.box', words
    elif size is not None and (over := outside((0, 0, x1, y1), size, slack=0.5)):
        yield 'voc.box', f'{words}; {over}'
    elif min(x0, y0) < 1:
        yield 'voc.zero-based', words
