"""Folders of semantic masks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from threading import Lock

import numpy as np

from synth_ros.readers.layouts.masks import IGNORED, find_layout, pairs_of, read_table
from synth_ros.validate.base import Rule, Sink
from synth_ros.validate.images import check_image, read_pixels
from synth_ros.validate.inspection import Inspection, Picture

RULES = (
    Rule(
        'masks.folders',
        'error',
        'there are images/ and masks/',
        'Put images and masks of the same names into these folders.',
    ),
    Rule(
        'masks.no-mask',
        'error',
        'every image has a mask of the same name',
        'Make the mask, or remove the image.',
    ),
    Rule(
        'masks.no-image',
        'error',
        'every mask has an image of the same name',
        'Bring the image back, or remove the mask.',
    ),
    Rule(
        'masks.channels',
        'error',
        'masks have one channel of whole numbers (palettes are fine)',
        'Save class numbers, not colours, as single-channel PNG; never as JPEG.',
    ),
    Rule(
        'masks.value',
        'error',
        'every value in a mask is a class of the table (or 255, not labelled)',
        'Add the class to the table, or correct the mask.',
    ),
    Rule(
        'masks.table',
        'error',
        'the table lists a number and a name for each class, no number twice',
        'Write classes.json: [{"label_id": 1, "seg_class": "mug"}, ...].',
    ),
    Rule(
        'masks.no-table',
        'warning',
        'there is a table of classes',
        'Write classes.json: [{"label_id": 1, "seg_class": "mug"}, ...].',
    ),
)


def check(run: Inspection) -> None:
    """Check the table, and all images with their masks."""
    layout = find_layout(run.root)
    if layout is None:
        run.add('masks.folders', '.', 'images/ or masks/ is missing, or holds no image')
        return
    table = read_classes(run, layout.table)
    pictures = []
    seen = SharedCounter()
    for pair in pairs_of(layout):
        if pair.image is None:
            assert pair.mask is not None
            run.add('masks.no-image', run.name(pair.mask), 'it has no image')
        elif pair.mask is None:
            run.add('masks.no-mask', run.name(pair.image), 'it has no mask')
            pictures.append(Picture(pair.image, None, pair.split))
        else:
            look = _Mask(run, pair.mask, table=table, seen=seen)
            pictures.append(Picture(pair.image, None, pair.split, also=look))
    run.pictures(pictures, what='images', total=len(pictures))
    for value, count in sorted(seen.counts.items()):
        if value or (table or {}).get(0):
            run.counts.classes[(table or {}).get(value, f'class {value}')] += count
    run.counts.objects = 0
    run.counts.notes.append('Counts of classes are images that show the class.')


def read_classes(run: Inspection, path: Path | None) -> dict[int, str] | None:
    """The table of classes; ``None`` without, or if it is damaged."""
    if path is None:
        run.add('masks.no-table', '.', 'no classes.json, classes.csv or classes.txt is there')
        return None
    try:
        table = read_table(path)
    except (OSError, ValueError) as error:
        run.add('masks.table', run.name(path), str(error))
        return None
    for name in table.values():
        run.counts.classes[name] += 0
    return table


class SharedCounter:
    """Counts in several threads; sums do not depend on their order."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self._lock = Lock()

    def add(self, values: list[int]) -> None:
        """Count each value once."""
        with self._lock:
            self.counts.update(values)


class _Mask:
    """Looks at one mask; called with the size of its image."""

    def __init__(
        self, run: Inspection, path: Path, *, table: dict[int, str] | None, seen: SharedCounter
    ) -> None:
        self._file = run.name(path)
        self._path = path
        self._fast = run.fast
        self._table = table
        self._seen = seen

    def __call__(self, sink: Sink, size: tuple[int, int] | None) -> None:
        """Look."""
        if self._fast:
            check_image(self._path, self._file, sink, size=size, fast=True)
            return
        pixels = read_pixels(self._path, self._file, sink, size=size)
        if pixels is None:
            return
        if pixels.ndim != 2 or pixels.dtype.kind not in 'uib':
            channels = pixels.shape[2] if pixels.ndim == 3 else 1
            sink.add('masks.channels', self._file, f'it has {channels} channels of {pixels.dtype}')
            return
        values = [int(value) for value in np.unique(pixels)]
        self._seen.add(values)
        if self._table is not None:
            strange = [v for v in values if v not in self._table and v not in {0, IGNORED}]
            if strange:
                words = ', '.join(map(str, strange[:5]))
                sink.add('masks.value', self._file, f'values that are no class: {words}')
