"""Pictures of boxes: amodal, oriented, and in three dimensions."""

from __future__ import annotations

import math

import numpy as np

from synth_ros.geometry.transforms import box_corners, transform_points
from synth_ros.report.overlay import Style, Tile
from synth_ros.report.palette import Rgb, colour
from synth_ros.report.pictures.canvas import Canvas, Margin, Point, faded
from synth_ros.report.pictures.shown import Shown
from synth_ros.report.pictures.space import see_line
from synth_ros.types import Box2D, FloatArray, InstanceLabel, OrientedBox

AXES: tuple[Rgb, Rgb, Rgb] = ((235, 64, 52), (70, 190, 70), (70, 130, 245))
"""x, y, z, as RViz draws them."""

EDGES = tuple((a, b) for a in range(8) for b in range(a + 1, 8) if (a ^ b) in {1, 2, 4})
"""The edges of a box as numbers of its corners: x fastest, then y, then z."""


def amodal_boxes(shown: Shown, style: Style) -> Tile:
    """Visible boxes solid, and full extents, inside and beyond the image, dashed."""
    canvas = Canvas(shown.rgb, style.width, margin=margin_for(shown))
    for label in shown.labels.instances:
        paint = colour(label.instance.instance_id)
        box, full = label.box, label.amodal_box
        canvas.line(corners(box), paint, closed=True)
        if full != box:
            outline = corners(full)
            canvas.dashes([*outline, outline[0]], paint, thick=2)
        canvas.name(box, f'{label.instance.name} {label.visibility:.0%}', paint)
    return Tile('Boxes: visible solid, full dashed', canvas.finish(style.letters))


def oriented_boxes(shown: Shown, style: Style) -> Tile | None:
    """Rectangles of least area, with a line from the centre along their direction."""
    if all(label.oriented_box is None for label in shown.labels.instances):
        return None
    canvas = Canvas(shown.rgb, style.width)
    for label in shown.labels.instances:
        box = label.oriented_box
        if box is None:
            continue
        paint = colour(label.instance.instance_id)
        canvas.line(oriented_corners(box), paint, closed=True)
        middle = (box.center_x, box.center_y)
        half = box.width / 2
        tip = (
            box.center_x + half * math.cos(box.angle_rad),
            box.center_y + half * math.sin(box.angle_rad),
        )
        canvas.line([middle, tip], paint, thick=1)
        canvas.dot(middle, paint, radius=3)
        canvas.name(label.box, label.instance.name, paint)
    return Tile('Oriented boxes', canvas.finish(style.letters))


def boxes_3d(shown: Shown, style: Style) -> Tile:
    """Oriented 3D boxes as wire frames, with the axes of each object's own frame."""
    canvas = Canvas(faded(shown.rgb, light=0.75), style.width)
    draw_wire_frames(canvas, shown)
    for label in shown.labels.instances:
        canvas.name(label.box, label.instance.name, colour(label.instance.instance_id))
    return Tile('3D boxes and poses (x red, y green, z blue)', canvas.finish(style.letters))


def draw_wire_frames(canvas: Canvas, shown: Shown) -> None:
    """3D boxes and axes of all labelled objects, without names."""
    # From far to near, so that near lines lie over far ones.
    for label in sorted(
        shown.labels.instances, key=lambda item: -float(item.camera_from_box[2, 3])
    ):
        _draw_box(canvas, shown, label)
    for label in shown.labels.instances:
        _draw_axes(canvas, shown, label)


def corners(box: Box2D) -> list[Point]:
    """The four corners in order."""
    return [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]


def oriented_corners(box: OrientedBox) -> list[Point]:
    """The four corners in order."""
    c, s = math.cos(box.angle_rad), math.sin(box.angle_rad)
    out = []
    for along, across in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        x, y = along * box.width / 2, across * box.height / 2
        out.append((box.center_x + c * x - s * y, box.center_y + s * x + c * y))
    return out


def margin_for(shown: Shown, *, most: float = 0.2) -> Margin:
    """Paper for what lies outside the image, at most a share of its size on each side."""
    wide, high = shown.camera.width, shown.camera.height
    boxes = [label.amodal_box for label in shown.labels.instances]
    pad = 8
    limit_x, limit_y = round(most * wide), round(most * high)
    left = max((-b.x0 + pad for b in boxes if b.x0 < 0), default=0)
    top = max((-b.y0 + pad for b in boxes if b.y0 < 0), default=0)
    right = max((b.x1 - wide + pad for b in boxes if b.x1 > wide), default=0)
    bottom = max((b.y1 - high + pad for b in boxes if b.y1 > high), default=0)
    return Margin(min(left, limit_x), min(top, limit_y), min(right, limit_x), min(bottom, limit_y))


def _draw_box(canvas: Canvas, shown: Shown, label: InstanceLabel) -> None:
    """Edges that end in the corner farthest away are thin."""
    points = transform_points(label.camera_from_box, box_corners(label.instance.size_m))
    farthest = int(np.argmax(np.linalg.norm(points, axis=1)))
    paint = colour(label.instance.instance_id)
    for a, b in sorted(EDGES, key=lambda edge: farthest not in edge):
        line = see_line(shown.camera, points[a], points[b])
        if line is None:
            continue
        if farthest in (a, b):
            canvas.dashes(line, paint)
        else:
            canvas.line(line, paint)


def _draw_axes(canvas: Canvas, shown: Shown, label: InstanceLabel) -> None:
    pose: FloatArray = label.camera_from_object
    length = 0.45 * float(np.median(label.instance.size_m))
    for axis, paint in enumerate(AXES):
        line = see_line(shown.camera, pose[:3, 3], pose[:3, 3] + length * pose[:3, axis])
        if line is not None:
            canvas.line(line, paint, thick=2)
