"""One picture of a frame with everything on it that has a place in the image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, ImageDraw

from synth_ros.report.overlay import Style, draw_boxes
from synth_ros.report.palette import Rgb, colour, colour_ids
from synth_ros.report.picture import from_sample
from synth_ros.types import ByteImage, IdImage, Keypoint, Sample

_ROBOT: Rgb = (255, 255, 255)
_RADIUS_PX = 3


def annotated(sample: Sample) -> ByteImage:
    """The sensed image with mask outlines, boxes, names, keypoints and the robot's skeleton.

    Visible keypoints are discs, hidden ones rings.

    Returns:
        Shape (height, width, 3), uint8: the size of the image.
    """
    labels = sample.labels
    outlined = draw_outlines(sample.rgb, labels.instance_id)
    boxes = from_sample(sample).boxes
    canvas = Image.fromarray(draw_boxes(outlined, boxes, Style(width=sample.rgb.shape[1])))
    draw = ImageDraw.Draw(canvas)
    if labels.scene.robot is not None:
        _draw_bones(draw, labels.scene.robot.skeleton, labels.scene.robot.bones)
        _draw_points(draw, labels.scene.robot.skeleton, _ROBOT)
    for label in labels.instances:
        _draw_points(draw, label.keypoints or (), colour(label.instance.class_id))
    return np.asarray(canvas)


def draw_outlines(rgb: ByteImage, instance_id: IdImage) -> ByteImage:
    """The image with the inner border of every instance mask in the instance's colour."""
    border = np.zeros(instance_id.shape, bool)
    across = instance_id[:, :-1] != instance_id[:, 1:]
    down = instance_id[:-1] != instance_id[1:]
    border[:, :-1] |= across
    border[:, 1:] |= across
    border[:-1] |= down
    border[1:] |= down
    border &= instance_id > 0
    out = rgb.copy()
    out[border] = colour_ids(instance_id[border], (0, 0, 0))
    return out


def _draw_bones(
    draw: ImageDraw.ImageDraw,
    skeleton: Sequence[Keypoint],
    bones: Iterable[tuple[int, int]],
) -> None:
    for near, far in bones:
        start, end = skeleton[near].pixel, skeleton[far].pixel
        if start is not None and end is not None:
            draw.line((*start, *end), fill=_ROBOT)


def _draw_points(draw: ImageDraw.ImageDraw, points: Iterable[Keypoint], paint: Rgb) -> None:
    for point in points:
        if point.visibility == 0 or point.pixel is None:
            continue
        u, v = point.pixel
        around = (u - _RADIUS_PX, v - _RADIUS_PX, u + _RADIUS_PX, v + _RADIUS_PX)
        draw.ellipse(around, outline=paint, fill=paint if point.visibility == 2 else None)
