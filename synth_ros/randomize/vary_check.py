"""Randomizers of named targets that can never find anything to act on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from synth_ros.config.base import Fault
from synth_ros.config.distributions import Distribution, constant
from synth_ros.config.root import Config
from synth_ros.config.targets import KINDS, ItemKind, Selector
from synth_ros.config.vary import Variation, path_of
from synth_ros.errors import suggest
from synth_ros.randomize.inventory import Inventory
from synth_ros.randomize.targets import (
    Item,
    distractor_name,
    fixed_items,
    is_chosen,
    lamp_items,
    lets_through,
    object_item,
    object_name,
    part_items,
)

_NOUNS: dict[Selector, str] = {
    'classes': 'class',
    'tags': 'tag',
    'names': 'name',
    'links': 'link',
}
_POSED = (
    'goes where it is told, whatever its springs, friction and motors are. Choose joints of the '
    'environment, or those with a position servo and robot.control: actuated'
)
MOST_OBJECTS = 65535
"""More have no ids of 16 bits."""
# Names enough to show what they look like.
_MOST_SHOWN = 300


def vary_faults(config: Config, inventory: Inventory) -> Iterator[Fault]:
    """Yield a fault for each randomizer that no scene of the config can follow.

    Args:
        config: The config.
        inventory: What its scenes are drawn from.
    """
    variables = config.randomization.variables
    setting: dict[str, _Choice] = {}
    for name, variation in config.randomization.vary.items():
        choice = _Choice(variation, config, inventory)
        for fault in (*variation.limit_faults(variables), *choice.faults()):
            yield Fault(path_of(name, *fault.path), fault.message)
        if variation.set is None:
            continue
        for other, before in setting.items():
            item = choice.shared_with(before)
            if item is not None:
                message = (
                    f'{other} sets {variation.target} of {item} already: let each choose items of '
                    'its own, or scale one of them'
                )
                yield Fault(path_of(name, 'set'), message)
        setting[name] = choice


class _Choice:
    """What one randomizer chooses from all that scenes of a config can have."""

    def __init__(self, variation: Variation, config: Config, inventory: Inventory) -> None:
        self._target = variation.target
        self._kind: ItemKind = variation.kind
        self._select = variation.select
        self._config = config
        self._inventory = inventory

    def faults(self) -> Iterator[Fault]:
        """Yield faults for entries that let nothing through, or for all of them together."""
        posed = list(self._posed_faults())
        found = posed or list(self._entry_faults())
        if found or any(is_chosen(self._select, item) for item in self._possible()):
            yield from found
        elif self._select.given:
            given = ' and '.join(self._select.given)
            noun = 'lamp' if self._kind == 'light' else self._kind
            yield Fault(('select',), f'no {noun} meets {given} at once')
        else:
            yield Fault(('target',), f'there are no {KINDS[self._kind].text} to act on')

    def shared_with(self, other: _Choice) -> str | None:
        """An item of which both change the same value, if there is one."""
        if self._target != other._target:
            return None
        both = (
            item.key
            for item in self._possible()
            if is_chosen(self._select, item) and is_chosen(other._select, item)
        )
        return next(both, None)

    def _entries(self) -> Iterator[tuple[Selector, int, str]]:
        for selector in self._select.given:
            for place, entry in enumerate(self._select.entries(selector)):
                yield selector, place, entry

    def _entry_faults(self) -> Iterator[Fault]:
        for selector, place, entry in self._entries():
            if not any(lets_through(selector, entry, item) for item in self._possible()):
                yield Fault(('select', selector, place), self._nothing(selector, entry))

    def _posed_faults(self) -> Iterator[Fault]:
        """Yield faults for choosing joints and motors on which physics does not act."""
        if self._kind not in ('joint', 'actuator'):
            return
        acting = list(self._possible())
        posed = part_items(self._inventory.handles.posed_joints)
        for selector, place, entry in self._entries():
            mine = [item for item in posed if lets_through(selector, entry, item)]
            if mine and not any(lets_through(selector, entry, item) for item in acting):
                message = f"the robot's joint {mine[0].name} {_POSED}"
                yield Fault(('select', selector, place), message)
        if not self._select.given and not acting and posed:
            yield Fault(('target',), f"the robot's joint {posed[0].name} {_POSED}")

    def _possible(self) -> Iterable[Item]:
        """All items of the kind that scenes can have; of objects, perhaps thousands."""
        config, inventory = self._config, self._inventory
        if self._kind == 'object':
            return self._possible_objects()
        if self._kind == 'light':
            lamps = config.environment.lights.count
            return lamp_items(int(lamps.support(config.randomization.variables).high))
        return fixed_items(inventory)[self._kind]

    def _possible_objects(self) -> Iterator[Item]:
        config, inventory = self._config, self._inventory
        for number in range(1, self._most(_object_counts(config)) + 1):
            for entry in inventory.classes:
                name = object_name(entry.name, number)
                yield object_item(name, entry.name, entry.object_tags)
        for number in range(1, self._most([config.distractors.contextual.count]) + 1):
            for entry in inventory.distractors:
                name = distractor_name(entry.name, number)
                yield object_item(name, entry.name, entry.distractor_tags)

    def _most(self, counts: Iterable[Distribution]) -> int:
        variables = self._config.randomization.variables
        return int(min(sum(count.support(variables).high for count in counts), MOST_OBJECTS))

    def _nothing(self, selector: Selector, entry: str) -> str:
        """Words for an entry that lets nothing through, with what there is."""
        seen: dict[str, None] = {}
        for item in itertools.islice(self._possible(), _MOST_SHOWN):
            seen.update(dict.fromkeys(_labels(selector, item)))
        verb = 'matches' if selector in ('names', 'links') else 'is'
        among = KINDS[self._kind].text
        hint = suggest(entry.strip('*?'), list(seen))
        return f'No {_NOUNS[selector]} of {among} {verb} {entry!r}. {hint}'


def _object_counts(config: Config) -> list[Distribution]:
    """How many labelled objects there can be, part by part."""
    counts = [place.count for place in config.objects.placement.all_places()]
    counts += [drop.count for _, drop in config.sequence.drops()]
    told = len(config.script.objects or ())
    return [config.objects.count, constant(told), *(c for c in counts if c is not None)]


def _labels(selector: Selector, item: Item) -> tuple[str, ...]:
    """What a selector looks at."""
    match selector:
        case 'classes':
            return (item.class_name,)
        case 'tags':
            return item.tags
        case 'names':
            return (item.name,)
        case 'links':
            return (item.link,)
