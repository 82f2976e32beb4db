"""What was gathered of a dataset as a record."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from synth_ros.readers.plain.types import PlainDataset
from synth_ros.report.draws import DrawTally
from synth_ros.report.statistics.boxes import COCO_SIZES
from synth_ros.report.statistics.classes import PAIR
from synth_ros.report.statistics.duplicates import Cluster, Duplicates
from synth_ros.report.statistics.gather import Gathered
from synth_ros.report.statistics.records import (
    ClassRecord,
    ClusterRecord,
    DrawnRecord,
    DuplicatesRecord,
    LookRecord,
    MapRecord,
    NamesRecord,
    NumberRecord,
    PairsRecord,
    ResolutionRecord,
    SplitRecord,
    StatsRecord,
)
from synth_ros.report.statistics.tally import Counts, MapTally, NumberTally
from synth_ros.report.statistics.trips import trips

_CLUSTERS = 50
_LOOKS = 12
# Where draws of light stand in the provenance.
_LIGHTS = ('ambient', 'lamps', 'image_light', 'backdrop', 'view.exposure_ev')


def describe(
    gathered: Gathered, dataset: PlainDataset, *, draws: DrawTally | None = None
) -> StatsRecord:
    """The record of a dataset.

    Args:
        gathered: Of the dataset.
        dataset: For its name and kind.
        draws: Of its provenance.
    """
    classes, boxes = gathered.classes, gathered.boxes
    record = StatsRecord(
        name=dataset.path.resolve().name,
        kind=dataset.kind,
        images=classes.images.total(),
        objects=sum(classes.objects.total(name) for name in classes.objects),
        ignored=classes.ignored,
        empty=classes.empty.total(),
        groups=len(set().union(*classes.groups.values())),
        pixels_read=gathered.light.images,
        at_border=boxes.at_border,
        splits=_splits(gathered),
        resolutions=tuple(
            ResolutionRecord(width=size[0], height=size[1], images=count)
            for size, count in sorted(classes.resolutions.items(), key=lambda k: (-k[1], k[0]))
        ),
        classes=_classes(gathered),
        numbers=_numbers(gathered),
        maps=tuple(
            map_record(tally)
            for tally in (boxes.centres, boxes.heights, gathered.space.views)
            if tally.counts[0].any()
        ),
        names=_names(gathered),
        pairs=_pairs(gathered),
        duplicates=_duplicates(gathered.duplicates) if gathered.light.images else None,
        lights=_lights(draws) if draws else (),
    )
    return record.model_copy(update={'warnings': trips(record, gathered)})


def number_record(tally: NumberTally) -> NumberRecord:
    """The record of a quantity; bins without values at both ends are left out."""
    axis, counts = tally.axis, tally.counts[0]
    there = np.flatnonzero(counts)
    first, last = (int(there[0]), int(there[-1])) if there.size else (0, axis.bins - 1)
    known = np.isfinite(tally.low)
    return NumberRecord(
        name=axis.name,
        title=axis.title,
        unit=axis.unit,
        log=axis.log,
        whole=axis.whole,
        count=tally.count,
        mean=_finite(tally.total / tally.count) if known else None,
        low=_finite(tally.low) if known else None,
        p5=tally.quantile(0.05) if known else None,
        median=tally.quantile(0.5) if known else None,
        p95=tally.quantile(0.95) if known else None,
        high=_finite(tally.high) if known else None,
        edges=tuple(float(f'{edge:.6g}') for edge in axis.edges[first : last + 2]),
        counts=_row(counts[first : last + 1]),
    )


def map_record(tally: MapTally) -> MapRecord:
    """The record of a grid."""
    axis = tally.axis
    return MapRecord(
        name=axis.name, title=axis.title, across=axis.across, up=axis.up, counts=_rows(tally)
    )


def _numbers(gathered: Gathered) -> tuple[NumberRecord, ...]:
    families = (
        gathered.classes,
        gathered.boxes,
        gathered.space,
        gathered.recorded,
        gathered.light,
    )
    tallies = [tally for family in families for tally in family.numbers.values()]
    tallies.append(gathered.light.hue)
    return tuple(number_record(tally) for tally in tallies if tally.count)


def _names(gathered: Gathered) -> tuple[NamesRecord, ...]:
    recorded = gathered.recorded
    rows = (
        ('box_sizes', 'Boxes by size as COCO has it', gathered.boxes.sizes, COCO_SIZES),
        ('cameras', 'Images by camera', recorded.cameras, tuple(recorded.cameras)),
        ('relations', 'Relations', recorded.relations, tuple(recorded.relations)),
        ('occluders', 'What hides objects', recorded.occluders, tuple(recorded.occluders)),
    )
    return tuple(
        NamesRecord(name=name, title=title, counts={key: tally.total(key) for key in keys})
        for name, title, tally, keys in rows
        if tally.counts
    )


def _splits(gathered: Gathered) -> tuple[SplitRecord, ...]:
    classes = gathered.classes
    return tuple(
        SplitRecord(
            name=split,
            images=classes.images[split],
            empty=classes.empty[split],
            objects=sum(classes.objects_of[split, name] for name in classes.objects),
            groups=len(classes.groups.get(split, ())),
        )
        for split in sorted(classes.images)
    )


def _classes(gathered: Gathered) -> tuple[ClassRecord, ...]:
    classes, sizes, views = gathered.classes, gathered.boxes.of_class, gathered.space.of_class
    return tuple(
        ClassRecord(
            name=name,
            objects=classes.objects.total(name),
            images=classes.in_images.total(name),
            splits={split: classes.objects_of[split, name] for split in sorted(classes.images)},
            median_size_px=sizes[name].quantile(0.5) if name in sizes else None,
            sphere_empty=_empty(views[name]) if name in views else None,
            views=_rows(views[name]) if name in views else (),
        )
        for name in classes.names
    )


def _pairs(gathered: Gathered) -> PairsRecord:
    names, pairs = gathered.classes.names, gathered.classes.pairs
    rows = [tuple(pairs.total(PAIR.join(sorted((a, b)))) for b in names) for a in names]
    return PairsRecord(classes=names, images=tuple(rows))


def _duplicates(found: Duplicates) -> DuplicatesRecord:
    clusters = found.clusters()
    return DuplicatesRecord(
        compared=len(found),
        plain=len(found.plain),
        images=sum(len(cluster.looks) for cluster in clusters),
        clusters=len(clusters),
        leaks=sum(cluster.leak for cluster in clusters),
        across_groups=sum(cluster.groups > 1 for cluster in clusters),
        first=tuple(_cluster(cluster) for cluster in clusters[:_CLUSTERS]),
    )


def _cluster(cluster: Cluster) -> ClusterRecord:
    return ClusterRecord(
        images=tuple(
            LookRecord(name=look.name, split=look.split, group=look.group)
            for look in _of_each_split(cluster)
        ),
        count=len(cluster.looks),
        bits=cluster.bits,
        splits=cluster.splits,
        groups=cluster.groups,
    )


def _of_each_split(cluster: Cluster) -> Iterable[LookRecord]:
    """The first images, one of each split before others."""
    ranked = []
    seen: dict[str, int] = {}
    for place, look in enumerate(cluster.looks):
        turn = seen[look.split] = seen.get(look.split, -1) + 1
        ranked.append((turn, place))
    first = sorted(place for _, place in sorted(ranked)[:_LOOKS])
    for place in first:
        look = cluster.looks[place]
        yield LookRecord(name=look.name, split=look.split, group=look.group)


def _lights(draws: DrawTally) -> tuple[DrawnRecord, ...]:
    return tuple(
        DrawnRecord(
            path=row.path,
            values=row.values,
            low=row.low,
            median=row.median,
            high=row.high,
            bars=row.bars,
        )
        for row in draws.numbers
        if row.path.startswith(_LIGHTS)
    )


def _empty(views: MapTally) -> float:
    return float(np.mean(views.counts[0] == 0))


def _rows(tally: MapTally) -> tuple[tuple[int, ...], ...]:
    return tuple(_row(row) for row in tally.counts[0])


def _row(counts: Counts) -> tuple[int, ...]:
    return tuple(int(count) for count in counts)


def _finite(value: float) -> float:
    """To twelve digits, so that the order of sums does not show."""
    return float(f'{value:.12g}')
