"""Intrinsics, pose, stamps and TF of the camera, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View
from synth_ros.types import FloatArray


def intrinsics(view: View) -> Iterator[Measure]:
    """``camera_info``, COCO and the record describe one ideal pinhole of the image's size."""
    k = view.frame.record.intrinsics
    matrix = np.array([[k.fx, 0, k.cx], [0, k.fy, k.cy], [0, 0, 1]])
    size = (view.camera.width, view.camera.height)
    height, width = view.frame.rgb.shape[:2]
    yield view.find.errors(
        'camera.intrinsics',
        _off(size, (width, height)),
        subject='colour image',
        detail=f'the image is {width} x {height}, the record says {size[0]} x {size[1]}',
    )
    image = view.frame.image
    if image:
        yield _compare(view, 'annotations.json', [(image.intrinsics, matrix, 'K')])
        yield view.find.errors(
            'camera.intrinsics',
            _off((image.width, image.height), size),
            subject='annotations.json',
            detail=f'size {image.width} x {image.height}',
        )
    for topic, info in (view.frame.messages.calibrations if view.frame.messages else {}).items():
        flat = np.hstack([matrix, np.zeros((3, 1))])
        parts = [(info.k, matrix, 'K'), (info.p, flat, 'P'), (info.r, np.eye(3), 'R')]
        parts.append((np.array(info.distortion), np.zeros(len(info.distortion)), 'D'))
        parts.append((np.array([info.width, info.height]), np.array(size), 'size'))
        yield _compare(view, topic, parts)


def pose(view: View) -> Iterator[Measure]:
    """The camera pose is rigid, and the same in every file."""
    recorded = pinhole.rigid(view.frame.record.world_from_camera)
    error = not_rigid(recorded)
    yield view.find.errors(
        'camera.pose', error, subject='labels', detail='world_from_camera is not rigid'
    )
    image = view.frame.image
    if image:
        yield view.find.errors(
            'camera.pose',
            np.abs(image.world_from_camera - recorded).max(),
            subject='annotations.json',
            detail='world_from_camera differs from that of the labels',
        )


def stamps(view: View) -> Iterator[Measure]:
    """Everything of the instant carries the record's stamp."""
    wanted = view.frame.record.stamp_ns
    found: dict[str, int] = {}
    if view.frame.image:
        found['annotations.json'] = view.frame.image.stamp_ns
    if view.frame.messages:
        found |= view.frame.messages.stamps_ns
    for where, stamp in found.items():
        yield view.find.errors(
            'camera.stamps',
            abs(stamp - wanted),
            subject=where,
            detail=f'stamp {stamp} ns, the labels say {wanted} ns',
        )
    for other, words, sign in ((view.before, 'before', -1), (view.after, 'after', 1)):
        if other is not None:
            step = sign * (other.record.stamp_ns - wanted)
            yield view.find.errors(
                'camera.stamps',
                max(0, 1 - step),
                subject=f'frame {words}',
                detail=f'time does not grow from frame to frame: {step} ns',
            )


def tf_chain(view: View) -> Iterator[Measure]:
    """What a TF listener answers carries a point 1 m ahead to where the pose does."""
    messages = view.frame.messages
    if messages is None:
        return
    ahead = np.array([[0.0, 0.0, 1.0], [0.3, 0.2, 1.0], [0.0, 0.0, 0.0]])
    wanted = pinhole.move(pinhole.rigid(view.frame.record.world_from_camera), ahead)
    if messages.transforms is None:
        yield view.find.errors(
            'camera.tf', np.inf, detail='TF has no chain from world to the optical frame'
        )
        return
    error = np.linalg.norm(pinhole.move(messages.transforms, ahead) - wanted, axis=1)
    yield view.find.errors(
        'camera.tf', 1000 * error, detail='TF and the pose in the labels put points elsewhere'
    )


def not_rigid(pose: FloatArray) -> float:
    """How far a transform is from a right-handed rigid one: 0 is right."""
    rotation = pose[:3, :3]
    parts = [
        np.abs(rotation @ rotation.T - np.eye(3)).max(),
        abs(np.linalg.det(rotation) - 1),
        np.abs(pose[3] - (0, 0, 0, 1)).max(),
    ]
    return float(np.max(parts))


def _off(one: tuple[int, int], other: tuple[int, int]) -> int:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def _compare(view: View, where: str, parts: list[tuple[FloatArray, FloatArray, str]]) -> Measure:
    errors = [
        float(np.abs(a - b).max(initial=0)) if a.shape == b.shape else np.inf for a, b, _ in parts
    ]
    a, b, name = parts[int(np.argmax(errors))]
    return view.find.errors(
        'camera.intrinsics',
        errors,
        subject=where,
        detail=f'{name} is {_row(a)}, expected {_row(b)}' if max(errors) > 0 else '',
    )


def _row(values: FloatArray) -> str:
    return np.array2string(values.ravel(), precision=6, max_line_width=200)
