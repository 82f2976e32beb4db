"""Stuff of panoptic masks: what the surroundings and the robot are, without counting."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from synth_ros.config.labels import StuffClass
from synth_ros.config.patterns import matches
from synth_ros.types import Category

ROBOT_STUFF = 'robot'
WORLD_STUFF = 'world'
_SUPERCATEGORY = 'stuff'


class EnvironmentGeom(NamedTuple):
    """One geom of the environment, names as in the environment's own model.

    Attributes:
        name: Of the geom, empty if it has none.
        bodies: Named bodies that carry it, from its own to the topmost one; none for geoms of
            the world itself.
        drawn: Whether renderers draw it.
    """

    name: str
    bodies: tuple[str, ...]
    drawn: bool

    @property
    def names(self) -> tuple[str, ...]:
        """All names by which a config may call it."""
        return tuple(name for name in (self.name, *self.bodies, WORLD_STUFF) if name)


class Stuff(NamedTuple):
    """The kinds of stuff of a config.

    Attributes:
        categories: Ids begin after those of the object classes; the robot is the last.
        of_geom: Class id of each geom of the environment, 0 where it is no stuff.
        robot: Class id of the robot.
    """

    categories: tuple[Category, ...]
    of_geom: tuple[int, ...]
    robot: int


def make_stuff(
    geoms: Sequence[EnvironmentGeom],
    configured: Sequence[StuffClass],
    *,
    things: Sequence[Category],
) -> Stuff:
    """Sort the geoms of an environment into kinds of stuff.

    Args:
        geoms: Of the environment, in model order.
        configured: Kinds of the config, first match wins, the rest is none. Without any, each
            top-level body and each named geom of the world is one, named without a number at
            the end.
        things: The object classes. Stuff that is named like one without being configured gets
            ``_stuff`` appended.
    """
    taken = {category.name for category in things}
    if configured:
        names = [_configured_name(geom, configured) for geom in geoms]
        listed = [entry.name for entry in configured]
    else:
        names = [_free_name(default_name(geom), taken) if geom.drawn else '' for geom in geoms]
        listed = [name for name in dict.fromkeys(names) if name]
    robot = _free_name(ROBOT_STUFF, taken)
    first = max((category.class_id for category in things), default=0) + 1
    ids = {name: first + k for k, name in enumerate(dict.fromkeys([*listed, robot]))}
    return Stuff(
        tuple(Category(key, name, _SUPERCATEGORY, is_thing=False) for name, key in ids.items()),
        tuple(ids[name] if name else 0 for name in names),
        ids[robot],
    )


def default_name(geom: EnvironmentGeom) -> str:
    """The kind of stuff of a geom where the config names none: ``chair`` for ``chair_2``."""
    name = geom.bodies[-1] if geom.bodies else geom.name or WORLD_STUFF
    return re.sub(r'[_\-. ]*\d+$', '', name) or name


def _configured_name(geom: EnvironmentGeom, configured: Sequence[StuffClass]) -> str:
    for entry in configured:
        if any(matches(pattern, geom.names) for pattern in entry.bodies):
            return entry.name
    return ''


def _free_name(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += '_stuff'
    return name
