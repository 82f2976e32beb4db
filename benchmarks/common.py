"""What the benchmarks share: the demo scene, alternating timing, ratios."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.pipeline.episode import Episode, Stage
from synth_ros.render.classic import ClassicRenderer
from synth_ros.scene.build import SceneBuilder

CONFIG = Path(__file__).resolve().parent.parent / 'config' / 'tabletop.yaml'


def demo_stage(loaded: LoadedConfig | None = None) -> Stage:
    """A stage for the demo config with the classic renderer."""
    loaded = loaded or load_config(CONFIG)
    cameras = loaded.config.cameras
    size = (max(c.width for c in cameras), max(c.height for c in cameras))
    renderer = ClassicRenderer(loaded.config.render, size)
    return Stage(loaded, SceneBuilder(loaded), renderer=renderer)


def alternate(
    bodies: dict[str, Callable[[], object]],
    rounds: int,
    *,
    warm_up: int = 2,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Seconds of each body, run in turn so that a drifting machine hits all alike.

    Args:
        bodies: What is measured.
        rounds: How often each is.
        warm_up: Rounds before that.
        clock: Of the wall, or ``time.process_time`` for the work of all processors.
    """
    times: dict[str, list[float]] = {name: [] for name in bodies}
    for number in range(warm_up + rounds):
        for name, body in bodies.items():
            start = clock()
            body()
            if number >= warm_up:
                times[name].append(clock() - start)
    return times


def ratio(times: dict[str, list[float]], one: str, other: str) -> tuple[float, float, float]:
    """Minimum, median and maximum of ``one / other`` round by round."""
    pairs = [a / b for a, b in zip(times[one], times[other], strict=True)]
    return min(pairs), statistics.median(pairs), max(pairs)


def table(rows: Sequence[tuple[str, str]]) -> None:
    """Print rows of a name and a value."""
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f'{name:<{width}}  {value}')


def describe(episode: Episode) -> str:
    """What is in a scene, in words."""
    model = episode.world.model
    lamps = episode.sampled.lamps
    shadows = sum(lamp.cast_shadow for lamp in lamps)
    return (
        f'{len(episode.world.scene.objects)} objects, {model.ngeom} geoms, {len(lamps)} lamps '
        f'({shadows} with shadows)'
    )


def machine() -> str:
    """Processors and software-rasteriser threads."""
    return f'{os.cpu_count()} processors, LP_NUM_THREADS={os.environ.get("LP_NUM_THREADS", "-")}'
