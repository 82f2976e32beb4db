"""All annotations of one clean frame."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from synth_ros.config.labels import LabelsConfig
from synth_ros.errors import InternalError
from synth_ros.labels.amodal import Amodal
from synth_ros.labels.boxes import RowRuns, VisibleRegion
from synth_ros.labels.dense import dense_labels
from synth_ros.labels.extents import known_extents
from synth_ros.labels.instant import scene_labels
from synth_ros.labels.keypoints import keypoints_of_all
from synth_ros.labels.masks import class_mask
from synth_ros.labels.occlusion import occluders
from synth_ros.labels.oriented import oriented_boxes
from synth_ros.labels.pose import camera_from_boxes, camera_from_objects
from synth_ros.labels.runs import instance_runs
from synth_ros.labels.thresholds import counts
from synth_ros.labels.visibility import visibility
from synth_ros.types import (
    Box2D,
    FloatArray,
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


class _Extra(NamedTuple):
    """What is made beyond the least: some by id, and whether the rest is wanted."""

    oriented: Mapping[int, OrientedBox]
    keypoints: Mapping[int, tuple[Keypoint, ...]]
    occluders: bool
    amodal_masks: bool


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
    runs = instance_runs(frame)
    classes = class_mask(runs, {item.instance_id: item.class_id for item in frame.instances})
    return Labels(
        instances=_labels(frame, config, runs=runs),
        instance_id=frame.instance_id,
        class_id=classes,
        dense=dense_labels(frame, config, before=before, after=after),
        scene=scene_labels(frame, config, before=before),
    )


def _labels(frame: Frame, config: LabelsConfig, *, runs: RowRuns) -> tuple[InstanceLabel, ...]:
    """The labels of all instances that count."""
    found = known_extents(frame)
    items, seen = [], []
    for item in frame.instances:
        extent = found.get(item.instance_id)
        if extent is None or extent.region is None:
            continue
        if counts(extent.region.pixels, extent.amodal.pixels_full, config):
            items.append(item)
            seen.append(_Seen(extent.region, extent.full, extent.amodal))
    poses = camera_from_objects(frame.world_from_camera, items)
    boxes = camera_from_boxes(poses, items)
    extra = _Extra(
        _oriented(runs, items) if config.wants('oriented_boxes') else {},
        _keypoints(frame, items, poses) if config.wants('keypoints') else {},
        occluders=config.wants('occluders') and frame.scene is not None,
        amodal_masks=config.wants('amodal_masks'),
    )
    return tuple(
        _label(frame, item, place, poses=(pose, box), extra=extra)
        for item, place, pose, box in zip(items, seen, poses, boxes, strict=True)
    )


def _label(
    frame: Frame,
    instance: Instance,
    seen: _Seen,
    *,
    poses: tuple[FloatArray, FloatArray],
    extra: _Extra,
) -> InstanceLabel:
    """The annotations of one instance that counts."""
    region, extent = seen.region, seen.extent
    _check_inside(instance.instance_id, region.box, extent.box)
    shares = visibility(
        visible=region.pixels, in_image=extent.pixels_in_image, full=extent.pixels_full
    )
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
        camera_from_object=poses[0],
        camera_from_box=poses[1],
        oriented_box=extra.oriented.get(instance.instance_id),
        occluders=_occluders(frame, instance, seen) if extra.occluders else None,
        keypoints=extra.keypoints.get(instance.instance_id),
        amodal_mask=_read_only(seen.full) if extra.amodal_masks else None,
    )


def _oriented(runs: RowRuns, items: list[Instance]) -> dict[int, OrientedBox]:
    return oriented_boxes(runs, [item.instance_id for item in items])


def _keypoints(
    frame: Frame, items: list[Instance], poses: FloatArray
) -> dict[int, tuple[Keypoint, ...]]:
    found = keypoints_of_all(frame, items, camera_from_object=poses)
    return {item.instance_id: points for item, points in zip(items, found, strict=True)}


def _occluders(frame: Frame, instance: Instance, seen: _Seen) -> tuple[Occluder, ...]:
    if seen.extent.pixels_in_image == seen.region.pixels:
        return ()
    return occluders(frame, instance.instance_id, seen.full)


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
