"""How two distributions differ, in words."""

from __future__ import annotations

from synth_ros.report.comparison.records import RowRecord, Verdict
from synth_ros.report.sections import short

VERDICTS: dict[Verdict, str] = {
    'same': 'within chance',
    'perhaps': 'perhaps',
    'differs': 'differs',
    'unknown': 'too few scenes to tell',
}
"""Verdicts for people."""


def told(row: RowRecord) -> str:
    """What is different: the medians, or the name or place that moved most."""
    if row.medians is not None:
        unit = f' {row.unit}' if row.unit else ''
        a, b = row.medians
        return f'median {short(a)}{unit} in A, {short(b)}{unit} in B'
    if row.kind == 'names' and row.labels:
        gaps = [abs(p - q) for p, q in zip(row.a, row.b, strict=True)]
        most = max(range(len(gaps)), key=gaps.__getitem__)
        return f'{row.labels[most]}: {row.a[most]:.1%} in A, {row.b[most]:.1%} in B'
    if row.kind == 'map':
        empty = [sum(value == 0 for value in side) / len(side) for side in (row.a, row.b)]
        return f'{empty[0]:.0%} of the cells empty in A, {empty[1]:.0%} in B'
    if row.kind == 'number':
        tops = [max(range(len(side)), key=side.__getitem__) for side in (row.a, row.b)]
        a, b = ((row.edges[k] + row.edges[k + 1]) / 2 for k in tops)
        return f'most at {short(a)} {row.unit} in A, {short(b)} {row.unit} in B'
    return ''
