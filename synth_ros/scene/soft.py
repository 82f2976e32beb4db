"""What bends: flexes, skins and spatial tendons, as surfaces beside the geoms.

They have no geom. Their surface ids follow those of the geoms: flexes, skins, then tendons, each
in the order of the model. What they are at one instant comes from MuJoCo's own abstract scene,
so that every engine shows the same: cloth and soft bodies as closed skins, as thick as the flex's
radius says, cables and tendons as capsules end to end, skins as their bones bend them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.render import Deformable
from synth_ros.scene.mjspec import HIDDEN_GROUP, LAST_VISIBLE_GROUP
from synth_ros.types import SoftShape, TriangleMesh, Tubes

_UNCOLORED = np.array([0.5, 0.5, 0.5, 1], np.float32)
_TENDON = int(mujoco.mjtObj.mjOBJ_TENDON)
_JOINT_WRAP = int(mujoco.mjtWrap.mjWRAP_JOINT)
_SITE_WRAP = int(mujoco.mjtWrap.mjWRAP_SITE)
_DYNAMIC = int(mujoco.mjtCatBit.mjCAT_DYNAMIC)
# MuJoCo draws a slack tendon as a catenary of at most 64 points.
_CATENARY_TUBES = 64


class SoftSurface(NamedTuple):
    """One flex, skin or tendon of a model.

    Attributes:
        kind: Which of them.
        number: Its id among its kind.
        name: In the model, perhaps empty.
        body: That carries its first point.
        material: Material id, -1 for none.
        rgba: Its colour on the screen, (4,), float32.
        tubes: Capsules that it may consist of; 0 for a mesh.
        drawn: Whether renderers draw it: in a visible group and not wholly transparent.
    """

    kind: Deformable
    number: int
    name: str
    body: int
    material: int
    rgba: NDArray[np.float32]
    tubes: int
    drawn: bool


class SoftMesh(NamedTuple):
    """Triangles of a soft surface at one instant, world frame; closed unless a skin is open.

    Attributes:
        vertices_m: (n, 3), float32.
        normals: To shade with, unit, (n, 3), float32.
        uv: Texture coordinates, (n, 2), float32; ``None`` for none.
        faces: (f, 3), int32, counter-clockwise from outside.
    """

    vertices_m: NDArray[np.float32]
    normals: NDArray[np.float32]
    uv: NDArray[np.float32] | None
    faces: NDArray[np.int32]


def soft_surfaces(model: mujoco.MjModel) -> tuple[SoftSurface, ...]:
    """All flexes, skins and tendons of a model; number k has the surface id ``ngeom + k``."""
    flexes = [_flex(model, number) for number in range(model.nflex)]
    skins = [_skin(model, number) for number in range(model.nskin)]
    return (*flexes, *skins, *(_tendon(model, number) for number in range(model.ntendon)))


def has_soft(model: mujoco.MjModel) -> bool:
    """Whether a model has any flex, skin or tendon."""
    return bool(model.nflex or model.nskin or model.ntendon)


def hide_soft(model: mujoco.MjModel, kinds: Collection[Deformable] = ()) -> None:
    """Move soft surfaces to a hidden group: those that are not drawn, and whole kinds.

    Args:
        model: The model; edited.
        kinds: Kinds of which all are hidden.
    """
    groups = {'flex': model.flex_group, 'skin': model.skin_group, 'tendon': model.tendon_group}
    for surface in soft_surfaces(model):
        if surface.kind in kinds or not surface.drawn:
            groups[surface.kind][surface.number] = HIDDEN_GROUP


def soft_options() -> mujoco.MjvOption:
    """Draw flexes, skins and tendons of visible groups, and nothing else."""
    option = mujoco.MjvOption()
    for group in (
        option.geomgroup,
        option.sitegroup,
        option.jointgroup,
        option.actuatorgroup,
    ):
        group[:] = 0
    option.flags[:] = 0
    show_soft(option)
    return option


def show_soft(option: mujoco.MjvOption) -> None:
    """Add flexes, skins and tendons of visible groups to what an option draws.

    Edges of flexes stay out: MuJoCo draws them as open tubes or not at all, so those of cables are
    added as capsules (``cable_tubes``).
    """
    shown = np.arange(len(option.flexgroup)) <= LAST_VISIBLE_GROUP
    for group in (option.flexgroup, option.skingroup, option.tendongroup):
        group[:] = shown
    flags = mujoco.mjtVisFlag
    for flag in (flags.mjVIS_FLEXSKIN, flags.mjVIS_SKIN, flags.mjVIS_TENDON, flags.mjVIS_TEXTURE):
        option.flags[flag.value] = 1


class SoftSource:
    """What the soft surfaces of a model are, state by state.

    Args:
        model: The model; only read.
    """

    def __init__(self, model: mujoco.MjModel) -> None:
        self._model = model
        self.surfaces = soft_surfaces(model)
        self._option = soft_options()
        self._camera = mujoco.MjvCamera()
        tubes = sum(surface.tubes for surface in self.surfaces)
        self._scene = mujoco.MjvScene(model, maxgeom=tubes + len(self.surfaces) + 1)

    def forms(self, data: mujoco.MjData) -> tuple[SoftMesh | Tubes | None, ...]:
        """Every soft surface as it is drawn; ``None`` for what is not.

        Args:
            data: The state; kinematics must be current.
        """
        mujoco.mjv_updateScene(
            self._model, data, self._option, None, self._camera, _DYNAMIC, self._scene
        )
        tendons = self._tendon_tubes() if self._model.ntendon else {}
        out: list[SoftMesh | Tubes | None] = []
        for kind, number, *_, tubes, drawn in self.surfaces:
            if not drawn:
                out.append(None)
            elif kind == 'skin':
                out.append(self._skin_mesh(number))
            elif kind == 'tendon':
                out.append(tendons.get(number, _tubes([])))
            else:
                cable = tubes > 0
                out.append(
                    cable_tubes(self._model, data, number) if cable else self._flex_mesh(number)
                )
        return tuple(out)

    def shapes(self, data: mujoco.MjData) -> tuple[SoftShape, ...]:
        """Every soft surface as plain data for labels, read-only."""
        return tuple(_shape(form) for form in self.forms(data))

    def _flex_mesh(self, number: int) -> SoftMesh:
        scene = self._scene
        first, count = int(scene.flexfaceadr[number]), int(scene.flexfaceused[number])
        block = slice(9 * first, 9 * (first + count))
        uv = None
        if self._model.flex_texcoordadr[number] >= 0:
            uv = scene.flextexcoord[6 * first : 6 * (first + count)].reshape(-1, 2).copy()
        return SoftMesh(
            scene.flexface[block].reshape(-1, 3).copy(),
            scene.flexnormal[block].reshape(-1, 3).copy(),
            uv,
            np.arange(3 * count, dtype=np.int32).reshape(-1, 3),
        )

    def _skin_mesh(self, number: int) -> SoftMesh:
        scene, model = self._scene, self._model
        first, count = int(scene.skinvertadr[number]), int(scene.skinvertnum[number])
        block = slice(3 * first, 3 * (first + count))
        face, faces = int(model.skin_faceadr[number]), int(model.skin_facenum[number])
        start = int(model.skin_texcoordadr[number])
        return SoftMesh(
            scene.skinvert[block].reshape(-1, 3).copy(),
            scene.skinnormal[block].reshape(-1, 3).copy(),
            model.skin_texcoord[start : start + count].copy() if start >= 0 else None,
            np.array(model.skin_face[face : face + faces], np.int32),
        )

    def _tendon_tubes(self) -> dict[int, Tubes]:
        found: dict[int, list[mujoco.MjvGeom]] = {}
        for geom in self._scene.geoms[: self._scene.ngeom]:
            if int(geom.objtype) == _TENDON:
                found.setdefault(int(geom.objid), []).append(geom)
        return {number: _tubes(geoms) for number, geoms in found.items()}


def cable_tubes(model: mujoco.MjModel, data: mujoco.MjData, number: int) -> Tubes:
    """The capsules of a flex of one dimension, one for each of its edges.

    Args:
        model: The model.
        data: The state.
        number: Flex id.
    """
    first, count = int(model.flex_edgeadr[number]), int(model.flex_edgenum[number])
    start = int(model.flex_vertadr[number])
    ends = data.flexvert_xpos[model.flex_edge[first : first + count] + start]
    along = ends[:, 1] - ends[:, 0]
    length = np.linalg.norm(along, axis=1)
    axis = np.divide(
        along, length[:, None], out=np.tile([0.0, 0, 1], (count, 1)), where=length[:, None] > 0
    )
    radius = np.full(count, float(model.flex_radius[number]))
    return Tubes(_turned(axis), ends.mean(axis=1), radius, length / 2)


def _flex(model: mujoco.MjModel, number: int) -> SoftSurface:
    cable = int(model.flex_dim[number]) == 1
    if model.flex_interp[number]:
        body = int(model.flex_nodebodyid[model.flex_nodeadr[number]])
    else:
        body = int(model.flex_vertbodyid[model.flex_vertadr[number]])
    rgba = _rgba(model, int(model.flex_matid[number]), model.flex_rgba[number])
    seen = not cable or float(model.flex_radius[number]) > 0
    return SoftSurface(
        'flex',
        number,
        mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_FLEX.value, number) or '',
        max(body, 0),
        int(model.flex_matid[number]),
        rgba,
        int(model.flex_edgenum[number]) if cable else 0,
        seen and _shown(model.flex_group[number], rgba),
    )


def _skin(model: mujoco.MjModel, number: int) -> SoftSurface:
    rgba = _rgba(model, int(model.skin_matid[number]), model.skin_rgba[number])
    body = int(model.skin_bonebodyid[model.skin_boneadr[number]])
    return SoftSurface(
        'skin',
        number,
        mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_SKIN.value, number) or '',
        body,
        int(model.skin_matid[number]),
        rgba,
        0,
        _shown(model.skin_group[number], rgba),
    )


def _tendon(model: mujoco.MjModel, number: int) -> SoftSurface:
    first, count = int(model.tendon_adr[number]), int(model.tendon_num[number])
    kinds = model.wrap_type[first : first + count]
    spatial = not (kinds == _JOINT_WRAP).any()
    sites = model.wrap_objid[first : first + count][kinds == _SITE_WRAP]
    rgba = _rgba(model, int(model.tendon_matid[number]), model.tendon_rgba[number])
    seen = spatial and float(model.tendon_width[number]) > 0
    return SoftSurface(
        'tendon',
        number,
        mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_TENDON.value, number) or '',
        int(model.site_bodyid[sites[0]]) if spatial and sites.size else 0,
        int(model.tendon_matid[number]),
        rgba,
        # Around a geom the path has two points more.
        max(2 * count, _CATENARY_TUBES) if seen else 0,
        seen and _shown(model.tendon_group[number], rgba),
    )


def _rgba(model: mujoco.MjModel, material: int, own: NDArray[np.float32]) -> NDArray[np.float32]:
    """A material's colour counts unless the surface has one of its own, as for geoms."""
    default = material >= 0 and np.array_equal(own, _UNCOLORED)
    return np.array(model.mat_rgba[material] if default else own, np.float32)


def _shown(group: int, rgba: NDArray[np.float32]) -> bool:
    return bool(group <= LAST_VISIBLE_GROUP and rgba[3] > 0)


def _tubes(geoms: list[mujoco.MjvGeom]) -> Tubes:
    sizes = np.array([geom.size for geom in geoms], np.float64).reshape(-1, 3)
    return Tubes(
        np.array([geom.mat for geom in geoms], np.float64).reshape(-1, 3, 3),
        np.array([geom.pos for geom in geoms], np.float64).reshape(-1, 3),
        sizes[:, 0],
        sizes[:, 2],
    )


def _turned(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotations (k, 3, 3) that turn z to unit vectors (k, 3)."""
    aside = np.where(np.abs(axis[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 1.0, 0]])
    x = np.cross(aside, axis)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return np.stack([x, np.cross(axis, x), axis], axis=2)


def _shape(form: SoftMesh | Tubes | None) -> SoftShape:
    if isinstance(form, Tubes):
        for array in form:
            array.flags.writeable = False
        return SoftShape(None, form)
    if form is None:
        return SoftShape(None, None)
    vertices = form.vertices_m.astype(np.float64)
    vertices.flags.writeable = form.faces.flags.writeable = False
    return SoftShape(TriangleMesh(vertices, form.faces), None)
