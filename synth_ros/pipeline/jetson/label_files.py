"""Names of classes in the order in which networks emit them: it differs from tool to tool."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from synth_ros.types import Category

BACKGROUND = 'background'


class LabelFile(NamedTuple):
    """A file with a name a line: line k (from 0) is output k.

    Attributes:
        name: Of the file, in ``labels/``.
        lines: Its lines.
        who: Which networks emit classes in this order, a sentence for people.
    """

    name: str
    lines: tuple[str, ...]
    who: str


def label_files(
    things: Sequence[Category], mask_names: Sequence[str] = ()
) -> tuple[LabelFile, ...]:
    """All orders.

    Args:
        things: Classes of objects by ascending id, at least one.
        mask_names: Classes of semantic masks by ascending value, the background first; empty if
            the bundle has no masks.
    """
    dense = tuple(category.name for category in things)
    names = {category.class_id: category.name for category in things}
    by_id = tuple(names.get(k, f'unused_{k}') for k in range(1, max(names) + 1))
    alphabetical = tuple(sorted(dense))
    segmentation = LabelFile(
        'labels_masks.txt',
        tuple(mask_names),
        'the background, then by class id without gaps: UNet and SegFormer trained on masks',
    )
    return (
        LabelFile(
            'labels.txt',
            dense,
            'counted from 0 without gaps: Ultralytics (YOLO, RT-DETR) trained on YOLO labels, and '
            'TAO DetectNet_v2 with its classes in this order',
        ),
        LabelFile(
            'labels_by_id.txt',
            (BACKGROUND, *by_id),
            'the ids of the dataset, 0 the background: TAO RT-DETR, DINO and Deformable DETR '
            'trained on COCO annotations',
        ),
        LabelFile(
            'labels_sorted.txt',
            alphabetical,
            'sorted by name: TAO YOLOv3, YOLOv4 and YOLOv4-tiny trained on KITTI labels',
        ),
        LabelFile(
            'labels_sorted_background.txt',
            (BACKGROUND, *alphabetical),
            'the background, then sorted by name: TAO SSD and DSSD trained on KITTI labels',
        ),
        *((segmentation,) if mask_names else ()),
    )


def mask_names_in(classes_json: str) -> tuple[str, ...]:
    """Names in the class table of a folder of masks, by ascending value.

    Args:
        classes_json: Text of its ``classes.json``.
    """
    found = json.loads(classes_json)
    return tuple(item['name'] for item in sorted(found, key=lambda item: item['label_id']))


def texts(files: Sequence[LabelFile]) -> Mapping[str, str]:
    """Contents by name."""
    return {file.name: ''.join(f'{line}\n' for line in file.lines) for file in files}
