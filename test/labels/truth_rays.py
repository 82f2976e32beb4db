"""What rays and MuJoCo's own poses say of a scene: the reference that labels are held against.

Nothing here uses synth_ros.geometry or synth_ros.labels. Ids come from body names.
"""

from __future__ import annotations

import copy
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray
from ray_reference import Cast, RayCaster
from truth_scenes import TruthScene

from synth_ros.types import CameraModel, FloatArray, Frame, IdImage, MaskImage

VISIBLE_GROUPS = 3
_OTHER_THINGS = 1000

_GEOM = mujoco.mjtGeom
_FLAT = (_GEOM.mjGEOM_BOX.value, _GEOM.mjGEOM_MESH.value)


class Poses(NamedTuple):
    """Copies of MuJoCo's poses at one moment, and the camera's.

    Attributes:
        body_xpos: (nbody, 3).
        body_xmat: (nbody, 3, 3).
        geom_xpos: (ngeom, 3).
        geom_xmat: (ngeom, 3, 3).
        eye: Position of the camera, (3,).
        axes: Right, down, forward in the world as columns, (3, 3).
        anchors: Joint anchors, (njnt, 3).
    """

    body_xpos: FloatArray
    body_xmat: FloatArray
    geom_xpos: FloatArray
    geom_xmat: FloatArray
    eye: FloatArray
    axes: FloatArray
    anchors: FloatArray

    def seen(self, world: FloatArray) -> FloatArray:
        """World points in the optical frame."""
        return (world - self.eye) @ self.axes


class Truth(NamedTuple):
    """A scene at its first moment.

    Attributes:
        scene: The scene; its world stands in the first moment.
        poses: At both moments.
        caster: Of the first moment.
        later: Of the second.
        cast: What each pixel's ray meets.
        normals: And the normal there, optical frame.
        thing_of: Thing of each geom: an instance id, or 1000 and more for other bodies.
        names: Of things, as their own models call them.
        alone: Pixels of the extended canvas that each object covers alone, by instance id.
    """

    scene: TruthScene
    poses: tuple[Poses, Poses]
    caster: RayCaster
    later: RayCaster
    cast: Cast
    normals: FloatArray
    thing_of: NDArray[np.int32]
    names: dict[int, str]
    alone: dict[int, MaskImage]

    @property
    def things(self) -> IdImage:
        """Thing of each pixel, -1 where nothing is."""
        return self.things_of(self.cast.geom_id)

    def things_of(self, geom_id: IdImage) -> IdImage:
        """Things from geom ids, -1 where nothing is."""
        return np.append(self.thing_of, -1)[geom_id]

    def drawn(self, frame: Frame) -> IdImage:
        """Things that a frame says its pixels show: by instance id, of others by geom id."""
        assert frame.geom_id is not None
        things = self.things_of(frame.geom_id)
        is_object = (frame.instance_id > 0) | ((things >= 0) & (things < _OTHER_THINGS))
        return np.where(is_object, frame.instance_id, things)

    def geoms(self, key: int) -> list[int]:
        """Drawn geoms of an object."""
        model = self.scene.world.model
        mine = (self.thing_of == key) & (model.geom_group < VISIBLE_GROUPS)
        return np.flatnonzero(mine).tolist()

    @property
    def is_round(self) -> MaskImage:
        """Which geoms renderers draw as polygons within."""
        return ~np.isin(self.scene.world.model.geom_type, _FLAT)

    @property
    def is_mesh(self) -> MaskImage:
        """Which geoms are meshes."""
        return self.scene.world.model.geom_type == _GEOM.mjGEOM_MESH.value


def truth(scene: TruthScene) -> Truth:
    """Cast everything; leaves the world in the first moment."""
    model = copy.copy(scene.world.model)
    hidden = model.geom_group >= VISIBLE_GROUPS
    # MuJoCo's rays pass what is wholly transparent.
    model.geom_rgba[hidden] = 0
    model.geom_matid[hidden] = -1
    scene.pose(1)
    then = _poses(scene)
    later = _caster(scene, model, then, data=copy.copy(scene.world.data))
    scene.pose(0)
    now = _poses(scene)
    caster = _caster(scene, model, now, data=scene.world.data)
    cast, normals = caster.image_surface()
    thing_of, names = _things(model)
    found = Truth(scene, (now, then), caster, later, cast, normals, thing_of, names, {})
    for key in sorted(scene.scales):
        found.alone[key] = _alone(found, found.geoms(key))
    return found


def _caster(
    scene: TruthScene, model: mujoco.MjModel, poses: Poses, *, data: mujoco.MjData
) -> RayCaster:
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = poses.axes, poses.eye
    return RayCaster(model, data, camera=scene.camera, world_from_camera=pose)


def _alone(truth: Truth, geoms: list[int]) -> MaskImage:
    """What geoms cover alone on the canvas of three by three images.

    Only rays that pass a geom's bounding sphere are cast: with the centre at c, those with
    (ray . c)^2 >= ray^2 (c^2 - r^2).
    """
    camera, model = truth.scene.camera, truth.scene.world.model
    w, h = camera.width, camera.height
    x = (np.arange(-w, 2 * w) - camera.cx) / camera.fx
    y = ((np.arange(-h, 2 * h) - camera.cy) / camera.fy)[:, None]
    near = np.zeros((3 * h, 3 * w), np.bool_)
    for geom in geoms:
        a, b, c = truth.poses[0].seen(truth.poses[0].geom_xpos[geom])
        reach = 1.001 * model.geom_rbound[geom]
        beyond = a * a + b * b + c * c - reach * reach
        near |= (x * a + y * b + c) ** 2 >= (x * x + y * y + 1) * beyond
    v, u = np.nonzero(near)
    near[v, u] = truth.caster.pixels(u - w, v - h, only=geoms).geom_id >= 0
    return near


def project(camera: CameraModel, seen: FloatArray) -> FloatArray:
    """The pinhole formula: pixels of points (..., 3) in the optical frame."""
    x, y, z = np.moveaxis(seen, -1, 0)
    return np.stack([camera.fx * x / z + camera.cx, camera.fy * y / z + camera.cy], -1)


def support_m(model: mujoco.MjModel, geom: int, along: FloatArray) -> float:
    """How far a geom reaches from its origin along a unit direction in its own frame."""
    size = model.geom_size[geom]
    match int(model.geom_type[geom]):
        case _GEOM.mjGEOM_BOX.value:
            return float(np.abs(along) @ size)
        case _GEOM.mjGEOM_SPHERE.value:
            return float(size[0])
        case _GEOM.mjGEOM_CAPSULE.value:
            return float(size[0] + size[1] * abs(along[2]))
        case _GEOM.mjGEOM_CYLINDER.value:
            return float(size[0] * np.hypot(along[0], along[1]) + size[1] * abs(along[2]))
        case _GEOM.mjGEOM_ELLIPSOID.value:
            return float(np.linalg.norm(size * along))
        case _GEOM.mjGEOM_MESH.value:
            return float((mesh_vertices(model, geom) @ along).max())
    raise AssertionError(f'geom {geom} has a shape without a support function')


def mesh_vertices(model: mujoco.MjModel, geom: int) -> FloatArray:
    """Vertices of a mesh geom in its own frame, (n, 3)."""
    mesh = model.geom_dataid[geom]
    start = model.mesh_vertadr[mesh]
    return model.mesh_vert[start : start + model.mesh_vertnum[mesh]].astype(np.float64)


def _poses(scene: TruthScene) -> Poses:
    data, camera = scene.world.data, scene.part.camera_id
    right, up, back = data.cam_xmat[camera].reshape(3, 3).T
    return Poses(
        body_xpos=data.xpos.copy(),
        body_xmat=data.xmat.reshape(-1, 3, 3).copy(),
        geom_xpos=data.geom_xpos.copy(),
        geom_xmat=data.geom_xmat.reshape(-1, 3, 3).copy(),
        eye=data.cam_xpos[camera].copy(),
        axes=np.stack([right, -up, -back], axis=1),
        anchors=data.xanchor.copy(),
    )


def _things(model: mujoco.MjModel) -> tuple[NDArray[np.int32], dict[int, str]]:
    """Whose each geom is, from the names of bodies: obj/block_03/body, robot/upper, env/table."""
    thing_of = np.zeros(model.ngeom, np.int32)
    names = {-1: 'nothing'}
    for geom, body in enumerate(model.geom_bodyid.tolist()):
        name = model.body(body).name
        kind, _, rest = name.partition('/')
        label = rest.partition('/')[0] if kind == 'obj' else rest
        thing_of[geom] = int(label[-2:]) if kind == 'obj' else _OTHER_THINGS + body
        names[int(thing_of[geom])] = label
    return thing_of, names
