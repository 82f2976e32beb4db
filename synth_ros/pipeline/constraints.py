"""Looks for scenes and views that meet the constraints; counts what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from synth_ros.config.constraints import ConstraintsConfig, SceneConstraint
from synth_ros.errors import PlacementError
from synth_ros.labels.constraints import unmet
from synth_ros.pipeline.instant import Developing, Instant
from synth_ros.sim.contacts import contacts
from synth_ros.sim.world import World
from synth_ros.types import FloatArray

CONSTRAINT = 'constraint '
"""What the verdict of a scene that a constraint refused begins with; its name follows."""


def unmet_by_scene(
    world: World, rest_qpos: FloatArray, constraints: Sequence[SceneConstraint]
) -> tuple[str, ...]:
    """Names of the constraints that a settled scene does not meet, in config order.

    Args:
        world: The scene; its objects are put to rest.
        rest_qpos: Full qpos at rest, shape (nq,).
        constraints: Of the config.
    """
    if not constraints:
        return ()
    world.set_objects(rest_qpos)
    classes = {item.instance_id: item.class_name for item in world.instances()}
    touching = [
        (contact.first.instance_id, contact.second.instance_id)
        for contact in contacts(world.model, world.data, world.scene)
        if contact.first.instance_id and contact.second.instance_id
    ]
    return tuple(
        entry.name
        for entry in constraints
        if entry.touching is not _some_touch(touching, classes, entry)
    )


def _some_touch(
    touching: Sequence[tuple[int, int]], classes: Mapping[int, str], entry: SceneConstraint
) -> bool:
    """Whether an object that a constraint is about touches another; of ``touching``, both are."""
    meant = {key for key, name in classes.items() if not entry.classes or name in entry.classes}
    if entry.touching:
        return any(one in meant and other in meant for one, other in touching)
    return any(one in meant or other in meant for one, other in touching)


class Viewing(Protocol):
    """What begins to capture views, and keeps count of those that were refused."""

    refusals: Counter[str]

    def begin_view(self, view: int, *, start: int = 0) -> Developing:
        """Draw a view and begin to capture it; drawings before ``start`` are passed over."""
        ...


class ViewSearch:
    """Draws and renders each view until it meets the constraints.

    A constraint speaks of pixels, so a view must be rendered before it can be refused.

    Args:
        episode: Captures views.
        config: The constraints.
    """

    def __init__(self, episode: Viewing, config: ConstraintsConfig) -> None:
        self._episode = episode
        self._config = config

    def views(self, numbers: Iterable[int]) -> Generator[Instant]:
        """Views that meet the constraints; each is a pure function of its number.

        Raises:
            PlacementError: No drawing of a view meets them, and the config does not keep such.
        """
        for view in numbers:
            yield self._search(view)

    def _search(self, view: int) -> Instant:
        refused: Counter[str] = Counter()
        start = 0
        for left in reversed(range(self._config.max_attempts)):
            instant = self._episode.begin_view(view, start=start)()
            refused.update(instant.drawn.refused)
            refused.update(instant.drawn.refused)
            failed = unmet([taken.frame for taken in instant.taken], self._config.view)
            if not failed or (left == 0 and self._config.when_given_up == 'keep'):
                told = {'refused': dict(sorted(refused.items())), 'unmet': failed}
                return replace(instant, drawn=instant.drawn.model_copy(update=told))
            refused.update(failed)
            self._episode.refusals.update(CONSTRAINT + name for name in failed)
            start = instant.drawn.attempt + 1
        raise PlacementError(self._why(view, refused))

    def _why(self, view: int, refused: Counter[str]) -> str:
        counted = ', '.join(f'{name} ({count} times)' for name, count in refused.most_common())
        return (
            f'View {view}: none of {self._config.max_attempts} drawings meets the constraints; '
            f'refused by {counted}. Loosen them (constraints.view), let the cameras look from '
            'more places (randomization), or raise constraints.max_attempts; '
            'constraints.when_given_up: keep takes such views as they are.'
        )
