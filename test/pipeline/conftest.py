"""A quick config on disk: a one-joint robot, simple solids, small images."""

import sys
from pathlib import Path

import pytest
from small_robot import ROBOT

from synth_ros.config.load import load_config
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.generate import open_stage
from synth_ros.scene.build import SceneBuilder

# Makes the helpers importable; samples made by hand are those of the writers' tests.
sys.path.insert(0, str(Path(__file__).parents[1] / 'writers'))
sys.path.insert(0, str(Path(__file__).parent))

CONFIG = """
seed: 11
robot: {model: bot.xml}
cameras:
  - {name: head, width: 96, height: 72}
  - name: top
    mount: {link: world, position_m: [0.8, 0.0, 2.0], look_at_m: [0.8, 0.01, 0.74]}
    intrinsics: {fx: 90.0, fy: 95.0, cx: 40.0, cy: 30.0}
    width: 80
    height: 64
environment: {model: 'builtin://table'}
objects:
  count: [3, 5]
  classes:
    - {name: ball, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}
    - {name: brick, primitives: [{shape: box, size_m: [0.14, 0.08, 0.06]}]}
randomization:
  robot: {joints: {pan: [-0.3, 0.3]}}
  cameras: {position_m: 0.002, rotation_deg: 0.3}
  sensor: {rgb_noise: 2.0, depth_noise_m: 0.001, depth_dropout: 0.01}
render: {backend: classic, shadow_size: 512, samples: 0}
output:
  dataset: {episodes: 3, views_per_episode: 2}
  live: {rate_hz: 10.0, view_period_s: 0.3, randomize_period_s: 0.7}
"""


@pytest.fixture(scope='session')
def config_texts() -> tuple[str, str]:
    """``CONFIG`` and ``ROBOT``, for fixtures that live longer than a test."""
    return CONFIG, ROBOT


@pytest.fixture
def write_config(tmp_path: Path):
    """Writes ``CONFIG`` with texts replaced; returns the path."""

    def write(**replace: str) -> Path:
        (tmp_path / 'bot.xml').write_text(ROBOT)
        text = CONFIG
        for old, new in replace.items():
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / 'config.yaml'
        path.write_text(text)
        return path

    return write


@pytest.fixture
def open_config(write_config):
    """Opens a stage for ``CONFIG`` with texts replaced."""
    stages = []

    def build(**replace: str) -> Stage:
        loaded = load_config(write_config(**replace))
        stage = open_stage(loaded, SceneBuilder(loaded), seed=loaded.config.seed)
        stages.append(stage)
        return stage

    yield build
    for stage in stages:
        stage.renderer.close()


@pytest.fixture
def contents():
    """Reads all files below a folder, by relative path."""

    def read(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob('*'))
            if path.is_file()
        }

    return read
