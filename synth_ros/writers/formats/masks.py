"""Semantic masks: a folder of images and one of masks with the same names.

This is what UNet and SegFormer of NVIDIA TAO, MMSegmentation and many small trainers read. A mask
has one channel whose values are class ids, 0 background: 8 bits if all class ids of the dataset
are at most 254 (255 stays free, trainers ignore it), else 16 bits. Each pixel of the mask is the
pixel of the image in the same place; nothing is converted. Where the dataset has panoptic masks,
pixels without an object hold the class of their stuff. Pixels of objects below the labelling
thresholds keep their class: masks show all that is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from synth_ros.types import Sample
from synth_ros.writers import codecs
from synth_ros.writers.formats.base import Committed, FormatSetup, FrameProduct, Pictures
from synth_ros.writers.formats.left_out import Content, left_out
from synth_ros.writers.formats.semantic import (
    MaskClass,
    classes_csv,
    classes_json,
    has_stuff,
    mask_classes,
    semantic_image,
)

_HELD: frozenset[Content] = frozenset({'stuff'})


@dataclass(frozen=True, slots=True)
class MasksFormat:
    """Writes ``images/<split>/``, ``masks/<split>/`` and what the values mean.

    Attributes:
        setup: Classes, splits, how colour is stored.
    """

    setup: FormatSetup

    @property
    def name(self) -> Literal['masks']:
        """Of the format and of its folder."""
        return 'masks'

    def frame(self, sample: Sample, pictures: Pictures) -> FrameProduct:
        """An image and its mask."""
        setup = self.setup
        split, stem = setup.splits.of(sample.key.episode), sample.key.stem
        if has_stuff(setup):
            largest = max((item.class_id for item in setup.info.categories), default=0)
            mask = codecs.encode_classes(semantic_image(sample, stuff=True), largest)
        else:
            mask = pictures.classes
        return FrameProduct(
            files={
                f'images/{split}/{stem}{setup.rgb_suffix}': pictures.rgb,
                f'masks/{split}/{stem}.png': mask,
            },
            losses=left_out(sample, _HELD, depth=setup.options.depth),
        )

    def finish(self, out: Path, committed: Committed) -> None:  # noqa: ARG002 - of the protocol
        """Write ``classes.csv``, ``classes.json`` and ``tao_segformer.yaml``."""
        classes = mask_classes(self.setup)
        (out / 'classes.csv').write_text(classes_csv(classes), encoding='utf-8')
        (out / 'classes.json').write_text(classes_json(classes), encoding='utf-8')
        if classes[-1].label_id <= codecs.MAX_BYTE_CLASS:
            text = tao_spec(classes, self.setup.splits.names)
            (out / 'tao_segformer.yaml').write_text(text, encoding='utf-8')


def tao_spec(classes: Sequence[MaskClass], splits: Sequence[str]) -> str:
    """The ``dataset`` section of a spec file for SegFormer of TAO 5.5 and later.

    TAO turns a mask of one channel into grey RGB, looks its pixels up by ``rgb``, and trains on
    ``label_id``, which must count from 0 without gaps. ``rgb`` is therefore the value of the mask
    three times.

    Args:
        classes: By ascending value.
        splits: All names; TAO reads masks of ``train`` and ``val`` only.
    """
    segment = {
        'dataset': 'SFDataset',
        'root_dir': '/data/masks',
        'num_classes': len(classes),
        'train_split': 'train' if 'train' in splits else splits[0],
        'validation_split': 'val' if 'val' in splits else splits[-1],
        'palette': [
            {
                'seg_class': item.name,
                'rgb': [item.label_id] * 3,
                'label_id': number,
                'mapping_class': item.name,
            }
            for number, item in enumerate(classes)
        ],
    }
    head = '# For masks of 8 bits. Let root_dir be the folder that holds images/ and masks/.\n'
    spec = {'dataset': {'segment': segment}}
    return head + yaml.safe_dump(spec, sort_keys=False, allow_unicode=True)
