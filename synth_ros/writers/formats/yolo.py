"""The four label formats of Ultralytics YOLO: detect, segment, pose and OBB.

``images/<split>/<stem>.png`` and ``labels/<split>/<stem>.txt`` beside a ``data.yaml``; one row for
each labelled object, an empty file where there is none. Classes are counted from 0 by ascending
class id, without gaps. Rows are described in ``yolo_rows``.

``data.yaml`` has no ``path``: Ultralytics then takes the folder of the file itself, wherever the
dataset is moved to, while ``path: .`` would mean the folder from which training is started.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from synth_ros.config.output import FormatName
from synth_ros.errors import UsageError
from synth_ros.types import Sample
from synth_ros.writers.formats.base import Committed, FormatSetup, FrameProduct, Pictures
from synth_ros.writers.formats.left_out import Content, left_out
from synth_ros.writers.formats.yolo_rows import (
    ClassTable,
    Task,
    class_table,
    flip_order,
    rows_of,
)

_NAMES: Mapping[Task, FormatName] = {
    'detect': 'yolo-detect',
    'segment': 'yolo-segment',
    'pose': 'yolo-pose',
    'obb': 'yolo-obb',
}
_HELD: Mapping[Task, frozenset[Content]] = {
    'detect': frozenset(),
    'segment': frozenset({'instance_masks'}),
    'pose': frozenset({'keypoints'}),
    'obb': frozenset({'oriented_boxes'}),
}
_ROLES = ('train', 'val', 'test')
# Names that are as good as ``val``: people use them, Ultralytics knows the first.
_AS_VAL = ('validation', 'valid')
# What else Ultralytics reads in data.yaml; a split of this name would be taken for it.
_KEYS = (
    *('channels', 'download', 'flip_idx', 'kpt_names', 'kpt_shape', 'minival', 'names', 'nc'),
    *('path', 'yaml_file'),
)

NO_VAL = (
    'frames are in a dataset without a split "val": Ultralytics does not train without one; add '
    'its folder to data.yaml, or set output.dataset.splits'
)
NO_TRAIN = (
    'frames are in a dataset without a split "train": Ultralytics does not train without one; add '
    'its folder to data.yaml, or set output.dataset.splits'
)
OTHER_SPLIT = (
    'frames are in splits other than train, val and test: data.yaml names them, but Ultralytics '
    'reads none of them'
)


@dataclass(frozen=True)
class YoloFormat:
    """Writes one of the label formats.

    Attributes:
        setup: Classes, splits, how colour is stored.
        task: Which one.

    Raises:
        UsageError: The task needs what the dataset lacks, or a split has a name that
            ``data.yaml`` uses for something else.
    """

    setup: FormatSetup
    task: Task

    def __post_init__(self) -> None:
        """Check that the dataset can be written."""
        taken = [name for name in self.setup.splits.names if name in _KEYS]
        if taken:
            raise UsageError(
                f'{self.name} cannot have a split called {taken[0]!r}: this key of data.yaml '
                'means something else. Choose another name in output.dataset.splits.'
            )
        if not self.setup.things:
            raise UsageError(f'{self.name} needs at least one class of objects; there is none.')
        if self.task == 'pose' and not self._table.points:
            raise UsageError(
                'yolo-pose needs keypoints, but no class of the dataset has any. Name them in the '
                'config (objects.classes[].keypoints or virtual_keypoints), keep labels.keypoints '
                'true, or choose yolo-detect.'
            )

    @property
    def name(self) -> FormatName:
        """Of the format and of its folder."""
        return _NAMES[self.task]

    def frame(self, sample: Sample, pictures: Pictures) -> FrameProduct:
        """The image and its label file.

        Raises:
            OutputError: The dataset was made without labels that the task needs.
        """
        setup = self.setup
        split, stem = setup.splits.of(sample.key.episode), sample.key.stem
        rows, losses = rows_of(sample, self._table, task=self.task)
        losses |= left_out(sample, _HELD[self.task], depth=setup.options.depth)
        losses |= self._split_losses(split)
        return FrameProduct(
            files={
                f'images/{split}/{stem}{setup.rgb_suffix}': pictures.rgb,
                f'labels/{split}/{stem}.txt': ''.join(f'{row}\n' for row in rows).encode(),
            },
            losses=losses,
        )

    def finish(self, out: Path, committed: Committed) -> None:
        """Write ``data.yaml``; splits without a frame are left out, for they have no folder."""
        splits = self.setup.splits
        there = {splits.of(entry.key.episode) for entry in committed.frames()}
        text = self._data_yaml([name for name in splits.names if name in there])
        (out / 'data.yaml').write_text(text, encoding='utf-8')

    @cached_property
    def _table(self) -> ClassTable:
        return class_table(self.setup.things)

    @cached_property
    def _roles(self) -> Mapping[str, str]:
        """What each split is called in ``data.yaml``."""
        names = self.setup.splits.names
        stand_in = next((name for name in _AS_VAL if name in names), None)
        if 'val' in names or stand_in is None:
            return {name: name for name in names}
        return {name: 'val' if name == stand_in else name for name in names}

    def _split_losses(self, split: str) -> dict[str, int]:
        """What Ultralytics will miss about the splits, counted by frame."""
        roles = self._roles.values()
        return {
            sentence: 1
            for sentence, holds in (
                (NO_TRAIN, 'train' not in roles),
                (NO_VAL, 'val' not in roles),
                (OTHER_SPLIT, self._roles[split] not in _ROLES),
            )
            if holds
        }

    def _data_yaml(self, splits: Sequence[str]) -> str:
        folders = {self._roles[split]: f'images/{split}' for split in splits}
        lines = [
            f'# Made by synth_ros {self.setup.info.version}. Folders are relative to this file.'
        ]
        for role in _ROLES:
            if role in folders:
                lines.append(f'{role}: {folders.pop(role)}')
            elif role != 'test':
                lines.append(
                    f'# {role}: PATH  (there is no such frame; Ultralytics does not train without)'
                )
        if folders:
            lines.append('# Splits that Ultralytics does not use by itself:')
            lines += [f'{role}: {folder}' for role, folder in folders.items()]
        # A JSON string is a YAML string, too.
        lines.append('names:')
        lines += [f'  {k}: {json.dumps(c.name)}' for k, c in enumerate(self.setup.things)]
        if self.task == 'pose':
            lines += self._pose_lines()
        return '\n'.join(lines) + '\n'

    def _pose_lines(self) -> list[str]:
        """Keypoints: the same list for all classes; each class has some of them."""
        points = self._table.points
        return [
            f'kpt_shape: [{len(points)}, 3]',
            f'flip_idx: {list(flip_order(points))}',
            'kpt_names:',
            *(f'  {k}: {json.dumps(list(points))}' for k in range(len(self.setup.things))),
        ]


def yolo_detect(setup: FormatSetup) -> YoloFormat:
    """Boxes."""
    return YoloFormat(setup, 'detect')


def yolo_segment(setup: FormatSetup) -> YoloFormat:
    """Polygons."""
    return YoloFormat(setup, 'segment')


def yolo_pose(setup: FormatSetup) -> YoloFormat:
    """Boxes and keypoints."""
    return YoloFormat(setup, 'pose')


def yolo_obb(setup: FormatSetup) -> YoloFormat:
    """Oriented boxes."""
    return YoloFormat(setup, 'obb')
