"""Draws for named targets: a number for each item that a randomizer of the config chooses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from synth_ros.config.root import Config
from synth_ros.config.targets import OWN_LOOK, Per
from synth_ros.config.vary import Variation
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.inventory import Inventory
from synth_ros.randomize.scene import SampledScene, SampledValue
from synth_ros.randomize.targets import (
    Item,
    Items,
    edited,
    edits_of,
    fixed_items,
    is_chosen,
    lamp_items,
    object_item,
)

Vary = Mapping[str, Variation]
_SCALE = 'object.scale'


class Which(NamedTuple):
    """Which randomizers are drawn.

    Attributes:
        per: Those of the episode or those of a view.
        structure: Those that change what is built, or the others.
    """

    per: Per
    structure: bool = False


BUILT = Which('episode', structure=True)
OF_EPISODE = Which('episode')
OF_VIEW = Which('view')


def draw_values(
    vary: Vary, items: Items, *, draws: Draws, which: Which
) -> tuple[SampledValue, ...]:
    """Draw a number for each item of each randomizer.

    Every number has a stream of its own, ``vary/NAME/ITEM``, so that neither another randomizer
    nor another item shifts it.

    Args:
        vary: Randomizers by name.
        items: What there is to act on.
        draws: Of the episode, or of the view.
        which: Which randomizers.

    Returns:
        By name of the randomizer, then in the order of the items.
    """
    values: list[SampledValue] = []
    # Not in the order of the file, which the config's hash does not tell.
    for name, variation in sorted(vary.items()):
        if Which(variation.per, variation.spec.structure) == which:
            values += _draw(name, variation, chosen(variation, items), draws=draws)
    return tuple(values)


def chosen(variation: Variation, items: Items) -> list[Item]:
    """The items that a randomizer acts on."""
    return [item for item in items.get(variation.kind, ()) if is_chosen(variation.select, item)]


def scene_items(scene: SampledScene, inventory: Inventory) -> Items:
    """All items of a scene.

    Args:
        scene: The scene.
        inventory: What it was drawn from.
    """
    objects = tuple(object_item(o.name, o.class_name, o.tags) for o in scene.dropped)
    lamps = lamp_items(len(scene.lamps))
    return {**fixed_items(inventory), 'object': objects, 'light': lamps}


def with_values(
    scene: SampledScene, vary: Vary, inventory: Inventory, *, draws: Draws
) -> SampledScene:
    """A scene with the values that are drawn once for an episode.

    Args:
        scene: All else of it, the values that building needs included.
        vary: Randomizers by name.
        inventory: What the scene was drawn from.
        draws: Of the episode.
    """
    if not vary:
        return scene
    items = scene_items(scene, inventory)
    values = scene.values + draw_values(vary, items, draws=draws, which=OF_EPISODE)
    idle = tuple(sorted(name for name, each in vary.items() if not chosen(each, items)))
    return scene.model_copy(update={'values': values, 'idle': idle})


def draws_per_view(vary: Vary) -> bool:
    """Whether anything is drawn for each view."""
    return any(variation.per == 'view' for variation in vary.values())


def moves_cameras(vary: Vary) -> bool:
    """Whether any camera is not where it is mounted."""
    return any(variation.kind == 'camera' for variation in vary.values())


class Sized(NamedTuple):
    """What came of the size of an object.

    Attributes:
        scale: Factor on its size.
        values: The draws for it.
    """

    scale: float
    values: tuple[SampledValue, ...] = ()


def drawn_size(vary: Vary, item: Item, scale: float, *, draws: Draws) -> Sized:
    """The size of an object after the randomizers of ``object.scale``.

    Args:
        vary: Randomizers by name.
        item: The object.
        scale: Its size without them.
        draws: Of the object; a draw that all share is the episode's.
    """
    sizing = {name: each for name, each in vary.items() if each.target == _SCALE}
    if not sizing:
        return Sized(scale)
    values = draw_values(sizing, {'object': (item,)}, draws=draws, which=BUILT)
    edits = edits_of(values).get('object', {}).get(item.key, {})
    return Sized(edited(edits, 'object', 'scale', value=scale), values)


def scale_limits(config: Config) -> tuple[float, float]:
    """The smallest and the largest factor on an object's size that may be drawn."""
    variables = config.randomization.variables
    low, high = config.objects.scale.support(variables)
    for variation in config.randomization.vary.values():
        if variation.target != _SCALE:
            continue
        operation, by = variation.change
        least, most = by.support(variables)
        if operation == 'scale':
            least, most = low * least, high * most
        low, high = min(low, least), max(high, most)
    return max(low, 0.0), high


def with_own_looks(vary: Vary, objects: Iterable[Item]) -> frozenset[str]:
    """Objects whose material values vary, which therefore share no material with others."""
    changing = [v for v in vary.values() if v.target in OWN_LOOK]
    return frozenset(
        item.key for item in objects if any(is_chosen(v.select, item) for v in changing)
    )


def _draw(
    name: str, variation: Variation, items: Iterable[Item], *, draws: Draws
) -> Iterator[SampledValue]:
    operation, by = variation.change
    stream = f'vary/{name}'
    shared = None
    if variation.shared:
        # Draws for what is built are those of one object.
        common = draws.of_episode() if variation.spec.structure else draws
        shared = common.number(by, stream)
    for item in items:
        value = draws.number(by, f'{stream}/{item.key}') if shared is None else shared
        yield SampledValue(
            randomizer=name,
            target=variation.target,
            item=item.key,
            operation=operation,
            value=value,
        )
