"""Poses and 3D boxes: by two roads, against 2D extents and against depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.checks.camera import not_rigid
from synth_ros.audit.checks.masks import outline_of
from synth_ros.audit.loose import waiting_objects
from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View, edges
from synth_ros.schema.records import InstanceRecord
from synth_ros.types import DepthImage, FloatArray, IdImage, MaskImage

# Sensed depth is in whole millimetres at best.
_ROUNDED_M = 0.0005
_MANY_SIGMA = 5.0


def rigid(view: View) -> Iterator[Measure]:
    """All poses are right-handed and rigid, all sizes positive."""
    for item in view.frame.record.instances:
        errors = {
            'world_from_object is not a right-handed rigid transform': not_rigid(
                pinhole.rigid(item.world_from_object)
            ),
            'object_from_box is not a right-handed rigid transform': not_rigid(
                pinhole.rigid(item.object_from_box)
            ),
            'the 3D box has an edge of no length': float(min(item.size_m) <= 0),
        }
        yield _worst(view, 'pose.rigid', item.instance_id, errors=errors)
    for label in view.labels:
        errors = {
            f'{name} is not a right-handed rigid transform': not_rigid(pinhole.rigid(rows))
            for name, rows in (
                ('camera_from_object', label.camera_from_object),
                ('camera_from_box', label.camera_from_box),
            )
        }
        yield _worst(view, 'pose.rigid', label.instance_id, errors=errors)


def two_roads(view: View) -> Iterator[Measure]:
    """Corners of the 3D box by camera_from_box, by camera_from_object, and through the world."""
    for label in view.labels:
        item = view.instances.get(label.instance_id)
        if item is None:
            continue
        object_from_box = pinhole.rigid(item.object_from_box)
        corners = pinhole.corners(item.size_m)
        world = view.camera_from_world @ pinhole.rigid(item.world_from_object) @ object_from_box
        roads = {
            'camera_from_box': pinhole.rigid(label.camera_from_box),
            'camera_from_object': pinhole.rigid(label.camera_from_object) @ object_from_box,
        }
        true = pinhole.move(world, corners)
        errors = {
            f'{name} puts corners of the 3D box elsewhere than the poses in the world': (
                1000 * float(np.linalg.norm(pinhole.move(pose, corners) - true, axis=1).max())
            )
            for name, pose in roads.items()
        }
        yield _worst(view, 'pose.roads', label.instance_id, errors=errors)


def constant(view: View) -> Iterator[Measure]:
    """What an object is does not change from frame to frame."""
    if view.before is None:
        return
    earlier = {item.instance_id: item for item in view.before.record.instances}
    waited = waiting_objects(view.before.provenance_json)
    for item in view.frame.record.instances:
        old = earlier.get(item.instance_id)
        if old is None and item.name in waited:
            continue
        if old is None:
            errors = {'it was not in the frame before': float('inf')}
        else:
            errors = {
                'its size changed': 1000
                * float(np.abs(np.subtract(item.size_m, old.size_m)).max()),
                'its 3D box moved in the object': 1000
                * float(np.abs(np.subtract(item.object_from_box, old.object_from_box)).max()),
                'its name, class, model, keypoints or symmetry changed': (
                    0.0 if _nature(item) == _nature(old) else float('inf')
                ),
            }
        yield _worst(view, 'pose.constant', item.instance_id, errors=errors)


def outline(view: View) -> Iterator[Measure]:
    """Every pixel centre of the amodal box lies between the projected corners."""
    for label in view.labels:
        item = view.instances.get(label.instance_id)
        pixels = outline_of(view, item) if item else None
        if pixels is None:
            continue
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        x0, y0, x1, y1 = label.amodal_box
        excess = [low[0] - x0, low[1] - y0, (x1 - 1) - high[0], (y1 - 1) - high[1]]
        side = ('left', 'top', 'right', 'bottom')[int(np.argmax(excess))]
        yield view.find.errors(
            'box3d.outline',
            np.maximum(excess, 0),
            subject=view.name(label.instance_id),
            detail=f'pixels lie {max(excess):.3f} px beyond the projected 3D box, {side}',
            place=edges(label.box),
        )


def depth_points(view: View) -> Iterator[Measure]:
    """The pixels of an object, put into space by their depth, lie inside its 3D box.

    Against clean depth every pixel counts but those of an outline that may be seen edge-on.
    Sensed depth is noisy: then nine pixels of ten count, and the noise, measured in the image
    itself, is allowed for five times over.
    """
    depth_m, image = view.best_depth_m, view.frame.instance_id
    if depth_m is None or image is None:
        return
    clean = view.clean_depth_m is not None
    allowed = 0.0 if clean else _ROUNDED_M + _MANY_SIGMA * noise_at_1m(depth_m, image)
    for item in view.frame.record.instances:
        mask = (image == item.instance_id) & (depth_m > 0)
        if mask.sum() < 16:
            continue
        outside, z = _outside(view, item, mask=mask, depth_m=depth_m)
        errors = np.maximum(outside - allowed * z * z, 0) / z
        if clean and errors.any():
            errors = np.where(_edge_on(mask, depth_m)[mask], 0.0, errors)
        if not clean:
            errors = np.sort(errors)[: int(0.9 * len(errors))]
        yield view.find.errors(
            'box3d.points',
            1000 * errors,
            subject=view.name(item.instance_id),
            detail=f'{int((errors > 0.001).sum())} of {len(errors)} surface points lie outside '
            f'the 3D box, by {1000 * errors.max():.2f} mm at 1 m',
            place=edges(pinhole.bounds(mask)),
        )


def noise_at_1m(depth_m: DepthImage, image: IdImage) -> float:
    """Standard deviation of depth noise at 1 m, metres, from second differences along rows.

    Inside one instance or the background, ``a - 2 b + c`` of a smooth surface is noise alone,
    of six times its variance. The median does not see edges.
    """
    a, b, c = depth_m[:, :-2], depth_m[:, 1:-1], depth_m[:, 2:]
    same = (image[:, :-2] == image[:, 2:]) & (np.minimum(np.minimum(a, b), c) > 0)
    if not same.any():
        return 0.0
    bend = np.abs(a - 2 * b + c)[same] / b[same].astype(np.float64) ** 2
    # 0.6745: the median of |x| of a standard normal.
    return float(np.median(bend) / 0.6745 / np.sqrt(6))


def _outside(
    view: View, item: InstanceRecord, *, mask: MaskImage, depth_m: DepthImage
) -> tuple[FloatArray, FloatArray]:
    """How far each pixel's point lies outside the box, and its depth; metres."""
    v, u = np.nonzero(mask)
    z = depth_m[mask].astype(np.float64)
    points = pinhole.to_points(view.camera, u.astype(float), v.astype(float), depth_m=z)
    world = pinhole.move(pinhole.rigid(view.frame.record.world_from_camera), points)
    world_from_box = pinhole.rigid(item.world_from_object) @ pinhole.rigid(item.object_from_box)
    local = pinhole.move(pinhole.invert(world_from_box), world)
    beyond = np.maximum(np.abs(local) - np.array(item.size_m) / 2, 0)
    return np.linalg.norm(beyond, axis=1), z


def _edge_on(mask: MaskImage, depth_m: DepthImage) -> MaskImage:
    """Outline pixels no nearer and no farther than those of the same thing around them.

    A rasterizer snaps outlines to 1/256 pixel, but takes depth from where the surface is: beyond
    the outline of one that is seen edge-on, it may be centimetres off the true depth.
    """
    height, width = mask.shape
    padded = np.pad(mask, 1)
    inside = np.pad(depth_m, 1)
    around = [(dv, du) for dv in (0, 1, 2) for du in (0, 1, 2) if (dv, du) != (1, 1)]
    low, high = np.full(mask.shape, np.inf), np.zeros(mask.shape)
    outline = np.zeros(mask.shape, np.bool_)
    for dv, du in around:
        window = slice(dv, dv + height), slice(du, du + width)
        low = np.minimum(low, np.where(padded[window], inside[window], np.inf))
        high = np.maximum(high, np.where(padded[window], inside[window], 0.0))
        if 1 in (dv, du):
            outline |= ~padded[window]
    return np.asarray(mask & outline & (low <= depth_m) & (depth_m <= high))


def _nature(item: InstanceRecord) -> tuple[object, ...]:
    return (
        item.name,
        item.class_id,
        item.class_name,
        item.model_name,
        item.keypoints,
        item.symmetry,
    )


def _worst(
    view: View,
    row: Literal['pose.rigid', 'pose.roads', 'pose.constant'],
    key: int,
    *,
    errors: dict[str, float],
) -> Measure:
    """One measure of several errors of an instance, told in the words of the largest."""
    worst = max(errors, key=lambda words: errors[words])
    return view.find.errors(
        row,
        list(errors.values()),
        subject=view.name(key),
        detail=worst if errors[worst] > 0 else '',
        place=view.place(key),
    )
