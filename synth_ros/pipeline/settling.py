"""Drops the objects of an episode until a drawing comes to a valid rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from synth_ros.errors import PlacementError
from synth_ros.pipeline.constraints import CONSTRAINT, unmet_by_scene
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.scene import SampledScene
from synth_ros.randomize.streams import Streams
from synth_ros.scene.build import SceneBuilder
from synth_ros.sim.settle import Settled, Verdict, settle
from synth_ros.sim.world import World

# Drawings settled together: the first alone, since most scenes settle at once, then several
# at the same time. Part of the definition of an episode, so not a setting.
_WAVES = (1, 3)


class Redraw(NamedTuple):
    """One drawing of an episode and its verdict.

    Attributes:
        attempt: Number of the drawing, from 0.
        verdict: Name of the verdict, ``VALID`` for the one in use.
    """

    attempt: int
    verdict: str


def settled(
    world: World, streams: Streams, builder: SceneBuilder, *, abandoned: Callable[[], bool]
) -> tuple[SampledScene, Settled, list[Redraw]]:
    """The first drawing of an episode that comes to a valid rest and meets the constraints.

    Args:
        world: The scene.
        streams: Of the episode.
        builder: Made the scene.
        abandoned: Asked now and then whether nobody waits any more.

    Returns:
        The drawing, how it rests, and all drawings with their verdicts.

    Raises:
        PlacementError: None does within the allowed number of attempts.
    """
    redraws: list[Redraw] = []
    config = builder.config
    for wave in _waves(config.physics.settle.max_attempts):
        drawings = [
            sample_scene(config, builder.inventory, streams=streams, attempt=k) for k in wave
        ]
        results = settle(
            world,
            [drawing.dropped for drawing in drawings],
            config=config.physics.settle,
            places=builder.inventory.places,
            abandoned=abandoned,
        )
        for drawing, result in zip(drawings, results, strict=True):
            verdict = result.verdict.name
            if result.verdict is Verdict.VALID:
                failed = unmet_by_scene(world, result.qpos, config.constraints.scene)
                if not failed:
                    redraws.append(Redraw(drawing.attempt, verdict))
                    return drawing, result, redraws
                verdict = CONSTRAINT + failed[0]
            redraws.append(Redraw(drawing.attempt, verdict))
    raise PlacementError(_why_unsettled(streams.episode, redraws))


def _waves(attempts: int) -> Iterator[range]:
    """Attempt numbers in the groups that are settled together."""
    start, size = 0, _WAVES[0]
    while start < attempts:
        stop = min(start + size, attempts)
        yield range(start, stop)
        start, size = stop, _WAVES[1]


def _why_unsettled(episode: int, redraws: Sequence[Redraw]) -> str:
    counted = Counter(redraw.verdict for redraw in redraws)
    words = {verdict.name: verdict.value for verdict in Verdict}
    reasons = ', '.join(
        f'{words.get(name, name)} ({count} times)' for name, count in counted.most_common()
    )
    return (
        f'Episode {episode}: none of {len(redraws)} drawings of the scene came to a valid '
        f'rest: {reasons}. Ask for fewer objects (objects.count), a larger surface '
        '(objects.placement), more time (physics.settle.max_time_s) or more attempts '
        '(physics.settle.max_attempts).'
    )
