"""A histogram in one line of text."""

from __future__ import annotations

from collections.abc import Sequence

_BLOCKS = ' ▁▂▃▄▅▆▇█'


def sparkline(counts: Sequence[int]) -> str:
    """One letter for each count, as high as it is great; what is there at all shows.

    Args:
        counts: Some numbers of 0 or more, not all of them 0.
    """
    top, steps = max(counts), len(_BLOCKS) - 1
    return ''.join(_BLOCKS[-(-count * steps // top)] for count in counts)
