"""Quantile functions and their inverses (CDFs), one class for each shape of distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy import special

from synth_ros.randomize.von_mises import von_mises_cdf, von_mises_quantile
from synth_ros.types import FloatArray

_HALVINGS = 64
"""Each halves the interval that holds a result: enough for double precision."""

_NO_ATOMS: tuple[float, ...] = ()
_MANY = 100_000


class Curve(Protocol):
    """A distribution at one moment.

    Attributes:
        atoms: Numbers that are drawn again and again, as those of a choice are.
    """

    @property
    def atoms(self) -> tuple[float, ...]:
        """Numbers that are drawn again and again, as those of a choice are."""

    def quantile(self, u: FloatArray) -> FloatArray:
        """The numbers of ranks from [0, 1); shape (n,)."""

    def cdf(self, x: FloatArray) -> FloatArray:
        """The probability that a draw is not above x; shape (n,)."""


@dataclass(frozen=True)
class Steps:
    """A few numbers.

    Attributes:
        values: The numbers, growing; shape (n,).
        ends: The rank at which each ends, growing to 1; shape (n,).
    """

    values: FloatArray
    ends: FloatArray

    @property
    def atoms(self) -> tuple[float, ...]:
        """All of them."""
        return tuple(self.values.tolist())

    def quantile(self, u: FloatArray) -> FloatArray:
        """See ``Curve``."""
        places = np.searchsorted(self.ends, u, side='right')
        return np.asarray(self.values[np.minimum(places, len(self.values) - 1)])

    def cdf(self, x: FloatArray) -> FloatArray:
        """See ``Curve``."""
        places = np.searchsorted(self.values, x, side='right')
        return np.asarray(np.concatenate([[0.0], self.ends])[places])


def one_number(value: float) -> Steps:
    """The curve of a constant."""
    return Steps(np.array([value]), np.array([1.0]))


@dataclass(frozen=True)
class Ramp:
    """Evenly from low to high."""

    low: float
    high: float
    atoms: tuple[float, ...] = _NO_ATOMS

    def quantile(self, u: FloatArray) -> FloatArray:
        """See ``Curve``."""
        return np.asarray(self.low + (self.high - self.low) * u)

    def cdf(self, x: FloatArray) -> FloatArray:
        """See ``Curve``."""
        return _ramp(x, self.low, self.high)


@dataclass(frozen=True)
class LogRamp:
    """Evenly from low to high on a logarithmic scale; both are above 0."""

    low: float
    high: float
    atoms: tuple[float, ...] = _NO_ATOMS

    def quantile(self, u: FloatArray) -> FloatArray:
        """See ``Curve``."""
        return np.clip(self.low * (self.high / self.low) ** u, self.low, self.high)

    def cdf(self, x: FloatArray) -> FloatArray:
        """See ``Curve``."""
        # Without this, rounding in the logarithm may miss a step where low and high are equal.
        if self.low == self.high:
            return _ramp(x, self.low, self.high)
        return _ramp(np.log(np.maximum(x, self.low)), math.log(self.low), math.log(self.high))


@dataclass(frozen=True)
class WholeSteps:
    """The whole numbers from first to last."""

    first: int
    last: int

    @property
    def atoms(self) -> tuple[float, ...]:
        """The numbers; not all of very many."""
        return tuple(map(float, range(self.first, min(self.last, self.first + _MANY) + 1)))

    def quantile(self, u: FloatArray) -> FloatArray:
        """See ``Curve``."""
        numbers = self.first + np.floor((self.last - self.first + 1) * u)
        return np.asarray(np.minimum(numbers, self.last))

    def cdf(self, x: FloatArray) -> FloatArray:
        """See ``Curve``."""
        return _ramp(np.floor(x) + 1, self.first, self.last + 1)


@dataclass(frozen=True)
class Bell:
    """A normal distribution, truncated to an interval whose ends may be infinite.

    Attributes:
        mean: Before truncation.
        std: Before truncation; above 0.
        low: Lower end.
        high: Upper end, above the lower one.
    """

    mean: float
    std: float
    low: float
    high: float
    atoms: tuple[float, ...] = _NO_ATOMS

    def quantile(self, u: FloatArray) -> FloatArray:
        """See ``Curve``."""
        start, below, share = self._tail()
        ranks = 1 - u if start > 0 else u
        # Rank 0 would be infinitely far away; half a step of the generator is as likely.
        z = special.ndtri(np.maximum(below + share * ranks, 2.0**-54 * share))
        x = self.mean + self.std * (-z if start > 0 else z)
        return np.asarray(np.clip(x, self.low, self.high))

    def cdf(self, x: FloatArray) -> FloatArray:
        """See ``Curve``."""
        start, below, share = self._tail()
        z = (x - self.mean) / self.std
        ranks = np.clip((special.ndtr(-z if start > 0 else z) - below) / share, 0.0, 1.0)
        return np.asarray(1 - ranks if start > 0 else ranks)

    def _tail(self) -> tuple[float, float, float]:
        """The lower end in standard deviations, the probability below, and that of the interval.

        Probabilities near 1 have few digits: of an interval above the mean, the mirror image is
        taken.
        """
        start, end = ((limit - self.mean) / self.std for limit in (self.low, self.high))
        from_z, to_z = (-end, -start) if start > 0 else (start, end)
        below = float(special.ndtr(from_z))
        return start, below, float(special.ndtr(to_z)) - below


@dataclass(frozen=True)
class BetaShape:
    """A beta distribution from low to high."""

    a: float
    b: float
    low: float
    high: float
    atoms: tuple[float, ...] = _NO_ATOMS

    def quantile(self, u: FloatArray) -> FloatArray:
        """See ``Curve``."""
        share = special.betaincinv(self.a, self.b, u)
        x = self.low + (self.high - self.low) * share
        return np.asarray(np.clip(x, self.low, self.high))

    def cdf(self, x: FloatArray) -> FloatArray:
        """See ``Curve``."""
        return np.asarray(special.betainc(self.a, self.b, _ramp(x, self.low, self.high)))


@dataclass(frozen=True)
class CircleBell:
    """A von Mises distribution, in degrees within half a turn of its mean."""

    mean_deg: float
    kappa: float
    atoms: tuple[float, ...] = _NO_ATOMS

    def quantile(self, u: FloatArray) -> FloatArray:
        """See ``Curve``."""
        return np.asarray(self.mean_deg + np.degrees(von_mises_quantile(u, self.kappa)))

    def cdf(self, x: FloatArray) -> FloatArray:
        """See ``Curve``."""
        return von_mises_cdf(np.radians(x - self.mean_deg), self.kappa)


@dataclass(frozen=True)
class Mixed:
    """From one of several curves.

    Attributes:
        parts: The curves.
        shares: How often each is drawn from; they sum to 1.
    """

    parts: tuple[Curve, ...]
    shares: tuple[float, ...]
    atoms: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        atoms = {atom for part in self.parts for atom in part.atoms}
        object.__setattr__(self, 'atoms', tuple(sorted(atoms)))

    def quantile(self, u: FloatArray) -> FloatArray:
        """See ``Curve``. Halves the interval between the parts' quantiles."""
        columns = [part.quantile(u) for part in self.parts]
        low, high = np.min(columns, axis=0), np.max(columns, axis=0)
        for _ in range(_HALVINGS):
            middle = low + (high - low) / 2
            reached = self.cdf(middle) > u
            high = np.where(reached, middle, high)
            low = np.where(reached, low, middle)
        return self._at_atoms(low, high)

    def cdf(self, x: FloatArray) -> FloatArray:
        """See ``Curve``."""
        columns = [s * part.cdf(x) for part, s in zip(self.parts, self.shares, strict=True)]
        return np.asarray(np.sum(columns, axis=0))

    def _at_atoms(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """What lies in narrow intervals: the value of a choice, if there is one in it."""
        if not self.atoms:
            return high
        atoms = np.array([-np.inf, *self.atoms])
        atom = atoms[np.searchsorted(atoms, high, side='right') - 1]
        return np.where(atom >= low, atom, high)


@dataclass(frozen=True)
class Blend:
    """Between two curves: what both give at a rank, averaged.

    Attributes:
        first: One curve.
        later: The other.
        share: Weight of the other, from 0 to 1.
    """

    first: Curve
    later: Curve
    share: float
    atoms: tuple[float, ...] = _NO_ATOMS

    def quantile(self, u: FloatArray) -> FloatArray:
        """See ``Curve``."""
        first, later = self.first.quantile(u), self.later.quantile(u)
        return np.asarray((1 - self.share) * first + self.share * later)

    def cdf(self, x: FloatArray) -> FloatArray:
        """See ``Curve``. There is no formula, so ranks are searched by halving."""
        low, high = np.zeros(x.shape), np.ones(x.shape)
        for _ in range(_HALVINGS):
            middle = low + (high - low) / 2
            above = self.quantile(np.minimum(middle, 1 - 2.0**-53)) > x
            high = np.where(above, middle, high)
            low = np.where(above, low, middle)
        return high


def _ramp(x: FloatArray, low: float, high: float) -> FloatArray:
    """From 0 at low to 1 at high, or a step there."""
    if low == high:
        return np.asarray(x >= low, dtype=np.float64)
    return np.clip((x - low) / (high - low), 0.0, 1.0)
