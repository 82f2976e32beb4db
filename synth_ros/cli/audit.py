"""``synth-ros audit``: proof that the labels of a dataset or bag are true."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from synth_ros.audit.run import AuditResult
    from synth_ros.audit.tally import RowResult
    from synth_ros.audit.truth import Oracle
    from synth_ros.readers.recording import Recording

_SHOWN = 3
_WIDE = 140
_COLUMNS = ('annotation', 'check', 'worst', 'median', 'bound', 'errors', 'worst in')
_NARROW = ('check', 'worst', 'bound', 'worst in')
_CHECK_WIDTH = 19


def audit(
    recording: Annotated[
        Path, typer.Argument(help='Folder of a dataset or of a bag.', metavar='DATASET|BAG')
    ],
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            '--config',
            '-c',
            help='Config that made it: builds the scenes again, casts rays, renders again.',
        ),
    ] = None,
    frames: Annotated[
        int, typer.Option(min=1, help='Frames to check, drawn evenly over the recording.')
    ] = 200,
    every: Annotated[bool, typer.Option('--all', help='Check every frame.')] = False,
    seed: Annotated[int, typer.Option(min=0, help='Of the draws of frames and pixels.')] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            '--out',
            '-o',
            help='Folder for audit.json and audit.html; default: NAME_audit beside it.',
        ),
    ] = None,
) -> None:
    """Prove that labels are true: derive each again by another road, and compare.

    Masks are counted against boxes, 3D boxes and keypoints are projected by hand, depth is put
    into space against poses, flow and normals, and every copy of a number is compared. With
    --config the scenes are built again: rays are cast through a random sample of pixels, and
    the frames are rendered once more. Nothing of it uses the code that made the labels.

    Every annotation gets its worst and median error, and the frame where the worst happened.
    Exit code 0: every bound holds. 1: one is broken. 2: the recording or the config cannot be
    used. docs/audit.md lists every check, its bound and what it proves.

    Example: synth-ros audit dataset --config config/tabletop.yaml
    """
    from synth_ros.audit.run import AuditRequest
    from synth_ros.audit.run import audit as run
    from synth_ros.readers.open_recording import open_recording
    from synth_ros.report.audit_html import write_audit

    console = Console(stderr=True)
    request = AuditRequest(None if every else frames, seed)
    target = out or recording.resolve().parent / f'{recording.resolve().name}_audit'
    with closing(open_recording(recording)) as found:
        with _oracle(config, found, console) as oracle, _bar(console) as bar:
            task = bar.add_task('frames', total=None)
            result = run(
                found,
                request,
                oracle=oracle,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        written = write_audit(result, found, target)
    _show(result, Console())
    console.print(Text(f'Report: {written.html}'))
    if not result.fine:
        raise typer.Exit(1)


@contextmanager
def _oracle(
    config: Path | None, recording: Recording, console: Console
) -> Iterator[Oracle | None]:
    """What the config knows; its renderer is closed at the end."""
    if config is None:
        yield None
        return
    from synth_ros.cli.announce import announced_choice
    from synth_ros.config.load import load_config
    from synth_ros.pipeline.generate import open_stage
    from synth_ros.pipeline.oracle import ConfigOracle, check_config
    from synth_ros.scene.build import SceneBuilder

    loaded = load_config(config)
    check_config(recording, loaded)
    choice = announced_choice(loaded.config.render, console)
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=recording.seed, choice=choice)
    with closing(stage.renderer):
        yield ConfigOracle(loaded, builder, stage=stage)


def _bar(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn('[bold]{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn('left'),
        TimeRemainingColumn(),
        console=console,
    )


def _show(result: AuditResult, console: Console) -> None:
    """The table, then what is broken in words."""
    table = Table(title=f'{result.path}: {len(result.frames)} of {result.frames_total} frames')
    wide = console.width >= _WIDE
    columns = _COLUMNS if wide else _NARROW
    for heading in columns:
        left = heading in {'annotation', 'check', 'worst in'}
        table.add_column(
            heading,
            justify='left' if left else 'right',
            no_wrap=True,
            min_width=_CHECK_WIDTH if heading == 'check' else None,
        )
    for row in result.rows:
        if row.worst is not None:
            cells = dict(zip(_COLUMNS, _cells(row), strict=True))
            table.add_row(*(cells[heading] for heading in columns))
    console.print(table)
    for status in ('not in this recording', 'needs --config'):
        names = [row.name for row in result.rows if row.status == status]
        if names:
            console.print(Text(f'Not checked, {status}: {", ".join(names)}', style='dim'))
    for note in result.notes:
        console.print(Text(note, style='yellow'))
    for problem in result.problems:
        console.print(Text(problem, style='red'))
    for row in result.rows:
        _tell(row, console)
    if result.fine:
        console.print(Text('Every bound holds.', style='green'))


def _cells(row: RowResult) -> list[Text]:
    assert row.worst is not None
    style = 'red' if row.status == 'broken' else 'green'
    bound = f'{row.row.worst:g}' if row.row.worst < float('inf') else 'any'
    if row.row.median is not None:
        bound += f' / {row.row.median:g}'
    where = f'{row.worst.frame} {row.worst.subject}'.strip() if row.worst.worst > 0 else ''
    return [
        Text(row.row.annotation),
        Text(row.name, style=style),
        Text(f'{row.worst.worst:.3g} {row.row.unit}'.strip()),
        Text(f'{row.median:.3g}'),
        Text(bound),
        Text(f'{row.number}'),
        Text(where),
    ]


def _tell(row: RowResult, console: Console) -> None:
    """The worst findings of a broken row."""
    if row.status != 'broken':
        return
    console.print(Text(f'{row.name} broken {row.broken} times: {row.row.proves}', style='red'))
    for finding in row.findings[:_SHOWN]:
        measure = finding.measure
        where = f'{measure.frame} {measure.subject}'.strip()
        console.print(Text(f'  {where}: {finding.why}. {measure.detail}'))
