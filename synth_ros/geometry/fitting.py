"""Where an image lies in the input of a network: the one place that says it.

Detector, evaluator, training and calibration all ask here, so that boxes which one of them gives
in the coordinates of a network come back through another to the same numbers.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from synth_ros.types import FloatArray

Fit = Literal['letterbox', 'corner', 'stretch']
"""How an image is brought to the size of the network's input.

``letterbox`` keeps its proportions and pads both sides, as Ultralytics does for YOLO and a pad
node of Isaac ROS by default; ``corner`` pads right and below alone, as Isaac ROS does for RT-DETR
and Grounding DINO; ``stretch`` fills the input, as RT-DETR is trained.
"""
FITS: tuple[Fit, ...] = ('letterbox', 'corner', 'stretch')


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
    left, above = (network[0] - resized[0]) // 2, (network[1] - resized[1]) // 2
    return Placement(image, network, resized, (left, above))
