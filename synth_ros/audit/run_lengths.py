"""COCO's compressed run lengths, decoded by hand.

The format (``maskApi.c`` of the COCO API): run lengths alternate between outside and inside,
column by column, outside first. From the third on each is stored as the difference to the one
two before, in little-endian groups of five bits; bit 0x20 says that more follow, 0x10 of the
last group is the sign, and 48 is added to make text of it.
"""

from __future__ import annotations

import numpy as np

from synth_ros.types import MaskImage


def decode(counts: str, size: tuple[int, int]) -> MaskImage:
    """The mask of a text of run lengths.

    Args:
        counts: Compressed run lengths.
        size: (height, width).

    Raises:
        ValueError: The text is cut, or its runs do not fill the mask.
    """
    runs = run_lengths(counts)
    height, width = size
    if sum(runs) != height * width or min(runs, default=0) < 0:
        raise ValueError(f'run lengths fill {sum(runs)} of {height * width} pixels')
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(width, height).T


def run_lengths(counts: str) -> list[int]:
    """The run lengths themselves, pixels.

    Raises:
        ValueError: The text ends inside a number.
    """
    runs: list[int] = []
    value, shift = 0, 0
    for letter in counts.encode('ascii'):
        bits = letter - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value, shift = 0, 0
    if shift:
        raise ValueError('run lengths end inside a number')
    return runs
