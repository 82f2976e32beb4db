"""From raw buffers to images: metric depth, ids, tight masks. All renderers share these."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.camera import PixelWindow
from synth_ros.types import ByteImage, DepthImage, IdImage, MaskImage, Silhouette


class DepthCurve(NamedTuple):
    """How a reversed depth buffer stores distance: ``raw = scale_m / z - offset``.

    Attributes:
        scale_m: Metres.
        offset: Unitless.
    """

    scale_m: float
    offset: float


def reversed_curve(near_m: float, far_m: float) -> DepthCurve:
    """The curve that is exactly 1 at the near and 0 at the far plane."""
    return DepthCurve(near_m * far_m / (far_m - near_m), near_m / (far_m - near_m))


def gl_frustum_curve(near_m: float, far_m: float) -> DepthCurve:
    """The curve of classic OpenGL, which builds its matrix in single precision.

    glFrustum's coefficients C = -(f + n) / (f - n) and D = -2 f n / (f - n) are rounded to
    32 bits, and reversing z takes half of them. What rounding does to C, 1 part in 10^7, is
    0.05 mm at 1 m when the near plane is at 2 mm, so it is repeated here.
    """
    c = np.float32(-(far_m + near_m) / (far_m - near_m))
    d = np.float32(-2 * far_m * near_m / (far_m - near_m))
    return DepthCurve(float(-0.5 * np.float64(d)), float(-0.5 * np.float64(c) - 0.5))


def metric_depth(raw: DepthImage, curve: DepthCurve) -> DepthImage:
    """Distance along the optical axis from a reversed depth buffer.

    Args:
        raw: Depth buffer, (height, width), float32; exactly 0 where nothing was drawn.
        curve: How it stores distance.

    Returns:
        (height, width), float32, metres; 0 where nothing was drawn.
    """
    depth = np.add(raw, np.float32(curve.offset))
    np.divide(np.float32(curve.scale_m), depth, out=depth)
    depth[raw == 0] = 0
    return depth


def ids_from_colors(colors: ByteImage, table: NDArray[np.int32]) -> IdImage:
    """Ids from colours that encode an index as R + 256 G + 65536 B.

    Args:
        colors: (height, width, 3).
        table: The id of each index; index 0 is the background.

    Returns:
        ``table[index]``, (height, width), int32.
    """
    if len(table) <= 256:
        return np.asarray(table.take(colors[..., 0]), np.int32)
    packed = np.asarray(cv2.cvtColor(colors, cv2.COLOR_RGB2RGBA)).view(np.int32)[..., 0]
    return np.asarray(table.take(packed & 0xFFFFFF), np.int32)


def flip_colors(colors: ByteImage) -> ByteImage:
    """The image with its upper row first; OpenGL reads the lower row first."""
    return np.asarray(cv2.flip(colors, 0), np.uint8)


def flip_depth(raw: DepthImage) -> DepthImage:
    """The depth buffer with its upper row first."""
    return np.asarray(cv2.flip(raw, 0), np.float32)


def any_color(colors: ByteImage) -> MaskImage:
    """Where any channel is not 0: (height, width), bool."""
    mask: MaskImage = (colors[..., 0] | colors[..., 1] | colors[..., 2]) != 0
    return mask


def tight_silhouette(mask: MaskImage, window: PixelWindow) -> Silhouette | None:
    """Crop a mask to its set pixels.

    Args:
        mask: Coverage of the window, (window.height, window.width).
        window: Where the mask lies on the pixel grid.

    Returns:
        The silhouette with an array of its own, or ``None`` if no pixel is set.
    """
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return None
    columns = np.flatnonzero(mask.any(axis=0))
    y0, y1 = int(rows[0]), int(rows[-1]) + 1
    x0, x1 = int(columns[0]), int(columns[-1]) + 1
    return Silhouette(window.x0 + x0, window.y0 + y0, mask[y0:y1, x0:x1].copy())


def screen_gain(exposure_ev: float) -> float:
    """Factor on colours of the screen that makes their light 2 to the power of ``exposure_ev``.

    For renderers that add up colours as the screen shows them; 2.2 is the usual exponent of the
    screen's curve (sRGB is a little bent).
    """
    return float(2.0 ** (exposure_ev / 2.2))
