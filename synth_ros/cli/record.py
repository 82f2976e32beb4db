"""``synth-ros record``: a labelled rosbag of a live simulation, without ROS transport."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from synth_ros.errors import UsageError

_LENGTH = 'How much (one of these)'
_MANY = 'Many bags'


def record(
    config: Annotated[Path, typer.Argument(help='Config file (YAML).', metavar='CONFIG')],
    out: Annotated[
        Path,
        typer.Argument(
            help='Folder of the bag; a new one. With --per-bag: the folder around all bags.',
            metavar='OUT',
        ),
    ],
    *,
    frames: Annotated[
        int | None,
        typer.Option(
            min=1,
            help='Frames of every camera; of cameras with rates of their own: instants.',
            rich_help_panel=_LENGTH,
        ),
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(min=0.001, help='Simulated seconds.', metavar='S', rich_help_panel=_LENGTH),
    ] = None,
    episodes: Annotated[
        int | None,
        typer.Option(
            min=1,
            help='Scenes, each for output.live.randomize_period_s.',
            rich_help_panel=_LENGTH,
        ),
    ] = None,
    first_episode: Annotated[
        int, typer.Option(min=0, help='Number of the scene to begin with.')
    ] = 0,
    seed: Annotated[int | None, typer.Option(min=0, help="Replaces the config's seed.")] = None,
    compression: Annotated[
        Literal['zstd', 'none'],
        typer.Option(help='Of the bag; with none it is about three times as large.'),
    ] = 'zstd',
    split_size: Annotated[
        int,
        typer.Option(
            min=0,
            help='Go on in a new file once one has so many megabytes; 0: never.',
            metavar='MB',
        ),
    ] = 0,
    split_duration: Annotated[
        float,
        typer.Option(
            min=0,
            help='Go on in a new file after so many simulated seconds; 0: never.',
            metavar='S',
        ),
    ] = 0.0,
    per_bag: Annotated[
        int | None,
        typer.Option(
            min=1,
            help='Make many bags of so many --episodes each: OUT/bag_00000-00009, ...',
            metavar='N',
            rich_help_panel=_MANY,
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            min=1,
            max=1024,
            help='Processes that make bags; their number never changes the result.',
            rich_help_panel=_MANY,
        ),
    ] = 1,
    resume: Annotated[
        bool,
        typer.Option(
            '--resume', help='Make the bags that are not there yet.', rich_help_panel=_MANY
        ),
    ] = False,
) -> None:
    """Record a labelled rosbag as fast as frames can be made: no nodes, no transport.

    The bag holds the very messages that sim_node publishes and recorder_node writes of the same
    config, seed and episodes: images, labels, /tf, /clock and all; log times are the stamps. Run
    it twice and every byte is the same. It appears when it is closed; an interrupt closes it with
    what it has. Needs the message packages of ROS 2.

    Example: synth-ros record config/tabletop.yaml bag --duration 60

    For many hours, make many bags on all processors, and go on after any end with --resume:

    Example: synth-ros record config/tabletop.yaml bags --episodes 1000 --per-bag 20 --workers 4
    """
    _check(frames, duration, episodes, per_bag=per_bag, workers=workers, resume=resume)
    given = {
        '--frames': frames,
        '--duration': duration,
        '--episodes': episodes,
        '--first-episode': first_episode,
        '--seed': seed,
        '--compression': compression,
        '--split-size': split_size,
        '--split-duration': split_duration,
        '--per-bag': per_bag,
        '--workers': workers,
    }
    command = [sys.executable, '-m', 'synth_ros.ros.record', str(config), str(out), '--follow']
    command += [f'{name}={value}' for name, value in given.items() if value is not None]
    if resume:
        command.append('--resume')
    raise typer.Exit(_run(command))


def _check(
    frames: int | None,
    duration: float | None,
    episodes: int | None,
    *,
    per_bag: int | None,
    workers: int,
    resume: bool,
) -> None:
    """See that the options say one thing.

    Raises:
        UsageError: They do not.
    """
    if sum(length is not None for length in (frames, duration, episodes)) != 1:
        raise UsageError(
            'Say how much to record with one of --frames, --duration (simulated seconds) and '
            '--episodes (scenes).'
        )
    if per_bag is not None and episodes is None:
        raise UsageError(
            '--per-bag makes bags of whole scenes: say with --episodes how many there are in all.'
        )
    many = [name for name, on in (('--workers', workers > 1), ('--resume', resume)) if on]
    if many and per_bag is None:
        raise UsageError(
            f'{many[0]} needs many bags: say with --episodes how many scenes to record in all, '
            'and with --per-bag how many each bag holds.'
        )


def _run(command: list[str]) -> int:
    """Run a process that knows ROS, and pass on interrupts; gives the exit code."""
    # An interrupt of the terminal reaches both, and twice is as good as once. Should this process
    # be killed, the other one's input ends, and so does it.
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        while process.poll() is None:
            try:
                process.wait()
            except KeyboardInterrupt:
                process.send_signal(signal.SIGINT)
    if process.returncode >= 0:
        return process.returncode
    print(
        f'error: The process that recorded was killed by signal {-process.returncode}. What it '
        'wrote lies in a hidden folder (.*.partial) at the place of the bag: synth-ros recover '
        'mends it, and the next run removes it.',
        file=sys.stderr,
    )
    return 128 - process.returncode
