"""Semantic masks against the truth, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import UsageError
from synth_ros.evaluate.letterbox import Letterbox
from synth_ros.evaluate.types import Box, Found
from synth_ros.schema.rle import encode_mask

IntImage = NDArray[np.integer]
_MOST_SEGMENTS = 1000


class ClassIou(NamedTuple):
    """How well the pixels of a class were found.

    Attributes:
        iou: Intersection by union; ``None`` if the class is in neither mask.
        truth: Its pixels.
        found: Pixels that were taken for it.
        both: Pixels that are both.
    """

    iou: float | None
    truth: int
    found: int
    both: int


class PixelTally:
    """Counts pixels by true and found class; the order of frames does not matter.

    Args:
        class_ids: Our classes; 0 is the background.
    """

    def __init__(self, class_ids: tuple[int, ...]) -> None:
        self._ids = np.array(sorted({0, *class_ids}), np.int64)
        count = len(self._ids)
        self.counts: NDArray[np.int64] = np.zeros((count, count), np.int64)
        self.frames = 0

    def copy(self) -> PixelTally:
        """One that counts on by itself."""
        twin = PixelTally(tuple(self._ids.tolist()))
        twin.counts, twin.frames = self.counts.copy(), self.frames
        return twin

    def add(self, truth: IntImage, found: IntImage) -> None:
        """Count a frame; values that are no class of ours count as background.

        Raises:
            UsageError: The masks are not of one size.
        """
        if truth.shape != found.shape:
            raise UsageError(f'A mask of {found.shape} pixels for an image of {truth.shape}.')
        count = len(self._ids)
        pairs = self._place(truth) * count + self._place(found)
        self.counts += np.bincount(pairs.ravel(), minlength=count**2).reshape(count, count)
        self.frames += 1

    def classes(self) -> dict[int, ClassIou]:
        """IoU by class id, without the background."""
        out = {}
        for place, number in enumerate(self._ids.tolist()):
            truth, found = int(self.counts[place].sum()), int(self.counts[:, place].sum())
            both = int(self.counts[place, place])
            union = truth + found - both
            if number:
                out[number] = ClassIou(both / union if union else None, truth, found, both)
        return out

    def mean(self) -> float | None:
        """Mean IoU of the classes that occur."""
        values = [entry.iou for entry in self.classes().values() if entry.iou is not None]
        return float(np.mean(values)) if values else None

    def _place(self, mask: IntImage) -> NDArray[np.int64]:
        values = mask.astype(np.int64)
        places = np.searchsorted(self._ids, values).clip(0, len(self._ids) - 1)
        return np.where(self._ids[places] == values, places, 0)


def renamed(mask: IntImage, meaning: Callable[[int], int | None]) -> tuple[IntImage, list[int]]:
    """A mask in our class ids.

    Args:
        mask: As the stack has it; 0 is the background.
        meaning: Our class id of a value; ``None`` for a value that means nothing.

    Returns:
        The mask, and the values that mean nothing.
    """
    values, places = np.unique(mask, return_inverse=True)
    found = [0 if value == 0 else meaning(int(value)) for value in values]
    table = np.array([number or 0 for number in found], np.int64)
    strange = [int(v) for v, number in zip(values, found, strict=True) if number is None]
    return table[places].reshape(mask.shape), strange


def to_image(mask: IntImage, fit: Letterbox, *, size: tuple[int, int]) -> IntImage:
    """A mask in network pixels as one of the image: each pixel takes the nearest value.

    Args:
        mask: (height, width) of the network.
        fit: How the image lies in it.
        size: Height and width of the image.
    """
    rows, columns = (
        np.floor((np.arange(count) + 0.5) * scale + pad).astype(np.int64).clip(0, limit - 1)
        for count, scale, pad, limit in (
            (size[0], fit.scale_y, fit.pad_y, mask.shape[0]),
            (size[1], fit.scale_x, fit.pad_x, mask.shape[1]),
        )
    )
    shown: IntImage = mask[np.ix_(rows, columns)]
    return shown


def segments(mask: IntImage) -> list[Found]:
    """Each value of an instance mask as a detection of no class (0), the largest first."""
    values, counts = np.unique(mask[mask != 0], return_counts=True)
    largest = np.argsort(-counts, kind='mergesort')[:_MOST_SEGMENTS]
    found = []
    for value in values[largest]:
        inside = mask == value
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        box = Box(
            float(columns[0]),
            float(rows[0]),
            float(columns[-1] - columns[0] + 1),
            float(rows[-1] - rows[0] + 1),
        )
        found.append(Found(0, 1.0, box, encode_mask(inside)))
    return found
