"""Hugging Face ``imagefolder``: images of each split beside a ``metadata.jsonl``.

Each line of ``<split>/metadata.jsonl`` is an image: ``file_name`` and an ``objects`` with one list
for each property, the layout of object detection datasets on the Hub. ``README.md`` is the dataset
card: it tells ``datasets`` the splits, the types of the columns and the names of the classes.
``hf_objects`` says how pixels and classes are counted.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from synth_ros.types import Sample
from synth_ros.writers.formats.base import (
    Committed,
    FormatSetup,
    FrameProduct,
    Pictures,
    Record,
)
from synth_ros.writers.formats.hf_card import dataset_card
from synth_ros.writers.formats.hf_features import Features, Picture, Scalar, Struct
from synth_ros.writers.formats.hf_objects import (
    OBJECTS_COLUMN,
    count_of,
    numbered,
    object_features,
    object_lists,
)
from synth_ros.writers.formats.left_out import Content, left_out

METADATA = 'metadata.jsonl'

_HELD: frozenset[Content] = frozenset({'visibility'})
_COLUMNS = (
    ('image', 'Colour.'),
    ('image_id', 'From 1 in each split, in the order of episode, view and camera.'),
    ('width, height', 'Pixels.'),
    ('camera, episode, view', 'Which frame this is; a split holds whole episodes.'),
    ('stamp_ns', 'Simulation time, nanoseconds.'),
    ('objects', OBJECTS_COLUMN),
)


@dataclass(frozen=True, slots=True)
class ImageFolderFormat:
    """Writes images, ``metadata.jsonl`` and the dataset card.

    Attributes:
        setup: Classes, splits, how colour is stored.
    """

    setup: FormatSetup

    @property
    def name(self) -> Literal['hf-imagefolder']:
        """Of the format and of its folder."""
        return 'hf-imagefolder'

    def frame(self, sample: Sample, pictures: Pictures) -> FrameProduct:
        """The image, and its line with ids to be given at the end."""
        setup, key = self.setup, sample.key
        file_name = f'{key.stem}{setup.rgb_suffix}'
        return FrameProduct(
            files={f'{setup.splits.of(key.episode)}/{file_name}': pictures.rgb},
            record={
                'file_name': file_name,
                'width': sample.frame.camera.width,
                'height': sample.frame.camera.height,
                'camera': key.camera,
                'episode': key.episode,
                'view': key.view,
                'stamp_ns': int(sample.frame.stamp_ns),
                'objects': object_lists(sample, setup),
            },
            losses=left_out(sample, _HELD, depth=setup.options.depth),
        )

    def finish(self, out: Path, committed: Committed) -> None:
        """Write the metadata of all splits and the card."""
        pens: dict[str, _Pen] = {}
        with ExitStack() as stack:
            for entry in committed.frames():
                split = self.setup.splits.of(entry.key.episode)
                if split not in pens:
                    (out / split).mkdir()
                    file = (out / split / METADATA).open('w', encoding='utf-8')
                    pens[split] = _Pen(stack.enter_context(file))
                pens[split].add(entry.record)
        # `datasets` refuses a split without images.
        filled = [split for split in self.setup.splits.names if split in pens]
        card = dataset_card(
            self.setup,
            self._features(),
            data_files={split: f'{split}/**' for split in filled},
            columns=_COLUMNS,
        )
        (out / 'README.md').write_text(card, encoding='utf-8')

    def _features(self) -> Features:
        number = Scalar('int64')
        return {
            'image': Picture(),
            'image_id': number,
            'width': number,
            'height': number,
            'camera': Scalar('string'),
            'episode': number,
            'view': number,
            'stamp_ns': number,
            'objects': Struct(object_features(self.setup)),
        }


class _Pen:
    """Numbers and writes the lines of one split.

    Args:
        file: Takes them.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._images = 0
        self._objects = 0

    def add(self, record: Record) -> None:
        """The next line."""
        self._images += 1
        objects = record['objects']
        assert isinstance(objects, dict)
        line = {
            'file_name': record['file_name'],
            'image_id': self._images,
            **record,
            'objects': numbered(objects, self._objects),
        }
        self._objects += count_of(objects)
        self._file.write(json.dumps(line, separators=(',', ':'), allow_nan=False) + '\n')
