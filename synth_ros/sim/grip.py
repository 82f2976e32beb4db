"""Closes the robot's fingers on what it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.scene.compiled import CompiledScene, JointPart, ObjectPart

PRESS_M = 1e-4
"""How far a closed finger presses into the object: so far that there is a contact."""
_FAR_M = 1.0
_STEPS = 120
_HALVINGS = 40

# Stiffness and damping of the contacts between fingers and object, as MuJoCo's negative solref.
# Neither side can give way: fingers of a kinematic robot carry an inertia of 1e6. At
# ``PRESS_M`` this stiffness makes the about 20 N of a small gripper; the default makes 1e6 N.
SOFT_SOLREF = (-0.2, -1.0)


class Grip(NamedTuple):
    """How the fingers are closed.

    Attributes:
        positions: Positions of finger joints by name, radians or metres.
        fault: Why something cannot be held; empty if all is.
    """

    positions: dict[str, float]
    fault: str = ''


def close_fingers(model: mujoco.MjModel, scene: CompiledScene) -> Grip:
    """Find the joint positions at which the fingers touch what they hold.

    Each finger moves from its open limit, the one farther from the object, until it touches.

    Args:
        model: The simulated model.
        scene: Whose parts these are.
    """
    positions: dict[str, float] = {}
    held = [part for part in scene.held_objects if part.fingers]
    if not held:
        return Grip(positions)
    data = mujoco.MjData(model)
    data.qpos[scene.robot.qpos_addresses] = scene.robot.home_qpos
    joints = {joint.name: joint for joint in scene.robot.joints}
    for part in held:
        for name in part.fingers:
            found = _touch(model, data, part=part, joint=joints[name])
            if isinstance(found, str):
                return Grip(positions, f'{part.name}: finger "{name}" {found}')
            positions[name] = found
    return Grip(positions)


def _touch(
    model: mujoco.MjModel, data: mujoco.MjData, *, part: ObjectPart, joint: JointPart
) -> float | str:
    """Position at which one finger touches the object, or why there is none."""
    assert joint.limits is not None
    fingers = _solid_geoms(model, _below(model, int(model.jnt_bodyid[joint.joint_id])))
    objects = _solid_geoms(model, [part.body_id])
    pairs = [(int(a), int(b)) for a in fingers for b in objects]

    def distance(position: float) -> float:
        data.qpos[joint.qpos_address] = position
        mujoco.mj_kinematics(model, data)
        return min(
            (mujoco.mj_geomDistance(model, data, a, b, _FAR_M, None) for a, b in pairs),
            default=_FAR_M,
        )

    opened, closed = sorted(joint.limits, key=distance, reverse=True)
    if distance(opened) < 0:
        return 'cannot open far enough'
    share = np.linspace(0, 1, _STEPS + 1)
    way = opened + share * (closed - opened)
    after = next((k for k, at in enumerate(way) if distance(float(at)) <= -PRESS_M), None)
    if not after:
        return 'closes without touching it'
    return _bisected(distance, float(way[after - 1]), float(way[after]))


def _bisected(distance: Callable[[float], float], free: float, inside: float) -> float:
    """Position between a free one and one inside at which the finger presses as it should."""
    for _ in range(_HALVINGS):
        middle = (free + inside) / 2
        if distance(middle) > -PRESS_M:
            free = middle
        else:
            inside = middle
    return inside


def _below(model: mujoco.MjModel, body: int) -> list[int]:
    """A body and all that hangs on it."""
    found = [body]
    # Parents come before their children.
    for other in range(body + 1, model.nbody):
        if int(model.body_parentid[other]) in found:
            found.append(other)
    return found


def _solid_geoms(model: mujoco.MjModel, bodies: list[int]) -> NDArray[np.intp]:
    solid = (model.geom_contype != 0) | (model.geom_conaffinity != 0)
    return np.flatnonzero(solid & np.isin(model.geom_bodyid, bodies))
