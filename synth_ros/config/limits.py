"""Limits of what a field may draw: checked while reading, and told in the JSON Schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, JsonValue, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from synth_ros.config.base import Fault, RuleError, RulesLater
from synth_ros.config.distribution_kinds import INFINITY, Support


class _Drawable(Protocol):
    """A distribution."""

    @property
    def known(self) -> bool:
        """Whether its support rests on nothing but itself."""

    def support(self) -> Support:
        """The interval that all draws lie in."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the numbers of a field must keep to; metadata of the field's type.

    Attributes:
        whole: Whether they are whole.
        low: The smallest number allowed, or None.
        above: All must be above this, or None.
        high: The largest number allowed, or None.
    """

    whole: bool = False
    low: float | None = None
    above: float | None = None
    high: float | None = None

    def fault(self, support: Support) -> str | None:
        """What is wrong with numbers in this interval, or None."""
        low, high = support
        ends = []
        reaches_limit = self.above is not None and low <= self.above
        if reaches_limit or (self.low is not None and low < self.low):
            ends.append(f'down to {low:g}')
        if self.high is not None and high > self.high:
            ends.append(f'up to {high:g}')
        if not ends:
            return None
        found = f'go {" and ".join(ends)}'
        if -INFINITY in support or INFINITY in support:
            found = 'may be any number: give "within: [low, high]"'
        noun = 'whole numbers' if self.whole else 'numbers'
        return f'expects {noun} {self._words()}, and those drawn here {found}'

    def _words(self) -> str:
        if self.low is not None and self.high is not None:
            return f'from {self.low:g} to {self.high:g}'
        words = []
        if self.low is not None:
            words.append(f'of at least {self.low:g}')
        if self.above is not None:
            words.append(f'above {self.above:g}')
        if self.high is not None:
            words.append(f'up to {self.high:g}')
        return ' and '.join(words)

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read the distribution, then check that all it can give is within the limits."""
        return core_schema.with_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        """The three ways to write a distribution, with the limits in the first two."""
        number: dict[str, object] = {'type': 'integer' if self.whole else 'number'}
        limits = {'minimum': self.low, 'exclusiveMinimum': self.above, 'maximum': self.high}
        number |= {key: _short(limit) for key, limit in limits.items() if limit is not None}
        pair: dict[str, object] = {
            'type': 'array',
            'prefixItems': [number, number],
            'minItems': 2,
            'maxItems': 2,
            'format': 'low-high',
        }
        return {'anyOf': [number, pair, handler(schema)], 'format': 'drawn'}

    def _checked(self, value: _Drawable, info: ValidationInfo) -> _Drawable:
        # The loader checks later: it knows the files and variables that draws rest on.
        if value.known and not isinstance(info.context, RulesLater):
            message = self.fault(value.support())
            if message:
                raise RuleError((Fault((), message),))
        return value


def _short(limit: float) -> JsonValue:
    """A limit as a reader would write it."""
    return int(limit) if float(limit).is_integer() else limit
