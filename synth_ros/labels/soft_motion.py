"""Where points of what bends are at another instant: carried by their triangle or their capsule.

The triangles of cloth, soft bodies and skins are the same at every instant, only their corners
move; a point keeps its barycentric coordinates. A point of a cable or a tendon keeps its place in
its capsule, which turns the shortest way from one direction to the other: it does not twist.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.camera import pixel_rays
from synth_ros.geometry.transforms import inverse
from synth_ros.labels.lookup import known_scene
from synth_ros.labels.soft_normals import nearest_tube
from synth_ros.types import FloatArray, Frame, SoftShape, TriangleMesh, Tubes

# Products of pixels and triangles that are held at once.
_PRODUCTS = 1 << 21


def soft_points(frame: Frame, other: Frame) -> FloatArray:
    """The points of what bends in the optical frame of another instant.

    Args:
        frame: Where the pixels are.
        other: The frame to which they go, of the same scene.

    Returns:
        Shape (height, width, 3), metres; 0 where nothing bends, or where it cannot be followed: a
        tendon that takes another way round.
    """
    geom_id, scene = known_scene(frame)
    _, then = known_scene(other)
    out = np.zeros((*geom_id.shape, 3))
    first = len(scene.geometry.surfaces) - len(scene.soft)
    camera_from_world = inverse(other.world_from_camera)
    rays = pixel_rays(frame.camera).reshape(-1, 3) @ frame.world_from_camera[:3, :3].T
    origin = frame.world_from_camera[:3, 3]
    for number, (now, later) in enumerate(zip(scene.soft, then.soft, strict=True)):
        pixels = np.flatnonzero(geom_id == first + number)
        if not pixels.size:
            continue
        points = origin + rays[pixels] * frame.depth_m.ravel()[pixels, None]
        moved, known = _moved(now, later, points, rays=(origin, rays[pixels]))
        seen = moved @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]
        out.reshape(-1, 3)[pixels] = np.where(known, seen, 0.0)
    return out


def _moved(
    now: SoftShape, later: SoftShape, points: FloatArray, *, rays: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, bool]:
    """Points (n, 3) of a soft surface at the other instant, world frame, if they are known."""
    if now.mesh and later.mesh and np.array_equal(now.mesh.faces, later.mesh.faces):
        return _with_triangles(now.mesh, later.mesh, rays), True
    if now.tubes and later.tubes and len(now.tubes.radius_m) == len(later.tubes.radius_m):
        return _with_tubes(now.tubes, later.tubes, points), True
    return points, False


def _with_triangles(
    now: TriangleMesh, later: TriangleMesh, rays: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Where the points are that rays meet first."""
    origin, directions = rays
    a, b, c = (now.vertices_m[now.faces[:, k]] - origin for k in range(3))
    volume = -np.einsum('fk,fk->f', a, np.cross(b, c))
    front = np.flatnonzero(volume > 0)
    edges = [np.cross(p[front], q[front]).T for p, q in ((c, b), (a, c), (b, a))]
    out = np.empty_like(directions)
    step = max(_PRODUCTS // max(len(front), 1), 1)
    for start in range(0, len(directions), step):
        some = slice(start, start + step)
        shares = np.stack([directions[some] @ edge for edge in edges])
        total = shares.sum(axis=0)
        # A ray that slips past an outline takes the triangle that it misses by least.
        miss = np.minimum(shares.min(axis=0) / volume[front], 0)
        depth = np.where(total > 0, volume[front] / np.where(total > 0, total, 1), np.inf)
        facet = np.lexsort((depth, -miss), axis=1)[:, 0]
        row = np.arange(len(facet))
        weights = shares[:, row, facet] / total[row, facet]
        corners = later.vertices_m[later.faces[front[facet]]]
        out[some] = np.einsum('kn,nkc->nc', weights, corners)
    return out


def _with_tubes(now: Tubes, later: Tubes, points: FloatArray) -> FloatArray:
    """Where points on the surface of capsules are."""
    tube = nearest_tube(points, now)
    turn = np.stack(
        [
            _shortest_turn(a[:, 2], b[:, 2])
            for a, b in zip(now.rotation, later.rotation, strict=True)
        ]
    )
    apart = np.einsum('nij,nj->ni', turn[tube], points - now.center_m[tube])
    axis = later.rotation[tube, :, 2]
    along = np.einsum('ni,ni->n', apart, axis)
    # A stretched capsule carries its ends with it.
    stretch = (later.half_m - now.half_m)[tube] * np.clip(
        along / np.maximum(now.half_m[tube], 1e-12), -1, 1
    )
    moved: FloatArray = later.center_m[tube] + apart + stretch[:, None] * axis
    return moved


def _shortest_turn(start: NDArray[np.float64], end: NDArray[np.float64]) -> FloatArray:
    """The rotation (3, 3) by the least angle from one unit vector to another (Rodrigues)."""
    across, cosine = np.cross(start, end), float(start @ end)
    if cosine < -1 + 1e-12:
        # Half a turn about any axis at a right angle.
        aside = np.eye(3)[int(np.abs(start).argmin())]
        axis = np.cross(start, aside)
        axis /= np.linalg.norm(axis)
        half: FloatArray = 2 * np.outer(axis, axis) - np.eye(3)
        return half
    x, y, z = across
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn: FloatArray = np.eye(3) + skew + skew @ skew / (1 + cosine)
    return turn
