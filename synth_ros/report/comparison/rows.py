"""A statistic of two datasets as a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.report.comparison.distances import (
    Distance,
    coarsen,
    jensen_shannon,
    merge_bins,
    wasserstein_1,
)
from synth_ros.report.comparison.records import RowRecord, Verdict
from synth_ros.report.statistics.tally import Axis, Counts, MapTally, NameTally, NumberTally

_BARS = 36
_LABELS = 40


def number_row(
    a: NumberTally,
    b: NumberTally,
    *,
    family: str,
    class_name: str = '',
    around: bool = False,
) -> RowRecord:
    """Compare a quantity; both have values.

    Args:
        a: Of the first dataset.
        b: Of the second.
        family: What it belongs to.
        class_name: If it is of one class alone.
        around: Whether its values are angles that go round, so that none is the least.
    """
    axis = a.axis
    places = coarsen(a.counts[0], b.counts[0])
    if around:
        places = np.arange(axis.bins)
    coarse = [merge_bins(tally.counts, places) for tally in (a, b)]
    divergence = jensen_shannon(*coarse)
    moved = None if around else wasserstein_1(a.counts, b.counts, step=axis.step)
    window = _window(a.counts[0] + b.counts[0])
    shown = [_bars(tally.counts[0], window) for tally in (a, b)]
    return RowRecord(
        name=axis.name,
        title=axis.title,
        unit=axis.unit,
        family=family,
        kind='number',
        class_name=class_name,
        log=axis.log,
        whole=axis.whole,
        divergence=_short(divergence.value),
        divergence_noise=_maybe(divergence.noise),
        wasserstein=None if moved is None else _short(moved.value),
        wasserstein_noise=None if moved is None else _maybe(moved.noise),
        verdict=verdict(divergence, moved),
        counts=(a.count, b.count),
        medians=None if around else (_short(a.quantile(0.5)), _short(b.quantile(0.5))),
        edges=_edges(axis, window),
        a=_shares(shown[0], a.counts[0].sum()),
        b=_shares(shown[1], b.counts[0].sum()),
    )


def names_row(
    heading: tuple[str, str, str],
    keys: Sequence[str],
    tallies: tuple[NameTally, NameTally],
    *,
    label: Callable[[str], str] = str,
) -> RowRecord:
    """Compare how often names occur; both have some.

    Args:
        heading: Name, title and family.
        keys: The names.
        tallies: Of the two datasets.
        label: What a name is called.
    """
    tables = [tally.table(keys) for tally in tallies]
    divergence = jensen_shannon(*tables)
    totals = [int(table[0].sum()) for table in tables]
    # All names count, but a chart of them all could not be read.
    order = np.argsort(-sum(t[0] / max(n, 1) for t, n in zip(tables, totals, strict=True)))
    some = np.sort(order[:_LABELS])
    return RowRecord(
        name=heading[0],
        title=heading[1],
        unit='',
        family=heading[2],
        kind='names',
        divergence=_short(divergence.value),
        divergence_noise=_maybe(divergence.noise),
        verdict=verdict(divergence, None),
        counts=(totals[0], totals[1]),
        labels=tuple(label(keys[int(place)]) for place in some),
        a=_shares(tables[0][0][some], totals[0]),
        b=_shares(tables[1][0][some], totals[1]),
    )


def map_row(a: MapTally, b: MapTally, *, family: str, class_name: str = '') -> RowRecord:
    """Compare a grid; both have something in it."""
    flat = [tally.counts.reshape(len(tally.counts), -1) for tally in (a, b)]
    divergence = jensen_shannon(*flat)
    return RowRecord(
        name=a.axis.name,
        title=a.axis.title,
        unit='',
        family=family,
        kind='map',
        class_name=class_name,
        divergence=_short(divergence.value),
        divergence_noise=_maybe(divergence.noise),
        verdict=verdict(divergence, None),
        counts=(int(flat[0][0].sum()), int(flat[1][0].sum())),
        a=_shares(flat[0][0], flat[0][0].sum()),
        b=_shares(flat[1][0], flat[1][0].sum()),
        columns=a.axis.columns,
    )


def verdict(divergence: Distance, moved: Distance | None) -> Verdict:
    """What the distances say, compared with their noise."""
    ratios = []
    for distance in (divergence, moved):
        if distance is None:
            continue
        if distance.noise is None:
            return 'same' if distance.value == 0 else 'unknown'
        if distance.value > 0:
            ratios.append(distance.value / max(distance.noise, 1e-12))
    worst = max(ratios, default=0.0)
    if worst <= 1:
        return 'same'
    return 'perhaps' if worst <= 2 else 'differs'


class _Window(NamedTuple):
    """The part of an axis that a chart shows: ``bars`` bars of ``width`` bins from ``first``."""

    first: int
    width: int
    bars: int


def _window(counts: Counts) -> _Window:
    """All bins with a count, in few enough bars."""
    there = np.flatnonzero(counts)
    first, bins = int(there[0]), int(there[-1] - there[0] + 1)
    width = -(-bins // _BARS)
    return _Window(first, width, -(-bins // width))


def _edges(axis: Axis, window: _Window) -> tuple[float, ...]:
    """Edges of the bars; the last bar may reach beyond the axis."""
    places = window.first + window.width * np.arange(window.bars + 1)
    steps = places * axis.step
    edges = axis.low * 2**steps if axis.log else axis.low + steps
    return tuple(float(f'{edge:.6g}') for edge in edges)


def _bars(counts: Counts, window: _Window) -> Counts:
    """Counts of the bars."""
    inner = counts[window.first : window.first + window.width * window.bars]
    padded = np.pad(inner, (0, window.width * window.bars - len(inner)))
    bars: Counts = padded.reshape(-1, window.width).sum(axis=1)
    return bars


def _shares(counts: Counts, total: int) -> tuple[float, ...]:
    return tuple(_short(float(count) / max(int(total), 1)) for count in counts)


def _short(value: float) -> float:
    """Six digits: more would show the order of sums."""
    return float(f'{value:.6g}')


def _maybe(value: float | None) -> float | None:
    return None if value is None else _short(value)
