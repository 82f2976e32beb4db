"""Whether the colour image is that of these labels, judged without the config.

Where two things meet in the masks, colours change; the outlines of another frame's masks, where
they are not outlines of this one, lie anywhere in this image. An image that fits the outlines of
another frame better than its own is stale.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View
from synth_ros.readers.recording import RecordedFrame
from synth_ros.types import ByteImage, IdImage, MaskImage

_FEWEST = 60
"""Outline pixels that make a judgement; a frame of less difference cannot be told apart."""
_SATURATED = 48.0
"""Grey levels of contrast from which an outline counts in full."""


def stale(view: View) -> Iterator[Measure]:
    """Contrast on the outlines of neighbouring frames as a share of that on its own."""
    own = view.frame.instance_id
    if own is None:
        return
    contrast = contrasts(view.frame.rgb)
    for other in view.others:
        if other.instance_id is None or other.instance_id.shape != own.shape:
            continue
        mine, theirs = _apart(own, other)
        if mine.sum() < _FEWEST or theirs.sum() < _FEWEST:
            continue
        here = float(contrast[mine].mean())
        there = float(contrast[theirs].mean())
        yield view.find.errors(
            'image.stale',
            there / max(here, 1e-6),
            subject='colour',
            detail=f'outlines of {other.key.stem} show {there:.2f} of full contrast in this '
            f'image, its own {here:.2f}',
        )


def contrasts(rgb: ByteImage) -> NDArray[np.float64]:
    """Contrast across each pixel, 0 to 1: the largest change of a channel within 5 pixels."""
    values = np.pad(rgb.astype(np.float64), ((2, 2), (2, 2), (0, 0)), mode='edge')
    across = np.abs(values[2:-2, 4:] - values[2:-2, :-4]).max(axis=2)
    down = np.abs(values[4:, 2:-2] - values[:-4, 2:-2]).max(axis=2)
    return np.asarray(np.minimum(np.maximum(across, down) / _SATURATED, 1.0))


def outlines(image: IdImage) -> MaskImage:
    """Pixels whose right or lower neighbour has another id."""
    out = np.zeros(image.shape, np.bool_)
    out[:, :-1] |= image[:, :-1] != image[:, 1:]
    out[:-1] |= image[:-1] != image[1:]
    return out


def _apart(own: IdImage, other: RecordedFrame) -> tuple[MaskImage, MaskImage]:
    """Outline pixels of each that are not within 3 pixels of one of the other."""
    assert other.instance_id is not None
    mine, theirs = outlines(own), outlines(other.instance_id)
    return mine & ~_grown(theirs, 3), theirs & ~_grown(mine, 3)


def _grown(mask: MaskImage, reach: int) -> MaskImage:
    out = mask.copy()
    for _ in range(reach):
        grown = out.copy()
        grown[1:] |= out[:-1]
        grown[:-1] |= out[1:]
        grown[:, 1:] |= out[:, :-1]
        grown[:, :-1] |= out[:, 1:]
        out = grown
    return out
