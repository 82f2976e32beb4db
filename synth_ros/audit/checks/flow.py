"""Optical and scene flow against depth and the poses of both frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.audit import pinhole
from synth_ros.audit.loose import loose_things
from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View, edges
from synth_ros.readers.recording import RecordedFrame
from synth_ros.types import CameraModel, DepthImage, FloatArray, FlowState, MaskImage

# A target whose neighbours are not all on one side of these may go either way.
_HIDDEN_SHARE, _HIDDEN_M = 0.01, 0.003
_SEEN_SHARE, _SEEN_M = 1e-3, 0.001
_BEND = 1e-3
_BORDER_PX = 0.01
_MIN_Z_M = 1e-3
_SAMPLES = 60_000
_REACH_M = 0.001


class Recorded(NamedTuple):
    """One direction of flow as recorded."""

    name: str
    flow_px: NDArray[np.float32] | None
    state: NDArray[np.uint8] | None
    scene_flow_m: NDArray[np.float32] | None
    other: RecordedFrame | None


class Truth(NamedTuple):
    """Where the points of some pixels are at the other instant.

    Attributes:
        v: Rows.
        u: Columns.
        here_m: Points in this frame's optical frame, (n, 3).
        there_m: For each rigid body that it may belong to, the points in the other's optical
            frame, (bodies, n, 3); NaN for bodies that it cannot belong to.
        gone: Where something may be that the scene does not hold at the other instant, (n,).
    """

    v: NDArray[np.int64]
    u: NDArray[np.int64]
    here_m: FloatArray
    there_m: FloatArray
    gone: MaskImage


def flow(view: View) -> Iterator[Measure]:
    """Both directions, as far as the other frame was recorded."""
    for recorded in _directions(view):
        if recorded.flow_px is None:
            continue
        if recorded.other is None:
            if recorded.state is not None and _at_end(view, recorded):
                count = int((recorded.state != FlowState.INVALID).sum())
                yield view.find.wrong(
                    'flow.state', count, detail=f'{recorded.name} to a frame that is not there'
                )
            continue
        yield from _against_poses(view, recorded)


def _directions(view: View) -> tuple[Recorded, Recorded]:
    a = view.frame.layers
    return (
        Recorded(
            'flow forward', a.flow_forward, a.flow_forward_state, a.scene_flow_forward, view.after
        ),
        Recorded(
            'flow backward',
            a.flow_backward,
            a.flow_backward_state,
            a.scene_flow_backward,
            view.before,
        ),
    )


def _at_end(view: View, recorded: Recorded) -> bool:
    """Whether there can be no other frame at all."""
    return recorded.name == 'flow backward' and view.frame.key.view == 0


def _against_poses(view: View, recorded: Recorded) -> Iterator[Measure]:
    depth_m, flow_px, other = view.best_depth_m, recorded.flow_px, recorded.other
    if depth_m is None or flow_px is None or other is None:
        return
    truth = carry(view, other, depth_m=depth_m)
    ahead = truth.there_m[..., 2] > _MIN_Z_M
    target = np.full((*ahead.shape, 2), np.nan)
    target[ahead] = pinhole.to_pixels(other.camera, truth.there_m[ahead])
    here = np.stack([truth.u, truth.v], axis=1)
    given = flow_px[truth.v, truth.u].astype(np.float64)
    state = (
        recorded.state[truth.v, truth.u]
        if recorded.state is not None
        else np.full(len(here), FlowState.VISIBLE, np.uint8)
    )
    error = np.linalg.norm(target - here - given, axis=2)
    # The largest number stands for bodies that a pixel cannot belong to.
    body = np.argmin(np.where(np.isnan(error), np.inf, error), axis=0)
    chosen = np.take_along_axis(error, body[None], axis=0)[0]
    judged = (state != FlowState.INVALID) & np.isfinite(chosen)
    length = np.linalg.norm(given, axis=1)
    # Beyond the image flow grows without bound: there the error is relative.
    chosen = chosen * np.minimum(1, 3 * max(flow_px.shape[:2]) / np.maximum(length, 1))
    if judged.any():
        yield _pixel_errors(view, recorded, truth=truth, errors=chosen, judged=judged)
    yield from _states(view, recorded, truth=truth, body=body, state=state)
    if recorded.scene_flow_m is not None and view.clean_depth_m is not None:
        yield _scene_flow(view, recorded, truth)


def _pixel_errors(
    view: View, recorded: Recorded, *, truth: Truth, errors: FloatArray, judged: MaskImage
) -> Measure:
    worst = int(np.argmax(np.where(judged, errors, -1)))
    u, v = int(truth.u[worst]), int(truth.v[worst])
    return view.find.errors(
        'flow.pixels' if view.clean_depth_m is not None else 'flow.sensed',
        errors[judged],
        subject=recorded.name,
        detail=f'at pixel ({u}, {v}), {_whose(view, u, v)}, it is {errors[worst]:.4f} px off',
        place=(u - 3.0, v - 3.0, u + 4.0, v + 4.0),
    )


def _whose(view: View, u: int, v: int) -> str:
    image = view.frame.instance_id
    key = int(image[v, u]) if image is not None else 0
    return view.name(key) if key else 'without a label'


def carry(view: View, other: RecordedFrame, *, depth_m: DepthImage) -> Truth:
    """Put every pixel into space and carry it to the other instant.

    A pixel of an object moves with the object. One without a label belongs to the surroundings,
    which stand still, or to a link of the robot: if the part mask tells which, to that one. Or it
    belongs to a distractor or shape that is never labelled, if it is within its reach.
    """
    v, u = _sample(view, depth_m)
    here = pinhole.to_points(view.camera, u.astype(float), v.astype(float), depth_m=depth_m[v, u])
    world_from_camera = pinhole.rigid(view.frame.record.world_from_camera)
    camera_from_world = pinhole.invert(pinhole.rigid(other.record.world_from_camera))
    links = _link_moves(view.frame, other)
    moves = [np.eye(4), *links.values()]
    there = np.full((len(moves), len(v), 3), np.nan)
    ids = (
        view.frame.instance_id[v, u]
        if view.frame.instance_id is not None
        else np.zeros(len(v), np.int32)
    )
    may = _may_be(view, list(links), v=v, u=u)
    for k, move in enumerate(moves):
        some = (ids == 0) & may[k]
        there[k, some] = pinhole.move(camera_from_world @ move @ world_from_camera, here[some])
    later = {item.instance_id: item for item in other.record.instances}
    for key in np.unique(ids[ids > 0]).tolist():
        item, then = view.instances.get(key), later.get(key)
        if item is None or then is None:
            continue
        move = pinhole.rigid(then.world_from_object) @ pinhole.invert(
            pinhole.rigid(item.world_from_object)
        )
        some = ids == key
        there[0, some] = pinhole.move(camera_from_world @ move @ world_from_camera, here[some])
    loose, gone = _carry_loose(view, other, here[ids == 0])
    beyond = np.full((len(loose), len(v), 3), np.nan)
    beyond[:, ids == 0] = pinhole.move(camera_from_world, loose)
    beyond[:, ~may[0]] = np.nan
    lost = np.zeros(len(v), np.bool_)
    lost[ids == 0] = gone
    return Truth(v, u, here, np.concatenate([there, beyond]), lost)


def _carry_loose(
    view: View, other: RecordedFrame, here_m: FloatArray
) -> tuple[FloatArray, MaskImage]:
    """Carry points with whatever of no label they may belong to.

    Args:
        view: The frame.
        other: The other one.
        here_m: Points without a label in this frame's optical frame, (n, 3).

    Returns:
        The points in the world at the other instant, (k, n, 3), where k is the most that a point
        may belong to, NaN for none; and where something may be that is gone then, (n,).
    """
    world_m = pinhole.move(pinhole.rigid(view.frame.record.world_from_camera), here_m)
    now, then = loose_things(view.frame.provenance_json), loose_things(other.provenance_json)
    slots: list[FloatArray] = []
    used = np.zeros(len(world_m), np.int64)
    gone = np.zeros(len(world_m), np.bool_)
    for name, thing in now.items():
        apart = np.linalg.norm(world_m - thing.world_from_thing[:3, 3], axis=1)
        near = np.flatnonzero(apart <= thing.radius_m + _REACH_M)
        if name not in then:
            gone[near] = True
            continue
        move = then[name].world_from_thing @ pinhole.invert(thing.world_from_thing)
        carried = pinhole.move(move, world_m[near])
        for slot in range(int(used[near].max(initial=-1)) + 1):
            if slot == len(slots):
                slots.append(np.full_like(world_m, np.nan))
            mine = used[near] == slot
            slots[slot][near[mine]] = carried[mine]
        used[near] += 1
    return np.array(slots).reshape(len(slots), len(world_m), 3), gone


def _sample(view: View, depth_m: DepthImage) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pixels that show something: all of a small image, a random sample of a large one."""
    places = np.flatnonzero(depth_m > 0)
    if len(places) > _SAMPLES:
        places = np.sort(view.rng.choice(places, _SAMPLES, replace=False))
    v, u = np.divmod(places, depth_m.shape[1])
    return v, u


def _link_moves(frame: RecordedFrame, other: RecordedFrame) -> dict[str, FloatArray]:
    """How each link moved in the world, (4, 4), by name; empty without link poses."""
    if frame.record.robot is None or other.record.robot is None:
        return {}
    moves = {}
    then = {link.name: link for link in other.record.robot.links}
    for link in frame.record.robot.links:
        if link.name in then:
            before = pinhole.rigid(frame.record.world_from_camera) @ pinhole.rigid(
                link.camera_from_link
            )
            after = pinhole.rigid(other.record.world_from_camera) @ pinhole.rigid(
                then[link.name].camera_from_link
            )
            moves[link.name] = after @ pinhole.invert(before)
    return moves


def _may_be(
    view: View, links: list[str], *, v: NDArray[np.int64], u: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which bodies each pixel may belong to: (1 + links, n); the first are the surroundings."""
    may = np.ones((1 + len(links), len(v)), np.bool_)
    parts, image = view.frame.record.parts, view.frame.layers.part_id
    if parts is None or image is None:
        # Without link poses nothing tells how the robot moved, nor which pixels are its own.
        may[0] = view.frame.record.robot is not None
        return may
    found = image[v, u]
    robot = {part.name: part.part_id for part in parts if part.owner == 'robot'}
    on_robot = np.isin(found, list(robot.values()))
    may[0] = ~on_robot
    for k, name in enumerate(links, 1):
        may[k] = found == robot.get(name, -1)
    return may


def _states(
    view: View,
    recorded: Recorded,
    *,
    truth: Truth,
    body: NDArray[np.int64],
    state: NDArray[np.uint8],
) -> Iterator[Measure]:
    """States against the border and the depth of the other frame."""
    other = recorded.other
    if other is None or recorded.state is None:
        return
    known = np.isfinite(truth.there_m[0]).all(axis=1) | (body > 0)
    there = np.take_along_axis(truth.there_m, body[None, :, None], axis=0)[0]
    wanted = expected_states(other, there)
    judged = known & (wanted >= 0) & ~(truth.gone & (state == FlowState.INVALID))
    wrong = judged & (wanted != state)
    count = int(wrong.sum())
    detail, place = '', None
    if count:
        k = int(np.flatnonzero(wrong)[0])
        u, v = int(truth.u[k]), int(truth.v[k])
        detail = (
            f'{count} of {int(judged.sum())} pixels; the first, ({u}, {v}), is '
            f'{FlowState(int(state[k])).name}, depth and poses say '
            f'{FlowState(int(wanted[k])).name}'
        )
        box = np.zeros(recorded.state.shape, np.bool_)
        box[truth.v[wrong], truth.u[wrong]] = True
        place = edges(pinhole.bounds(box))
    yield view.find.wrong('flow.state', count, subject=recorded.name, detail=detail, place=place)


def expected_states(other: RecordedFrame, there_m: FloatArray) -> NDArray[np.int64]:
    """What the state of each point must be; -1 where it may go either way.

    Args:
        other: The other frame, with clean depth for what is hidden.
        there_m: Points in its optical frame, (n, 3).
    """
    camera = other.camera
    wanted = np.full(len(there_m), -1, np.int64)
    z = there_m[:, 2]
    wanted[z < -_MIN_Z_M] = FlowState.INVALID
    ahead = z > _MIN_Z_M
    pixel = np.full((len(there_m), 2), np.nan)
    pixel[ahead] = pinhole.to_pixels(camera, there_m[ahead])
    margin = _margin(camera, pixel)
    wanted[ahead & (margin < -_BORDER_PX)] = FlowState.OUTSIDE
    depth_m = other.layers.depth_m
    if depth_m is None:
        return wanted
    inside = np.flatnonzero(ahead & (margin > 1 + _BORDER_PX))
    there, smooth = _surface(depth_m, pixel[inside])
    far = z[inside]
    hidden = smooth & (there < far * (1 - _HIDDEN_SHARE) - _HIDDEN_M)
    seen = smooth & (there > far * (1 - _SEEN_SHARE) - _SEEN_M)
    wanted[inside[hidden]] = FlowState.OCCLUDED
    wanted[inside[seen]] = FlowState.VISIBLE
    return wanted


def _margin(camera: CameraModel, pixel: FloatArray) -> FloatArray:
    """How far inside the image a pixel is; negative outside."""
    u, v = pixel[:, 0], pixel[:, 1]
    return np.minimum(
        np.minimum(u + 0.5, camera.width - 0.5 - u), np.minimum(v + 0.5, camera.height - 0.5 - v)
    )


def _surface(depth_m: DepthImage, pixel: FloatArray) -> tuple[FloatArray, MaskImage]:
    """Depth of the surface at image points, and where it is smooth enough to say so.

    On a plane inverse depth is linear in the image. It is taken as linear where it is so over
    the 3 x 3 pixels around the point.
    """
    u, v = np.round(pixel).astype(np.int64).T
    around = np.stack([depth_m[v + i, u + j] for i in (-1, 0, 1) for j in (-1, 0, 1)])
    whole = (around > 0).all(axis=0)
    inverse = 1 / np.where(around > 0, around, 1).astype(np.float64)
    middle = inverse[4]
    across = (inverse[5] - inverse[3]) / 2
    down = (inverse[7] - inverse[1]) / 2
    flat = [middle + i * down + j * across for i in (-1, 0, 1) for j in (-1, 0, 1)]
    bend = np.abs(inverse - np.stack(flat)).max(axis=0)
    smooth: MaskImage = whole & (bend < _BEND * middle)
    at = middle + across * (pixel[:, 0] - u) + down * (pixel[:, 1] - v)
    return 1 / np.maximum(at, 1e-6), smooth


def _scene_flow(view: View, recorded: Recorded, truth: Truth) -> Measure:
    given = recorded.scene_flow_m
    assert given is not None
    moved = truth.there_m - truth.here_m
    error = np.linalg.norm(moved - given[truth.v, truth.u], axis=2)
    error = np.nanmin(np.where(np.isnan(error), np.inf, error), axis=0)
    # What is gone then has no motion.
    known = np.isfinite(error) & ~(truth.gone & ~given[truth.v, truth.u].any(axis=1))
    scaled = 1000 * np.where(known, error, 0) / truth.here_m[:, 2]
    worst = int(np.argmax(scaled))
    u, v = int(truth.u[worst]), int(truth.v[worst])
    return view.find.errors(
        'flow.scene',
        scaled if len(scaled) else 0.0,
        subject=f'scene {recorded.name}',
        detail=f'at pixel ({u}, {v}), {_whose(view, u, v)}, it is {scaled[worst]:.4f} mm off',
        place=(u - 3.0, v - 3.0, u + 4.0, v + 4.0),
    )
