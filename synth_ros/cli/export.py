"""``synth-ros export``: a dataset as other machines want it, all in one folder."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from synth_ros.cli.convert import Split, shares_of
from synth_ros.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from synth_ros.pipeline.jetson.bundle import Bundle, BundleFormat

export_app = typer.Typer(no_args_is_help=True, help='Bundles for other machines.')


@export_app.callback()
def _export() -> None:
    """Put all that a machine needs of a dataset into one folder."""


class FitName(Enum):
    """How calibration images are brought to the network's size."""

    none = 'none'
    letterbox = 'letterbox'
    stretch = 'stretch'


@export_app.command()
def jetson(
    source: Annotated[Path, typer.Argument(help='A dataset or a bag.', metavar='IN')],
    out: Annotated[Path, typer.Argument(help='Folder to write; a new one.', metavar='OUT')],
    *,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            '--format',
            '-f',
            help='Of the training data; once for each: kitti, coco, yolo-detect, yolo-segment, '
            'yolo-pose, yolo-obb, masks. Default: kitti and coco.',
        ),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help='Calibration images at most.')] = 500,
    size: Annotated[
        str, typer.Option('--input', help="Size of the network's input.", metavar='WxH')
    ] = '640x640',
    fit: Annotated[
        FitName,
        typer.Option(
            help='How calibration images are brought to that size: none keeps them as they are, '
            'for tools that do it themselves.'
        ),
    ] = FitName.none,
    config: Annotated[
        Path | None,
        typer.Option(
            '--config',
            '-c',
            help='Config that made IN: calibration images are rendered again, without noise and '
            'other effects of the sensor. Default: images as they were recorded.',
        ),
    ] = None,
    split: Split = None,
    split_seed: Annotated[
        int | None, typer.Option(min=0, help="Deals the splits anew; default: IN's seed.")
    ] = None,
    workers: Annotated[
        int, typer.Option('--workers', '-j', min=0, help='Processes; 0: one for each core.')
    ] = 1,
) -> None:
    """Make a folder for an NVIDIA Jetson: training data for TAO, calibration, labels, commands.

    Calibration images for INT8 are chosen from the training split so that they differ: by class,
    size, distance, place, occlusion, brightness and contrast. README.md in the folder has the
    commands for TAO, TensorRT and the Isaac ROS nodes, with the numbers of this dataset.

    Example: synth-ros export jetson dataset bundle --format coco --format yolo-detect
    """
    from synth_ros.pipeline.jetson.bundle import JetsonRequest, export_jetson
    from synth_ros.pipeline.jetson.calibration import NetworkInput

    request = JetsonRequest(
        source=source,
        out=out,
        count=count,
        size=NetworkInput(*input_size(size)),
        fit=fit.value,
        config=config,
        shares=shares_of(split or ()),
        seed=split_seed,
        workers=workers or (os.cpu_count() or 1),
        formats=bundle_formats(formats or ('kitti', 'coco')),
    )
    console = Console(stderr=True)
    bar = Progress(
        TextColumn('{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn('frames'),
        TimeRemainingColumn(),
        console=console,
    )
    with bar:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what)
            bar.update(tasks[what], completed=done, total=total)

        made = export_jetson(request, progress)
    _show(made, out, console=console)


def input_size(text: str) -> tuple[int, int]:
    """Width and height from words such as ``640x480``.

    Raises:
        UsageError: They are not of that form, or not between 16 and 8192.
    """
    found = re.fullmatch(r'(\d{1,5})x(\d{1,5})', text)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(16 <= edge <= 8192 for edge in size):
        raise UsageError(
            f'--input {text}: expected width and height from 16 to 8192, such as 640x640.'
        )
    return size


def bundle_formats(names: Sequence[str]) -> tuple[BundleFormat, ...]:
    """Formats by name, each once.

    Raises:
        NotFoundError: There is no such format in bundles.
    """
    from synth_ros.pipeline.jetson.bundle import BundleFormat

    known = get_args(BundleFormat)
    for name in names:
        if name not in known:
            raise NotFoundError('format', name, available=known, where='bundles for Jetson')
    return tuple(cast('BundleFormat', name) for name in dict.fromkeys(names))


def _show(made: Bundle, out: Path, *, console: Console) -> None:
    """Say what came out, and what was lost."""
    frames = ', '.join(f'{name} {count}' for name, count in made.splits.items())
    chosen = made.calibration
    console.print(f'Bundle: [green]{out}[/]; frames: {frames}')
    console.print(
        f'{len(chosen.frames)} calibration images have {chosen.share:.0%} of the {chosen.traits} '
        'traits that occur.'
    )
    for note in made.notes:
        console.print(f'[yellow]{note}[/]', highlight=False)
    for name, lost in made.lost.items():
        for sentence, count in lost.items():
            console.print(f'{name}: {count} {sentence}', highlight=False)
    console.print(f'Commands for TensorRT and Isaac ROS: [bold]{out / "README.md"}[/]')
