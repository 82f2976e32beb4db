"""Views of a settled scene: postures that touch nothing they should not, cameras that see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.root import Config
from synth_ros.errors import PlacementError
from synth_ros.randomize.inventory import Inventory
from synth_ros.randomize.scene import SampledCamera, SampledObject, SampledView
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.view import sample_view
from synth_ros.sim.eyes import unplaced
from synth_ros.sim.robot import Path, Posture
from synth_ros.sim.viewpoint import Refusal, ViewpointFinder, why_no_viewpoint
from synth_ros.sim.world import World

# What only grazes, such as a wheel that stands on the floor, touches or not by rounding.
_GRAZE_M = 1e-5
# How far apart the postures are at which a way is looked at.
_STRIDE_M = 0.02
_STRIDE_RAD = 0.05
_STRIDE_JOINT = 0.03


class PostureFinder:
    """Draws views of a settled scene until the robot touches neither things nor itself.

    Contacts that the configured posture has before anything is dropped (wheels on the floor,
    neighbouring links) are the robot's own and always allowed.

    Args:
        world: The settled scene; its robot is posed while searching.
        config: Ranges and the number of attempts.
        inventory: What there is to draw from.
        objects: The scene's objects, for cameras to look at.
    """

    def __init__(
        self,
        world: World,
        config: Config,
        *,
        inventory: Inventory,
        objects: Sequence[SampledObject],
    ) -> None:
        self._world = world
        self._config = config
        self._inventory = inventory
        self._items = tuple(objects)
        told = config.script.views is not None
        wanted = bool(config.randomization.viewpoints) and not told
        self._viewpoints = ViewpointFinder(world, config) if wanted else None
        self._last: set[tuple[int, int]] = set()
        self._robot = np.zeros(world.model.ngeom, dtype=bool)
        self._robot[list(world.scene.robot.geom_ids)] = True
        # What the robot holds moves and collides as a part of it.
        held = [part.instance_id for part in world.scene.held_objects]
        carried = np.isin(world.scene.geom_instance_id, held)
        self._robot |= carried
        loose = [part.body_id for part in world.scene.dropped]
        self._objects = np.isin(world.model.geom_bodyid, loose) & ~carried
        self._fixed_pairs = _fixed_pairs(world.model, self._robot)
        self._allowed = self._touching(world.postures.home, with_objects=False)

    def find(
        self,
        streams: Streams,
        view: int,
        *,
        start: int = 0,
        calibration: Sequence[SampledCamera] | None = None,
    ) -> SampledView:
        """Draw a view; the world is left in its posture.

        Args:
            streams: The episode's streams.
            view: Number of the view.
            start: Drawings before are passed over.
            calibration: Lenses and mounts to use instead of drawn ones.

        Returns:
            The view; postures searched for viewpoints included, and why others were refused.

        Raises:
            PlacementError: If every attempt was refused.
        """
        refused: Counter[Refusal] = Counter()
        # What waits to fall in is not there to be looked at.
        there = {part.name for part in self._world.present}
        items = [item for item in self._items if item.name in there]
        for attempt in range(start, start + self._attempts):
            drawn = sample_view(
                self._config,
                self._inventory,
                objects=items,
                streams=streams,
                view=view,
                attempt=attempt,
            )
            if calibration is not None:
                drawn = drawn.model_copy(update={'cameras': tuple(map(unplaced, calibration))})
            found = self._try(drawn)
            if isinstance(found, Refusal):
                refused[found] += 1
                if found is Refusal.NO_TARGET:
                    break
                continue
            counts = {reason.key: refused[reason] for reason in Refusal if refused[reason]}
            return found.model_copy(update={'refused': counts})
        where = f'Episode {streams.episode}, view {view}'
        raise PlacementError(f'{where}: {self._why_not(refused)}')

    @property
    def _attempts(self) -> int:
        """How often a view is drawn before it is given up."""
        random = self._config.randomization
        return max(
            [entry.max_attempts for entry in random.viewpoints] or [random.robot.max_attempts]
        )

    def obstacle(self, path: Path, steps: int) -> str | None:
        """What the robot would touch on a way; objects do not count, for it may push them.

        Looks wherever the robot has gone 2 cm, or turned itself by 3 degrees, or a joint has gone
        0.03 rad or 3 cm, since it last looked.

        Args:
            path: The way; the world is left as it is.
            steps: Its time steps.

        Returns:
            Names of two geoms that touch, or ``None``.
        """
        with self._world.aside():
            for posture in _apart(path, steps):
                touching = self._touching(posture, with_objects=False) - self._allowed
                if touching:
                    return ' and '.join(self._geom_name(geom) for geom in min(touching))
        return None

    def _try(self, drawn: SampledView) -> SampledView | Refusal:
        """Put robot and cameras where a view has them, unless it must be refused."""
        world = self._world
        world.set_cameras(drawn.cameras)
        found = drawn
        if self._viewpoints is not None:
            satisfied = self._viewpoints.satisfy(drawn)
            if isinstance(satisfied, Refusal):
                return satisfied
            found = satisfied
        self._last = self._touching(world.postures.of(found), with_objects=True) - self._allowed
        if self._last:
            return Refusal.COLLISION
        return found if self._viewpoints is None else self._viewpoints.look(found)

    def _why_not(self, refused: Counter[Refusal]) -> str:
        total = refused.total()
        touched = ''
        if self._last:
            names = ' and '.join(self._geom_name(geom) for geom in min(self._last))
            touched = f' (last: {names})'
        if self._viewpoints is None:
            return (
                f'the robot touched something in all {total} postures drawn{touched}. Narrow '
                'randomization.robot, move robot.position_m away from the furniture, or raise '
                'randomization.robot.max_attempts.'
            )
        return why_no_viewpoint(refused, touched=touched)

    def _touching(self, posture: Posture, *, with_objects: bool) -> set[tuple[int, int]]:
        """Pairs of geoms in contact of which at least one is the robot's."""
        data = self._world.collide(posture)
        contact = data.contact
        pairs = contact.geom[: data.ncon]
        pairs = pairs[(contact.dist < -_GRAZE_M) & self._robot[pairs].any(axis=1)]
        if not with_objects:
            pairs = pairs[~self._objects[pairs].any(axis=1)]
        touching = {(int(a), int(b)) for a, b in pairs}
        return touching | {pair for pair in self._near(data) if self._overlap(data, *pair)}

    def _near(self, data: mujoco.MjData) -> list[tuple[int, int]]:
        """The fixed pairs whose bounding balls meet, or one of which has none (a plane)."""
        one, other = self._fixed_pairs.T
        radius = self._world.model.geom_rbound
        apart = data.geom_xpos[one] - data.geom_xpos[other]
        reach = radius[one] + radius[other]
        near = np.einsum('nk,nk->n', apart, apart) <= reach * reach
        near |= np.minimum(radius[one], radius[other]) <= 0
        return [(int(a), int(b)) for a, b in self._fixed_pairs[near]]

    def _overlap(self, data: mujoco.MjData, one: int, other: int) -> bool:
        """Whether two geoms reach into each other, by their distance."""
        apart_m = mujoco.mj_geomDistance(self._world.model, data, one, other, 0.001, None)
        return bool(apart_m < -_GRAZE_M)

    def _geom_name(self, geom: int) -> str:
        model = self._world.model
        name = model.geom(geom).name
        body = model.body(int(model.geom_bodyid[geom])).name
        return f'{body}/{name}' if name else f'a geom of {body}'


def _apart(path: Path, steps: int) -> Iterator[Posture]:
    """Postures of a way that are some way apart, the last one included."""
    last = path(0)
    for step in range(1, steps + 1):
        here = path(step)
        gone = max(abs(here.x_m - last.x_m), abs(here.y_m - last.y_m)) / _STRIDE_M
        turned = max(
            abs(here.yaw_rad - last.yaw_rad) / _STRIDE_RAD,
            float(np.abs(here.qpos - last.qpos).max(initial=0.0)) / _STRIDE_JOINT,
        )
        if step == steps or max(gone, turned) >= 1:
            yield here
            last = here


def _fixed_pairs(model: mujoco.MjModel, robot: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Pairs of a robot geom and a fixed geom of the surroundings that MuJoCo never collides.

    The robot's base hangs on a mocap body, which counts as fixed like the furniture, and
    between fixed geoms MuJoCo looks for no contact.

    Returns:
        Shape (n, 2): the robot's geom first.
    """
    weld = model.body_weldid[model.geom_bodyid]
    fixed = (weld == 0) | (model.body_mocapid[weld] >= 0)
    types, affinities = model.geom_contype, model.geom_conaffinity
    solid = (types != 0) | (affinities != 0)
    bases = np.flatnonzero(robot & fixed & solid)
    others = np.flatnonzero(~robot & fixed & solid)
    wanted = (types[bases][:, None] & affinities[others]) != 0
    wanted |= (types[others] & affinities[bases][:, None]) != 0
    return np.stack([np.repeat(bases, wanted.sum(axis=1)), others[wanted.nonzero()[1]]], axis=1)
