"""All annotations of one clean frame."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from synth_ros.config.labels import LabelsConfig
from synth_ros.errors import InternalError
from synth_ros.labels.amodal import Amodal, amodal, unite
from synth_ros.labels.boxes import RowRuns, VisibleRegion, row_runs, visible_regions
from synth_ros.labels.dense import dense_labels
from synth_ros.labels.instant import scene_labels
from synth_ros.labels.keypoints import keypoints
from synth_ros.labels.masks import class_mask
from synth_ros.labels.occlusion import occluders
from synth_ros.labels.oriented import oriented_box
from synth_ros.labels.pose import camera_from_box, camera_from_object
from synth_ros.labels.thresholds import counts
from synth_ros.labels.visibility import visibility
from synth_ros.types import (
    Box2D,
    Frame,
    Instance,
    InstanceLabel,
    Keypoint,
    Labels,
    Occluder,
    OrientedBox,
    Silhouette,
)


class _Seen(NamedTuple):
    """What the image shows of an instance, and its full extent."""

    region: VisibleRegion
    full: Silhouette
    extent: Amodal


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
            its outline's rounding needs one. Of a frame without ``scene``, annotations that
            need it are left out.
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
    return Labels(
        instances=tuple(
            _label(frame, instance, seen, config=config)
            for instance, seen in _seen(frame, runs)
            if counts(seen.region.pixels, seen.extent.pixels_full, config)
        ),
        instance_id=frame.instance_id,
        class_id=classes,
        dense=dense_labels(frame, config, before=before, after=after),
        scene=scene_labels(frame, config, before=before),
    )


def _seen(frame: Frame, runs: RowRuns) -> Iterator[tuple[Instance, _Seen]]:
    """Every instance with a visible pixel, by ascending id."""
    regions = visible_regions(runs)
    size = (frame.camera.width, frame.camera.height)
    for instance in frame.instances:
        key = instance.instance_id
        region = regions.get(key)
        if region is not None:
            full = unite(frame.silhouettes.get(key), frame.instance_id, key=key, region=region)
            extent = amodal(full, size)
            _check_inside(key, region.box, extent.box)
            yield instance, _Seen(region, full, extent)


def _label(
    frame: Frame, instance: Instance, seen: _Seen, *, config: LabelsConfig
) -> InstanceLabel:
    """The annotations of one instance that counts."""
    region, extent = seen.region, seen.extent
    shares = visibility(
        visible=region.pixels, in_image=extent.pixels_in_image, full=extent.pixels_full
    )
    pose = camera_from_object(frame.world_from_camera, instance)
    wants = config.wants
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
        oriented_box=_oriented(frame, instance, region) if wants('oriented_boxes') else None,
        occluders=_occluders(frame, instance, seen) if wants('occluders') else None,
        keypoints=_keypoints(frame, instance) if wants('keypoints') else None,
        amodal_mask=_read_only(seen.full) if wants('amodal_masks') else None,
    )


def _oriented(frame: Frame, instance: Instance, region: VisibleRegion) -> OrientedBox:
    box = region.box
    crop = frame.instance_id[box.y0 : box.y1, box.x0 : box.x1]
    return oriented_box(crop == instance.instance_id, box)


def _occluders(frame: Frame, instance: Instance, seen: _Seen) -> tuple[Occluder, ...] | None:
    if frame.scene is None:
        return None
    return occluders(frame, instance.instance_id, seen.full)


def _keypoints(frame: Frame, instance: Instance) -> tuple[Keypoint, ...]:
    return keypoints(frame, instance)


def _read_only(silhouette: Silhouette) -> Silhouette:
    silhouette.mask.flags.writeable = False
    return silhouette


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
