"""A picture to draw on: scaled first, so that lines and letters stay sharp at any size.

All coordinates are those of ``types.Box2D``: pixel edges of the original image, which spans
(0, 0) to (width, height). The centre of pixel (u, v) is (u + 0.5, v + 0.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from synth_ros.report.names import Name, font, write_names
from synth_ros.report.overlay import resize
from synth_ros.report.palette import Rgb
from synth_ros.types import ByteImage, FloatArray, MaskImage

PAPER: Rgb = (24, 26, 31)
QUIET: Rgb = (160, 165, 175)
WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)

Point = tuple[float, float]

# OpenCV takes whole numbers with this many binary digits behind the point.
_SHIFT = 4
_FAR = 30000.0


class Margin(NamedTuple):
    """Paper around the image, in pixels of the image."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


class Canvas:
    """An image with things drawn over it.

    Args:
        rgb: The image, shape (height, width, 3).
        width: Of the picture, pixels, margins included.
        margin: Paper around the image, for what lies outside it.
    """

    def __init__(self, rgb: ByteImage, width: int, *, margin: Margin | None = None) -> None:
        around = margin or Margin()
        whole = rgb
        if any(around):
            sides = ((around.top, around.bottom), (around.left, around.right), (0, 0))
            whole = np.pad(rgb, sides)
            outside = np.ones(whole.shape[:2], bool)
            height, wide = rgb.shape[:2]
            outside[around.top : around.top + height, around.left : around.left + wide] = False
            whole[outside] = PAPER
        self.pixels: ByteImage = resize(whole, width).copy()
        self.scale = width / whole.shape[1]
        self._margin = around
        self._names: list[Name] = []

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture, pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def place(self, points: FloatArray | Sequence[Point]) -> FloatArray:
        """Edge coordinates of the picture from those of the image, shape (n, 2)."""
        corner = np.array([self._margin.left, self._margin.top])
        placed: FloatArray = (np.asarray(points, float).reshape(-1, 2) + corner) * self.scale
        return placed

    def line(
        self,
        points: FloatArray | Sequence[Point],
        paint: Rgb,
        *,
        thick: float = 2.0,
        closed: bool = False,
        under: bool = True,
    ) -> None:
        """Draw a line through points; a dark one under it keeps bright colours visible."""
        corners = self._fixed(self.place(points))
        if under:
            self._polyline(corners, _dark(paint), thick=round(thick) + 2, closed=closed)
        self._polyline(corners, paint, thick=round(thick), closed=closed)

    def dashes(
        self, points: FloatArray | Sequence[Point], paint: Rgb, *, thick: float = 1.0
    ) -> None:
        """Draw a dashed line through points."""
        corners = self.place(points)
        for start, end in pairwise(corners):
            length = float(np.hypot(*(end - start)))
            if length == 0 or length > _FAR:
                continue
            for at in np.arange(0, length, 9.0):
                share = np.array([[at], [min(at + 5.0, length)]]) / length
                piece = self._fixed(start + share * (end - start))
                self._polyline(piece, paint, thick=round(thick), closed=False)

    def arrow(
        self, start: Point, end: Point, paint: Rgb, *, thick: float = 2.0, under: bool = True
    ) -> None:
        """Draw an arrow; see ``line``."""
        a, b = self.place([start, end])
        along = b - a
        length = float(np.hypot(*along))
        if length < 1e-6:
            return
        along /= length
        head = min(4.0 + 3.0 * thick, 0.6 * length)
        across = np.array([-along[1], along[0]])
        neck = b - head * along
        tip = np.array([b, neck + 0.45 * head * across, neck - 0.45 * head * across])
        shaft = self._fixed(np.array([a, neck]))
        if under:
            self._polyline(shaft, _dark(paint), thick=round(thick) + 2, closed=False)
            self._polyline(self._fixed(tip), _dark(paint), thick=2, closed=True)
        self._polyline(shaft, paint, thick=round(thick), closed=False)
        cv2.fillPoly(self.pixels, [self._fixed(tip)], paint, cv2.LINE_AA, _SHIFT)

    def dot(self, at: Point, paint: Rgb, *, radius: float, hollow: bool = False) -> None:
        """Draw a dot: filled, or a ring with paper inside; the radius is in picture pixels."""
        centre = self._fixed(self.place([at]))[0]
        where = (int(centre[0]), int(centre[1]))
        for size, colour in (
            (radius + 1.2, BLACK),
            (radius, paint),
            *(((radius - 1.8, PAPER),) if hollow else ()),
        ):
            whole = round(size * (1 << _SHIFT))
            cv2.circle(self.pixels, where, whole, colour, cv2.FILLED, cv2.LINE_AA, _SHIFT)

    def tint(self, mask: MaskImage, paint: Rgb, share: float) -> None:
        """Mix a colour into pixels of the picture.

        Args:
            mask: Shape of the picture.
            paint: The colour.
            share: Of the colour, 0 to 1.
        """
        mixed = (1 - share) * self.pixels[mask] + share * np.array(paint)
        self.pixels[mask] = mixed.round().astype(np.uint8)

    def spread(self, mask: MaskImage, *, x0: int = 0, y0: int = 0) -> MaskImage:
        """A mask of image pixels as a mask of picture pixels.

        Args:
            mask: A crop, shape (h, w).
            x0: Column of its first pixel in the image; may be negative.
            y0: Row of its first pixel.
        """
        wide, high = self.size
        columns = np.floor((np.arange(wide) + 0.5) / self.scale).astype(int)
        rows = np.floor((np.arange(high) + 0.5) / self.scale).astype(int)
        columns -= self._margin.left + x0
        rows -= self._margin.top + y0
        inside_x = (columns >= 0) & (columns < mask.shape[1])
        inside_y = (rows >= 0) & (rows < mask.shape[0])
        out = np.zeros((high, wide), bool)
        out[np.ix_(inside_y, inside_x)] = mask[np.ix_(rows[inside_y], columns[inside_x])]
        return out

    def name(self, rect: tuple[float, float, float, float], text: str, paint: Rgb) -> None:
        """Write a name beside a rectangle of the image; all are written at the end."""
        (x0, y0), (x1, y1) = self.place([rect[:2], rect[2:]])
        self._names.append(Name((float(x0), float(y0), float(x1), float(y1)), text, paint))

    def finish(self, letters: int) -> ByteImage:
        """Write all names and hand out the picture."""
        image = Image.fromarray(self.pixels)
        write_names(ImageDraw.Draw(image), self._names, letters=letters, canvas=self.size)
        return np.asarray(image)

    def _fixed(self, placed: FloatArray) -> NDArray[np.int32]:
        # OpenCV's integers are pixel centres.
        clipped = np.clip(placed - 0.5, -_FAR, _FAR)
        return cast('NDArray[np.int32]', np.rint(clipped * (1 << _SHIFT)).astype(np.int32))

    def _polyline(
        self, corners: NDArray[np.int32], paint: Rgb, *, thick: int, closed: bool
    ) -> None:
        cv2.polylines(self.pixels, [corners], closed, paint, max(thick, 1), cv2.LINE_AA, _SHIFT)


def faded(rgb: ByteImage, *, light: float = 0.55) -> ByteImage:
    """The image grey and darker, so that colours over it stand out."""
    grey = rgb.mean(2, keepdims=True)
    return np.repeat(light * grey + 16, 3, axis=2).clip(0, 255).astype(np.uint8)


def hatch(size: tuple[int, int], *, pitch: int = 8) -> MaskImage:
    """Diagonal stripes, shape (height, width) of a picture of size (width, height)."""
    wide, high = size
    slope = np.arange(high)[:, None] + np.arange(wide)[None]
    striped: MaskImage = slope % pitch < pitch // 2
    return striped


def rim(mask: MaskImage) -> MaskImage:
    """Pixels of a mask with a neighbour outside it."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1)
    out: MaskImage = mask & (inner == 0)
    return out


def write(rgb: ByteImage, at: tuple[float, float], text: str, *, letters: int) -> ByteImage:
    """White letters with a dark rim at a place of the picture, its left middle."""
    image = Image.fromarray(rgb)
    ImageDraw.Draw(image).text(
        at, text, fill=WHITE, font=font(letters), anchor='lm', stroke_width=2, stroke_fill=BLACK
    )
    return np.asarray(image)


def _dark(paint: Rgb) -> Rgb:
    red, green, blue = (round(0.25 * c) for c in paint)
    return red, green, blue
