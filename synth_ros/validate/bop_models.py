"""BOP: object models."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from synth_ros.readers.layouts.bop import MODEL, BopModel
from synth_ros.readers.layouts.folders import listed
from synth_ros.validate.base import Rule
from synth_ros.validate.common import finite, problems, rigid_fault
from synth_ros.validate.inspection import Inspection

RULES = (
    Rule(
        'bop.model',
        'error',
        'every obj_*.ply is a PLY file and has an entry of models_info.json, and the other way '
        'round',
        'Write both together: models/obj_000001.ply and the key "1".',
    ),
    Rule(
        'bop.model-size',
        'error',
        'sizes are positive; the diameter is between the longest edge and the diagonal of the box',
        'Calculate models_info.json from the vertices, millimetres.',
    ),
    Rule(
        'bop.model-centre',
        'warning',
        "a model's origin is the centre of its box",
        'Move the vertices, and the poses with them; methods expect it.',
    ),
    Rule(
        'bop.symmetry',
        'error',
        'discrete symmetries are 4 x 4 rigid motions by rows, axes of continuous ones are no zero',
        'Write 16 numbers by rows for each motion, the identity left out.',
    ),
)
_HEAD = b'ply'


def check_models(run: Inspection, folder: Path) -> set[int] | None:
    """Check a folder of models.

    Returns:
        The objects that have one; ``None`` if that is not known.
    """
    path = folder / 'models_info.json'
    stored = run.json(path)
    if not isinstance(stored, dict):
        if stored is not None:
            run.add('bop.schema', run.name(path), 'it is no object of models')
        return None
    found = set()
    for key, value in stored.items():
        if not key.isdecimal() or len(key) > 9:
            run.add('bop.schema', run.name(path), 'it is no id of an object', at=key[:40])
            continue
        found.add(int(key))
        _entry(run, folder, (key, value))
    files = {f.stem: f for f in listed(folder) if f.suffix == '.ply' and f.name.startswith('obj_')}
    for stem, file in files.items():
        number = stem.removeprefix('obj_')
        if not number.isdecimal() or int(number) not in found:
            run.add('bop.model', run.name(file), 'models_info.json has no entry of it')
    return found


def _entry(run: Inspection, folder: Path, item: tuple[str, object]) -> None:
    key, value = item
    file = run.name(folder / 'models_info.json')
    mesh = folder / f'obj_{int(key):06d}.ply'
    try:
        with mesh.open('rb') as stream:
            head = stream.read(len(_HEAD))
        if head != _HEAD:
            run.add('bop.model', run.name(mesh), 'it does not begin like a PLY file')
    except OSError:
        run.add('bop.model', file, f'there is no {mesh.name}', at=key)
    try:
        model = MODEL.validate_python(value)
    except ValidationError as error:
        for below, message in problems(error):
            run.add('bop.schema', file, message, at=key + below)
        return
    for rule, message in _faults(model):
        run.add(rule, file, message, at=key)


def _faults(model: BopModel) -> Iterator[tuple[str, str]]:
    size = (model.size_x, model.size_y, model.size_z)
    low = (model.min_x, model.min_y, model.min_z)
    diagonal = math.hypot(*size)
    if not finite((*size, *low, model.diameter)) or min(size) < 0:
        yield 'bop.model-size', f'its size is {size}'
    elif not max(size) * 0.999 <= model.diameter <= diagonal * 1.001:
        bounds = f'the longest edge is {max(size):g}, the diagonal {diagonal:.6g}'
        yield 'bop.model-size', f'the diameter is {model.diameter:g}; {bounds}'
    elif max(abs(a + b / 2) for a, b in zip(low, size, strict=True)) > 0.01 * diagonal:
        yield 'bop.model-centre', f'its box begins at {low} and has the size {size}'
    for motion in model.symmetries_discrete:
        if fault := rigid_fault(np.array(motion).reshape(4, 4)):
            yield 'bop.symmetry', f'a discrete symmetry: {fault}'
    for turn in model.symmetries_continuous:
        if not finite((*turn.axis, *turn.offset)) or math.hypot(*turn.axis) == 0:
            yield 'bop.symmetry', f'a continuous symmetry about {turn.axis}'
