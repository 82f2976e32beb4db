"""``synth-ros recover``: make a bag valid whose recording was killed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def recover(
    bag: Annotated[Path, typer.Argument(help='Folder of the bag.', metavar='BAG')],
) -> None:
    """Close a bag whose recording was killed: nothing that reached the disk is lost.

    Example: synth-ros recover bag
    """
    from synth_ros.writers.bag_recovery import recover_bag

    result = recover_bag(bag)
    say = Console(stderr=True).print
    if result.was_complete:
        say(f'{bag} is valid already: {result.message_count} messages.')
    else:
        say(
            f'[green]{bag} is valid now[/]: {result.message_count} messages; '
            f'{result.cut_bytes} bytes of an unfinished chunk were cut off.'
        )
