"""What a compiled model consists of, as plain data: shapes, triangles, and whose they are."""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.scene.mjspec import LAST_VISIBLE_GROUP
from synth_ros.types import NO_MESH, ShapeKind, Surface, TriangleMesh

_SHAPES: dict[int, ShapeKind] = {
    mujoco.mjtGeom.mjGEOM_PLANE.value: 'plane',
    mujoco.mjtGeom.mjGEOM_HFIELD.value: 'mesh',
    mujoco.mjtGeom.mjGEOM_SPHERE.value: 'sphere',
    mujoco.mjtGeom.mjGEOM_CAPSULE.value: 'capsule',
    mujoco.mjtGeom.mjGEOM_ELLIPSOID.value: 'ellipsoid',
    mujoco.mjtGeom.mjGEOM_CYLINDER.value: 'cylinder',
    mujoco.mjtGeom.mjGEOM_BOX.value: 'box',
    mujoco.mjtGeom.mjGEOM_MESH.value: 'mesh',
}
_HFIELD = mujoco.mjtGeom.mjGEOM_HFIELD.value


class GeomOwners(NamedTuple):
    """Whose each geom is; all of shape (ngeom,), int32.

    Attributes:
        thing: Index into the scene's things.
        part_id: Part, 0 for none.
        stuff_id: Class id of its stuff, 0 for none.
    """

    thing: NDArray[np.int32]
    part_id: NDArray[np.int32]
    stuff_id: NDArray[np.int32]


def surfaces_and_meshes(
    model: mujoco.MjModel, owners: GeomOwners
) -> tuple[tuple[Surface, ...], tuple[TriangleMesh, ...]]:
    """Every geom of a model, and the triangles that geoms point to.

    Args:
        model: The compiled model.
        owners: Whose each geom is.

    Returns:
        Surfaces by geom id, and the meshes: first the model's own by mesh id, then one for
        each height field.
    """
    meshes = [_mesh(model, mesh) for mesh in range(model.nmesh)]
    meshes += [_height_field(model, field) for field in range(model.nhfield)]
    drawn = is_drawn(model)
    surfaces = []
    for geom in range(model.ngeom):
        kind = int(model.geom_type[geom])
        shape = _SHAPES.get(kind, 'other')
        mesh = NO_MESH
        if shape == 'mesh':
            mesh = int(model.geom_dataid[geom]) + (model.nmesh if kind == _HFIELD else 0)
        x, y, z = (float(v) for v in model.geom_size[geom])
        surfaces.append(
            Surface(
                shape=shape,
                size_m=(x, y, z),
                mesh=mesh,
                thing=int(owners.thing[geom]),
                part_id=int(owners.part_id[geom]),
                stuff_id=int(owners.stuff_id[geom]),
                drawn=bool(drawn[geom]),
            )
        )
    return tuple(surfaces), tuple(meshes)


def is_drawn(model: mujoco.MjModel) -> NDArray[np.bool_]:
    """Which geoms renderers draw: in a visible group and not wholly transparent, (ngeom,)."""
    alpha = model.geom_rgba[:, 3].copy()
    with_material = model.geom_matid >= 0
    # A material's colour counts unless the geom has one of its own, as in MuJoCo.
    default = np.all(model.geom_rgba == np.array([0.5, 0.5, 0.5, 1], np.float32), axis=1)
    use = with_material & default
    alpha[use] = model.mat_rgba[model.geom_matid[use], 3]
    return np.asarray((model.geom_group <= LAST_VISIBLE_GROUP) & (alpha > 0))


def world_from_geom(data: mujoco.MjData) -> NDArray[np.float64]:
    """Pose of every geom, shape (ngeom, 4, 4); kinematics must be current."""
    count = len(data.geom_xpos)
    poses = np.zeros((count, 4, 4))
    poses[:, :3, :3] = data.geom_xmat.reshape(-1, 3, 3)
    poses[:, :3, 3] = data.geom_xpos
    poses[:, 3, 3] = 1
    return poses


def _mesh(model: mujoco.MjModel, mesh: int) -> TriangleMesh:
    vertices = slice(model.mesh_vertadr[mesh], model.mesh_vertadr[mesh] + model.mesh_vertnum[mesh])
    faces = slice(model.mesh_faceadr[mesh], model.mesh_faceadr[mesh] + model.mesh_facenum[mesh])
    return TriangleMesh(
        model.mesh_vert[vertices].astype(np.float64), model.mesh_face[faces].astype(np.int32)
    )


def _height_field(model: mujoco.MjModel, field: int) -> TriangleMesh:
    """The top of a height field as MuJoCo draws it: two triangles a cell."""
    rows, columns = int(model.hfield_nrow[field]), int(model.hfield_ncol[field])
    start = int(model.hfield_adr[field])
    x_m, y_m, z_m, _ = (float(v) for v in model.hfield_size[field])
    heights = model.hfield_data[start : start + rows * columns].reshape(rows, columns) * z_m
    x, y = np.meshgrid(np.linspace(-x_m, x_m, columns), np.linspace(-y_m, y_m, rows))
    vertices = np.stack([x, y, heights], -1).reshape(-1, 3).astype(np.float64)
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    c, d = index[1:, 1:].ravel(), index[1:, :-1].ravel()
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    return TriangleMesh(vertices, faces)
