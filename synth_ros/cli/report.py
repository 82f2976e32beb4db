"""``synth-ros report``: a dataset on one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def report(
    dataset: Annotated[Path, typer.Argument(help='Folder of a dataset.', metavar='DATASET')],
    bag: Annotated[
        Path | None, typer.Option('--bag', help='Folder of the bag recorded with it.')
    ] = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option('--out', '-o', help='HTML file; default: report.html beside the dataset.'),
    ] = None,
    frames: Annotated[int, typer.Option(min=1, max=100, help='Frames to show.')] = 8,
) -> None:
    """Describe a dataset, and its bag, in one HTML file that opens anywhere.

    Example: synth-ros report dataset --bag bag --out report.html
    """
    from synth_ros.report.html import write_report

    target = write_report(dataset, bag=bag, out=out, frames=frames)
    Console(stderr=True).print(f'Report: [green]{target}[/]')
