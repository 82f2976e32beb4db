"""Depth, normals and flow of a frame against rays and MuJoCo's own poses, pixel by pixel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from render_agreement import SNAP_PX
from surface_truth import angles_deg, hidden_points
from truth_pixels import interior
from truth_rays import Truth, project

from synth_ros.types import FloatArray, Flow, FlowState, Frame, Labels, MaskImage

_SAME_FACET_DEG = 0.01
_STEP_M = 1e-3
_SAMPLES = 150
AROUND = tuple((np.cos(turn), np.sin(turn)) for turn in np.arange(8) * np.pi / 4)


class Surfaces(NamedTuple):
    """Errors where image and rays show the same geom; each (n,).

    Attributes:
        flat_m: Depth of boxes: errors as at 1 m.
        round_m: The same of round primitives, where all of the 3 x 3 neighbourhood shows one
            geom, by rays and in the image.
        round_outline_m: The same of their other pixels.
        round_off_m: How far the drawn point of any pixel of a round primitive is from the plane
            that touches the true surface: the depth of the facets, whatever the angle.
        mesh_m: Depth of meshes, as at 1 m, without ``mesh_steps``.
        mesh_steps: Pixels of a mesh that are off by more than a millimetre, where a ray within
            ``SNAP_PX`` meets that depth: the mesh hides itself there.
        mesh_wrong: Those where no such ray does.
        shapes_deg: Normals of primitives.
        facets_deg: Normals of meshes, without ``other_facet``.
        other_facet: Pixels with the normal of a facet that a ray within ``SNAP_PX`` meets.
        facet_wrong: Pixels with the normal of no such facet.
        flow_px: End-point errors of the flow.
        flow_flat_px: Those of boxes.
        scene_flow_m: The same in space.
        state_wrong: Pixels whose state disagrees on whether the point is in the image, more
            than 0.01 pixels from its border.
        hidden_right: Points that are hidden later and called so.
        seen_right: Points that are seen later and called so.
        hidden_wrong: Points with the other of these states.
    """

    flat_m: FloatArray
    round_m: FloatArray
    round_outline_m: FloatArray
    round_off_m: FloatArray
    mesh_m: FloatArray
    mesh_steps: int
    mesh_wrong: int
    shapes_deg: FloatArray
    facets_deg: FloatArray
    other_facet: int
    facet_wrong: int
    flow_px: FloatArray
    flow_flat_px: FloatArray
    scene_flow_m: FloatArray
    state_wrong: int
    hidden_right: int
    seen_right: int
    hidden_wrong: int


def compare_surfaces(truth: Truth, frame: Frame, labels: Labels) -> Surfaces:
    """Compare depth, normals and forward flow of a frame."""
    assert frame.geom_id is not None
    same = (frame.geom_id == truth.cast.geom_id) & (frame.geom_id >= 0)
    return Surfaces(
        **_depths(truth, frame, same),
        **_normals(truth, labels, same),
        **_flow(truth, labels, same),
    )


def _depths(truth: Truth, frame: Frame, same: MaskImage) -> dict[str, FloatArray | int]:
    geom, true = truth.cast.geom_id, truth.cast.depth_m
    inside = same & interior(geom) & interior(frame.geom_id)
    off = np.abs(frame.depth_m - true)
    error = off / np.where(true > 0, true, 1)
    curved, mesh = (
        same & np.append(table, False)[geom] for table in (truth.is_round, truth.is_mesh)
    )
    far = mesh & (error > _STEP_M)
    v, u = np.nonzero(far)
    met = np.zeros(len(u), np.bool_)
    for x, y in AROUND:
        cast = truth.caster.pixels(u + SNAP_PX * x, v + SNAP_PX * y)
        met |= np.abs(cast.depth_m - frame.depth_m[v, u]) < _STEP_M * cast.depth_m
    slant = np.abs((truth.normals * _rays(truth)).sum(axis=2))
    return {
        'flat_m': error[same & ~curved & ~mesh],
        'round_m': error[inside & curved],
        'round_outline_m': error[curved & ~inside],
        'round_off_m': (off * slant)[curved],
        'mesh_m': error[mesh & ~far],
        'mesh_steps': int(met.sum()),
        'mesh_wrong': int((~met).sum()),
    }


def _rays(truth: Truth) -> FloatArray:
    """Rays through all pixel centres, z = 1, optical frame, (height, width, 3)."""
    camera = truth.scene.camera
    v, u = np.mgrid[: camera.height, : camera.width]
    return np.stack([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, 1 + 0 * u], -1)


def _normals(truth: Truth, labels: Labels, same: MaskImage) -> dict[str, FloatArray | int]:
    given = labels.dense.normals
    assert given is not None
    angle = angles_deg(given, truth.normals)
    mesh = np.append(truth.is_mesh, False)[truth.cast.geom_id]
    other = same & mesh & (angle > _SAME_FACET_DEG)
    v, u = np.nonzero(other)
    near = np.zeros(len(u), np.bool_)
    for x, y in AROUND:
        _, around = truth.caster.surface(u + SNAP_PX * x, v + SNAP_PX * y)
        near |= angles_deg(given[v, u], around) < _SAME_FACET_DEG
    return {
        'shapes_deg': angle[same & ~mesh],
        'facets_deg': angle[same & mesh & ~other],
        'other_facet': int(near.sum()),
        'facet_wrong': int((~near).sum()),
    }


class _Targets(NamedTuple):
    """Where the points of pixels are a moment later."""

    pixel: FloatArray
    depth_m: FloatArray
    moved_m: FloatArray
    front: MaskImage


def _flow(truth: Truth, labels: Labels, same: MaskImage) -> dict[str, FloatArray | int]:
    flow = labels.dense.flow_forward
    assert flow is not None
    assert flow.scene_flow_m is not None
    v, u = np.nonzero(same)
    where = _targets(truth, v=v, u=u)
    given = flow.flow_px[v, u] + np.stack([u, v], axis=1)
    front, geom = where.front, truth.cast.geom_id
    flat = ~np.append(truth.is_round | truth.is_mesh, True)[geom]
    error = np.linalg.norm(given - where.pixel, axis=1)
    return {
        'flow_px': error[front],
        'flow_flat_px': error[front & flat[v, u]],
        'scene_flow_m': np.linalg.norm(flow.scene_flow_m[v, u] - where.moved_m, axis=1),
        'state_wrong': _wrong_states(truth, flow, where, v=v, u=u),
        **_hidden(truth, where, flow.state[v, u]),
    }


def _hidden(truth: Truth, where: _Targets, state: NDArray[np.uint8]) -> dict[str, int]:
    """Ask rays of the later moment for some of the points that are said to be in the image."""
    said = np.flatnonzero((state == FlowState.VISIBLE) | (state == FlowState.OCCLUDED))
    some = np.random.default_rng(truth.scene.number).permutation(said)[:_SAMPLES]
    hidden, sure = hidden_points(truth.later, where.pixel[some], where.depth_m[some])
    called = state[some] == FlowState.OCCLUDED
    return {
        'hidden_right': int((sure & hidden & called).sum()),
        'seen_right': int((sure & ~hidden & ~called).sum()),
        'hidden_wrong': int((sure & (hidden != called)).sum()),
    }


def _targets(truth: Truth, *, v: NDArray[np.int64], u: NDArray[np.int64]) -> _Targets:
    """Carry the point that each ray meets with its geom, in world coordinates."""
    now, later = truth.poses
    camera = truth.scene.camera
    geom, depth = truth.cast.geom_id[v, u], truth.cast.depth_m[v, u]
    seen = np.stack([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, np.ones(len(u))], 1)
    seen *= depth[:, None]
    world = seen @ now.axes.T + now.eye
    local = np.einsum('nji,nj->ni', now.geom_xmat[geom], world - now.geom_xpos[geom])
    moved = np.einsum('nij,nj->ni', later.geom_xmat[geom], local) + later.geom_xpos[geom]
    then = later.seen(moved)
    front = then[:, 2] > 0.01
    pixel = project(camera, np.where(front[:, None], then, (0.0, 0.0, 1.0)))
    return _Targets(pixel, then[:, 2], then - seen, front)


def _wrong_states(
    truth: Truth, flow: Flow, where: _Targets, *, v: NDArray[np.int64], u: NDArray[np.int64]
) -> int:
    camera = truth.scene.camera
    border = np.array([camera.width, camera.height]) - 0.5
    beyond = np.maximum(-0.5 - where.pixel, where.pixel - border).max(axis=1)
    state = flow.state[v, u]
    outside = state == FlowState.OUTSIDE
    wrong = outside != (beyond > 0)
    return int((where.front & wrong & (np.abs(beyond) > 0.01)).sum())
