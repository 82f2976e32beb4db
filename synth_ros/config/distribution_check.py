"""Checks of all distributions of a config together: their files, variables and limits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from synth_ros.config.base import Fault, KeyPath, Section
from synth_ros.config.distribution_kinds import FileValues
from synth_ros.config.distributions import Distribution, Variables
from synth_ros.config.limits import Limits
from synth_ros.config.number_file import NumberFileError, read_numbers
from synth_ros.config.points import FilePoints
from synth_ros.config.problems import nearest
from synth_ros.config.root import Config
from synth_ros.config.shape import Drawn, Number, config_shape, kind_at

_VARIABLES: KeyPath = ('randomization', 'variables')


class Placed(NamedTuple):
    """A distribution and its key path."""

    path: KeyPath
    distribution: Distribution


def distributions(value: object, path: KeyPath = ()) -> Iterator[Placed]:
    """Yield all distributions of a config or a part of it, but not those within others.

    Args:
        value: A section, or anything in one.
        path: Where it is.
    """
    if isinstance(value, Distribution):
        yield Placed(path, value)
    elif isinstance(value, Section):
        for name in type(value).model_fields:
            yield from distributions(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from distributions(item, (*path, i))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from distributions(item, (*path, str(key)))


def with_parts(placed: Placed) -> Iterator[Placed]:
    """Yield a distribution and all within it."""
    yield placed
    for place, part in placed.distribution.placed_parts():
        yield from with_parts(Placed((*placed.path, *place), part))


def attach_files(config: Config, base_dir: Path) -> Iterator[Fault]:
    """Give distributions the numbers of their files.

    Args:
        config: The config.
        base_dir: Folder that relative paths start from.

    Yields:
        A fault for each file that cannot be used.
    """
    for path, source in _sources(config, ()):
        whole_path = _whole_path(source.path, base_dir)
        try:
            if isinstance(source, FileValues):
                source.attach(read_numbers(whole_path, source.column))
            else:
                source.attach([read_numbers(whole_path, column) for column in source.columns])
        except NumberFileError as error:
            of_columns = error.key == 'column' and isinstance(source, FilePoints)
            yield Fault((*path, 'columns' if of_columns else error.key), str(error))


def _sources(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, FileValues | FilePoints]]:
    """Yield all files of numbers that a config names, within distributions too."""
    if isinstance(value, FileValues | FilePoints):
        yield path, value
    elif isinstance(value, Section):
        for name in type(value).model_fields:
            yield from _sources(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _sources(item, (*path, i))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _sources(item, (*path, str(key)))


def distribution_faults(config: Config) -> Iterator[Fault]:
    """Check what distributions rest on, and that all they can give is within limits.

    Args:
        config: The config; its files have been read.

    Yields:
        A fault for each unknown variable, each circle of variables, and each distribution that
        may leave the limits of its key.
    """
    variables = config.randomization.variables
    yield from _circles(variables)
    for outer in distributions(config):
        unknown = list(_unknown_variables(outer, variables))
        yield from unknown
        kind = kind_at(config_shape(), outer.path)
        unread = any(d.file and not d.file.values for _, d in with_parts(outer))
        # A distribution with no kind, or with two, has a fault of its own.
        if unknown or unread or not isinstance(kind, Drawn):
            continue
        message = _limits(kind.number).fault(outer.distribution.support(variables))
        if message:
            yield Fault(outer.path, message)


def _unknown_variables(outer: Placed, variables: Variables) -> Iterator[Fault]:
    for path, distribution in with_parts(outer):
        name = distribution.draw.variable if distribution.draw else None
        if name is not None and name not in variables:
            near = nearest(name, tuple(variables))
            guess = f' Did you mean "{near}"?' if near else ''
            listed = ', '.join(variables) or 'none'
            message = f'there is no variable "{name}" in randomization.variables.{guess}'
            yield Fault((*path, 'draw', 'variable'), f'{message} There: {listed}')


def needed_variables(distribution: Distribution) -> set[str]:
    """Names of the variables that a distribution depends on directly."""
    placed = with_parts(Placed((), distribution))
    return {each.draw.variable for _, each in placed if each.draw is not None}


def _circles(variables: Variables) -> Iterator[Fault]:
    told: set[str] = set()
    for name in variables:
        trail = _way_back(name, name, variables=variables, seen=frozenset())
        if trail and not told.intersection(trail):
            told.update(trail)
            message = f'depends on itself: {" <- ".join((name, *trail))}'
            yield Fault((*_VARIABLES, name), message)


def _way_back(
    goal: str, name: str, *, variables: Variables, seen: frozenset[str]
) -> tuple[str, ...]:
    """The variables from one to another by what each depends on; empty if there is no way."""
    if name not in variables:
        return ()
    for needed in sorted(needed_variables(variables[name])):
        if needed == goal:
            return (goal,)
        if needed not in seen:
            rest = _way_back(goal, needed, variables=variables, seen=seen | {needed})
            if rest:
                return (needed, *rest)
    return ()


def _limits(number: Number) -> Limits:
    low = number.low
    return Limits(
        whole=number.whole,
        low=None if number.above_low else low,
        above=low if number.above_low else None,
        high=number.high,
    )


def _whole_path(text: str, base_dir: Path) -> Path:
    try:
        return base_dir / Path(text).expanduser()
    except RuntimeError:  # a home folder of nobody
        return base_dir / text
