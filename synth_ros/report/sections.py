"""The statistics of a dataset as sections of a page: plots, each with how to read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from synth_ros.report.plots import Bins, heat_map, histogram, matrix
from synth_ros.report.statistics.records import MapRecord, NumberRecord, StatsRecord

_MOST_NAMES = 40
_MOST_SPHERES = 60


class Figure(NamedTuple):
    """A plot.

    Attributes:
        title: What is shown.
        note: The middle and the spread, with units.
        hint: What to look for; may be empty.
        plot: SVG.
    """

    title: str
    note: str
    hint: str
    plot: str


class Section(NamedTuple):
    """Plots that belong together.

    Attributes:
        title: Heading.
        hint: What to look for.
        figures: Large ones.
        small: Small ones, many to a row.
    """

    title: str
    hint: str
    figures: tuple[Figure, ...]
    small: tuple[Figure, ...] = ()


HINTS: Mapping[str, str] = MappingProxyType(
    {
        'objects_per_image': 'Crowded and empty images should both occur where you deploy.',
        'box_size': 'Square root of the box area. A detector misses sizes it was never shown.',
        'box_aspect': 'Above 1 is wider than high. Each step is a ratio.',
        'box_share': 'Below 0.1 % is hard at usual input sizes.',
        'box_fill': 'Of objects with a mask. Thin and hollow ones fill little of their box.',
        'box_centres': 'Even is good; one strong place teaches the place instead of the object.',
        'box_size_by_row': 'Top to bottom of the image, from left to right. A line means that '
        'size can be told from the height in the image alone.',
        'visibility': 'Visible share of the silhouette as if nothing hid it.',
        'occlusion': 'Hidden by other things; 0 % are in plain view.',
        'truncation': 'Cut by the border of the image.',
        'distance': 'From the camera to the origin of the object.',
        'elevation': '90 degrees: from right above the object, by its own z axis.',
        'depth': 'Of all pixels that have one.',
        'unlabelled': 'In the scene, but below the thresholds of labels or out of sight.',
        'temperature': 'What the light would be if the scene were grey on average: 3000 K is warm '
        'lamp light, 6500 K daylight.',
        'sharpness': 'Low: blurred or plain. High: detailed, or noisy.',
        'noise': 'By the median, so that texture counts little. Real cameras have 1 to 5.',
        'overexposed': 'Lamps and reflections that lost their detail.',
        'hue': 'From red over green (120) and blue (240) back to red.',
    }
)


def sections(stats: StatsRecord) -> tuple[Section, ...]:
    """All sections of a dataset; those without a value are left out."""
    found = (
        _section(
            'Boxes',
            'Sizes and places of boxes. Compare with those of the images that you will meet.',
            stats,
            names=(
                *('box_size', 'box_aspect', 'box_centres', 'box_size_by_row'),
                *('box_share', 'box_fill', 'box_width', 'box_height'),
            ),
        ),
        _section(
            'How objects are seen',
            'How much of an object is seen, from how far and from how high.',
            stats,
            names=(
                'visibility',
                'occlusion',
                'truncation',
                'distance',
                'object_size',
                'elevation',
            ),
        ),
        _spheres(stats),
        _section(
            'Cameras and depth',
            'Where cameras were, and what their depth images hold.',
            stats,
            names=(
                *('depth', 'depth_missing', 'camera_height', 'camera_pitch'),
                *('unlabelled', 'contacts'),
            ),
        ),
        _section(
            'Light and colour',
            f'Measured in the pixels of {stats.pixels_read:,} images. A narrow bar in any of them '
            'is something that a network may rely on, and that will be different in use.',
            stats,
            names=(
                *('brightness', 'contrast', 'saturation', 'temperature', 'hue'),
                *('sharpness', 'noise', 'overexposed', 'underexposed'),
            ),
        ),
    )
    return tuple(section for section in found if section.figures or section.small)


def class_figures(stats: StatsRecord) -> tuple[Figure, ...]:
    """Plots of objects and classes per image, and which classes come together."""
    found = [*_figures(stats, ('objects_per_image', 'classes_per_image'))]
    if len(stats.classes) > 1 and stats.objects:
        found.append(_together(stats))
    return tuple(found)


def number_note(row: NumberRecord) -> str:
    """The middle and the spread of a quantity in words."""
    if row.median is None or row.p5 is None or row.p95 is None:
        return f'{row.count:,} values'
    unit = f' {row.unit}' if row.unit else ''
    spread = f'90 % between {short(row.p5)} and {short(row.p95)}{unit}'
    return f'median {short(row.median)}{unit}, {spread}'


def short(value: float) -> str:
    """A number with three digits that count, without an exponent where it is not needed."""
    rounded = float(f'{value:.3g}')
    return f'{rounded:,g}' if 1e-3 <= abs(rounded) < 1e6 or rounded == 0 else f'{rounded:.2e}'


def _section(title: str, hint: str, stats: StatsRecord, *, names: tuple[str, ...]) -> Section:
    return Section(title, hint, tuple(_figures(stats, names)))


def _figures(stats: StatsRecord, names: tuple[str, ...]) -> Iterator[Figure]:
    """Plots of the statistics that there are."""
    for name in names:
        row, grid = stats.number(name), stats.map(name)
        if row is not None:
            bins = Bins(row.edges, row.counts, log=row.log, whole=row.whole, unit=row.unit)
            plot = histogram(row.title, bins)
            yield Figure(row.title, number_note(row), HINTS.get(name, ''), plot)
        elif grid is not None:
            yield _map_figure(stats, grid)


def _map_figure(stats: StatsRecord, grid: MapRecord) -> Figure:
    top = max(map(max, grid.counts))
    ratio = 2.0
    if grid.name == 'box_centres' and stats.resolutions:
        ratio = stats.resolutions[0].width / stats.resolutions[0].height
    plot = heat_map(grid.title, grid.counts, what='boxes', ratio=min(max(ratio, 1), 3))
    note = f'{grid.across}, {grid.up}; {top:,} in the strongest cell'
    return Figure(grid.title, note, HINTS.get(grid.name, ''), plot)


def _spheres(stats: StatsRecord) -> Section:
    """From where objects are seen: all of them large, each class small."""
    hint = (
        "Directions from objects to the camera, in the object's frame: across, the angle about "
        'its z axis; from above (top) to below. All cells stand for the same part of the sphere. '
        'Faint: never, so a network cannot know that view.'
    )
    everything = stats.map('views')
    if everything is None:
        return Section('From where objects are seen', hint, ())
    empty = sum(not cell for row in everything.counts for cell in row)
    cells = len(everything.counts) * len(everything.counts[0])
    rows = [('all objects', empty / cells, everything.counts)]
    rows += [
        (row.name, row.sphere_empty, row.views)
        for row in stats.classes[:_MOST_SPHERES]
        if row.sphere_empty is not None
    ]
    small = tuple(
        Figure(name, f'{share:.0%} of the cells empty', '', heat_map(name, counts, what='objects'))
        for name, share, counts in rows
    )
    return Section('From where objects are seen', hint, (), small)


def _together(stats: StatsRecord) -> Figure:
    """The most frequent classes against each other."""
    order = sorted(range(len(stats.classes)), key=lambda k: (-stats.classes[k].objects, k))
    some = sorted(k for k in order[:_MOST_NAMES] if stats.classes[k].objects)
    names = [stats.classes[k].name for k in some]
    pairs = stats.pairs.images
    rows = [[pairs[a][b] for b in some] for a in some]
    note = f'images that show both; {max(map(max, rows)):,} in the strongest cell'
    if len(some) < len(stats.classes):
        note += f'; the {len(some)} most frequent classes'
    hint = 'On the diagonal: several of a class. Faint off it: never together.'
    return Figure('Which classes come together', note, hint, matrix('pairs', names, rows))
