"""Masks as COCO's compressed run lengths, and back with every length checked.

Decoding is done here rather than by pycocotools, whose C code trusts its input: damaged run
lengths would write outside the mask.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from synth_ros.errors import UsageError
from synth_ros.types import MaskImage


class Rle(NamedTuple):
    """A COCO mask.

    Attributes:
        size: (height, width).
        counts: Compressed run lengths, column by column, as text.
    """

    size: tuple[int, int]
    counts: str


def encode_mask(mask: MaskImage) -> Rle:
    """A mask of shape (height, width), at least one pixel."""
    height, width = mask.shape
    packed = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return Rle((height, width), packed['counts'].decode('ascii'))


def decode_mask(rle: Rle) -> MaskImage:
    """The mask, shape (height, width), read-only.

    Raises:
        UsageError: The text is no run lengths, or they do not fill the mask exactly.
    """
    height, width = rle.size
    runs = _runs(rle.counts)
    if runs.size == 0 or bool((runs < 0).any()) or int(runs.sum()) != height * width:
        raise UsageError(
            f'A mask of {height} x {width} pixels has run lengths that do not fill it.'
        )
    inside = np.arange(runs.size) % 2 == 1
    mask: MaskImage = np.repeat(inside, runs).reshape(width, height).T
    mask.flags.writeable = False
    return mask


def _runs(counts: str) -> NDArray[np.int64]:
    """Run lengths, outside first.

    Format (``rleToString`` in cocoapi's maskApi.c): each number in characters of five bits, the
    lowest first, plus 48; bit 5 tells that more follow, bit 4 of the last is the sign. From the
    fourth number on it is the difference to the one two before.
    """
    try:
        codes = np.frombuffer(counts.encode('ascii'), np.uint8).astype(np.int64) - 48
    except UnicodeEncodeError:
        raise UsageError('Run lengths of a mask hold a character that is not ASCII.') from None
    last = np.flatnonzero((codes & 0x20) == 0)
    starts = np.concatenate(([0], last[:-1] + 1))
    whole = last.size > 0 and int(last[-1]) == codes.size - 1
    # Six characters hold more pixels than any canvas.
    if not whole or bool(((codes < 0) | (codes > 0x3F)).any()) or (last - starts).max() > 5:
        raise UsageError('The run lengths of a mask are damaged.')
    place = np.arange(codes.size) - np.repeat(starts, last - starts + 1)
    values = np.add.reduceat((codes & 0x1F) << (5 * place), starts)
    values -= np.where(codes[last] & 0x10, np.int64(1) << (5 * (place[last] + 1)), 0)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values
