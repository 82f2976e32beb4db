"""Drops the objects and waits until they rest: many drawings of one scene at once.

A drawing counts only if every object came to rest without falling out of the world, sinking
into something, or leaving the surface in too great a number. What was wrong is counted, never
ignored.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import NamedTuple

import mujoco
import mujoco.batch
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.physics import SettleConfig
from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.randomize.inventory import SurfaceInfo
from synth_ros.randomize.scene import SampledObject
from synth_ros.scene.compiled import ObjectPart
from synth_ros.sim.world import World
from synth_ros.types import FloatArray

_CHUNK_S = 0.1
_MAX_SINK_M = 0.004
_MAX_DISTANCE_M = 6.0


class Verdict(enum.Enum):
    """Why a settled drawing is used or not."""

    VALID = 'valid'
    UNSTABLE = 'the physics became unstable'
    UNSETTLED = 'objects still moved at the time limit'
    FELL_THROUGH = 'an object left the world'
    INTERPENETRATING = 'objects sank into each other'
    TOO_MANY_FALLEN = 'too many objects fell off the surface'


class Abandoned(Exception):  # noqa: N818 (nothing is wrong)
    """Nobody waits for the scene any more."""


class Settled(NamedTuple):
    """How one drawing ended.

    Attributes:
        verdict: Whether it may be used.
        qpos: Full qpos at rest, shape (nq,).
        time_s: Simulated time it took.
        fallen: Number of objects that left the surface.
    """

    verdict: Verdict
    qpos: FloatArray
    time_s: float
    fallen: int


def settle(
    world: World,
    drawings: Sequence[Sequence[SampledObject]],
    *,
    config: SettleConfig,
    surface: SurfaceInfo,
    threads: int = 0,
    abandoned: Callable[[], bool] = bool,
) -> list[Settled]:
    """Let several drawings of one scene fall at the same time.

    Args:
        world: The scene, robot in the posture to keep; its state is not changed.
        drawings: For each drawing, all that falls, the same things at other start poses.
        config: When a scene is at rest and valid.
        surface: The surface that objects should stay on.
        threads: Threads to use, 0 for all processors; the result does not depend on it.
        abandoned: Asked every tenth of a simulated second whether to stop; by default not.

    Returns:
        One verdict per drawing, in order.

    Raises:
        Abandoned: It was to stop.
    """
    if not world.scene.dropped:
        return [Settled(Verdict.VALID, world.data.qpos.copy(), 0.0, 0) for _ in drawings]
    batch = mujoco.batch.Batch(world.model, nsim=len(drawings), nthread=threads)
    _start(batch, world, drawings)
    rest_qpos, rest_time = _run(batch, world, config=config, abandoned=abandoned)
    warned = batch.warning[:, :, 1].any(axis=1)
    checker = _Checker(world, config, surface)
    return [
        Settled(Verdict.UNSTABLE, qpos, 0.0, 0)
        if bad
        else checker.judge(qpos, None if np.isnan(time) else float(time))
        for qpos, time, bad in zip(rest_qpos, rest_time, warned, strict=True)
    ]


def start_qpos(
    part: ObjectPart, drawn: SampledObject
) -> tuple[tuple[float, float, float], tuple[float, float, float, float]]:
    """Body position and wxyz quaternion that put the object's box centre where it was drawn."""
    offset = matrix_from_quat_wxyz(drawn.quat_wxyz) @ part.object_from_box[:3, 3]
    x, y, z = (float(c) for c in np.asarray(drawn.position_m) - offset)
    return (x, y, z), drawn.quat_wxyz


def _start(
    batch: mujoco.batch.Batch, world: World, drawings: Sequence[Sequence[SampledObject]]
) -> None:
    qpos = batch.bind('qpos')
    qvel = batch.bind('qvel')
    qvel[:] = 0
    qpos[:] = world.data.qpos
    if world.model.nmocap:
        batch.bind('mocap_pos')[:] = world.data.mocap_pos.reshape(batch.bind('mocap_pos')[0].shape)
        batch.bind('mocap_quat')[:] = world.data.mocap_quat.reshape(
            batch.bind('mocap_quat')[0].shape
        )
    for row, drawing in enumerate(drawings):
        for part, drawn in zip(world.scene.dropped, drawing, strict=True):
            position, quat = start_qpos(part, drawn)
            qpos[row, part.qpos_address : part.qpos_address + 7] = (*position, *quat)


def _run(
    batch: mujoco.batch.Batch,
    world: World,
    *,
    config: SettleConfig,
    abandoned: Callable[[], bool],
) -> tuple[FloatArray, FloatArray]:
    """Step until every drawing rests or time is up.

    Returns:
        qpos at rest (ndrawing, nq) and the time of rest (ndrawing,), NaN where none came.
    """
    steps = max(1, round(_CHUNK_S / world.model.opt.timestep))
    chunks = max(1, round(config.max_time_s / _CHUNK_S))
    qpos, qvel = batch.bind('qpos'), batch.bind('qvel')
    dofs = np.array([part.dof_address for part in world.scene.dropped])[:, None] + np.arange(6)
    rest_qpos = qpos.copy()
    rest_time = np.full(batch.nsim, np.nan)
    calm = np.zeros(batch.nsim, dtype=np.int32)
    active = np.arange(batch.nsim)
    for chunk in range(1, chunks + 1):
        if abandoned():
            raise Abandoned
        try:
            batch.step(ids=active, nstep=steps)
        except mujoco.batch.SimulationError:
            # The failed ones keep a state that judge() rejects as unstable.
            active = active[[not batch.error(int(sim)) for sim in active]]
        still = _is_slow(qvel[active][:, dofs], config)
        calm[active] = np.where(still, calm[active] + 1, 0)
        # Two calm looks in a row: a tossed object is slow at the top of its flight.
        done = active[calm[active] >= 2]
        rest_qpos[done] = qpos[done]
        rest_time[done] = chunk * _CHUNK_S
        active = active[calm[active] < 2]
        if not len(active):
            break
    rest_qpos[active] = qpos[active]
    return rest_qpos, rest_time


def _is_slow(velocity: FloatArray, config: SettleConfig) -> NDArray[np.bool_]:
    """Whether all objects (n, nobject, 6) move less than the limits."""
    linear = np.linalg.norm(velocity[..., :3], axis=-1).max(axis=-1)
    angular = np.linalg.norm(velocity[..., 3:], axis=-1).max(axis=-1)
    slow: NDArray[np.bool_] = (linear < config.linear_speed_m_s) & (
        angular < config.angular_speed_rad_s
    )
    return slow


class _Checker:
    """Judges states of rest on a scratch state of the same model."""

    def __init__(self, world: World, config: SettleConfig, surface: SurfaceInfo) -> None:
        self._world = world
        self._config = config
        self._surface = surface
        self._scratch = mujoco.MjData(world.model)
        self._lowest_m = _lowest_static_point(world.model)

    def judge(self, qpos: FloatArray, time_s: float | None) -> Settled:
        """Verdict on one state; ``time_s`` is ``None`` if it never came to rest."""
        if not np.isfinite(qpos).all() or np.abs(qpos).max() > 1e4:
            return Settled(Verdict.UNSTABLE, qpos, 0.0, 0)
        centers = self._centers(qpos)
        fallen = int(np.sum(centers[:, 2] < self._surface.center_m[2] - 0.01))
        verdict = self._verdict(centers, fallen=fallen, rested=time_s is not None)
        return Settled(verdict, qpos, time_s or self._config.max_time_s, fallen)

    def _verdict(self, centers: FloatArray, *, fallen: int, rested: bool) -> Verdict:
        away = np.abs(centers[:, :2] - self._surface.center_m[:2]).max(initial=0.0)
        if centers[:, 2].min() < self._lowest_m or away > _MAX_DISTANCE_M:
            return Verdict.FELL_THROUGH
        if not rested:
            return Verdict.UNSETTLED
        if fallen > self._config.max_fallen * len(centers):
            return Verdict.TOO_MANY_FALLEN
        if self._deepest_sink_m() > _MAX_SINK_M:
            return Verdict.INTERPENETRATING
        return Verdict.VALID

    def _centers(self, qpos: FloatArray) -> FloatArray:
        """Box centres (nobject, 3) in the world, with the scratch kinematics made current."""
        data, world = self._scratch, self._world
        data.qpos[:] = qpos
        if world.model.nmocap:
            data.mocap_pos[:] = world.data.mocap_pos
            data.mocap_quat[:] = world.data.mocap_quat
        mujoco.mj_fwdPosition(world.model, data)
        return np.array(
            [
                data.xpos[p.body_id]
                + data.xmat[p.body_id].reshape(3, 3) @ p.object_from_box[:3, 3]
                for p in world.scene.dropped
            ]
        )

    def _deepest_sink_m(self) -> float:
        """Largest penetration in which an object takes part, metres."""
        model, contact = self._world.model, self._scratch.contact
        if not self._scratch.ncon:
            return 0.0
        roots = model.body_rootid[model.geom_bodyid[contact.geom]]
        objects = [p.body_id for p in self._world.scene.dropped]
        involved = np.isin(roots, objects).any(axis=1)
        return float(-contact.dist[involved].min(initial=0.0))


def _lowest_static_point(model: mujoco.MjModel) -> float:
    """Height below which nothing solid is left to lie on, metres."""
    static = np.flatnonzero(model.body_weldid[model.geom_bodyid] == 0)
    if not len(static):
        return -1.0
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    return float(data.geom_xpos[static, 2].min() - 0.5)
