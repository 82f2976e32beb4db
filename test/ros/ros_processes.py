"""Our nodes as processes, on a small and quick scene."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import synth_ros

PACKAGE = Path(synth_ros.__file__).parents[1]
ENV = {**os.environ, 'PYTHONPATH': str(PACKAGE)}

ROBOT = """
<mujoco model="arm">
  <compiler angle="radian"/>
  <worldbody>
    <body name="base_link">
      <geom type="cylinder" size=".15 .3" pos="0 0 .3"/>
      <body name="head_link" pos="0 0 1.2">
        <joint name="head_pan_joint" axis="0 0 1" range="-1 1"/>
        <geom type="box" size=".05 .1 .05"/>
        <camera name="head" pos=".08 0 0" xyaxes="0 -1 0 .5 0 .87" fovy="50"/>
      </body>
    </body>
  </worldbody>
</mujoco>
"""

CONFIG = """
seed: 5
robot: {model: small.xml}
cameras:
  - {name: head, model_camera: head, width: 160, height: 120}
  - name: chest
    mount: {link: base_link, position_m: [0.1, 0, 1.1], rpy_deg: [0, 30, 0]}
    intrinsics: {fovy_deg: 58}
    width: 120
    height: 90
environment: {model: 'builtin://table'}
objects:
  count: [3, 4]
  classes:
    - {name: block, primitives: [{shape: box, size_m: [.12, .1, .08], rgb: [.8, .2, .2]}]}
    - {name: ball, primitives: [{shape: sphere, size_m: [.1, .1, .1], rgb: [.2, .8, .2]}]}
randomization:
  robot: {joints: {head_pan_joint: [-0.2, 0.2]}}
  sensor: {depth_dropout: 0.02, depth_noise_m: 0.001, rgb_noise: 2.0}
render: {backend: classic}
output: {live: {rate_hz: 20, real_time_factor: 0, view_period_s: 0.15, randomize_period_s: 0.3}}
"""
CAMERAS = ('head', 'chest')
# Six frames of each camera make an episode.
FRAMES_PER_EPISODE = 6


def write_config(folder, text=CONFIG):
    """The config file in a folder, beside its robot."""
    (folder / 'small.xml').write_text(ROBOT)
    path = folder / 'config.yaml'
    path.write_text(text)
    return path


class NodeProcess:
    """One of our nodes, or a script around one, from start to end; a context manager."""

    def __init__(self, name, folder, *, arguments=(), wrap=(), script=None, **params):
        self.log_path = Path(folder) / f'{name}_{time.monotonic_ns()}.log'
        program = ['-m', f'synth_ros.ros.{name}'] if script is None else [str(script)]
        command = [*map(str, wrap), sys.executable, *program, '--ros-args']
        for key, value in params.items():
            shown = str(value).lower() if isinstance(value, bool) else value
            command += ['-p', f'{key}:={shown}']
        with self.log_path.open('wb') as log:
            self.process = subprocess.Popen(
                [*command, *arguments], stdout=log, stderr=subprocess.STDOUT, env=ENV
            )

    @property
    def text(self):
        return self.log_path.read_text()

    def wait(self, *, timeout_s=60):
        """The exit code."""
        return self.process.wait(timeout_s)

    def end(self, number=signal.SIGTERM, *, timeout_s=20):
        """The exit code after a signal."""
        self.process.send_signal(number)
        return self.process.wait(timeout_s)

    def wait_for_text(self, words, *, timeout_s=40):
        deadline = time.monotonic() + timeout_s
        while words not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, f'never said {words!r}: {self.text}'
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def sim(folder, config, **params):
    """The simulation node."""
    return NodeProcess('sim_node', folder, config=config, **params)


def recorder(folder, config, **params):
    """The recorder node."""
    return NodeProcess('recorder_node', folder, config=config, **params)
