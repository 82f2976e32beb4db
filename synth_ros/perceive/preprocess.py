"""An image as a network takes it, and boxes back from the network's pixels to the image's."""

from __future__ import annotations

from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_ros.types import ByteImage, FloatArray

Fit = Literal['letterbox', 'corner', 'stretch']
"""How an image is brought to the size of the network's input.

``letterbox`` keeps its proportions and pads both sides, as Ultralytics does for YOLO; ``corner``
pads right and below alone, as Isaac ROS does for RT-DETR; ``stretch`` fills the input, as RT-DETR
is trained.
"""
FITS: tuple[Fit, ...] = ('letterbox', 'corner', 'stretch')

Scaling = Literal['unit', 'imagenet', 'none']
"""What becomes of the bytes: 0 to 1; that less ImageNet's mean over its deviation; 0 to 255."""
SCALINGS: tuple[Scaling, ...] = ('unit', 'imagenet', 'none')

_GREY = 114
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


class Placement(NamedTuple):
    """Where an image lies in the input of a network: ``network = image * scale + pad``.

    Scales are those of the whole pixels that the image is resized to, so that boxes come back
    exactly, not those that were asked for.

    Attributes:
        image: Width and height of the image.
        network: Width and height of the input.
        resized: Width and height of the image in it.
        pad: Columns left of it and rows above it.
    """

    image: tuple[int, int]
    network: tuple[int, int]
    resized: tuple[int, int]
    pad: tuple[int, int]

    @property
    def scale(self) -> tuple[float, float]:
        """Network pixels for one pixel of the image, along x and y."""
        return self.resized[0] / self.image[0], self.resized[1] / self.image[1]

    def to_image(self, boxes: FloatArray) -> FloatArray:
        """Boxes (n, 4) in network pixels as boxes in the image; not clipped."""
        pad, scale = np.tile(self.pad, 2), np.tile(self.scale, 2)
        return np.asarray((boxes - pad) / scale, np.float64)

    def to_network(self, boxes: FloatArray) -> FloatArray:
        """Boxes (n, 4) in the image as boxes in network pixels; undoes :meth:`to_image`."""
        pad, scale = np.tile(self.pad, 2), np.tile(self.scale, 2)
        return np.asarray(boxes * scale + pad, np.float64)


def place(image: tuple[int, int], network: tuple[int, int], fit: Fit) -> Placement:
    """Where an image lies in the input.

    Rounding is that of Ultralytics: the size to whole pixels, and an odd pixel of padding right
    and below.

    Args:
        image: Width and height, at least 1.
        network: Likewise.
        fit: How it is brought to that size.
    """
    if fit == 'stretch':
        return Placement(image, network, network, (0, 0))
    ratio = min(network[0] / image[0], network[1] / image[1])
    resized = (max(round(image[0] * ratio), 1), max(round(image[1] * ratio), 1))
    if fit == 'corner':
        return Placement(image, network, resized, (0, 0))
    left = round((network[0] - resized[0]) / 2 - 0.1)
    above = round((network[1] - resized[1]) / 2 - 0.1)
    return Placement(image, network, resized, (left, above))


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
