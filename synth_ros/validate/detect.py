"""Which format a folder is taken for."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.readers.layouts.folders import folders_in
from synth_ros.readers.layouts.recognise import Candidate, Kind, looked_for, recognise
from synth_ros.validate.registry import FORMATS

_MOST_FOLDERS = 50


class Detected(NamedTuple):
    """What a folder is taken for.

    Attributes:
        kind: The format.
        reason: Why.
        others: What else it may be.
    """

    kind: Kind
    reason: str
    others: tuple[Candidate, ...] = ()


def detect(root: Path, wanted: str | None = None) -> Detected:
    """Find out the format of a folder.

    Args:
        root: The folder.
        wanted: A format that the user states.

    Raises:
        UsageError: There is no such folder, or it is of no known format.
        NotFoundError: There is no such format.
    """
    if not root.is_dir():
        hint = ' It is a file: give the folder that it is in.' if root.exists() else ''
        raise UsageError(f'There is no folder {root}.{hint}')
    if wanted is not None:
        for kind in FORMATS:
            if kind == wanted:
                return Detected(kind, 'you said so')
        raise NotFoundError('format', wanted, available=tuple(FORMATS))
    found = recognise(root)
    if not found:
        raise UsageError(
            f'{root} is of no format that synth-ros knows. Looked for:\n{looked_for()}\n'
            f'{_inside(root)}If it is one of these, say which with --format.'
        )
    # What is ours has files that only we write.
    others = () if found[0].kind in {'ours', 'bag'} else found[1:]
    return Detected(found[0].kind, found[0].reason, others)


def _inside(root: Path) -> str:
    """Datasets in the folder, a line for each."""
    found = [(folder, recognise(folder)) for folder in folders_in(root)[:_MOST_FOLDERS]]
    lines = [f'  {folder}  ({known[0].kind})\n' for folder, known in found if known]
    return f'Datasets in it:\n{"".join(lines)}' if lines else ''
