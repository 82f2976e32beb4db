"""The robot's configured posture, and where its parts are in a compiled scene."""

from __future__ import annotations

import math
from collections.abc import Mapping

import mujoco
import numpy as np

from synth_ros.config.robot import RobotConfig
from synth_ros.errors import NotFoundError
from synth_ros.scene.actuation import driven_joints
from synth_ros.scene.compiled import JointPart, RobotPart
from synth_ros.scene.coupling import follow
from synth_ros.scene.robot import LoadedRobot, RobotJoint

# Rounded limits in a config should not be refused.
_LIMIT_SLACK = 1e-3


def home_positions(config: RobotConfig, robot: LoadedRobot) -> dict[str, tuple[float, ...]]:
    """Home position of every joint: the config's, else the keyframe's, else the initial one.

    Joints that follow one that the config sets go along, unless the config sets them, too.
    """
    home = {name: joint.home for name, joint in robot.joints.items()}
    home.update({name: (value,) for name, value in config.joints.items()})
    couplings = {name: j.coupling for name, j in robot.joints.items() if j.coupling is not None}
    if not config.joints or not couplings:
        return home
    scalars = {name: home[name][0] for name, joint in robot.joints.items() if joint.is_scalar}
    led = follow(scalars, couplings, fixed=set(config.joints))
    return home | {name: (value,) for name, value in led.items()}


def scalar_joint(robot: LoadedRobot, name: str) -> RobotJoint:
    """The hinge or slide joint of this name.

    Raises:
        NotFoundError: If the robot has none.
    """
    usable = {n: joint for n, joint in robot.joints.items() if joint.is_scalar}
    if name not in usable:
        raise NotFoundError('joint', name, available=list(usable), where=f'robot {robot.path}')
    return usable[name]


def position_fault(joint: RobotJoint, value: float) -> str | None:
    """What is wrong with a joint position, or ``None`` if it lies within the limits."""
    if joint.limits is None:
        return None
    low, high = joint.limits
    if low - _LIMIT_SLACK <= value <= high + _LIMIT_SLACK:
        return None
    if math.isinf(value):
        end = 'lower' if value < 0 else 'upper'
        return (
            f'the positions drawn have no {end} end, and joint {joint.name!r} has limits, '
            f'{low:g} to {high:g}: give "within: [low, high]"'
        )
    return f'{value:g} is outside the limits of joint {joint.name!r}, {low:g} to {high:g}'


def robot_part(
    model: mujoco.MjModel,
    robot: LoadedRobot,
    *,
    joints: Mapping[str, tuple[float, ...]],
    prefix: str,
) -> RobotPart:
    """Where the robot is in a scene.

    Args:
        model: The compiled scene.
        robot: The robot.
        joints: Home position of every joint by name.
        prefix: Prefix the robot was attached with.
    """
    parts: list[JointPart] = []
    qpos: list[int] = []
    dofs: list[int] = []
    home: list[float] = []
    for name, joint in robot.joints.items():
        joint_id = model.joint(prefix + name).id
        q, v = int(model.jnt_qposadr[joint_id]), int(model.jnt_dofadr[joint_id])
        value = joints[name]
        qpos += range(q, q + len(value))
        dofs += range(v, v + (1 if joint.is_scalar else 3))
        home += value
        if joint.is_scalar:
            parts.append(
                JointPart(
                    name,
                    int(joint_id),
                    q,
                    v,
                    value[0],
                    joint.limits,
                    joint.coupling,
                    joint.max_velocity,
                    joint.is_slide,
                )
            )
    links = tuple((name, int(model.body(prefix + name).id)) for name in robot.links)
    root = int(model.body(prefix.removesuffix('/')).id)
    bodies = [root, *(body for _, body in links)]
    return RobotPart(
        root_body_id=root,
        links=links,
        joints=tuple(parts),
        dof_addresses=np.array(dofs, np.int32),
        qpos_addresses=np.array(qpos, np.int32),
        home_qpos=np.array(home, np.float64),
        geom_ids=frozenset(int(g) for g in np.flatnonzero(np.isin(model.geom_bodyid, bodies))),
        driven=driven_joints(
            model,
            prefix,
            {name: j.coupling for name, j in robot.joints.items() if j.coupling is not None},
        )
        if robot.actuated
        else (),
    )
