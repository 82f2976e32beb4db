"""Counts that grow image by image, merge, and know how far chance alone would move them.

Besides the counts of all, a tally keeps those of :data:`SPLITS` random halves of the dataset. A
half is drawn by groups (scenes), since the images of one group resemble each other. How much two
halves of the same data differ is the noise that a comparison of two datasets has to exceed.
Everything is counted in one pass; memory does not grow with the number of images.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synth_ros.types import FloatArray

SPLITS = 32
"""How many times a dataset is cut into two random halves."""

Side = NDArray[np.bool_]
"""In which cuts something is in the first half, (SPLITS,)."""
Counts = NDArray[np.int64]


def side_of(group: str, *, seed: int = 0) -> Side:
    """In which cuts a group is in the first half: a function of its name and the seed alone.

    Args:
        group: Its name.
        seed: Another one makes other cuts.
    """
    digest = hashlib.blake2b(f'{seed}/{group}'.encode(), digest_size=SPLITS // 8).digest()
    return np.unpackbits(np.frombuffer(digest, np.uint8)).astype(np.bool_)


class Axis(NamedTuple):
    """Values that are counted in equal steps, or in steps of equal ratio.

    Attributes:
        name: In files: ``box_size_px``.
        title: For people: ``Box size``.
        unit: ``px``, ``m`` ..., or empty for a plain number.
        low: Lower edge of the first bin; what is below counts there.
        high: Upper edge of the last bin, likewise.
        bins: Number of bins.
        log: Whether the steps have equal ratios.
        whole: Whether values are whole numbers, each the centre of a bin.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    bins: int
    log: bool = False
    whole: bool = False

    @property
    def edges(self) -> FloatArray:
        """Edges of the bins, (bins + 1,), in the unit."""
        if self.log:
            return np.geomspace(self.low, self.high, self.bins + 1)
        return np.linspace(self.low, self.high, self.bins + 1)

    @property
    def step(self) -> float:
        """Width of a bin: in the unit, or in doublings where steps have equal ratios."""
        span = np.log2(self.high / self.low) if self.log else self.high - self.low
        return float(span / self.bins)

    def place(self, values: FloatArray) -> NDArray[np.int64]:
        """In which bin each value is."""
        if self.log:
            scaled = np.log2(np.maximum(values, self.low) / self.low)
        else:
            scaled = values - self.low
        places = np.floor(scaled / self.step)
        return np.clip(places, 0, self.bins - 1).astype(np.int64)


class NumberTally:
    """How often values of an axis occur.

    Args:
        axis: What is counted.

    Attributes:
        axis: What is counted.
        counts: Of all and of the first half of each cut, (1 + SPLITS, bins).
        total: Sum of all values.
        at_ends: How many values lie at or beyond the lower and the upper end of the axis.
        low: Smallest value; infinity without any.
        high: Greatest value; minus infinity without any.
    """

    def __init__(self, axis: Axis) -> None:
        self.axis = axis
        self.counts: Counts = np.zeros((1 + SPLITS, axis.bins), np.int64)
        self.total = 0.0
        self.at_ends = (0, 0)
        self.low, self.high = np.inf, -np.inf

    @property
    def count(self) -> int:
        """Number of values."""
        return int(self.counts[0].sum())

    def add(self, values: ArrayLike, side: Side) -> None:
        """Count some values of one group; what is no finite number is left out."""
        found = np.atleast_1d(np.asarray(values, np.float64))
        found = found[np.isfinite(found)]
        if not found.size:
            return
        self.add_counts(np.bincount(self.axis.place(found), minlength=self.axis.bins), side)
        self.total += float(found.sum())
        below, above = int((found <= self.axis.low).sum()), int((found >= self.axis.high).sum())
        self.at_ends = (self.at_ends[0] + below, self.at_ends[1] + above)
        self.low, self.high = min(self.low, found.min()), max(self.high, found.max())

    def add_counts(self, row: Counts, side: Side) -> None:
        """Count values of one group that are in bins already, (bins,)."""
        self.counts[0] += row
        self.counts[1:][side] += row

    def merge(self, other: Self) -> None:
        """Count what another tally of the same axis has counted."""
        assert self.axis == other.axis, (self.axis, other.axis)
        self.counts += other.counts
        self.total += other.total
        self.at_ends = (
            self.at_ends[0] + other.at_ends[0],
            self.at_ends[1] + other.at_ends[1],
        )
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)

    def quantile(self, share: float) -> float:
        """The value below which a share of all values lies, as exact as the bins are wide."""
        counts, edges = self.counts[0], self.axis.edges
        if self.axis.whole:
            place = int(np.searchsorted(np.cumsum(counts), share * counts.sum()))
            return float(
                np.clip(round((edges[place] + edges[place + 1]) / 2), self.low, self.high)
            )
        # Values at an end of the axis, such as those that are exactly 0 %, are not spread out.
        reached = np.concatenate(([0], np.cumsum(counts)))
        reached[0] += self.at_ends[0]
        reached[-1] -= self.at_ends[1]
        scaled = np.log2(edges) if self.axis.log else edges
        value = float(np.interp(share * counts.sum(), reached, scaled))
        return float(np.clip(2**value if self.axis.log else value, self.low, self.high))


class NameTally:
    """How often names occur.

    Attributes:
        counts: By name, of all and of the first half of each cut, (1 + SPLITS,).
    """

    def __init__(self) -> None:
        self.counts: dict[str, Counts] = {}

    def add(self, name: str, side: Side, *, times: int = 1) -> None:
        """Count a name in a group."""
        row = self.counts.get(name)
        if row is None:
            row = self.counts[name] = np.zeros(1 + SPLITS, np.int64)
        row[0] += times
        row[1:][side] += times

    def merge(self, other: Self) -> None:
        """Count what another tally has counted."""
        for name, row in other.counts.items():
            mine = self.counts.get(name)
            self.counts[name] = row.copy() if mine is None else mine + row

    def total(self, name: str) -> int:
        """How often a name occurs."""
        row = self.counts.get(name)
        return 0 if row is None else int(row[0])

    def table(self, names: Sequence[str]) -> Counts:
        """Counts of some names, (1 + SPLITS, names)."""
        none = np.zeros(1 + SPLITS, np.int64)
        columns = [self.counts.get(name, none) for name in names]
        return np.stack(columns, axis=1) if columns else np.zeros((1 + SPLITS, 0), np.int64)

    def __iter__(self) -> Iterator[str]:
        """All names, in alphabetical order."""
        return iter(sorted(self.counts))


class MapAxis(NamedTuple):
    """Pairs of values, counted on a grid.

    Attributes:
        name: In files.
        title: For people.
        across: Meaning of columns, left to right.
        up: Meaning of rows, from the first, which is drawn on top, to the last.
        rows: Number of rows.
        columns: Number of columns.
    """

    name: str
    title: str
    across: str
    up: str
    rows: int
    columns: int


class MapTally:
    """How often pairs of values occur.

    Args:
        axis: What is counted.

    Attributes:
        axis: What is counted.
        counts: Of all and of the first half of each cut, (1 + SPLITS, rows, columns).
    """

    def __init__(self, axis: MapAxis) -> None:
        self.axis = axis
        self.counts: Counts = np.zeros((1 + SPLITS, axis.rows, axis.columns), np.int64)

    def add(self, rows: ArrayLike, columns: ArrayLike, side: Side) -> None:
        """Count pairs of one group by their places; what is outside counts at the border."""
        shape = (self.axis.rows, self.axis.columns)
        places = [
            np.clip(np.atleast_1d(np.asarray(found)).astype(np.int64), 0, size - 1)
            for found, size in zip((rows, columns), shape, strict=True)
        ]
        grid = np.bincount(
            np.ravel_multi_index(tuple(places), shape), minlength=shape[0] * shape[1]
        )
        self.counts[0] += grid.reshape(shape)
        self.counts[1:][side] += grid.reshape(shape)

    def merge(self, other: Self) -> None:
        """Count what another tally of the same axis has counted."""
        assert self.axis == other.axis, (self.axis, other.axis)
        self.counts += other.counts
