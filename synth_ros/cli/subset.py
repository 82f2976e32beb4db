"""``synth-ros subset``: a part of a dataset as a dataset of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, cast

import typer
from rich.console import Console
from rich.text import Text

from synth_ros.cli.convert import conversion_bar, tracked
from synth_ros.errors import NotFoundError


def subset(
    dataset: Annotated[Path, typer.Argument(help='Folder of a finished dataset.')],
    *,
    out: Annotated[Path, typer.Option('--out', '-o', help='Folder to write; a new one.')],
    where: Annotated[
        str,
        typer.Option(
            '--where',
            '-w',
            help='Which objects, such as "visibility > 0.3 and class in {mug, bowl}".',
            metavar='CONDITION',
        ),
    ] = '',
    keep: Annotated[
        str,
        typer.Option(
            help='frames: those with such an object, with all their labels; objects: the labels '
            'of such objects alone.'
        ),
    ] = 'frames',
    episodes: Annotated[
        str, typer.Option(help='Numbers and ranges, such as 0-9,12.', metavar='RANGES')
    ] = '',
    every: Annotated[
        int, typer.Option(min=1, help='One of so many frames of each camera in an episode.')
    ] = 1,
    max_frames: Annotated[
        int, typer.Option(min=0, help='At most so many frames, spread evenly; 0: all.')
    ] = 0,
    container: Annotated[
        str | None, typer.Option('--container', help="folder or shards; default: the dataset's.")
    ] = None,
    resume: Annotated[
        bool, typer.Option('--resume', help='Go on with an interrupted one.')
    ] = False,
) -> None:
    """Take the frames that meet a condition; they keep their numbers and names.

    Fields of a condition: class, model, instance, camera, scenario, split (words: ==, !=, in);
    visibility, truncation, occlusion, area, width, height (pixels), distance (metres), episode,
    view, objects (numbers: <, <=, >, >=, ==, !=, in). Joined by and, or, not and parentheses.

    Example: synth-ros subset dataset --where "visibility > 0.3 and class in {mug}" --out seen
    """
    from synth_ros.cli.options import container_named
    from synth_ros.pipeline.subset import SubsetRequest
    from synth_ros.pipeline.subset import subset as run

    if keep not in {'frames', 'objects'}:
        raise NotFoundError('--keep', keep, available=('frames', 'objects'))
    console = Console(stderr=True)
    request = SubsetRequest(
        source=dataset,
        out=out,
        where=where,
        keep=cast("Literal['frames', 'objects']", keep),
        episodes=episodes,
        every=every,
        max_frames=max_frames,
        container=container_named(container),
        resume=resume,
    )
    with conversion_bar(console, 'episodes') as bar:
        made = run(request, tracked(bar, 'subset'))
    console.print(
        f'{made.frames} of {made.frames_before} frames, in {made.episodes} episodes, with '
        f'{made.objects} labelled objects: {out}',
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    if made.unlabelled:
        console.print(
            Text(
                f'warning: {made.unlabelled} objects are seen in these frames and have no label '
                'any more. A detector learns from that to overlook them; --keep frames keeps all '
                'labels.',
                style='yellow',
            ),
            soft_wrap=True,
        )
