"""What each annotation costs, in parts of a bare classic render, with many objects in the scene.

A bare render makes colour, ids and depth and is 100 %. Labels come on top: the silhouettes of all
objects, the state of the scene, and ``annotate``. Each annotation is measured as ``annotate`` with
it alone switched on, less ``annotate`` with all of them off, round by round. The frame is the
second of three views of a sequence, so that flow and tracks have their neighbours. All figures are
processor time: what a frame keeps from a processor, however busy the machine is.

    python benchmarks/bench_annotations.py [--rounds 15] [--objects 20] [--episodes 2]
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, NamedTuple, get_args

os.environ.setdefault('MUJOCO_GL', 'egl')

from common import CONFIG, alternate, demo_stage, describe, machine, table

from synth_ros.config.distributions import whole_uniform
from synth_ros.config.labels import Annotation, LabelsConfig
from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.config.render import RenderConfig
from synth_ros.errors import PlacementError
from synth_ros.labels.annotate import annotate
from synth_ros.pipeline.capture import capture
from synth_ros.pipeline.episode import Episode, Stage
from synth_ros.render.base import Viewpoint
from synth_ros.render.classic import ClassicRenderer
from synth_ros.types import Frame

Samples = Literal[0, 2, 4, 8]
# Lighter pictures than the demo's own make the same labels a larger share.
LIGHTER: tuple[tuple[int, Samples], ...] = ((1024, 0), (0, 0))
ANNOTATIONS: tuple[Annotation, ...] = get_args(Annotation)
NONE = LabelsConfig.model_validate(dict.fromkeys(ANNOTATIONS, False))

# What is short runs several times in a round, so that a hiccup of the machine does not decide.
SHORT_S = 0.02
REPEATS = 5

Body = Callable[[], object]


class Sequence(NamedTuple):
    """Three frames of one camera, and the world at the middle one."""

    before: Frame
    frame: Frame
    after: Frame


def crowded(count: int) -> LoadedConfig:
    """The demo config with this many objects in every scene."""
    loaded = load_config(CONFIG)
    objects = loaded.config.objects.model_copy(update={'count': whole_uniform(count, count)})
    return replace(loaded, config=loaded.config.model_copy(update={'objects': objects}))


def frames(stage: Stage, episode: Episode) -> Sequence:
    """Three views of the first camera; the world is left at the middle one."""
    shown = {}
    for view in (0, 2, 1):
        episode.find_view(view)
        shown[view] = capture(episode.world, stage.renderer, episode.world.scene.cameras[0])
    return Sequence(shown[0], shown[1], shown[2])


def label_bodies(seen: Sequence) -> dict[str, Body]:
    """``annotate`` with each set of switches."""

    known = dict(seen.frame.memo)

    def with_switches(config: LabelsConfig) -> Body:
        def label() -> None:
            # As it came from the camera: what labels work out once is worked out again.
            seen.frame.memo.clear()
            seen.frame.memo.update(known)
            annotate(seen.frame, config, before=seen.before, after=seen.after)

        return label

    return {
        'none': with_switches(NONE),
        'default': with_switches(LabelsConfig()),
        'everything': with_switches(LabelsConfig(everything=True)),
        **{name: with_switches(NONE.model_copy(update={name: True})) for name in ANNOTATIONS},
    }


def render_bodies(episode: Episode, renderers: dict[str, ClassicRenderer]) -> dict[str, Body]:
    """Rendering of the first camera at each quality, and what frames carry besides."""
    world = episode.world
    part = world.scene.cameras[0]
    view = Viewpoint(part.model, world.world_from_camera(part))
    groups = [entry.geom_ids for entry in world.scene.objects]

    def picture(renderer: ClassicRenderer) -> Body:
        return lambda: renderer.render(world.data, view)

    first = next(iter(renderers.values()))
    return {
        **{name: picture(renderer) for name, renderer in renderers.items()},
        'silhouettes': lambda: first.silhouettes(world.data, view, groups),
        'state': world.state,
    }


def measure(stage: Stage, episode: Episode, rounds: int) -> dict[str, list[float]]:
    """Processor seconds of everything in turn."""
    seen = frames(stage, episode)
    camera = seen.frame.camera
    render = stage.config.render
    made = {
        f'shadow map {shadow}, {samples} samples': ClassicRenderer(
            RenderConfig(shadow_size=shadow, samples=samples), (camera.width, camera.height)
        )
        for shadow, samples in ((render.shadow_size, render.samples), *LIGHTER)
    }
    for renderer in made.values():
        renderer.load(episode.world.model)
    bodies = {**render_bodies(episode, made), **label_bodies(seen)}
    repeats = {name: REPEATS if seconds(body) < SHORT_S else 1 for name, body in bodies.items()}
    times = alternate(
        {name: repeated(body, repeats[name]) for name, body in bodies.items()},
        rounds,
        clock=time.process_time,
    )
    for renderer in made.values():
        renderer.close()
    return {name: [t / repeats[name] for t in series] for name, series in times.items()}


def seconds(body: Body) -> float:
    """Processor seconds of the second run."""
    body()
    start = time.process_time()
    body()
    return time.process_time() - start


def repeated(body: Body, times: int) -> Body:
    """A body that runs several times."""

    def run() -> None:
        for _ in range(times):
            body()

    return run


def rows(times: dict[str, list[float]]) -> list[tuple[str, str]]:
    """Medians, and medians of the shares round by round."""
    pictures = [name for name in times if name.startswith('shadow map')]
    bare = times[pictures[0]]
    fixed = [a + b for a, b in zip(times['silhouettes'], times['state'], strict=True)]

    def row(name: str, series: list[float], base: list[float]) -> tuple[str, str]:
        shares = [100 * a / b for a, b in zip(series, base, strict=True)]
        return name, (
            f'{1e3 * statistics.median(series):8.2f} ms  {statistics.median(shares):7.2f} %'
            f'  ({min(shares):.2f} to {max(shares):.2f})'
        )

    def labelled(kind: str) -> list[float]:
        return [a + b for a, b in zip(fixed, times[kind], strict=True)]

    out = [row(f'bare render, {pictures[0]}', bare, bare)]
    out += [row(name, times[name], bare) for name in ('silhouettes', 'state')]
    out += [row(f'annotate, {name}', times[name], bare) for name in ('none', 'default')]
    out.append(row('annotate, everything', times['everything'], bare))
    for name in ANNOTATIONS:
        alone = [a - b for a, b in zip(times[name], times['none'], strict=True)]
        out.append(row(f'  {name} alone', alone, bare))
    for picture in pictures:
        for kind in ('default', 'everything'):
            out.append(row(f'all labels, {kind} / {picture}', labelled(kind), times[picture]))
    return out


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('--objects', type=int, default=20)
    parser.add_argument('--episodes', type=int, default=2)
    options = parser.parse_args()
    stage = demo_stage(crowded(options.objects))
    print(f'{machine()}; {stage.renderer.device}')
    done = number = 0
    while done < options.episodes:
        number += 1
        try:
            episode = stage.open(number)
        except PlacementError:
            # Not every drawing of so many objects comes to rest; the next one may.
            continue
        times = measure(stage, episode, options.rounds)
        camera = episode.world.scene.cameras[0].model
        print(f'\nEpisode {number}: {describe(episode)}, {camera.width}x{camera.height}')
        table(rows(times))
        done += 1
    stage.renderer.close()


if __name__ == '__main__':
    main()
