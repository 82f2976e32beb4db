"""What ``synth-ros stats --json`` writes: plain records, the same bytes for the same dataset."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Frozen, no unknown fields, no infinity."""

    model_config = ConfigDict(frozen=True, extra='forbid', allow_inf_nan=False)


class NumberRecord(Record):
    """A quantity and its histogram.

    Attributes:
        name: Of the statistic.
        title: For people.
        unit: Of all values; empty for plain numbers.
        log: Whether the bins have equal ratios.
        whole: Whether values are whole numbers.
        count: How many values.
        mean: ``None`` without any, like those that follow.
        low: Smallest.
        p5: Below it are 5 % of the values, to the width of a bin.
        median: In the middle, likewise.
        p95: Likewise.
        high: Greatest.
        edges: Of the bins, one more than ``counts``; values beyond count in the outermost.
        counts: How many values are in each bin.
    """

    name: str
    title: str
    unit: str
    log: bool
    whole: bool
    count: int
    mean: float | None
    low: float | None
    p5: float | None
    median: float | None
    p95: float | None
    high: float | None
    edges: tuple[float, ...]
    counts: tuple[int, ...]


class MapRecord(Record):
    """Pairs of values on a grid.

    Attributes:
        name: Of the statistic.
        title: For people.
        across: Meaning of columns, left to right.
        up: Meaning of rows, first to last.
        counts: By row, then column.
    """

    name: str
    title: str
    across: str
    up: str
    counts: tuple[tuple[int, ...], ...]


class NamesRecord(Record):
    """How often names occur."""

    name: str
    title: str
    counts: dict[str, int]


class SplitRecord(Record):
    """A split; its name is empty where the dataset has none.

    Attributes:
        name: ``train`` ...
        images: How many.
        empty: Images without objects.
        objects: How many.
        groups: Scenes; 0 where they are not known.
    """

    name: str
    images: int
    empty: int
    objects: int
    groups: int


class ClassRecord(Record):
    """A class.

    Attributes:
        name: Of the class.
        objects: How many.
        images: Images that show one.
        splits: Objects by split.
        median_size_px: Square root of the box area; ``None`` without boxes.
        sphere_empty: Share of the sphere of viewing directions from which it is never seen;
            ``None`` where poses are not known.
        views: From where it is seen: counts by band from above, then sector.
    """

    name: str
    objects: int
    images: int
    splits: dict[str, int]
    median_size_px: float | None
    sphere_empty: float | None
    views: tuple[tuple[int, ...], ...]


class PairsRecord(Record):
    """Which classes come together.

    Attributes:
        classes: In order.
        images: Images that show both; on the diagonal, those that show two or more of a class.
    """

    classes: tuple[str, ...]
    images: tuple[tuple[int, ...], ...]


class ResolutionRecord(Record):
    """Images of one size, pixels."""

    width: int
    height: int
    images: int


class LookRecord(Record):
    """An image of a cluster."""

    name: str
    split: str
    group: str


class ClusterRecord(Record):
    """Images that look the same.

    Attributes:
        images: The first of them.
        count: How many there are.
        bits: In how many of 128 bits neighbours differ at most.
        splits: Splits that they are in.
        groups: How many groups they are of.
    """

    images: tuple[LookRecord, ...]
    count: int
    bits: int
    splits: tuple[str, ...]
    groups: int


class DuplicatesRecord(Record):
    """Images that look like others.

    Attributes:
        compared: How many images were compared.
        plain: Images that show nothing or next to nothing, which are not compared.
        images: Images that look like another one.
        clusters: How many clusters.
        leaks: Clusters with images in several splits.
        across_groups: Clusters with images of several groups.
        first: The first clusters, leaks first.
    """

    compared: int
    plain: int
    images: int
    clusters: int
    leaks: int
    across_groups: int
    first: tuple[ClusterRecord, ...]


class DrawnRecord(Record):
    """A quantity of the light that scenes drew, from the provenance."""

    path: str
    values: int
    low: float
    median: float
    high: float
    bars: tuple[int, ...]


class WarningRecord(Record):
    """What a training run would trip over.

    Attributes:
        rule: Its name.
        severity: ``bad`` spoils a training run or its score, ``look`` is worth a look.
        text: What is the case and what to do, in sentences.
    """

    rule: str
    severity: Literal['bad', 'look']
    text: str


class StatsRecord(Record):
    """All statistics of a dataset.

    Attributes:
        format: Version of this record.
        name: Of the dataset's folder.
        kind: How it is laid out.
        images: How many.
        objects: How many that count.
        ignored: Crowds and regions that do not count.
        empty: Images without objects.
        groups: Scenes; 0 where they are not known.
        pixels_read: Images whose pixels were read.
        at_border: Boxes that touch the border of the image.
        splits: By name.
        resolutions: Most frequent first.
        classes: In the order of the dataset.
        numbers: All quantities of which there are values.
        maps: All grids in which something is.
        names: Counts of other names.
        pairs: Which classes come together.
        duplicates: Images that look like others; ``None`` where no pixels were read.
        lights: What scenes drew of their light; only of recordings of ours.
        warnings: Worst first.
    """

    format: Literal['synth_ros/stats/1'] = 'synth_ros/stats/1'
    name: str
    kind: str
    images: int
    objects: int
    ignored: int
    empty: int
    groups: int
    pixels_read: int
    at_border: int
    splits: tuple[SplitRecord, ...]
    resolutions: tuple[ResolutionRecord, ...]
    classes: tuple[ClassRecord, ...]
    numbers: tuple[NumberRecord, ...]
    maps: tuple[MapRecord, ...]
    names: tuple[NamesRecord, ...]
    pairs: PairsRecord
    duplicates: DuplicatesRecord | None
    lights: tuple[DrawnRecord, ...]
    warnings: tuple[WarningRecord, ...] = ()

    def number(self, name: str) -> NumberRecord | None:
        """The quantity of a name; ``None`` where there are no values of it."""
        return next((row for row in self.numbers if row.name == name), None)

    def map(self, name: str) -> MapRecord | None:
        """The grid of a name; ``None`` where nothing is in it."""
        return next((grid for grid in self.maps if grid.name == name), None)
