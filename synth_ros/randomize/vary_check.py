"""Randomizers of named targets that can never find anything to act on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from synth_ros.config.base import Fault
from synth_ros.config.root import Config
from synth_ros.config.targets import KINDS, ItemKind, Selector
from synth_ros.config.vary import Variation, path_of
from synth_ros.errors import suggest
from synth_ros.randomize.inventory import Inventory
from synth_ros.randomize.targets import (
    TARGET_TAG,
    Item,
    fixed_items,
    is_chosen,
    lamp_items,
    lets_through,
    object_item,
    object_name,
    part_items,
)

_SELECTED: dict[Selector, str] = {
    'classes': 'object class',
    'tags': 'tag',
    'names': 'name',
    'links': 'link',
}
_KINEMATIC = (
    'goes where it is told, whatever its damping, springs or motors are: physics does not act on '
    'the robot. Choose joints of the environment'
)


def vary_faults(config: Config, inventory: Inventory) -> Iterator[Fault]:
    """Yield a fault for each choice that no scene of the config can meet.

    Args:
        config: The config.
        inventory: What its scenes are drawn from.
    """
    for name, variation in config.randomization.vary.items():
        for fault in variation.limit_faults(config.randomization.variables):
            yield Fault(path_of(name, *fault.path), fault.message)
        for fault in _faults(variation, config, inventory):
            yield Fault(path_of(name, *fault.path), fault.message)


def _faults(variation: Variation, config: Config, inventory: Inventory) -> Iterator[Fault]:
    kind, select = variation.kind, variation.select
    if kind in ('joint', 'actuator'):
        posed = list(_posed_only(variation, inventory))
        if posed:
            yield from posed
            return
    wrong = False
    for selector in select.given:
        for place, entry in enumerate(select.entries(selector)):
            items = possible_items(kind, config, inventory)
            if not any(lets_through(selector, entry, item) for item in items):
                wrong = True
                yield Fault(
                    ('select', selector, place), _nothing(kind, selector, entry, config, inventory)
                )
    if wrong:
        return
    if not any(is_chosen(select, item) for item in possible_items(kind, config, inventory)):
        if select.given:
            message = f'no {_one(kind)} can meet {" and ".join(select.given)} at once'
            yield Fault(('select',), message)
        else:
            yield Fault(('target',), f'there are no {KINDS[kind].text} to act on')


def possible_items(kind: ItemKind, config: Config, inventory: Inventory) -> Iterable[Item]:
    """All items of a kind that scenes of a config can have, perhaps thousands of objects."""
    if kind == 'object':
        most = int(config.objects.count[1])
        return (
            object_item(object_name(entry.name, number), entry.name, (TARGET_TAG, *entry.tags))
            for number in range(1, most + 1)
            for entry in inventory.classes
        )
    if kind == 'light':
        return lamp_items(int(config.environment.lights.count[1]))
    return fixed_items(inventory)[kind]


def _posed_only(variation: Variation, inventory: Inventory) -> Iterator[Fault]:
    """Yield a fault for each choice that only joints meet on which physics does not act."""
    select, handles = variation.select, inventory.handles
    acting = part_items(handles.joints if variation.kind == 'joint' else handles.actuators)
    posed = part_items(handles.posed_joints)
    for selector in select.given:
        for place, entry in enumerate(select.entries(selector)):
            if any(lets_through(selector, entry, item) for item in acting):
                continue
            mine = [item.name for item in posed if lets_through(selector, entry, item)]
            if mine:
                yield Fault(
                    ('select', selector, place), f'the robot\'s joint {mine[0]} {_KINEMATIC}'
                )
    if not select.given and not acting and posed:
        yield Fault(('target',), f"the robot's joint {posed[0].name} {_KINEMATIC}")


def _nothing(
    kind: ItemKind, selector: Selector, entry: str, config: Config, inventory: Inventory
) -> str:
    """Words for a selector that lets nothing through, with what there is."""
    names: set[str] = set()
    # A few hundred names show what they look like.
    for item in itertools.islice(possible_items(kind, config, inventory), 300):
        match selector:
            case 'classes':
                names.add(item.class_name)
            case 'tags':
                names.update(item.tags)
            case 'names':
                names.add(item.name)
            case 'links':
                names.add(item.link)
    noun = _SELECTED[selector]
    what = f'No {noun} matches {entry!r}' if selector in ('names', 'links') else f'No {noun} {entry!r}'
    return f'{what} among {KINDS[kind].text}. {suggest(entry.strip("*?"), sorted(names))}'


def _one(kind: ItemKind) -> str:
    return 'lamp' if kind == 'light' else kind
