"""How far an estimated pose is off, as the BOP benchmark measures it.

ADD and ADI (ADD-S): Hinterstoisser et al., ACCV 2012. MSSD and MSPD: Hodan et al., BOP Challenge
2020. Symmetries and thresholds are those of bop_toolkit (``misc.get_symmetry_transformations``,
``pose_matching.match_poses``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError, cKDTree
from scipy.spatial.distance import pdist

from synth_ros.geometry.shapes import MeshSource
from synth_ros.geometry.transforms import (
    inverse,
    make_transform,
    matrix_from_rotation_vector,
    transform_points,
)
from synth_ros.types import FloatArray, Symmetry

SYMMETRY_STEP = 0.01
"""BOP's ``max_sym_disc_step``: share of the diameter that the outermost point moves in a step."""
_TURNS = math.ceil(math.pi / SYMMETRY_STEP)
MSSD_LIMITS: FloatArray = np.array([0.05 * k for k in range(1, 11)])
MSSD_LIMITS.flags.writeable = False
"""Errors below which BOP takes a pose for right, in diameters."""
MSPD_LIMITS: FloatArray = np.array([5.0 * k for k in range(1, 11)])
MSPD_LIMITS.flags.writeable = False
"""Likewise in pixels of an image 640 wide."""
_MOST_POINTS, _MOST_TURNED = 1000, 250
_GRID = 6
_NEAR_M = 1e-9


class PoseModel(NamedTuple):
    """What the errors of an object are measured on.

    Attributes:
        points: On its surface, object frame, (n, 3), metres.
        diameter_m: Largest distance of two points of it.
        symmetries: Motions that leave it as it is, the identity first, (s, 4, 4).
        from_mesh: Whether points are corners of its mesh; else they lie on its 3D box.
    """

    points: FloatArray
    diameter_m: float
    symmetries: FloatArray
    from_mesh: bool


class PoseErrors(NamedTuple):
    """Errors of one pose.

    Attributes:
        add_m: Mean distance of points.
        adds_m: Mean distance to the nearest point (ADI).
        mssd_m: Largest distance, the best symmetry taken.
        mspd_px: Largest distance in the image, likewise.
        rotation_deg: Angle between the rotations, likewise.
        translation_m: Distance of the origins, the symmetry of ``mssd_m`` taken.
    """

    add_m: float
    adds_m: float
    mssd_m: float
    mspd_px: float
    rotation_deg: float
    translation_m: float


def symmetries_of(symmetry: Symmetry) -> FloatArray:
    """All motions that leave an object as it is, continuous ones in BOP's steps, (s, 4, 4)."""
    discrete = [np.eye(4), *symmetry.discrete]
    turns = []
    for axis in symmetry.continuous:
        offset = np.asarray(axis.offset_m, np.float64)
        for step in range(_TURNS):
            rotation = matrix_from_rotation_vector(
                np.asarray(axis.axis) * (2 * math.pi * step / _TURNS)
            )
            turns.append(make_transform(rotation, offset - rotation @ offset))
    if not turns:
        return np.array(discrete)
    return np.array([turn @ motion for motion in discrete for turn in turns])


class Shape(NamedTuple):
    """What a model is made from.

    Attributes:
        model: Its name.
        object_from_box: Pose of the 3D box, (4, 4).
        size_m: Edges of the box, (3,).
        symmetry: Of the shape.
    """

    model: str
    object_from_box: FloatArray
    size_m: FloatArray
    symmetry: Symmetry


def pose_model(shape: Shape, meshes: MeshSource | None) -> PoseModel:
    """Points, diameter and symmetries of an object.

    Without a mesh the points lie on the surface of its 3D box.

    Raises:
        UsageError: A mesh file is damaged.
    """
    symmetries = symmetries_of(shape.symmetry)
    points = _mesh_points(shape, meshes)
    found = points is not None
    if points is None:
        points = transform_points(shape.object_from_box, _box_points(shape.size_m))
    most = _MOST_POINTS if len(symmetries) < 16 else _MOST_TURNED
    diameter = _diameter(points)
    if len(points) > most:
        points = points[np.linspace(0, len(points) - 1, most).round().astype(np.int64)]
    return PoseModel(points, diameter, symmetries, found)


def _mesh_points(shape: Shape, meshes: MeshSource | None) -> FloatArray | None:
    found = meshes(shape.model) if meshes is not None else None
    if found is None or not len(found.mesh.vertices_m):
        return None
    edge = int(np.argmax(found.size_m))
    factor = float(shape.size_m[edge]) / found.size_m[edge]
    vertices: FloatArray = np.unique(np.asarray(found.mesh.vertices_m, np.float64), axis=0)
    return vertices * factor


def _box_points(size_m: FloatArray) -> FloatArray:
    """A grid on each face of a box around the origin."""
    steps = np.linspace(-0.5, 0.5, _GRID)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing='ij'), axis=-1).reshape(-1, 3)
    outside: FloatArray = grid[np.abs(grid).max(axis=1) == 0.5]
    return outside * np.asarray(size_m, np.float64)


def _diameter(points: FloatArray) -> float:
    """Largest distance of two points."""
    try:
        corners = points[ConvexHull(points).vertices]
    except (QhullError, ValueError):
        # Flat or too few: there is no hull, and few points matter.
        corners = points[np.linspace(0, len(points) - 1, min(len(points), 2000)).astype(int)]
    return float(pdist(corners).max()) if len(corners) > 1 else 0.0


def pose_errors(
    estimate: FloatArray, truth: FloatArray, model: PoseModel, *, intrinsics: FloatArray
) -> PoseErrors:
    """All errors of a pose.

    Args:
        estimate: ``camera_from_object``, (4, 4).
        truth: Likewise.
        model: Of the object.
        intrinsics: (3, 3).
    """
    points = model.points
    # Distances are the same in any frame: here that of the true object.
    moved = transform_points(inverse(truth) @ estimate, points)
    turned = _turned(model)
    far = np.sqrt(((moved - turned) ** 2).sum(axis=2)).max(axis=1)
    best = int(np.argmin(far))
    aimed = truth @ model.symmetries[best]
    nearest, _ = cKDTree(moved).query(points)
    return PoseErrors(
        add_m=float(np.linalg.norm(moved - points, axis=1).mean()),
        adds_m=float(np.mean(nearest)),
        mssd_m=float(far[best]),
        mspd_px=_mspd(estimate, truth, turned, points=points, intrinsics=intrinsics),
        rotation_deg=_least_angle_deg(estimate, truth, model.symmetries),
        translation_m=float(np.linalg.norm(estimate[:3, 3] - aimed[:3, 3])),
    )


def _turned(model: PoseModel) -> FloatArray:
    """The points under each symmetry, (s, n, 3)."""
    rotation, shift = model.symmetries[:, :3, :3], model.symmetries[:, None, :3, 3]
    turned: FloatArray = model.points @ rotation.transpose(0, 2, 1) + shift
    return turned


def _mspd(
    estimate: FloatArray,
    truth: FloatArray,
    turned: FloatArray,
    *,
    points: FloatArray,
    intrinsics: FloatArray,
) -> float:
    ours, theirs = transform_points(estimate, points), transform_points(truth, turned)
    # What is behind the camera has pixels too, by the formula; those of the other side are none.
    if bool((ours[..., 2] > 0).all()) != bool((theirs[..., 2] > 0).all()):
        return math.inf
    apart = _project(theirs, intrinsics) - _project(ours, intrinsics)
    return float(np.sqrt((apart**2).sum(axis=-1)).max(axis=-1).min())


def _project(points: FloatArray, intrinsics: FloatArray) -> FloatArray:
    """Pixels, (..., 2)."""
    homogeneous = points @ intrinsics.T
    depth = homogeneous[..., 2:]
    safe = np.where(np.abs(depth) < _NEAR_M, _NEAR_M, depth)
    pixels: FloatArray = homogeneous[..., :2] / safe
    return pixels


def _least_angle_deg(estimate: FloatArray, truth: FloatArray, symmetries: FloatArray) -> float:
    """Smallest angle between the estimate and any symmetric twin of the truth."""
    between = estimate[:3, :3].T @ truth[:3, :3] @ symmetries[:, :3, :3]
    # From the chord, which stays exact for small angles where the cosine does not.
    chord = np.sqrt(((between - np.eye(3)) ** 2).sum(axis=(1, 2))) / math.sqrt(8)
    return float(np.degrees(2 * np.arcsin(np.clip(chord, 0, 1))).min())


def match_poses(
    scores: Sequence[float], errors: FloatArray, limits: FloatArray
) -> NDArray[np.int64]:
    """Which estimate each object gets for each limit, -1 none.

    The surest estimate first takes the free object with the smallest error below the limit
    (``match_poses`` of bop_toolkit).

    Args:
        scores: Of the estimates, (e,).
        errors: Of estimate e for object g; infinite where they cannot belong together, (e, g).
        limits: (l,).

    Returns:
        (l, g).
    """
    order = np.argsort(-np.asarray(scores, np.float64), kind='mergesort')
    taken = np.full((len(limits), errors.shape[1]), -1, np.int64)
    if not errors.size:
        return taken
    for number, limit in enumerate(limits):
        for estimate in order:
            row = np.where(taken[number] < 0, errors[estimate], np.inf)
            best = int(np.argmin(row))
            if row[best] < limit:
                taken[number, best] = estimate
    return taken


def area_under_curve(errors: Sequence[float], limit: float) -> float | None:
    """Share of objects with an error below x, averaged over x from 0 to a limit.

    Args:
        errors: One for each object, infinite for those that were missed.
        limit: In the unit of the errors.
    """
    if not errors:
        return None
    return float(np.clip(1 - np.asarray(errors, np.float64) / limit, 0, 1).mean())
