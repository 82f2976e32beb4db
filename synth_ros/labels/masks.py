"""The semantic mask: instance ids replaced by their classes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.labels.boxes import RowRuns

MAX_CLASS_ID = int(np.iinfo(np.uint16).max)
"""Largest class id that a semantic mask can hold."""


def class_mask(runs: RowRuns, class_of: Mapping[int, int]) -> NDArray[np.uint16]:
    """Class of each pixel.

    Args:
        runs: The instance id image, from ``row_runs``.
        class_of: Class id by instance id, for at least every instance in the image; the
            background stays 0.

    Returns:
        Shape (height, width), uint16, 0 background, read-only.

    Raises:
        InternalError: The image shows an instance without a class, or a class id does not
            fit in 16 bits.
    """
    # The background is one more id, of class 0.
    known = np.array([0, *class_of], np.int64)
    classes = np.array([0, *class_of.values()], np.int64)
    order = np.argsort(known, kind='stable')
    place = order[np.minimum(np.searchsorted(known, runs.ids, sorter=order), known.size - 1)]
    _check(runs.ids, known[place], classes[place], listed=class_of)
    mask = np.repeat(classes[place].astype(np.uint16), runs.lengths).reshape(-1, runs.width)
    mask.flags.writeable = False
    return mask


def _check(
    ids: NDArray[np.int32],
    found: NDArray[np.int64],
    classes: NDArray[np.int64],
    *,
    listed: Collection[int],
) -> None:
    """Every id in the image must have been found, with a class that fits."""
    missing = ids != found
    if missing.any():
        raise InternalError(
            f'The image shows instance {int(ids[missing].min())}, which the frame does not list: '
            f'it lists {sorted(listed)}.'
        )
    wrong = (ids != 0) & ((classes < 1) | (classes > MAX_CLASS_ID))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise InternalError(
            f'Instance {int(ids[first])} has class id {int(classes[first])}; '
            f'a semantic mask holds 1 to {MAX_CLASS_ID}.'
        )
