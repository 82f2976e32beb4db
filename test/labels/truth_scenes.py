"""Random scenes as the pipeline builds them: every kind of object, an arm, a table, a screen.

Objects hang in the air, cut each other, leave the image and hide each other; the camera is
rolled, off-centre and has fx != fy. Nothing is settled: labels must be true of any state.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np
from random_scenes import look_down, odd_camera, subdivided_ball

from synth_ros.config.load import load_config_text
from synth_ros.randomize.scene import SampledObject, SampledScene
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.compiled import CameraPart
from synth_ros.sim.robot import Posture
from synth_ros.sim.world import World
from synth_ros.types import CameraModel, FloatArray

SIZES = ((97, 73), (121, 91), (145, 109), (193, 145))
MAX_SIZE = SIZES[-1]
LAYOUTS = 3
"""Scenes of one model."""

# Outline of a bracket, which is not convex, in millimetres: its class has the scale 0.001.
_BRACKET_MM = [(0, 0), (90, 0), (90, 30), (30, 30), (30, 90), (0, 90)]
_WEDGE_M = [
    (-0.06, -0.06, -0.06), (0.06, -0.06, -0.06), (0.06, 0.06, -0.06), (-0.06, 0.06, -0.06),
    (-0.06, -0.06, 0.06), (-0.06, 0.06, 0.06),
]  # fmt: skip
_WEDGE_FACES = [
    (0, 2, 1), (0, 3, 2), (0, 1, 4), (3, 5, 2), (1, 2, 5), (1, 5, 4), (0, 4, 5), (0, 5, 3),
]  # fmt: skip

DECLARED = {
    'wedge': _WEDGE_M,
    'bracket': [(x, y, z) for z in (-30, 30) for x, y in _BRACKET_MM],
    'tool': [(0.05, 0.02, 0.015), (-0.05, 0.02, -0.015), (0.04, 0.0, 0.05), (0.0, 0.0, 0.1)],
}
"""Keypoints by hand, in the units of the file: vertices of the meshes, and points of the tool."""
FILE_SCALE = {'bracket': 0.001}

_TOOL = """
<mujoco><worldbody><body name="tool">
  <geom type="box" size=".05 .02 .015"/>
  <geom type="cylinder" size=".012 .03" pos=".03 0 .03" euler="0 20 0"/>
  <site name="keypoint_p0" pos=".05 .02 .015"/>
  <site name="keypoint_p1" pos="-.05 .02 -.015"/>
  <site name="keypoint_p2" pos=".04 0 .05"/>
  <site name="keypoint_virtual_p3" pos="0 0 .1"/>
</body></worldbody></mujoco>
"""
_ARM = """
<mujoco><worldbody><body name="base">
  <geom type="cylinder" size=".04 .02" pos="-.2 -.12 -.08"/>
  <body name="upper" pos="-.2 -.12 -.02"><joint name="shoulder" axis="0 0.3 1"/>
    <geom type="capsule" size=".02" fromto="0 0 0 .12 0 .04"/>
    <body name="fore" pos=".12 0 .04"><joint name="elbow" axis="0 1 0.2"/>
      <geom type="box" size=".06 .015 .01" pos=".06 0 0"/>
      <body name="slider" pos=".12 0 0"><joint name="slide" type="slide" axis="1 0 0"/>
        <geom type="cylinder" size=".015 .03"/>
      </body>
    </body>
  </body>
</body></worldbody></mujoco>
"""
_ROOM = """
<mujoco><worldbody><body name="table">
  <geom name="top" type="box" size=".5 .5 .02" pos="0 0 -.12"/>
  <geom name="screen" type="box" size=".01 .06 .1" pos=".1 0 .05"/>
  <geom name="post" type="cylinder" size=".02 .12" pos="-.1 .16 0"/>
  <site name="surface_top" type="box" size=".4 .4 .001" pos="0 0 -.1"/>
</body></worldbody></mujoco>
"""
_CONFIG = """
robot: {{model: arm.xml}}
cameras:
  - name: eye
    mount: {{link: world, position_m: [0.5, 0.0, 0.5], look_at_m: [0.0, 0.0, 0.0]}}
    intrinsics: {{fovy_deg: 50}}
    width: {width}
    height: {height}
environment: {{model: room.xml, randomize_materials: false}}
objects:
  count: [1, 9]
  classes:
    - {{name: block, primitives: [{{shape: box, size_m: [0.05, 0.08, 0.12]}}]}}
    - {{name: slab, primitives: [{{shape: box, size_m: [0.13, 0.1, 0.03]}}]}}
    - {{name: ball, primitives: [{{shape: sphere, size_m: [0.1, 0.1, 0.1]}}]}}
    - {{name: tube, primitives: [{{shape: cylinder, size_m: [0.07, 0.07, 0.11]}}]}}
    - {{name: pill, primitives: [{{shape: capsule, size_m: [0.06, 0.06, 0.14]}}]}}
    - {{name: egg, primitives: [{{shape: ellipsoid, size_m: [0.06, 0.09, 0.13]}}]}}
    - {{name: wedge, sources: [wedge.obj], keypoints: {{{wedge}}}}}
    - {{name: bracket, sources: [bracket.obj], scale: 0.001, keypoints: {{{bracket}}}}}
    - {{name: globe, sources: [globe.obj]}}
    - {{name: tool, sources: [tool.xml]}}
    - {{name: mug}}
    - {{name: tape_roll}}
render: {{shadow_size: 0, samples: 0}}
"""


class Moment(NamedTuple):
    """A state of a scene.

    Attributes:
        qpos: Of the whole model.
        world_from_camera: Pose of the optical frame as asked for, (4, 4).
    """

    qpos: FloatArray
    world_from_camera: FloatArray


class TruthScene(NamedTuple):
    """A random scene and two moments of it.

    Attributes:
        number: Of the scene; everything follows from it.
        world: To be put into a moment by ``pose``; shared by the scenes of one model.
        part: Its camera.
        scales: Drawn scale of each object, by instance id.
        moments: Now, and a moment later: everything that can move has moved.
    """

    number: int
    world: World
    part: CameraPart
    scales: dict[int, float]
    moments: tuple[Moment, Moment]

    @property
    def camera(self) -> CameraModel:
        """Intrinsics."""
        return self.part.model

    def pose(self, number: int) -> None:
        """Put robot, objects and camera where a moment has them."""
        moment = self.moments[number]
        model, world = self.world.model, self.world
        rotation = np.ascontiguousarray(moment.world_from_camera[:3, :3] * (1, -1, -1))
        quat = np.zeros(4)
        mujoco.mju_mat2Quat(quat, rotation.ravel())
        model.cam_pos[self.part.camera_id] = moment.world_from_camera[:3, 3]
        model.cam_quat[self.part.camera_id] = quat
        world.set_posture(Posture(0, 0, 0, 0, moment.qpos[world.scene.robot.qpos_addresses]))
        world.set_objects(moment.qpos)


class Studio:
    """Builds random scenes; loads the assets once."""

    def __init__(self, folder: Path) -> None:
        _write_assets(folder)
        points = {
            name: ', '.join(f'p{i}: {list(p)}' for i, p in enumerate(DECLARED[name]))
            for name in ('wedge', 'bracket')
        }
        text = _CONFIG.format(width=MAX_SIZE[0], height=MAX_SIZE[1], **points)
        self._builder = SceneBuilder(loaded := load_config_text(text, base_dir=folder))
        self._robot = loaded.config.robot

    def scenes(self, model: int) -> Iterator[TruthScene]:
        """The scenes of one model: the same objects, strewn anew before another camera.

        Loading a model costs more than looking at it. Pose and use each before the next.
        """
        rng = np.random.default_rng(model)
        sampled = self._draw(model, rng)
        world = World(self._builder.build(sampled), self._robot)
        for layout in range(LAYOUTS):
            camera = odd_camera(rng, SIZES[int(rng.integers(len(SIZES)))])
            now = Moment(_strewn(world, rng), look_down(rng))
            yield TruthScene(
                number=model * LAYOUTS + layout,
                world=world,
                part=world.scene.cameras[0]._replace(model=camera),
                scales={item.instance_id: item.scale for item in sampled.objects},
                moments=(now, _later(world.model, now, rng)),
            )

    def _draw(self, model: int, rng: np.random.Generator) -> SampledScene:
        classes = self._builder.inventory.classes
        objects = []
        for key in range(1, int(rng.integers(5, 10)) + 1):
            entry = classes[int(rng.integers(len(classes)))]
            objects.append(
                SampledObject(
                    instance_id=key,
                    name=f'{entry.name}_{key:02d}',
                    class_id=entry.class_id,
                    class_name=entry.name,
                    variant=entry.variants[int(rng.integers(len(entry.variants)))].name,
                    position_m=(0.0, 0.0, 0.0),
                    quat_wxyz=(1.0, 0.0, 0.0, 0.0),
                    scale=float(rng.uniform(0.8, 2.0)),
                    hue_shift_deg=0.0,
                    value_scale=1.0,
                    friction_scale=1.0,
                    mass_scale=1.0,
                )
            )
        return SampledScene(
            episode=model, attempt=0, objects=tuple(objects), lamps=(), ambient=0.4,
            materials=(), camera_offsets=(),
        )  # fmt: skip


def _strewn(world: World, rng: np.random.Generator) -> FloatArray:
    """Poses of all objects above and in the table, and of the arm."""
    qpos = world.data.qpos.copy()
    for part in world.scene.objects:
        at = part.qpos_address
        turn = rng.normal(size=4)
        qpos[at : at + 3] = rng.uniform(-1, 1, 3) * (0.24, 0.24, 0.09)
        qpos[at + 3 : at + 7] = turn / np.linalg.norm(turn)
    qpos[world.scene.robot.qpos_addresses] = rng.uniform(-0.5, 1.2, 3) * (1, 1, 0.03)
    return qpos


def _later(model: mujoco.MjModel, first: Moment, rng: np.random.Generator) -> Moment:
    """A moment later: centimetres and some degrees."""
    speed = rng.normal(size=model.nv)
    for joint in range(model.njnt):
        at = model.jnt_dofadr[joint]
        if model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE:
            speed[at : at + 6] *= [0.02] * 3 + [0.25] * 3
        else:
            speed[at] *= 0.02 if model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_SLIDE else 0.25
    qpos = first.qpos.copy()
    mujoco.mj_integratePos(model, qpos, speed, 1.0)
    turn, quat = np.zeros(9), np.zeros(4)
    axis = rng.normal(size=3)
    mujoco.mju_axisAngle2Quat(quat, axis / np.linalg.norm(axis), rng.uniform(0, 0.08))
    mujoco.mju_quat2Mat(turn, quat)
    pose = first.world_from_camera.copy()
    pose[:3, :3] = turn.reshape(3, 3) @ pose[:3, :3]
    pose[:3, 3] += rng.normal(scale=0.02, size=3)
    return Moment(qpos, pose)


def _write_assets(folder: Path) -> None:
    for name, text in (('arm.xml', _ARM), ('room.xml', _ROOM), ('tool.xml', _TOOL)):
        (folder / name).write_text(text)
    n = len(_BRACKET_MM)
    caps = [(0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5)]
    faces = [(c, b, a) for a, b, c in caps] + [(a + n, b + n, c + n) for a, b, c in caps]
    for i in range(n):
        after = (i + 1) % n
        faces += [(i, after, i + n), (after, after + n, i + n)]
    _write_obj(folder / 'bracket.obj', DECLARED['bracket'], faces)
    _write_obj(folder / 'wedge.obj', _WEDGE_M, _WEDGE_FACES)
    _write_obj(folder / 'globe.obj', *subdivided_ball(0.05, rings=14, slices=22))


def _write_obj(path: Path, points: object, faces: object) -> None:
    lines = [f'v {x} {y} {z}' for x, y, z in points]
    lines += [f'f {a + 1} {b + 1} {c + 1}' for a, b, c in faces]
    path.write_text('\n'.join(lines) + '\n')
