"""The kinds of distributions that are made of numbers alone, and what their draws rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import AfterValidator, Field, JsonValue, PrivateAttr, model_serializer

from synth_ros.config.base import Fault, Name, NonNegative, Positive, Range, Section, Text

INFINITY = float('inf')

Thing = TypeVar('Thing')

_MAX_STD_AWAY = 30.0
"""Farther from the mean, what is left of a normal distribution leaves double precision."""


class Support(NamedTuple):
    """The smallest and the largest number that can be drawn; both may be infinite."""

    low: float
    high: float


ANY_NUMBER = Support(-INFINITY, INFINITY)


def hull(supports: Sequence[Support]) -> Support:
    """The smallest interval that holds all of them; any number where there are none."""
    if not supports:
        return ANY_NUMBER
    return Support(min(s.low for s in supports), max(s.high for s in supports))


def _ordered_numbers(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise ValueError('the first is larger than the second')
    return pair


def _ordered_whole(pair: tuple[int, int]) -> tuple[int, int]:
    if pair[0] > pair[1]:
        raise ValueError('the first is larger than the second')
    return pair


_LOW_HIGH = Field(json_schema_extra={'format': 'low-high'})
PositivePair = Annotated[tuple[Positive, Positive], AfterValidator(_ordered_numbers), _LOW_HIGH]
WholePair = Annotated[tuple[int, int], AfterValidator(_ordered_whole), _LOW_HIGH]


def weight_faults(weights: tuple[float, ...] | None, count: int, of: str) -> Iterator[Fault]:
    """Yield what is wrong with relative weights.

    Args:
        weights: The weights; None for equal ones.
        count: How many things they belong to.
        of: Key of the list of these things.
    """
    if weights is None:
        return
    if len(weights) != count:
        message = f'expects one weight for each of the {count} in "{of}", got {len(weights)}'
        yield Fault(('weights',), message)
    elif sum(weights) <= 0:
        yield Fault(('weights',), 'all weights are 0, so nothing can be drawn: raise one of them')


def with_shares(
    things: tuple[Thing, ...], weights: tuple[float, ...] | None
) -> tuple[tuple[Thing, float], ...]:
    """The things that are drawn at all, with their shares.

    Args:
        things: All of them.
        weights: Their relative weights; None for equal ones.
    """
    weights = weights or (1.0,) * len(things)
    total = sum(weights)
    some = zip(things, weights, strict=False)
    return tuple((thing, weight / total) for thing, weight in some if weight > 0)


class Normal(Section):
    """A normal distribution, truncated if ``within`` is given."""

    mean: float = 0.0
    """Its mean, before truncation."""
    std: NonNegative
    """Its standard deviation, before truncation; 0 always gives the mean."""
    within: Range | None = None
    """Limits: the distribution is cut off there, and what is left keeps its shape."""

    def support(self) -> Support:
        """The interval that all draws lie in."""
        if self.within is not None:
            return Support(*self.within)
        return ANY_NUMBER if self.std > 0 else Support(self.mean, self.mean)

    def rules(self) -> Iterator[Fault]:
        """Yield a fault where truncation leaves nothing."""
        low, high = self.support()
        away = max(low - self.mean, self.mean - high, 0.0)
        if away > _MAX_STD_AWAY * self.std:
            message = (
                f'nothing of the distribution is left: these limits begin {away:g} from the mean, '
                f'and it ends after {_MAX_STD_AWAY:g} standard deviations, at '
                f'{_MAX_STD_AWAY * self.std:g}'
            )
            yield Fault(('within',), message, because=(('mean',), ('std',)))


class Choice(Section):
    """One of a few values."""

    values: Annotated[tuple[float, ...], Field(min_length=1)]
    """All of them."""
    weights: tuple[NonNegative, ...] | None = None
    """How often each is drawn, relative to the others; equally often by default."""

    def support(self) -> Support:
        """The interval that all draws lie in."""
        drawn = [value for value, _ in self.weighted()]
        return Support(min(drawn), max(drawn)) if drawn else ANY_NUMBER

    def weighted(self) -> tuple[tuple[float, float], ...]:
        """The values that are drawn at all, with their shares."""
        return with_shares(self.values, self.weights)

    def rules(self) -> Iterator[Fault]:
        """Yield faults of the weights."""
        yield from weight_faults(self.weights, len(self.values), 'values')


class Beta(Section):
    """A beta distribution, stretched to an interval."""

    a: Positive
    """First shape parameter: the larger, the closer to the upper end."""
    b: Positive
    """Second shape parameter: the larger, the closer to the lower end."""
    within: Range = (0.0, 1.0)
    """The interval."""

    def support(self) -> Support:
        """The interval that all draws lie in."""
        return Support(*self.within)


class VonMises(Section):
    """An angle around a mean: the normal distribution of the circle."""

    mean_deg: float = 0.0
    """Its middle; draws lie within half a turn of it."""
    kappa: Annotated[float, Field(ge=0, le=10_000)]
    """Concentration: 0 is uniform, and above 10 it comes close to a normal distribution with a
    standard deviation of 57.3 / sqrt(kappa) degrees."""

    def support(self) -> Support:
        """The interval that all draws lie in, degrees."""
        return Support(self.mean_deg - 180, self.mean_deg + 180)


class FileValues(Section):
    """The numbers in a file."""

    path: Text
    """A CSV file with a header, or a text file with one number a line; relative to the config
    file."""
    column: Text | None = None
    """Name of the column; may be left out where there is only one."""
    order: Literal['random', 'episode'] = 'random'
    """``random``: each number is as likely as any other. ``episode``: episode N gets the Nth
    number, and after the last comes the first again."""

    _values: tuple[float, ...] = PrivateAttr(())

    @property
    def values(self) -> tuple[float, ...]:
        """The numbers in file order; empty until the config's loader has read them."""
        return self._values

    def attach(self, values: tuple[float, ...]) -> None:
        """Keep what the file holds; for the config's loader."""
        self._values = values

    def support(self) -> Support:
        """The interval that all draws lie in."""
        return Support(min(self._values), max(self._values)) if self._values else ANY_NUMBER


class VariableDraw(Section):
    """A number that depends on a variable of the episode."""

    variable: Name
    """One of ``randomization.variables``."""
    scale: float = 1.0
    """Factor on it."""
    offset: float = 0.0
    """Added after that."""

    def support(self, variable: Support) -> Support:
        """The interval that all draws lie in.

        Args:
            variable: That of the variable.
        """
        if self.scale == 0:
            return Support(self.offset, self.offset)
        ends = sorted(self.offset + self.scale * end for end in variable)
        return Support(ends[0], ends[1])


class Correlation(Section):
    """Ties draws to a hidden number of the episode, and so to each other (Gaussian copula)."""

    latent: Annotated[Name, Field(alias='with')]
    """Any name for the hidden number; draws that name the same one are correlated."""
    rho: Annotated[float, Field(ge=-1, le=1)]
    """Correlation with it. That of two draws is the product of their rho (for normal
    distributions; others have the same ranks)."""

    @model_serializer
    def _dump(self) -> dict[str, JsonValue]:
        return {'with': self.latent, 'rho': self.rho}
