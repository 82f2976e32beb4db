"""``synth-ros compare``: how far two datasets are apart, and where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from synth_ros.cli.pixel_options import JobsOption, PixelsOption, threads

if TYPE_CHECKING:
    from synth_ros.readers.plain.types import PlainImage
    from synth_ros.report.choose import Candidates

_SHOWN = 4


def compare(
    a: Annotated[Path, typer.Argument(help='A dataset or bag, say synthetic.', metavar='A')],
    b: Annotated[Path, typer.Argument(help='Another, say real, or of another run.', metavar='B')],
    *,
    rename: Annotated[
        list[str] | None,
        typer.Option(
            '--map', metavar='IN_A=IN_B', help='This class of A is that of B; may be repeated.'
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option('--out', '-o', help='HTML file with paired plots.')
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option('--json', metavar='FILE', help='Write all numbers here.')
    ] = None,
    max_distance: Annotated[
        float | None,
        typer.Option(
            '--max-distance',
            min=0,
            max=1,
            help='Exit code 1 if the divergence of a statistic is above this and above chance.',
        ),
    ] = None,
    pixels: PixelsOption = None,
    seed: Annotated[int, typer.Option(min=0, help='Of the cuts into halves.')] = 0,
    jobs: JobsOption = None,
    force: Annotated[bool, typer.Option('--force', help='Replace files that are there.')] = False,
) -> None:
    """Compare two datasets, statistic by statistic: synthetic against real, or two runs.

    For each statistic the Jensen-Shannon divergence (0 the same, 1 nothing in common) and, of
    quantities, the Wasserstein distance in their own spread; beside them what chance alone would
    give, from random halves of the data. Classes are matched by name. Exit code 0, whatever
    differs, unless --max-distance says from when on it is 1.

    Example: synth-ros compare synthetic real --map mug=cup --out compare.html
    """
    from synth_ros.cli.compare_table import show
    from synth_ros.cli.json_file import refuse_to_replace, write_record
    from synth_ros.cli.progress import counting_bar
    from synth_ros.report.choose import Candidates
    from synth_ros.report.comparison.compare import Request
    from synth_ros.report.comparison.compare import compare as run
    from synth_ros.report.comparison.html import write_comparison
    from synth_ros.report.opened import opened
    from synth_ros.report.picture import from_plain

    refuse_to_replace(json_file, out, force=force)
    request = Request(_renames(rename or []), pixels, seed=seed, jobs=threads(jobs))
    console = Console(stderr=True)
    candidates = (Candidates(), Candidates())
    with opened(a) as first, opened(b) as second:
        with counting_bar(console) as bar:
            tasks = [bar.add_task(name, total=None) for name in ('A', 'B')]
            record = run(
                first,
                second,
                request,
                watch=(candidates[0].add, candidates[1].add),
                progress=lambda side, done, total: bar.update(
                    tasks[side], completed=done, total=total
                ),
            )
        if json_file is not None:
            write_record(json_file, record)
        if out is not None:
            samples = [
                [from_plain(dataset, image) for image in _some(seen)]
                for dataset, seen in zip((first, second), candidates, strict=True)
            ]
            write_comparison(record, out, samples=(samples[0], samples[1]))
    show(record, Console(highlight=False))
    for name, file in (('Plots', out), ('Numbers', json_file)):
        if file is not None:
            console.print(Text(f'{name}: {file}'))
    if max_distance is not None and (beyond := record.beyond(max_distance)):
        names = ', '.join(f'{row.name} {row.divergence:.3f}' for row in beyond)
        console.print(Text(f'Above --max-distance {max_distance:g}: {names}', style='bold red'))
        raise typer.Exit(1)


def _some(seen: Candidates) -> list[PlainImage]:
    return seen.choose(_SHOWN)


def _renames(words: list[str]) -> dict[str, str]:
    """Pairs of names from ``IN_A=IN_B``.

    Raises:
        UsageError: A word has no ``=``, or a class is named twice.
    """
    from synth_ros.errors import UsageError

    found: dict[str, str] = {}
    for word in words:
        old, equals, new = word.partition('=')
        if not equals or not old or not new:
            raise UsageError(f'--map {word}: write NAME_IN_A=NAME_IN_B, such as --map mug=cup.')
        if old in found:
            raise UsageError(f'--map names {old} of A twice: as {found[old]} and as {new}.')
        found[old] = new
    return found
