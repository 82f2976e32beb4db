"""``synth-ros merge``: several datasets as one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from synth_ros.cli.convert import conversion_bar, tracked


def merge(
    datasets: Annotated[
        list[Path],
        typer.Argument(help='Folders of finished datasets, two or more.', metavar='DATASET...'),
    ],
    *,
    out: Annotated[
        str, typer.Option('--out', '-o', help='Folder or URL of the merged dataset; a new one.')
    ],
    strict: Annotated[
        bool, typer.Option('--strict', help='Refuse to give a class or part another id.')
    ] = False,
    same_scenes: Annotated[
        bool,
        typer.Option('--same-scenes', help='Allow one drawn scene in several of the datasets.'),
    ] = False,
    container: Annotated[
        str | None,
        typer.Option('--container', help="folder or shards; default: the first dataset's."),
    ] = None,
    resume: Annotated[
        bool, typer.Option('--resume', help='Go on with an interrupted merge.')
    ] = False,
) -> None:
    """Make one dataset of several: classes by name, episodes numbered on.

    Pictures are copied, not encoded again, and every file is held against its checksum. A class
    keeps its id unless two would share one; then masks, labels and records are renumbered. The
    provenance of each frame says which episode of which dataset it was.

    Example: synth-ros merge kitchen shelf --out both
    """
    from synth_ros.cli.options import container_named
    from synth_ros.pipeline.merge import MergeRequest
    from synth_ros.pipeline.merge import merge as run

    console = Console(stderr=True)
    request = MergeRequest(
        sources=tuple(datasets),
        out=out,
        strict=strict,
        same_scenes=same_scenes,
        container=container_named(container),
        resume=resume,
    )
    with conversion_bar(console, 'episodes') as bar:
        made = run(request, tracked(bar, 'merge'))
    for note in made.notes:
        console.print(note, highlight=False, markup=False, soft_wrap=True)
    again = f', {made.resumed} of them were there already' if made.resumed else ''
    console.print(
        f'{made.frames} frames in {made.episodes} episodes{again}: {out}',
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
