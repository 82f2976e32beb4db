"""The way that a robot takes when it drives, or moves its joints as it is told."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from synth_ros.config.sequence import RobotMotion
from synth_ros.randomize.phases import JointTrajectory, SampledMotion
from synth_ros.sim.paths import Speed, composed, drive, smooth, through
from synth_ros.sim.robot import Path, Posture
from synth_ros.sim.world import World
from synth_ros.types import FloatArray


class Way(NamedTuple):
    """What a way is made of, beside draws.

    Attributes:
        motion: What the config asks for.
        trajectory: The trajectory that it names, if any.
        steps: Time steps that the way takes.
        timestep_s: Length of one.
        wheels: Joints that roll while the base drives.
    """

    motion: RobotMotion
    trajectory: JointTrajectory | None
    steps: int
    timestep_s: float
    wheels: tuple[str, ...] = ()


def planned(way: Way, drawn: SampledMotion, *, world: World, start: Posture) -> Path:
    """The way of a robot from where it is.

    Args:
        way: What there is.
        drawn: What was drawn of it.
        world: Knows the robot's joints; not changed.
        start: Where the robot is.
    """
    base = _base(way, drawn, start)
    qpos = _joints(way, drawn, world=world, start=start)
    if base is not None and way.wheels:
        qpos = _rolled(way, base, world=world, start=start, qpos=qpos)
    return composed(start, base=base, qpos=qpos)


def _base(way: Way, drawn: SampledMotion, start: Posture) -> FloatArray | None:
    if way.motion.drive is None:
        return None
    return drive(
        (start.x_m, start.y_m, start.yaw_rad),
        [Speed(*arc) for arc in drawn.arcs],
        steps=way.steps,
        timestep_s=way.timestep_s,
        ramp_s=way.motion.drive.ramp_s,
    )


def _joints(way: Way, drawn: SampledMotion, *, world: World, start: Posture) -> FloatArray | None:
    at_s = np.arange(way.steps + 1, dtype=np.float64) * way.timestep_s
    if way.trajectory is not None and way.motion.trajectory is not None:
        path = _followed(way.trajectory, at_s * drawn.speed, world=world, start=start)
        return _blended(start.qpos, path, at_s, blend_s=way.motion.trajectory.blend_s)
    if not drawn.waypoints:
        return None
    knots = [start]
    for waypoint in drawn.waypoints:
        knots.append(world.postures.with_joints(knots[-1], waypoint))
    times = np.linspace(0.0, float(at_s[-1]), len(knots))
    return through(times, np.array([knot.qpos for knot in knots]), at_s)


class Wheel(NamedTuple):
    """A wheel that rolls while the base drives, as it stands at the start of a way.

    Attributes:
        place: Its joint's entry in ``Posture.qpos``.
        sense: 1 if it rolls forward about the positive axis, else -1; 0 if it cannot roll.
        left_m: How far to the left of the root it is.
        radius_m: Its radius.
    """

    place: int
    sense: float
    left_m: float
    radius_m: float


def wheels_of(names: Collection[str], *, world: World, start: Posture) -> list[Wheel]:
    """The wheels of a robot that is in a posture, in the order of its joints."""
    part = world.scene.robot
    place = {int(address): k for k, address in enumerate(part.qpos_addresses)}
    left = np.array([-np.sin(start.yaw_rad), np.cos(start.yaw_rad), 0.0])
    root = np.array([start.x_m, start.y_m, start.z_m])
    found = []
    for joint in part.joints:
        if joint.name in names:
            anchor = world.data.xanchor[joint.joint_id] - root
            sense = float(np.sign(world.data.xaxis[joint.joint_id] @ left))
            found.append(
                Wheel(place[joint.qpos_address], sense, float(anchor @ left), float(anchor[2]))
            )
    return found


def _rolled(
    way: Way,
    base: FloatArray,
    *,
    world: World,
    start: Posture,
    qpos: FloatArray | None,
) -> FloatArray:
    """The robot's qpos with wheels that roll without slipping, shape (steps + 1, n).

    The ground below a wheel that is d to the left passes at v - w d; over the wheel's radius, that
    is how fast it turns about an axis to the left.
    """
    out = np.tile(start.qpos, (len(base), 1)) if qpos is None else qpos.copy()
    turn = np.diff(base[:, 2])
    heading = base[:-1, 2] + turn / 2
    chord = np.diff(base[:, 0]) * np.cos(heading) + np.diff(base[:, 1]) * np.sin(heading)
    ahead = chord / np.sinc(turn / 2 / np.pi)
    for wheel in wheels_of(way.wheels, world=world, start=start):
        rolled = wheel.sense * (ahead - turn * wheel.left_m) / wheel.radius_m
        out[1:, wheel.place] += np.cumsum(rolled)
    return out


def _followed(
    trajectory: JointTrajectory, at_s: FloatArray, *, world: World, start: Posture
) -> FloatArray:
    """The robot's qpos on a trajectory, shape (len(at_s), n)."""
    rows = [
        world.postures.with_joints(start, dict(zip(trajectory.joints, row, strict=True))).qpos
        for row in trajectory.positions.tolist()
    ]
    return through(trajectory.times_s, np.array(rows), at_s)


def _blended(
    here: FloatArray, path: FloatArray, at_s: FloatArray, *, blend_s: float
) -> FloatArray:
    """A path that comes from elsewhere: all of it is taken over in the first moments."""
    if blend_s <= 0:
        return path
    shares = np.array([smooth(time / blend_s) for time in at_s.tolist()])[:, None]
    out: FloatArray = here + shares * (path - here)
    return out
