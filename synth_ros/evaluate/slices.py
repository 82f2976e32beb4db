"""Where a stack fails: shares of success by circumstance, and sentences that say so.

An outcome is an object that was found or not (recall), or a detection that was right or not
(precision). Outcomes that share a draw are not independent: all objects of a scene share its
lamps. So outcomes come in clusters, those with one value of the factor in one scene (and, if the
factor belongs to objects, of one object), and a share is as sure as its clusters make it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from synth_ros.evaluate.types import Factor
from synth_ros.types import FloatArray

Measure = Literal['recall', 'precision', 'pose recall']
_Z95 = 1.959963984540054
_MOST_BINS = 10
_MOST_WORDS = 20
_SHARES = frozenset({'visibility', 'occlusion', 'truncation'})
LEAST_OUTCOMES, LEAST_CLUSTERS = 10, 3
LEAST_DROP = 0.1
"""A finding is about a share that is lower by at least this."""
ALPHA = 0.05


class Outcome(NamedTuple):
    """One success or failure.

    Attributes:
        right: Whether it is a success.
        scene: Which scene.
        item: Which object in it.
        own: Factors of the object or detection.
        shared: Factors of its frame.
    """

    right: bool
    scene: int
    item: int
    own: Mapping[str, Factor]
    shared: Mapping[str, Factor]


class Bin(NamedTuple):
    """Outcomes with a value in a range, or with one word.

    Attributes:
        label: The range in words, or the word.
        low: Of the range, inclusive; ``None`` for a word.
        high: Of the range, exclusive but in the last one.
        total: Outcomes.
        right: Successes.
        share: Of successes.
        lower: Wilson's lower bound of the share, 95 %.
        upper: The upper one.
    """

    label: str
    low: float | None
    high: float | None
    total: int
    right: int
    share: float
    lower: float
    upper: float


class Slice(NamedTuple):
    """Success by one factor.

    Attributes:
        factor: Which.
        bins: By rising value, or by falling number of outcomes.
    """

    factor: str
    bins: tuple[Bin, ...]


class Finding(NamedTuple):
    """A circumstance under which success is rarer.

    Attributes:
        measure: Of what.
        factor: Which circumstance.
        text: The sentence.
        total: Outcomes under it.
        right: Successes among them.
        others: Share of success of all others.
        upper: Upper bound of the share under it, 95 %.
        cost: Successes that would be more if the share were that of the others.
        p_value: Chance of such a difference where there is none, for all that was tried.
    """

    measure: Measure
    factor: str
    text: str
    total: int
    right: int
    others: float
    upper: float
    cost: float
    p_value: float


def wilson(right: float, count: float, z: float = _Z95) -> tuple[float, float]:
    """Bounds of a share (Wilson, 1927).

    Args:
        right: Successes.
        count: Outcomes; 0 gives the whole range.
        z: Quantile of the normal distribution, 1.96 for 95 %.
    """
    if count <= 0:
        return 0.0, 1.0
    share, square = right / count, z * z / count
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


class _Column(NamedTuple):
    """One factor of all outcomes that have it.

    Attributes:
        factor: Which.
        values: Numbers, or places in ``words``, (n,).
        words: Empty for numbers.
        right: (n,).
        cluster: Number of the cluster, (n,).
    """

    factor: str
    values: FloatArray
    words: tuple[str, ...]
    right: NDArray[np.bool_]
    cluster: NDArray[np.int64]


def slices_of(outcomes: Iterable[Outcome]) -> tuple[Slice, ...]:
    """Success by every factor that takes more than one value, by name."""
    return tuple(_sliced(column) for column in _columns(outcomes))


def findings_of(outcomes: Iterable[Outcome], measure: Measure) -> tuple[Finding, ...]:
    """Circumstances under which success is rarer, the costliest first.

    For every factor all outcomes below and above each edge of its bins, or of each word, are
    compared with the others. What is told has at least ``LEAST_OUTCOMES`` outcomes and
    ``LEAST_CLUSTERS`` clusters on both sides, a share lower by ``LEAST_DROP`` at least, and a
    p-value below ``ALPHA``: Fisher's exact test on counts that are divided by the design effect of
    the clusters, with Bonferroni's correction for all comparisons; of each factor the one with the
    smallest p-value. The level in the sentence is the next multiple of 10 % (of 5 %
    where that would not be below the others) above the upper bound of the share.
    """
    columns = [(column, _cuts(column)) for column in _columns(outcomes)]
    tries = sum(len(cuts) for _, cuts in columns)
    best: list[Finding] = []
    for column, cuts in columns:
        design = _design(column)
        compared = (
            _compare(column, cut, measure=measure, design=design, tries=tries) for cut in cuts
        )
        found = [item for item in compared if item is not None]
        best += [min(found, key=lambda item: item.p_value)] if found else []
    return tuple(sorted(best, key=lambda item: (-item.cost, item.factor)))


def _columns(outcomes: Iterable[Outcome]) -> list[_Column]:
    """Factors with more than one value, by name."""
    found: dict[str, tuple[list[Factor], list[bool], list[tuple[int, int, Factor]]]] = {}
    for outcome in outcomes:
        for factors, item in ((outcome.shared, -1), (outcome.own, outcome.item)):
            for name, value in factors.items():
                column = found.setdefault(name, ([], [], []))
                column[0].append(value)
                column[1].append(outcome.right)
                column[2].append((outcome.scene, item, value))
    made = (
        _column(name, values, right, clusters=clusters)
        for name, (values, right, clusters) in sorted(found.items())
    )
    return [column for column in made if column is not None]


def _column(
    name: str, values: list[Factor], right: list[bool], *, clusters: Sequence[object]
) -> _Column | None:
    numbers: dict[object, int] = {}
    cluster = np.array([numbers.setdefault(key, len(numbers)) for key in clusters], np.int64)
    told = [value for value in values if isinstance(value, str)]
    if told:
        words = tuple(sorted({str(value) for value in values}))
        places = {word: k for k, word in enumerate(words)}
        codes = np.array([places[str(value)] for value in values], np.float64)
    else:
        words, codes = (), np.array(values, np.float64)
    if len(np.unique(codes)) < 2:
        return None
    return _Column(name, codes, words, np.array(right, np.bool_), cluster)


def _edges(column: _Column) -> FloatArray:
    """Round numbers that part the values into bins of about the same size."""
    values = column.values
    if column.factor in _SHARES:
        edges = np.arange(1, 10) / 10
    else:
        distinct = np.unique(values)
        if len(distinct) <= _MOST_BINS:
            edges = distinct[1:]
        else:
            edges = np.quantile(values, np.arange(1, _MOST_BINS) / _MOST_BINS)
            step = 10.0 ** np.floor(np.log10((edges[-1] - edges[0]) / 10 or 1.0))
            edges = np.round(edges / step) * step
    kept = np.unique(edges)
    chosen: FloatArray = kept[(kept > values.min()) & (kept <= values.max())]
    return chosen


def _sliced(column: _Column) -> Slice:
    if column.words:
        counts = np.bincount(column.values.astype(np.int64), minlength=len(column.words))
        common = np.argsort(-counts, kind='mergesort')[:_MOST_WORDS]
        bins = [_bin(column, column.words[k], inside=column.values == k) for k in common.tolist()]
        return Slice(column.factor, tuple(bins))
    edges = [float(column.values.min()), *_edges(column).tolist(), float(column.values.max())]
    made = []
    for k, (low, high) in enumerate(pairwise(edges)):
        last = k == len(edges) - 2
        inside = (column.values >= low) & (column.values <= high if last else column.values < high)
        if inside.any():
            label = f'{shown(low)} to {shown(high)}' if high > low else shown(low)
            made.append(_bin(column, label, inside=inside)._replace(low=low, high=high))
    return Slice(column.factor, tuple(made))


def _bin(column: _Column, label: str, *, inside: NDArray[np.bool_]) -> Bin:
    group = _group(column, inside)
    lower, upper = group.bounds(group.design)
    return Bin(label, None, None, group.total, group.right, group.share, lower, upper)


class _Group(NamedTuple):
    """Some of the outcomes.

    Attributes:
        total: Outcomes.
        right: Successes.
        clusters: That they come in.
        variance: Of the share, from its clusters.
        plain: Of the share, if outcomes were independent; never 0.
    """

    total: int
    right: int
    clusters: int
    variance: float
    plain: float

    @property
    def share(self) -> float:
        return self.right / self.total if self.total else 0.0

    @property
    def design(self) -> float:
        """By how much the variance is larger than that of independent outcomes."""
        return max(1.0, self.variance / self.plain)

    def bounds(self, design: float) -> tuple[float, float]:
        return wilson(self.right / design, self.total / design)


def _group(column: _Column, inside: NDArray[np.bool_]) -> _Group:
    count, right = int(inside.sum()), int(column.right[inside].sum())
    if not count:
        return _Group(0, 0, 0, 0.0, 1.0)
    numbers, place = np.unique(column.cluster[inside], return_inverse=True)
    sizes = np.bincount(place).astype(np.float64)
    hits = np.bincount(place, weights=column.right[inside])
    variance = 0.0
    if len(numbers) > 1:
        # The linearised variance of a ratio (Cochran, Sampling Techniques, 1977, section 6.3).
        spread = float(((hits - right / count * sizes) ** 2).sum())
        variance = len(numbers) / (len(numbers) - 1) * spread / count**2
    near = (right + 1) / (count + 2)
    return _Group(count, right, len(numbers), variance, near * (1 - near) / count)


def _cuts(column: _Column) -> list[tuple[str, NDArray[np.bool_]]]:
    """Every group of outcomes that is compared with the others, in words."""
    values, factor = column.values, column.factor
    if column.words:
        counts = np.bincount(values.astype(np.int64), minlength=len(column.words))
        common = np.argsort(-counts, kind='mergesort')[:_MOST_WORDS]
        groups = [(f'{factor} is {column.words[k]}', values == k) for k in common.tolist()]
    else:
        groups = []
        for edge in _edges(column).tolist():
            groups.append((f'{factor} < {shown(edge)}', values < edge))
            groups.append((f'{factor} >= {shown(edge)}', values >= edge))
    return [
        (words, inside)
        for words, inside in groups
        if LEAST_OUTCOMES <= int(inside.sum()) <= len(inside) - LEAST_OUTCOMES
    ]


def _design(column: _Column) -> float:
    """By how much scenes differ more than independent outcomes would, if nothing mattered."""
    everything = _group(column, np.ones(len(column.values), np.bool_))
    return everything.design


def _compare(
    column: _Column,
    cut: tuple[str, NDArray[np.bool_]],
    *,
    measure: Measure,
    design: float,
    tries: int,
) -> Finding | None:
    words, inside = cut
    ours, others = _group(column, inside), _group(column, ~inside)
    if min(ours.clusters, others.clusters) < LEAST_CLUSTERS:
        return None
    drop = others.share - ours.share
    if drop < LEAST_DROP:
        return None
    # A group without any success, or any failure, cannot tell how its clusters differ.
    design = max(design, ours.design, others.design)
    p_value = min(1.0, 2 * tries * _fisher(ours, others, design))
    upper = ours.bounds(design)[1]
    level = _level(upper, below=others.share)
    if p_value >= ALPHA or level is None:
        return None
    what = {'recall': 'objects found', 'precision': 'detections right'}.get(measure, 'poses right')
    text = (
        f'{measure} falls below {level} % when {words} ({ours.right} of {ours.total} {what}; '
        f'otherwise {100 * others.share:.0f} %)'
    )
    cost = drop * ours.total
    return Finding(
        measure,
        column.factor,
        text,
        ours.total,
        ours.right,
        others.share,
        upper,
        cost,
        p_value,
    )


def _fisher(ours: _Group, others: _Group, design: float) -> float:
    """Chance of a share as low as ours, or lower (Fisher's exact test, one-sided).

    Args:
        ours: The group.
        others: All others.
        design: So many outcomes are worth one independent outcome; halves are rounded against us.
    """
    counts = math.floor(ours.total / design), math.floor(others.total / design)
    rights = math.ceil(ours.right / design), math.floor(others.right / design)
    right = min(rights[0], counts[0])
    return float(stats.hypergeom.cdf(right, sum(counts), right + rights[1], counts[0]))


def _level(upper: float, *, below: float) -> int | None:
    """The next round percentage above a bound that is still below another share."""
    for step in (10, 5):
        level = step * math.ceil(upper * 100 / step - 1e-9)
        if 0 < level < below * 100:
            return level
    return None


def shown(value: float) -> str:
    """A number for people."""
    return f'{value:.4g}'
