"""Shapes and numbers of a URDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.etree import ElementTree as ET

import mujoco
import numpy as np

from synth_ros.geometry.shapes import RoundShape, primitive_mesh
from synth_ros.geometry.transforms import (
    make_transform,
    matrix_from_quat_wxyz,
    rpy_from_matrix,
)
from synth_ros.scene.mjspec import LAST_VISIBLE_GROUP
from synth_ros.types import FloatArray, TriangleMesh

MeshUri = Callable[[TriangleMesh], str | None]
"""Where a reader of the URDF finds a mesh; ``None`` if it cannot be kept anywhere."""

_MESH = int(mujoco.mjtGeom.mjGEOM_MESH)
# Shapes that URDF does not have.
_ROUND: dict[int, RoundShape] = {
    int(mujoco.mjtGeom.mjGEOM_CAPSULE): 'capsule',
    int(mujoco.mjtGeom.mjGEOM_ELLIPSOID): 'ellipsoid',
}
# A geom without a colour of its own takes that of its material.
_UNSET_RGBA = np.array([0.5, 0.5, 0.5, 1.0], np.float32)


def number(value: float) -> str:
    """A number, exact to the last bit."""
    return repr(float(value) + 0.0)


def numbers(values: Iterable[float]) -> str:
    """Numbers with spaces between."""
    return ' '.join(number(value) for value in values)


def add_origin(element: ET.Element, parent_from_child: FloatArray) -> None:
    """Where something stands, from a transform (4, 4)."""
    ET.SubElement(
        element,
        'origin',
        xyz=numbers(parent_from_child[:3, 3]),
        rpy=numbers(rpy_from_matrix(parent_from_child[:3, :3])),
    )


def add_shapes(link: ET.Element, model: mujoco.MjModel, body: int, *, meshes: MeshUri) -> None:
    """What can be seen and touched of a body.

    Args:
        link: Its element.
        model: The robot.
        body: Body id.
        meshes: Keeps what URDF has no shape for; what it cannot keep is left out.
    """
    first = int(model.body_geomadr[body])
    for geom in range(first, first + int(model.body_geomnum[body])):
        shape = _shape(model, geom, meshes)
        if shape is None:
            continue
        rgba = _rgba(model, geom)
        if model.geom_group[geom] <= LAST_VISIBLE_GROUP and rgba[3] > 0:
            visual = _placed(model, geom, shape, into=ET.SubElement(link, 'visual'))
            # Names of materials are known in the whole file.
            material = ET.SubElement(visual, 'material', name=f'geom_{geom}')
            ET.SubElement(material, 'color', rgba=numbers(rgba.tolist()))
        if model.geom_contype[geom] or model.geom_conaffinity[geom]:
            _placed(model, geom, shape, into=ET.SubElement(link, 'collision'))


def _placed(
    model: mujoco.MjModel, geom: int, shape: ET.Element, *, into: ET.Element
) -> ET.Element:
    rotation = matrix_from_quat_wxyz(model.geom_quat[geom])
    add_origin(into, make_transform(rotation, np.array(model.geom_pos[geom])))
    # One shape is both seen and touched.
    ET.SubElement(into, 'geometry').append(shape)
    return into


def _shape(model: mujoco.MjModel, geom: int, meshes: MeshUri) -> ET.Element | None:
    kind = int(model.geom_type[geom])
    x, y, z = (float(v) for v in model.geom_size[geom])
    if kind == int(mujoco.mjtGeom.mjGEOM_BOX):
        return ET.Element('box', size=numbers((2 * x, 2 * y, 2 * z)))
    if kind == int(mujoco.mjtGeom.mjGEOM_SPHERE):
        return ET.Element('sphere', radius=number(x))
    if kind == int(mujoco.mjtGeom.mjGEOM_CYLINDER):
        return ET.Element('cylinder', radius=number(x), length=number(2 * y))
    if kind == _MESH:
        uri = meshes(_mesh(model, int(model.geom_dataid[geom])))
    elif kind in _ROUND:
        uri = meshes(primitive_mesh(_ROUND[kind], (x, y, z)))
    else:
        return None
    return None if uri is None else ET.Element('mesh', filename=uri)


def _mesh(model: mujoco.MjModel, mesh: int) -> TriangleMesh:
    start, count = int(model.mesh_vertadr[mesh]), int(model.mesh_vertnum[mesh])
    first, faces = int(model.mesh_faceadr[mesh]), int(model.mesh_facenum[mesh])
    return TriangleMesh(
        np.array(model.mesh_vert[start : start + count], np.float64),
        np.array(model.mesh_face[first : first + faces], np.int32),
    )


def _rgba(model: mujoco.MjModel, geom: int) -> FloatArray:
    own = model.geom_rgba[geom]
    material = int(model.geom_matid[geom])
    rgba = model.mat_rgba[material] if material >= 0 and (own == _UNSET_RGBA).all() else own
    found: FloatArray = np.array(rgba, np.float64)
    return found
