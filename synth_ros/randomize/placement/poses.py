"""Draws the pose of every object at its place, for one drawing of a scene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from synth_ros.config.placement import PlaceKind, Placement
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.inventory import PlaceInfo
from synth_ros.randomize.placement.around import Holder, in_air, in_container, in_hand, on_floor
from synth_ros.randomize.placement.choose import Refusals, by_weight
from synth_ros.randomize.placement.dropped import into_bin, onto_pile, spread
from synth_ros.randomize.placement.fits import misfit
from synth_ros.randomize.placement.kit import Kit
from synth_ros.randomize.placement.room import NO_ROOM, Item, Pose, Refused, Room
from synth_ros.randomize.placement.shelved import Boards

_LIFT_M = 1.0


class Placed(NamedTuple):
    """An object at a place.

    Attributes:
        pose: When it is let go; of its box in the link's frame if a hand holds it.
        place: Name of the place.
        hangs: Whether it stays where it is, whatever happens.
        link: The link that holds it, or empty.
        unplaced: Why no place had room for it; empty if one had.
    """

    pose: Pose
    place: str
    hangs: bool = False
    link: str = ''
    unplaced: str = ''


class Drawing(NamedTuple):
    """Where all objects are in one drawing of a scene.

    Attributes:
        placed: In the order of the items.
        refusals: Objects that places refused.
    """

    placed: tuple[Placed, ...]
    refusals: Refusals


class Layout:
    """Places the objects of a drawing one after the other.

    Args:
        placement: Defaults of all places.
        places: All places.
        room: What is solid.
        draws: Of this drawing of the scene.
        held: Of the episode, for what is the same in all its drawings.
    """

    def __init__(
        self,
        placement: Placement,
        places: Sequence[PlaceInfo],
        *,
        room: Room,
        draws: Draws,
        held: Draws,
    ) -> None:
        self._placement = placement
        self._places = {place.config.name: place for place in places}
        self._room = room
        self._draws = draws
        self._held = held
        self._boards: dict[str, Boards] = {}
        self._holders: list[Holder] = []
        self._holding = {place.config.container for place in places}
        self._refusals: Refusals = Counter()

    def place(self, items: Sequence[Item]) -> Drawing:
        """Place all items.

        Args:
            items: By ascending instance id.
        """
        placed = {}
        for item in self._ordered(items):
            upright = item.class_name in self._holding
            placed[item.number] = self._place(item._replace(upright=upright))
        return Drawing(tuple(placed[item.number] for item in items), self._refusals)

    def _ordered(self, items: Sequence[Item]) -> list[Item]:
        """Boards first, then what is dropped, what lies in it, and what hangs free of all."""

        def rank(item: Item) -> tuple[int, float]:
            config = self._places[item.place].config
            stage = _STAGES.get(config.kind, _DROPPED)
            if config.kind == 'container':
                # What holds others in turn comes before them.
                return stage, float(item.class_name not in self._holding)
            low_first = config.kind == 'shelf' and config.depth_order == 'low_first'
            return stage, item.half_m[2] if low_first else 0.0

        return sorted(items, key=rank)

    def _place(self, item: Item) -> Placed:
        first = self._places[item.place]
        reason = NO_ROOM.reason
        for place in (first, *self._others(item, first)):
            outcome = self._at(item, place)
            if isinstance(outcome, Pose):
                if place.config.is_free:
                    self._holders.append(Holder(item, outcome))
                return _placed(place, outcome)
            reason = outcome.reason
            self._refusals[place.config.name, reason] += 1
        return self._aside(item, first, reason)

    def _others(self, item: Item, first: PlaceInfo) -> Iterator[PlaceInfo]:
        """Other places for an object that its own has no room for.

        Only those in which it is as free to fall: a model is made for all drawings of a scene.
        """
        if first.config.count is not None or not first.config.is_free:
            return
        others = [
            place
            for place in self._places.values()
            if place is not first
            and place.config.is_free
            and place.config.count is None
            and place.config.takes(item.class_name)
        ]
        for place in by_weight(others, self._of(item).generator('other')):
            containers = [
                h.item.half_m for h in self._holders if h.item.class_name == place.config.container
            ]
            if not misfit(place, item.half_m, containers_m=containers):
                yield place

    def _of(self, item: Item) -> Draws:
        return self._draws.below(f'{item.key}/')

    def _at(self, item: Item, place: PlaceInfo) -> Pose | Refused:
        name = place.config.name
        if place.config.grasp is not None:
            return in_hand(item, place.config.grasp, self._held.below(f'{item.key}/'))
        kit = Kit(
            item,
            place,
            self._placement,
            self._room,
            self._of(item).below(f'{name}/'),
            self._draws.below(f'{name}/'),
        )
        if place.config.kind == 'shelf':
            return self._boards.setdefault(name, Boards()).stand(kit)
        if place.config.kind == 'container':
            return in_container(kit, self._holders)
        return _WAYS[place.config.kind](kit)

    def _aside(self, item: Item, place: PlaceInfo, reason: str) -> Placed:
        """Somewhere above all: the drawing is refused, but its model may serve others."""
        x, y, z = place.surfaces[0].center_m if place.surfaces else place.center_m
        pose = Pose((x, y, z + _LIFT_M * (1 + item.number)), (1.0, 0.0, 0.0, 0.0))
        return _placed(place, pose)._replace(unplaced=reason)


def _placed(place: PlaceInfo, pose: Pose) -> Placed:
    grasp = place.config.grasp
    return Placed(
        pose,
        place.config.name,
        hangs=place.config.kind == 'air',
        link=grasp.link if grasp else '',
    )


_WAYS: dict[PlaceKind, Callable[[Kit], Pose | Refused]] = {
    'surface': spread,
    'bin': into_bin,
    'pile': onto_pile,
    'floor': on_floor,
    'air': in_air,
}
_DROPPED = 1
_STAGES = {'gripper': 0, 'shelf': 0, 'container': 2, 'air': 3}
