"""All annotations of a frame as tiles, and the one picture that shows the most of them."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from synth_ros.report.overlay import Style, Tile
from synth_ros.report.palette import colour
from synth_ros.report.pictures import (
    boxes,
    cloud,
    flow,
    masks,
    physics,
    points,
    surfaces,
    tracks,
)
from synth_ros.report.pictures.canvas import Canvas
from synth_ros.report.pictures.shown import Shown
from synth_ros.types import ByteImage

Draw = Callable[[Shown, Style], Tile | None]
"""Draws an annotation; ``None`` where the frame has none of it."""

PICTURES: MappingProxyType[str, Draw] = MappingProxyType(
    {
        'amodal_boxes': boxes.amodal_boxes,
        'oriented_boxes': boxes.oriented_boxes,
        'boxes_3d': boxes.boxes_3d,
        'occluders': masks.occluders,
        'amodal_masks': masks.amodal_masks,
        'parts': masks.parts,
        'panoptic': masks.panoptic,
        'keypoints': points.keypoints,
        'robot': points.robot,
        'clean_depth': surfaces.clean_depth,
        'distance': surfaces.distance,
        'normals': surfaces.normals,
        'points': cloud.points,
        'flow_forward': flow.flow_forward,
        'flow_backward': flow.flow_backward,
        'scene_flow': flow.scene_flow,
        'contacts': physics.contacts,
        'relations': physics.relations,
        'tracks': tracks.tracks,
    }
)
"""Drawing functions by name: the config's switch, where there is one."""


def gallery(shown: Shown, style: Style) -> list[Tile]:
    """A tile for each annotation that the frame has."""
    drawn = (draw(shown, style) for draw in PICTURES.values())
    return [tile for tile in drawn if tile is not None]


def overview(shown: Shown, style: Style) -> ByteImage:
    """Boxes, 3D boxes, surface keypoints, skeleton and names over the image: one look at all.

    Args:
        shown: The frame.
        style: Its width is the picture's.
    """
    canvas = Canvas(shown.rgb, style.width)
    boxes.draw_wire_frames(canvas, shown)
    if shown.labels.scene.robot is not None:
        points.draw_skeleton(canvas, shown, shown.labels.scene.robot)
    points.draw_keypoints(canvas, shown, virtual=False, radius=3.0)
    for label in shown.labels.instances:
        key = label.instance.instance_id
        canvas.line(boxes.corners(label.box), colour(key), thick=1, closed=True)
        canvas.name(label.box, label.instance.name, colour(key))
    return canvas.finish(style.letters)
