"""What all config sections share: strict frozen models and common value types."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class Section(BaseModel):
    """A frozen part of the config that refuses unknown keys and guesses no types."""

    model_config = ConfigDict(
        extra='forbid', frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    low, high = pair
    if low > high:
        raise ValueError(f'the first number ({low:g}) must not exceed the second ({high:g})')
    return pair


def _nonzero(quat: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    if sum(c * c for c in quat) < 1e-12:
        raise ValueError('a rotation quaternion must not be zero')
    return quat


Name = Annotated[str, StringConstraints(pattern=r'^[a-z][a-z0-9_]*$', max_length=64)]
"""Lower-case name that is valid in ROS topics, frames and file names."""

Range = Annotated[tuple[float, float], AfterValidator(_ordered)]
"""[low, high]: drawn uniformly."""

Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
PositiveRange = Annotated[
    tuple[Positive, Positive], AfterValidator(_ordered)
]
NonNegativeRange = Annotated[
    tuple[NonNegative, NonNegative], AfterValidator(_ordered)
]
CountRange = Annotated[
    tuple[Annotated[int, Field(ge=0, le=1000)], Annotated[int, Field(ge=0, le=1000)]],
    AfterValidator(_ordered),
]
Vector3 = tuple[float, float, float]
Size2 = tuple[Positive, Positive]
Size3 = tuple[Positive, Positive, Positive]
Quaternion = Annotated[tuple[float, float, float, float], AfterValidator(_nonzero)]
UnitInterval = Annotated[float, Field(ge=0, le=1)]
Rgb = tuple[UnitInterval, UnitInterval, UnitInterval]
