"""``synth-ros dataset2bag``: a dataset as the bag that the nodes would have recorded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from synth_ros.cli.convert import Skip


def dataset2bag(
    dataset: Annotated[Path, typer.Argument(help='Folder of a dataset.', metavar='DATASET')],
    bag: Annotated[Path, typer.Argument(help='Folder of the bag; a new one.', metavar='BAG')],
    *,
    config: Annotated[
        Path | None,
        typer.Option(help="The config that made the dataset: gives /tf the robot's tree."),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            '--rate',
            min=0.001,
            max=1e6,
            help='Frames of a camera a second; default: the stamps of the dataset, each episode '
            'after the one before.',
            metavar='HZ',
        ),
    ] = None,
    compression: Annotated[Literal['zstd', 'none'], typer.Option(help='Of the bag.')] = 'zstd',
    skip_damaged: Skip = False,
) -> None:
    """Write a dataset as a rosbag: the topics that the simulation publishes of these frames.

    Needs the message packages of ROS 2. bag2dataset gives the dataset back.

    Example: synth-ros dataset2bag dataset bag
    """
    command = [sys.executable, '-m', 'synth_ros.ros.dataset2bag', str(dataset), str(bag)]
    command += ['--compression', compression]
    if config is not None:
        command += ['--config', str(config)]
    if rate is not None:
        command += ['--rate', repr(rate)]
    if skip_damaged:
        command.append('--skip-damaged')
    # A process of its own: only it knows ROS. An interrupt of the terminal reaches both.
    with subprocess.Popen(command) as process:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            code = process.wait()
    raise typer.Exit(code if code >= 0 else 128 - code)
