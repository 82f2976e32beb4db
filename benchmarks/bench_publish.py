"""What it takes to turn an instant into messages and send them, with a recorder attached.

Needs ROS 2. Times ``LiveSession.advance`` (simulate, render, label) against converting and
publishing all streams of all cameras, while a recorder node in another process writes a bag.

    python benchmarks/bench_publish.py [--frames 30] [--everything]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from synth_ros.ros.runtime import prepare_environment

os.environ.setdefault('ROS_DOMAIN_ID', '77')
os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
prepare_environment()

import rclpy
import yaml
from common import CONFIG, demo_stage, machine, table

from synth_ros.config.load import load_config
from synth_ros.pipeline.live import LiveSession
from synth_ros.ros.messages import StreamOptions
from synth_ros.ros.publishers import SimPublishers


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--frames', type=int, default=30)
    parser.add_argument('--everything', action='store_true', help='every annotation is on')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.frames, everything=options.everything)


def measure(folder: Path, frames: int, *, everything: bool) -> None:
    """Play some frames to a recorder and print what they took."""
    config = folder / 'config.yaml'
    text = CONFIG.read_text(encoding='utf-8')
    if everything:
        text = text.replace('\nlabels:\n', '\nlabels:\n  everything: true\n')
    config.write_text(text, encoding='utf-8')
    stage = demo_stage(load_config(config))
    session = LiveSession(stage)
    rclpy.init()
    node = rclpy.create_node('bench_publish')
    streams = SimPublishers(
        node,
        [camera.name for camera in stage.config.cameras],
        links=stage.builder.robot_links,
        categories=stage.builder.categories,
        options=StreamOptions(
            '16UC1', 'id', stage.config.labels, mounts_move=True, session='bench'
        ),
    )
    made, sent = [], []
    command = [sys.executable, '-m', 'synth_ros.ros.recorder_node', '--ros-args']
    command += ['-p', f'config:={config}', '-p', f'bag:={folder / "bag"}']
    command += ['-p', 'stop_with_publishers:=true', '--log-level', 'warn']
    recorder = subprocess.Popen(command)
    while streams.unmatched():
        time.sleep(0.1)
    for _ in range(frames):
        start = time.perf_counter()
        frame = session.advance()
        rendered = time.perf_counter()
        streams.publish(frame, session.world.scene)
        made.append(rendered - start)
        sent.append(time.perf_counter() - rendered)
    time.sleep(1)  # the last frame is under way
    node.destroy_node()
    code = recorder.wait(60)
    rclpy.try_shutdown()
    stage.renderer.close()
    bag = yaml.safe_load((folder / 'bag' / 'metadata.yaml').read_text(encoding='utf-8'))
    proof = json.loads(bag['rosbag2_bagfile_information']['custom_data']['synth_ros_loss'])
    lost = sum(report['lost'] for report in proof.values())
    size = sum(path.stat().st_size for path in (folder / 'bag').iterdir())
    print(f'{machine()}; {len(session.world.scene.cameras)} cameras')
    share = statistics.median(b / (a + b) for a, b in zip(made, sent, strict=True))
    table(
        [
            ('simulate, render, label', f'{1000 * statistics.median(made):7.1f} ms an instant'),
            ('convert and publish', f'{1000 * statistics.median(sent):7.1f} ms'),
            ('share of the whole', f'{100 * share:7.1f} %'),
            ('bag', f'{size / 1e6 / frames:7.1f} MB an instant'),
            ('lost', f'{lost:5d}   messages (recorder exit code {code})'),
        ]
    )


if __name__ == '__main__':
    main()
