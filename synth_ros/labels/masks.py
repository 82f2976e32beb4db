"""The semantic mask: instance ids replaced by their classes."""

from __future__ import annotations

from collections.abc import Mapping

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
    ids, which = np.unique(runs.ids, return_inverse=True)
    classes = np.array([_class_of(key, class_of) for key in ids.tolist()], np.uint16)
    mask = np.repeat(classes[which], runs.lengths).reshape(-1, runs.width)
    mask.flags.writeable = False
    return mask


def _class_of(instance_id: int, class_of: Mapping[int, int]) -> int:
    """Class of one id, checked."""
    if instance_id == 0:
        return 0
    class_id = class_of.get(instance_id)
    if class_id is None:
        raise InternalError(
            f'The image shows instance {instance_id}, which the frame does not list: '
            f'it lists {sorted(class_of)}.'
        )
    if not 1 <= class_id <= MAX_CLASS_ID:
        raise InternalError(
            f'Instance {instance_id} has class id {class_id}; '
            f'a semantic mask holds 1 to {MAX_CLASS_ID}.'
        )
    return class_id
