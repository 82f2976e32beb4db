"""All measures of a recording, summed up row by row in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from synth_ros.audit.measure import Measure
from synth_ros.audit.row_names import RowName
from synth_ros.audit.rows import ROWS, Row
from synth_ros.types import FloatArray

Status = Literal['fine', 'broken', 'not in this recording', 'needs --config']

_KEPT = 50
_PIECES = 4096
# A median of fewer errors is not judged: one rounded pixel would decide it.
_ENOUGH = 100


class Finding(NamedTuple):
    """One measure that breaks a bound.

    Attributes:
        measure: It.
        why: A sentence.
    """

    measure: Measure
    why: str


class RowResult(NamedTuple):
    """What came out for one row.

    Attributes:
        name: Of the row.
        row: Unit and bounds.
        status: Whether its bounds hold.
        worst: The measure with the largest error; ``None`` without any.
        median: Median of all errors.
        number: Number of errors.
        frames: Number of frames with one.
        broken: How many measures break a bound.
        findings: The worst of them, worst first.
    """

    name: RowName
    row: Row
    status: Status
    worst: Measure | None
    median: float
    number: int
    frames: int
    broken: int
    findings: tuple[Finding, ...]


class Tally:
    """Collects measures."""

    def __init__(self) -> None:
        self._rows = {name: _RowTally(row) for name, row in ROWS.items()}

    def add(self, measures: Iterable[Measure]) -> None:
        """Take in the measures of a check."""
        for measure in measures:
            self._rows[measure.row].add(measure)

    def results(self, *, with_config: bool) -> tuple[RowResult, ...]:
        """What came out, in the order of the table."""
        return tuple(
            tally.result(name, with_config=with_config) for name, tally in self._rows.items()
        )


def broken_bound(measure: Measure) -> str | None:
    """Which bound a measure breaks, in words; ``None`` if none."""
    row = ROWS[measure.row]
    if measure.worst > row.worst:
        return f'{measure.worst:.6g} {row.unit}, allowed {row.worst:g}'.strip()
    if row.median is not None and measure.number >= _ENOUGH and measure.median > row.median:
        return f'median {measure.median:.6g} {row.unit}, allowed {row.median:g}'
    return None


class _RowTally:
    """One row."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._worst: Measure | None = None
        self._values: list[FloatArray] = []
        self._weights: list[FloatArray] = []
        self._pieces = 0
        self._number = 0
        self._frames: set[str] = set()
        self._broken = 0
        self._findings: list[Finding] = []

    def add(self, measure: Measure) -> None:
        self._number += measure.number
        self._frames.add(measure.frame)
        if self._worst is None or measure.worst > self._worst.worst:
            self._worst = measure
        self._values.append(measure.sketch)
        self._weights.append(np.full(len(measure.sketch), measure.number / len(measure.sketch)))
        self._pieces += len(measure.sketch)
        if self._pieces > 2 * _PIECES:
            self._thin()
        why = broken_bound(measure)
        if why is not None:
            self._broken += 1
            self._findings.append(Finding(measure, why))
            if len(self._findings) > 2 * _KEPT:
                self._findings = _worst_first(self._findings)[:_KEPT]

    def result(self, name: RowName, *, with_config: bool) -> RowResult:
        if self._worst is None:
            absent: Status = (
                'needs --config'
                if self._row.needs == 'config' and not with_config
                else 'not in this recording'
            )
            status = absent
        else:
            status = 'broken' if self._broken else 'fine'
        return RowResult(
            name=name,
            row=self._row,
            status=status,
            worst=self._worst,
            median=self._median(),
            number=self._number,
            frames=len(self._frames),
            broken=self._broken,
            findings=tuple(_worst_first(self._findings)[:_KEPT]),
        )

    def _median(self) -> float:
        if not self._values:
            return 0.0
        values, weights = np.concatenate(self._values), np.concatenate(self._weights)
        order = np.argsort(values, kind='stable')
        reached = np.cumsum(weights[order])
        return float(values[order][np.searchsorted(reached, reached[-1] / 2)])

    def _thin(self) -> None:
        """Halve the pieces, each standing for twice as many errors."""
        values, weights = np.concatenate(self._values), np.concatenate(self._weights)
        order = np.argsort(values, kind='stable')
        if len(order) % 2:
            order = np.append(order, order[-1])
            weights[order[-1]] /= 2
        self._values = [values[order][::2]]
        self._weights = [weights[order].reshape(-1, 2).sum(axis=1)]
        self._pieces = len(self._values[0])


def _worst_first(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: -finding.measure.worst)
