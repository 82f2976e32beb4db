"""Robot postures that touch nothing they should not."""

from __future__ import annotations

import numpy as np

from synth_ros.config.root import Config
from synth_ros.errors import PlacementError
from synth_ros.randomize.sample import sample_view
from synth_ros.randomize.scene import SampledView
from synth_ros.randomize.streams import Streams
from synth_ros.sim.world import Posture, World


class PostureFinder:
    """Draws views of a settled scene until the robot touches neither things nor itself.

    Contacts that the configured posture has before anything is dropped (wheels on the floor,
    neighbouring links) are the robot's own and always allowed.

    Args:
        world: The settled scene; its robot is posed while searching.
        config: Ranges and the number of attempts.
    """

    def __init__(self, world: World, config: Config) -> None:
        self._world = world
        self._config = config
        self._robot = np.zeros(world.model.ngeom, dtype=bool)
        self._robot[list(world.scene.robot.geom_ids)] = True
        self._objects = world.scene.geom_instance_id > 0
        self._allowed = self._touching(world.home, with_objects=False)

    def find(self, streams: Streams, view: int) -> SampledView:
        """Draw a view; the world is left in its posture.

        Args:
            streams: The episode's streams.
            view: Number of the view.

        Raises:
            PlacementError: If every attempt touched something.
        """
        attempts = self._config.randomization.robot.max_attempts
        for attempt in range(attempts):
            drawn = sample_view(self._config, streams=streams, view=view, attempt=attempt)
            touching = self._touching(self._world.posture(drawn), with_objects=True)
            if touching <= self._allowed:
                return drawn
        pair = min(touching - self._allowed)
        names = ' and '.join(self._geom_name(geom) for geom in pair)
        raise PlacementError(
            f'Episode {streams.episode}, view {view}: the robot touched something in all '
            f'{attempts} postures drawn (last: {names}). Narrow randomization.robot, move '
            'robot.position_m away from the furniture, or raise '
            'randomization.robot.max_attempts.'
        )

    def _touching(self, posture: Posture, *, with_objects: bool) -> set[tuple[int, int]]:
        """Pairs of geoms in contact of which at least one is the robot's."""
        world = self._world
        world.set_posture(posture)
        contact = world.data.contact
        pairs = contact.geom[: world.data.ncon]
        pairs = pairs[(contact.dist < 0) & self._robot[pairs].any(axis=1)]
        if not with_objects:
            pairs = pairs[~self._objects[pairs].any(axis=1)]
        return {(int(a), int(b)) for a, b in pairs}

    def _geom_name(self, geom: int) -> str:
        model = self._world.model
        name = model.geom(geom).name
        body = model.body(int(model.geom_bodyid[geom])).name
        return f'{body}/{name}' if name else f'a geom of {body}'
