"""``synth-ros split``: which episodes are for training, validation and test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from synth_ros.pipeline.split import SplitResult


def split(
    dataset: Annotated[Path, typer.Argument(help='Folder of a finished dataset.')],
    *,
    shares: Annotated[
        list[str],
        typer.Option(
            '--shares', '-s', help='Share of each split.', metavar='train=0.8,val=0.1,test=0.1'
        ),
    ],
    seed: Annotated[int, typer.Option(min=0, help='Of the draws.')] = 0,
    replace: Annotated[
        bool, typer.Option('--replace', help='Give up the splits that the dataset has.')
    ] = False,
) -> None:
    """Deal the episodes of a dataset to splits, every class and scenario spread by the shares.

    Whole episodes are dealt, never single frames, so no scene is in two splits. Writes
    splits.json, which convert and the training dataset follow, and a COCO file for each split in
    splits/. The same dataset, shares and seed give the same splits.

    Example: synth-ros split dataset --shares train=0.8,val=0.1,test=0.1
    """
    from synth_ros.cli.convert import shares_of
    from synth_ros.pipeline.split import SplitRequest
    from synth_ros.pipeline.split import split as run

    made = run(dataset, SplitRequest(shares_of(shares, '--shares'), seed, replace))
    console = Console()
    console.print(balance_table(made))
    for sentence in made.warnings:
        console.print(Text(f'warning: {sentence}', style='yellow'), soft_wrap=True)
    console.print(Text(f'Written: {dataset / "splits.json"}, {dataset / "splits"}'))


def balance_table(made: SplitResult) -> Table:
    """How the episodes and objects of each class are spread."""
    names = tuple(made.file.episodes)
    table = Table('')
    for name in names:
        table.add_column(Text(name))
    counts = {name: len(numbers) for name, numbers in made.file.episodes.items()}
    table.add_row('episodes', *_shown(counts, names))
    for row in made.balance:
        table.add_row(Text(f'{row.name}: episodes'), *_shown(row.episodes, names))
        if row.objects is not None:
            table.add_row(Text(f'{row.name}: objects'), *_shown(row.objects, names))
    return table


def _shown(counts: Mapping[str, int], names: tuple[str, ...]) -> list[str]:
    total = sum(counts.values())
    return [f'{counts[name]} ({counts[name] / total:.0%})' if total else '0' for name in names]
