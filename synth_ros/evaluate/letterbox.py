"""From the coordinates of a network's input to those of the image, and back."""

from __future__ import annotations

from typing import Literal, NamedTuple, Self

from synth_ros.errors import UsageError
from synth_ros.evaluate.types import Box
from synth_ros.geometry import fitting

Fit = Literal['none', fitting.Fit]
FITS: tuple[Fit, ...] = ('none', *fitting.FITS)

_MOST_PX = 1e9


class Letterbox(NamedTuple):
    """How an image lies in the input of a network: ``network = image * scale + pad``.

    Coordinates are pixel edges: the image spans (0, 0) to (width, height).

    Attributes:
        scale_x: Network pixels for one pixel of the image, along x.
        scale_y: Along y.
        pad_x: Network pixels left of the image.
        pad_y: Network pixels above it.
    """

    scale_x: float = 1.0
    scale_y: float = 1.0
    pad_x: float = 0.0
    pad_y: float = 0.0

    @classmethod
    def fitted(cls, image: tuple[int, int], network: tuple[int, int], fit: Fit) -> Self:
        """How an image is put into a network's input.

        Args:
            image: Width and height.
            network: Width and height; (0, 0) for those of the image.
            fit: As :func:`synth_ros.geometry.fitting.place` has it, to the pixel, so that boxes of
                a detector come back exactly; ``none`` leaves coordinates as they are.

        Raises:
            UsageError: A size is not positive.
        """
        if fit == 'none' or network == (0, 0):
            return cls()
        if min(*image, *network) < 1:
            raise UsageError(
                f'An image of {image[0]} x {image[1]} does not fit a network of {network[0]} x '
                f'{network[1]} pixels. Give network_width and network_height, both 1 or more.'
            )
        where = fitting.place(image, network, fit)
        return cls(*where.scale, *where.pad)

    def to_image(self, box: Box) -> Box:
        """A box in network coordinates as one of the image."""
        return Box(
            (box.x - self.pad_x) / self.scale_x,
            (box.y - self.pad_y) / self.scale_y,
            box.width / self.scale_x,
            box.height / self.scale_y,
        )

    def to_network(self, box: Box) -> Box:
        """A box of the image in network coordinates; undoes :meth:`to_image`."""
        return Box(
            box.x * self.scale_x + self.pad_x,
            box.y * self.scale_y + self.pad_y,
            box.width * self.scale_x,
            box.height * self.scale_y,
        )


def usable(box: Box) -> str:
    """Why a box is no box; empty if it is one."""
    if not all(abs(value) <= _MOST_PX for value in box):
        return 'box_not_finite'
    if box.width <= 0 or box.height <= 0:
        return 'box_without_area'
    return ''
