"""Records against the scene that the config and the provenance make, and against a re-render."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.measure import Measure
from synth_ros.audit.truth import Again, SceneTruth
from synth_ros.audit.view import View, edges
from synth_ros.types import FloatArray, MaskImage


def camera(view: View) -> Iterator[Measure]:
    """Intrinsics are those that the config asks for."""
    if view.scene is None:
        return
    own, true = view.camera, view.scene.camera
    a = (own.width, own.height, own.fx, own.fy, own.cx, own.cy)
    b = (true.width, true.height, true.fx, true.fy, true.cx, true.cy)
    yield view.find.errors(
        'scene.camera',
        np.abs(np.subtract(a, b)),
        subject=own.name,
        detail=f'width, height, fx, fy, cx, cy are {a}, the config asks for {b}',
    )


def boxes(view: View) -> Iterator[Measure]:
    """The 3D box is that of the model's surfaces: no face is loose, none cuts."""
    if view.scene is None:
        return
    for item in view.frame.record.instances:
        found = view.scene.box3d(item.instance_id)
        if found is None:
            continue
        object_from_box = pinhole.rigid(item.object_from_box)
        # The surfaces' bounds hold along the object's axes, which are the box's own.
        corners = pinhole.move(object_from_box, pinhole.corners(item.size_m))
        error = np.abs(np.stack([corners.min(axis=0), corners.max(axis=0)]) - np.stack(found))
        yield view.find.errors(
            'scene.box3d',
            1000 * error,
            subject=view.name(item.instance_id),
            detail=f'a face is {1000 * error.max():.4f} mm from the outermost surface point',
            place=view.place(item.instance_id),
        )


def links(view: View) -> Iterator[Measure]:
    """Link poses and skeleton follow from the recorded joints."""
    robot = view.frame.record.robot
    if view.scene is None or robot is None:
        return
    world_from_camera = pinhole.rigid(view.frame.record.world_from_camera)
    probe = np.vstack([np.eye(3), np.zeros((1, 3))])
    true_links = view.scene.world_from_link
    for link in robot.links:
        found = pinhole.move(world_from_camera @ pinhole.rigid(link.camera_from_link), probe)
        true = true_links.get(link.name)
        error = (
            np.inf
            if true is None
            else np.linalg.norm(found - pinhole.move(true, probe), axis=1).max()
        )
        yield view.find.errors(
            'scene.links', 1000 * error, subject=link.name, detail='not where its joints put it'
        )
    joints = view.scene.skeleton_world_m
    for point in robot.skeleton:
        found = pinhole.move(world_from_camera, np.array([point.camera_from_point_m]))[0]
        there = joints.get(point.name)
        error = np.inf if there is None else float(np.linalg.norm(found - there))
        yield view.find.errors(
            'scene.links',
            1000 * error,
            subject=f'joint {point.name}',
            detail='not where its axis is',
        )


def thresholds(view: View) -> Iterator[Measure]:
    """With the config's thresholds, every instance that passes them has a label."""
    image = view.frame.instance_id
    if view.scene is None or image is None:
        return
    limits = view.scene.thresholds
    labelled = {label.instance_id: label for label in view.labels}
    for key, label in labelled.items():
        low = label.pixels_visible < limits.min_pixels or label.visibility < limits.min_visibility
        yield view.find.wrong(
            'scene.missing',
            int(low),
            subject=view.name(key),
            detail='labelled below the thresholds' if low else '',
            place=view.place(key),
        )


def again(view: View) -> Iterator[Measure]:
    """The frame made once more from its provenance is the same frame."""
    if view.scene is None:
        return
    made = view.scene.again()
    if made is None:
        return
    yield from _images(view, made)
    yield from _poses(view, made)
    yield from _lost(view, made, view.scene)


def _images(view: View, made: Again) -> Iterator[Measure]:
    frame = view.frame
    if not frame.rgb_lossy and made.rgb.shape == frame.rgb.shape:
        error = np.abs(made.rgb.astype(np.int16) - frame.rgb).max(axis=2)
        yield _image(view, 'again.rgb', error.astype(np.float64), words='colours')
    if frame.depth_m is not None and made.depth_m.shape == frame.depth_m.shape:
        apart = 1000 * np.abs(made.depth_m.astype(np.float64) - frame.depth_m)
        # Files and 16-bit topics hold whole millimetres.
        whole = np.abs(np.round(1000 * frame.depth_m) - 1000 * frame.depth_m).max() < 1e-3
        apart = np.maximum(apart - 0.5 * whole, 0)
        yield _image(view, 'again.depth', apart, words='depths')
    if frame.instance_id is not None:
        yield _image(
            view,
            'again.masks',
            (made.instance_id != frame.instance_id).astype(np.float64),
            words='instance ids',
        )
    if frame.class_id is not None and made.class_id is not None:
        yield _image(
            view,
            'again.masks',
            (made.class_id != frame.class_id).astype(np.float64),
            words='class ids',
        )


def _image(
    view: View,
    row: Literal['again.rgb', 'again.depth', 'again.masks'],
    error: FloatArray,
    *,
    words: str,
) -> Measure:
    wrong: MaskImage = error > 0
    count = int(wrong.sum())
    return view.find.errors(
        row,
        error.max(),
        subject=words,
        detail=f'{count} {words} differ' if count else '',
        place=edges(pinhole.bounds(wrong)) if count else None,
    )


def _poses(view: View, made: Again) -> Iterator[Measure]:
    probe = np.vstack([0.1 * np.eye(3), np.zeros((1, 3))])
    pairs = [('camera', view.frame.record.world_from_camera, made.world_from_camera)]
    for item in view.frame.record.instances:
        there = made.world_from_object.get(item.instance_id)
        if there is not None:
            pairs.append((view.name(item.instance_id), item.world_from_object, there))
    for name, rows, true in pairs:
        error = np.linalg.norm(
            pinhole.move(pinhole.rigid(rows), probe) - pinhole.move(true, probe), axis=1
        )
        yield view.find.errors(
            'scene.poses', 1000 * error, subject=name, detail='lies elsewhere than it came to lie'
        )


def _lost(view: View, made: Again, scene: SceneTruth) -> Iterator[Measure]:
    """Objects that the re-render shows, and whose mask is large enough, have a label."""
    labelled = {label.instance_id for label in view.labels}
    limits = scene.thresholds
    for key, (pixels, full) in made.extents.items():
        due = pixels >= limits.min_pixels and pixels >= limits.min_visibility * full
        wrong = due and key not in labelled
        yield view.find.wrong(
            'scene.missing',
            int(wrong),
            subject=view.name(key),
            detail=f'{pixels} of {full} pixels are visible, and it has no label' if wrong else '',
            place=view.place(key),
        )
