"""COCO as trainers expect it: images and annotation files of each split.

``images/<split>/`` holds the images, ``annotations/instances_<split>.json`` boxes, masks and,
where classes have them, keypoints. With panoptic masks there are
``annotations/panoptic_<split>.json`` and the PNGs in ``panoptic_<split>/``. File names are
relative to ``images/<split>`` and ``panoptic_<split>``. Ids of images and annotations start at 1
in each split.

Pixels: ``bbox`` is (x, y, width, height) from the outer edge of the top-left pixel, which is how
half-open edges in memory are counted, so nothing is converted. Keypoints are COCO's pixel indices
from 0: integers are pixel centres, as in memory. ``area`` is the number of visible pixels.

Beside the standard keys an annotation has ``instance_id`` (as in masks and other formats),
``visibility`` and ``truncation``; the dataset's own ``annotations.json`` has everything else.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast

from pydantic import JsonValue

from synth_ros.types import InstanceLabel, Panoptic, Sample
from synth_ros.writers.coco_heads import category_records, panoptic_category_records
from synth_ros.writers.coco_labels import keypoint_values
from synth_ros.writers.formats.base import (
    Committed,
    FormatSetup,
    FrameProduct,
    Pictures,
    Record,
)
from synth_ros.writers.formats.left_out import Content, left_out
from synth_ros.writers.rle import encode_ids

_HELD: frozenset[Content] = frozenset({'instance_masks', 'keypoints', 'stuff', 'visibility'})
_SPLIT_SECTIONS = ('images', 'annotations', 'panoptic')


@dataclass(frozen=True, slots=True)
class CocoFormat:
    """Writes COCO instances, keypoints and panoptic segmentation by split.

    Attributes:
        setup: Classes, splits, how colour is stored.
    """

    setup: FormatSetup

    @property
    def name(self) -> Literal['coco']:
        """Of the format and of its folder."""
        return 'coco'

    def frame(self, sample: Sample, pictures: Pictures) -> FrameProduct:
        """The image, its panoptic mask, and their records with ids to be given at the end."""
        setup = self.setup
        split, stem = setup.splits.of(sample.key.episode), sample.key.stem
        files = {f'images/{split}/{stem}{setup.rgb_suffix}': pictures.rgb}
        panoptic = sample.labels.dense.panoptic
        if panoptic is not None and pictures.panoptic is not None:
            files[f'panoptic_{split}/{stem}.png'] = pictures.panoptic
        return FrameProduct(
            files=files,
            record={
                'image': self._image(sample),
                'annotations': self._annotations(sample),
                'panoptic': None if panoptic is None else _segments(panoptic, stem),
            },
            losses=left_out(sample, _HELD, depth=setup.options.depth),
        )

    def finish(self, out: Path, committed: Committed) -> None:
        """Number images and annotations and write the annotation files."""
        folder = out / 'annotations'
        folder.mkdir()
        with tempfile.TemporaryDirectory(dir=out) as parts, ExitStack() as stack:
            pens = {
                split: _Pens(Path(parts), split, stack=stack) for split in self.setup.splits.names
            }
            for entry in committed.frames():
                pens[self.setup.splits.of(entry.key.episode)].add(entry.record)
            for split, pen in pens.items():
                self._write(folder / f'instances_{split}.json', split, pen=pen, panoptic=False)
                if 'panoptic' in self.setup.info.annotations:
                    self._write(folder / f'panoptic_{split}.json', split, pen=pen, panoptic=True)

    def _write(self, path: Path, split: str, *, pen: _Pens, panoptic: bool) -> None:
        info = self.setup.info
        categories = panoptic_category_records(info) if panoptic else category_records(info)
        with path.open('wb') as out:
            head = {
                'description': info.description,
                'version': info.version,
                'contributor': 'synth_ros',
                'config_hash': info.config_hash,
                'seed': info.seed,
                'split': split,
            }
            out.write(f'{{"info":{_dump(head)},\n"licenses":[],\n'.encode())
            out.write(f'"categories":{_dump(categories)},\n"images":['.encode())
            pen.copy('images', out)
            out.write(b'\n],\n"annotations":[')
            pen.copy('panoptic' if panoptic else 'annotations', out)
            out.write(b'\n]}\n')

    def _image(self, sample: Sample) -> Record:
        return {
            'id': 0,
            'width': sample.frame.camera.width,
            'height': sample.frame.camera.height,
            'file_name': f'{sample.key.stem}{self.setup.rgb_suffix}',
        }

    def _annotations(self, sample: Sample) -> list[JsonValue]:
        masks = encode_ids(sample.labels.instance_id)
        points = {category.class_id: category.keypoints for category in self.setup.things}
        records: list[JsonValue] = []
        for label in sample.labels.instances:
            mask = masks[label.instance.instance_id]
            record = _annotation(label)
            record['segmentation'] = {'size': list(mask.size), 'counts': mask.counts}
            if label.keypoints is not None:
                names = points[label.instance.class_id]
                values = keypoint_values(label.keypoints, names, label=label)
                record['keypoints'] = cast('list[JsonValue]', values)
                record['num_keypoints'] = sum(v > 0 for v in values[2::3])
            records.append(record)
        return records


class _Pens:
    """The lists of one split on their way: files, because they may not fit into memory.

    Args:
        folder: Where they lie until all frames are known.
        split: Whose lists.
        stack: Closes them.
    """

    def __init__(self, folder: Path, split: str, *, stack: ExitStack) -> None:
        self._files: Mapping[str, IO[bytes]] = {
            section: stack.enter_context((folder / f'{split}_{section}').open('w+b'))
            for section in _SPLIT_SECTIONS
        }
        self._images = 0
        self._annotations = 0

    def add(self, record: Record) -> None:
        """Number a frame and what is in it."""
        self._images += 1
        image, panoptic = record['image'], record['panoptic']
        assert isinstance(image, dict)
        self._put('images', image | {'id': self._images})
        for annotation in _records(record['annotations']):
            self._annotations += 1
            ids: Record = {'id': self._annotations, 'image_id': self._images}
            self._put('annotations', annotation | ids)
        if isinstance(panoptic, dict):
            self._put('panoptic', panoptic | {'image_id': self._images})

    def copy(self, section: str, out: IO[bytes]) -> None:
        """One list into the annotation file."""
        file = self._files[section]
        file.seek(0)
        shutil.copyfileobj(file, out)

    def _put(self, section: str, record: Record) -> None:
        file = self._files[section]
        file.write((',\n' if file.tell() else '\n').encode() + _dump(record).encode())


def _records(value: JsonValue) -> Iterator[Record]:
    assert isinstance(value, list)
    for item in value:
        assert isinstance(item, dict)
        yield item


def _annotation(label: InstanceLabel) -> Record:
    box = label.box
    return {
        'id': 0,
        'image_id': 0,
        'category_id': int(label.instance.class_id),
        'bbox': [int(box.x0), int(box.y0), int(box.width), int(box.height)],
        'area': int(label.pixels_visible),
        'iscrowd': 0,
        'instance_id': int(label.instance.instance_id),
        'visibility': float(label.visibility),
        'truncation': float(label.truncation),
    }


def _segments(panoptic: Panoptic, stem: str) -> Record:
    return {
        'image_id': 0,
        'file_name': f'{stem}.png',
        'segments_info': [
            {
                'id': int(segment.segment_id),
                'category_id': int(segment.class_id),
                'area': int(segment.pixels),
                'bbox': [
                    int(segment.box.x0),
                    int(segment.box.y0),
                    int(segment.box.width),
                    int(segment.box.height),
                ],
                'iscrowd': 0,
            }
            for segment in panoptic.segments
        ],
    }


def _dump(value: object) -> str:
    return json.dumps(value, separators=(',', ':'), allow_nan=False)
