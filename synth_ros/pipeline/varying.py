"""What varies from view to view, given to the scene and to the renderer that has loaded it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from synth_ros.errors import PlacementError
from synth_ros.randomize.draw import Draws, episode_draws
from synth_ros.randomize.scene import SampledScene, SampledValue
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.vary import OF_VIEW, draw_values, draws_per_view, scene_items
from synth_ros.render.base import Renderer
from synth_ros.scene.build import SceneBuilder
from synth_ros.sim.world import World


class Varying:
    """The named targets of an episode that are drawn for each view.

    Args:
        sampled: The scene; it has its own values already.
        world: The same, running.
        renderer: Has loaded the scene whenever a view is shown.
        builder: Built it.
        streams: Of the episode.
    """

    def __init__(
        self,
        sampled: SampledScene,
        *,
        world: World,
        renderer: Renderer,
        builder: SceneBuilder,
        streams: Streams,
    ) -> None:
        self._of_episode = sampled.values
        self._world = world
        self._renderer = renderer
        self._vary = builder.config.randomization.vary
        self._active = draws_per_view(self._vary)
        self._items = scene_items(sampled, builder.inventory) if self._active else {}
        self._draws: Draws = episode_draws(builder.config, streams)
        self._shown: tuple[SampledValue, ...] = ()

    @contextmanager
    def view(self, number: int) -> Iterator[tuple[SampledValue, ...]]:
        """Show a view's values, a pure function of its number, in place of those of another.

        When the block ends without a posture, the scene is as it was before.

        Args:
            number: Of the view.

        Yields:
            The values.
        """
        if not self._active:
            yield ()
            return
        before = self._shown
        self._show(self._draw(number))
        try:
            yield self._shown
        except PlacementError:
            self._show(before)
            raise

    def _draw(self, number: int) -> tuple[SampledValue, ...]:
        draws = self._draws.below(f'view/{number}/')
        return draw_values(self._vary, self._items, draws=draws, which=OF_VIEW)

    def _show(self, values: Sequence[SampledValue]) -> None:
        self._shown = tuple(values)
        if self._world.apply((*self._of_episode, *self._shown)):
            self._renderer.refresh(self._world.scene.model)
