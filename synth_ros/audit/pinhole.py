"""The pinhole formulas written out once more, so that a shared mistake cannot hide."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import CameraModel, DepthImage, FloatArray

Rows = tuple[tuple[float, ...], ...]


def rigid(rows: Rows) -> FloatArray:
    """A transform from its four rows, shape (4, 4)."""
    return np.array(rows, dtype=np.float64)


def invert(pose: FloatArray) -> FloatArray:
    """The inverse of a rigid transform, by the general method: (4, 4)."""
    return np.asarray(np.linalg.inv(pose), dtype=np.float64)


def move(pose: FloatArray, points_m: FloatArray) -> FloatArray:
    """Points (n, 3) after a rigid transform (4, 4)."""
    moved: FloatArray = points_m @ pose[:3, :3].T + pose[:3, 3]
    return moved


def to_pixels(camera: CameraModel, points_m: FloatArray) -> FloatArray:
    """``u = fx X / Z + cx``, ``v = fy Y / Z + cy`` of points (n, 3) with Z > 0: (n, 2)."""
    out = np.empty((len(points_m), 2))
    out[:, 0] = camera.fx * points_m[:, 0] / points_m[:, 2] + camera.cx
    out[:, 1] = camera.fy * points_m[:, 1] / points_m[:, 2] + camera.cy
    return out


def to_points(
    camera: CameraModel, u: FloatArray, v: FloatArray, *, depth_m: FloatArray | DepthImage
) -> FloatArray:
    """Points (n, 3) in the optical frame of pixels (n,) at planar depths (n,), metres."""
    z = np.asarray(depth_m, dtype=np.float64)
    return np.stack([(u - camera.cx) / camera.fx * z, (v - camera.cy) / camera.fy * z, z], axis=1)


def image_points(camera: CameraModel, depth_m: DepthImage) -> FloatArray:
    """The point of every pixel, shape (height, width, 3), optical frame, metres."""
    v, u = np.mgrid[0 : depth_m.shape[0], 0 : depth_m.shape[1]]
    points = to_points(
        camera, u.ravel().astype(float), v.ravel().astype(float), depth_m=depth_m.ravel()
    )
    return points.reshape(*depth_m.shape, 3)


def corners(size_m: tuple[float, ...] | FloatArray) -> FloatArray:
    """The eight corners (8, 3) of a box of full edge lengths ``size_m`` around the origin."""
    x, y, z = (float(edge) / 2 for edge in size_m)
    return np.array(
        [(sx * x, sy * y, sz * z) for sx in (-1, 1) for sy in (-1, 1) for sz in (-1, 1)]
    )


def hull(points: FloatArray) -> FloatArray:
    """Convex hull of points (n, 2), by Andrew's monotone chain: (m, 2), counter-clockwise."""
    ordered = sorted({(float(x), float(y)) for x, y in points})
    if len(ordered) < 3:
        return np.array(ordered)
    return np.array(_chain(ordered)[:-1] + _chain(ordered[::-1])[:-1])


def area(polygon: FloatArray) -> float:
    """Area of a polygon (n, 2), by the shoelace formula."""
    if len(polygon) < 3:
        return 0.0
    x, y = polygon[:, 0], polygon[:, 1]
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def bounds(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Half-open box (x0, y0, x1, y1) of a mask with at least one pixel."""
    v, u = np.nonzero(mask)
    return int(u.min()), int(v.min()), int(u.max()) + 1, int(v.max()) + 1


def _chain(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for point in points:
        while len(out) > 1 and _turn(out[-2], out[-1], point) <= 0:
            out.pop()
        out.append(point)
    return out


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
