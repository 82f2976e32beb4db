"""``synth-ros validate``: is a dataset of any format whole and consistent?"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from synth_ros.errors import OutputError

if TYPE_CHECKING:
    from synth_ros.validate.base import Rule
    from synth_ros.validate.run import Validation

_CLASSES = 12
# Written out: the registry imports the checks of all formats.
_FORMATS = (
    'ours, coco, yolo, kitti, bop, voc, masks, cityscapes, dope, webdataset, hf-imagefolder, '
    'hf-parquet, lerobot, bag'
)


def validate(
    dataset: Annotated[
        Path, typer.Argument(help='Folder of a dataset of any format.', metavar='DATASET')
    ],
    *,
    kind: Annotated[
        str | None,
        typer.Option(
            '--format',
            help=f'What it is; found out by default. One of {_FORMATS}.',
            metavar='FORMAT',
        ),
    ] = None,
    fast: Annotated[
        bool, typer.Option('--fast', help='Decode no pixels, compare no checksums.')
    ] = False,
    first: Annotated[
        int, typer.Option(min=1, max=1000, help='Examples to show of each broken rule.')
    ] = 5,
    jobs: Annotated[
        int | None,
        typer.Option('--jobs', '-j', min=1, max=256, help='Threads; default: one a core.'),
    ] = None,
    report: Annotated[
        Path | None, typer.Option('--json', help='Write all of it to this file.', metavar='FILE')
    ] = None,
) -> None:
    """Check a dataset: schema, references, ranges, files, splits.

    Of any known format, whoever made it. Each broken rule is counted,
    explained, and shown with its first places. Exit code: 0 if nothing is wrong
    (warnings may be), 1 if there are errors, 2 if no format is recognised.

    Example: synth-ros validate dataset --fast
    """
    from synth_ros.validate.base import Options
    from synth_ros.validate.inspection import usual_jobs
    from synth_ros.validate.run import validate as check

    console = Console()
    options = Options(fast=fast, jobs=jobs or usual_jobs(), first=first)
    with _Bar() as progress, warnings.catch_warnings():
        # Decoders warn of what is reported here anyway.
        warnings.simplefilter('ignore')
        result = check(dataset, kind=kind, options=options, progress=progress)
    _tell(result, console, fast=fast)
    if report is not None:
        write_json(result, report)
    if result.errors:
        raise typer.Exit(1)


class _Bar:
    """A progress bar on stderr, for people alone."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn('{task.description}', markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task('looking around', total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, what: str, total: int | None) -> None:
        self._progress.reset(self._task, total=total, description=what)

    def step(self) -> None:
        self._progress.advance(self._task)


def _tell(result: Validation, console: Console, *, fast: bool) -> None:
    """What it is, what it holds, what is wrong."""
    from synth_ros.validate.registry import FORMATS

    say = console.print
    say(Text.assemble((FORMATS[result.kind].title, 'bold'), f': {result.path}'))
    say(Text(f'taken for {result.kind}: {result.detected.reason}', style='dim'))
    for other in result.detected.others:
        also = f'could also be {other.kind} ({other.reason}): --format {other.kind}'
        say(Text(also, style='dim'))
    for line in _counted(result):
        say(Text(line))
    for rule in result.findings.broken():
        say()
        _tell_rule(result, rule, console)
    say()
    say(_verdict(result, fast=fast))


def _counted(result: Validation) -> list[str]:
    counts = result.counts
    parts = [number(counts.images, 'images'), number(counts.objects, 'objects')]
    parts += [number(count, name) for name, count in counts.other.items()]
    lines = [', '.join(parts)]
    if counts.splits:
        lines.append(f'splits: {", ".join(f"{k} {v}" for k, v in sorted(counts.splits.items()))}')
    if counts.classes:
        common = counts.classes.most_common()
        shown = ', '.join(f'{name} {count}' for name, count in common[:_CLASSES])
        more = f' and {len(common) - _CLASSES} more' if len(common) > _CLASSES else ''
        lines.append(f'{number(len(common), "classes")}: {shown}{more}')
    return lines + counts.notes


def number(count: int, name: str) -> str:
    """A number with its noun, which is given in the plural: ``1 class``, ``no errors``."""
    if count != 1:
        return f'{count or "no"} {name}'
    words = name.split(' ')
    # "images without a label file" has its noun first, "DontCare regions" last.
    place = 0 if words[0].endswith('s') else len(words) - 1
    words[place] = words[place].removesuffix('es' if words[place].endswith('sses') else 's')
    return f'1 {" ".join(words)}'


def _tell_rule(result: Validation, rule: Rule, console: Console) -> None:
    """A broken rule, its first examples, and how to mend it."""
    count = result.findings.counts[rule.id]
    style = 'bold red' if rule.severity == 'error' else 'bold yellow'
    times = 'once' if count == 1 else f'{count} times'
    console.print(
        Text.assemble((f'{rule.severity} {rule.id}', style), f', {times}: {rule.demands}')
    )
    table = Table(show_header=False, box=None, padding=(0, 0, 0, 2))
    table.add_column(overflow='fold')
    for finding in result.findings.examples(rule.id):
        table.add_row(Text(f'{finding.where}: {finding.message}'))
    console.print(table)
    more = count - len(result.findings.examples(rule.id))
    if more:
        console.print(Text(f'  and {more} more', style='dim'))
    console.print(Text.assemble('  ', ('To mend: ', 'cyan'), rule.mend))


def _verdict(result: Validation, *, fast: bool) -> Text:
    doubts = number(result.warnings, 'warnings')
    if result.errors:
        return Text(f'{number(result.errors, "errors")}, {doubts}.', style='bold red')
    depth = ' (fast: no pixels decoded, no checksums compared)' if fast else ''
    return Text(f'Valid{depth}: no errors, {doubts}.', style='bold green')


def write_json(result: Validation, path: Path) -> None:
    """Write everything as JSON, beside the target first.

    Raises:
        OutputError: It cannot be written.
    """
    counts = result.counts
    content = {
        'format': 'synth_ros validation 1',
        'dataset': str(result.path),
        'kind': result.kind,
        'reason': result.detected.reason,
        'errors': result.errors,
        'warnings': result.warnings,
        'images': counts.images,
        'objects': counts.objects,
        'classes': dict(sorted(counts.classes.items())),
        'splits': dict(sorted(counts.splits.items())),
        'counts': dict(counts.other),
        'rules': [
            {
                'rule': rule.id,
                'severity': rule.severity,
                'demands': rule.demands,
                'mend': rule.mend,
                'count': result.findings.counts[rule.id],
                'examples': [
                    {'file': item.file, 'at': item.at, 'message': item.message}
                    for item in result.findings.examples(rule.id)
                ],
            }
            for rule in result.findings.broken()
        ],
    }
    part = path.with_name(f'.{path.name}.part')
    try:
        part.write_text(f'{json.dumps(content, indent=2)}\n', encoding='ascii')
        Path(part).replace(path)
    except OSError as error:
        raise OutputError(f'Cannot write {path}: {error.strerror}.') from None
