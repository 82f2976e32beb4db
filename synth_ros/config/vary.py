"""Randomizers of named targets: what each changes, of which items, and how."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from synth_ros.config.base import Fault, KeyPath, Name, Section, Text
from synth_ros.config.distributions import Distribution, Drawn
from synth_ros.config.limits import Limits
from synth_ros.config.targets import (
    KINDS,
    OPERATIONS,
    SELECTORS,
    TARGETS,
    ItemKind,
    Operation,
    Per,
    Selector,
    Target,
    TargetSpec,
    kind_of,
)


class Select(Section):
    """Which items a randomizer acts on: those that every given key lets through."""

    classes: tuple[Name, ...] = ()
    """Objects and distractors of these classes."""
    names: tuple[Text, ...] = ()
    """Items whose name matches one of these patterns; ``*`` and ``?`` stand for any characters.
    Objects are named after class and number (``mug_03``), distractors too
    (``distractor_bowl_01``), lamps ``lamp_0`` and so on."""
    tags: tuple[Name, ...] = ()
    """Objects with one of these tags: ``target`` for those with labels, ``distractor`` for those
    without, or the tags of their class."""
    links: tuple[Text, ...] = ()
    """Joints, actuators or cameras of the links whose name matches one of these patterns."""

    @property
    def given(self) -> tuple[Selector, ...]:
        """The selectors in use."""
        return tuple(name for name in SELECTORS if self.entries(name))

    def entries(self, selector: Selector) -> tuple[str, ...]:
        """What is listed under a selector."""
        entries: tuple[str, ...] = getattr(self, selector)
        return entries


class Change(NamedTuple):
    """What a randomizer does with its draws.

    Attributes:
        operation: How a draw acts on the value.
        by: Where the draws come from.
    """

    operation: Operation
    by: Distribution


class Variation(Section):
    """One randomizer: draws a number for each chosen item, and changes a value by it.

    It starts from the value that the scene is built with, never from that of an earlier frame.
    """

    target: Target
    """What is changed."""
    select: Select = Select()
    """Which items; all of the target's kind by default."""
    set: Drawn | None = None
    """Draws that replace the value; give one of set, scale and add."""
    scale: Drawn | None = None
    """Draws that the value is multiplied by."""
    add: Drawn | None = None
    """Draws that are added to the value."""
    per: Per = 'episode'
    """How often it is drawn."""
    shared: bool = False
    """One draw for all items, instead of one for each."""

    @property
    def spec(self) -> TargetSpec:
        """What the target is."""
        return TARGETS[self.target]

    @property
    def kind(self) -> ItemKind:
        """What kind of items it acts on."""
        return kind_of(self.target)

    @property
    def change(self) -> Change:
        """What is done with the draws."""
        operation, by = next(iter(self._changes()))
        return Change(operation, by)

    def rules(self) -> Iterator[Fault]:
        """Yield faults for what the target does not allow."""
        changes = list(self._changes())
        allowed = ' or '.join(self.spec.operations)
        if not changes:
            yield Fault((), f'a randomizer of {self.target} needs one of {allowed}')
        for operation, by in changes:
            if operation not in self.spec.operations:
                message = f'{self.target} cannot be changed by {operation}; use {allowed}'
                yield Fault((operation,), message)
            elif len(changes) > 1 and operation != changes[0][0]:
                yield Fault((operation,), f'give {changes[0][0]} or {operation}, not both')
            elif by.known:
                yield from self.limit_faults({})
        if self.spec.structure and self.per == 'view':
            message = (
                f'{self.target} changes what the scene is built of, which lasts for an episode: '
                'write per: episode, and more episodes with fewer views each for more of it'
            )
            yield Fault(('per',), message)
        yield from self._select_faults()

    def limit_faults(self, variables: Mapping[str, Distribution]) -> Iterator[Fault]:
        """Yield a fault where draws may leave the limits of the target.

        Args:
            variables: What draws may depend on.
        """
        operation, by = self.change
        spec = self.spec
        low: float | None
        if operation == 'set' and not spec.period:
            low, high = (v if math.isfinite(v) else None for v in (spec.low, spec.high))
        elif operation == 'scale':
            low, high = 0.0, None
        else:
            return
        limits = Limits(
            low=None if spec.above else low, above=low if spec.above else None, high=high
        )
        message = limits.fault(by.support(variables))
        if message:
            yield Fault((operation,), message)

    def _changes(self) -> Iterator[tuple[Operation, Distribution]]:
        for operation in OPERATIONS:
            by: Distribution | None = getattr(self, operation)
            if by is not None:
                yield operation, by

    def _select_faults(self) -> Iterator[Fault]:
        kind = KINDS[self.kind]
        for selector in self.select.given:
            if selector not in kind.selectors:
                usable = ', '.join(kind.selectors)
                message = (
                    f'{self.target} belongs to {kind.text}, which are not chosen by {selector}'
                )
                message += f'; use {usable}' if usable else ': remove it'
                yield Fault(('select', selector), message)


def path_of(name: str, *more: str | int) -> KeyPath:
    """Key path of something in a randomizer.

    Args:
        name: Of the randomizer.
        more: Keys below it.
    """
    return ('randomization', 'vary', name, *more)
