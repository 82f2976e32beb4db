"""Drawing in millimetres, and assembling textures from drawings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tools.make_assets.objects.model import Pixels
from tools.make_assets.objects.surface import FloatArray, Rect

Rgb = tuple[int, int, int]
Xy = tuple[float, float]


def rgb(code: str) -> Rgb:
    """'#rrggbb' as three integers."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mix(a: str, b: str, share: float) -> str:
    """The colour ``share`` of the way from a to b, as '#rrggbb'."""
    values = (round(x + (y - x) * share) for x, y in zip(rgb(a), rgb(b), strict=True))
    return '#' + ''.join(f'{v:02x}' for v in values)


def blend(base: FloatArray, color: str, amount: FloatArray | float) -> FloatArray:
    """Covers an image (H, W, 3) in 0..255 by a colour; amount (H, W) or scalar in 0..1."""
    share = np.asarray(amount)[..., None] if np.ndim(amount) else amount
    return base * (1 - share) + np.array(rgb(color), dtype=float) * share


def plain(shape: tuple[int, int], color: str) -> FloatArray:
    """A one-coloured image (H, W, 3) in 0..255."""
    return np.broadcast_to(np.array(rgb(color), dtype=float), (*shape, 3)).copy()


def to_pixels(image: FloatArray) -> Pixels:
    """Rounds an image in 0..255 to uint8."""
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


class Panel:
    """A drawing surface in millimetres, x to the right and y down from the top left."""

    def __init__(self, width_mm: float, height_mm: float, color: str) -> None:
        """A panel of one colour, drawn finer than it will be shown."""
        self.width_mm = width_mm
        self.height_mm = height_mm
        self._scale = 1536.0 / max(width_mm, height_mm)
        size = (round(width_mm * self._scale), round(height_mm * self._scale))
        self.image = Image.new('RGB', size, color)
        self._draw = ImageDraw.Draw(self.image)

    def _px(self, points: Sequence[Xy]) -> list[Xy]:
        return [(x * self._scale, y * self._scale) for x, y in points]

    def rect(self, box: Sequence[float], color: str, radius: float = 0.0) -> None:
        """A filled rectangle (x0, y0, x1, y1), optionally with round corners."""
        corners = self._px([(box[0], box[1]), (box[2], box[3])])
        flat = [*corners[0], *corners[1]]
        if radius:
            self._draw.rounded_rectangle(flat, radius * self._scale, fill=color)
        else:
            self._draw.rectangle(flat, fill=color)

    def ellipse(self, center: Xy, radii: Xy, color: str) -> None:
        """A filled ellipse."""
        (x0, y0), (x1, y1) = self._px(
            [
                (center[0] - radii[0], center[1] - radii[1]),
                (center[0] + radii[0], center[1] + radii[1]),
            ]
        )
        self._draw.ellipse([x0, y0, x1, y1], fill=color)

    def polygon(self, points: Sequence[Xy], color: str) -> None:
        """A filled polygon."""
        self._draw.polygon(self._px(points), fill=color)

    def line(self, points: Sequence[Xy], color: str, width: float) -> None:
        """A polyline with round joints."""
        px = max(1, round(width * self._scale))
        self._draw.line(self._px(points), fill=color, width=px, joint='curve')
        for x, y in (points[0], points[-1]):
            self.ellipse((x, y), (width / 2, width / 2), color)

    def text(
        self,
        at: Xy,
        words: str,
        height: float,
        *,
        color: str,
        fit: float = 1e9,
        bold: float = 0.0,
    ) -> None:
        """Words centred at ``at``, shrunk to the width ``fit``; bold is a share of the height."""
        size = height * self._scale
        font = ImageFont.load_default(size)
        stroke = round(bold * size)
        wide = font.getlength(words) + 2 * stroke
        if wide > fit * self._scale:
            size *= fit * self._scale / wide
            font = ImageFont.load_default(size)
            stroke = round(bold * size)
        self._draw.text(
            (at[0] * self._scale, at[1] * self._scale),
            words,
            fill=color,
            font=font,
            anchor='mm',
            stroke_width=stroke,
            stroke_fill=color,
        )

    def paste(self, other: Panel | Pixels, box: Sequence[float]) -> None:
        """A drawing or image stretched into (x0, y0, x1, y1)."""
        corners = self._px([(box[0], box[1]), (box[2], box[3])])
        (x0, y0), (x1, y1) = ((round(x), round(y)) for x, y in corners)
        image = other.image if isinstance(other, Panel) else Image.fromarray(other)
        small = image.resize((x1 - x0, y1 - y0), Image.Resampling.LANCZOS)
        self.image.paste(small, (x0, y0))


class Atlas:
    """A texture put together from panels and images."""

    def __init__(self, width_px: int, height_px: int, color: str) -> None:
        """A texture of one colour."""
        self._image = Image.new('RGB', (width_px, height_px), color)

    def _box(self, rect: Rect) -> tuple[int, int, int, int]:
        w, h = self._image.size
        return (
            round(rect.u0 * w),
            round((1 - rect.v1) * h),
            round(rect.u1 * w),
            round((1 - rect.v0) * h),
        )

    def fill(self, rect: Rect, color: str) -> None:
        """One colour in ``rect``."""
        self._image.paste(color, self._box(rect))

    def paste(self, source: Panel | Pixels, rect: Rect) -> None:
        """Stretches a drawing into ``rect``; v runs up."""
        box = self._box(rect)
        image = source.image if isinstance(source, Panel) else Image.fromarray(source)
        size = (box[2] - box[0], box[3] - box[1])
        self._image.paste(image.resize(size, Image.Resampling.LANCZOS), box[:2])

    def pixels(self) -> Pixels:
        """The finished texture (H, W, 3)."""
        return np.asarray(self._image).copy()
