"""Pictures of points: keypoints of objects, and the robot's skeleton."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth_ros.report.overlay import Style, Tile
from synth_ros.report.palette import Rgb, colour
from synth_ros.report.pictures.boxes import AXES
from synth_ros.report.pictures.canvas import Canvas, Point, faded
from synth_ros.report.pictures.shown import Shown
from synth_ros.report.pictures.space import see_line
from synth_ros.types import FloatArray, Keypoint, RobotLabel

_ROBOT: Rgb = (255, 176, 0)
_LINK_AXIS_M = 0.06


def keypoints(shown: Shown, style: Style) -> Tile | None:
    """Named points: filled where visible, rings where hidden."""
    if all(label.keypoints is None for label in shown.labels.instances):
        return None
    canvas = Canvas(faded(shown.rgb, light=0.8), style.width)
    draw_keypoints(canvas, shown)
    for label in shown.labels.instances:
        if label.keypoints:
            canvas.name(label.box, label.instance.name, colour(label.instance.instance_id))
    return Tile('Keypoints: filled visible, rings hidden', canvas.finish(style.letters))


def draw_keypoints(
    canvas: Canvas, shown: Shown, *, virtual: bool = True, radius: float = 4.5
) -> None:
    """Keypoints of objects and the lines between them, without names.

    Args:
        canvas: Where to.
        shown: The frame.
        virtual: Whether points that lie on no surface (centres, box corners) are drawn, too.
        radius: Of the dots, picture pixels.
    """
    for label in shown.labels.instances:
        left_out = {
            spec.name
            for spec in label.instance.keypoints
            if spec.kind == 'virtual' and not virtual
        }
        points = {p.name: p for p in label.keypoints or () if p.name not in left_out}
        paint = colour(label.instance.instance_id)
        for a, b in shown.bones.get(label.instance.class_name, ()):
            if a in points and b in points:
                _bone(canvas, shown, (points[a], points[b]), paint=paint)
        _dots(canvas, list(points.values()), paint, radius=radius)


def robot(shown: Shown, style: Style) -> Tile | None:
    """The skeleton over the image, with the axes of every link in the image."""
    found = shown.labels.scene.robot
    if found is None:
        return None
    canvas = Canvas(faded(shown.rgb, light=0.8), style.width)
    draw_skeleton(canvas, shown, found)
    for link in found.links:
        pose = link.camera_from_link
        for axis, paint in enumerate(AXES):
            line = see_line(shown.camera, pose[:3, 3], pose[:3, 3] + _LINK_AXIS_M * pose[:3, axis])
            if line is not None:
                canvas.line(line, paint, thick=1, under=False)
    for point in found.skeleton:
        if point.visibility:
            u, v = _edge(point)
            canvas.name((u - 6, v - 6, u + 6, v + 6), point.name, _ROBOT)
    caption = 'Robot: filled joints visible, rings hidden'
    return Tile(caption, canvas.finish(style.letters))


def draw_skeleton(canvas: Canvas, shown: Shown, found: RobotLabel) -> None:
    """Bones and joints, without names."""
    for a, b in found.bones:
        _bone(canvas, shown, (found.skeleton[a], found.skeleton[b]), paint=_ROBOT)
    _dots(canvas, found.skeleton, _ROBOT, radius=5.0)


def _bone(canvas: Canvas, shown: Shown, ends: tuple[Keypoint, Keypoint], *, paint: Rgb) -> None:
    start, end = (np.array(point.camera_from_point_m) for point in ends)
    line = see_line(shown.camera, start, end)
    if line is not None:
        canvas.line(_clip(line), paint, thick=2)


def _dots(canvas: Canvas, points: Sequence[Keypoint], paint: Rgb, *, radius: float) -> None:
    # Rings first: a visible point must not vanish under a hidden one.
    for point in sorted(points, key=lambda item: item.visibility):
        if point.visibility:
            canvas.dot(_edge(point), paint, radius=radius, hollow=point.visibility == 1)


def _edge(point: Keypoint) -> Point:
    assert point.pixel is not None, 'a point in the image has a pixel'
    return point.pixel[0] + 0.5, point.pixel[1] + 0.5


def _clip(line: tuple[Point, Point]) -> FloatArray:
    """Keep lines that end next to the camera within what can be drawn."""
    ends = np.array(line)
    reach = np.abs(ends).max()
    if reach > 5000:
        inner, outer = sorted(ends, key=lambda end: float(np.abs(end).max()))
        ends = np.array([inner, inner + (outer - inner) * min(1.0, 5000 / reach)])
    return ends
