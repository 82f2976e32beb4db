"""What all config sections share: strict frozen models, rules and common value types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

KeyPath = tuple[str | int, ...]
"""Where a value is: keys of mappings and places in lists (from 0), from the outside in."""


class Fault(NamedTuple):
    """A value, or a set of values, that breaks a rule.

    Attributes:
        path: The value at fault, below the section that reports it.
        message: What is wrong and what is allowed.
        because: Other values that it rests on; if one of them is wrong, so may be the fault.
    """

    path: KeyPath
    message: str
    because: tuple[KeyPath, ...] = ()


class RuleError(ValueError):
    """Values that are fine one by one do not fit together.

    Args:
        faults: What is wrong; at least one.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__('; '.join(fault.message for fault in faults))


class RulesLater(NamedTuple):
    """Validation context of a loader that checks ``Section.rules`` itself.

    pydantic skips a section's rules when any value in it is wrong, and names no key. The loader
    wants every problem of a file at once, each at its line.
    """


class Section(BaseModel):
    """A frozen part of the config that refuses unknown keys and guesses no types."""

    model_config = ConfigDict(
        extra='forbid',
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    def rules(self) -> Iterator[Fault]:
        """Yield what is wrong between the values of this section."""
        yield from ()

    @model_validator(mode='after')
    def _obey_rules(self, info: ValidationInfo) -> Self:
        if not isinstance(info.context, RulesLater):
            faults = tuple(self.rules())
            if faults:
                raise RuleError(faults)
        return self


def repeated_names(key: str, names: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault for each name that occurred before.

    Args:
        key: Key of the list.
        names: Its entries' names, in order.
    """
    first: dict[str, int] = {}
    for i, name in enumerate(names):
        if first.setdefault(name, i) != i:
            message = f'"{name}" is taken: {key}[{first[name]}] has this name already'
            yield Fault((key, i, 'name'), message)


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    low, high = pair
    if low > high:
        raise ValueError('the first is larger than the second')
    return pair


def _growing(pair: tuple[float, float]) -> tuple[float, float]:
    near, far = pair
    if near >= far:
        raise ValueError('the first is not smaller than the second')
    return pair


def _nonzero(quat: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    if sum(c * c for c in quat) < 1e-12:
        raise ValueError('its length is zero')
    return quat


def _some_length(axis: tuple[float, float, float]) -> tuple[float, float, float]:
    if sum(c * c for c in axis) < 1e-12:
        raise ValueError('its length is zero')
    return axis


def _whole(value: object) -> object:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError('it is not a whole number')  # noqa: TRY004  pydantic collects this one
    return value


WholeNumber = BeforeValidator(_whole)
"""Makes a ``Literal`` of whole numbers strict: Python takes True and 1.0 for 1."""

# ``format`` tells readers of the JSON Schema, our own messages among them, what a plain type
# cannot: the order of a pair and the meaning of a text.
_LowHigh = Field(json_schema_extra={'format': 'low-high'})
_NearFar = Field(json_schema_extra={'format': 'near-far'})

NAME_PATTERN = r'^[a-z][a-z0-9_]*$'

Name = Annotated[
    str,
    StringConstraints(pattern=NAME_PATTERN, max_length=64),
    Field(json_schema_extra={'format': 'name'}),
]
"""Lower-case name that is valid in ROS topics, frames and file names."""

Text = Annotated[str, StringConstraints(min_length=1)]
"""A name in a model, which may hold any characters."""

Asset = Annotated[
    str, StringConstraints(min_length=1), Field(json_schema_extra={'format': 'asset'})
]
"""``builtin://NAME``, ``package://PACKAGE/path``, or a path relative to the config file."""

Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
UnitInterval = Annotated[float, Field(ge=0, le=1)]
FrameRate = Annotated[float, Field(gt=0, le=240)]
"""Frames per second of simulated time."""
Count = Annotated[int, Field(ge=0, le=65535)]
"""How many objects; their ids are written with 16 bits."""

Range = Annotated[tuple[float, float], AfterValidator(_ordered), _LowHigh]
"""[low, high]: drawn uniformly."""
UnitRange = Annotated[tuple[UnitInterval, UnitInterval], AfterValidator(_ordered), _LowHigh]
PositiveRange = Annotated[tuple[Positive, Positive], AfterValidator(_ordered), _LowHigh]
PixelCount = Annotated[int, Field(ge=0)]
PixelCountRange = Annotated[tuple[PixelCount, PixelCount], AfterValidator(_ordered), _LowHigh]
CountRange = Annotated[tuple[Count, Count], AfterValidator(_ordered), _LowHigh]

DepthLimit = Annotated[float, Field(gt=0, le=65.535)]
"""16-bit depth images count millimetres, so they end at 65.535 m."""
DepthRange = Annotated[tuple[DepthLimit, DepthLimit], AfterValidator(_growing), _NearFar]

Vector3 = tuple[float, float, float]
Size2 = tuple[Positive, Positive]
Size3 = tuple[Positive, Positive, Positive]
Quaternion = Annotated[
    tuple[float, float, float, float],
    AfterValidator(_nonzero),
    Field(json_schema_extra={'format': 'quaternion'}),
]
Axis = Annotated[
    tuple[float, float, float],
    AfterValidator(_some_length),
    Field(json_schema_extra={'format': 'axis'}),
]
"""A direction; its length does not matter."""
Rgb = tuple[UnitInterval, UnitInterval, UnitInterval]
