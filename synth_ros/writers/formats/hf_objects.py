"""Objects of a frame as Hugging Face tables hold them: one list for each property.

This is the layout of its object detection datasets. ``bbox`` is (x, y, width, height) as in COCO:
from the outer edge of the top-left pixel, which is how half-open edges in memory are counted.
``category`` is an index from 0 into the names of the classes by ascending class id.
"""

from __future__ import annotations

from pydantic import JsonValue

from synth_ros.types import InstanceLabel, Sample
from synth_ros.writers.formats.base import FormatSetup, Record
from synth_ros.writers.formats.hf_features import ClassName, Features, ListOf, Scalar

OBJECTS_COLUMN = (
    'The visible objects: `id` (from 1 in each split), `instance_id` (the same in all frames of '
    'an episode), `category`, `bbox` (x, y, width, height of the visible pixels), `area` (visible '
    'pixels), `visibility` (visible share of the whole silhouette), `truncation` (share of it '
    'outside the image).'
)
"""What a dataset card says of the lists."""


def class_names(setup: FormatSetup) -> ClassName:
    """Names of the classes; an index into them is a ``category``."""
    return ClassName(tuple(category.name for category in setup.things))


def object_features(setup: FormatSetup) -> Features:
    """Types of the lists."""
    number, share = Scalar('int64'), Scalar('float32')
    return {
        'id': ListOf(number),
        'instance_id': ListOf(number),
        'category': ListOf(class_names(setup)),
        'bbox': ListOf(ListOf(share, 4)),
        'area': ListOf(number),
        'visibility': ListOf(share),
        'truncation': ListOf(share),
    }


def object_lists(sample: Sample, setup: FormatSetup) -> Record:
    """The lists of one frame; ``id`` is left out, it counts all objects of a split.

    Args:
        sample: The frame.
        setup: Names the classes.
    """
    index = {category.class_id: k for k, category in enumerate(setup.things)}
    labels = sample.labels.instances
    return {
        'instance_id': [int(label.instance.instance_id) for label in labels],
        'category': [index[label.instance.class_id] for label in labels],
        'bbox': [_bbox(label) for label in labels],
        'area': [int(label.pixels_visible) for label in labels],
        'visibility': [float(label.visibility) for label in labels],
        'truncation': [float(label.truncation) for label in labels],
    }


def numbered(lists: Record, after: int) -> Record:
    """The lists with an ``id`` for each object, in front.

    Args:
        lists: Of ``object_lists``.
        after: The last id that is taken.
    """
    ids: list[JsonValue] = [after + 1 + k for k in range(count_of(lists))]
    return {'id': ids} | lists


def count_of(lists: Record) -> int:
    """How many objects the lists tell of."""
    values = lists['instance_id']
    assert isinstance(values, list)
    return len(values)


def _bbox(label: InstanceLabel) -> list[JsonValue]:
    # Decimal points tell readers of JSON that these are no integers, as in others' files.
    box = label.box
    return [float(box.x0), float(box.y0), float(box.width), float(box.height)]
