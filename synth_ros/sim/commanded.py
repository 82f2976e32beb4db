"""A robot that goes where commands send it: by limits, and no longer than they are fresh."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import suggest
from synth_ros.geometry.planar import STILL, PlanarPose, limited, moved
from synth_ros.sim.commands import (
    Command,
    Kind,
    PositionCommand,
    Refusal,
    TrajectoryCommand,
    TwistCommand,
    shown,
)
from synth_ros.sim.interpolation import Spline
from synth_ros.sim.joint_rules import Limits, bounds, followers
from synth_ros.sim.robot import Posture
from synth_ros.sim.travel import Wheel, wheels_of
from synth_ros.sim.world import World
from synth_ros.types import FloatArray

Event = Literal['beyond a joint limit', 'faster than allowed', 'timed out']
"""What became of a command that was accepted."""
EVENTS: tuple[Event, ...] = get_args(Event)

# A trajectory that starts later than this was given by another clock.
_LATEST_START_S = 3600.0
# Times are sums of time steps; what differs by less is the same.
_SAME_S = 1e-9


@dataclass(slots=True)
class _Track:
    """A trajectory on its way.

    Attributes:
        spline: Where its joints shall be.
        places: Its joints' numbers, shape (n,).
        mine: Which of them no later command has taken over, shape (n,).
        told: What was counted of it already.
    """

    spline: Spline
    places: NDArray[np.intp]
    mine: NDArray[np.bool_]
    told: set[Event]


@dataclass(slots=True)
class _Waiting:
    """A trajectory that has not started."""

    start_s: float
    command: TrajectoryCommand
    places: NDArray[np.intp]
    mine: NDArray[np.bool_]


class CommandedRobot:
    """Says where a robot is, time step after time step, from the commands it was given.

    It starts where it stands. Each joint obeys the command that named it last, no faster than
    allowed and within its limits, and stays where it is when that has run out. The base goes as
    the last twist says. What comes of it is a function of the commands and of the time steps at
    which they are taken.

    Args:
        world: The robot's scene, which is in the posture; it is only read.
        posture: Where the robot stands.
        limits: What commands may do.
        wheels: Joints that roll while the base drives.
        step: Time steps that have passed since time 0.
        count: Is told of what became of commands.
    """

    def __init__(
        self,
        world: World,
        posture: Posture,
        *,
        limits: Limits,
        wheels: Collection[str] = (),
        step: int = 0,
        count: Callable[[Event], None] = lambda _event: None,
    ) -> None:
        joints = world.scene.robot.joints
        self._joints = joints
        self._limits = limits
        self._count = count
        self._now = step
        self._dt = float(world.model.opt.timestep)
        self._posture = posture
        order = {int(address): k for k, address in enumerate(world.scene.robot.qpos_addresses)}
        self._at = np.array([order[joint.qpos_address] for joint in joints], np.intp)
        self._place = {joint.name: k for k, joint in enumerate(joints)}
        held = set(world.grip.positions)
        self._followers = followers(joints, self._place, held=held)
        rolling = wheels_of(wheels, world=world, start=posture)
        by_place = {int(at): k for k, at in enumerate(self._at)}
        self._wheels = [(by_place[wheel.place], wheel) for wheel in rolling]
        bound = held | {joint.name for joint in joints if joint.coupling is not None}
        self._free = np.array([j.name not in bound | set(wheels) for j in joints], np.bool_)
        self._low, self._high, self._reach = bounds(joints, limits, self._dt)
        self._q: FloatArray = posture.qpos[self._at]
        self._velocity = np.zeros(len(joints))
        self._target = np.full(len(joints), np.nan)
        self._until_s = np.full(len(joints), -math.inf)
        self._tracks: list[_Track] = []
        self._waiting: list[_Waiting] = []
        self._anchor = PlanarPose(posture.x_m, posture.y_m, posture.yaw_rad)
        self._anchored = step
        self._pose = self._anchor
        self._twist = STILL
        self._twist_until_s = -math.inf
        self.twist = STILL

    @property
    def pose(self) -> PlanarPose:
        """Where the base is."""
        return self._pose

    @property
    def _now_s(self) -> float:
        return self._now * self._dt

    def take(self, command: Command) -> Refusal | None:
        """Obey a command from now on, or say why not."""
        if isinstance(command, TwistCommand):
            return self._take_twist(command)
        names = command.joints
        if names is None:
            width = len(self._joints)
            if command.positions.shape[-1] != width:
                return Refusal(
                    command.kind,
                    'wrong length',
                    f'{command.positions.shape[-1]} positions for the {width} joints of '
                    'joint_states; give as many, or name fewer in command_joints.',
                )
            places = np.arange(width)
        else:
            for name in names:
                if name not in self._place:
                    near = suggest(name[:100], [*self._place])
                    text = f'the robot has no joint {shown(name)}. {near}'
                    return Refusal(command.kind, 'unknown joint', text)
            places = np.array([self._place[name] for name in names], np.intp)
        if isinstance(command, PositionCommand):
            return self._take_positions(command, places)
        return self._take_trajectory(command, places)

    def advance(self, steps: int) -> list[Posture]:
        """Let time steps pass.

        Returns:
            The posture now, and after each of them.
        """
        out = [self._posture]
        for _ in range(steps):
            self._step()
            out.append(self._posture)
        return out

    def _take_twist(self, command: TwistCommand) -> Refusal | None:
        until_s = self._fresh_until_s(command.kind, command.stamp_ns)
        if isinstance(until_s, Refusal):
            return until_s
        allowed = limited(
            command.twist, linear_m_s=self._limits.linear_m_s, yaw_rad_s=self._limits.yaw_rad_s
        )
        if allowed != command.twist:
            self._count('faster than allowed')
        self._anchor, self._anchored = self._pose, self._now
        self._twist, self._twist_until_s = allowed, until_s
        return None

    def _take_positions(
        self, command: PositionCommand, places: NDArray[np.intp]
    ) -> Refusal | None:
        until_s = self._fresh_until_s(command.kind, command.stamp_ns)
        if isinstance(until_s, Refusal):
            return until_s
        free = self._free[places]
        places, wanted = places[free], command.positions[free]
        target = np.clip(wanted, self._low[places], self._high[places])
        if (target != wanted).any():
            self._count('beyond a joint limit')
        self._release(places)
        self._target[places], self._until_s[places] = target, until_s
        return None

    def _take_trajectory(
        self, command: TrajectoryCommand, places: NDArray[np.intp]
    ) -> Refusal | None:
        now_s = self._now_s
        start_s = command.start_ns * 1e-9 if command.start_ns else now_s
        if start_s + command.times_s[-1] < now_s:
            return Refusal(
                command.kind,
                'too old',
                f'it ended at {start_s + command.times_s[-1]:.3f} s, and it is {now_s:.3f} s.',
            )
        if start_s > now_s + _LATEST_START_S:
            return _other_clock(command.kind, start_s)
        if start_s <= now_s + _SAME_S:
            free = self._free[places]
            self._release(places[free])
            self._begin(_Waiting(start_s, command, places, free), now_s)
        else:
            self._forget_waiting(places)
            self._waiting.append(_Waiting(start_s, command, places, self._free[places]))
        return None

    def _fresh_until_s(self, kind: Kind, stamp_ns: int) -> float | Refusal:
        """Until when a command is obeyed, or that it is too late for it."""
        timeout_s, now_s = self._limits.timeout_s, self._now_s
        if timeout_s <= 0:
            return math.inf
        given_s = min(stamp_ns * 1e-9, now_s) if stamp_ns > 0 else now_s
        if given_s + timeout_s < now_s - _SAME_S:
            return Refusal(
                kind,
                'too old',
                f'it is of {given_s:.3f} s, {now_s - given_s:.3f} s ago; command_timeout_s is '
                f'{timeout_s:g}.',
            )
        return given_s + timeout_s

    def _release(self, places: NDArray[np.intp]) -> None:
        """Take joints from whatever leads them."""
        self._target[places] = np.nan
        for track in self._tracks:
            track.mine &= ~np.isin(track.places, places)
        self._tracks = [track for track in self._tracks if track.mine.any()]
        self._forget_waiting(places)

    def _forget_waiting(self, places: NDArray[np.intp]) -> None:
        for item in self._waiting:
            item.mine &= ~np.isin(item.places, places)
        self._waiting = [item for item in self._waiting if item.mine.any()]

    def _begin(self, item: _Waiting, begin_s: float) -> None:
        """Let a trajectory lead its joints."""
        if not item.mine.any():
            return
        state = np.stack([self._q[item.places], self._velocity[item.places]])
        spline = Spline(item.command, start_s=item.start_s, begin_s=begin_s, state=state)
        self._tracks.append(_Track(spline, item.places, item.mine, set()))

    def _step(self) -> None:
        self._now += 1
        now_s = self._now_s
        self._start_waiting(now_s)
        before = self._q
        base = self._move_base(now_s)
        goal, led = self._goal(now_s)
        if led.any():
            self._q = np.where(led, self._toward(goal), before)
        if base or led.any():
            self._carry_along(before)
        self._velocity = (self._q - before) / self._dt
        if self._q is not before or base:
            qpos = self._posture.qpos.copy()
            qpos[self._at] = self._q
            x, y, yaw = self._pose
            self._posture = self._posture._replace(x_m=x, y_m=y, yaw_rad=yaw, qpos=qpos)

    def _start_waiting(self, now_s: float) -> None:
        due = [item for item in self._waiting if item.start_s <= now_s + _SAME_S]
        for item in due:
            self._waiting.remove(item)
            self._release(item.places[item.mine])
            self._begin(item, item.start_s)

    def _move_base(self, now_s: float) -> bool:
        """Whether it moved."""
        if self._twist != STILL and now_s > self._twist_until_s + _SAME_S:
            self._count('timed out')
            self._twist = STILL
        self.twist = self._twist
        if self._twist == STILL:
            return False
        time_s = (self._now - self._anchored) * self._dt
        self._pose = moved(self._anchor, self._twist, time_s)
        return True

    def _goal(self, now_s: float) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Where joints shall go, and which ones."""
        old = ~np.isnan(self._target) & (now_s > self._until_s + _SAME_S)
        if old.any():
            if (self._target[old] != self._q[old]).any():
                self._count('timed out')
            self._target[old] = np.nan
        led = ~np.isnan(self._target)
        goal = np.where(led, self._target, self._q)
        for track in list(self._tracks):
            places = track.places[track.mine]
            wanted = track.spline.at(now_s)[track.mine]
            inside = np.clip(wanted, self._low[places], self._high[places])
            goal[places], led[places] = inside, True
            way = np.abs(inside - self._q[places])
            self._tell(track, 'beyond a joint limit', told=bool((inside != wanted).any()))
            fast = way > self._reach[places] * (1 + 1e-6)
            self._tell(track, 'faster than allowed', told=bool(fast.any()))
            if now_s >= track.spline.end_s and not way.any():
                self._tracks.remove(track)
        return goal, led

    def _tell(self, track: _Track, event: Event, *, told: bool) -> None:
        if told and event not in track.told:
            track.told.add(event)
            self._count(event)

    def _toward(self, goal: FloatArray) -> FloatArray:
        way = goal - self._q
        out: FloatArray = np.where(
            np.abs(way) <= self._reach,
            goal,
            self._q + np.clip(way, -self._reach, self._reach),
        )
        return out

    def _carry_along(self, before: FloatArray) -> None:
        """Move what moves because something else does: wheels, joints that follow others."""
        q = self._q.copy()
        ahead, turn = self.twist.x_m_s * self._dt, self.twist.yaw_rad_s * self._dt
        for place, wheel in self._wheels:
            q[place] += _rolled(wheel, ahead, turn)
        for place, leader, coupling in self._followers:
            # By the difference: a follower that was put elsewhere by the config stays beside.
            led = coupling.position(float(q[leader])), coupling.position(float(before[leader]))
            q[place] += led[0] - led[1]
        self._q = q


def _rolled(wheel: Wheel, ahead_m: float, turn_rad: float) -> float:
    return wheel.sense * (ahead_m - turn_rad * wheel.left_m) / wheel.radius_m


def _other_clock(kind: Kind, start_s: float) -> Refusal:
    text = (
        f'it starts at {start_s:.0f} s of simulated time. Give the publisher use_sim_time true, '
        'or the stamp 0 for a start at once.'
    )
    return Refusal(kind, 'of another clock', text)
