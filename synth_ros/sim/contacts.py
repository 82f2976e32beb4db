"""Where things touch and how strongly, from one MuJoCo state."""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.scene.compiled import CompiledScene
from synth_ros.types import Contact, FloatArray

_ELLIPTIC = mujoco.mjtCone.mjCONE_ELLIPTIC.value


def contacts(
    model: mujoco.MjModel, data: mujoco.MjData, scene: CompiledScene
) -> tuple[Contact, ...]:
    """All contacts between two different things.

    Args:
        model: The simulated model.
        data: Its state after ``mj_forward``.
        scene: Whose the geoms are.

    Returns:
        By the places of first and second in the scene's things, then in MuJoCo's order. Soft
        bodies (flexes) are no things and have none.
    """
    if not data.ncon:
        return ()
    found = data.contact
    geoms = found.geom
    # A flex has geom -1.
    things = np.where(geoms < 0, -1, scene.geom_thing[geoms])
    mine = np.flatnonzero((things[:, 0] != things[:, 1]) & (things >= 0).all(axis=1))
    mine = mine[np.lexsort((things[mine].max(axis=1), things[mine].min(axis=1)))]
    # MuJoCo's normal points from the first geom to the second one.
    flipped = things[mine, 0] > things[mine, 1]
    normals = np.where(flipped[:, None], -found.frame[mine, :3], found.frame[mine, :3])
    names = scene.geometry.things
    rows = zip(
        np.sort(things[mine], axis=1).tolist(),
        found.pos[mine].tolist(),
        normals.tolist(),
        found.dist[mine].tolist(),
        normal_forces(model, data)[mine].tolist(),
        strict=True,
    )
    return tuple(
        Contact(names[first], names[second], (px, py, pz), (nx, ny, nz), distance_m, force_n)
        for (first, second), (px, py, pz), (nx, ny, nz), distance_m, force_n in rows
    )


def normal_forces(model: mujoco.MjModel, data: mujoco.MjData) -> FloatArray:
    """Normal force of each contact, shape (ncon,), newtons; 0 where the solver left it out.

    What ``mj_contactForce`` returns first, for all contacts at once: with elliptic cones and
    without friction the normal has a row of its own, with pyramidal cones it is the sum of the
    forces along the pyramid's edges.
    """
    found = data.contact
    start: NDArray[np.int64] = found.efc_address.astype(np.int64)
    rows = np.ones(len(start), np.int64)
    if model.opt.cone != _ELLIPTIC:
        rows = np.where(found.dim > 1, 2 * (found.dim - 1), 1)
    rows[start < 0] = 0
    forces: FloatArray = np.zeros(len(start))
    for row in range(int(rows.max(initial=0))):
        mine = rows > row
        forces[mine] += data.efc_force[start[mine] + row]
    return np.maximum(forces, 0.0)
