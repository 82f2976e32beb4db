"""Drops the objects and waits until they rest: many drawings of one scene at once.

A drawing counts only if every object came to rest without falling out of the world, sinking
into something, or leaving its place. What was wrong is counted, never ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mujoco.batch
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.physics import SettleConfig
from synth_ros.errors import PlacementError
from synth_ros.randomize.inventory import PlaceInfo
from synth_ros.randomize.scene import SampledObject
from synth_ros.sim.verdict import Judge, Rest, Settled, Verdict, pose_objects
from synth_ros.sim.world import World
from synth_ros.types import FloatArray

__all__ = ['Abandoned', 'Settled', 'Verdict', 'settle']

_CHUNK_S = 0.1


class Abandoned(Exception):  # noqa: N818 (nothing is wrong)
    """Nobody waits for the scene any more."""


def settle(
    world: World,
    drawings: Sequence[Sequence[SampledObject]],
    *,
    config: SettleConfig,
    places: Sequence[PlaceInfo],
    threads: int = 0,
    abandoned: Callable[[], bool] = bool,
) -> list[Settled]:
    """Let several drawings of one scene fall at the same time.

    Args:
        world: The scene, robot in the posture to keep; its state is not changed.
        drawings: For each drawing, the same objects and distractors at other start poses.
        config: When a scene is at rest and valid.
        places: Where the objects should stay.
        threads: Threads to use, 0 for all processors; the result does not depend on it.
        abandoned: Asked every tenth of a simulated second whether to stop; by default not.

    Returns:
        One verdict per drawing, in order.

    Raises:
        Abandoned: It was to stop.
        PlacementError: The robot's fingers cannot hold what they should: no drawing can help.
    """
    if world.grip.fault:
        raise PlacementError(
            f'The robot cannot hold {world.grip.fault}. Let position_m of the grasp '
            '(objects.placement.places) be where the fingers meet, its up point across the '
            'fingers, and its classes be narrower.'
        )
    judge = Judge(world, config, places)
    settled = [judge.before(drawing) for drawing in drawings]
    waiting = [number for number, refused in enumerate(settled) if refused is None]
    rests = _fall(
        world,
        [drawings[number] for number in waiting],
        config=config,
        threads=threads,
        abandoned=abandoned,
    )
    for number, rest in zip(waiting, rests, strict=True):
        settled[number] = judge.after(drawings[number], rest)
    return [result for result in settled if result is not None]


def _fall(
    world: World,
    drawings: Sequence[Sequence[SampledObject]],
    *,
    config: SettleConfig,
    threads: int,
    abandoned: Callable[[], bool],
) -> list[Rest]:
    """Where each drawing comes to rest."""
    if not drawings:
        return []
    if not world.scene.free_bodies:
        return [Rest(world.data.qpos.copy(), 0.0) for _ in drawings]
    batch = mujoco.batch.Batch(world.model, nsim=len(drawings), nthread=threads)
    _start(batch, world, drawings)
    rest_qpos, rest_time = _run(batch, world, config=config, abandoned=abandoned)
    warned = batch.warning[:, :, 1].any(axis=1)
    return [
        Rest(qpos, None if np.isnan(time) else float(time), unstable=bool(bad))
        for qpos, time, bad in zip(rest_qpos, rest_time, warned, strict=True)
    ]


def _start(
    batch: mujoco.batch.Batch, world: World, drawings: Sequence[Sequence[SampledObject]]
) -> None:
    batch.bind('qvel')[:] = 0
    if world.model.nu:
        batch.bind('ctrl')[:] = world.data.ctrl
    if world.model.na:
        batch.bind('act')[:] = world.data.act
    qpos = batch.bind('qpos')
    for row, drawing in enumerate(drawings):
        start = pose_objects(world, drawing)
        qpos[row] = start.qpos
        if world.model.nmocap:
            batch.bind('mocap_pos')[row] = start.mocap_pos.reshape(
                batch.bind('mocap_pos')[row].shape
            )
            batch.bind('mocap_quat')[row] = start.mocap_quat.reshape(
                batch.bind('mocap_quat')[row].shape
            )


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
    dofs = np.array([part.dof_address for part in world.scene.free_bodies])[:, None] + np.arange(6)
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
            # The failed ones keep a state that the judge rejects as unstable.
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
