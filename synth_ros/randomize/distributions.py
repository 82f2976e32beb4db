"""The number that a distribution gives for u from [0, 1), at a moment of the run."""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from synth_ros.config.distribution_kinds import Choice, FileValues, Normal, VariableDraw
from synth_ros.config.distributions import Distribution
from synth_ros.errors import UsageError
from synth_ros.randomize.curves import (
    Bell,
    BetaShape,
    Blend,
    CircleBell,
    Curve,
    LogRamp,
    Mixed,
    Ramp,
    Steps,
    WholeSteps,
    one_number,
)
from synth_ros.types import FloatArray

Variables = Mapping[str, float]
"""Values of the named variables of an episode."""

NO_VARIABLES: Variables = MappingProxyType({})


class Moment(NamedTuple):
    """When a draw happens, for distributions that depend on it.

    Attributes:
        progress: Of the run, from 0 to 1.
        episode: Number of the episode.
        variables: Values of its named variables.
    """

    progress: float = 0.0
    episode: int = 0
    variables: Variables = NO_VARIABLES


START = Moment()


def quantile(distribution: Distribution, u: float, moment: Moment = START) -> float:
    """The number that a distribution gives for u.

    Args:
        distribution: The distribution. One of whole numbers gives whole numbers.
        u: Rank of the number, from [0, 1).
        moment: When it is drawn.

    Raises:
        UsageError: If it depends on a variable that is not drawn, or a file that is not read.
    """
    if not distribution.whole:  # the usual kinds, without the cost of arrays
        if distribution.uniform is not None:
            low, high = distribution.uniform
            return low + (high - low) * u
        if distribution.constant is not None:
            return distribution.constant
        if distribution.log_uniform is not None:
            low, high = distribution.log_uniform
            return float(min(max(low * (high / low) ** u, low), high))
    return float(quantiles(distribution, np.array([u]), moment)[0])


def quantiles(distribution: Distribution, u: FloatArray, moment: Moment = START) -> FloatArray:
    """The numbers that a distribution gives for several u.

    Args:
        distribution: The distribution. One of whole numbers gives whole numbers.
        u: Ranks of the numbers, from [0, 1); shape (n,).
        moment: When they are drawn.

    Returns:
        Shape (n,).

    Raises:
        UsageError: If it depends on a variable that is not drawn, or a file that is not read.
    """
    if distribution.whole:
        return whole_quantiles(distribution, u, moment)
    return curve(distribution, moment).quantile(u)


def whole_quantiles(
    distribution: Distribution, u: FloatArray, moment: Moment = START
) -> FloatArray:
    """The whole numbers that a distribution gives for several u, as floats.

    Uniform distributions include both ends, with each number as likely as any other; what others
    give is rounded, a half up. Arguments and result are those of ``quantiles``.
    """
    numbers = np.floor(curve(distribution, moment, whole=True).quantile(u) + 0.5)
    low, high = distribution.support()
    if math.isfinite(low) and math.isfinite(high) and math.ceil(low) <= math.floor(high):
        # Rounding must not lead out of the support, nor the widened ends of uniform numbers.
        numbers = np.clip(numbers, math.ceil(low), math.floor(high))
    return np.asarray(numbers + 0.0)  # no negative zero


def curve(distribution: Distribution, moment: Moment = START, *, whole: bool = False) -> Curve:
    """The quantile function of a distribution.

    Args:
        distribution: The distribution.
        moment: When it is drawn.
        whole: Whether the result will be rounded: uniform distributions are then half a number
            wider at both ends.

    Raises:
        UsageError: If it depends on a variable that is not drawn, or a file that is not read.
    """
    if distribution.mixture is not None:
        weighted = distribution.mixture.weighted()
        parts = tuple(curve(part, moment, whole=whole) for part, _ in weighted)
        return Mixed(parts, tuple(share for _, share in weighted))
    if distribution.schedule is not None:
        return _scheduled(distribution, moment, whole=whole)
    if distribution.uniform is not None:
        low, high = distribution.uniform
        return Ramp(low - 0.5, high + 0.5) if whole else Ramp(low, high)
    return _listed(distribution, moment) or _shaped(distribution)


def _scheduled(distribution: Distribution, moment: Moment, *, whole: bool) -> Curve:
    times = [time for time, _ in distribution.schedule or ()]
    parts = distribution.parts()
    after = bisect.bisect_right(times, moment.progress)
    first = curve(parts[max(after - 1, 0)], moment, whole=whole)
    if not 0 < after < len(times):
        return first
    share = (moment.progress - times[after - 1]) / (times[after] - times[after - 1])
    return Blend(first, curve(parts[after], moment, whole=whole), share) if share else first


def _listed(distribution: Distribution, moment: Moment) -> Curve | None:
    """The curve of a few numbers; None for other kinds."""
    if distribution.constant is not None:
        return one_number(distribution.constant)
    if distribution.discrete is not None:
        return WholeSteps(*distribution.discrete)
    if distribution.choice is not None:
        return _choice(distribution.choice)
    if distribution.file is not None:
        return _file(distribution.file, moment)
    if distribution.draw is not None:
        return one_number(_dependent(distribution.draw, moment))
    return None


def _choice(choice: Choice) -> Curve:
    weighted = sorted(choice.weighted())
    ends = np.cumsum([share for _, share in weighted])
    return Steps(np.array([value for value, _ in weighted]), ends)


def _file(file: FileValues, moment: Moment) -> Curve:
    values = file.values
    if not values:
        raise UsageError(
            f'The numbers of {file.path} have not been read. Load the config with '
            'synth_ros.config.load.load_config, which reads them.'
        )
    if file.order == 'episode':
        return one_number(values[moment.episode % len(values)])
    return Steps(np.sort(values), np.arange(1, len(values) + 1) / len(values))


def _dependent(draw: VariableDraw, moment: Moment) -> float:
    if draw.variable not in moment.variables:
        listed = ', '.join(moment.variables) or 'none'
        message = f'No variable "{draw.variable}" is drawn here. Variables: {listed}.'
        raise UsageError(message)
    return draw.offset + draw.scale * moment.variables[draw.variable]


def _shaped(distribution: Distribution) -> Curve:
    """The curve of numbers within an interval."""
    if distribution.log_uniform is not None:
        return LogRamp(*distribution.log_uniform)
    if distribution.normal is not None:
        return _normal(distribution.normal)
    if distribution.beta is not None:
        beta = distribution.beta
        return BetaShape(beta.a, beta.b, *beta.within)
    if distribution.von_mises is not None:
        return CircleBell(distribution.von_mises.mean_deg, distribution.von_mises.kappa)
    raise AssertionError(f'a distribution without a kind: {distribution!r}')


def _normal(normal: Normal) -> Curve:
    low, high = normal.support()
    if normal.std == 0 or low == high:
        return one_number(min(max(normal.mean, low), high))
    return Bell(normal.mean, normal.std, low, high)
