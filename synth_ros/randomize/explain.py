"""What a config varies, over what, and how often each value comes: by drawing, not rendering."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from synth_ros.config.base import KeyPath, Section
from synth_ros.config.distribution_words import distribution_words, place_words
from synth_ros.config.distributions import Distribution, Variables
from synth_ros.config.points import PlainPoints
from synth_ros.config.problems import path_text
from synth_ros.config.root import Config
from synth_ros.config.rotations import PlainRotations
from synth_ros.randomize.draw import Draws, episode_draws
from synth_ros.randomize.inventory import Inventory
from synth_ros.randomize.listen import Heard, listen, pattern
from synth_ros.randomize.points import draw_point
from synth_ros.randomize.rotations import draw_quat_wxyz
from synth_ros.randomize.streams import Streams
from synth_ros.types import FloatArray

_BARS = 24
_SWITCHES = ('count', 'share')
"""Keys of which 0 means that nothing of their section is there."""
_LISTENED = 12
"""Scenes that are drawn to learn the names of streams."""

_UNITS = {
    '_rad_s': 'rad/s',
    '_m_s2': 'm/s²',
    '_m_s': 'm/s',
    '_n_s': 'N s',
    '_kg_m3': 'kg/m³',
    '_deg': 'deg',
    '_rad': 'rad',
    '_hz': 'Hz',
    '_px': 'px',
    '_lux': 'lux',
    '_kg': 'kg',
    '_mm': 'mm',
    '_ev': 'EV',
    '_k': 'K',
    '_m': 'm',
    '_s': 's',
}

_LATER = ('sequence.', 'distractors.occluders.', 'distractors.background.')
"""What is drawn while a scene runs, which is not listened to."""

Drawable = Distribution | PlainPoints | PlainRotations


class Histogram(NamedTuple):
    """How often values were drawn.

    Attributes:
        low: Smallest value drawn.
        high: Largest value drawn.
        counts: Draws in equal intervals from low to high, or of each of ``values``.
        values: The values themselves where there are few.
    """

    low: float
    high: float
    counts: tuple[int, ...]
    values: tuple[float, ...]


class Variation(NamedTuple):
    """Something that varies.

    Attributes:
        path: Key path; of a point or a rotation with the coordinate.
        words: How it is drawn.
        unit: Of its values; empty where they have none.
        per: For what it is drawn.
        streams: Names of its random streams, numbers left open; empty where it is drawn while a
            scene runs, if at all.
        histogram: Of its draws.
    """

    path: str
    words: str
    unit: str
    per: str
    streams: tuple[str, ...]
    histogram: Histogram


class Explanation(NamedTuple):
    """What a config varies.

    Attributes:
        variations: In the order of the config.
        fixed: Key paths that could vary and always give the same, with what they give.
        unused: Key paths that vary, but of things that no scene has.
        off: Key paths of sections that are switched off, with the key that does so.
        others: Streams of draws that no distribution of the config describes, numbers left open.
    """

    variations: tuple[Variation, ...]
    fixed: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]
    off: tuple[tuple[str, str], ...]
    others: tuple[str, ...]


def explain_config(config: Config, inventory: Inventory, *, seed: int, draws: int) -> Explanation:
    """Find and draw everything that varies.

    Args:
        config: The config; no two of its keys share a distribution.
        inventory: What there is to draw from.
        seed: Of the dataset. Where there are more draws than episodes, the runs of the next
            seeds follow.
        draws: How many draws a histogram has, spread over the run.
    """
    episodes = config.output.dataset.episodes
    tried = sorted({k * episodes // _LISTENED for k in range(_LISTENED)})
    heard = listen(config, inventory, seed=seed, episodes=tried)
    runs = _runs(config, seed=seed, count=draws)
    variations: list[Variation] = []
    fixed: list[tuple[str, str]] = []
    unused: list[str] = []
    off = dict(_switched_off(config, config.randomization.variables))
    for path, thing in drawables(config):
        if any(path[:length] in off for length in range(len(path))):
            continue
        for found in _explained(path, thing, heard=heard, runs=runs):
            if found.histogram.low == found.histogram.high:
                fixed.append((found.path, f'{found.histogram.low:g}'))
            elif not found.streams and not found.path.startswith(_LATER):
                unused.append(found.path)
            else:
                variations.append(found)
    others = dict.fromkeys(pattern(name) for name in heard.others)
    sections = tuple((path_text(path), switch) for path, switch in off.items())
    return Explanation(
        variations=tuple(variations),
        fixed=tuple(fixed),
        unused=tuple(unused),
        off=sections,
        others=tuple(others),
    )


def _switched_off(
    value: object, variables: Variables, path: KeyPath = ()
) -> Iterator[tuple[KeyPath, str]]:
    """Yield the sections of which nothing is ever made, and the key that says so."""
    if isinstance(value, Section):
        for switch in _SWITCHES:
            number = getattr(value, switch, None)
            most = number.support(variables).high if isinstance(number, Distribution) else number
            if path and isinstance(most, int | float) and most <= 0:
                yield path, switch
                return
        for name in type(value).model_fields:
            yield from _switched_off(getattr(value, name), variables, (*path, name))
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _switched_off(item, variables, (*path, i))


def drawables(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Drawable]]:
    """Yield all distributions of a config, but not those within others."""
    if isinstance(value, Drawable):
        yield path, value
    elif isinstance(value, Section):
        for name in type(value).model_fields:
            yield from drawables(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from drawables(item, (*path, i))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from drawables(item, (*path, str(key)))


def histogram(values: FloatArray) -> Histogram:
    """Count values; shape (n,), at least one."""
    low, high = float(values.min()), float(values.max())
    single, counts = np.unique(values, return_counts=True)
    if len(single) <= _BARS and len(single) < len(values) / 4:
        return Histogram(low, high, tuple(counts.tolist()), tuple(single.tolist()))
    bars, _ = np.histogram(values, _BARS, (low, high))
    return Histogram(low, high, tuple(bars.tolist()), ())


def unit_of(path: KeyPath) -> str:
    """The unit that a key path names."""
    for step in reversed(path):
        if isinstance(step, str):
            for suffix, unit in _UNITS.items():
                if step.endswith(suffix):
                    return unit
    return 'rad or m' if 'joints' in path else ''


def _runs(config: Config, *, seed: int, count: int) -> list[Draws]:
    """The draws of as many episodes, spread over the run; of the next seeds' runs, too."""
    episodes = config.output.dataset.episodes
    if count < episodes:
        places = [(seed, k * episodes // count) for k in range(count)]
    else:
        places = [(seed + k // episodes, k % episodes) for k in range(count)]
    return [episode_draws(config, Streams(each, episode)) for each, episode in places]


def _explained(
    path: KeyPath, thing: Drawable, *, heard: Heard, runs: Sequence[Draws]
) -> Iterator[Variation]:
    names = heard.streams.get(id(thing), ())
    stream = names[0] if names else f'explain/{path_text(path)}'
    words = distribution_words(thing) if isinstance(thing, Distribution) else place_words(thing)
    for suffix, unit, values in _values(thing, stream, runs):
        yield Variation(
            path=path_text((*path, suffix) if suffix else path),
            words=words,
            unit=unit or unit_of(path),
            per=_per(names, heard.fewest.get(id(thing), 0), heard.most.get(id(thing), 0)),
            streams=tuple(dict.fromkeys(pattern(name) for name in names)),
            histogram=histogram(values),
        )


def _values(
    thing: Drawable, stream: str, runs: Sequence[Draws]
) -> Iterator[tuple[str, str, FloatArray]]:
    """Yield name, unit and draws of each coordinate of something."""
    if isinstance(thing, Distribution):
        yield '', '', np.array([run.number(thing, stream) for run in runs])
    elif isinstance(thing, PlainPoints):
        points = np.array([draw_point(thing, stream, draws=run) for run in runs])
        for axis, name in enumerate(('x_m', 'y_m', 'z_m')):
            yield name, 'm', points[:, axis]
    else:
        quats = np.array([draw_quat_wxyz(thing, stream, draws=run) for run in runs])
        w, x, y, z = quats.T
        up = np.clip(1 - 2 * (x * x + y * y), -1.0, 1.0)
        yield 'tilt_deg', 'deg', np.degrees(np.arccos(up))
        heading = np.arctan2(2 * (x * y + w * z), 1 - 2 * (y * y + z * z))
        # Half a turn either way is the same.
        yield 'heading_deg', 'deg', np.degrees(np.where(heading <= -math.pi, math.pi, heading))


def _per(names: Sequence[str], fewest: int, most: int) -> str:
    if not names:
        return 'while the scene runs'
    if names[0].startswith('view/'):
        return 'for every view'
    if names[0].startswith('sensor/'):
        return 'for every frame'
    if most == 1:
        return 'once a scene'
    number = str(most) if fewest == most else f'{fewest} to {most}'
    return f'{number} times a scene'
