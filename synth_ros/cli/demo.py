"""``synth-ros demo``: the whole path through the real ROS nodes, and a page to look at.

The simulation node and the recorder node run as two processes that talk over ROS 2, as on a
robot. They have sessions of their own, so an interrupt reaches them in the right order:
simulation first, then the recorder, which closes bag and dataset.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Annotated, NoReturn, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from synth_ros.errors import OutputError, RosError
from synth_ros.writers.folder import os_errors

_FRAME = re.compile(r'^frame (\d+)$')
_LAST_LINES = 8
# The recorder encodes what is left after the last frame; the simulation may be compiling a scene.
_END_S = 300.0
_STOP_S = 60.0
_LOOK_S = 0.1


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
    from synth_ros.report.html import Options, write_report

    console = Console(stderr=True)
    path = config or builtin_config('tabletop')
    load_config(path)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(f'{out} exists already. Choose another --out, or remove it.')
    with os_errors(out, valid='Nothing was made.'):
        out.mkdir(parents=True, exist_ok=True)
    bag, dataset = out / 'bag', out / 'dataset'
    try:
        with _terminable():
            _record(path, bag=bag, dataset=dataset, frames=frames, console=console)
    except KeyboardInterrupt:
        console.print(f'Interrupted. {out} holds what was recorded until then.')
        raise typer.Exit(130) from None
    report = write_report(dataset, Options(bag=bag), out=out / 'report.html')
    console.print(f'[green]Bag[/]      {bag}')
    console.print(f'[green]Dataset[/]  {dataset}')
    console.print(f'[green]Report[/]   {report.resolve()}')
    console.print(f'Prove it: [bold]synth-ros audit {bag} --config {path}[/]', soft_wrap=True)
    console.print('Open the report in a browser; it says what to do next.')


def _record(config: Path, *, bag: Path, dataset: Path, frames: int, console: Console) -> None:
    """Run both nodes until all frames are recorded.

    Raises:
        RosError: A node failed; its own words are shown.
    """
    recorder_params: dict[str, object] = {
        'config': config.resolve(),
        'bag': bag.resolve(),
        'dataset': dataset.resolve(),
        'stop_with_publishers': 'true',
    }
    sim_params: dict[str, object] = {
        'config': config.resolve(),
        'frame_limit': frames,
        'wait_for_subscribers_s': '60.0',
        'linger_s': '2.0',
        'report_frames': 'true',
        'real_time_factor': '0.0',
    }
    environment = _environment()
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix='synth_ros_demo_')))
        # Left in reverse order: the simulation first.
        recorder = stack.enter_context(
            _Node('recorder_node', recorder_params, logs=logs, environment=environment)
        )
        sim = stack.enter_context(
            _Node('sim_node', sim_params, logs=logs, environment=environment)
        )
        _follow(sim, recorder, frames=frames, console=console)
        console.print(recorder.last_words(), highlight=False, markup=False, soft_wrap=True)


def _environment() -> dict[str, str]:
    """What the nodes run in: apart from other ROS programs, unless the user says otherwise."""
    environment = dict(os.environ)
    environment.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    environment.setdefault('ROS_DOMAIN_ID', str(1 + os.getpid() % 100))
    environment['PYTHONUNBUFFERED'] = '1'
    return environment


class _Node:
    """One of our nodes as a process, its log in a file; left, it is stopped.

    Args:
        name: Module in ``synth_ros.ros``.
        params: Its ROS parameters.
        logs: Folder for its log.
        environment: Environment variables.
    """

    def __init__(
        self,
        name: str,
        params: Mapping[str, object],
        *,
        logs: Path,
        environment: Mapping[str, str],
    ) -> None:
        self.name = name
        self._log_path = logs / f'{name}.log'
        command = [sys.executable, '-m', f'synth_ros.ros.{name}', '--ros-args']
        for key, value in params.items():
            command += ['-p', f'{key}:={value}']
        with self._log_path.open('wb') as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process, gently first."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._kill()
        except KeyboardInterrupt:
            self._kill()
            raise

    def _kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _lines(self) -> list[str]:
        return self._log_path.read_text(encoding='utf-8', errors='replace').splitlines()

    def frames(self) -> int:
        """How many frames the simulation has made."""
        numbers = [int(match[1]) for line in self._lines() if (match := _FRAME.match(line))]
        return max(numbers, default=0)

    def last_words(self) -> str:
        """The end of the node's log, without progress lines."""
        lines = [line for line in self._lines() if not _FRAME.match(line)]
        return '\n'.join(lines[-_LAST_LINES:])

    def running(self) -> bool:
        """Whether the node still runs.

        Raises:
            RosError: It failed; with what it printed last.
        """
        code = self.process.poll()
        if code:
            how = f'code {code}' if code > 0 else f'signal {-code}'
            raise RosError(f'{self.name} ended with {how}:\n{self.last_words()}')
        return code is None


def _follow(sim: _Node, recorder: _Node, *, frames: int, console: Console) -> None:
    """Show the progress until both nodes have ended.

    Raises:
        RosError: A node failed or does not end.
    """
    columns = (
        TextColumn('[bold]{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    # `&` and `|` ask both nodes, so that a failure of either is seen.
    with Progress(*columns, console=console) as bar:
        task = bar.add_task('Starting the nodes', total=frames)
        while sim.running() & recorder.running():
            done = sim.frames()
            words = 'Simulating and recording' if done else 'Starting the nodes'
            bar.update(task, completed=done, description=words)
            time.sleep(_LOOK_S)
        bar.update(task, completed=sim.frames(), description='Writing what is left')
        deadline = time.monotonic() + _END_S
        while sim.running() | recorder.running():
            if time.monotonic() > deadline:
                late = sim if sim.running() else recorder
                raise RosError(
                    f'{late.name} did not end within {_END_S:g} s:\n{late.last_words()}'
                )
            time.sleep(_LOOK_S)
        bar.update(task, completed=sim.frames(), description='Recorded')


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM and SIGINT end the demo as an interrupt from the keyboard does.

    SIGINT is set too because a shell's background jobs are born with it ignored.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGINT)
    previous = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
