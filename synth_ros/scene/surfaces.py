"""What a compiled model consists of, as plain data: shapes, triangles, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
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
    model: mujoco.MjModel,
    owners: GeomOwners,
    *,
    fields: Sequence[TriangleMesh] | None = None,
) -> tuple[tuple[Surface, ...], tuple[TriangleMesh, ...]]:
    """Every geom of a model, and the triangles that geoms point to.

    Args:
        model: The compiled model.
        owners: Whose each geom is.
        fields: The height fields of the model, if they were made before.

    Returns:
        Surfaces by geom id, and the meshes: first the model's own by mesh id, then one for
        each height field.
    """
    meshes = (*_meshes(model), *(height_fields(model) if fields is None else fields))
    surfaces = []
    for kind, size, data, thing, part, stuff, drawn in zip(
        model.geom_type.tolist(),
        model.geom_size.tolist(),
        model.geom_dataid.tolist(),
        owners.thing.tolist(),
        owners.part_id.tolist(),
        owners.stuff_id.tolist(),
        is_drawn(model).tolist(),
        strict=True,
    ):
        shape = _SHAPES.get(kind, 'other')
        mesh = NO_MESH
        if shape == 'mesh':
            mesh = data + (model.nmesh if kind == _HFIELD else 0)
        x, y, z = size
        surfaces.append(Surface(shape, (x, y, z), mesh, thing, part, stuff, drawn))
    return tuple(surfaces), meshes


def is_drawn(model: mujoco.MjModel) -> NDArray[np.bool_]:
    """Which geoms renderers draw: in a visible group and not wholly transparent, (ngeom,)."""
    alpha = model.geom_rgba[:, 3].copy()
    with_material = model.geom_matid >= 0
    # A material's colour counts unless the geom has one of its own, as in MuJoCo.
    default = np.all(model.geom_rgba == np.array([0.5, 0.5, 0.5, 1], np.float32), axis=1)
    use = with_material & default
    alpha[use] = model.mat_rgba[model.geom_matid[use], 3]
    return np.asarray((model.geom_group <= LAST_VISIBLE_GROUP) & (alpha > 0))


def world_from_geom(data: mujoco.MjData, *, soft: int = 0) -> NDArray[np.float64]:
    """Pose of every surface, shape (ngeom + soft, 4, 4); kinematics must be current.

    Args:
        data: The state.
        soft: Number of soft surfaces, which come last and whose shapes are in the world's frame.
    """
    count = len(data.geom_xpos)
    poses = np.zeros((count + soft, 4, 4))
    poses[:count, :3, :3] = data.geom_xmat.reshape(-1, 3, 3)
    poses[:count, :3, 3] = data.geom_xpos
    poses[count:, :3, :3] = np.eye(3)
    poses[:, 3, 3] = 1
    return poses


def height_fields(model: mujoco.MjModel) -> tuple[TriangleMesh, ...]:
    """The height fields of a model as meshes, by id."""
    return tuple(_height_field(model, field) for field in range(model.nhfield))


def _meshes(model: mujoco.MjModel) -> list[TriangleMesh]:
    """The meshes of a model by id: read-only views of two copied arrays."""
    vertices = model.mesh_vert.astype(np.float64)
    faces = model.mesh_face.astype(np.int32)
    vertices.flags.writeable = faces.flags.writeable = False
    starts = zip(
        model.mesh_vertadr.tolist(),
        model.mesh_vertnum.tolist(),
        model.mesh_faceadr.tolist(),
        model.mesh_facenum.tolist(),
        strict=True,
    )
    return [TriangleMesh(vertices[v : v + nv], faces[f : f + nf]) for v, nv, f, nf in starts]


def _height_field(model: mujoco.MjModel, field: int) -> TriangleMesh:
    """A height field as MuJoCo draws it: two triangles a cell, side walls and a base."""
    rows, columns = int(model.hfield_nrow[field]), int(model.hfield_ncol[field])
    start = int(model.hfield_adr[field])
    x_m, y_m, z_m, base_m = (float(v) for v in model.hfield_size[field])
    heights = model.hfield_data[start : start + rows * columns].reshape(rows, columns) * z_m
    x, y = np.meshgrid(np.linspace(-x_m, x_m, columns), np.linspace(-y_m, y_m, rows))
    top = np.stack([x, y, heights], -1).reshape(-1, 3).astype(np.float64)
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    c, d = index[1:, 1:].ravel(), index[1:, :-1].ravel()
    # The rim, counter-clockwise from above, and the same points at the foot of the walls.
    rim = np.concatenate([index[0, :-1], index[:-1, -1], index[-1, :0:-1], index[:0:-1, 0]])
    foot = np.arange(len(rim), dtype=np.int32) + rows * columns
    rim_after, foot_after = np.roll(rim, -1), np.roll(foot, -1)
    corner = foot[np.cumsum([0, columns - 1, rows - 1, columns - 1])]
    faces = [(a, b, c), (a, c, d), (foot, foot_after, rim_after), (foot, rim_after, rim)]
    faces.append((corner[[0, 0]], corner[[2, 3]], corner[[1, 2]]))
    vertices = np.concatenate([top, np.where([True, True, False], top[rim], -base_m)])
    triangles = np.concatenate([np.stack(corners, 1) for corners in faces])
    vertices.flags.writeable = triangles.flags.writeable = False
    return TriangleMesh(vertices, triangles)
