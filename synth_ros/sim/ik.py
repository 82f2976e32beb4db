"""Inverse kinematics of cameras: a posture from which they see given points as asked.

mink (https://kevinzakka.github.io/mink) solves a small quadratic program for each step, in which
joint limits are hard; the goals of cameras are ours, since of a viewpoint often only a part is
asked. A search takes a fixed greatest number of steps and looks at no clock, so it is a function
of its input alone.
"""

from __future__ import annotations

import copy
import enum
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import mink
import mujoco
import numpy as np

from synth_ros.scene.compiled import BASE_JOINTS, Coupling, JointPart, Reach
from synth_ros.sim.gaze import UP, Gaze, Miss, facing_target, measure, side, wrapped
from synth_ros.types import FloatArray

_MAX_STEPS = 80
_PATIENCE = 12
_DONE = 1e-9
# The greatest way of any joint in one step: further off, the linear model is a guess.
_STRIDE = 0.35
_LM_DAMPING = 1.0
_DAMPING = 1e-8
_AT_LIMIT = 1e-3


class Freedom(NamedTuple):
    """What may move to satisfy one gaze.

    Attributes:
        joints: Joints, as the robot's own model calls them.
        base: Bounds of the base's x and y, metres, and heading, radians, in the world, or
            ``None`` if it may not move.
    """

    joints: frozenset[str]
    base: tuple[tuple[float, float], ...] | None


class Stance(NamedTuple):
    """Where a search ends.

    Attributes:
        qpos: Of the chain.
        misses: For each gaze, how far the camera is from it.
        at_limit: Joints that stand at one of their limits, the base's own included.
    """

    qpos: FloatArray
    misses: tuple[Miss, ...]
    at_limit: tuple[str, ...]


class CameraSearch:
    """Finds postures for a fixed set of gazes' freedoms.

    Args:
        reach: The robot's chain.
        joints: The robot's joints: limits, and who follows whom.
        freedoms: What may move for each gaze that will be asked together.
    """

    def __init__(
        self, reach: Reach, joints: Sequence[JointPart], *, freedoms: Sequence[Freedom]
    ) -> None:
        self._reach = reach
        self._couplings = _Couplings(reach, joints)
        self._model = _limited(reach, joints, freedoms)
        self._configuration = mink.Configuration(self._model)
        self._limits = [mink.ConfigurationLimit(self._model, gain=1.0)]
        self._maps = [self._couplings.mask(self._model, freedom) for freedom in freedoms]

    def search(self, start: FloatArray, gazes: Sequence[Gaze]) -> Stance:
        """Walk from a posture towards one that satisfies all gazes.

        Args:
            start: The chain's qpos to begin with; what may move is put within its limits.
            gazes: One for each of the freedoms, in order.

        Returns:
            The best posture met; whether it is good enough is for the caller to say.
        """
        configuration = self._configuration
        configuration.update(self._within(start))
        goals = [
            _Goal(self._reach.bodies[gaze.link], gaze, moving)
            for gaze, moving in zip(gazes, self._maps, strict=True)
        ]
        best, least, stale = configuration.q, math.inf, 0
        for _ in range(_MAX_STEPS):
            error = math.sqrt(sum(goal.look(configuration) for goal in goals))
            stale = 0 if error < 0.99 * least else stale + 1
            if error < least:
                best, least = configuration.q, error
            if least < _DONE or stale > _PATIENCE:
                break
            step = self._step(configuration, goals)
            if step is None:
                break
            self._move(configuration, step)
        configuration.update(best)
        return Stance(
            best,
            tuple(goal.miss(configuration) for goal in goals),
            tuple(self._at_limit(best)),
        )

    def _within(self, start: FloatArray) -> FloatArray:
        """The start with all that may move within its limits, and followers where they belong."""
        model = self._model
        limited = np.flatnonzero(model.jnt_limited)
        at = model.jnt_qposadr[limited]
        q = start.copy()
        q[at] = np.clip(q[at], model.jnt_range[limited, 0], model.jnt_range[limited, 1])
        return self._couplings.follow(q)

    def _step(
        self, configuration: mink.Configuration, goals: Sequence[_Goal]
    ) -> FloatArray | None:
        try:
            step = mink.solve_ik(
                configuration, goals, 1.0, solver='daqp', damping=_DAMPING, limits=self._limits
            )
        except mink.NoSolutionFound:
            return None
        longest = float(np.abs(step).max(initial=0.0))
        return step * min(1.0, _STRIDE / longest) if longest > 0 else None

    def _move(self, configuration: mink.Configuration, step: FloatArray) -> None:
        configuration.update(self._within(configuration.integrate(step, 1.0)))

    def _at_limit(self, q: FloatArray) -> list[str]:
        model = self._model
        found = []
        for joint in np.flatnonzero(model.jnt_limited):
            low, high = model.jnt_range[joint]
            value = q[model.jnt_qposadr[joint]]
            if min(value - low, high - value) < _AT_LIMIT:
                found.append(model.joint(int(joint)).name.removeprefix('robot/'))
        return found


class _Rows(enum.Enum):
    """Parts of a gaze that are asked, apart from the aim."""

    DISTANCE = enum.auto()
    SIDE = enum.auto()
    ELEVATION = enum.auto()
    AZIMUTH = enum.auto()
    ROLL = enum.auto()


class _Goal(mink.Task):  # type: ignore[misc,unused-ignore]
    """A gaze as a task of mink: an error that shall vanish, and its derivative.

    With the target t, the camera's centre c and rotation R in the world, v = t - c and
    p = R^T v, a turn by w moves p by R^T (v x w), a shift by d by -R^T d.
    """

    def __init__(self, body: int, gaze: Gaze, moving: FloatArray) -> None:
        self._body = body
        self._gaze = gaze
        self._moving = moving
        self._straight = facing_target(gaze.bearing)
        self._seen = np.zeros(0), np.zeros((0, 0))
        self._rows = _asked(gaze)
        sizes = {_Rows.SIDE: 3, _Rows.ROLL: 2}
        count = 3 + sum(sizes.get(row, 1) for row in self._rows)
        super().__init__(cost=np.ones(count), gain=1.0, lm_damping=_LM_DAMPING)

    def compute_error(self, configuration: mink.Configuration) -> FloatArray:
        """The error at a posture."""
        return self._evaluate(configuration)[0]

    def compute_jacobian(self, configuration: mink.Configuration) -> FloatArray:
        """Its derivative with respect to all degrees of freedom."""
        return self._evaluate(configuration)[1]

    def look(self, configuration: mink.Configuration) -> float:
        """The squared error at the posture from which the next step is taken."""
        self._seen = error, _ = self._evaluate(configuration)
        return float(error @ error)

    def compute_qp_residual(
        self,
        configuration: mink.Configuration,  # noqa: ARG002 (as mink has it)
    ) -> tuple[FloatArray, FloatArray, float]:
        """What mink needs of error and derivative, as they were when last looked at."""
        weighted: tuple[FloatArray, FloatArray, float] = self._weighted_residual(*self._seen)
        return weighted

    def miss(self, configuration: mink.Configuration) -> Miss:
        """How far the camera is from the gaze, in units that people read."""
        gaze = self._gaze
        return measure(self._pose(configuration), gaze)

    def _pose(self, configuration: mink.Configuration) -> FloatArray:
        data = configuration.data
        pose = np.eye(4)
        pose[:3, :3] = data.xmat[self._body].reshape(3, 3)
        pose[:3, 3] = data.xpos[self._body]
        world_from_camera: FloatArray = pose @ self._gaze.link_from_camera
        return world_from_camera

    def _evaluate(self, configuration: mink.Configuration) -> tuple[FloatArray, FloatArray]:
        gaze, model = self._gaze, configuration.model
        pose = self._pose(configuration)
        rotation, centre = pose[:3, :3], pose[:3, 3]
        shift, turn = np.empty((2, 3, model.nv))
        mujoco.mj_jac(model, configuration.data, shift, turn, centre, self._body)
        shift, turn = shift @ self._moving, turn @ self._moving
        way = gaze.target_m - centre
        length = max(float(np.linalg.norm(way)), 1e-6)
        seen = rotation.T @ way / length
        d_seen = rotation.T @ (_cross(way) @ turn - shift) / length
        d_seen -= np.outer(seen, seen @ d_seen)
        errors, slopes = [seen - gaze.bearing], [d_seen]
        out = -way / length
        d_out = (shift - np.outer(out, out @ shift)) / length
        for row in self._rows:
            match row:
                case _Rows.DISTANCE:
                    assert gaze.distance_m is not None
                    error, slope = np.array([length - gaze.distance_m]), (out @ shift)[None]
                case _Rows.ROLL:
                    error, slope = _roll_rows(gaze, rotation @ self._straight, turn)
                case _:
                    error, slope = _side_rows(gaze, row, out, d_out=d_out)
            errors.append(error)
            slopes.append(slope)
        return np.concatenate(errors), np.vstack(slopes)


def _asked(gaze: Gaze) -> tuple[_Rows, ...]:
    rows = []
    if gaze.distance_m is not None:
        rows.append(_Rows.DISTANCE)
    if gaze.elevation_rad is not None and gaze.azimuth_rad is not None:
        rows.append(_Rows.SIDE)
    elif gaze.elevation_rad is not None:
        rows.append(_Rows.ELEVATION)
    elif gaze.azimuth_rad is not None:
        rows.append(_Rows.AZIMUTH)
    if gaze.roll_rad is not None:
        rows.append(_Rows.ROLL)
    return tuple(rows)


def _side_rows(
    gaze: Gaze, row: _Rows, out: FloatArray, *, d_out: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Error and derivative of where the camera stands as seen from the target."""
    if row is _Rows.SIDE:
        assert gaze.elevation_rad is not None
        assert gaze.azimuth_rad is not None
        return out - side(gaze.elevation_rad, gaze.azimuth_rad), d_out
    if row is _Rows.ELEVATION:
        assert gaze.elevation_rad is not None
        height = float(np.clip(out[2], -1, 1))
        flat = max(math.sqrt(1 - height * height), 1e-3)
        return np.array([math.asin(height) - gaze.elevation_rad]), d_out[2:] / flat
    assert gaze.azimuth_rad is not None
    flat = max(float(out[0] ** 2 + out[1] ** 2), 1e-6)
    turned = wrapped(math.atan2(out[1], out[0]) - gaze.azimuth_rad)
    return np.array([turned]), (out[0] * d_out[1:2] - out[1] * d_out[0:1]) / flat


def _roll_rows(
    gaze: Gaze, straight: FloatArray, turn: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Error and derivative of where the world's up points in a camera turned to the target."""
    assert gaze.roll_rad is not None
    up = straight[2, :2]
    d_up = straight.T[:2] @ (_CROSS_UP @ turn)
    wanted = -np.array([math.sin(gaze.roll_rad), math.cos(gaze.roll_rad)])
    length = math.hypot(up[0], up[1])
    return up - wanted * length, d_up - np.outer(wanted, up @ d_up) / max(length, 1e-3)


class _Couplings:
    """Joints of the chain that follow others."""

    def __init__(self, reach: Reach, joints: Sequence[JointPart]) -> None:
        self._reach = reach
        self._by_follower: Mapping[str, Coupling] = {
            joint.name: joint.coupling for joint in joints if joint.coupling is not None
        }

    def follow(self, q: FloatArray) -> FloatArray:
        """The posture with all followers where their leaders take them."""
        if not self._by_follower:
            return q
        out = q.copy()
        for _ in self._by_follower:
            for name, coupling in self._by_follower.items():
                out[self._at(name)] = coupling.position(float(out[self._at(coupling.leader)]))
        return out

    def mask(self, model: mujoco.MjModel, freedom: Freedom) -> FloatArray:
        """Which degree of freedom moves which, (nv, nv): identity for what is free.

        The motion of a follower counts as its leader's, taken as even over the follower's range:
        its slope where the leader is at its zero.
        """
        free = set(freedom.joints)
        out = np.zeros((model.nv, model.nv))
        for name in free - set(self._by_follower):
            dof = self._dof(model, name)
            out[dof, dof] = 1
        for name, coupling in self._by_follower.items():
            if coupling.leader in free:
                slope = coupling.coefficients[1]
                out[self._dof(model, name), self._dof(model, coupling.leader)] = slope
        if freedom.base is not None:
            out[:3, :3] = np.eye(3)
        return out

    def _at(self, name: str) -> int:
        return int(self._reach.model.jnt_qposadr[self._reach.joints[name]])

    def _dof(self, model: mujoco.MjModel, name: str) -> int:
        return int(model.jnt_dofadr[self._reach.joints[name]])


def _limited(
    reach: Reach, joints: Sequence[JointPart], freedoms: Sequence[Freedom]
) -> mujoco.MjModel:
    """A copy of the chain in which just what may move has limits."""
    model = copy.copy(reach.model)
    model.jnt_limited[:] = 0
    free = frozenset[str]().union(*(freedom.joints for freedom in freedoms))
    for joint in joints:
        if joint.name in free and joint.limits is not None and joint.coupling is None:
            number = reach.joints[joint.name]
            model.jnt_limited[number] = 1
            model.jnt_range[number] = joint.limits
    for freedom in freedoms:
        if freedom.base is not None:
            for number, bounds in enumerate(freedom.base[: len(BASE_JOINTS)]):
                model.jnt_limited[number] = np.isfinite(bounds).all()
                model.jnt_range[number] = bounds
    return model


def _cross(vector: FloatArray) -> FloatArray:
    """The matrix that takes the cross product with a vector from the left."""
    x, y, z = vector
    return np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])


_CROSS_UP = _cross(UP)
