"""Makes the recordings that tests of audits use, and what knows their config."""

from contextlib import closing, contextmanager
from types import SimpleNamespace

from small_robot import ROBOT as SMALL

from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import GenerateRequest, generate, open_stage
from synth_ros.pipeline.oracle import ConfigOracle
from synth_ros.scene.build import SceneBuilder

# The camera looks further down, at a stick that nods in front of it.
ROBOT = SMALL.replace(
    'xyaxes="0 -1 0 .55 0 .835" fovy="55"/>',
    """xyaxes="0 -1 0 .62 0 .785" fovy="50"/>
        <body name="stick_link" pos=".5 0 -.35">
          <joint name="nod" axis="0 1 0" range="-1 1"/>
          <geom type="box" size=".12 .01 .01" rgba=".9 .8 .1 1"/>
        </body>""",
)

CONFIG = """
seed: 11
robot: {model: bot.xml}
cameras:
  - {name: head, width: 160, height: 120}
  - name: top
    mount: {link: world, position_m: [0.8, 0.0, 1.7], look_at_m: [0.8, 0.01, 0.74]}
    intrinsics: {fx: 130.0, fy: 140.0, cx: 70.0, cy: 55.0}
    width: 144
    height: 112
environment: {model: 'builtin://table'}
objects:
  count: [6, 6]
  classes:
    - {name: ball, primitives: [{shape: sphere, size_m: [0.09, 0.09, 0.09], rgb: [.2, .8, .2]}]}
    - name: brick
      primitives: [{shape: box, size_m: [0.14, 0.08, 0.06], rgb: [.8, .2, .2]}]
      keypoints: {top: [0, 0, 0.03], front: [0.07, 0, 0], back: [-0.07, 0, 0]}
    - {name: mug}
randomization:
  robot: {joints: {pan: [-0.15, 0.15], nod: [-0.3, 0.3]}}
  cameras: {position_m: 0.002, rotation_deg: 0.3}
  sensor: {rgb_noise: 2.0, depth_noise_m: 0.001, depth_dropout: 0.01}
render: {backend: classic, shadow_size: 512, samples: 0}
output:
  dataset: {episodes: 2, views_per_episode: 3, motion: sequence}
  live: {rate_hz: 10.0, view_period_s: 0.3, randomize_period_s: 0.7}
"""


def make(folder, text):
    """A config in a folder and the dataset it makes."""
    (folder / 'bot.xml').write_text(ROBOT)
    config = folder / 'config.yaml'
    config.write_text(text)
    generate(GenerateRequest(config, folder / 'dataset'), lambda progress: None)
    return SimpleNamespace(config=config, dataset=folder / 'dataset')


@contextmanager
def knowing(config):
    """What a config knows."""
    loaded = load_config(config)
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=loaded.config.seed)
    with closing(stage.renderer):
        yield ConfigOracle(loaded, builder, stage=stage)
