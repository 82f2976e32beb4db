"""An image as a network takes it."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.fitting import Fit, Placement
from synth_ros.types import ByteImage

Scaling = Literal['unit', 'imagenet', 'none']
"""What becomes of the bytes: 0 to 1; that less ImageNet's mean over its deviation; 0 to 255."""
SCALINGS: tuple[Scaling, ...] = ('unit', 'imagenet', 'none')

_GREY = 114
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def network_input(
    rgb: ByteImage, where: Placement, *, fit: Fit, scaling: Scaling = 'unit'
) -> NDArray[np.float32]:
    """An image as a batch of one.

    Args:
        rgb: Shape (height, width, 3), uint8; of the size that ``where`` was made for.
        where: Where it lies in the input.
        fit: Decides the colour of the padding: grey as in Ultralytics, black for ``corner``.
        scaling: What becomes of the bytes.

    Returns:
        Shape (1, 3, height, width), red first, contiguous.
    """
    small = rgb
    if where.resized != where.image:
        small = np.asarray(
            cv2.resize(rgb, where.resized, interpolation=cv2.INTER_LINEAR), np.uint8
        )
    left, above = where.pad
    right = where.network[0] - where.resized[0] - left
    below = where.network[1] - where.resized[1] - above
    if left or above or right or below:
        colour = (0, 0, 0) if fit == 'corner' else (_GREY, _GREY, _GREY)
        padded = cv2.copyMakeBorder(
            small, above, below, left, right, cv2.BORDER_CONSTANT, value=colour
        )
        small = np.asarray(padded, np.uint8)
    values = small.astype(np.float32)
    if scaling != 'none':
        values /= np.float32(255)
    if scaling == 'imagenet':
        values = (values - _MEAN) / _DEVIATION
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])
