"""Reads a labelled object from an MJCF file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import AssetError
from synth_ros.geometry.transforms import (
    inverse,
    make_transform,
    matrix_from_quat_wxyz,
    quat_wxyz_from_matrix,
    transform_points,
)
from synth_ros.scene import mass as masses
from synth_ros.scene.collision import hull_mesh
from synth_ros.scene.mjcf_marks import declared_symmetry, site_keypoints
from synth_ros.scene.mjspec import LAST_VISIBLE_GROUP, drop, drop_keyframes, one_line
from synth_ros.scene.solid import (
    LoadedSolid,
    MassProperties,
    Shape,
    Solid,
    SolidGeom,
    SolidLook,
    SolidMesh,
    SolidTexture,
    visible_bounds,
)
from synth_ros.scene.surfaces import is_drawn
from synth_ros.types import FloatArray

TINT_PREFIX = 'tint_'
# Visual geoms are often called visual and visual_lid, beside collision geoms of other names.
VISUAL_NAME = 'visual'
MAIN_PART = 'body'

_SHAPES: dict[mujoco.mjtGeom, Shape] = {
    mujoco.mjtGeom.mjGEOM_BOX: 'box',
    mujoco.mjtGeom.mjGEOM_SPHERE: 'sphere',
    mujoco.mjtGeom.mjGEOM_CYLINDER: 'cylinder',
    mujoco.mjtGeom.mjGEOM_CAPSULE: 'capsule',
    mujoco.mjtGeom.mjGEOM_ELLIPSOID: 'ellipsoid',
    mujoco.mjtGeom.mjGEOM_MESH: 'mesh',
}


def load_mjcf_object(path: Path, *, density_kg_m3: float, inertia: str) -> LoadedSolid:
    """Read one rigid object.

    The file must hold one body (or geoms of the world alone); child bodies become part of it,
    welded where they stand. Sites named ``keypoint_*`` and a custom text ``symmetry`` say what
    labels need; free joints, lights, cameras and other sites are left out.

    Args:
        path: The MJCF file.
        density_kg_m3: Density where the model gives no mass.
        inertia: ``model``, ``geometry`` or ``auto`` (recompute what cannot be).

    Raises:
        AssetError: If the file cannot be read, holds several bodies or no usable geom.
    """
    model, root = _compile_alone(path)
    notes = ['its joints were welded: labelled objects are rigid'] if root.welded else []
    geoms = [i for i in range(model.ngeom) if _is_inside(model, i, root.body_id)]
    if not geoms:
        raise AssetError(path, 'the object has no geom; add at least one.')
    reader = _Reader(model, path, root=root.body_id)
    solid_geoms, meshes = reader.geoms(geoms)
    looks, textures = reader.looks(), reader.textures()
    bounds = visible_bounds(solid_geoms, meshes)
    stated = reader.stated_mass(root.body_id)
    uniform = masses.from_geometry(solid_geoms, meshes, density_kg_m3)
    chosen = uniform
    if stated is not None:
        chosen = masses.with_mass(uniform, stated.mass_kg)
        if inertia != 'geometry':
            fault = masses.why_unphysical(stated, chosen, bounds)
            if fault is None or inertia == 'model':
                chosen = stated
            else:
                notes.append(f'{fault}; it was recomputed from the geometry')
    solid = Solid(solid_geoms, meshes, looks, textures, chosen, bounds)
    return LoadedSolid(
        solid,
        tuple(notes),
        keypoints=site_keypoints(model, path, object_from_body=reader.object_from_body),
        symmetry=declared_symmetry(model, path),
    )


class _Root(NamedTuple):
    body_id: int
    welded: bool


def _compile_alone(path: Path) -> tuple[mujoco.MjModel, _Root]:
    try:
        spec = mujoco.MjSpec.from_file(str(path))
        bodies = list(spec.worldbody.bodies)
        if len(bodies) > 1:
            names = ', '.join(body.name or 'unnamed' for body in bodies)
            raise AssetError(
                path,
                f'a labelled object is one body, this file has several: {names}. '
                'Put them into one body, or list them as separate files.',
            )
        free = mujoco.mjtJoint.mjJNT_FREE
        welded = any(joint.type != free for joint in spec.joints)
        drop_keyframes(spec)
        drop(spec, spec.sensors, spec.actuators, spec.equalities, spec.tendons, spec.joints)
        spec.compiler.fusestatic = False
        spec.compiler.discardvisual = False
        return spec.compile(), _Root(1 if bodies else 0, welded)
    except (ValueError, mujoco.FatalError) as error:
        raise AssetError(path, f'MuJoCo cannot read it: {one_line(error)}') from error


def _is_inside(model: mujoco.MjModel, geom: int, root: int) -> bool:
    return root == 0 or int(model.body_rootid[model.geom_bodyid[geom]]) == root


def _body_pose(model: mujoco.MjModel, body: int) -> FloatArray:
    """World from body at the reference configuration; all bodies are welded."""
    pose = np.eye(4)
    while body != 0:
        local = make_transform(matrix_from_quat_wxyz(model.body_quat[body]), model.body_pos[body])
        pose = local @ pose
        body = int(model.body_parentid[body])
    return pose


class _Reader:
    """Takes the parts of one object out of its compiled model."""

    def __init__(self, model: mujoco.MjModel, path: Path, *, root: int) -> None:
        self._model = model
        self._path = path
        self._root = root
        self._root_from_world = inverse(_body_pose(model, root))
        self._meshes: list[SolidMesh] = []
        self._mesh_index: dict[int, int] = {}
        self._looks: dict[tuple[int, tuple[float, ...]], int] = {}

    def geoms(self, ids: list[int]) -> tuple[tuple[SolidGeom, ...], tuple[SolidMesh, ...]]:
        """The object's geoms, a hull added for each mesh that collides."""
        model = self._model
        drawn = is_drawn(model)
        seen = [i for i in ids if drawn[i]]
        if not seen:
            raise AssetError(
                self._path,
                f'all {len(ids)} geoms of the object are hidden: in group '
                f'{LAST_VISIBLE_GROUP + 1} or above, or with an opacity of 0. A labelled object '
                f'needs one that is drawn; move one to group 0 to {LAST_VISIBLE_GROUP}.',
            )
        solid = [i for i in ids if model.geom_contype[i] or model.geom_conaffinity[i]] or seen
        out: list[SolidGeom] = []
        for i in ids:
            if i not in seen and i not in solid:
                continue
            geom = self._geom(i, visible=i in seen, collides=i in solid)
            if geom.shape == 'mesh' and geom.collides:
                if geom.visible:
                    out.append(_but(geom, visible=True, collides=False))
                geom = _but(geom, visible=False, collides=True, mesh=self._hull(geom.mesh))
            out.append(geom)
        return tuple(out), tuple(self._meshes)

    def looks(self) -> tuple[SolidLook, ...]:
        """The materials that the geoms use."""
        return tuple(self._look(matid, rgba) for matid, rgba in self._looks)

    def textures(self) -> tuple[SolidTexture, ...]:
        """All textures of the model."""
        model = self._model
        out = []
        for t in range(model.ntex):
            height, width = int(model.tex_height[t]), int(model.tex_width[t])
            channels, start = int(model.tex_nchannel[t]), int(model.tex_adr[t])
            data = model.tex_data[start : start + height * width * channels]
            out.append(
                SolidTexture(
                    np.array(data, dtype=np.uint8).reshape(height, width, channels),
                    kind=int(model.tex_type[t]),
                    colorspace=int(model.tex_colorspace[t]),
                )
            )
        return tuple(out)

    def object_from_body(self, body: int) -> FloatArray:
        """Pose of a body in the object frame, (4, 4)."""
        pose: FloatArray = self._root_from_world @ _body_pose(self._model, body)
        return pose

    def stated_mass(self, root: int) -> MassProperties | None:
        """Mass properties of the model's bodies in the root frame, or ``None`` if massless."""
        model = self._model
        parts = []
        for b in range(1, model.nbody):
            if model.body_mass[b] <= 0 or int(model.body_rootid[b]) != root:
                continue
            pose = self.object_from_body(b)
            local = matrix_from_quat_wxyz(model.body_iquat[b])
            rotation = pose[:3, :3] @ local
            inertia = rotation @ np.diag(model.body_inertia[b]) @ rotation.T
            centre = transform_points(pose, np.array(model.body_ipos[b]))
            parts.append(MassProperties(float(model.body_mass[b]), centre, inertia))
        return masses.combine(parts) if parts else None

    def _rgba(self, geom: int) -> tuple[float, ...]:
        """MuJoCo's rule: a geom's own colour wins unless it is the default grey."""
        model = self._model
        own = tuple(float(c) for c in model.geom_rgba[geom])
        matid = int(model.geom_matid[geom])
        if matid >= 0 and own == (0.5, 0.5, 0.5, 1.0):
            return tuple(float(c) for c in model.mat_rgba[matid])
        return own

    def _geom(self, geom: int, *, visible: bool, collides: bool) -> SolidGeom:
        model = self._model
        shape = _SHAPES.get(mujoco.mjtGeom(int(model.geom_type[geom])))
        if shape is None:
            kind = mujoco.mjtGeom(int(model.geom_type[geom])).name.removeprefix('mjGEOM_').lower()
            raise AssetError(
                self._path,
                f'a labelled object cannot contain a {kind} geom; use boxes, '
                'spheres, cylinders, capsules, ellipsoids or meshes.',
            )
        body_pose = self.object_from_body(int(model.geom_bodyid[geom]))
        pose = body_pose @ make_transform(
            matrix_from_quat_wxyz(model.geom_quat[geom]), model.geom_pos[geom]
        )
        slide, torsion, roll = (float(v) for v in model.geom_friction[geom])
        x, y, z = (float(v) for v in model.geom_size[geom])
        px, py, pz = (float(v) for v in pose[:3, 3])
        qw, qx, qy, qz = (float(v) for v in quat_wxyz_from_matrix(pose[:3, :3]))
        key = (int(model.geom_matid[geom]), self._rgba(geom))
        return SolidGeom(
            shape=shape,
            size_m=(x, y, z),
            position_m=(px, py, pz),
            quat_wxyz=(qw, qx, qy, qz),
            mesh=self._mesh(int(model.geom_dataid[geom])) if shape == 'mesh' else -1,
            look=self._looks.setdefault(key, len(self._looks)),
            visible=visible,
            collides=collides,
            friction=(slide, max(torsion, 0.01), max(roll, 0.001)),
            part=self._part(geom) if visible else '',
        )

    def _part(self, geom: int) -> str:
        """The part that a geom is: its child body, else itself, as far as they have names."""
        model = self._model
        body = int(model.geom_bodyid[geom])
        while body not in (0, self._root):
            if model.body(body).name:
                return str(model.body(body).name)
            body = int(model.body_parentid[body])
        name = str(model.geom(geom).name)
        return MAIN_PART if name == VISUAL_NAME else name.removeprefix(f'{VISUAL_NAME}_')

    def _mesh(self, mesh: int) -> int:
        if mesh not in self._mesh_index:
            self._mesh_index[mesh] = len(self._meshes)
            self._meshes.append(read_mesh(self._model, mesh))
        return self._mesh_index[mesh]

    def _hull(self, index: int) -> int:
        self._meshes.append(hull_mesh(self._meshes[index].vertices_m, self._path))
        return len(self._meshes) - 1

    def _look(self, matid: int, rgba: tuple[float, ...]) -> SolidLook:
        model = self._model
        red, green, blue, alpha = rgba
        if matid < 0:
            return SolidLook((red, green, blue, alpha))
        textures = tuple(int(t) for t in model.mat_texid[matid])
        textured = any(t >= 0 for t in textures)
        by_name = model.mat(matid).name.startswith(TINT_PREFIX)
        u, v = (float(r) for r in model.mat_texrepeat[matid])
        return SolidLook(
            rgba=(red, green, blue, alpha),
            textures=textures if textured else (),
            texrepeat=(u, v),
            texuniform=bool(model.mat_texuniform[matid]),
            emission=float(model.mat_emission[matid]),
            specular=float(model.mat_specular[matid]),
            shininess=float(model.mat_shininess[matid]),
            reflectance=float(model.mat_reflectance[matid]),
            metallic=float(model.mat_metallic[matid]),
            roughness=float(model.mat_roughness[matid]),
            tint='hue' if by_name else 'value' if textured else 'none',
        )


def read_mesh(model: mujoco.MjModel, mesh: int) -> SolidMesh:
    """A mesh of a compiled model, in the frame that MuJoCo gave it."""
    first, number = int(model.mesh_faceadr[mesh]), int(model.mesh_facenum[mesh])
    rows = slice(first, first + number)
    start = int(model.mesh_vertadr[mesh])
    vertices = model.mesh_vert[start : start + int(model.mesh_vertnum[mesh])]
    start = int(model.mesh_normaladr[mesh])
    normals = model.mesh_normal[start : start + int(model.mesh_normalnum[mesh])]
    corners = [model.mesh_face[rows].ravel(), model.mesh_facenormal[rows].ravel()]
    start = int(model.mesh_texcoordadr[mesh])
    if start >= 0:
        corners.append(model.mesh_facetexcoord[rows].ravel())
    # One vertex for each combination of position, normal and texture coordinate in use.
    unique, faces = unique_rows(np.stack(corners, axis=1))
    texcoords = None
    if start >= 0:
        own = model.mesh_texcoord[start : start + int(model.mesh_texcoordnum[mesh])]
        texcoords = np.array(own[unique[:, 2]], np.float64)
    return SolidMesh(
        vertices_m=np.array(vertices[unique[:, 0]], np.float64),
        faces=faces.reshape(-1, 3).astype(np.int32),
        normals=np.array(normals[unique[:, 1]], np.float64),
        texcoords=texcoords,
    )


def unique_rows(numbers: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different rows in ascending order, and which of them each row is.

    ``numpy.unique`` along an axis says the same in several times the time.

    Args:
        numbers: Shape (n, k), none negative.
    """
    ranges = numbers.max(axis=0, initial=0).astype(np.int64) + 1
    if np.prod(ranges.astype(np.float64)) > 2.0**62:
        rows, places = np.unique(numbers, axis=0, return_inverse=True)
        return rows.astype(np.int64), places.ravel()
    # Rows as the digits of one number.
    weights = np.append(np.cumprod(ranges[:0:-1])[::-1], 1)
    codes, places = np.unique(numbers @ weights, return_inverse=True)
    return codes[:, None] // weights % ranges, places


def _but(geom: SolidGeom, *, visible: bool, collides: bool, mesh: int | None = None) -> SolidGeom:
    return replace(
        geom, visible=visible, collides=collides, mesh=geom.mesh if mesh is None else mesh
    )
