"""Which objects a scene has, how they differ from their assets, and where each is to go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.config.root import Config
from synth_ros.errors import PlacementError
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.inventory import (
    ClassInfo,
    Inventory,
    PlaceInfo,
    VariantInfo,
)
from synth_ros.randomize.placement.choose import Chooser, Refusals, largest_containers
from synth_ros.randomize.placement.fits import Triple, scaled
from synth_ros.randomize.scene import SampledValue
from synth_ros.randomize.targets import object_item, object_name
from synth_ros.randomize.vary import Sizes, scale_limits

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
        sized: Draws of randomizers that its size rests on.
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
    sized: tuple[SampledValue, ...] = ()

    @property
    def half_m(self) -> Triple:
        """Half extents of its 3D box."""
        return scaled(self.variant.half_size_m, self.scale)


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


def pick_objects(config: Config, inventory: Inventory, *, draws: Draws, sizes: Sizes) -> Picked:
    """Draw the objects of an episode.

    Args:
        config: The config.
        inventory: What there is to draw from.
        draws: Of the objects of the episode.
        sizes: What randomizers make of their sizes.

    Raises:
        PlacementError: If no object that was drawn fits where it should go.
    """
    return _Picker(config, inventory, sizes).pick(draws)


class _Turn(NamedTuple):
    """Which object is drawn.

    Attributes:
        key: Names its draws.
        number: In the scene, from 1.
        again: How many were drawn for it before and did not fit.
    """

    key: str
    number: int
    again: int = 0


class _Picker:
    def __init__(self, config: Config, inventory: Inventory, sizes: Sizes) -> None:
        self._config = config
        self._sizes = sizes
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
            count = draws.whole(self._config.objects.count, 'count')
            picks += [
                self._one(draws, _Turn(str(number), number), self._places)
                for number in range(1, count + 1)
            ]
        for place in self._places:
            if place.config.count is not None:
                name = place.config.name
                own = draws.whole(place.config.count, f'{name}/count')
                before = len(picks)
                picks += [
                    self._one(draws, _Turn(f'{name}/{k}', before + k), (place,))
                    for k in range(1, own + 1)
                ]
        return Picked(tuple(picks), self._chooser.refusals)

    def _one(self, draws: Draws, turn: _Turn, places: Sequence[PlaceInfo]) -> Pick:
        """Draw one object for one of some places; another one where it does not fit."""
        if len(places) > 1:
            places = [place for place in places if place.config.count is None]
        own = draws.below(f'{turn.key}/')
        for again in range(_PICKS_TRIED):
            below = own.below(f'again/{again}/') if again else own
            pick = self._drawn(below, turn._replace(again=again), places)
            place = self._chooser.choose(
                pick.half_m,
                among=[p for p in places if p.config.takes(pick.entry.name)],
                rng=own.generator(f'place/{again}'),
            )
            if place is not None:
                return pick._replace(place=place.config.name)
        raise PlacementError(self._why_not(turn.key))

    def _drawn(self, draws: Draws, turn: _Turn, places: Sequence[PlaceInfo]) -> Pick:
        objects, physics = self._config.objects, self._config.physics
        weights = np.array(
            [
                entry.weight * any(place.config.takes(entry.name) for place in places)
                for entry in self._classes
            ]
        )
        weights /= weights.sum()
        entry = self._classes[int(draws.generator('class').choice(len(weights), p=weights))]
        # One draw in [0, 1) whatever the number of variants: adding one shifts nothing else.
        variant = entry.variants[int(draws.generator('variant').random() * len(entry.variants))]
        item = object_item(object_name(entry.name, turn.number), entry.name, entry.object_tags)
        sized = self._sizes.of(item, draws.number(objects.scale, 'scale'), again=turn.again)
        return Pick(
            key=turn.key,
            entry=entry,
            variant=variant,
            scale=sized.scale,
            sized=sized.values,
            hue_shift_deg=draws.number(objects.hue_shift_deg, 'hue_shift_deg'),
            value_scale=draws.number(objects.value_scale, 'value_scale'),
            friction_scale=draws.number(physics.friction_scale, 'friction_scale'),
            mass_scale=draws.number(physics.mass_scale, 'mass_scale'),
        )

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
