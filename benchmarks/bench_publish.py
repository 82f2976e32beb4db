"""Frames that leave the process: published to another one, and recorded to MCAP.

Needs ROS 2. The simulation node runs as fast as it can; a receiver in another process takes every
topic raw and counts, or the recorder node writes a bag with zstd. Before each run the baseline,
``mujoco.Renderer`` in memory, has its turn. A run that lost a message has no figures.

    python benchmarks/bench_publish.py [--frames 200] [--rounds 3] [--backends classic onepass]
    python benchmarks/bench_publish.py --convert       what converting and publishing takes
    python benchmarks/bench_publish.py --profile       where the processor time goes
    python benchmarks/bench_publish.py --rest          what is gained while few or none subscribe
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from synth_ros.ros.runtime import prepare_environment

os.environ.setdefault('ROS_DOMAIN_ID', '77')
os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
prepare_environment()

import results
import yaml
from bench_speed import MAIN, TUNED, naive
from contenders import Running
from mcap.reader import make_reader
from ours import quality, render_section
from publish_cost import print_cost
from publish_profile import print_profile
from rest_cost import Setting, measure_rest
from results import Row
from scenes import SceneSpec, write_scene
from settled import prepare

from synth_ros.config.render import Backend

HERE = Path(__file__).resolve().parent
RATE_HZ = 30.0
_BASE_FRAMES = 12
# The first frames go out while the other side still finds its feet.
_SKIPPED = 10
_WAIT_S = 120

Arrivals = tuple[list[int], str]
"""When each frame arrived, nanoseconds, and what went wrong."""


def publish(config: Path, frames: int) -> Arrivals:
    """Simulate, and receive in another process."""
    receiver = subprocess.Popen(
        [sys.executable, str(HERE / 'receive.py'), str(config), str(frames)],
        stdout=subprocess.PIPE,
        text=True,
    )
    _simulate(config, frames)
    answer = json.loads(receiver.communicate(timeout=_WAIT_S)[0])
    short = [topic for topic, count in answer['received'].items() if count != frames]
    fault = ''
    if answer['lost'] or short or answer['whole_instants'] != frames:
        fault = f'{answer["lost"]} lost, {answer["whole_instants"]} of {frames} whole, {short}'
    return answer['color_ns'], fault


def record(config: Path, frames: int) -> Arrivals:
    """Simulate, and record in another process to MCAP with zstd."""
    with tempfile.TemporaryDirectory() as folder:
        bag = Path(folder) / 'bag'
        command = [sys.executable, '-m', 'synth_ros.ros.recorder_node', '--ros-args']
        command += ['-p', f'config:={config}', '-p', f'bag:={bag}', '-p', 'compression:=zstd']
        command += ['-p', 'stop_with_publishers:=true', '--log-level', 'warn']
        recorder = subprocess.Popen(command)
        _simulate(config, frames)
        code = recorder.wait(_WAIT_S)
        meta = yaml.safe_load((bag / 'metadata.yaml').read_text(encoding='utf-8'))
        proof = json.loads(meta['rosbag2_bagfile_information']['custom_data']['synth_ros_loss'])
        lost = sum(report['lost'] + report['before'] for report in proof.values())
        with (bag / 'bag_0.mcap').open('rb') as file:
            topics = ['/eye/color/image_raw']
            arrived = [m.log_time for _, _, m in make_reader(file).iter_messages(topics)]
    fault = ''
    if code or lost or len(arrived) != frames:
        fault = f'exit code {code}, {lost} lost, {len(arrived)} of {frames} images'
    return arrived, fault


def _simulate(config: Path, frames: int) -> None:
    command = [sys.executable, '-m', 'synth_ros.ros.sim_node', '--ros-args']
    command += ['-p', f'config:={config}', '-p', f'frame_limit:={frames}']
    command += ['-p', 'real_time_factor:=0.0', '-p', 'wait_for_subscribers_s:=60.0']
    command += ['-p', 'linger_s:=2.0', '--log-level', 'warn']
    subprocess.run(command, check=True)


WAYS: dict[str, Callable[[Path, int], Arrivals]] = {'published': publish, 'MCAP, zstd': record}


def live_scene(
    root: Path, spec: SceneSpec, backend: str, *, look: tuple[int, int] | None = None
) -> Path:
    """Write the scene as a live config of a renderer, tuned unless a look is given."""
    shadow, samples = look or TUNED[backend]
    changes = {
        'render': render_section(backend, shadow, samples),
        'output': {'live': {'rate_hz': RATE_HZ}},
    }
    return write_scene(root / f'live_{backend}_{shadow}_{samples}', spec, changes=changes)


def measure(spec: SceneSpec, options: argparse.Namespace, root: Path) -> list[Row]:
    """All ways with all renderers."""
    rows = []
    with Running(naive(prepare(root, spec))) as base:
        base.ready()
        base.turn(2)
        for backend in options.backends:
            shadow, samples = TUNED[backend]
            config = live_scene(root, spec, backend)
            for way, run in WAYS.items():
                seconds, baseline, fault = [], [], ''
                for _ in range(options.rounds):
                    before = base.turn(_BASE_FRAMES)
                    arrived, fault = run(config, options.frames)
                    if fault:
                        break
                    skipped = min(_SKIPPED, options.frames // 2)
                    span = (arrived[-1] - arrived[skipped]) / (len(arrived) - 1 - skipped)
                    baseline.append(before)
                    seconds.append(span / 1e9)
                rows.append(
                    Row(
                        section='transport',
                        scene=str(spec),
                        name=f'{way}: {backend} {shadow}/{samples}',
                        quality=quality(backend, shadow, samples),
                        processes=2,
                        seconds=() if fault else tuple(seconds),
                        baseline=() if fault else tuple(baseline),
                        error=fault,
                        notes={'frames a run': options.frames, 'lost': fault or 0},
                    )
                )
                results.show(rows[-1:])
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    known = [name for name in TUNED if name in get_args(Backend)]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--frames', type=int, default=200)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--backends', nargs='+', choices=sorted(TUNED), default=known)
    parser.add_argument('--convert', action='store_true', help='time conversion, stream by stream')
    parser.add_argument('--profile', action='store_true', help='processor time, step by step')
    parser.add_argument('--rest', action='store_true', help='few subscribers, and none')
    parser.add_argument('--quick', action='store_true', help='smallest of everything')
    parser.add_argument('--json', type=Path, default=results.FOLDER / 'transport.json')
    options = parser.parse_args(arguments)
    spec = MAIN
    if options.quick:
        spec, options.frames, options.rounds = SceneSpec(3, 'primitives', (64, 48)), 8, 1
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        if options.convert:
            print_cost(spec, Path(folder), frames=min(options.frames, 60))
            return
        if options.profile:
            for backend in options.backends:
                print(f'{backend}:')
                print_profile(live_scene(Path(folder), spec, backend), max(options.frames, 60))
            return
        if options.rest:
            for backend in options.backends:
                setting = Setting(str(spec), backend, quality(backend, *TUNED[backend]))
                config = live_scene(Path(folder), spec, backend)
                size = {'frames': min(options.frames, 60), 'rounds': options.rounds}
                rows = measure_rest(config, setting, **size)
                results.show(rows)
                results.save(options.json, rows)
            return
        results.save(options.json, measure(spec, options, Path(folder)))
    print(f'{time.monotonic() - start:.0f} s')


if __name__ == '__main__':
    main()
