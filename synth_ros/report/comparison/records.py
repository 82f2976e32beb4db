"""What ``synth-ros compare --json`` writes."""

from __future__ import annotations

from typing import Literal

from synth_ros.report.statistics.records import Record

Verdict = Literal['same', 'perhaps', 'differs', 'unknown']
"""Below the noise, below twice the noise, above; ``unknown`` where the noise is not known."""
Kind = Literal['number', 'names', 'map']


class SideRecord(Record):
    """One of the two datasets.

    Attributes:
        name: Of its folder.
        kind: How it is laid out.
        images: How many.
        objects: Objects of matched classes.
        groups: Scenes; 0 where they are not known.
        pixels_read: Images whose pixels were read.
    """

    name: str
    kind: str
    images: int
    objects: int
    groups: int
    pixels_read: int


class RowRecord(Record):
    """A statistic of both datasets.

    Attributes:
        name: Of the statistic.
        title: For people.
        unit: Of its values.
        family: ``classes``, ``boxes``, ``views`` or ``pixels``.
        kind: Whether it is a quantity, names or a grid.
        class_name: Of objects of this class alone; empty for all.
        log: Whether ``edges`` have equal ratios.
        whole: Whether values are whole numbers.
        divergence: Jensen-Shannon divergence, bits: 0 the same, 1 nothing in common.
        divergence_noise: What chance alone would hardly exceed; ``None`` if not known.
        wasserstein: Wasserstein-1 distance in pooled standard deviations (of doublings where
            ``log``); ``None`` for names, grids and angles that go round.
        wasserstein_noise: As of the divergence.
        verdict: What both distances say together.
        counts: Values in A and in B.
        medians: Of A and of B; ``None`` for names and grids.
        edges: Of the histogram's bins.
        labels: Of the bars, for names.
        a: Share of each bin in A; of a grid row by row.
        b: Likewise in B.
        columns: Of a grid; 0 else.
    """

    name: str
    title: str
    unit: str
    family: str
    kind: Kind
    class_name: str = ''
    log: bool = False
    whole: bool = False
    divergence: float
    divergence_noise: float | None
    wasserstein: float | None = None
    wasserstein_noise: float | None = None
    verdict: Verdict
    counts: tuple[int, int]
    medians: tuple[float, float] | None = None
    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    a: tuple[float, ...]
    b: tuple[float, ...]
    columns: int = 0

    @property
    def far(self) -> float:
        """The divergence beyond its noise: what rows are sorted by."""
        return max(self.divergence - (self.divergence_noise or 0.0), 0.0)


class ComparisonRecord(Record):
    """Two datasets, statistic by statistic.

    Attributes:
        format: Version of this record.
        a: The first.
        b: The second.
        matched: Classes that both have, after renaming.
        renamed: Name in B of classes of A, as asked for.
        only_a: Classes that only A has; their objects are left out.
        only_b: Likewise.
        seed: Of the cuts into halves.
        rows: Statistics of all objects and images, the farthest first.
        of_class: Statistics of one class each, the farthest first.
        notes: What to know when reading it.
    """

    format: Literal['synth_ros/compare/1'] = 'synth_ros/compare/1'
    a: SideRecord
    b: SideRecord
    matched: tuple[str, ...]
    renamed: dict[str, str]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    seed: int
    rows: tuple[RowRecord, ...]
    of_class: tuple[RowRecord, ...]
    notes: tuple[str, ...]

    def beyond(self, limit: float) -> tuple[RowRecord, ...]:
        """Rows whose divergence is above a limit and above its noise."""
        return tuple(row for row in self.rows if row.divergence > limit and row.verdict != 'same')
