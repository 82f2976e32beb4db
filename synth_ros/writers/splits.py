"""Which split each episode of a dataset belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from synth_ros.errors import InternalError


class Splits(Protocol):
    """Deals whole episodes, never frames one by one: no scene is in two splits."""

    @property
    def names(self) -> tuple[str, ...]:
        """All splits, in the order in which they are listed; at least one."""
        ...

    def of(self, episode: int) -> str:
        """Split of an episode: always the same one.

        Raises:
            InternalError: The episode is in none.
        """
        ...


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """The split of every episode, listed; implements ``Splits``.

    Attributes:
        names: All splits, in the order in which they are listed; at least one.
        places: Index into ``names`` for each episode number; -1 for what is in no split. Numbers
            beyond the end are in none either.
    """

    names: tuple[str, ...]
    places: tuple[int, ...] = field(repr=False)

    def of(self, episode: int) -> str:
        """Split of an episode.

        Raises:
            InternalError: The plan does not know the episode.
        """
        place = self.places[episode] if episode < len(self.places) else -1
        if place < 0:
            raise InternalError(f'Episode {episode} is in no split of {", ".join(self.names)}.')
        return self.names[place]

    def knows(self, episode: int) -> bool:
        """Whether an episode is in a split."""
        return episode < len(self.places) and self.places[episode] >= 0

    def episodes(self, name: str) -> tuple[int, ...]:
        """Episodes of a split, ascending."""
        wanted = self.names.index(name)
        return tuple(number for number, place in enumerate(self.places) if place == wanted)


def plan_of(split_of: Mapping[int, str], names: tuple[str, ...]) -> SplitPlan:
    """A plan from the split of each episode.

    Args:
        split_of: Split by episode.
        names: All splits, in order.
    """
    places = [-1] * (max(split_of, default=-1) + 1)
    for episode, name in split_of.items():
        places[episode] = names.index(name)
    return SplitPlan(names, tuple(places))


@dataclass(frozen=True, slots=True)
class OneSplit:
    """Every episode in one split; implements ``Splits``.

    Attributes:
        name: Of the split.
    """

    name: str = 'train'

    @property
    def names(self) -> tuple[str, ...]:
        """The one."""
        return (self.name,)

    def of(self, episode: int) -> str:  # noqa: ARG002 (all are alike)
        """The one."""
        return self.name
