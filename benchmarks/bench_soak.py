"""A live simulation for ten minutes: is every message received, and does memory stay flat?

Needs ROS 2. The simulation node runs as fast as it can, physics, new scenes and all topics of the
camera included; another process receives all of them. First it is seen how fast that goes, then it
runs for the time asked for. All of it must arrive: as many messages as frames on every topic, no
gap in the middleware's numbers, every instant whole and in the order of its stamps. Memory of both
processes is read from outside twice a second; its slope is by least squares, without the first
tenth. The ratio is the rate of the last tenth over that of the second: whether it gets slower.

    python benchmarks/bench_soak.py [--minutes 10] [--sizes 640x480 1280x720]
        [--backends onepass] [--quick]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, get_args

from synth_ros.ros.runtime import prepare_environment

os.environ.setdefault('ROS_DOMAIN_ID', '78')
os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
prepare_environment()

import results
from bench_memory import WARM_UP, Reading, resident_mb, slope
from bench_publish import live_scene
from bench_speed import TUNED, size_of
from ours import quality
from results import Row
from scenes import SceneSpec

from synth_ros.config.render import Backend

RECEIVER = Path(__file__).resolve().parent / 'receive.py'
_LOOK_S = 0.5
_TRIAL_FRAMES = 150
_WAIT_S = 120


class Soak(NamedTuple):
    """What one run showed.

    Attributes:
        arrived_ns: When each colour image arrived.
        simulator: Memory of the simulation node, by frames.
        receiver: Memory of the other end, by frames.
        fault: What is missing, in words; empty if nothing is.
        load: Programs that wanted a processor, over the last minute of it.
    """

    arrived_ns: list[int]
    simulator: list[Reading]
    receiver: list[Reading]
    fault: str
    load: float


def soak(config: Path, frames: int) -> Soak:
    """Simulate so many frames, receive them in another process, and watch both.

    Raises:
        SystemExit: One of them failed.
    """
    simulator: list[Reading] = []
    receiver: list[Reading] = []
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / 'said.txt'
        other = subprocess.Popen(
            [sys.executable, str(RECEIVER), str(config), str(frames)],
            stdout=subprocess.PIPE,
            text=True,
        )
        with said.open('wb') as out:
            node = subprocess.Popen(_simulation(config, frames), stdout=out)
            while node.poll() is None:
                time.sleep(_LOOK_S)
                done = _frames(said)
                for process, readings in ((node, simulator), (other, receiver)):
                    megabytes = resident_mb(process.pid)
                    # One that has ended has none.
                    if done and megabytes:
                        readings.append(Reading(done, megabytes))
        answer = json.loads(other.communicate(timeout=_WAIT_S)[0])
    if node.returncode or other.returncode:
        raise SystemExit(f'exit codes: simulation {node.returncode}, receiver {other.returncode}')
    return Soak(
        answer['color_ns'], simulator, receiver, _fault(answer, frames), os.getloadavg()[0]
    )


def _simulation(config: Path, frames: int) -> list[str]:
    command = [sys.executable, '-m', 'synth_ros.ros.sim_node', '--ros-args']
    for parameter in (
        f'config:={config}',
        f'frame_limit:={frames}',
        'real_time_factor:=0.0',
        'wait_for_subscribers_s:=60.0',
        'linger_s:=2.0',
        'report_frames:=true',
    ):
        command += ['-p', parameter]
    return [*command, '--log-level', 'error']


def _frames(said: Path) -> int:
    """Frames that the node says are out; its lines are ``frame N``."""
    size = said.stat().st_size
    with said.open('rb') as file:
        file.seek(max(0, size - 64))
        lines = [x for x in file.read().split(b'\n')[:-1] if x.startswith(b'frame ')]
    return int(lines[-1].split()[1]) if lines else 0


def _fault(answer: dict[str, object], frames: int) -> str:
    """What did not arrive, in words."""
    received = answer['received']
    assert isinstance(received, dict)
    short = {topic: count for topic, count in received.items() if count != frames}
    whole, in_order = answer['whole_instants'], answer['in_order']
    if answer['lost'] or short or whole != frames or in_order != frames:
        return f'{answer["lost"]} lost; {whole} of {frames} whole, {in_order} in order; {short}'
    return ''


def rate(arrived_ns: Sequence[int], first: float, last: float) -> float:
    """Frames a second between two shares of the run."""
    begin, end = (round(share * (len(arrived_ns) - 1)) for share in (first, last))
    return (end - begin) * 1e9 / (arrived_ns[end] - arrived_ns[begin])


def measure(spec: SceneSpec, backend: str, *, minutes: float, root: Path) -> Row:
    """A trial, and the long run."""
    shadow, samples = TUNED[backend]
    config = live_scene(root / spec.name, spec, backend)
    trial = soak(config, _TRIAL_FRAMES).arrived_ns
    frames = max(_TRIAL_FRAMES, round(rate(trial, 0.2, 1.0) * minutes * 60))
    run = soak(config, frames)
    row = Row(
        section='soak',
        scene=str(spec),
        name=f'published: {backend} {shadow}/{samples}',
        quality=quality(backend, shadow, samples),
        processes=2,
        error=run.fault,
    )
    if run.fault:
        return row
    span_s = (run.arrived_ns[-1] - run.arrived_ns[0]) / 1e9
    notes: dict[str, float | str] = {
        'minutes': round(span_s / 60, 1),
        'frames': frames,
        'lost': 0,
        'frames/s': round((frames - 1) / span_s, 1),
        'load': round(run.load, 1),
    }
    for who, readings in (('simulation', run.simulator), ('receiver', run.receiver)):
        growth, error = slope(readings, frames)
        warm = [x.megabytes for x in readings if WARM_UP * frames <= x.frames < frames]
        notes[f'{who}: MB'] = f'{warm[0]:.0f} to {warm[-1]:.0f}'
        notes[f'{who}: MB per 1000 frames'] = f'{growth:.2f} ± {error:.2f}'
    early, late = rate(run.arrived_ns, 0.1, 0.2), rate(run.arrived_ns, 0.9, 1.0)
    # The ratio of a row is baseline over seconds.
    return replace(row, seconds=(1 / late,), baseline=(1 / early,), notes=notes)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    known = [name for name in TUNED if name in get_args(Backend)]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--minutes', type=float, default=10.0)
    parser.add_argument('--sizes', nargs='+', type=size_of, default=[(640, 480), (1280, 720)])
    parser.add_argument('--objects', type=int, default=20)
    parser.add_argument('--backends', nargs='+', choices=known, default=['onepass'])
    parser.add_argument('--quick', action='store_true', help='smallest of everything')
    parser.add_argument('--json', type=Path, default=results.FOLDER / 'soak.json')
    options = parser.parse_args(arguments)
    if options.quick:
        options.minutes, options.sizes, options.objects = 0.05, [(64, 48)], 3
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            spec = SceneSpec(options.objects, 'primitives' if options.quick else 'meshes', size)
            for backend in options.backends:
                row = measure(spec, backend, minutes=options.minutes, root=Path(folder))
                results.show([row])
                results.save(options.json, [row])


if __name__ == '__main__':
    main()
