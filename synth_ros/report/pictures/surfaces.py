"""Pictures of what each pixel's surface is like: how far, and which way it faces."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from synth_ros.report.overlay import INVALID, Style, Tile, resize
from synth_ros.report.pictures.shown import Shown
from synth_ros.types import ByteImage, DepthImage, FloatArray, MaskImage

# Between lines of equal distance; the first that gives at most two dozen lines.
_STEPS_M = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


def clean_depth(shown: Shown, style: Style) -> Tile | None:
    """Depth along the optical axis with lines of equal depth."""
    depth_m = shown.labels.dense.depth_m
    return None if depth_m is None else _lengths('Clean depth', depth_m, style)


def distance(shown: Shown, style: Style) -> Tile | None:
    """Length of the rays with lines of equal length."""
    distance_m = shown.labels.dense.distance_m
    return None if distance_m is None else _lengths('Ray length', distance_m, style)


def normals(shown: Shown, style: Style) -> Tile | None:
    """Red grows to the right, green upwards, blue towards the camera; a ball as legend."""
    found = shown.labels.dense.normals
    if found is None:
        return None
    rgb = resize(normal_colours(found), style.width)
    side = max(style.width // 8, 40)
    ball = _ball(side)
    inside = ball.any(2)
    corner = rgb[-side - 8 : -8, 8 : side + 8]
    corner[inside] = ball[inside]
    return Tile('Normals: right red, up green, to the camera blue', rgb)


def normal_colours(
    found: FloatArray | np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> ByteImage:
    """The usual code of normal maps: a surface that faces the camera is (128, 128, 255).

    Args:
        found: Unit normals in the optical frame, shape (height, width, 3); 0 where nothing is.
    """
    flipped = found * np.array([1, -1, -1])
    rgb: ByteImage = np.rint(127.5 * (flipped + 1)).clip(0, 255).astype(np.uint8)
    rgb[~found.any(2)] = INVALID
    return rgb


def _lengths(title: str, length_m: DepthImage, style: Style) -> Tile:
    """Lengths in viridis, near bright, with lines at round numbers."""
    valid = length_m > 0
    if not valid.any():
        empty = np.full((*length_m.shape, 3), INVALID, np.uint8)
        return Tile(f'{title}: nothing', resize(empty, style.width))
    near, far = (float(d) for d in np.percentile(length_m[valid], [1, 99]))
    share = np.clip((far - length_m) / max(far - near, 1e-3), 0, 1)
    bgr = cv2.applyColorMap((255 * share).astype(np.uint8), cv2.COLORMAP_VIRIDIS)
    rgb = cast('ByteImage', cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))
    step_m = next((s for s in _STEPS_M if (far - near) / s <= 24), _STEPS_M[-1])
    rgb[~valid] = INVALID
    picture = resize(rgb, style.width).copy()
    size = picture.shape[1], picture.shape[0]
    sharp = cv2.resize(length_m, size, interpolation=cv2.INTER_NEAREST)
    lines = contours(cast('DepthImage', sharp), step_m)
    picture[lines] = (0.35 * picture[lines]).astype(np.uint8)
    caption = f'{title} {near:.2f} (bright) to {far:.2f} m, lines every {step_m:g} m'
    return Tile(caption, picture)


def contours(length_m: DepthImage, step_m: float) -> MaskImage:
    """Pixels whose right or lower neighbour lies beyond the next line of equal length."""
    band = np.floor(length_m / step_m).astype(int)
    lines = np.zeros(band.shape, bool)
    lines[:, :-1] |= np.abs(np.diff(band, axis=1)) == 1
    lines[:-1] |= np.abs(np.diff(band, axis=0)) == 1
    return lines & (length_m > 0)


def _ball(side: int) -> ByteImage:
    """A sphere seen from the front, in the colours of its normals; black around it."""
    axis = (np.arange(side) + 0.5) / side * 2 - 1
    x, y = np.meshgrid(axis, axis)
    inside = x**2 + y**2 < 1
    z = -np.sqrt(np.maximum(1 - x**2 - y**2, 0))
    rgb = normal_colours(np.stack([x, y, z], axis=2))
    rgb[~inside] = 0
    return rgb
