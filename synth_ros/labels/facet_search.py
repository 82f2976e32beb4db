"""Which triangle each pixel shows: a rasterizer of its own, exact in double precision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.labels.facets import Facets
from synth_ros.types import FloatArray, IdImage

# Pixels that are looked at together: bounds the memory.
_CHUNK = 1 << 18


class Found(NamedTuple):
    """The facet of each pixel; flat arrays over the image.

    Attributes:
        facet: Index into the facets, -1 where there is none, shape (height * width,), int32.
        error: ``|z_pixel / z_facet - 1|``; infinite where there is none.
    """

    facet: NDArray[np.int32]
    error: FloatArray


class _Spans(NamedTuple):
    """Pieces of rows that facets cover; all of shape (n,).

    Attributes:
        facet: Which.
        row: Row.
        first: First column.
        length: Pixels, 1 or more.
    """

    facet: NDArray[np.int64]
    row: NDArray[np.int64]
    first: NDArray[np.int64]
    length: NDArray[np.int64]


def find_facets(
    facets: Facets,
    geom_id: IdImage,
    depth_m: NDArray[np.float32],
    *,
    margin_px: float,
) -> Found:
    """The facet of a pixel's own surface through which its ray passes nearest its depth.

    Args:
        facets: Front-facing triangles.
        geom_id: Surface of each pixel that asks, shape (height, width), -1 elsewhere.
        depth_m: Rendered depth, same shape.
        margin_px: A ray counts as inside up to so far beyond an edge.
    """
    width = geom_id.shape[1]
    ids, depth = geom_id.ravel(), depth_m.ravel().astype(np.float64)
    best = np.full(ids.size, np.inf)
    facet = np.full(ids.size, -1, np.int32)
    for spans in _chunks(_spans(facets, margin_px)):
        index = np.repeat(np.arange(len(spans.facet)), spans.length)
        start = np.cumsum(spans.length) - spans.length
        column = np.arange(len(index)) + (spans.first - start)[index]
        pixel = (spans.row * width)[index] + column
        which = spans.facet[index]
        mine = ids[pixel] == facets.geom[which]
        index, column, pixel, which = index[mine], column[mine], pixel[mine], which[mine]
        per_u, per_v, at_zero = facets.inverse_depth[:, spans.facet]
        inverse_depth = (at_zero + per_v * spans.row)[index] + per_u[index] * column
        error = np.abs(inverse_depth * depth[pixel] - 1)
        np.minimum.at(best, pixel, error)
        won = error == best[pixel]
        facet[pixel[won]] = which[won]
    return Found(facet, best)


def _spans(facets: Facets, margin_px: float) -> _Spans:
    """Where rows of pixel centres cross facets."""
    count = facets.y1 - facets.y0 + 1
    which = np.repeat(np.arange(len(count)), count)
    row = np.arange(len(which)) + (facets.y0 - (np.cumsum(count) - count))[which]
    low, high = facets.x0[which].astype(np.float64), facets.x1[which].astype(np.float64)
    for per_u, per_v, at_zero in facets.edges:
        widened = at_zero + margin_px * np.hypot(per_u, per_v)
        crossing = (-per_v / per_u)[which] * row + (-widened / per_u)[which]
        starts = (per_u > 0)[which]
        np.maximum(low, crossing, out=low, where=starts)
        np.minimum(high, crossing, out=high, where=~starts)
    first, last = np.ceil(low), np.floor(high)
    some = np.flatnonzero(first <= last)
    first, last = first[some].astype(np.int64), last[some].astype(np.int64)
    return _Spans(which[some], row[some], first, last - first + 1)


def _chunks(spans: _Spans) -> Iterator[_Spans]:
    """Spans in groups of about ``_CHUNK`` pixels."""
    total = np.cumsum(spans.length)
    if total.size == 0:
        return
    cuts = np.searchsorted(total, np.arange(_CHUNK, total[-1], _CHUNK))
    for begin, end in zip([0, *cuts.tolist()], [*cuts.tolist(), total.size], strict=True):
        yield _Spans(*(array[begin:end] for array in spans))
