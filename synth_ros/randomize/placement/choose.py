"""Which of several places each object goes to, by weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from synth_ros.randomize.inventory import ClassInfo, PlaceInfo
from synth_ros.randomize.placement.fits import Triple, misfit

HAND_FULL = 'the hand is full'
TOO_LARGE = 'too large'
Refusals = Counter[tuple[str, str]]
"""How often objects were refused, by (name of the place, reason)."""


class Chooser:
    """Draws places for the objects of a scene, one after the other.

    Attributes:
        refusals: Objects that places refused so far.

    Args:
        places: All places.
        containers_m: Half extents of all objects that may hold others at their largest, by
            class.
    """

    def __init__(
        self, places: Sequence[PlaceInfo], containers_m: Mapping[str, Sequence[Triple]]
    ) -> None:
        self.refusals: Refusals = Counter()
        self._places = places
        self._containers_m = containers_m
        self._full: set[str] = set()

    def shared(self, class_name: str) -> list[PlaceInfo]:
        """Places without a count of their own that take a class."""
        return [
            place
            for place in self._places
            if place.config.count is None and place.config.takes(class_name)
        ]

    def choose(
        self,
        half_m: Triple,
        *,
        among: Sequence[PlaceInfo],
        rng: np.random.Generator,
    ) -> PlaceInfo | None:
        """Draw a place for an object; those that cannot take it are counted and passed over.

        Args:
            half_m: Half extents of its 3D box.
            among: Places that take its class.
            rng: Source of randomness.

        Returns:
            The place, or ``None`` if none can take it.
        """
        for place in by_weight(among, rng):
            reason = self._refusal(place, half_m)
            if not reason:
                if place.config.kind == 'gripper':
                    self._full.add(place.config.name)
                return place
            self.refusals[place.config.name, reason] += 1
        return None

    def _refusal(self, place: PlaceInfo, half_m: Triple) -> str:
        if place.config.name in self._full:
            return HAND_FULL
        containers = self._containers_m.get(place.config.container or '', ())
        return TOO_LARGE if misfit(place, half_m, containers_m=containers) else ''


def by_weight(places: Sequence[PlaceInfo], rng: np.random.Generator) -> list[PlaceInfo]:
    """Places in an order drawn by weight: as if drawn one by one without putting back.

    Exponential keys (Efraimidis and Spirakis 2006, Weighted random sampling with a reservoir).
    """
    # One draw a place, whatever comes of it.
    keys = rng.standard_exponential(len(places)) / [place.config.weight for place in places]
    return [places[k] for k in np.argsort(keys, kind='stable').tolist()]


def largest_containers(
    places: Iterable[PlaceInfo], classes: Sequence[ClassInfo], *, scale: float
) -> dict[str, list[Triple]]:
    """Half extents of all objects that may hold others, by class.

    Args:
        places: All places.
        classes: All classes.
        scale: The largest factor on an object's size.
    """
    names = {place.config.container for place in places}
    return {
        entry.name: [
            (scale * v.half_size_m[0], scale * v.half_size_m[1], scale * v.half_size_m[2])
            for v in entry.variants
        ]
        for entry in classes
        if entry.name in names
    }
