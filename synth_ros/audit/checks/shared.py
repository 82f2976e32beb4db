"""What is said once for all frames against the records: class names, models, parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View
from synth_ros.readers.shared import ClassNames, RecordedModel
from synth_ros.schema.records import ContinuousSymmetryRecord, InstanceRecord, KeypointSpecRecord
from synth_ros.types import FloatArray


def class_names(view: View) -> Iterator[Measure]:
    """Every list of class names has the classes of all instances, and no two lists differ."""
    lists = view.facts.shared.classes
    given = [(item.class_id, item.class_name) for item in view.instances.values()]
    for place, listed in lists.items():
        ids = {number for number, _ in listed}
        faults = sorted(
            {f'{pair} of an instance is not listed' for pair in given if pair not in listed}
            | {f'{pair} of {other} is not listed' for other, pair in _elsewhere(lists, place)}
            | {f'class {number} of a segment is missing' for number in _stuff(view, place) - ids}
        )
        yield view.find.wrong(
            'files.classes', len(faults), subject=place, detail='; '.join(faults)
        )


def models(view: View) -> Iterator[Measure]:
    """Models are those of the instances, up to scale; their size is the first instance's."""
    listed = view.facts.shared.models
    if listed is None:
        return
    for item in view.instances.values():
        model = listed.get(item.model_name)
        if model is None:
            detail = f'model {item.model_name!r} is not in models.json'
            yield view.find.errors(
                'files.models', np.inf, subject=view.name(item.instance_id), detail=detail
            )
            continue
        first = view.facts.first_sizes_m.get(item.model_name, model.size_m)
        errors = {
            'class': 0.0 if model.class_id == item.class_id else np.inf,
            'size of the first instance': _apart(model.size_m, first),
            **_differences(item, model),
        }
        worst = max(errors, key=errors.__getitem__)
        yield view.find.errors(
            'files.models',
            list(errors.values()),
            subject=view.name(item.instance_id),
            detail=f'models.json has another {worst} of {item.model_name!r}'
            if errors[worst] > 0
            else '',
        )


def parts(view: View) -> Iterator[Measure]:
    """Ids, owners and names of parts are those of the records."""
    own, listed = view.frame.record.parts, view.facts.shared.parts
    if own is None or view.frame.messages is not None:
        return
    one = {(part.part_id, part.owner, part.name) for part in own}
    other = {(part.part_id, part.owner, part.name) for part in listed or ()}
    wrong = sorted(one ^ other)
    words = ', '.join(f'{number} {owner}/{name}' for number, owner, name in wrong)
    yield view.find.wrong(
        'parts',
        len(wrong),
        subject='parts.json',
        detail=f'not in both labels and parts.json: {words}' if wrong else '',
    )


def _elsewhere(
    lists: Mapping[str, ClassNames], place: str
) -> Iterator[tuple[str, tuple[int, str]]]:
    """Classes of other lists that a list lacks or calls otherwise; stuff is in some only."""
    listed = lists[place]
    for other, pairs in lists.items():
        for pair in pairs:
            differs = any(pair[0] == number or pair[1] == name for number, name in listed)
            due = _has_stuff(place) or not _has_stuff(other)
            if pair not in listed and (differs or due):
                yield other, pair


def _has_stuff(place: str) -> bool:
    """Whether a list holds stuff beside things."""
    return 'panoptic' in place.rsplit('/', maxsplit=1)[-1]


def _stuff(view: View, place: str) -> set[int]:
    """Classes of segments that a list of things and stuff must have."""
    if not _has_stuff(place):
        return set()
    return {segment.class_id for segment in view.frame.record.segments or ()}


def _differences(item: InstanceRecord, model: RecordedModel) -> dict[str, float]:
    """Largest difference of each property, the model scaled to the instance; metres."""
    scale = max(item.size_m) / max(model.size_m)
    one, other = item.symmetry, model.symmetry
    return {
        'size': _apart(item.size_m, np.multiply(model.size_m, scale)),
        'pose of the box': _apart(item.object_from_box, _scaled(model.object_from_box, scale)),
        'discrete symmetry': _apart(
            one.discrete, [_scaled(motion, scale) for motion in other.discrete]
        ),
        'continuous symmetry': _apart(_axes(one.continuous, 1), _axes(other.continuous, scale)),
        'keypoint': _apart(_points(item.keypoints, 1), _points(model.keypoints, scale))
        if _names(item.keypoints) == _names(model.keypoints)
        else np.inf,
    }


def _scaled(motion: Sequence[Sequence[float]], scale: float) -> FloatArray:
    """A transform of something that was made larger, (4, 4)."""
    rows = np.array(motion, dtype=np.float64)
    rows[:3, 3] *= scale
    return rows


def _axes(axes: Sequence[ContinuousSymmetryRecord], scale: float) -> list[list[float]]:
    return [[*item.axis, *(scale * x for x in item.offset_m)] for item in axes]


def _points(points: Sequence[KeypointSpecRecord], scale: float) -> list[list[float]]:
    return [[scale * x for x in point.object_from_point_m] for point in points]


def _names(points: Sequence[KeypointSpecRecord]) -> list[tuple[str, str]]:
    return [(point.name, point.kind) for point in points]


def _apart(one: object, other: object) -> float:
    """The largest difference; infinite if there is not the same number of numbers."""
    a, b = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    return float(np.abs(a - b).max(initial=0)) if a.shape == b.shape else float('inf')
