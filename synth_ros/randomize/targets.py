"""Items that named targets belong to, which of them a randomizer acts on, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple

from synth_ros.config.targets import TARGETS, ItemKind, Selector, TargetSpec
from synth_ros.config.vary import Select
from synth_ros.randomize.inventory import Inventory, MovingPart
from synth_ros.randomize.scene import SampledValue

SCENE_ITEM = 'scene'
"""The item of targets of which a scene has just one."""


class Item(NamedTuple):
    """Something that has values of its own.

    Attributes:
        key: Its name in draws and provenance.
        name: What patterns of names are compared with.
        class_name: Class of an object, else empty.
        tags: Tags of an object.
        link: The link that a joint or an actuator moves, or that carries a camera.
    """

    key: str
    name: str
    class_name: str = ''
    tags: tuple[str, ...] = ()
    link: str = ''


Items = Mapping[ItemKind, tuple[Item, ...]]


def object_name(class_name: str, number: int) -> str:
    """Name of an object: its class and its number in the scene, from 1."""
    return f'{class_name}_{number:02d}'


def distractor_name(class_name: str, number: int) -> str:
    """Name of a distractor of a scene.

    Args:
        class_name: Its class.
        number: Among the distractors, from 1.
    """
    return f'distractor_{class_name}_{number:02d}'


def object_item(name: str, class_name: str, tags: tuple[str, ...]) -> Item:
    """The item of an object."""
    return Item(name, name, class_name=class_name, tags=tags)


def lamp_items(count: int) -> tuple[Item, ...]:
    """The items of so many lamps."""
    return tuple(Item(f'lamp_{k}', f'lamp_{k}') for k in range(count))


def fixed_items(inventory: Inventory) -> Items:
    """The items that all scenes of a config have alike."""
    handles = inventory.handles
    materials = (*(role.role for role in inventory.roles), *handles.materials)
    links = handles.camera_links or ('',) * len(inventory.cameras)
    one = (Item(SCENE_ITEM, SCENE_ITEM),)
    return MappingProxyType(
        {
            'material': tuple(Item(name, name) for name in materials),
            'ambient': one,
            'physics': one,
            'camera': tuple(
                Item(name, name, link=link)
                for name, link in zip(inventory.cameras, links, strict=True)
            ),
            'joint': part_items(handles.joints),
            'actuator': part_items(handles.actuators),
        }
    )


def part_items(parts: Iterable[MovingPart]) -> tuple[Item, ...]:
    """The items of joints or actuators."""
    return tuple(Item(part.item, part.name, link=part.link) for part in parts)


def lets_through(selector: Selector, entry: str, item: Item) -> bool:
    """Whether one entry of a selector lets an item through."""
    match selector:
        case 'classes':
            return item.class_name == entry
        case 'tags':
            return entry in item.tags
        case 'names':
            return fnmatchcase(item.name, entry)
        case 'links':
            return fnmatchcase(item.link, entry)


def is_chosen(select: Select, item: Item) -> bool:
    """Whether all selectors that are given let an item through."""
    return all(
        any(lets_through(selector, entry, item) for entry in select.entries(selector))
        for selector in select.given
    )


class Edit(NamedTuple):
    """What all randomizers of one value of one item do to it.

    First comes what sets it, of which there is one at most, then factors, then what is added.

    Attributes:
        to: Replaces the value, unless ``None``.
        factor: On the value.
        offset: Added to it.
    """

    to: float | None = None
    factor: float = 1.0
    offset: float = 0.0

    def after(self, value: SampledValue) -> Edit:
        """This edit with one more draw."""
        match value.operation:
            case 'set':
                return self._replace(to=value.value)
            case 'scale':
                return self._replace(factor=self.factor * value.value)
            case 'add':
                return self._replace(offset=self.offset + value.value)

    def of(self, value: float, spec: TargetSpec) -> float:
        """What becomes of a value: the nearest to it that the target's limits allow."""
        start = value if self.to is None else self.to
        result = start * self.factor + self.offset
        return result % spec.period if spec.period else spec.nearest(result)


NO_EDIT = Edit()
Edits = Mapping[str, Mapping[str, Edit]]
"""By item, then by target without its kind."""


def edits_of(values: Iterable[SampledValue]) -> dict[ItemKind, dict[str, dict[str, Edit]]]:
    """All draws by the kind of items, the item, and the target without its kind.

    Args:
        values: Of the episode, then of the view.
    """
    edits: dict[ItemKind, dict[str, dict[str, Edit]]] = {}
    for value in values:
        kind, _, name = value.target.partition('.')
        of_item = edits.setdefault(_as_kind(kind), {}).setdefault(value.item, {})
        of_item[name] = of_item.get(name, NO_EDIT).after(value)
    return edits


def edited(edits: Mapping[str, Edit], kind: ItemKind, name: str, *, value: float) -> float:
    """What becomes of one value of an item; unchanged if nothing acts on it.

    Args:
        edits: Of the item, by target without its kind.
        kind: Kind of the item.
        name: The target without its kind.
        value: As compiled.
    """
    edit = edits.get(name)
    return value if edit is None else edit.of(value, TARGETS[f'{kind}.{name}'])


def _as_kind(name: str) -> ItemKind:
    match name:
        case (
            'object'
            | 'material'
            | 'light'
            | 'ambient'
            | 'camera'
            | 'physics'
            | 'joint'
            | 'actuator'
        ):
            return name
    raise AssertionError(f'not a kind of target: {name!r}')
