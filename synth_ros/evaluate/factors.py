"""Circumstances of a frame and of its objects: what was measured, and what was drawn."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast

import numpy as np

from synth_ros.evaluate.types import Factor
from synth_ros.schema.records import FrameRecord, InstanceRecord, LabelRecord

Json = Mapping[str, object] | list[object] | str | float | bool | None
# What only names or numbers something is no circumstance.
_NAMES = frozenset(
    {
        'attempt',
        'class_id',
        'class_name',
        'episode',
        'idle',
        'instance_id',
        'name',
        'quat_wxyz',
        'redraws',
        'refusals',
        'refused',
        'seed',
        'sha256',
        'unmet',
        'view',
    }
)
# Told by objects, or too many to tell apart; their number is a circumstance.
_COUNTED = ('objects', 'distractors', 'shapes')
_OF_OBJECT = ('scale', 'hue_shift_deg', 'value_scale', 'friction_scale', 'mass_scale', 'place')
_LABELS = ('name', 'role', 'camera', 'item', 'randomizer')
_MOST_LEAVES = 300
_MOST_LETTERS = 60


class Factors(NamedTuple):
    """Circumstances of a frame.

    Attributes:
        shared: Of the frame.
        drawn: What was drawn for each object, by instance id.
    """

    shared: Mapping[str, Factor]
    drawn: Mapping[int, Mapping[str, Factor]]


def frame_factors(record: FrameRecord, provenance_json: str) -> Factors:
    """Circumstances of a frame, from its labels and its provenance.

    Args:
        record: Its labels.
        provenance_json: How it was made; what is no such text tells nothing.
    """
    shared: dict[str, Factor] = {'camera': record.camera, 'labelled objects': len(record.labels)}
    made = _mapping(_parsed(provenance_json))
    scene, view = _mapping(made.get('scene')), _mapping(made.get('view'))
    names = {item.name: item.instance_id for item in record.instances}
    drawn: dict[int, dict[str, Factor]] = {}
    for item in _list(scene.get('objects')):
        found = _mapping(item)
        number = found.get('instance_id')
        if isinstance(number, int):
            drawn[number] = _of_object(found)
    for key in _COUNTED:
        if key in scene:
            shared[f'number of {key}'] = len(_list(scene[key]))
    lamps = [_mapping(lamp).get('intensity') for lamp in _list(scene.get('lamps'))]
    if lamps:
        shared['number of lamps'] = len(lamps)
        shared['light of all lamps'] = sum(v for v in lamps if isinstance(v, int | float))
    for part, leaves in (('', scene), ('view.', view), ('phase.', made.get('phase'))):
        kept = {
            k: v
            for k, v in _mapping(cast('Json', leaves)).items()
            if k not in {*_COUNTED, 'values'}
        }
        for name, value in _leaves(kept, part):
            if len(shared) >= _MOST_LEAVES:
                break
            shared[name.rstrip('.')] = value
    for source in (scene, view):
        _add_values(_list(source.get('values')), shared, drawn=drawn, names=names)
    return Factors(shared, drawn)


def object_factors(
    label: LabelRecord, instance: InstanceRecord, drawn: Mapping[str, Factor]
) -> Mapping[str, Factor]:
    """Circumstances of an object in the image.

    Args:
        label: What was measured of it.
        instance: What it is.
        drawn: What was drawn for it.
    """
    x0, y0, x1, y1 = label.box
    place = np.array(label.camera_from_box)[:3, 3]
    return {
        'class': instance.class_name,
        'model': instance.model_name,
        'distance_m': float(np.linalg.norm(place)),
        'visibility': label.visibility,
        'occlusion': label.occlusion,
        'truncation': label.truncation,
        'box_size_px': math.sqrt((x1 - x0) * (y1 - y0)),
        'visible_pixels': float(label.pixels_visible),
        **drawn,
    }


def _of_object(found: Mapping[str, object]) -> dict[str, Factor]:
    out: dict[str, Factor] = {}
    for key in _OF_OBJECT:
        value = _factor(found.get(key))
        if value is not None and value != '':
            out[f'object {key}'] = value
    texture = _mapping(cast('Json', found.get('texture')))
    if isinstance(texture.get('family'), str):
        out['object texture'] = str(texture['family'])
    return out


def _add_values(
    values: list[object],
    shared: dict[str, Factor],
    *,
    drawn: dict[int, dict[str, Factor]],
    names: Mapping[str, int],
) -> None:
    """Draws of named targets: those of an object are its own."""
    for entry in values:
        found = _mapping(cast('Json', entry))
        value, target, item = (found.get(key) for key in ('value', 'target', 'item'))
        number = _factor(value)
        if number is None or not isinstance(target, str) or not isinstance(item, str):
            continue
        if item in names:
            drawn.setdefault(names[item], {})[target] = number
        elif len(shared) < _MOST_LEAVES:
            shared[target if item == 'scene' else f'{target} of {item}'] = number


def _leaves(value: object, name: str) -> Iterator[tuple[str, Factor]]:
    """All numbers and words below a value, named by the way to them."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            if key not in _NAMES:
                yield from _leaves(below, f'{name}{key}.')
    elif isinstance(value, list):
        for place, below in enumerate(value):
            label = _mapping(below) if isinstance(below, Mapping) else {}
            told = next((str(label[k]) for k in _LABELS if label.get(k)), str(place))
            yield from _leaves(below, f'{name}{told}.')
    else:
        found = _factor(value)
        if found is not None and found != '':
            yield name, found


def _factor(value: object) -> Factor | None:
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    return value if isinstance(value, str) and len(value) <= _MOST_LETTERS else None


def _parsed(text: str) -> Json:
    try:
        return cast('Json', json.loads(text or '{}'))
    except (ValueError, RecursionError):
        return {}


def _mapping(value: object) -> Mapping[str, object]:
    return cast('Mapping[str, object]', value) if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
