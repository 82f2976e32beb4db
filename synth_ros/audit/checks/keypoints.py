"""Keypoints of objects and of the robot: position, projection, visibility."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.checks.boxes3d import noise_at_1m
from synth_ros.audit.measure import Measure, Place
from synth_ros.audit.view import View
from synth_ros.schema.records import KeypointRecord
from synth_ros.types import CameraModel, FloatArray

# A pixel on the border, to within rounding, may be in or out.
_BORDER_PX = 1e-6
# Round surfaces are drawn as facets inside the true ones, and a point may lie on an edge.
_DEPTH_SHARE = 0.01
_DEPTH_M = 0.003
_MANY_SIGMA = 5.0
# What hides a point is nearer by 2 mm or more (docs/labels.md).
_HAIR_M = 0.001


def positions(view: View) -> Iterator[Measure]:
    """Each keypoint of an object is the named point of its model, carried by its pose."""
    for label in view.labels:
        item = view.instances.get(label.instance_id)
        if item is None or not label.keypoints:
            continue
        pose = view.camera_from_world @ pinhole.rigid(item.world_from_object)
        specs = {spec.name: spec.object_from_point_m for spec in item.keypoints}
        for point in label.keypoints:
            subject = f'{view.name(label.instance_id)}, {point.name}'
            if point.name not in specs:
                yield view.find.errors(
                    'keypoint.position', np.inf, subject=subject, detail='no such keypoint'
                )
                continue
            true = pinhole.move(pose, np.array([specs[point.name]]))[0]
            yield view.find.errors(
                'keypoint.position',
                1000 * np.linalg.norm(true - point.camera_from_point_m),
                subject=subject,
                detail=f'at {_short(point.camera_from_point_m)} m, the pose puts it at '
                f'{_short(true)} m',
                place=_place(point),
            )
        absent = sorted(set(specs) - {point.name for point in label.keypoints})
        if absent:
            yield view.find.errors(
                'keypoint.position',
                np.inf,
                subject=view.name(label.instance_id),
                detail=f'lacks {", ".join(absent)}',
            )


def pixels(view: View) -> Iterator[Measure]:
    """Pixels are the hand projection of the points, for objects and for the robot's joints."""
    for owner, point in _all(view):
        x, y, z = point.camera_from_point_m
        subject = f'{owner}, {point.name}'
        if (z > 0) != (point.pixel is not None):
            yield view.find.errors(
                'keypoint.pixel',
                np.inf,
                subject=subject,
                detail=f'z is {z:.4f} m and the pixel {point.pixel}',
            )
        elif point.pixel is not None:
            true = pinhole.to_pixels(view.camera, np.array([(x, y, z)]))[0]
            yield view.find.errors(
                'keypoint.pixel',
                _capped(float(np.linalg.norm(true - point.pixel)), true, view.camera),
                subject=subject,
                detail=f'at pixel {_short(point.pixel)}, projects to {_short(true)}',
                place=_place(point),
            )


def visibility(view: View) -> Iterator[Measure]:
    """Visibility against the border, and against depth and masks around the pixel.

    Depth decides only where all pixels around the point agree: on outlines it may go either way.
    """
    kinds = {
        (view.name(item.instance_id), spec.name): spec.kind
        for item in view.frame.record.instances
        for spec in item.keypoints
    }
    owners = {
        view.name(item.instance_id): item.instance_id for item in view.frame.record.instances
    }
    for owner, point in _all(view):
        kind = kinds.get((owner, point.name), 'virtual')
        wrong = _contradiction(view, point, owner=owners.get(owner, 0), kind=kind)
        yield view.find.wrong(
            'keypoint.visibility',
            int(wrong is not None),
            subject=f'{owner}, {point.name}',
            detail=wrong or '',
            place=_place(point),
        )


def _contradiction(view: View, point: KeypointRecord, *, owner: int, kind: str) -> str | None:
    """What contradicts the visibility of a point; ``None`` if nothing does."""
    inside = _inside(view.camera, point)
    if inside is not None and inside != (point.visibility > 0):
        where = 'in' if inside else 'outside'
        return f'visibility {point.visibility}, but the point is {where} the image'
    around = _around(view, point) if inside else None
    # Of the robot's joints nobody knows which pixels are their own link's.
    if around is None or (kind == 'virtual' and not owner):
        return None
    return _against_depth(point, around, owner=owner, kind=kind)


def _against_depth(point: KeypointRecord, around: Around, *, owner: int, kind: str) -> str | None:
    """What the pixels around a point say against its visibility."""
    depths, ids, noise_m = around.depths_m, around.ids, around.noise_m
    z = point.camera_from_point_m[2]
    # Beside a slanted surface depth changes from pixel to pixel.
    slack = _DEPTH_M + _DEPTH_SHARE * z + around.pixel_m + around.noise_m
    nearer = (depths > 0) & (depths < z - slack)
    # What a centre lies inside of does not hide it; only other things do.
    hiding = nearer & (ids != owner) if kind == 'virtual' else nearer
    if point.visibility == 2 and hiding.all():
        return f'visible, but everything around it is at {depths.max():.3f} m, it at {z:.3f} m'
    # Nothing nearer than the point by a hair, and for a surface not even its own object.
    free = (depths == 0) | (depths > z - _HAIR_M + noise_m)
    if kind == 'virtual':
        free |= ids == owner
    if point.visibility == 1 and free.all():
        return (
            f'hidden, but nothing around it is nearer than {depths.min():.3f} m, it at {z:.3f} m'
        )
    return None


def _inside(camera: CameraModel, point: KeypointRecord) -> bool | None:
    """Whether a point is in the image; ``None`` on its very border."""
    if point.pixel is None:
        return False
    u, v = point.pixel
    margin = min(u + 0.5, v + 0.5, camera.width - 0.5 - u, camera.height - 0.5 - v)
    return None if abs(margin) < _BORDER_PX else margin > 0


class Around(NamedTuple):
    """The pixels around a point.

    Attributes:
        depths_m: Their depths.
        ids: Their instance ids.
        noise_m: By how much depth may be off.
        pixel_m: Breadth of two pixels at the point.
    """

    depths_m: FloatArray
    ids: FloatArray
    noise_m: float
    pixel_m: float


def _around(view: View, point: KeypointRecord) -> Around | None:
    """The pixels around a point; ``None`` if they are not recorded."""
    ids, clean, sensed = view.frame.instance_id, view.clean_depth_m, view.frame.depth_m
    depth_m = sensed if clean is None else clean
    if ids is None or depth_m is None or point.pixel is None:
        return None
    u, v = round(point.pixel[0]), round(point.pixel[1])
    rows = slice(max(0, v - 1), v + 2)
    columns = slice(max(0, u - 1), u + 2)
    depths = depth_m[rows, columns].astype(np.float64)
    if clean is None and (depths == 0).any():
        # A sensor that lost a pixel does not tell what is there.
        return None
    z = point.camera_from_point_m[2]
    noise_m = 0.0 if clean is not None else _MANY_SIGMA * noise_at_1m(depth_m, ids) * z * z
    pixel_m = 2 * z / min(view.camera.fx, view.camera.fy)
    return Around(depths, ids[rows, columns].astype(np.float64), noise_m, pixel_m)


def _all(view: View) -> Iterator[tuple[str, KeypointRecord]]:
    """Every keypoint of the frame and whose it is."""
    for label in view.labels:
        for point in label.keypoints or ():
            yield view.name(label.instance_id), point
    if view.frame.record.robot:
        for point in view.frame.record.robot.skeleton:
            yield 'robot', point


def _capped(error: float, pixel: FloatArray, camera: CameraModel) -> float:
    """Far outside the image a pixel grows without bound: there the error is relative."""
    reach = 3 * max(camera.width, camera.height)
    return error * min(1.0, reach / max(float(np.abs(pixel).max()), 1.0))


def _place(point: KeypointRecord) -> Place | None:
    if point.pixel is None:
        return None
    u, v = point.pixel
    return u - 3, v - 3, u + 4, v + 4


def _short(values: FloatArray | tuple[float, ...]) -> str:
    return '(' + ', '.join(f'{float(value):.4f}' for value in values) + ')'
