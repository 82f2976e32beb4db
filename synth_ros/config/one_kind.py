"""Sections that say one thing in one of several ways."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue, model_serializer

from synth_ros.config.base import Fault, Section


class OneKind(Section):
    """Exactly one of the keys is given; ``across`` may stand beside it."""

    def rules(self) -> Iterator[Fault]:
        """Yield faults for more or less than one kind."""
        kinds = [name for name in type(self).model_fields if name != 'across']
        given = [kind for kind in kinds if getattr(self, kind) is not None]
        if not given:
            yield Fault((), f'no kind is given; give one of {", ".join(kinds)}')
        for other in given[1:]:
            yield Fault((other,), f'give one kind; "{given[0]}" is given already')

    @model_serializer
    def _dump(self) -> JsonValue:
        """What is given; a constant alone is written as itself."""
        given: dict[str, JsonValue] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Section):
                given[name] = value.model_dump(mode='json', exclude_none=True)
            elif value is not None:
                given[name] = list(value) if isinstance(value, tuple) else value
        return given['constant'] if given.keys() == {'constant'} else given
