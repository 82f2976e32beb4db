"""Compares two datasets, statistic by statistic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from synth_ros.errors import NotFoundError
from synth_ros.readers.plain.types import PlainDataset
from synth_ros.report.comparison.records import ComparisonRecord, RowRecord, SideRecord
from synth_ros.report.comparison.rows import map_row, names_row, number_row
from synth_ros.report.statistics.boxes import COCO_SIZES
from synth_ros.report.statistics.classes import PAIR
from synth_ros.report.statistics.facts import Seen
from synth_ros.report.statistics.gather import Choice, Gathered, gather

_FEW_GROUPS = 8
_MOST_PAIRS = 200
# These are of the simulation, not of what a network is shown.
_OF_THE_SCENE = frozenset({'unlabelled', 'contacts'})

Progress = Callable[[int, int, int], None]
"""Is told which dataset (0 for A), how many of its images are done, and of how many."""
Watch = Callable[[Seen], None]


class Request(NamedTuple):
    """What is compared.

    Attributes:
        rename: Names in B of classes of A, by their names in A.
        pixels: Of how many images of each pixels are read; ``None`` for all.
        seed: Of the cuts into halves.
        jobs: Threads that read images.
    """

    rename: Mapping[str, str] = {}
    pixels: int | None = None
    seed: int = 0
    jobs: int = 1


def compare(
    a: PlainDataset,
    b: PlainDataset,
    request: Request,
    *,
    watch: tuple[Watch, Watch] | None = None,
    progress: Progress | None = None,
) -> ComparisonRecord:
    """Compare two datasets in one pass over each.

    Args:
        a: The first, say synthetic.
        b: The second, say real.
        request: How.
        watch: Each sees the images of its dataset, in order.
        progress: Called after each image.

    Raises:
        NotFoundError: A class to rename is not in A, or its new name not in B.
        UsageError: A file of a dataset is missing or damaged.
    """
    names_a = _renamed(a, b, request.rename)
    names_b = tuple(b.class_names)
    matched = tuple(name for name in names_b if name in names_a)
    only = frozenset(matched) if matched else None
    choice = Choice(request.pixels, request.rename, only, seed=request.seed, jobs=request.jobs)
    one, other = (
        gather(
            dataset,
            choice._replace(rename={}) if side else choice,
            watch=watch[side] if watch else None,
            progress=partial(progress, side) if progress else None,
        )
        for side, dataset in enumerate((a, b))
    )
    rows = sorted(_rows(one, other, matched), key=_order)
    return ComparisonRecord(
        a=_side(a, one),
        b=_side(b, other),
        matched=matched,
        renamed=dict(request.rename),
        only_a=tuple(name for name in names_a if name not in matched),
        only_b=tuple(name for name in names_b if name not in matched),
        seed=request.seed,
        rows=tuple(rows),
        of_class=tuple(sorted(_class_rows(one, other, matched), key=_order)),
        notes=tuple(_notes(one, other, names=(names_a, names_b), matched=matched)),
    )


def _renamed(a: PlainDataset, b: PlainDataset, rename: Mapping[str, str]) -> tuple[str, ...]:
    """Classes of A under their names in B."""
    for old, new in rename.items():
        if old not in a.class_names:
            raise NotFoundError('class', old, available=a.class_names, where=str(a.path))
        if new not in b.class_names:
            raise NotFoundError('class', new, available=b.class_names, where=str(b.path))
    return tuple(dict.fromkeys(rename.get(name, name) for name in a.class_names))


def _rows(a: Gathered, b: Gathered, matched: tuple[str, ...]) -> Iterator[RowRecord]:
    """All statistics that both have."""
    for mine, others, family in (
        (a.classes.numbers, b.classes.numbers, 'classes'),
        (a.boxes.numbers, b.boxes.numbers, 'boxes'),
        (a.space.numbers, b.space.numbers, 'views'),
        (a.recorded.numbers, b.recorded.numbers, 'views'),
        (a.light.numbers, b.light.numbers, 'pixels'),
    ):
        for name, tally in mine.items():
            if name not in _OF_THE_SCENE and tally.count and others[name].count:
                yield number_row(tally, others[name], family=family)
    if a.light.hue.count and b.light.hue.count:
        yield number_row(a.light.hue, b.light.hue, family='pixels', around=True)
    for first, second, family in (
        (a.boxes.centres, b.boxes.centres, 'boxes'),
        (a.boxes.heights, b.boxes.heights, 'boxes'),
        (a.space.views, b.space.views, 'views'),
    ):
        if first.counts[0].any() and second.counts[0].any():
            yield map_row(first, second, family=family)
    if a.boxes.sizes.counts and b.boxes.sizes.counts:
        yield names_row(
            ('coco_sizes', 'Small, medium and large boxes (COCO)', 'boxes'),
            COCO_SIZES,
            (a.boxes.sizes, b.boxes.sizes),
        )
    if len(matched) > 1 and a.classes.objects.counts and b.classes.objects.counts:
        yield names_row(
            ('class_mix', 'How often each class occurs', 'classes'),
            matched,
            (a.classes.objects, b.classes.objects),
        )
        yield from _pair_rows(a, b)


def _pair_rows(a: Gathered, b: Gathered) -> Iterator[RowRecord]:
    """Which classes come together, the most frequent pairs."""
    mine, others = a.classes.pairs, b.classes.pairs
    if not mine.counts or not others.counts:
        return
    keys = sorted({*mine, *others}, key=lambda k: (-mine.total(k) - others.total(k), k))
    yield names_row(
        ('class_pairs', 'Which classes come together', 'classes'),
        tuple(keys[:_MOST_PAIRS]),
        (mine, others),
        label=lambda key: ' + '.join(key.split(PAIR)),
    )


def _class_rows(a: Gathered, b: Gathered, matched: tuple[str, ...]) -> Iterator[RowRecord]:
    for name in matched:
        first, second = a.boxes.of_class.get(name), b.boxes.of_class.get(name)
        if first and second and first.count and second.count:
            yield number_row(first, second, family='boxes', class_name=name)
        views, other_views = a.space.of_class.get(name), b.space.of_class.get(name)
        if views and other_views:
            yield map_row(views, other_views, family='views', class_name=name)


def _order(row: RowRecord) -> tuple[float, float, str, str]:
    return (-row.far, -(row.wasserstein or row.divergence), row.name, row.class_name)


def _side(dataset: PlainDataset, gathered: Gathered) -> SideRecord:
    classes = gathered.classes
    return SideRecord(
        name=dataset.path.resolve().name,
        kind=dataset.kind,
        images=classes.images.total(),
        objects=sum(classes.objects.total(name) for name in classes.objects),
        groups=_groups(gathered),
        pixels_read=gathered.light.images,
    )


def _groups(gathered: Gathered) -> int:
    return len(set().union(*gathered.classes.groups.values()))


def _notes(
    a: Gathered,
    b: Gathered,
    *,
    names: tuple[tuple[str, ...], tuple[str, ...]],
    matched: tuple[str, ...],
) -> Iterator[str]:
    if not matched:
        yield (
            'No class of A has a name of B: all objects are compared, whatever they are. Say '
            'which are the same with --map NAME_IN_A=NAME_IN_B.'
        )
    for name in names[0]:
        twin = next((k for k in names[1] if k != name and k.lower() == name.lower()), None)
        if twin is not None and name not in matched:
            yield f'{name} of A and {twin} of B may be the same: --map {name}={twin}.'
    for letter, gathered in (('A', a), ('B', b)):
        images, groups = gathered.classes.images.total(), _groups(gathered)
        if not groups and images:
            yield (
                f'Scenes of {letter} are not known, so each image counts as one. If it has frames '
                'of videos, the noise is larger than it says.'
            )
        elif 0 < groups < _FEW_GROUPS:
            yield (f'{letter} has {groups} scenes only: the noise is a rough guess, or not known.')
