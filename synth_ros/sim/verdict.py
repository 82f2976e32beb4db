"""Judges drawings of a scene: before their objects fall, and when they have come to rest."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.physics import SettleConfig
from synth_ros.randomize.inventory import PlaceInfo
from synth_ros.randomize.scene import SampledObject
from synth_ros.sim.places import body_pose
from synth_ros.sim.staying import Lying, stays
from synth_ros.sim.world import World
from synth_ros.types import FloatArray

_MAX_SINK_M = 0.004
_MAX_START_SINK_M = 0.001
_MAX_DISTANCE_M = 6.0
_TOUCH_M = 0.0005
_FALL_M = 0.01


class Verdict(enum.Enum):
    """Why a settled drawing is used or not."""

    VALID = 'valid'
    UNSTABLE = 'the physics became unstable'
    UNSETTLED = 'objects still moved at the time limit'
    FELL_THROUGH = 'an object left the world'
    INTERPENETRATING = 'objects sank into each other'
    TOO_MANY_FALLEN = 'too many objects fell off the surface'
    OUTSIDE_PLACE = 'an object did not stay in its bin, shelf or container'
    TOUCHING = 'objects touched that should keep apart'
    STARTED_INSIDE = 'an object started inside something'
    NO_ROOM = 'no place had room for an object'


class Settled(NamedTuple):
    """How one drawing ended.

    Attributes:
        verdict: Whether it may be used.
        qpos: Full qpos at rest, shape (nq,).
        time_s: Simulated time it took.
        fallen: Number of objects that left their surface.
    """

    verdict: Verdict
    qpos: FloatArray
    time_s: float
    fallen: int


class Rest(NamedTuple):
    """Where a drawing came to rest.

    Attributes:
        qpos: Full qpos, (nq,).
        time_s: How long it took; ``None`` if it never rested.
        unstable: Whether the physics gave up.
    """

    qpos: FloatArray
    time_s: float | None
    unstable: bool = False


class State(NamedTuple):
    """What of a state the drawing of a scene decides.

    Attributes:
        qpos: Shape (nq,).
        mocap_pos: Shape (nmocap, 3).
        mocap_quat: Shape (nmocap, 4), wxyz.
    """

    qpos: FloatArray
    mocap_pos: FloatArray
    mocap_quat: FloatArray


def pose_objects(world: World, drawing: Sequence[SampledObject]) -> State:
    """The state in which a drawing starts; what is held goes with the robot."""
    data = world.data
    state = State(data.qpos.copy(), data.mocap_pos.copy(), data.mocap_quat.copy())
    for part, drawn in zip(world.scene.dropped, drawing, strict=True):
        position, quat = body_pose(part, drawn)
        if part.is_free:
            state.qpos[part.qpos_address : part.qpos_address + 7] = (*position, *quat)
        elif drawn.hangs:
            mocap = int(world.model.body_mocapid[part.body_id])
            state.mocap_pos[mocap], state.mocap_quat[mocap] = position, quat
    return state


class Judge:
    """Judges states on a scratch state of the same model.

    Args:
        world: The scene; its state is not changed.
        config: When a scene is at rest and valid.
        places: Where the objects should stay.
    """

    def __init__(self, world: World, config: SettleConfig, places: Sequence[PlaceInfo]) -> None:
        self._world = world
        self._config = config
        self._places = {place.config.name: place for place in places}
        self._only = places[0] if places else None
        self._scratch = mujoco.MjData(world.model)
        self._lowest_m = _lowest_static_point(world.model)
        # Distractors have no ids; here they get those after the last object's.
        scene = world.scene
        first = max((part.instance_id for part in scene.objects), default=0) + 1
        self._numbers = [part.instance_id for part in scene.objects]
        self._numbers += range(first, first + len(scene.distractors))
        number_of_body = np.zeros(world.model.nbody, np.int32)
        number_of_body[[part.body_id for part in scene.dropped]] = self._numbers
        self._number_of_geom = number_of_body[world.model.geom_bodyid]

    def before(self, drawing: Sequence[SampledObject]) -> Settled | None:
        """Verdict on a drawing that need not fall, or ``None`` if it is fine so far."""
        verdict = None
        if any(item.unplaced for item in drawing):
            verdict = Verdict.NO_ROOM
        else:
            self._pose(pose_objects(self._world, drawing))
            if self._deepest_sink_m() > _MAX_START_SINK_M:
                verdict = Verdict.STARTED_INSIDE
        if verdict is None:
            return None
        return Settled(verdict, self._world.data.qpos.copy(), 0.0, 0)

    def after(self, drawing: Sequence[SampledObject], rest: Rest) -> Settled:
        """Verdict on a drawing whose objects have fallen."""
        qpos = rest.qpos
        if rest.unstable or not np.isfinite(qpos).all() or np.abs(qpos).max(initial=0) > 1e4:
            return Settled(Verdict.UNSTABLE, qpos, 0.0, 0)
        self._pose(pose_objects(self._world, drawing)._replace(qpos=qpos))
        lying = self._lying(drawing)
        fallen = sum(self._has_fallen(thing) for thing in lying)
        verdict = self._verdict(lying, fallen=fallen, rested=rest.time_s is not None)
        time_s = self._config.max_time_s if rest.time_s is None else rest.time_s
        return Settled(verdict, qpos, time_s, fallen)

    def _verdict(self, lying: Sequence[Lying], *, fallen: int, rested: bool) -> Verdict:
        if any(self._is_lost(thing) for thing in lying):
            return Verdict.FELL_THROUGH
        if not rested:
            return Verdict.UNSETTLED
        if fallen > self._config.max_fallen * len(lying):
            return Verdict.TOO_MANY_FALLEN
        if self._deepest_sink_m() > _MAX_SINK_M:
            return Verdict.INTERPENETRATING
        return self._kept(lying)

    def _kept(self, lying: Sequence[Lying]) -> Verdict:
        """Whether all are where and as their places want them."""
        touching = self._touching()
        if not all(stays(thing, lying, touching=touching) for thing in lying):
            return Verdict.OUTSIDE_PLACE
        apart = {t.number for t in lying if t.place and t.place.config.spacing_m is not None}
        if any(apart & pair for pair in touching):
            return Verdict.TOUCHING
        return Verdict.VALID

    def _pose(self, state: State) -> None:
        """Make kinematics and contacts of the scratch state current."""
        data = self._scratch
        data.qpos[:] = state.qpos
        if self._world.model.nmocap:
            data.mocap_pos[:] = state.mocap_pos
            data.mocap_quat[:] = state.mocap_quat
        mujoco.mj_fwdPosition(self._world.model, data)

    def _lying(self, drawing: Sequence[SampledObject]) -> list[Lying]:
        """Where each free object lies."""
        data = self._scratch
        found = []
        parts = zip(self._world.scene.dropped, self._numbers, drawing, strict=True)
        for part, number, drawn in parts:
            if not part.is_free or part.waits:
                continue
            rotation = data.xmat[part.body_id].reshape(3, 3).copy()
            found.append(
                Lying(
                    number=number,
                    class_name=part.class_name,
                    center_m=data.xpos[part.body_id] + rotation @ part.object_from_box[:3, 3],
                    rotation=rotation,
                    half_m=part.size_m / 2,
                    drawn=drawn,
                    place=self._places.get(drawn.place, self._only),
                )
            )
        return found

    def _is_lost(self, thing: Lying) -> bool:
        x, y = self._middle(thing.place)
        away = max(abs(float(thing.center_m[0]) - x), abs(float(thing.center_m[1]) - y))
        return float(thing.center_m[2]) < self._lowest_m or away > _MAX_DISTANCE_M

    def _middle(self, place: PlaceInfo | None) -> tuple[float, float]:
        """What objects of a place should not be far away from: the surface, or the robot."""
        if place is None or not place.surfaces:
            return self._world.postures.home.x_m, self._world.postures.home.y_m
        return place.surfaces[0].center_m[:2]

    def _has_fallen(self, thing: Lying) -> bool:
        """Whether an object lies lower than the surface that it was dropped on."""
        if thing.place is None or not thing.place.surfaces:
            return False
        lowest = min(surface.center_m[2] for surface in thing.place.surfaces)
        return bool(thing.center_m[2] < lowest - _FALL_M)

    def _touching(self) -> list[frozenset[int]]:
        """Pairs of objects in contact, by instance id."""
        pairs = self._instances(self._scratch.contact.dist <= _TOUCH_M)
        both = (pairs > 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])
        return [frozenset(pair) for pair in np.unique(pairs[both], axis=0).tolist()]

    def _deepest_sink_m(self) -> float:
        """Largest penetration in which an object takes part, metres; grips left out."""
        contact = self._scratch.contact
        pairs = self._instances(np.ones(self._scratch.ncon, bool))
        held = [part.instance_id for part in self._world.scene.held_objects]
        robot = list(self._world.scene.robot.geom_ids)
        grips = np.isin(pairs, held).any(axis=1) & np.isin(contact.geom, robot).any(axis=1)
        involved = (pairs > 0).any(axis=1) & ~grips
        return float(-contact.dist[involved].min(initial=0.0))

    def _instances(self, chosen: NDArray[np.bool_]) -> NDArray[np.int32]:
        """Numbers (n, 2) of the sides of some contacts, 0 for what does not fall."""
        geoms = self._scratch.contact.geom.reshape(-1, 2)[chosen]
        ids = self._number_of_geom[geoms]
        # A flex has geom -1.
        return np.where(geoms < 0, 0, ids)


def _lowest_static_point(model: mujoco.MjModel) -> float:
    """Height below which nothing solid is left to lie on, metres."""
    static = np.flatnonzero(model.body_weldid[model.geom_bodyid] == 0)
    if not len(static):
        return -1.0
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    return float(data.geom_xpos[static, 2].min() - 0.5)
