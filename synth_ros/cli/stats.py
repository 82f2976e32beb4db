"""``synth-ros stats``: the numbers of a dataset on a terminal or as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from synth_ros.cli.pixel_options import JobsOption, PixelsOption, threads


def stats(
    dataset: Annotated[
        Path,
        typer.Argument(
            help='Folder of any annotated dataset, ours or not, or of a bag.', metavar='DATASET'
        ),
    ],
    *,
    json_file: Annotated[
        Path | None,
        typer.Option('--json', metavar='FILE', help='Write all numbers to this file, too.'),
    ] = None,
    pixels: PixelsOption = None,
    jobs: JobsOption = None,
    force: Annotated[bool, typer.Option('--force', help='Replace FILE if it is there.')] = False,
) -> None:
    """Count a dataset, and say what a training run would trip over.

    Classes and splits, boxes, visibility, distances and directions, light and noise of the
    pixels, images that look the same, and whether copies are in two splits. One pass; memory
    does not grow with the number of images. The same with pictures: [bold]synth-ros report[/].

    Example: synth-ros stats dataset --json stats.json
    """
    from synth_ros.cli.json_file import refuse_to_replace, write_record
    from synth_ros.cli.progress import counting_bar
    from synth_ros.cli.stats_table import show
    from synth_ros.report.draws import DrawTally
    from synth_ros.report.opened import opened
    from synth_ros.report.statistics.describe import describe
    from synth_ros.report.statistics.gather import Choice, gather

    refuse_to_replace(json_file, force=force)
    console = Console(stderr=True)
    draws = DrawTally()
    with opened(dataset) as found:
        with counting_bar(console) as bar:
            task = bar.add_task('images', total=len(found))
            gathered = gather(
                found,
                Choice(pixels, jobs=threads(jobs)),
                draws=draws,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        record = describe(gathered, found, draws=draws)
    if json_file is not None:
        write_record(json_file, record)
    show(record, Console(highlight=False))
    if json_file is not None:
        console.print(Text(f'Numbers: {json_file}'))
