"""``synth-ros report``: a dataset on one HTML page."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from synth_ros.cli.pixel_options import JobsOption, PixelsOption, threads

if TYPE_CHECKING:
    from synth_ros.audit.results import AuditRecord

_AUDITED = 200


def report(
    dataset: Annotated[
        Path,
        typer.Argument(
            help='Folder of any annotated dataset, ours or not, or of a bag.', metavar='DATASET'
        ),
    ],
    bag: Annotated[
        Path | None, typer.Option('--bag', help='Folder of the bag recorded with it.')
    ] = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option('--out', '-o', help='HTML file; default: report.html beside the dataset.'),
    ] = None,
    frames: Annotated[int, typer.Option(min=1, max=100, help='Frames to show.')] = 8,
    audited: Annotated[
        bool,
        typer.Option(
            '--audit',
            help='Audit up to 200 frames first and show the worst; otherwise those of '
            'NAME_audit/audit.json beside the dataset, if it is there.',
        ),
    ] = False,
    pixels: PixelsOption = None,
    jobs: JobsOption = None,
) -> None:
    """Describe a dataset, and its bag, in one HTML file that opens anywhere.

    Pictures of frames with their labels; classes, boxes, visibility, distances and viewing
    directions, light and noise; which images look the same; what was drawn; the worst frames of
    an audit; and what a training run would trip over.

    Example: synth-ros report dataset --bag bag --out report.html
    """
    from synth_ros.cli.progress import counting_bar
    from synth_ros.report.html import Options, write_report

    console = Console(stderr=True)
    with counting_bar(console) as bar:
        record = _audit(dataset, bar) if audited else None
        task = bar.add_task('images', total=None)
        target = write_report(
            dataset,
            Options(bag, frames, pixels, jobs=threads(jobs), audit=record),
            out=out,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    console.print(f'Report: [green]{target}[/]')


def _audit(dataset: Path, bar: Progress) -> AuditRecord:
    """Audit a recording without its config.

    Raises:
        UsageError: It is no recording of ours.
    """
    from synth_ros.audit.results import record_of
    from synth_ros.audit.run import AuditRequest
    from synth_ros.audit.run import audit as run
    from synth_ros.readers.open_recording import open_recording

    task = bar.add_task('audited', total=None)
    with closing(open_recording(dataset)) as found:
        result = run(
            found,
            AuditRequest(_AUDITED),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    return record_of(result)
