"""Which objects a scene has, how they differ from their assets, and where each is to go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.config.objects import ObjectsConfig
from synth_ros.config.root import Config
from synth_ros.config.sequence import Drop
from synth_ros.errors import PlacementError
from synth_ros.randomize.decks import deal, within_limits
from synth_ros.randomize.draw import Draws, episode_draws
from synth_ros.randomize.inventory import (
    ClassInfo,
    Inventory,
    PlaceInfo,
    VariantInfo,
)
from synth_ros.randomize.placement.choose import Chooser, Refusals, largest_containers
from synth_ros.randomize.placement.fits import Triple, scaled
from synth_ros.randomize.placement.room import Pose
from synth_ros.randomize.scene import SampledObject, SampledRefusal, SampledValue
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.targets import object_item, object_name
from synth_ros.randomize.vary import drawn_size, scale_limits

_PICKS_TRIED = 25


class Pick(NamedTuple):
    """Which asset an object is, how it is changed, and where it is to go.

    Attributes:
        key: Names its draws.
        entry: Its class.
        variant: Its asset.
        scale: Factor on its size.
        hue_shift_deg: Turn of its colours about the hue circle.
        value_scale: Factor on their brightness.
        friction_scale: Factor on sliding friction.
        mass_scale: Factor on mass and inertia.
        place: Name of its place.
        waits: Name of the event that lets it fall in; empty if it is there from the start.
        values: Draws for named targets that its size rests on.
    """

    key: str
    entry: ClassInfo
    variant: VariantInfo
    scale: float
    hue_shift_deg: float
    value_scale: float
    friction_scale: float
    mass_scale: float
    place: str = ''
    waits: str = ''
    values: tuple[SampledValue, ...] = ()

    @property
    def half_m(self) -> Triple:
        """Half extents of its 3D box."""
        return scaled(self.variant.half_size_m, self.scale)


class MadeObjects(NamedTuple):
    """The objects of a scene with their poses.

    Attributes:
        objects: By instance id.
        values: Draws for named targets that they were built with.
        refusals: Of places and objects.
    """

    objects: tuple[SampledObject, ...]
    values: tuple[SampledValue, ...]
    refusals: tuple[SampledRefusal, ...] = ()


class Turn(NamedTuple):
    """Which object is drawn.

    Attributes:
        key: Names its draws.
        number: In the scene, from 1.
    """

    key: str
    number: int


class Picked(NamedTuple):
    """The objects of a scene.

    Attributes:
        picks: First those of ``objects.count``, then those of places with a count of their own.
        refusals: Objects that places refused, for which others were drawn.
    """

    picks: tuple[Pick, ...]
    refusals: Refusals


def places_of(config: Config, inventory: Inventory) -> tuple[PlaceInfo, ...]:
    """All places of a config; an inventory without any has its surface alone."""
    if inventory.places:
        return inventory.places
    return tuple(
        PlaceInfo(place, (inventory.surface,)) for place in config.objects.placement.all_places()
    )


def pick_objects(config: Config, inventory: Inventory, *, draws: Draws) -> Picked:
    """Draw the objects of an episode.

    Args:
        config: The config.
        inventory: What there is to draw from.
        draws: Of the objects of the episode.

    Raises:
        PlacementError: If no object that was drawn fits where it should go.
    """
    return _Picker(config, inventory).pick(draws)


def class_weights(
    objects: ObjectsConfig, classes: Sequence[ClassInfo], places: Sequence[PlaceInfo]
) -> list[float]:
    """Weight of each class among the objects that go to some places; 0 where none takes it."""
    return [
        weight * any(place.config.takes(entry.name) for place in places)
        for entry, weight in zip(classes, own_weights(objects, classes), strict=True)
    ]


def own_weights(objects: ObjectsConfig, classes: Sequence[ClassInfo]) -> list[float]:
    """Weight of each class."""
    return [objects.weights.get(entry.name, entry.weight) for entry in classes]


def _drawn_class(draws: Draws, weights: Sequence[float]) -> int:
    shares = np.asarray(weights) / sum(weights)
    return int(draws.generator('class').choice(len(shares), p=shares))


def dressed(
    config: Config, entry: ClassInfo, *, turn: Turn, draws: Draws, variant: str | None = None
) -> Pick:
    """Draw how an object of a class differs from others.

    Args:
        config: The config.
        entry: The class.
        turn: Which object it is.
        draws: Of the object.
        variant: Its asset; drawn if ``None``.
    """
    objects, physics = config.objects, config.physics
    # One draw in [0, 1) whatever the number of variants: adding one shifts nothing else.
    drawn = entry.variants[int(draws.generator('variant').random() * len(entry.variants))]
    item = object_item(object_name(entry.name, turn.number), entry.name, entry.object_tags)
    scale = draws.number(objects.scale, 'scale')
    size = drawn_size(config.randomization.vary, item, scale, draws=draws)
    return Pick(
        key=turn.key,
        entry=entry,
        variant=next((one for one in entry.variants if one.name == variant), drawn),
        scale=size.scale,
        values=size.values,
        hue_shift_deg=draws.number(objects.hue_shift_deg, 'hue_shift_deg'),
        value_scale=draws.number(objects.value_scale, 'value_scale'),
        friction_scale=draws.number(physics.friction_scale, 'friction_scale'),
        mass_scale=draws.number(physics.mass_scale, 'mass_scale'),
    )


def sampled_object(number: int, pick: Pick, pose: Pose) -> SampledObject:
    """An object of a scene.

    Args:
        number: Its instance id.
        pick: What it is.
        pose: Of the centre of its 3D box.
    """
    return SampledObject(
        instance_id=number,
        name=object_name(pick.entry.name, number),
        class_id=pick.entry.class_id,
        class_name=pick.entry.name,
        variant=pick.variant.name,
        position_m=pose.position_m,
        quat_wxyz=pose.quat_wxyz,
        scale=pick.scale,
        hue_shift_deg=pick.hue_shift_deg,
        value_scale=pick.value_scale,
        friction_scale=pick.friction_scale,
        mass_scale=pick.mass_scale,
        tags=pick.entry.object_tags,
    )


def pick_waiting(
    config: Config, inventory: Inventory, *, draws: Draws, after: int
) -> tuple[Pick, ...]:
    """Draw the objects that fall in while a sequence runs.

    Args:
        config: The config.
        inventory: What there is to draw from.
        draws: Of the objects of the episode.
        after: How many objects there are already.
    """
    picker = _Picker(config, inventory)
    picks: list[Pick] = []
    for name, drop in config.sequence.drops():
        own = draws.below(f'drop/{name}/')
        picks += picker.waiting(own, name, drop, after=after + len(picks))
    return tuple(picks)


class _Picker:
    def __init__(self, config: Config, inventory: Inventory) -> None:
        self._config = config
        self._classes = inventory.classes
        self._places = places_of(config, inventory)
        _, largest = scale_limits(config)
        self._chooser = Chooser(
            self._places, largest_containers(self._places, self._classes, scale=largest)
        )

    def pick(self, draws: Draws) -> Picked:
        """Draw all objects."""
        picks: list[Pick] = []
        if self._classes:
            cards = self._cards(draws)
            picks += [
                self._one(draws, Turn(str(number), number), self._places, card=card)
                for number, card in enumerate(cards, start=1)
            ]
        for place in self._places:
            if place.config.count is not None:
                name = place.config.name
                own = draws.whole(place.config.count, f'{name}/count')
                before = len(picks)
                picks += [
                    self._one(draws, Turn(f'{name}/{k}', before + k), (place,))
                    for k in range(1, own + 1)
                ]
        return Picked(tuple(picks), self._chooser.refusals)

    def _cards(self, draws: Draws) -> list[int]:
        """The class of each of the objects of ``objects.count``, as a place in the classes."""
        objects = self._config.objects
        count = draws.whole(objects.count, 'count')
        shared = [place for place in self._places if place.config.count is None]
        weights = class_weights(objects, self._classes, shared)
        if objects.balance == 'dataset':

            def count_of(episode: int) -> int:
                streams = Streams(draws.streams.seed, episode, draws.streams.progress)
                others = episode_draws(self._config, streams)
                return others.below(draws.prefix).whole(objects.count, 'count')

            cards = deal(weights, count, streams=draws.streams, count_of=count_of)
        else:
            shares = np.asarray(weights) / sum(weights)
            cards = [
                int(draws.generator(f'{number}/class').choice(len(weights), p=shares))
                for number in range(1, count + 1)
            ]
        if not objects.limits:
            return cards
        limits = [objects.limits.get(entry.name, (0, count)) for entry in self._classes]
        return within_limits(cards, weights, limits, rng=draws.generator('limits'))

    def waiting(self, draws: Draws, name: str, drop: Drop, *, after: int) -> Iterator[Pick]:
        """Draw the objects of one event, numbered after others."""
        for number in range(1, draws.whole(drop.count, 'count') + 1):
            own = draws.below(f'{number}/')
            weights = [
                weight * (not drop.classes or entry.name in drop.classes)
                for entry, weight in zip(
                    self._classes, own_weights(self._config.objects, self._classes), strict=True
                )
            ]
            entry = self._classes[_drawn_class(own, weights)]
            turn = Turn(f'drop/{name}/{number}', after + number)
            pick = dressed(self._config, entry, turn=turn, draws=own)
            yield pick._replace(waits=name)

    def _one(
        self, draws: Draws, turn: Turn, places: Sequence[PlaceInfo], *, card: int | None = None
    ) -> Pick:
        """Draw one object for one of some places; another one where it does not fit.

        Args:
            draws: Of the objects.
            turn: Which object.
            places: It goes to one of them.
            card: Its class, as a place in the classes; drawn if ``None``.
        """
        if len(places) > 1:
            places = [place for place in places if place.config.count is None]
        own = draws.below(f'{turn.key}/')
        for again in range(_PICKS_TRIED):
            mine = own.below(f'again/{again}/') if again else own
            place_in_classes = self._class(mine, places) if card is None or again else card
            entry = self._classes[place_in_classes]
            pick = dressed(self._config, entry, turn=turn, draws=mine)
            place = self._chooser.choose(
                pick.half_m,
                among=[p for p in places if p.config.takes(pick.entry.name)],
                rng=own.generator(f'place/{again}'),
            )
            if place is not None:
                return pick._replace(place=place.config.name)
        raise PlacementError(self._why_not(turn.key))

    def _class(self, draws: Draws, places: Sequence[PlaceInfo]) -> int:
        return _drawn_class(draws, class_weights(self._config.objects, self._classes, places))

    def _why_not(self, key: str) -> str:
        told = ', '.join(
            f'{place}: {reason} ({count} times)'
            for (place, reason), count in self._chooser.refusals.most_common()
        )
        return (
            f'Object {key}: none of {_PICKS_TRIED} objects drawn fits a place of '
            f'objects.placement.places ({told}). Add a place without such limits, take large '
            'classes out, or ask for fewer objects (objects.count, or count of the place).'
        )
