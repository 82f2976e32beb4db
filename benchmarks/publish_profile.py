"""Where the processor time of published and recorded frames goes: by step and by thread.

    python benchmarks/bench_publish.py --profile

The simulation node runs in this process, the other end in one of its own, as in the benchmark.
Steps are clocked on the thread that does them, so what others do meanwhile is not in them; threads
that we did not start (the software rasterizer's, the middleware's) are read from the kernel.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import rclpy
from rclpy.publisher import Publisher
from rclpy.signals import SignalHandlerOptions

from synth_ros.pipeline.capture import Exposure
from synth_ros.pipeline.episode import Episode, Stage
from synth_ros.pipeline.live import LiveFrame
from synth_ros.ros.publishers import SimPublishers
from synth_ros.ros.simulator import simulate
from synth_ros.scene.compiled import CompiledScene
from synth_ros.sim.world import World
from synth_ros.writers.mcap_file import Appender, Chunk, Packer

HERE = Path(__file__).resolve().parent
_SKIPPED = 20
# The other end goes when it has the last frame.
_LEFT_OUT = 5
_WAIT_S = 120


class Steps:
    """Processor seconds by step; of a step within a step, the inner one has them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._inner = threading.local()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Clock the block."""
        outer = getattr(self._inner, 'seconds', 0.0)
        self._inner.seconds = 0.0
        start = time.thread_time()
        try:
            yield
        finally:
            spent = time.thread_time() - start
            with self._lock:
                self.seconds[name] += spent - self._inner.seconds
            self._inner.seconds = outer + spent

    def clock(self, owner: type, method: str, name: str) -> None:
        """Clock all calls of a method from now on."""
        original = getattr(owner, method)

        @functools.wraps(original)
        def clocked(*args: object, **options: object) -> object:
            with self.step(name):
                return original(*args, **options)

        setattr(owner, method, clocked)


Seconds = Mapping[str, float]


class Snapshot(NamedTuple):
    """What was spent up to a moment, in seconds."""

    wall: float
    steps: Seconds
    threads: Seconds
    other: Seconds


def thread_seconds(pid: int | str = 'self') -> dict[str, float]:
    """Processor seconds of all threads of a process, by thread."""
    names = {t.native_id: t.name for t in threading.enumerate()} if pid == 'self' else {}
    seconds: dict[str, float] = defaultdict(float)
    for task in Path(f'/proc/{pid}/task').iterdir():
        # Some threads end meanwhile.
        with suppress(OSError):
            name = names.get(int(task.name)) or (task / 'comm').read_text().strip()
            if task.name == str(pid):
                name = 'MainThread'
            seconds[name] += int((task / 'schedstat').read_text().split()[0]) / 1e9
    return seconds


def print_profile(config: Path, frames: int) -> None:
    """Simulate to a receiver and to a recorder, and print what each of them spends."""
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO, args=_arguments(config, frames))
    steps = _clocked()
    for way, command in _others(config, frames).items():
        with tempfile.TemporaryDirectory() as folder:
            steps.seconds.clear()
            other = subprocess.Popen(
                [word.format(folder=folder) for word in command], stdout=subprocess.PIPE, text=True
            )
            first, last = _run(steps, other.pid, frames)
            told = other.communicate(timeout=_WAIT_S)[0]
        count = frames - _SKIPPED - _LEFT_OUT
        wall_ms = 1e3 * (last.wall - first.wall) / count
        print(f'{way}: ms of processor time a frame, which took {wall_ms:.1f} ms')
        _print('step, simulation', (first.steps, last.steps), count)
        _print('thread, simulation', (first.threads, last.threads), count)
        _print('thread, other process', (first.other, last.other), count)
        if way == 'MCAP, zstd':
            _print('step, recorder', ({}, json.loads(told.splitlines()[-1])), frames)
    rclpy.try_shutdown()


def _arguments(config: Path, frames: int) -> list[str]:
    values = {
        'config': config,
        'frame_limit': frames,
        'real_time_factor': 0.0,
        'wait_for_subscribers_s': 60.0,
        'linger_s': 2.0,
    }
    pairs = [word for name, value in values.items() for word in ('-p', f'{name}:={value}')]
    return ['profile', '--ros-args', *pairs, '--log-level', 'warn']


def _clocked() -> Steps:
    steps = Steps()
    for owner, method, name in (
        (World, 'follow', 'physics between frames'),
        (Stage, 'open', 'new scenes'),
        (Episode, 'find_view', 'postures'),
        (Exposure, '__init__', 'drawing, calls'),
        (Exposure, 'collect', 'drawing, waiting and reading'),
        (Episode, 'label', 'labels'),
        (SimPublishers, 'publish', 'messages'),
        (Publisher, 'publish', 'publishing'),
    ):
        steps.clock(owner, method, name)
    return steps


def _others(config: Path, frames: int) -> dict[str, list[str]]:
    recorder = [sys.executable, str(HERE / 'publish_profile.py'), '--ros-args']
    recorder += ['-p', f'config:={config}', '-p', 'bag:={folder}/bag', '-p', 'compression:=zstd']
    recorder += ['-p', 'stop_with_publishers:=true', '--log-level', 'warn']
    return {
        'published': [sys.executable, str(HERE / 'receive.py'), str(config), str(frames)],
        'MCAP, zstd': recorder,
    }


def _run(steps: Steps, other: int, frames: int) -> tuple[Snapshot, Snapshot]:
    """Run the node; what was spent when the first frames were out, and almost at the end."""
    taken: list[Snapshot] = []
    done = 0
    publish: Callable[[SimPublishers, LiveFrame, CompiledScene], None] = SimPublishers.publish

    def counted(publishers: SimPublishers, frame: LiveFrame, scene: CompiledScene) -> None:
        nonlocal done
        publish(publishers, frame, scene)
        done += 1
        if done in {_SKIPPED, frames - _LEFT_OUT}:
            taken.append(
                Snapshot(
                    time.monotonic(), dict(steps.seconds), thread_seconds(), thread_seconds(other)
                )
            )

    with mock.patch.object(SimPublishers, 'publish', counted):
        simulate(threading.Event())
    first, last = taken
    return first, last


def _print(what: str, spans: tuple[Seconds, Seconds], frames: int) -> None:
    before, after = spans
    print(f'  {what}')
    spent = {name: 1e3 * (s - before.get(name, 0.0)) / frames for name, s in after.items()}
    for name, milliseconds in sorted(spent.items(), key=lambda item: -item[1]):
        if milliseconds >= 0.05:
            print(f'    {name:<32} {milliseconds:6.1f}')
    print(f'    {"all":<32} {sum(spent.values()):6.1f}')


def main() -> None:
    """Be the recorder node, and print its steps at the end."""
    from synth_ros.ros.bag_sink import BagSink
    from synth_ros.ros.recorder import RecorderNode
    from synth_ros.ros.recorder_node import main as record

    steps = Steps()
    steps.clock(Packer, 'pack', 'zstd')
    steps.clock(Appender, 'append', 'writing')
    steps.clock(Chunk, 'encode', 'joining, checksum, index')
    steps.clock(BagSink, 'write', 'collecting')
    steps.clock(RecorderNode, '_look', 'looking for topics')
    record()
    print(json.dumps(steps.seconds))


if __name__ == '__main__':
    from synth_ros.ros.runtime import prepare_environment

    prepare_environment()
    main()
