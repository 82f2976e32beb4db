"""Names of classes in the order in which networks emit them: it differs from tool to tool."""

from __future__ import annotations

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


def label_files(things: Sequence[Category]) -> tuple[LabelFile, ...]:
    """All orders.

    Args:
        things: Classes of objects by ascending id, at least one.
    """
    dense = tuple(category.name for category in things)
    names = {category.class_id: category.name for category in things}
    by_id = tuple(names.get(k, f'unused_{k}') for k in range(1, max(names) + 1))
    alphabetical = tuple(sorted(dense))
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
            'trained on COCO annotations, and UNet and SegFormer trained on masks',
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
    )


def texts(files: Sequence[LabelFile]) -> Mapping[str, str]:
    """Contents by name."""
    return {file.name: ''.join(f'{line}\n' for line in file.lines) for file in files}
