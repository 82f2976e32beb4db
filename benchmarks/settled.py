"""Benchmark scenes at rest: dropped once, kept on disk, opened by every contender."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scenes import SceneSpec, write_scene

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.pipeline.episode import Episode, Stage
from synth_ros.pipeline.settling import Redraw
from synth_ros.randomize.scene import SampledScene
from synth_ros.randomize.streams import Streams
from synth_ros.render.fake import RaycastRenderer
from synth_ros.scene.build import SceneBuilder
from synth_ros.sim.posture import PostureFinder
from synth_ros.sim.world import World

VIEWS = 40
"""Views that all contenders draw, over and over."""


class Settled(NamedTuple):
    """A scene at rest.

    Attributes:
        loaded: Its config.
        builder: Built it.
        sampled: What was drawn.
        world: Where everything lies.
    """

    loaded: LoadedConfig
    builder: SceneBuilder
    sampled: SampledScene
    world: World


def prepare(root: Path, spec: SceneSpec) -> Path:
    """Write a scene and let it settle, unless that was done before.

    Returns:
        Its folder.
    """
    folder = root / spec.name
    rest = folder / 'rest.npy'
    if not rest.exists():
        loaded = load_config(write_scene(folder, spec))
        stage = Stage(loaded, SceneBuilder(loaded), renderer=RaycastRenderer())
        episode = stage.open(0)
        sampled = episode.sampled.model_dump_json()
        (folder / 'sampled.json').write_text(sampled, encoding='utf-8')
        np.save(rest, episode.world.data.qpos)
    return folder


def open_settled(folder: Path) -> Settled:
    """A scene that ``prepare`` made."""
    loaded = load_config(folder / 'scene.yaml')
    builder = SceneBuilder(loaded)
    text = (folder / 'sampled.json').read_text(encoding='utf-8')
    sampled = SampledScene.model_validate_json(text)
    world = World(builder.build(sampled), loaded.config.robot)
    world.set_objects(np.load(folder / 'rest.npy'))
    return Settled(loaded, builder, sampled, world)


def as_episode(settled: Settled, stage: Stage) -> Episode:
    """The scene as an episode of a stage, whose renderer holds it from now on."""
    stage.renderer.load(settled.world.scene.model)
    redraws = [Redraw(settled.sampled.attempt, 'VALID')]
    return Episode(stage, sampled=settled.sampled, world=settled.world, redraws=redraws)


def views(settled: Settled) -> Iterator[World]:
    """The world in each of the views that an episode's frames show."""
    finder = PostureFinder(
        settled.world,
        settled.loaded.config,
        inventory=settled.builder.inventory,
        objects=settled.sampled.objects,
    )
    streams = Streams(settled.loaded.config.seed, settled.sampled.episode)
    for view in range(VIEWS):
        finder.find(streams, view)
        yield settled.world
