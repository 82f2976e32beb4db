"""What the tests of the built-in robots share: loading, posing, looking."""

from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np

from tools.make_assets.robot.humanoid.robot import robot as humanoid
from tools.make_assets.robot.manipulator.robot import robot as manipulator
from tools.make_assets.robot.rover.robot import robot as rover

ASSETS = Path(__file__).parents[2] / 'synth_ros/assets'
ROOM = ASSETS / 'environments/tabletop_room/scene.xml'
MAKERS = {'mobile_manipulator': manipulator, 'humanoid': humanoid, 'rover': rover}
DRAWN = np.array([0, 0, 1, 0, 0, 0], np.uint8)


class Scene(NamedTuple):
    model: mujoco.MjModel
    data: mujoco.MjData


def robot_path(name):
    return ASSETS / 'robots' / name / 'robot.xml'


def load_model(name):
    return mujoco.MjModel.from_xml_path(str(robot_path(name)))


def at_home_in_room(name):
    """The robot at home in the room, at the origin."""
    spec = mujoco.MjSpec.from_file(str(ROOM))
    child = mujoco.MjSpec.from_file(str(robot_path(name)))
    spec.attach(child, prefix='robot/', frame=spec.worldbody.add_frame())
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, model.key('robot/home').id)
    mujoco.mj_forward(model, data)
    return Scene(model, data)


def corners(scene, geom):
    """Points of a geom in the world: vertices of a mesh, else corners of its bounding box."""
    model, data = scene
    rotation = data.geom_xmat[geom].reshape(3, 3)
    if model.geom_type[geom] == int(mujoco.mjtGeom.mjGEOM_MESH):
        mesh = model.geom_dataid[geom]
        start = model.mesh_vertadr[mesh]
        local = model.mesh_vert[start : start + model.mesh_vertnum[mesh]]
    else:
        signs = np.array(np.meshgrid(*[(-1, 1)] * 3)).reshape(3, -1).T
        local = model.geom_aabb[geom, :3] + signs * model.geom_aabb[geom, 3:]
    return local @ rotation.T + data.geom_xpos[geom]


def bounds(scene, geoms):
    """Lowest and highest corner of some geoms."""
    points = np.concatenate([corners(scene, geom) for geom in geoms])
    return points.min(axis=0), points.max(axis=0)


def ray(scene, camera, pixel, groups=DRAWN):
    """Name of the geom that a pixel's ray meets, and its distance; the pixel from the middle."""
    model, data = scene
    index = model.camera(camera).id
    focal = model.cam_intrinsic[index, 0] / model.cam_sensorsize[index, 0] * 640
    direction = data.cam_xmat[index].reshape(3, 3) @ np.array([*pixel, -focal])
    direction /= np.linalg.norm(direction)
    hit = np.array([-1], np.int32)
    distance = mujoco.mj_ray(model, data, data.cam_xpos[index], direction, groups, 1, -1, hit)
    return (model.geom(int(hit[0])).name if hit[0] >= 0 else ''), distance


def own_share(scene, camera):
    """Share of a camera's image that shows the robot itself."""
    names = [
        ray(scene, camera, (u, v))[0]
        for u in np.linspace(-310, 310, 32)
        for v in np.linspace(-235, 235, 24)
    ]
    return np.mean([name.startswith('robot/') for name in names])
