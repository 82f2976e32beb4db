"""Small seeded scenes of every kind of geom, seen by odd cameras."""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np

from synth_ros.scene.surfaces import GeomOwners, surfaces_and_meshes, world_from_geom
from synth_ros.types import (
    CameraModel,
    FloatArray,
    Frame,
    IdImage,
    Instance,
    SceneGeometry,
    SceneState,
    Thing,
)

POLYHEDRA = ('box', 'wedge', 'ell')
CURVED = ('sphere', 'cylinder', 'capsule', 'ellipsoid')
MESHES = ('wedge', 'ell', 'ball')

# Half of a bracket that is not convex, and a wedge: plain vertices, as an OBJ file has them.
_ELL_OUTLINE = [(0, 0), (3, 0), (3, 1), (1, 1), (1, 3), (0, 3)]


class Scene(NamedTuple):
    """A scene, its camera and its labelled instances.

    Attributes:
        model: Compiled.
        data: Its state; kinematics are current.
        camera: Intrinsics.
        world_from_camera: Pose of the optical frame.
        instances: Labelled objects, ids from 1.
        geoms: Geom ids of each instance.
        kinds: Kind of shape of each instance's first geom.
        instance_of: Instance of each geom, 0 for none.
        geometry: Surfaces by geom id; table and screen belong to the world.
    """

    model: mujoco.MjModel
    data: mujoco.MjData
    camera: CameraModel
    world_from_camera: FloatArray
    instances: tuple[Instance, ...]
    geoms: dict[int, list[int]]
    kinds: dict[int, str]
    instance_of: IdImage
    geometry: SceneGeometry

    def state(self) -> SceneState:
        """Where every surface is now; all states share the scene's one geometry."""
        return SceneState(
            geometry=self.geometry,
            world_from_geom=world_from_geom(self.data),
            links=(),
            joints=(),
            skeleton_world_m=np.zeros((0, 3)),
            contacts=(),
        )

    def frame(self, geom_id: IdImage, depth_m: FloatArray) -> Frame:
        """A frame of these pixels with the scene's state; black, without silhouettes."""
        return Frame(
            camera=self.camera,
            stamp_ns=0,
            world_from_camera=self.world_from_camera,
            rgb=np.zeros((*geom_id.shape, 3), np.uint8),
            depth_m=depth_m.astype(np.float32),
            instance_id=self.instance_image(geom_id),
            instances=self.instances,
            geom_id=geom_id,
            scene=self.state(),
        )

    def instance_image(self, geom_id: IdImage) -> IdImage:
        """Instance ids from geom ids, by definition."""
        return np.append(self.instance_of, 0).astype(np.int32)[geom_id]


def random_scene(
    seed: int,
    *,
    kinds: tuple[str, ...] = POLYHEDRA + CURVED,
    count: int = 6,
    size: tuple[int, int] = (97, 73),
    spread_m: float = 0.22,
    jointed: bool = False,
) -> Scene:
    """Objects strewn over a table that is not labelled, some of them of two geoms.

    With ``jointed``, objects are free, and there is an arm and something fixed to the camera:
    ``shake`` moves them all.
    """
    rng = np.random.default_rng(seed)
    bodies, chosen = [], {}
    for key in range(1, count + 1):
        kind = kinds[int(rng.integers(len(kinds)))]
        chosen[key] = kind
        bodies.append(_body(key, kind, rng, spread_m))
    text = ''.join(bodies)
    if jointed:
        text = text.replace('"><geom', '"><freejoint/><geom') + _ARM
    model = mujoco.MjModel.from_xml_string(_XML.format(bodies=text, meshes=_meshes()))
    data = mujoco.MjData(model)
    geoms = {
        key: [g for g in range(model.ngeom) if model.geom_bodyid[g] == model.body(f'b{key}').id]
        for key in chosen
    }
    instance_of = np.zeros(model.ngeom, np.int32)
    for key, members in geoms.items():
        instance_of[members] = key
    camera, pose = odd_camera(rng, size), look_down(rng)
    _forward(model, data, pose)
    return Scene(
        model=model,
        data=data,
        camera=camera,
        world_from_camera=pose,
        instances=tuple(_instance(model, data, key) for key in chosen),
        geoms=geoms,
        kinds=chosen,
        instance_of=instance_of,
        geometry=scene_geometry(model, instance_of),
    )


def plain_scene(
    body: str, *, assets: str = '', camera: CameraModel, world_from_camera: FloatArray
) -> Scene:
    """A scene of these geoms, none of them labelled."""
    model = mujoco.MjModel.from_xml_string(
        '<mujoco><visual><map znear="0.02" zfar="20"/></visual><statistic extent="1"/>'
        f'<asset>{assets}</asset><worldbody>{body}</worldbody></mujoco>'
    )
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    nobody = np.zeros(model.ngeom, np.int32)
    return Scene(
        model=model,
        data=data,
        camera=camera,
        world_from_camera=world_from_camera,
        instances=(),
        geoms={},
        kinds={},
        instance_of=nobody,
        geometry=scene_geometry(model, nobody),
    )


def scene_geometry(model: mujoco.MjModel, instance_of: IdImage) -> SceneGeometry:
    """The geometry of a model whose geoms belong to an instance or, with 0, to the world."""
    keys = sorted({int(key) for key in instance_of if key})
    things = [Thing('object', f'thing_{key:02d}', key) for key in keys]
    place = {key: index for index, key in enumerate(keys)}
    place[0] = len(keys)
    nothing = np.zeros(model.ngeom, np.int32)
    thing = np.array([place[int(key)] for key in instance_of], np.int32)
    surfaces, meshes = surfaces_and_meshes(model, GeomOwners(thing, nothing, nothing))
    return SceneGeometry((*things, Thing('environment', 'world')), surfaces, meshes)


_XML = """
<mujoco>
  <visual><quality numslices="128" numstacks="64" shadowsize="0"/>
    <map znear="0.02" zfar="20"/></visual>
  <statistic extent="1" center="0 0 0"/>
  <asset>{meshes}</asset>
  <worldbody>
    <light pos="0 0 3" castshadow="false"/>
    <geom name="table" type="box" size="0.5 0.5 0.02" pos="0 0 -0.12" rgba=".5 .5 .5 1"/>
    <geom name="screen" type="box" size="0.01 0.06 0.1" pos="0.1 0 0.05"/>
    {bodies}
  </worldbody>
</mujoco>
"""


_ARM = """
<body pos="-.15 -.1 .05"><joint axis="0 0 1"/>
  <geom type="capsule" size=".02" fromto="0 0 0 .1 0 .03"/>
  <body pos=".1 0 .03"><joint axis="0 1 0"/>
    <geom type="box" size=".05 .015 .01" pos=".05 0 0"/>
    <body pos=".1 0 0"><joint type="slide" axis="1 0 0"/>
      <geom type="cylinder" size=".015 .03"/>
    </body>
  </body>
</body>
<body name="visor" mocap="true"><geom name="visor" type="box" size=".02 .01 .01"/></body>
"""
_CAMERA_FROM_VISOR_M = (-0.06, 0.05, 0.2)


def shake(scene: Scene, seed: int) -> Scene:
    """The same scene a moment later: everything that can move has moved, the camera too."""
    rng = np.random.default_rng(seed)
    data = mujoco.MjData(scene.model)
    speed = rng.normal(size=scene.model.nv)
    for joint in range(scene.model.njnt):
        at = scene.model.jnt_dofadr[joint]
        free = scene.model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE
        # Metres, then radians, of a second's motion.
        speed[at : at + 6 if free else at + 1] *= [0.02] * 3 + [0.25] * 3 if free else [0.3]
    data.qpos[:] = scene.data.qpos
    mujoco.mj_integratePos(scene.model, data.qpos, speed, 1.0)
    turn, quat = np.zeros(9), np.zeros(4)
    axis = rng.normal(size=3)
    mujoco.mju_axisAngle2Quat(quat, axis / np.linalg.norm(axis), rng.uniform(0, 0.08))
    mujoco.mju_quat2Mat(turn, quat)
    pose = scene.world_from_camera.copy()
    pose[:3, :3] = turn.reshape(3, 3) @ pose[:3, :3]
    pose[:3, 3] += rng.normal(scale=0.02, size=3)
    _forward(scene.model, data, pose)
    instances = tuple(_instance(scene.model, data, item.instance_id) for item in scene.instances)
    return scene._replace(data=data, world_from_camera=pose, instances=instances)


def _forward(model: mujoco.MjModel, data: mujoco.MjData, world_from_camera: FloatArray) -> None:
    """Make positions current; what is fixed to the camera goes with it."""
    if model.nmocap:
        rotation = world_from_camera[:3, :3]
        data.mocap_pos[0] = world_from_camera[:3, 3] + rotation @ _CAMERA_FROM_VISOR_M
        mujoco.mju_mat2Quat(data.mocap_quat[0], rotation.ravel())
    mujoco.mj_forward(model, data)


def _body(key: int, kind: str, rng: np.random.Generator, spread_m: float) -> str:
    position = rng.uniform(-spread_m, spread_m, 3) * (1, 1, 0.4)
    quat = rng.normal(size=4)
    colour = rng.uniform(0.2, 1, 3)
    x, y, z = rng.uniform(0.02, 0.07, 3)
    size = {'sphere': f'{x}', 'cylinder': f'{x} {y}', 'capsule': f'{x} {y}'}.get(
        kind, f'{x} {y} {z}'
    )
    shape = f'type="mesh" mesh="{kind}"' if kind in MESHES else (
        f'type="{kind}" size="{size}"'
    )  # fmt: skip
    rgba = f'rgba="{_text(colour)} 1"'
    # Every third object carries a second part, so an instance is more than one geom.
    lug = f'<geom type="box" size=".01 .02 .03" pos="{x} 0 {z}" {rgba}/>' if key % 3 == 0 else ''
    return (
        f'<body name="b{key}" pos="{_text(position)}" quat="{_text(quat)}">'
        f'<geom {shape} {rgba}/>{lug}</body>'
    )


def _meshes() -> str:
    scale = 0.03
    outline = [(scale * (x - 1), scale * (y - 1)) for x, y in _ELL_OUTLINE]
    n = len(outline)
    ell = [(x, y, z) for z in (-scale, scale) for x, y in outline]
    caps = [(0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5)]
    sides = [(i, (i + 1) % n, i + n) for i in range(n)]
    sides += [((i + 1) % n, (i + 1) % n + n, i + n) for i in range(n)]
    faces = [(c, b, a) for a, b, c in caps]
    faces += [(a + n, b + n, c + n) for a, b, c in caps] + sides
    wedge = [(-1, -1, -1), (1, -1, -1), (1, 1, -1), (-1, 1, -1), (-1, -1, 1), (-1, 1, 1)]
    wedge_m = [tuple(0.06 * c for c in p) for p in wedge]
    wedge_faces = [
        (0, 2, 1), (0, 3, 2), (0, 1, 4), (3, 5, 2), (1, 2, 5), (1, 5, 4), (0, 4, 5), (0, 5, 3),
    ]  # fmt: skip
    ball, ball_faces = subdivided_ball(0.05, rings=14, slices=22)
    return (
        mesh_asset('ell', ell, faces)
        + mesh_asset('wedge', wedge_m, wedge_faces)
        + mesh_asset('ball', ball, ball_faces)
    )


def subdivided_ball(
    radius_m: float, *, rings: int, slices: int
) -> tuple[list[tuple[float, ...]], list[tuple[int, ...]]]:
    """Vertices and faces of a globe's grid: many facets, thin ones at the poles."""
    points: list[tuple[float, ...]] = [(0, 0, radius_m), (0, 0, -radius_m)]
    for polar in np.pi * np.arange(1, rings) / rings:
        for turn in 2 * np.pi * np.arange(slices) / slices:
            x, y = np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn)
            points.append((radius_m * x, radius_m * y, radius_m * np.cos(polar)))
    last = 2 + (rings - 2) * slices
    faces: list[tuple[int, ...]] = []
    for k in range(slices):
        after = (k + 1) % slices
        faces += [(0, 2 + k, 2 + after), (1, last + after, last + k)]
        for top in range(2, last, slices):
            low = top + slices
            faces += [(top + k, low + k, low + after), (top + k, low + after, top + after)]
    return points, faces


def mesh_asset(
    name: str,
    points: list[tuple[float, ...]],
    faces: list[tuple[int, ...]],
    *,
    more: str = '',
) -> str:
    return (
        f'<mesh name="{name}" {more} vertex="{_text(np.ravel(points))}" '
        f'face="{" ".join(str(i) for i in np.ravel(faces))}"/>'
    )


def odd_camera(rng: np.random.Generator, size: tuple[int, int]) -> CameraModel:
    width, height = size
    focal = rng.uniform(0.9, 1.6) * width
    return CameraModel(
        name='eye',
        width=width,
        height=height,
        fx=focal,
        fy=focal * rng.uniform(0.8, 1.25),
        cx=width * rng.uniform(0.35, 0.65),
        cy=height * rng.uniform(0.35, 0.65),
    )


def look_down(rng: np.random.Generator) -> FloatArray:
    """Optical frame that looks near the origin from above, rolled a little."""
    azimuth, height = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 0.8)
    distance = rng.uniform(0.45, 0.9)
    eye = np.array([distance * np.cos(azimuth), distance * np.sin(azimuth), height])
    forward = rng.uniform(-0.05, 0.05, 3) - eye
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3), 1])
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    pose[:3, 3] = eye
    return pose


def _instance(model: mujoco.MjModel, data: mujoco.MjData, key: int) -> Instance:
    """Instance whose 3D box is the first geom's own box, in the body frame."""
    body = model.body(f'b{key}')
    geom = next(g for g in range(model.ngeom) if model.geom_bodyid[g] == body.id)
    world_from_object = np.eye(4)
    world_from_object[:3, :3] = data.xmat[body.id].reshape(3, 3)
    world_from_object[:3, 3] = data.xpos[body.id]
    box = model.geom_aabb[geom]
    world_from_box = np.eye(4)
    world_from_box[:3, :3] = data.geom_xmat[geom].reshape(3, 3)
    world_from_box[:3, 3] = data.geom_xpos[geom] + world_from_box[:3, :3] @ box[:3]
    return Instance(
        instance_id=key,
        name=f'thing_{key:02d}',
        class_id=1 + key % 4,
        class_name=f'class{1 + key % 4}',
        model_name='thing/plain',
        world_from_object=world_from_object,
        object_from_box=np.linalg.inv(world_from_object) @ world_from_box,
        size_m=2 * box[3:],
    )


def _text(values: FloatArray) -> str:
    return ' '.join(f'{value:.9g}' for value in values)
