"""How far the drawn surfaces of an object reach along its own axes, from the model itself."""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.types import FloatArray


def reach(model: mujoco.MjModel, geoms: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest corner of some geoms in the frame of their body.

    Support functions of each shape: vertices of meshes and boxes; of an ellipsoid with half
    axes s along direction d, ``|s * d|``; of a cylinder ``h |d_z| + r sqrt(1 - d_z^2)``; of a
    capsule ``h |d_z| + r``.

    Args:
        model: The model; the geoms belong to one body.
        geoms: Their ids, one or more.

    Returns:
        Two points (3,), metres.
    """
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for geom in geoms:
        rotation = np.zeros(9)
        mujoco.mju_quat2Mat(rotation, model.geom_quat[geom])
        # Rows are the body's axes as directions in the geom's frame.
        axes = rotation.reshape(3, 3)
        below, above = _spans(model, geom, axes)
        centre = model.geom_pos[geom]
        low = np.minimum(low, centre - below)
        high = np.maximum(high, centre + above)
    return low, high


def _spans(
    model: mujoco.MjModel, geom: int, axes: NDArray[np.float64]
) -> tuple[FloatArray, FloatArray]:
    """How far a geom reaches from its origin against and along each axis."""
    kind = int(model.geom_type[geom])
    size = model.geom_size[geom]
    if kind == mujoco.mjtGeom.mjGEOM_MESH.value:
        mesh = int(model.geom_dataid[geom])
        start, count = int(model.mesh_vertadr[mesh]), int(model.mesh_vertnum[mesh])
        along = model.mesh_vert[start : start + count].astype(np.float64) @ axes.T
        return -along.min(axis=0), along.max(axis=0)
    upright = np.abs(axes[:, 2])
    spans = {
        mujoco.mjtGeom.mjGEOM_SPHERE.value: np.full(3, size[0]),
        mujoco.mjtGeom.mjGEOM_ELLIPSOID.value: np.linalg.norm(axes * size, axis=1),
        mujoco.mjtGeom.mjGEOM_BOX.value: np.abs(axes) @ size,
        mujoco.mjtGeom.mjGEOM_CYLINDER.value: (
            size[1] * upright + size[0] * np.sqrt(np.maximum(0, 1 - upright**2))
        ),
        mujoco.mjtGeom.mjGEOM_CAPSULE.value: size[1] * upright + size[0],
    }
    both = np.asarray(spans.get(kind, np.full(3, np.inf)))
    return both, both
