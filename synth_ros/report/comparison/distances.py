"""Distances of two distributions given by their counts, and how large chance makes them.

The noise of a distance is what two random draws of the same distribution, as large as the two
datasets, would have. It is estimated from the datasets themselves: each is cut into random halves
many times, by scenes (``statistics.tally``), and the distances of the halves are scaled from
halves to wholes. The expected Jensen-Shannon divergence of two samples of n and m is proportional
to 1/n + 1/m, the Wasserstein distance to its root. A divergence cannot exceed 1, so where halves
have next to nothing in common it is -log(1 - divergence) that is scaled: the same where it is
small, and never too little where it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.report.statistics.tally import Counts
from synth_ros.types import FloatArray

CONFIDENCE = 0.95
"""Chance alone stays below the noise this often."""

_COARSE = 24
# Fewer cuts with something on both sides tell nothing of the noise.
_LEAST_CUTS = 8
_SURE = 0.9999


class Distance(NamedTuple):
    """A distance and its noise.

    Attributes:
        value: Of the two datasets.
        noise: What chance alone would hardly exceed; ``None`` where there are too few groups to
            tell.
    """

    value: float
    noise: float | None


def divergence(first: FloatArray, second: FloatArray) -> NDArray[np.float64]:
    """Jensen-Shannon divergence of distributions, bits: 0 the same, 1 nothing in common.

    Formula: J. Lin, "Divergence measures based on the Shannon entropy" (1991).

    Args:
        first: Counts or shares along the last axis, not all of them 0.
        second: Likewise; other axes broadcast.
    """
    p = first / first.sum(axis=-1, keepdims=True)
    q = second / second.sum(axis=-1, keepdims=True)
    middle = (p + q) / 2
    total: NDArray[np.float64] = (_relative(p, middle) + _relative(q, middle)) / 2
    return np.clip(total, 0, 1)


def wasserstein(first: FloatArray, second: FloatArray, *, step: float) -> NDArray[np.float64]:
    """Wasserstein-1 distance of distributions on bins of equal width.

    Args:
        first: Counts or shares along the last axis, not all of them 0.
        second: Likewise; other axes broadcast.
        step: Width of a bin; the distance has its unit.
    """
    p = first / first.sum(axis=-1, keepdims=True)
    q = second / second.sum(axis=-1, keepdims=True)
    moved: NDArray[np.float64] = np.abs(np.cumsum(p - q, axis=-1))[..., :-1].sum(axis=-1) * step
    return moved


def pooled_spread(first: FloatArray, second: FloatArray, *, step: float) -> float:
    """Root of the mean variance of two distributions on bins, at least one bin's width."""
    places = np.arange(first.size) * step
    variances = []
    for counts in (first, second):
        share = counts / counts.sum()
        mean = share @ places
        variances.append(share @ (places - mean) ** 2)
    return max(float(np.sqrt(np.mean(variances))), step)


def coarsen(first: Counts, second: Counts) -> NDArray[np.int64]:
    """Which of at most 24 wider bins each bin belongs to: each holds a like share of both.

    Many narrow bins with a few counts each would differ by chance alone.
    """
    shares = (first / first.sum() + second / second.sum()) / 2
    middles = np.cumsum(shares) - shares / 2
    places: NDArray[np.int64] = np.clip(np.floor(middles * _COARSE), 0, _COARSE - 1).astype(int)
    return places


def merge_bins(counts: Counts, places: NDArray[np.int64]) -> Counts:
    """Counts in wider bins, along the last axis."""
    return np.stack([counts[..., places == place].sum(axis=-1) for place in np.unique(places)], -1)


def jensen_shannon(first: Counts, second: Counts) -> Distance:
    """Divergence of two datasets and its noise.

    Args:
        first: Counts of all and of the first half of each cut, (1 + SPLITS, bins); not all 0.
        second: Of the other dataset, likewise.
    """
    value = float(divergence(first[0], second[0]))
    noises = [_noise_of(counts, _unbounded, power=1.0) for counts in (first, second)]
    noise = _together(noises, power=1.0)
    return Distance(value, None if noise is None else float(-np.expm1(-noise)))


def wasserstein_1(first: Counts, second: Counts, *, step: float) -> Distance:
    """Wasserstein distance in units of the pooled spread, and its noise; see ``jensen_shannon``.

    Args:
        first: Counts of all and of the first half of each cut, (1 + SPLITS, bins); not all 0.
        second: Of the other dataset, likewise.
        step: Width of a bin.
    """
    spread = pooled_spread(first[0], second[0], step=step)

    def measure(p: FloatArray, q: FloatArray) -> NDArray[np.float64]:
        return wasserstein(p, q, step=step) / spread

    value = float(measure(first[0], second[0]))
    noises = [_noise_of(counts, measure, power=0.5) for counts in (first, second)]
    return Distance(value, _together(noises, power=0.5))


def _unbounded(first: FloatArray, second: FloatArray) -> FloatArray:
    """A divergence as a quantity without an upper bound."""
    bounded = np.minimum(divergence(first, second), _SURE)
    unbounded: FloatArray = -np.log1p(-bounded)
    return unbounded


def _noise_of(
    counts: Counts,
    measure: Callable[[FloatArray, FloatArray], NDArray[np.float64]],
    *,
    power: float,
) -> FloatArray | None:
    """Share of a dataset in the noise, for each cut; ``None`` with too few cuts.

    Args:
        counts: (1 + SPLITS, bins).
        measure: The distance.
        power: Of 1/n that it is proportional to.
    """
    halves, others = counts[1:], counts[0] - counts[1:]
    n, m = halves.sum(axis=-1), others.sum(axis=-1)
    good = (n > 0) & (m > 0)
    if good.sum() < _LEAST_CUTS:
        return None
    n, m = n[good], m[good]
    # From 1/n + 1/m of the halves to 1/(n + m) of the whole.
    scale = n * m / (n + m).astype(np.float64) ** 2
    noise: FloatArray = measure(halves[good], others[good]) * scale**power
    return noise


def _together(noises: list[FloatArray | None], *, power: float) -> float | None:
    """The noise of two datasets; with the few cuts that a small one has, pairs of all."""
    first, second = noises
    if first is None or second is None:
        return None
    sums = first[:, None] ** (1 / power) + second[None] ** (1 / power)
    return float(np.quantile(sums**power, CONFIDENCE))


def _relative(p: FloatArray, q: FloatArray) -> FloatArray:
    """Relative entropy of p with respect to q, bits; 0 log 0 is 0."""
    safe = np.where(p > 0, p, 1.0)
    ratio = np.where(p > 0, safe / np.where(q > 0, q, 1.0), 1.0)
    total: FloatArray = (p * np.log2(ratio)).sum(axis=-1)
    return total
