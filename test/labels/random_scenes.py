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
) -> Scene:
    """Objects strewn over a table that is not labelled, some of them of two geoms."""
    rng = np.random.default_rng(seed)
    bodies, chosen = [], {}
    for key in range(1, count + 1):
        kind = kinds[int(rng.integers(len(kinds)))]
        chosen[key] = kind
        bodies.append(_body(key, kind, rng, spread_m))
    model = mujoco.MjModel.from_xml_string(_XML.format(bodies=''.join(bodies), meshes=_meshes()))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    geoms = {
        key: [g for g in range(model.ngeom) if model.geom_bodyid[g] == model.body(f'b{key}').id]
        for key in chosen
    }
    instance_of = np.zeros(model.ngeom, np.int32)
    for key, members in geoms.items():
        instance_of[members] = key
    return Scene(
        model=model,
        data=data,
        camera=_camera(rng, size),
        world_from_camera=_look(rng),
        instances=tuple(_instance(model, data, key) for key in chosen),
        geoms=geoms,
        kinds=chosen,
        instance_of=instance_of,
        geometry=scene_geometry(model, instance_of),
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
        _mesh('ell', ell, faces)
        + _mesh('wedge', wedge_m, wedge_faces)
        + _mesh('ball', ball, ball_faces)
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


def _mesh(name: str, points: list[tuple[float, ...]], faces: list[tuple[int, ...]]) -> str:
    return (
        f'<mesh name="{name}" vertex="{_text(np.ravel(points))}" '
        f'face="{" ".join(str(i) for i in np.ravel(faces))}"/>'
    )


def _camera(rng: np.random.Generator, size: tuple[int, int]) -> CameraModel:
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


def _look(rng: np.random.Generator) -> FloatArray:
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
