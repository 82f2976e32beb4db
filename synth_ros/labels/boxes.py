"""Tight boxes and pixel counts of all instances, from one pass over the id image."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import Box2D, IdImage


class RowRuns(NamedTuple):
    """An id image as runs of equal ids that never cross a row's end.

    Attributes:
        ids: Id of each run, shape (n,), int32, in reading order; background runs included.
        starts: Flat index of each run's first pixel, shape (n,), int64, ascending from 0.
        lengths: Pixels of each run, shape (n,), int64, 1 or more.
        width: Columns of the image.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    width: int


class VisibleRegion(NamedTuple):
    """What the image shows of one instance.

    Attributes:
        box: Tight box of its pixels, half-open pixel edges.
        pixels: Number of its pixels.
    """

    box: Box2D
    pixels: int


def row_runs(instance_id: IdImage) -> RowRuns:
    """Run-length encode an id image row by row.

    Runs carry all that boxes, counts and masks by class need, and an image has a thousand of
    them where it has hundreds of thousands of pixels: everything after this is almost free.

    Args:
        instance_id: Shape (height, width), int32; at least one pixel.
    """
    return run_starts(instance_id).of(instance_id)


class RunStarts(NamedTuple):
    """Where runs begin and how long they are; see ``RowRuns``."""

    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    width: int

    def of(self, image: IdImage) -> RowRuns:
        """The runs with their ids in an image that is constant in each."""
        return RowRuns(image.ravel()[self.starts], self.starts, self.lengths, self.width)


def run_starts(*images: IdImage) -> RunStarts:
    """Runs in which each of some images of one size is constant.

    Args:
        images: Shape (height, width), int32, one or more; at least one pixel.
    """
    height, width = images[0].shape
    begins = np.zeros(height * width, np.bool_)
    for image in images:
        flat = image.ravel()
        begins[1:] |= flat[1:] != flat[:-1]
    begins.reshape(height, width)[:, 0] = True
    starts = np.flatnonzero(begins)
    return RunStarts(starts, np.diff(starts, append=begins.size), width)


def visible_regions(runs: RowRuns) -> dict[int, VisibleRegion]:
    """Tight box and pixel count of every id in the image.

    The box is ``(min u, min v, max u + 1, max v + 1)`` over the id's pixels: half-open edges
    in the convention that integer coordinates are pixel centres. Ids may be any int32 but 0,
    the background, which is left out; the cost does not depend on their size.

    Args:
        runs: The image, from ``row_runs``.

    Returns:
        Region by id, in ascending order of ids.
    """
    shown = np.flatnonzero(runs.ids)
    if shown.size == 0:
        return {}
    order = shown[ascending(runs.ids[shown])]
    ids = runs.ids[order]
    groups = np.flatnonzero(np.diff(ids, prepend=0))
    row, column = np.divmod(runs.starts[order], runs.width)
    lengths = runs.lengths[order]
    # The sort is stable, so a group's rows ascend: its first and last runs bound them.
    last = np.append(groups[1:], ids.size) - 1
    table = zip(
        ids[groups].tolist(),
        np.minimum.reduceat(column, groups).tolist(),
        row[groups].tolist(),
        np.maximum.reduceat(column + lengths, groups).tolist(),
        (row[last] + 1).tolist(),
        np.add.reduceat(lengths, groups).tolist(),
        strict=True,
    )
    return {
        key: VisibleRegion(Box2D(x0, y0, x1, y1), pixels) for key, x0, y0, x1, y1, pixels in table
    }


def ascending(ids: NDArray[np.int32]) -> NDArray[np.intp]:
    """The order that sorts ids and keeps equal ones as they are."""
    if ids.size and ids.min() >= 0 and ids.max() <= np.iinfo(np.uint16).max:
        # Numpy sorts 16 bits by their digits, several times as fast.
        return np.argsort(ids.astype(np.uint16), kind='stable')
    return np.argsort(ids, kind='stable')
