"""``synth-ros demo``: the whole path through the real ROS nodes, and a page to look at."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from synth_ros.errors import OutputError, RosError

_FRAME = re.compile(r'^frame (\d+)$')
_END_S = 120.0


def demo(
    out: Annotated[
        Path, typer.Option('--out', '-o', help='Folder for bag, dataset and report; must be new.')
    ] = Path('demo_output'),
    *,
    config: Annotated[
        Path | None, typer.Option(help='Config file; default: the built-in tabletop.')
    ] = None,
    frames: Annotated[int, typer.Option(min=1, help='Frames of every camera.')] = 30,
) -> None:
    """Run the simulation node and the recorder node; end with a bag, a dataset, a report.

    This is what a robot runs, with real ROS 2 messages between two processes: the simulated
    robot's cameras on one side, a labelled rosbag and a COCO dataset on the other.

    Example: synth-ros demo --out demo_output --frames 30
    """
    from synth_ros.config.load import load_config
    from synth_ros.config.shipped import builtin_config
    from synth_ros.report.html import write_report

    console = Console(stderr=True)
    path = config or builtin_config('tabletop')
    load_config(path)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(f'{out} exists already. Choose another --out, or remove it.')
    out.mkdir(parents=True, exist_ok=True)
    _record(path, out, frames=frames, console=console)
    report = write_report(out / 'dataset', bag=out / 'bag', out=out / 'report.html')
    console.print(f'[green]Bag[/]      {out / "bag"}')
    console.print(f'[green]Dataset[/]  {out / "dataset"}')
    console.print(f'[green]Report[/]   {report.resolve()}')
    console.print('Open the report in a browser; it says what to do next.')


def _record(config: Path, out: Path, *, frames: int, console: Console) -> None:
    """Run both nodes until all frames are recorded.

    Raises:
        RosError: A node failed; its own words are shown.
    """
    recorder_params = {
        'config': config.resolve(),
        'bag': (out / 'bag').resolve(),
        'dataset': (out / 'dataset').resolve(),
        'stop_with_publishers': 'true',
    }
    sim_params = {
        'config': config.resolve(),
        'frame_limit': frames,
        'wait_for_subscribers_s': '60.0',
        'linger_s': '2.0',
        'report_frames': 'true',
        'real_time_factor': '0.0',
    }
    environment = dict(os.environ)
    environment.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    with tempfile.TemporaryDirectory(prefix='synth_ros_demo_') as logs:
        recorder = _Node('recorder_node', recorder_params, Path(logs), environment)
        sim = _Node('sim_node', sim_params, Path(logs), environment)
        nodes = [sim, recorder]
        try:
            _show_progress(nodes, frames, console)
            recorder.wait(_END_S)
        finally:
            for node in nodes:
                node.stop()
        console.print(recorder.last_words(), highlight=False, markup=False)


class _Node:
    """One of our nodes as a process, its log in a file."""

    def __init__(
        self, name: str, params: dict[str, object], logs: Path, environment: dict[str, str]
    ) -> None:
        self.name = name
        self._log_path = logs / f'{name}.log'
        command = [sys.executable, '-m', f'synth_ros.ros.{name}', '--ros-args']
        for key, value in params.items():
            command += ['-p', f'{key}:={value}']
        self._log: IO[bytes] = self._log_path.open('wb')
        self.process = subprocess.Popen(
            command, stdout=self._log, stderr=subprocess.STDOUT, env=environment
        )

    def text(self) -> str:
        """Everything the node has printed."""
        return self._log_path.read_text(encoding='utf-8', errors='replace')

    def frames(self) -> int:
        """How many frames the simulation has made."""
        numbers = [int(m[1]) for line in self.text().splitlines() if (m := _FRAME.match(line))]
        return max(numbers, default=0)

    def last_words(self) -> str:
        """The node's log without progress lines, shortened to its end."""
        lines = [line for line in self.text().splitlines() if not _FRAME.match(line)]
        return '\n'.join(lines[-6:])

    def check(self) -> None:
        """Raise if the node has failed.

        Raises:
            RosError: With what it printed last.
        """
        if self.process.poll() not in (None, 0):
            raise RosError(
                f'{self.name} ended with code {self.process.returncode}:\n{self.last_words()}'
            )

    def wait(self, seconds: float) -> None:
        """Wait for the end.

        Raises:
            RosError: It failed or did not end in time.
        """
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise RosError(
                f'{self.name} did not end within {seconds:g} s:\n{self.last_words()}'
            ) from None
        self.check()

    def stop(self) -> None:
        """End the process, gently first."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._log.close()


def _show_progress(nodes: Sequence[_Node], frames: int, console: Console) -> None:
    sim = nodes[0]
    columns = (
        TextColumn('[bold]{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task('Starting the nodes', total=frames)
        while sim.process.poll() is None:
            for node in nodes:
                node.check()
            done = sim.frames()
            words = 'Simulating and recording' if done else 'Starting the nodes'
            bar.update(task, completed=done, description=words)
            time.sleep(0.2)
        sim.check()
        bar.update(task, completed=sim.frames(), description='Recorded')
