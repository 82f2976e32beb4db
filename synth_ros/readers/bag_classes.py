"""The classes of a bag, which its topics name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from synth_ros.readers.bag_index import BagIndex
from synth_ros.readers.shared import ClassNames
from synth_ros.readers.topics import CLASS_LISTS
from synth_ros.schema.records import FrameRecord
from synth_ros.types import Category


def read_classes(index: BagIndex) -> Mapping[str, ClassNames]:
    """Every list of class names by topic; all messages of a topic together."""
    return {
        topic: tuple(
            dict.fromkeys(
                (int(entry.class_id), str(entry.class_name))
                for message in index.all(topic)
                for entry in message.class_map
                if entry.class_id
            )
        )
        for topic in sorted(index.plain)
        if topic.endswith(CLASS_LISTS)
    }


def categories_of(
    classes: Mapping[str, ClassNames], examples: Iterable[FrameRecord]
) -> tuple[Category, ...]:
    """Classes by ascending id, from the lists of label_info and panoptic_info.

    Topics have no lines between keypoints; names of keypoints are those of the objects that come
    first.

    Args:
        classes: Lists of class names by topic.
        examples: Some frames; looked at only if there are classes of objects.
    """
    lists = [_first_list(classes, ending) for ending in CLASS_LISTS]
    names = _keypoint_names(examples) if lists[0] else {}
    things = {
        number: Category(number, name, keypoints=names.get(number, ()))
        for number, name in lists[0]
    }
    stuff = {
        number: Category(number, name, supercategory='stuff', is_thing=False)
        for number, name in lists[1]
        if number not in things
    }
    return tuple(category for _, category in sorted({**stuff, **things}.items()))


def _first_list(classes: Mapping[str, ClassNames], ending: str) -> ClassNames:
    return next((names for topic, names in classes.items() if topic.endswith(ending)), ())


def _keypoint_names(examples: Iterable[FrameRecord]) -> dict[int, tuple[str, ...]]:
    found: dict[int, dict[str, None]] = {}
    for record in examples:
        for item in record.instances:
            found.setdefault(item.class_id, {}).update(
                dict.fromkeys(spec.name for spec in item.keypoints)
            )
    return {number: tuple(names) for number, names in found.items()}
