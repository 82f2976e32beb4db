"""Names of a network's classes: a file with a name a line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synth_ros.errors import AssetError


def read_names(path: Path) -> Mapping[int, str]:
    """Names by class number: the first line is class 0.

    Args:
        path: A text file as ``synth-ros export jetson`` writes it.

    Raises:
        AssetError: The file is missing, is no text, or has an empty line or none.
    """
    try:
        lines = Path(path).read_text(encoding='utf-8-sig').splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AssetError(path, f'the names of classes cannot be read ({error}).') from error
    names = [line.strip() for line in lines]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise AssetError(path, 'it has no names of classes. Write one a line, class 0 first.')
    if '' in names:
        raise AssetError(
            path,
            f'line {names.index("") + 1} is empty, so numbers below it would shift. Give every '
            'class a name, also one that is not used.',
        )
    return dict(enumerate(names))
