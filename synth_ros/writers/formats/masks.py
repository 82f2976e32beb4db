"""Semantic masks: a folder of images and one of masks with the same names.

This is what UNet and SegFormer of NVIDIA TAO, MMSegmentation and many small trainers read. A mask
has one channel whose values are class ids, 0 background: 8 bits if all class ids of the dataset
are at most 254 (255 stays free, trainers ignore it), else 16 bits. Each pixel of the mask is the
pixel of the image in the same place; nothing is converted. Where the dataset has panoptic masks,
pixels without an object hold the class of their stuff. Pixels of objects below the labelling
thresholds keep their class: masks show all that is true.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from synth_ros.types import Sample
from synth_ros.writers import codecs
from synth_ros.writers.formats.base import Committed, FormatSetup, FrameProduct, Pictures
from synth_ros.writers.formats.left_out import Content, left_out
from synth_ros.writers.formats.semantic import (
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
        """Write ``classes.csv`` and ``classes.json``."""
        classes = mask_classes(self.setup)
        (out / 'classes.csv').write_text(classes_csv(classes), encoding='utf-8')
        (out / 'classes.json').write_text(classes_json(classes), encoding='utf-8')
