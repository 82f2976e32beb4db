"""Class of every pixel, and what the values mean: for formats that are made of masks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import STUFF_SEGMENT, Category, Sample
from synth_ros.writers.formats.base import FormatSetup

BACKGROUND = 'background'


class MaskClass(NamedTuple):
    """A value of semantic masks.

    Attributes:
        label_id: The value.
        name: Class name; ``background`` for 0.
        rgb: A colour of its own, for pictures.
        is_thing: Whether objects are of it; false for stuff and the background.
    """

    label_id: int
    name: str
    rgb: tuple[int, int, int]
    is_thing: bool


def mask_classes(setup: FormatSetup) -> tuple[MaskClass, ...]:
    """The background and all classes of a dataset's masks, by ascending value.

    Stuff is among them if the dataset has panoptic masks: they tell where it is.
    """
    named = sorted(_categories(setup), key=lambda category: category.class_id)
    return (
        MaskClass(0, BACKGROUND, colour_of(0), is_thing=False),
        *(
            MaskClass(item.class_id, item.name, colour_of(item.class_id), is_thing=item.is_thing)
            for item in named
        ),
    )


def has_stuff(setup: FormatSetup) -> bool:
    """Whether masks of a dataset show stuff."""
    return 'panoptic' in setup.info.annotations


def semantic_image(sample: Sample, *, stuff: bool) -> NDArray[np.uint16]:
    """Class id of every pixel, shape (height, width), 0 background.

    Args:
        sample: The frame.
        stuff: Whether pixels without an object show the class of their stuff.
    """
    labels, panoptic = sample.labels, sample.labels.dense.panoptic
    if not stuff or panoptic is None:
        return labels.class_id
    of_stuff = panoptic.segment_id - STUFF_SEGMENT
    free = (labels.class_id == 0) & (of_stuff > 0)
    return np.where(free, of_stuff, labels.class_id).astype(np.uint16)


def colour_of(class_id: int) -> tuple[int, int, int]:
    """The colour of a class in the map that Pascal VOC uses.

    The bits of the id are dealt to red, green and blue in turn, each from its highest bit down,
    so up to 2**24 ids have different colours, and small ids very different ones.
    """
    red = green = blue = 0
    for bit in range(8):
        group = class_id >> (3 * bit)
        red |= (group & 1) << (7 - bit)
        green |= (group >> 1 & 1) << (7 - bit)
        blue |= (group >> 2 & 1) << (7 - bit)
    return red, green, blue


def classes_csv(classes: Sequence[MaskClass]) -> str:
    """A table with a line for each value of the masks."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator='\n')
    table.writerow(('label_id', 'name', 'mapping_class', 'red', 'green', 'blue', 'is_thing'))
    for item in classes:
        table.writerow((item.label_id, item.name, item.name, *item.rgb, int(item.is_thing)))
    return text.getvalue()


def classes_json(classes: Sequence[MaskClass]) -> str:
    """The same table as JSON, one class a line."""
    lines = [
        json.dumps(
            {
                'label_id': item.label_id,
                'name': item.name,
                'mapping_class': item.name,
                'rgb': list(item.rgb),
                'is_thing': item.is_thing,
            }
        )
        for item in classes
    ]
    return '[\n' + ',\n'.join(lines) + '\n]\n'


def _categories(setup: FormatSetup) -> tuple[Category, ...]:
    return setup.info.categories if has_stuff(setup) else setup.things
