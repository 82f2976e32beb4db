"""Samples of a real scene, rendered: poses, meshes, masks and depth that belong together."""

from contextlib import closing
from pathlib import Path

from small_robot import ROBOT

from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import (
    GenerateRequest,
    dataset_info,
    episode_samples,
    make_plan,
    open_stage,
)
from synth_ros.scene.build import SceneBuilder
from synth_ros.writers.formats.base import FormatSetup
from synth_ros.writers.splits import plan_of

CONFIG = """
seed: 5
robot: {model: post.xml}
cameras:
  - {name: head, width: 192, height: 144}
  - name: top
    mount: {link: world, position_m: [0.75, 0.2, 1.5], look_at_m: [0.75, 0.01, 0.74]}
    intrinsics: {fx: 230.0, fy: 240.0, cx: 90.0, cy: 66.0}
    width: 192
    height: 144
environment: {model: 'builtin://table'}
objects:
  count: 6
  scale: 1.0
  classes:
    - {name: ball, id: 2, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}
    - {name: brick, id: 5, primitives: [{shape: box, size_m: [0.14, 0.08, 0.06]}]}
    - {name: can, id: 7, primitives: [{shape: cylinder, size_m: [0.07, 0.07, 0.11]}]}
    - {name: mug, id: 9}
randomization:
  robot: {joints: {pan: [-0.3, 0.3]}}
  sensor: {depth_dropout: 0.05}
render: {backend: classic, shadow_size: 512, samples: 0}
output: {dataset: {episodes: 2, views_per_episode: 2}}
"""


def render(folder: Path, config=CONFIG, *, robot=ROBOT, splits=('train', 'test')):
    """All samples of a config, and what formats need to know of it.

    Args:
        folder: For the config.
        config: Its text.
        robot: What it calls ``post.xml``.
        splits: Of the episodes.
    """
    (folder / 'post.xml').write_text(robot)
    path = folder / 'config.yaml'
    path.write_text(config)
    loaded = load_config(path)
    builder = SceneBuilder(loaded)
    plan = make_plan(GenerateRequest(path, folder), loaded)
    stage = open_stage(loaded, builder, seed=plan.seed)
    with closing(stage.renderer):
        samples = tuple(
            sample
            for episode in range(plan.episodes)
            for sample in episode_samples(stage, stage.open(episode), plan.course)
        )
    setup = FormatSetup(
        dataset_info(loaded, builder, seed=plan.seed, renderer='classic'),
        loaded.config.output.dataset,
        plan_of(dict(enumerate(splits)), tuple(dict.fromkeys(splits))),
    )
    return samples, setup
