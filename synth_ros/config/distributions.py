"""Distributions of numbers: what may stand wherever a number is drawn.

A distribution is its quantile function (inverse CDF), and a draw gives it u from [0, 1).
Truncation, schedules, correlation and low discrepancy are ways to choose or map u, so that they
work alike for all kinds. The functions themselves are in ``randomize.distributions``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field, JsonValue, model_serializer, model_validator

from synth_ros.config.base import Fault, NonNegative, Range, Section, UnitInterval
from synth_ros.config.distribution_kinds import (
    ANY_NUMBER,
    Beta,
    Choice,
    Correlation,
    FileValues,
    Normal,
    PositivePair,
    Support,
    VariableDraw,
    VonMises,
    WholePair,
    hull,
    weight_faults,
    with_shares,
)
from synth_ros.config.limits import Limits

Kind = Literal[
    'constant',
    'uniform',
    'normal',
    'log_uniform',
    'discrete',
    'choice',
    'beta',
    'von_mises',
    'mixture',
    'file',
    'schedule',
    'draw',
]
KINDS: tuple[Kind, ...] = get_args(Kind)

Variables = Mapping[str, 'Distribution']
_NO_VARIABLES: Variables = {}


class Mixture(Section):
    """Several distributions; each draw comes from one of them."""

    of: Annotated[tuple[Drawn, ...], Field(min_length=1)]
    """The distributions."""
    weights: tuple[NonNegative, ...] | None = None
    """How often each is drawn from, relative to the others; equally often by default."""

    def weighted(self) -> tuple[tuple[Distribution, float], ...]:
        """The distributions that are drawn from at all, with their shares."""
        return with_shares(self.of, self.weights)

    def rules(self) -> Iterator[Fault]:
        """Yield faults of the weights."""
        yield from weight_faults(self.weights, len(self.of), 'of')


class Distribution(Section):
    """How a number is drawn: exactly one kind, and perhaps what its draws rest on.

    A number is short for ``constant``, and ``[low, high]`` for ``uniform``.
    """

    whole: ClassVar[bool] = False
    """Whether whole numbers are drawn."""

    constant: float | None = None
    """Always this number."""
    uniform: Range | None = None
    """[low, high]: any number between them, each as likely as any other."""
    normal: Normal | None = None
    """Around a mean; truncated if limits are given."""
    log_uniform: PositivePair | None = None
    """[low, high]: doubling is as likely as halving."""
    discrete: WholePair | None = None
    """[low, high]: any whole number from low to high, each as likely as any other."""
    choice: Choice | None = None
    """One of a few values."""
    beta: Beta | None = None
    """In an interval, in a shape that two parameters set."""
    von_mises: VonMises | None = None
    """An angle around a mean, in degrees."""
    mixture: Mixture | None = None
    """From one of several distributions."""
    file: FileValues | None = None
    """From the numbers in a file."""
    schedule: Annotated[tuple[Step, ...], Field(min_length=1)] | None = None
    """Changes over the run, from progress 0 (the first episode) to 1 (the last). Between two
    steps, what both would give at the same rank is blended."""
    draw: VariableDraw | None = None
    """Depends on a variable of the episode."""
    across: Literal['episodes'] | None = None
    """Spreads the draws of successive episodes evenly (scrambled Sobol points) instead of
    independently."""
    correlate: Correlation | None = None
    """Correlates the draws with others."""

    @property
    def kind(self) -> Kind:
        """The kind that is given."""
        return self._kinds()[0]

    @property
    def known(self) -> bool:
        """Whether the support rests on no variable, and on no file that is not read yet."""
        if self.file is not None and not self.file.values:
            return False
        return self.draw is None and all(part.known for part in self.parts())

    def parts(self) -> tuple[Distribution, ...]:
        """The distributions that this one is made of."""
        return tuple(part for _, part in self.placed_parts())

    def placed_parts(self) -> Iterator[tuple[tuple[str | int, ...], Distribution]]:
        """Yield the distributions that this one is made of, with their key paths in it."""
        for i, part in enumerate(self.mixture.of if self.mixture else ()):
            yield ('mixture', 'of', i), part
        for i, (_, part) in enumerate(self.schedule or ()):
            yield ('schedule', i, 1), part

    def support(self, variables: Variables = _NO_VARIABLES) -> Support:
        """The interval that all draws lie in.

        Args:
            variables: ``randomization.variables``; what depends on another one may be any
                number.
        """
        if self.draw is not None:
            others = {name: v for name, v in variables.items() if name != self.draw.variable}
            variable = variables.get(self.draw.variable)
            return self.draw.support(variable.support(others) if variable else ANY_NUMBER)
        if self.parts():
            weights = (self.mixture.weights if self.mixture else None) or (1.0,) * len(
                self.parts()
            )
            some = zip(self.parts(), weights, strict=False)
            return hull([part.support(variables) for part, weight in some if weight > 0])
        for simple in (self.normal, self.choice, self.beta, self.von_mises, self.file):
            if simple is not None:
                return simple.support()
        if self.constant is not None:
            return Support(self.constant, self.constant)
        pair = self.uniform or self.log_uniform or self.discrete
        return Support(*map(float, pair)) if pair else ANY_NUMBER

    def rules(self) -> Iterator[Fault]:
        """Yield faults for more or less than one kind, and for what no part may have."""
        kinds = self._kinds()
        if not kinds:
            yield Fault((), f'no distribution is given; give one of {", ".join(KINDS)}')
        for other in kinds[1:]:
            yield Fault((other,), f'give one kind of distribution; "{kinds[0]}" is given already')
        if self.across and self.correlate:
            yield Fault(('correlate',), 'give across or correlate, not both')
        for place, part in self.placed_parts():
            for name in ('across', 'correlate'):
                if getattr(part, name) is not None:
                    message = f'holds for a whole distribution: put it beside "{place[0]}"'
                    yield Fault((*place, name), message)
        times = [time for time, _ in self.schedule or ()]
        for i in range(1, len(times)):
            if times[i] <= times[i - 1]:
                message = f'progress must grow from step to step; before it is {times[i - 1]:g}'
                yield Fault(('schedule', i, 0), message)

    def _kinds(self) -> list[Kind]:
        return [kind for kind in KINDS if getattr(self, kind) is not None]

    @model_validator(mode='before')
    @classmethod
    def _long_form(cls, value: object) -> object:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {'constant': value}
        # Strict models take lists for tuples from JSON alone, and this is Python's data by now.
        data = frozen(value)
        return {'uniform': data} if isinstance(data, tuple) else data

    @model_serializer
    def _dump(self) -> JsonValue:
        return _dumped(self)


class WholeDistribution(Distribution):
    """How a whole number is drawn.

    ``uniform`` includes both ends, each number as likely as any other; what other kinds give is
    rounded to the next whole number.
    """

    whole: ClassVar[bool] = True

    def rules(self) -> Iterator[Fault]:
        """Yield faults for numbers with a fraction too."""
        yield from super().rules()
        numbers = {
            ('constant',): () if self.constant is None else (self.constant,),
            ('uniform',): self.uniform or (),
            ('choice', 'values'): self.choice.values if self.choice else (),
        }
        for path, values in numbers.items():
            for value in values:
                if not float(value).is_integer():
                    yield Fault(path, f'expects whole numbers, got {value:g}')

    @model_serializer
    def _dump_whole(self) -> JsonValue:
        dumped = _dumped(self)
        if isinstance(dumped, list):
            return [_as_whole(number) for number in dumped]
        return _as_whole(dumped)


def _whole_only(value: object) -> object:
    """Refuse numbers with a point where whole ones are expected, as everywhere in a config."""
    numbers = value if isinstance(value, list | tuple) else (value,)
    if any(isinstance(number, float) for number in numbers):
        raise ValueError('it is not a whole number')
    return value


def frozen(value: object) -> object:
    """Data with tuples for its lists."""
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    return value


def _dumped(distribution: Distribution) -> JsonValue:
    """The short form where there is one: equal distributions are written alike."""
    given: dict[str, JsonValue] = {}
    for name in (*KINDS, 'across', 'correlate'):
        value = getattr(distribution, name)
        if value is not None:
            given[name] = _plain(value)
    for short in ('constant', 'uniform'):
        if given.keys() == {short}:
            return given[short]
    return given


def _plain(value: object) -> JsonValue:
    if isinstance(value, Section):
        data: JsonValue = value.model_dump(mode='json', exclude_none=True)
        return data
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    assert isinstance(value, str | int | float)
    return value


def _as_whole(value: JsonValue) -> JsonValue:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WholeOnly = BeforeValidator(_whole_only)
"""For a field of whole numbers: refuses ``[1.0, 2.0]``."""


def drawn(
    *,
    whole: bool = False,
    low: float | None = None,
    above: float | None = None,
    high: float | None = None,
) -> Limits:
    """Limits for the type of a field.

    Every field that is a distribution needs either this or one of the types below::

        angle_deg: Annotated[Distribution, drawn(above=0, high=90)]
        lamps: Annotated[WholeDistribution, WholeOnly, drawn(whole=True, low=1, high=4)]

    Args:
        whole: Whether its numbers are whole.
        low: The smallest number allowed.
        above: All numbers must be above this.
        high: The largest number allowed.
    """
    return Limits(whole=whole, low=low, above=above, high=high)


Drawn = Annotated[Distribution, drawn()]
"""Any distribution."""
DrawnPositive = Annotated[Distribution, drawn(above=0)]
DrawnNonNegative = Annotated[Distribution, drawn(low=0)]
DrawnUnit = Annotated[Distribution, drawn(low=0, high=1)]
DrawnCount = Annotated[WholeDistribution, WholeOnly, drawn(whole=True, low=0, high=65535)]
"""How many objects; their ids are written with 16 bits."""

Step = Annotated[tuple[UnitInterval, Drawn], Field(json_schema_extra={'format': 'step'})]
"""[progress, distribution]: what is drawn at some progress of the run."""

Mixture.model_rebuild()
Distribution.model_rebuild()
WholeDistribution.model_rebuild()


def constant(value: float) -> Distribution:
    """A distribution that always gives the same number."""
    return Distribution(constant=float(value))


def uniform(low: float, high: float) -> Distribution:
    """Numbers from low to high, each as likely as any other."""
    return Distribution(uniform=(float(low), float(high)))


def log_uniform(low: float, high: float) -> Distribution:
    """Positive numbers from low to high; doubling is as likely as halving."""
    return Distribution(log_uniform=(float(low), float(high)))


def whole_uniform(low: int, high: int) -> WholeDistribution:
    """Whole numbers from low to high, both included, each as likely as any other."""
    return WholeDistribution(uniform=(float(low), float(high)))
