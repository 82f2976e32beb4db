"""What scenes of a config are drawn from."""

from __future__ import annotations

import mujoco

from synth_ros.config.root import Config
from synth_ros.randomize.inventory import Handles, Inventory, JointInfo, MovingPart
from synth_ros.scene.actuation import driven_joints
from synth_ros.scene.assets import SceneAssets
from synth_ros.scene.environment import ROLE_PREFIX
from synth_ros.scene.mjspec import ENVIRONMENT_PREFIX, ROBOT_PREFIX
from synth_ros.scene.robot import LoadedRobot


def make_inventory(config: Config, assets: SceneAssets) -> Inventory:
    """Summarise loaded assets as plain data."""
    return Inventory(
        classes=tuple(entry.info for entry in assets.catalog.classes),
        surface=assets.surface,
        roles=assets.environment.roles,
        cameras=tuple(camera.name for camera in config.cameras),
        joints=tuple(
            JointInfo(joint.name, joint.limits, joint.coupling is not None)
            for joint in assets.robot.joints.values()
            if joint.is_scalar
        ),
        joint_log=assets.joint_log,
        places=assets.places,
        obstacles=assets.obstacles,
        lamps_m=assets.environment.lamps_m,
        distractors=tuple(entry.info for entry in assets.distractors.classes),
        textures=assets.images.folders,
        pictures=assets.pictures.folders,
        handles=_handles(assets),
    )


def _handles(assets: SceneAssets) -> Handles:
    environment, robot = assets.environment.spec, assets.robot.spec
    moved = _moved_joints(assets.robot)
    return Handles(
        materials=tuple(
            sorted(
                material.name
                for material in environment.materials
                if material.name and not material.name.startswith(ROLE_PREFIX)
            )
        ),
        joints=(*_joints(environment, ENVIRONMENT_PREFIX), *moved),
        posed_joints=tuple(part for part in _joints(robot, ROBOT_PREFIX) if part not in moved),
        actuators=_actuators(robot),
        camera_links=tuple(camera.parent_link for camera in assets.cameras),
    )


def _moved_joints(robot: LoadedRobot) -> tuple[MovingPart, ...]:
    """The robot's joints that physics moves."""
    if not robot.actuated:
        return ()
    couplings = {name: j.coupling for name, j in robot.joints.items() if j.coupling is not None}
    driven = {
        robot.model.joint(joint.joint_id).name
        for joint in driven_joints(robot.model, '', couplings)
    }
    return tuple(part for part in _joints(robot.spec, ROBOT_PREFIX) if part.name in driven)


def _actuators(spec: mujoco.MjSpec) -> tuple[MovingPart, ...]:
    """The robot's servos; a robot that is posed has none."""
    links = {joint.name: joint.parent.name for joint in spec.joints}
    return tuple(
        MovingPart(ROBOT_PREFIX + actuator.name, actuator.name, links[actuator.target])
        for actuator in spec.actuators
    )


def _joints(spec: mujoco.MjSpec, prefix: str) -> tuple[MovingPart, ...]:
    """Joints that have a name."""
    return tuple(
        MovingPart(prefix + joint.name, joint.name, joint.parent.name)
        for joint in spec.joints
        if joint.name
    )
