"""Arranges the shapes without physics: once for a scene, and anew for every view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from synth_ros.config.distractors import DistractorsConfig
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.scene import (
    Filling,
    Occlusion,
    SampledScene,
    SampledShape,
    SampledView,
    ViewClutter,
)
from synth_ros.scene.compiled import ShapePart
from synth_ros.sim.background import BackgroundPlacer
from synth_ros.sim.hanging import Tester
from synth_ros.sim.occluders import OccluderPlacer, Placed
from synth_ros.sim.places import Place
from synth_ros.sim.rays import model_for_rays
from synth_ros.sim.sightlines import Lens
from synth_ros.sim.world import World


class ClutterKeeper:
    """Knows where the shapes of a settled scene belong.

    Args:
        world: The scene, settled, with the robot at home; its shapes are moved.
        config: What there is.
        sampled: The scene's draws.

    Attributes:
        refused: Flying shapes for which no drawn place is free.
    """

    def __init__(self, world: World, config: DistractorsConfig, sampled: SampledScene) -> None:
        self._world = world
        self._config = config
        self._all = world.scene.shapes
        self.refused: tuple[str, ...] = ()
        self._home: Mapping[ShapePart, Place] = {}
        if not self._all:
            return
        self._tester = Tester(world)
        model = model_for_rays(world.model)
        self._occluders = OccluderPlacer(
            [shape for shape in self._all if shape.role == 'occluder'],
            config.occluders,
            tester=self._tester,
            model=model,
        )
        self._background = BackgroundPlacer(
            [shape for shape in self._all if shape.role == 'background'],
            config.background,
            tester=self._tester,
            model=model,
            scene=world.scene,
        )
        self._hang({shape.name: shape for shape in sampled.shapes})

    def arrange(self, draws: Draws, drawn: SampledView) -> SampledView:
        """Put everything into place for a view; the robot is in its posture already.

        Args:
            draws: The episode's draws.
            drawn: The view.

        Returns:
            The view with what was done.
        """
        if not self._all:
            return drawn
        # A view that is drawn again gets other clutter, too.
        own = draws.below(f'view/{drawn.view}/clutter/{drawn.attempt}/')
        self.clear()
        removed = self.make_way()
        self._tester.update()
        lenses, parts = self._lenses(), self._world.present
        occlusions: tuple[Occlusion, ...] = ()
        fillings: tuple[Filling, ...] = ()
        placed: list[Placed] = []
        if self._config.occluders.count:
            placed, occlusions = self._occluders.place(lenses, parts, draws=own)
        if self._config.background.count:
            more, fillings = self._background.place(lenses, parts, draws=own)
            placed = [*placed, *more]
        for shape, place in placed:
            self._world.put_shape(shape, place)
        clutter = ViewClutter(occlusions=occlusions, backgrounds=fillings, removed=removed)
        return drawn.model_copy(update={'clutter': clutter})

    def clear(self) -> None:
        """Take out what was arranged for a view; what flies goes back to its place.

        Before a posture is searched: what a view finds must not rest on the one before.
        """
        for shape in self._all:
            self._world.put_shape(shape, self._home.get(shape))

    def make_way(self) -> tuple[str, ...]:
        """Park what the robot reaches into or a lens has come near to; the names of these."""
        used = [shape for shape in self._all if self._world.is_used(shape)]
        if not used:
            return ()
        self._tester.update()
        lenses = self._lenses()
        away = [shape for shape in used if self._is_in_the_way(shape, lenses)]
        for shape in away:
            self._world.put_shape(shape, None)
        return tuple(shape.name for shape in away)

    def _is_in_the_way(self, shape: ShapePart, lenses: Sequence[Lens]) -> bool:
        near_m = {
            'flying': self._config.flying.near_m,
            'occluder': self._config.occluders.near_m,
            'background': self._config.background.near_m,
        }[shape.role]
        too_near = self._tester.nearest_lens_m(shape, lenses) < near_m
        return too_near or self._tester.touches_robot(shape)

    def _hang(self, drawn: Mapping[str, SampledShape]) -> None:
        """Give each flying shape the first of its places that is free."""
        lenses = self._lenses()
        home: dict[ShapePart, Place] = {}
        refused = []
        for shape in self._all:
            if shape.role != 'flying':
                continue
            entry = drawn[shape.name]
            for position_m in entry.places_m:
                place = Place(position_m, entry.quat_wxyz)
                self._tester.put(shape, place)
                near = self._tester.nearest_lens_m(shape, lenses) < self._config.flying.near_m
                if not near and not self._tester.touches(shape):
                    home[shape] = place
                    break
            else:
                refused.append(shape.name)
        self._home, self.refused = home, tuple(refused)

    def _lenses(self) -> list[Lens]:
        world = self._world
        return [
            Lens(world.camera_model(part), np.array(world.world_from_camera(part)))
            for part in world.scene.cameras
        ]
