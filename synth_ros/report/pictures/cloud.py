"""The point cloud from beside the camera, with the camera that saw it."""

from __future__ import annotations

import math

import numpy as np

from synth_ros.geometry.transforms import make_transform, transform_points
from synth_ros.report.overlay import Style, Tile
from synth_ros.report.pictures.canvas import PAPER, QUIET, Canvas
from synth_ros.report.pictures.shown import Shown
from synth_ros.report.pictures.space import see_line
from synth_ros.types import ByteImage, CameraModel, FloatArray

_TURN_RAD = math.radians(50)
_RISE_RAD = math.radians(8)
_AWAY = 1.5
# How far from the objects to the camera the middle of the picture is.
_MIDDLE = 0.3
_FRUSTUM_M = 0.12


def points(shown: Shown, style: Style) -> Tile | None:
    """Every pixel's surface point in its colour, seen from a place to the right of the camera."""
    cloud = shown.labels.dense.points_m
    if cloud is None:
        return None
    there = np.isfinite(cloud).all(2)
    if not there.any():
        empty = np.full(shown.rgb.shape, PAPER, np.uint8)
        return Tile('Point cloud: nothing', Canvas(empty, style.width).pixels)
    where = cloud[there].astype(float)
    seen_from = _beside(shown, where)
    camera = _camera(shown.camera, style.width)
    moved = transform_points(seen_from, where)
    canvas = Canvas(splat(camera, moved, shown.rgb[there]), style.width)
    _draw_frustum(canvas, shown.camera, view=(camera, seen_from))
    return Tile(f'{where.shape[0]:,} points, from beside the camera', canvas.pixels)


def splat(camera: CameraModel, points_m: FloatArray, rgb: ByteImage) -> ByteImage:
    """Points as small squares, near ones over far ones.

    Args:
        camera: Looks at them.
        points_m: Optical frame, shape (n, 3).
        rgb: Colours, shape (n, 3).
    """
    front = points_m[:, 2] > 0.05
    order = np.argsort(-points_m[front, 2], kind='stable')
    ahead, paint = points_m[front][order], rgb[front][order]
    u = np.rint(camera.fx * ahead[:, 0] / ahead[:, 2] + camera.cx).astype(int)
    v = np.rint(camera.fy * ahead[:, 1] / ahead[:, 2] + camera.cy).astype(int)
    out = np.full((camera.height + 1, camera.width + 1, 3), PAPER, np.uint8)
    inside = (u >= 0) & (u < camera.width) & (v >= 0) & (v < camera.height)
    u, v, paint = u[inside], v[inside], paint[inside]
    # NumPy writes in order, so the last and nearest point of a pixel stays. Squares of two by
    # two close the gaps; they are interleaved point by point to keep that order.
    rows = (v[:, None] + np.array([0, 0, 1, 1])).ravel()
    columns = (u[:, None] + np.array([0, 1, 0, 1])).ravel()
    out[rows, columns] = np.repeat(paint, 4, axis=0)
    return out[:-1, :-1]


def _beside(shown: Shown, where: FloatArray) -> FloatArray:
    """A viewpoint turned about what the camera looks at: its optical frame from the camera's."""
    labelled = [label.camera_from_box[:3, 3] for label in shown.labels.instances]
    things = np.median(np.array(labelled) if labelled else where, axis=0)
    centre = (1 - _MIDDLE) * things
    up = shown.world_from_camera[2, :3]
    side = _unit(np.cross(-centre, up))
    back = _turn(_turn(-things, up, _TURN_RAD), side, _RISE_RAD)
    eye = centre + _AWAY * back
    forward = _unit(centre - eye)
    right = _unit(np.cross(forward, up))
    rotation = np.array([right, np.cross(forward, right), forward])
    return make_transform(rotation, -rotation @ eye)


def _camera(camera: CameraModel, width: int) -> CameraModel:
    """The same lens at the picture's size, centred."""
    scale = width / camera.width
    height = max(1, round(camera.height * scale))
    return CameraModel(
        camera.name,
        width,
        height,
        fx=camera.fx * scale,
        fy=camera.fy * scale,
        cx=(width - 1) / 2,
        cy=(height - 1) / 2,
    )


def _draw_frustum(
    canvas: Canvas, camera: CameraModel, *, view: tuple[CameraModel, FloatArray]
) -> None:
    """The camera that saw the points, as a small pyramid."""
    onto, seen_from = view
    edges = [(-0.5, -0.5), (camera.width - 0.5, -0.5)]
    edges += [(camera.width - 0.5, camera.height - 0.5), (-0.5, camera.height - 0.5)]
    rays = [[(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, 1.0] for u, v in edges]
    ends = transform_points(seen_from, _FRUSTUM_M * np.array(rays))
    tip = seen_from[:3, 3]
    lines = [(tip, end) for end in ends] + [(ends[k], ends[(k + 1) % 4]) for k in range(4)]
    for start, end in lines:
        line = see_line(onto, start, end)
        if line is not None:
            canvas.line(line, QUIET, thick=1)


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector))
    unit: FloatArray = vector / max(length, 1e-9)
    return unit


def _turn(vector: FloatArray, axis: FloatArray, angle_rad: float) -> FloatArray:
    """Rodrigues' rotation about a unit axis."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    turned: FloatArray = (
        c * vector + s * np.cross(axis, vector) + (1 - c) * float(axis @ vector) * axis
    )
    return turned
