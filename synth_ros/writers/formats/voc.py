"""Pascal VOC: an XML file for each image, and indexed masks.

Conventions (``docs/formats/voc.md`` says them at length):

* Boxes are whole pixels counted from 1, the last one included, as in the VOC devkit: a box around
  the image's top-left pixel is (1, 1, 1, 1), one around all of it (1, 1, width, height).
* ``truncated`` is 1 if more than 15 % of the full silhouette lies outside the image, ``occluded``
  if more than 5 % of what lies inside is hidden: the bounds of VOC's annotation guidelines.
* ``SegmentationClass`` holds the place of each pixel's class in ``labelmap.txt``, 0 background.
  ``SegmentationObject`` holds the place of its object in the XML file, from 1. Objects that are
  visible but not labelled are 255 there, which VOC calls void. No border is void.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import OutputError
from synth_ros.types import ByteImage, InstanceLabel, Sample
from synth_ros.writers import codecs
from synth_ros.writers.formats.base import Committed, FormatSetup, FrameProduct, Pictures

VOID = 255
MOST = VOID - 1
"""So many classes and objects of an image have a value in the masks."""

UNLABELLED = (
    'objects are visible but below the labelling thresholds: not in the XML, void (255) in '
    'SegmentationObject'
)

_TRUNCATED, _OCCLUDED = 0.15, 0.05


@dataclass(frozen=True, slots=True)
class VocFormat:
    """Pascal VOC.

    Attributes:
        setup: What is known before the first frame.
    """

    setup: FormatSetup

    @property
    def name(self) -> Literal['voc']:
        """Of the format and of its folder."""
        return 'voc'

    @property
    def class_values(self) -> NDArray[np.uint8]:
        """Value in ``SegmentationClass`` of each class id, shape (largest id + 1,).

        Raises:
            OutputError: There are more classes than values.
        """
        things = self.setup.things
        if len(things) > MOST:
            raise OutputError(
                f'The dataset has {len(things)} classes, but the masks of Pascal VOC hold '
                f'{MOST}. Choose another format, such as coco.'
            )
        values = np.zeros(self.setup.largest_class_id + 1, np.uint8)
        values[[thing.class_id for thing in things]] = np.arange(1, len(things) + 1)
        return values

    def frame(self, sample: Sample, pictures: Pictures) -> FrameProduct:
        """Image, annotations and masks of one frame.

        Raises:
            OutputError: There are more classes or objects than values of the masks.
        """
        stem = sample.key.stem
        image = f'{stem}{self.setup.rgb_suffix}'
        objects, unlabelled = _object_mask(sample)
        classes = self.class_values[sample.labels.class_id]
        palette = colour_map()
        masks = {
            'SegmentationClass': codecs.encode_png(classes, is_mask=True, palette=palette),
            'SegmentationObject': codecs.encode_png(objects, is_mask=True, palette=palette),
        }
        return FrameProduct(
            {
                f'Annotations/{stem}.xml': self._xml(sample, image).encode(),
                f'JPEGImages/{image}': pictures.rgb,
                **{f'{folder}/{stem}.png': data for folder, data in masks.items()},
            },
            losses={UNLABELLED: unlabelled},
        )

    def finish(self, out: Path, committed: Committed) -> None:
        """Write the lists of each split and the classes.

        Raises:
            OSError: Something could not be written.
        """
        stems: dict[str, list[str]] = {name: [] for name in self.setup.splits.names}
        for entry in committed.frames():
            stems[self.setup.splits.of(entry.key.episode)].append(entry.key.stem)
        for task in ('Main', 'Segmentation'):
            folder = out / 'ImageSets' / task
            folder.mkdir(parents=True)
            for split, listed in stems.items():
                text = ''.join(f'{stem}\n' for stem in listed)
                (folder / f'{split}.txt').write_text(text, encoding='utf-8')
        colours = colour_map()
        names = ('background', *(thing.name for thing in self.setup.things))
        lines = ['# label:color_rgb:parts:actions\n']
        for name, colour in zip(names, colours.tolist(), strict=False):
            lines.append(f'{name}:{",".join(map(str, colour))}::\n')
        (out / 'labelmap.txt').write_text(''.join(lines), encoding='utf-8')

    def _xml(self, sample: Sample, image: str) -> str:
        camera = sample.frame.camera
        objects = ''.join(_object(label) for label in sample.labels.instances)
        info = self.setup.info
        return (
            '<annotation>\n'
            '\t<folder>JPEGImages</folder>\n'
            f'\t<filename>{escape(image)}</filename>\n'
            '\t<source>\n'
            f'\t\t<database>{escape(info.description)}</database>\n'
            f'\t\t<annotation>synth_ros {escape(info.version)}</annotation>\n'
            '\t\t<image>simulated</image>\n'
            '\t</source>\n'
            '\t<size>\n'
            f'\t\t<width>{camera.width}</width>\n'
            f'\t\t<height>{camera.height}</height>\n'
            '\t\t<depth>3</depth>\n'
            '\t</size>\n'
            '\t<segmented>1</segmented>\n'
            f'{objects}'
            '</annotation>\n'
        )


def colour_map() -> ByteImage:
    """Colours of VOC's masks, shape (256, 3): the bits of a value, dealt to red, green, blue.

    Source: ``VOClabelcolormap.m`` of the VOC devkit.
    """
    values = np.arange(256)
    colours = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            colours[:, channel] |= ((values >> (3 * bit + channel) & 1) << (7 - bit)).astype(
                np.uint8
            )
    return colours


def _object_mask(sample: Sample) -> tuple[NDArray[np.uint8], int]:
    """Place of each pixel's object in the XML file, and how many objects have none.

    Raises:
        OutputError: There are more objects than values.
    """
    labelled = [label.instance.instance_id for label in sample.labels.instances]
    if len(labelled) > MOST:
        raise OutputError(
            f'Frame {sample.key.stem} has {len(labelled)} labelled objects, but the masks of '
            f'Pascal VOC hold {MOST}. Use fewer objects, or choose another format, such as coco.'
        )
    ids = sample.labels.instance_id
    present = np.bincount(ids.ravel(), minlength=1 + max(labelled, default=0))
    values = np.full(len(present), VOID, np.uint8)
    values[0] = 0
    values[labelled] = np.arange(1, len(labelled) + 1)
    return values[ids], int(((values == VOID) & (present > 0)).sum())


def _object(label: InstanceLabel) -> str:
    box = label.box
    return (
        '\t<object>\n'
        f'\t\t<name>{escape(label.instance.class_name)}</name>\n'
        '\t\t<pose>Unspecified</pose>\n'
        f'\t\t<truncated>{int(label.truncation > _TRUNCATED)}</truncated>\n'
        f'\t\t<occluded>{int(label.occlusion > _OCCLUDED)}</occluded>\n'
        '\t\t<difficult>0</difficult>\n'
        '\t\t<bndbox>\n'
        f'\t\t\t<xmin>{box.x0 + 1}</xmin>\n'
        f'\t\t\t<ymin>{box.y0 + 1}</ymin>\n'
        f'\t\t\t<xmax>{box.x1}</xmax>\n'
        f'\t\t\t<ymax>{box.y1}</ymax>\n'
        '\t\t</bndbox>\n'
        '\t</object>\n'
    )
