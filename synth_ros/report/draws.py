"""What scenes and views drew, counted from their provenance.

Whatever a scene or a view draws is found without a list of it: every number and every name in the
provenance that is not the same everywhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import FloatArray

_BARS = 24
# Keys that say which thing is meant instead of how it was drawn.
_WHICH = {
    *('episode', 'attempt', 'view', 'instance_id', 'class_id', 'name', 'camera', 'role'),
    *('seed', 'sha256', 'occluder', 'removed', 'places_m'),
}
# Where rare names end and a line for the others begins.
_MOST_NAMES = 12


class DrawnNumber(NamedTuple):
    """A quantity that varies.

    Attributes:
        path: Where it stands in the provenance; ``[]`` for any entry of a list.
        values: How many.
        low: Smallest.
        median: In the middle.
        high: Largest.
        bars: How many values lie in each of equal steps from low to high.
    """

    path: str
    values: int
    low: float
    median: float
    high: float
    bars: tuple[int, ...]


class DrawnName(NamedTuple):
    """A choice that varies.

    Attributes:
        path: As of numbers.
        counts: How often each was chosen, most often first; the rare ones together as the last.
    """

    path: str
    counts: tuple[tuple[str, int], ...]


class Refusal(NamedTuple):
    """Drawings that were not used.

    Attributes:
        what: ``scene``, ``view``, ``occluder`` or ``shape in the air``.
        reason: Why.
        drawings: How many.
    """

    what: str
    reason: str
    drawings: int


class PoseCell(NamedTuple):
    """How often an object was in each planned pose of the curriculum.

    Attributes:
        name: Class and variant.
        counts: One row for each distance, one entry for each direction and roll.
    """

    name: str
    counts: tuple[tuple[int, ...], ...]


class DrawTally:
    """Counts scene after scene and view after view; the cameras of a view share its draws."""

    def __init__(self) -> None:
        self._episodes: set[int] = set()
        self._views: set[tuple[int, int]] = set()
        self._numbers: defaultdict[str, list[float]] = defaultdict(list)
        self._names: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._scenarios: Counter[str] = Counter()
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._unmet: Counter[str] = Counter()
        self._classes: Counter[str] = Counter()
        self._poses: Counter[tuple[str, int, int, int]] = Counter()
        self._models: dict[int, str] = {}

    def add(self, episode: int, view: int, record: Mapping[str, object]) -> None:
        """Count the provenance of one frame."""
        if episode not in self._episodes:
            self._episodes.add(episode)
            self._add_scene(record)
        if (episode, view) not in self._views:
            self._views.add((episode, view))
            self._add_view(record)

    def _add_scene(self, record: Mapping[str, object]) -> None:
        scene = _mapping(record.get('scene'))
        self._scenarios[str(scene.get('scenario', ''))] += 1
        for redraw in map(_mapping, _entries(record.get('redraws'))):
            if redraw.get('verdict') != 'VALID':
                self._refusals['scene', str(redraw.get('verdict')).lower()] += 1
        for refused in map(_mapping, _entries(scene.get('refusals') or [])):
            place = f'place {refused.get("place")}'
            self._refusals[place, str(refused.get('reason'))] += int(str(refused.get('count')))
        objects = [_mapping(entry) for entry in _entries(scene.get('objects'))]
        self._classes.update(str(entry.get('class_name')) for entry in objects)
        self._models = {
            int(str(entry.get('instance_id'))): f'{entry.get("class_name")}/{entry.get("variant")}'
            for entry in objects
        }
        for _ in _entries(record.get('refused_shapes')):
            self._refusals['shape in the air', 'no free place'] += 1
        self._count('', {key: value for key, value in scene.items() if key != 'refusals'})

    def _add_view(self, record: Mapping[str, object]) -> None:
        view = _mapping(record.get('view'))
        for reason, number in _mapping(view.get('refused')).items():
            self._refusals['view', reason] += int(str(number))
        self._unmet.update(str(name) for name in _entries(view.get('unmet')))
        clutter = _mapping(view.get('clutter') or {})
        for occlusion in map(_mapping, _entries(clutter.get('occlusions') or [])):
            if occlusion.get('missed'):
                self._refusals['occluder', str(occlusion['missed']).replace('_', ' ')] += 1
        for _ in _entries(clutter.get('removed') or []):
            self._refusals['shape in the air', 'robot or lens in its place'] += 1
        for pose in map(_mapping, _entries(view.get('planned'))):
            keys = ('instance_id', 'distance', 'direction', 'roll')
            instance, *place = (int(str(pose.get(key))) for key in keys)
            distance, direction, roll = place
            self._poses[self._models[instance], distance, direction, roll] += 1
        drawn = {key: value for key, value in view.items() if key not in ('refused', 'unmet')}
        self._count('view', drawn)

    def _count(self, path: str, value: object) -> None:
        for place, leaf in _leaves(path, value):
            if isinstance(leaf, bool | str):
                self._names[place][str(leaf)] += 1
            elif isinstance(leaf, int | float):
                self._numbers[place].append(float(leaf))

    def knows(self, episode: int, view: int) -> bool:
        """Whether a view is counted already."""
        return (episode, view) in self._views

    @property
    def episodes(self) -> int:
        """Scenes that were counted."""
        return len(self._episodes)

    @property
    def views(self) -> int:
        """Views that were counted."""
        return len(self._views)

    @property
    def scenarios(self) -> tuple[tuple[str, int], ...]:
        """How many scenes of each, by name."""
        return tuple((name, count) for name, count in sorted(self._scenarios.items()) if name)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Drawings that were not used, most frequent first."""
        return tuple(Refusal(*key, count) for key, count in self._refusals.most_common())

    @property
    def unmet(self) -> tuple[tuple[str, int], ...]:
        """How many views do not meet a constraint, by its name."""
        return tuple(self._unmet.most_common())

    @property
    def classes(self) -> tuple[tuple[str, int], ...]:
        """Objects in all scenes by class, labelled or not."""
        return tuple(sorted(self._classes.items()))

    @property
    def numbers(self) -> tuple[DrawnNumber, ...]:
        """Quantities that vary, by path."""
        return tuple(
            drawn_number(path, np.asarray(values))
            for path, values in sorted(self._numbers.items())
            if min(values) < max(values)
        )

    @property
    def names(self) -> tuple[DrawnName, ...]:
        """Choices that vary, by path."""
        return tuple(
            DrawnName(path, _frequent(counts))
            for path, counts in sorted(self._names.items())
            if len(counts) > 1
        )

    @property
    def poses(self) -> tuple[PoseCell, ...]:
        """Of the pose curriculum."""
        return _pose_cells(self._poses)


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield every drawn value with its path."""
    if isinstance(value, Mapping) and {'randomizer', 'value'} <= value.keys():
        yield f'vary.{value["randomizer"]}', value['value']
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _WHICH:
                yield from _leaves(f'{path}.{key}' if path else str(key), inner)
    elif isinstance(value, list):
        # A vector has places that mean something; a list of things has not.
        vector = all(isinstance(entry, int | float) for entry in value) and len(value) <= 4
        for k, entry in enumerate(value):
            yield from _leaves(f'{path}[{k if vector else ""}]', entry)
    else:
        yield path, value


def drawn_number(path: str, values: FloatArray) -> DrawnNumber:
    """A quantity with its histogram; at least one value."""
    bars, _ = np.histogram(values, _BARS)
    low, median, high = np.percentile(values, [0, 50, 100])
    counts = tuple(int(bar) for bar in bars)
    return DrawnNumber(path, len(values), float(low), float(median), float(high), counts)


def _frequent(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(ordered) <= _MOST_NAMES:
        return tuple(ordered)
    rest = ordered[_MOST_NAMES:]
    return (*ordered[:_MOST_NAMES], (f'{len(rest)} others', sum(count for _, count in rest)))


def _pose_cells(poses: Counter[tuple[str, int, int, int]]) -> tuple[PoseCell, ...]:
    if not poses:
        return ()
    shape = np.array([key[1:] for key in poses]).max(axis=0) + 1
    grids: dict[str, NDArray[np.int64]] = {}
    for (name, *place), count in sorted(poses.items()):
        grid = grids.setdefault(name, np.zeros(shape, np.int64))
        grid[tuple(place)] = count
    return tuple(
        PoseCell(name, tuple(tuple(int(cell) for cell in row.ravel()) for row in grid))
        for name, grid in grids.items()
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _entries(value: object) -> list[object]:
    return value if isinstance(value, list) else []
