"""Images and masks of datasets of other formats, as pictures need them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from synth_ros.readers.plain.types import PlainDataset, PlainImage
from synth_ros.types import MaskImage


def chosen(dataset: PlainDataset, numbers: Collection[int]) -> Iterator[tuple[int, PlainImage]]:
    """The images of those numbers, with their numbers, in the order of the dataset.

    Args:
        dataset: Has them.
        numbers: Counted from 0; at least one.
    """
    last = max(numbers)
    for number, image in enumerate(dataset):
        if number in numbers:
            yield number, image
        if number >= last:
            return


def number_masks(
    masks: Sequence[MaskImage | None], shape: tuple[int, int]
) -> NDArray[np.uint16] | None:
    """One image of all masks: object k is k + 1; where they overlap, the smallest is on top.

    Args:
        masks: Of each object, (height, width); ``None`` where it has none.
        shape: Height and width.

    Returns:
        Shape (height, width); ``None`` where no object has a mask.
    """
    there = [(int(mask.sum()), k, mask) for k, mask in enumerate(masks) if mask is not None]
    if not there:
        return None
    out = np.zeros(shape, np.uint16)
    for _, k, mask in sorted(there, key=lambda item: (-item[0], item[1])):
        out[mask] = k + 1
    return out
