"""The main numbers of an evaluation: for a topic, and for people."""

from __future__ import annotations

from typing import NamedTuple

from synth_ros.evaluate.records import ClassRecord, CurveRecord, EvaluationRecord

_TABLES = ('boxes', 'masks', 'segments')
_NO_CURVE = CurveRecord(scores=(), precision=(), recall=())


class Diagnosis(NamedTuple):
    """State of an evaluation.

    Attributes:
        doubtful: Whether answers are missing or useless.
        message: In one line.
        values: Names and numbers.
    """

    doubtful: bool
    message: str
    values: tuple[tuple[str, str], ...]


def metrics(record: EvaluationRecord) -> str:
    """An evaluation as JSON without its curves and slices."""
    tables = {
        name: found.model_copy(update={'curve': _NO_CURVE, 'classes': _plain(found.classes)})
        for name in _TABLES
        if (found := getattr(record, name)) is not None
    }
    short = record.model_copy(update={**tables, 'slices': (), 'findings': (), 'worst': ()})
    return short.model_dump_json()


def _plain(classes: tuple[ClassRecord, ...]) -> tuple[ClassRecord, ...]:
    return tuple(item.model_copy(update={'precision50': ()}) for item in classes)


def diagnosis(record: EvaluationRecord) -> Diagnosis:
    """An evaluation in one line, and in names and numbers."""
    values = [('frames', str(record.frames))]
    for name in _TABLES:
        found = getattr(record, name)
        if found is not None:
            values.append((f'{name} mAP', _share(found.summary.ap)))
            values.append((f'{name} mAP50', _share(found.summary.ap50)))
    if record.pixels is not None:
        values.append(('mean IoU', _share(record.pixels.mean_iou)))
    if record.poses is not None:
        values.append(('ADD(-S)', _share(record.poses.all.add_or_s_recall)))
        values.append(('AR MSSD', _share(record.poses.all.ar_mssd)))
    for stream in record.streams:
        values += [(f'{stream.name} {key}', str(getattr(stream, key))) for key in _COUNTS]
        if stream.wall_ms is not None:
            values.append((f'{stream.name} latency p50 ms', f'{stream.wall_ms.p50:.1f}'))
        if stream.rate_hz is not None:
            values.append((f'{stream.name} per second', f'{stream.rate_hz:.2f}'))
    values += [(f'nonsense {reason}', str(total)) for reason, total in record.nonsense.items()]
    missed = sum(stream.missed + stream.unmatched for stream in record.streams)
    nonsense = sum(record.nonsense.values())
    shown = [f'{key} {value}' for key, value in values if ' mAP' in key or key in _SHOWN]
    message = f'{record.frames} frames compared: ' + ', '.join(
        [*shown, f'{missed} stamps missed or strange', f'{nonsense} things of no use']
    )
    return Diagnosis(bool(missed or nonsense), message, tuple(values))


_COUNTS = ('matched', 'missed', 'late', 'repeated', 'unmatched')
_SHOWN = frozenset({'mean IoU', 'ADD(-S)', 'AR MSSD'})


def _share(value: float | None) -> str:
    return 'none' if value is None else f'{value:.4f}'
