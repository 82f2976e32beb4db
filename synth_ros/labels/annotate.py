"""All annotations of one clean frame."""

from __future__ import annotations

from itertools import pairwise

from synth_ros.config.labels import LabelsConfig
from synth_ros.errors import InternalError
from synth_ros.labels.amodal import amodal, unite
from synth_ros.labels.boxes import VisibleRegion, row_runs, visible_regions
from synth_ros.labels.masks import class_mask
from synth_ros.labels.pose import camera_from_box, camera_from_object
from synth_ros.labels.thresholds import counts
from synth_ros.labels.visibility import visibility
from synth_ros.types import Box2D, Frame, Instance, InstanceLabel, Labels


def annotate(
    frame: Frame,
    config: LabelsConfig,
    *,
    before: Frame | None = None,
    after: Frame | None = None,
) -> Labels:
    """Label a frame.

    An instance gets a label when it shows at least ``config.min_pixels`` pixels and at least
    ``config.min_visibility`` of its full silhouette. Masks keep every true pixel.

    Args:
        frame: The clean frame, silhouettes included: an instance that shows more pixels than
            its outline's rounding needs one.
        config: Thresholds, and which annotations to make.
        before: The frame before of the same camera and episode, for tracks and flow; ``None``
            for the first.
        after: The frame after it, for flow; ``None`` for the last.

    Returns:
        Labels by ascending instance id, and the masks; arrays are read-only.

    Raises:
        InternalError: The frame contradicts itself: an id it does not list, ids out of order,
            a silhouette that does not cover what is visible.
    """
    _check_order(frame.instances)
    runs = row_runs(frame.instance_id)
    classes = class_mask(runs, {item.instance_id: item.class_id for item in frame.instances})
    regions = visible_regions(runs)
    labels = (
        _label(frame, item, regions[item.instance_id])
        for item in frame.instances
        if item.instance_id in regions
    )
    return Labels(
        instances=tuple(
            label
            for label in labels
            if counts(label.pixels_visible, label.pixels_full, config)
        ),
        instance_id=frame.instance_id,
        class_id=classes,
    )


def _label(frame: Frame, instance: Instance, region: VisibleRegion) -> InstanceLabel:
    """The annotations of one visible instance, thresholds aside."""
    key = instance.instance_id
    full = unite(frame.silhouettes.get(key), frame.instance_id, key=key, region=region)
    extent = amodal(full, (frame.camera.width, frame.camera.height))
    shares = visibility(
        visible=region.pixels, in_image=extent.pixels_in_image, full=extent.pixels_full
    )
    _check_inside(key, region.box, extent.box)
    pose = camera_from_object(frame.world_from_camera, instance)
    return InstanceLabel(
        instance=instance,
        box=region.box,
        amodal_box=extent.box,
        pixels_visible=region.pixels,
        pixels_in_image=extent.pixels_in_image,
        pixels_full=extent.pixels_full,
        visibility=shares.visibility,
        occlusion=shares.occlusion,
        truncation=shares.truncation,
        camera_from_object=pose,
        camera_from_box=camera_from_box(pose, instance),
    )


def _check_order(instances: tuple[Instance, ...]) -> None:
    """Ids must be 1 or more and strictly ascend."""
    ids = [item.instance_id for item in instances]
    if (ids and ids[0] < 1) or any(a >= b for a, b in pairwise(ids)):
        raise InternalError(f'Instance ids must ascend from 1 without repeats, but are {ids}.')


def _check_inside(key: int, box: Box2D, outer: Box2D) -> None:
    """The amodal box must hold the visible box."""
    if outer.x0 > box.x0 or outer.y0 > box.y0 or outer.x1 < box.x1 or outer.y1 < box.y1:
        raise InternalError(
            f'Instance {key}: amodal box {tuple(outer)} does not hold visible box {tuple(box)}.'
        )
