"""Options of commands that measure pixels."""

from __future__ import annotations

import os
from typing import Annotated

import typer

PixelsOption = Annotated[
    int | None,
    typer.Option(
        '--pixels',
        min=0,
        metavar='N',
        help='Measure the pixels of N images, evenly spread, and look for duplicates among them; '
        'default: of all. 0 reads annotations alone and is fast.',
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option('--jobs', min=1, help='Threads that read images; default: one a core, up to 8.'),
]


def threads(jobs: int | None) -> int:
    """How many threads are used; their number never changes the result."""
    return jobs if jobs is not None else min(os.cpu_count() or 1, 8)
