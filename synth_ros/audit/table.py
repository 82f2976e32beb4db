"""The literal table of all checks. ``audit.rows`` says what each of their figures proves."""

from __future__ import annotations

from typing import NamedTuple

from synth_ros.audit.checks import (
    boxes3d,
    camera,
    depth,
    extents,
    files,
    flow,
    image,
    keypoints,
    masks,
    normals,
    occluders,
    oriented,
    panoptic,
    ray_boxes,
    rays,
    robot,
    shared,
    simulated,
    touching,
    tracks,
)
from synth_ros.audit.row_names import RowName
from synth_ros.audit.view import Check


class CheckEntry(NamedTuple):
    """One check.

    Attributes:
        run: Makes the measures of a frame.
        rows: The figures it makes.
    """

    run: Check
    rows: tuple[RowName, ...]


CHECKS: tuple[CheckEntry, ...] = (
    CheckEntry(files.same_ids, ('files.ids',)),
    CheckEntry(files.same_values, ('files.values',)),
    CheckEntry(files.drawn_scene, ('files.scene',)),
    CheckEntry(files.known, ('files.known',)),
    CheckEntry(files.listed_layers, ('files.layers',)),
    CheckEntry(shared.class_names, ('files.classes',)),
    CheckEntry(shared.models, ('files.models',)),
    CheckEntry(camera.intrinsics, ('camera.intrinsics',)),
    CheckEntry(camera.pose, ('camera.pose',)),
    CheckEntry(camera.stamps, ('camera.stamps',)),
    CheckEntry(camera.tf_chain, ('camera.tf',)),
    CheckEntry(masks.mask_ids, ('mask.ids',)),
    CheckEntry(masks.mask_classes, ('mask.classes',)),
    CheckEntry(masks.missing, ('mask.missing',)),
    CheckEntry(masks.below, ('mask.below',)),
    CheckEntry(masks.visible_pixels, ('mask.pixels', 'box.visible')),
    CheckEntry(masks.coco_mask, ('mask.coco',)),
    CheckEntry(extents.amodal_box, ('box.amodal',)),
    CheckEntry(extents.counts, ('extent.order', 'extent.shares')),
    CheckEntry(extents.amodal_mask, ('extent.mask',)),
    CheckEntry(oriented.oriented_boxes, ('box.oriented',)),
    CheckEntry(boxes3d.rigid, ('pose.rigid',)),
    CheckEntry(boxes3d.two_roads, ('pose.roads',)),
    CheckEntry(boxes3d.constant, ('pose.constant',)),
    CheckEntry(boxes3d.outline, ('box3d.outline',)),
    CheckEntry(boxes3d.depth_points, ('box3d.points',)),
    CheckEntry(keypoints.positions, ('keypoint.position',)),
    CheckEntry(keypoints.pixels, ('keypoint.pixel',)),
    CheckEntry(keypoints.visibility, ('keypoint.visibility',)),
    CheckEntry(depth.sensed, ('depth.sensed',)),
    CheckEntry(depth.distance, ('distance',)),
    CheckEntry(depth.points, ('points',)),
    CheckEntry(normals.planes, ('normals.planes',)),
    CheckEntry(normals.facing, ('normals.facing',)),
    CheckEntry(flow.flow, ('flow.pixels', 'flow.sensed', 'flow.state', 'flow.scene')),
    CheckEntry(panoptic.panoptic, ('panoptic',)),
    CheckEntry(panoptic.listed, ('panoptic',)),
    CheckEntry(panoptic.parts, ('parts',)),
    CheckEntry(shared.parts, ('parts',)),
    CheckEntry(occluders.occluders, ('occluders',)),
    CheckEntry(tracks.tracks, ('tracks',)),
    CheckEntry(touching.contacts, ('contacts',)),
    CheckEntry(touching.relations, ('relations',)),
    CheckEntry(robot.links, ('robot',)),
    CheckEntry(image.stale, ('image.stale',)),
    CheckEntry(
        rays.rays,
        (
            'rays.ids',
            'rays.unlabelled',
            'rays.missing',
            'rays.depth_flat',
            'rays.depth_round',
            'rays.normals',
        ),
    ),
    CheckEntry(ray_boxes.visible_boxes, ('rays.box',)),
    CheckEntry(ray_boxes.amodal_boxes, ('rays.amodal',)),
    CheckEntry(simulated.camera, ('scene.camera',)),
    CheckEntry(simulated.boxes, ('scene.box3d',)),
    CheckEntry(simulated.links, ('scene.links',)),
    CheckEntry(simulated.thresholds, ('scene.missing',)),
    CheckEntry(
        simulated.again,
        ('again.rgb', 'again.depth', 'again.masks', 'scene.poses', 'scene.missing'),
    ),
)
"""Run in this order on every frame. ``files.readable`` and ``image.copied`` are the runner's."""
