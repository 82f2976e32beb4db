"""How far every instance reaches, visible or not: all of a frame's in one pass.

Silhouettes are laid end to end and cut into runs, as the id image is. A thousand instances
then take a dozen operations on arrays instead of a dozen for each of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.labels.amodal import Amodal, amodal, unite
from synth_ros.labels.boxes import RowRuns, VisibleRegion, visible_regions
from synth_ros.labels.runs import instance_runs, once
from synth_ros.types import Box2D, CameraModel, Frame, Silhouette


class Extent(NamedTuple):
    """What the image shows of an instance, and what there is of it.

    Attributes:
        region: Its visible pixels; ``None`` if there are none.
        full: Its silhouette united with its visible pixels.
        amodal: Box and counts of ``full``.
    """

    region: VisibleRegion | None
    full: Silhouette
    amodal: Amodal


class _Spans(NamedTuple):
    """Set pixels of many silhouettes as runs, by silhouette, row and column; each (n,), int64.

    Attributes:
        owner: Place of its silhouette in the given sequence.
        row: On the canvas, 0 is the image's first.
        start: First column on the canvas.
        end: Column after the last.
    """

    owner: NDArray[np.int64]
    row: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


def known_extents(frame: Frame) -> Mapping[int, Extent]:
    """The extents of a frame, worked out once."""
    return once(frame, _extents)


def _extents(frame: Frame) -> Mapping[int, Extent]:
    return extents(frame, instance_runs(frame))


def extents(frame: Frame, runs: RowRuns) -> dict[int, Extent]:
    """Extent of each listed instance that covers a pixel of the canvas.

    Args:
        frame: The frame; ids that it does not list are left out.
        runs: Of ``frame.instance_id``.

    Returns:
        By ascending instance id.

    Raises:
        InternalError: A silhouette is empty, leaves the canvas or does not cover what is visible
            (``labels.amodal.unite``).
    """
    regions = visible_regions(runs)
    size = (frame.camera.width, frame.camera.height)
    drawn = {
        item.instance_id: frame.silhouettes[item.instance_id]
        for item in frame.instances
        if item.instance_id in frame.silhouettes
    }
    keys = list(drawn)
    spans = _spans(list(drawn.values()))
    bounds = dict(zip(keys, _amodals(spans, frame.camera, len(keys)), strict=True))
    whole = _covered(runs, spans, keys)
    out: dict[int, Extent] = {}
    for key in (item.instance_id for item in frame.instances):
        region, full = regions.get(key), drawn.get(key)
        if region is None:
            if full is not None:
                out[key] = Extent(None, full, bounds[key])
        elif full is not None and key in whole:
            out[key] = Extent(region, full, bounds[key])
        else:
            full = unite(full, frame.instance_id, key=key, region=region)
            out[key] = Extent(region, full, amodal(full, size))
    return out


def _spans(silhouettes: Sequence[Silhouette]) -> _Spans:
    """Cut all silhouettes into runs."""
    if not silhouettes:
        return _Spans(*np.zeros((4, 0), np.int64))
    shapes = np.array([mask.shape for _, _, mask in silhouettes], np.int64)
    corner = np.array([(x0, y0) for x0, y0, _ in silhouettes], np.int64)
    flat = np.concatenate([mask.ravel() for _, _, mask in silhouettes]).view(np.int8)
    # Rows of all masks, one after the other: where each begins, whose it is.
    owner_of_row = np.repeat(np.arange(len(silhouettes)), shapes[:, 0])
    width = shapes[owner_of_row, 1]
    begin = np.concatenate([[0], np.cumsum(width)])
    changes = np.empty(flat.size + 1, np.bool_)
    np.not_equal(flat[1:], flat[:-1], out=changes[1:-1])
    changes[begin] = True
    edges = np.flatnonzero(changes)
    set_runs = np.flatnonzero(flat[edges[:-1]])
    first, last = edges[set_runs], edges[set_runs + 1]
    row = np.searchsorted(begin, first, side='right') - 1
    owner = owner_of_row[row]
    first_row = np.concatenate([[0], np.cumsum(shapes[:, 0])])
    left = corner[owner, 0] - begin[row]
    return _Spans(owner, row - first_row[owner] + corner[owner, 1], first + left, last + left)


def _amodals(spans: _Spans, camera: CameraModel, count: int) -> list[Amodal]:
    """Box and counts of each silhouette."""
    groups = np.searchsorted(spans.owner, np.arange(count + 1))
    if (groups[1:] == groups[:-1]).any():
        raise InternalError('A silhouette must cover at least one pixel.')
    if count == 0:
        return []
    width, height = camera.width, camera.height
    begin, end = groups[:-1], groups[1:]
    inside = np.clip(spans.end, 0, width) - np.clip(spans.start, 0, width)
    inside[(spans.row < 0) | (spans.row >= height)] = 0
    x0 = np.minimum.reduceat(spans.start, begin)
    x1 = np.maximum.reduceat(spans.end, begin)
    y0, y1 = spans.row[begin], spans.row[end - 1] + 1
    table = zip(
        np.stack([x0, y0, x1, y1], axis=1).tolist(),
        np.add.reduceat(inside, begin).tolist(),
        np.add.reduceat(spans.end - spans.start, begin).tolist(),
        strict=True,
    )
    out = [Amodal(Box2D(*box), in_image, full) for box, in_image, full in table]
    if x0.min() < -width or y0.min() < -height or x1.max() > 2 * width or y1.max() > 2 * height:
        raise InternalError(
            f'A silhouette leaves the canvas of a {width} x {height} image: '
            f'together they span {(int(x0.min()), int(y0.min()), int(x1.max()), int(y1.max()))}.'
        )
    return out


def _covered(runs: RowRuns, spans: _Spans, keys: Sequence[int]) -> set[int]:
    """Which ids have all their visible runs inside their silhouette."""
    order = np.array(keys, np.int64)
    if not order.size:
        return set()
    owner = np.searchsorted(order, runs.ids)
    known = np.flatnonzero(order[np.minimum(owner, order.size - 1)] == runs.ids)
    owner, lengths = owner[known], runs.lengths[known]
    row, start = np.divmod(runs.starts[known], runs.width)
    # One number for owner, row and column; far apart enough for any canvas.
    stride = 4 * max(runs.width, int(np.abs(spans.end).max()), 1)
    rows = 4 * max(int(np.abs(spans.row).max()), int(row.max(initial=0)), 1)
    place = (owner * rows + row) * stride + start
    begin = (spans.owner * rows + spans.row) * stride + spans.start
    nearest = np.searchsorted(begin, place, side='right') - 1
    end = begin + (spans.end - spans.start)
    inside = (nearest >= 0) & (place + lengths <= end[nearest])
    return set(keys) - {keys[i] for i in np.unique(owner[~inside]).tolist()}
