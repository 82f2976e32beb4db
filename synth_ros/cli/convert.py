"""``synth-ros convert`` and its short forms: a dataset or a bag in another format."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from synth_ros.config.output import DatasetConfig, FormatName
from synth_ros.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from synth_ros.pipeline.convert import ConvertRequest

OURS = 'dataset'

Source = Annotated[Path, typer.Argument(help='A dataset or a bag.', metavar='IN')]
Out = Annotated[str, typer.Argument(help='Folder to write; a new one.', metavar='OUT')]
Split = Annotated[
    list[str] | None,
    typer.Option(
        '--split',
        help='Share of a split, such as train=0.8; once for each. Whole episodes are dealt, '
        'every class spread by the shares. Default: the splits that IN has, else 0.8 and 0.2.',
        metavar='NAME=SHARE',
    ),
]
Resume = Annotated[bool, typer.Option('--resume', help='Go on with an interrupted conversion.')]
Skip = Annotated[
    bool, typer.Option('--skip-damaged', help='Leave out frames that cannot be read; list them.')
]


def convert(
    source: Source,
    out: Out,
    *,
    to: Annotated[
        str,
        typer.Option('--to', '-t', help='One of those listed below.', metavar='FORMAT'),
    ],
    split: Split = None,
    split_seed: Annotated[
        int | None, typer.Option(min=0, help="Deals the splits anew; default: IN's seed.")
    ] = None,
    jpeg: Annotated[
        int | None,
        typer.Option(
            '--jpeg', min=1, max=100, help='Colour as JPEG of this quality; default: as it is.'
        ),
    ] = None,
    png: Annotated[bool, typer.Option('--png', help='Colour as PNG.')] = False,
    workers: Annotated[
        int, typer.Option('--workers', '-j', min=0, help='Processes; 0: one for each core.')
    ] = 1,
    resume: Resume = False,
    skip_damaged: Skip = False,
) -> None:
    """Write a dataset or a bag in the format of another tool.

    Formats: coco, yolo-detect, yolo-segment, yolo-pose, yolo-obb, kitti, bop, voc, masks,
    cityscapes, dope, webdataset, hf-imagefolder, hf-parquet, lerobot; dataset is our own, which
    holds everything. What a format cannot hold is counted and listed, here and in
    conversion.json.

    Example: synth-ros convert dataset --to yolo-segment yolo
    """
    from synth_ros.pipeline.convert import ConvertRequest

    if jpeg is not None and png:
        raise UsageError('--jpeg and --png contradict each other. Give one of them.')
    options = None
    if jpeg is not None or png:
        options = DatasetConfig(rgb_format='png' if png else 'jpeg', jpeg_quality=jpeg or 95)
    run(
        ConvertRequest(
            source=source,
            out=out,
            to=format_named(to),
            options=options,
            shares=shares_of(split or ()),
            seed=split_seed,
            resume=resume,
            workers=workers or (os.cpu_count() or 1),
            skip_damaged=skip_damaged,
        )
    )


def bag2dataset(
    bag: Annotated[Path, typer.Argument(help='Folder of a bag.', metavar='BAG')],
    out: Out,
    *,
    resume: Resume = False,
    skip_damaged: Skip = False,
) -> None:
    """Make a dataset of a bag: what the recorder would have written beside it.

    The bag needs the topics that recorder_node records, labels/annotations among them; ros2 bag
    record takes them, too, as MCAP or sqlite3, compressed or not. Its scenes become episodes in
    the order of time. Of a bag of other cameras, images and boxes of equal stamps become COCO.

    Example: synth-ros bag2dataset bag dataset
    """
    from synth_ros.pipeline.convert import ConvertRequest

    run(ConvertRequest(source=bag, out=out, to=None, resume=resume, skip_damaged=skip_damaged))


def format_named(name: str) -> FormatName | None:
    """A format by its name; ``None`` for our own.

    Raises:
        NotFoundError: There is no such format.
    """
    known = (OURS, *get_args(FormatName))
    if name not in known:
        raise NotFoundError('format', name, available=known, where='synth-ros convert')
    return None if name == OURS else cast('FormatName', name)


def shares_of(given: Sequence[str], option: str = '--split') -> dict[str, float]:
    """Shares of splits from words such as ``train=0.8``.

    Args:
        given: The words; several may be joined by commas.
        option: That they were given to, for messages.

    Raises:
        UsageError: One is not of that form, or is given twice.
    """
    shares: dict[str, float] = {}
    for words in given:
        for word in words.split(','):
            name, mark, number = word.partition('=')
            try:
                share = float(number)
            except ValueError:
                share = 0.0
            if not mark or not name.isidentifier() or not 0 < share < float('inf'):
                raise UsageError(
                    f'{option} {word}: expected a name and a positive share, such as train=0.8.'
                )
            if name in shares:
                raise UsageError(f'{option}: {name} is given twice.')
            shares[name] = share
    return shares


def run(request: ConvertRequest) -> None:
    """Convert with a progress bar, and say what came out."""
    from synth_ros.pipeline.convert import convert

    console = Console(stderr=True)
    with conversion_bar(console) as bar:
        made = convert(request, tracked(bar, request.to or OURS))
    splits = ', '.join(f'{name} {count}' for name, count in made.splits.items())
    console.print(
        f'{made.frames} frames in [green]{request.out}[/]'
        + (f'; episodes: {splits}' if splits else '')
        + (f'; {made.resumed} episodes were there already' if made.resumed else '')
    )
    show_lost(made.lost, console)
    if made.damaged:
        console.print(f'[yellow]{len(made.damaged)} frames were left out:[/]')
        for sentence in made.damaged[:10]:
            console.print(f'  {sentence}', highlight=False)


def conversion_bar(console: Console, unit: str = 'frames') -> Progress:
    """A progress bar in frames, or whatever is counted."""
    return Progress(
        TextColumn('{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
        console=console,
    )


def tracked(bar: Progress, name: str) -> Callable[[int, int], None]:
    """What shows how far a conversion is."""
    task = bar.add_task(name, total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)


def show_lost(lost: Mapping[str, int], console: Console) -> None:
    """List what a format cannot hold."""
    if not lost:
        return
    table = Table('Not in this format', 'Cases')
    for sentence, count in lost.items():
        table.add_row(sentence, str(count))
    console.print(table)
