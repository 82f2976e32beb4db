"""Which images stand for a dataset: as few as wanted, and as different as they are.

An image has traits: which class was seen how large, how far, where and how hidden, how bright and
how rich in contrast the picture of which camera is, how many objects are in it. A choice is worth
the sum, over all traits, of log(1 + images that have it): what is rare counts at once, what is
common ever less. That is a submodular function, for which taking the best image again and again is
within 1 - 1/e of the best choice there is (Nemhauser, Wolsey and Fisher, 1978). The same images
give the same choice: nothing is drawn, and of two alike the earlier is taken.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from synth_ros.schema.records import FrameRecord, LabelRecord
from synth_ros.types import ByteImage

# Lower ends of the steps of each trait.
_SIZES = (0.03, 0.06, 0.12, 0.25, 0.5)  # square root of the box's share of the image
_DISTANCES_M = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_HIDDEN = (0.1, 0.5)
_LEVELS = (32, 64, 96, 128, 160, 192, 224)  # mean grey value
_CONTRASTS = (16, 32, 48, 64, 96)  # standard deviation of grey values
_COUNTS = (1, 2, 4, 8, 16)
_PARTS = 3  # of the image's width and height, for where an object is

Traits = frozenset[str]
"""What is true of an image: words that others may share."""


def traits_of(record: FrameRecord, rgb: ByteImage) -> Traits:
    """Traits of one image.

    Args:
        record: Its labels.
        rgb: Its pixels, shape (height, width, 3), uint8.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    mean, deviation = (float(value[0, 0]) for value in cv2.meanStdDev(grey))
    traits = {
        f'camera {record.camera}',
        f'brightness {record.camera} {_step(mean, _LEVELS)}',
        f'contrast {record.camera} {_step(deviation, _CONTRASTS)}',
        f'objects {_step(len(record.labels), _COUNTS)}',
    }
    classes = {instance.instance_id: instance.class_name for instance in record.instances}
    for label in record.labels:
        traits |= _object_traits(label, classes[label.instance_id], record=record)
    return frozenset(traits)


def choose(images: Sequence[Traits], count: int) -> list[int]:
    """Images that stand for all, the most telling first: each beginning of the list does, too.

    Args:
        images: Traits of each.
        count: How many to choose; all of them if there are fewer.

    Returns:
        Indices, in the order of choice.
    """
    seen: Counter[str] = Counter()
    # What an image adds only ever shrinks, so one that is still ahead of the others' old values
    # is the best (Minoux, 1978).
    queue = [(-_gain(traits, seen), index) for index, traits in enumerate(images)]
    heapq.heapify(queue)
    chosen: list[int] = []
    while queue and len(chosen) < count:
        _, index = heapq.heappop(queue)
        gain = _gain(images[index], seen)
        if queue and (-gain, index) > queue[0]:
            heapq.heappush(queue, (-gain, index))
            continue
        chosen.append(index)
        seen.update(images[index])
    return chosen


def covered(images: Sequence[Traits], chosen: Iterable[int]) -> float:
    """Share of all traits that some chosen images have; 1 if there is none."""
    every = frozenset().union(*images)
    if not every:
        return 1.0
    return len(frozenset().union(*(images[index] for index in chosen))) / len(every)


def _gain(traits: Traits, seen: Counter[str]) -> float:
    """By how much the sum of log(1 + images) grows."""
    # Sorted, so that the sum is rounded alike in every process.
    return sum(math.log((2 + n) / (1 + n)) for n in sorted(seen[trait] for trait in traits))


def _object_traits(label: LabelRecord, name: str, *, record: FrameRecord) -> set[str]:
    x0, y0, x1, y1 = label.box
    size = math.sqrt((x1 - x0) * (y1 - y0) / (record.width * record.height))
    distance_m = float(np.linalg.norm([row[3] for row in label.camera_from_box[:3]]))
    column = min(int((x0 + x1) / 2 / record.width * _PARTS), _PARTS - 1)
    row = min(int((y0 + y1) / 2 / record.height * _PARTS), _PARTS - 1)
    return {
        f'class {name}',
        f'size {name} {_step(size, _SIZES)}',
        f'distance {name} {_step(distance_m, _DISTANCES_M)}',
        f'place {name} {column} {row}',
        f'hidden {name} {_step(label.occlusion, _HIDDEN)}',
    }


def _step(value: float, ends: Sequence[float]) -> int:
    """Which step a value is in."""
    return sum(value >= end for end in ends)
