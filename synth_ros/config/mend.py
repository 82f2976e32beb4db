"""Replaces wrong values by neutral ones, so that everything else can still be checked.

pydantic gives up a config when one value in it is wrong; rules across keys and missing files
would then only be told after that value was put right. The mended config is never used for
anything but finding more problems, and what is found about a replaced value is dropped.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from synth_ros.config.base import KeyPath
from synth_ros.config.explain import Findings, key_at
from synth_ros.config.nodes import Plain
from synth_ros.config.shape import (
    Change,
    Choice,
    Drawn,
    Kind,
    Listing,
    Number,
    Record,
    Row,
    Table,
    Truth,
    Words,
    config_shape,
    kind_at,
)


def mend(data: Plain, findings: Findings) -> None:
    """Make data valid, in place.

    Args:
        data: The data of a config.
        findings: What is wrong with it.
    """
    for path in findings.unknown:
        parent = _at(data, path[:-1])
        if isinstance(parent, dict):
            parent.pop(str(path[-1]), None)
    serial = itertools.count()
    # Deepest first: where a list and an entry of it are wrong, the whole list is replaced.
    for path in sorted((*findings.wrong, *findings.meant), key=len, reverse=True):
        _put(data, path, _stand_in(path, serial))


def _at(data: Plain, path: KeyPath) -> Plain:
    for step in path:
        if isinstance(data, dict) and isinstance(step, str):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int):
            data = data[step]
    return data


def _put(data: Plain, path: KeyPath, value: Plain) -> None:
    parent, step = _at(data, path[:-1]), path[-1]
    if isinstance(parent, dict):
        parent[str(step)] = value
    elif isinstance(parent, list) and isinstance(step, int):
        parent[step] = value


def _stand_in(path: KeyPath, serial: Iterator[int]) -> Plain:
    """The default of a key that has one, otherwise any value that is allowed there."""
    key = key_at(path)
    if key is not None and key.default is not None:
        return key.default
    kind = kind_at(config_shape(), path)
    assert kind is not None
    return _any_value(kind, serial)


def _any_value(kind: Kind, serial: Iterator[int]) -> Plain:
    value: Plain
    match kind:
        case Truth():
            value = False
        case Number():
            value = _any_number(kind)
        case Drawn(number=number):
            value = _any_number(number)
        case Words():
            value = f'stand_in_{next(serial)}'  # no two alike, or names would seem repeated
        case Choice(options=options):
            value = options[0]
        case Row(items=items):
            value = [_any_value(item, serial) for item in items]
        case Listing(item=item, fewest=fewest):
            value = [_any_value(item, serial) for _ in range(fewest)]
        case Table() | Change():
            value = {}
        case Record(keys=keys):
            value = {key.name: _any_value(key.kind, serial) for key in keys if key.required}
    return value


def _any_number(kind: Number) -> int | float:
    """A number within the limits, and not 0 if there are others."""
    low, high = kind.low, kind.high
    if low is None:
        return 1 if high is None else high - 1
    if high is None:
        return low + 1
    return high if kind.whole else (low + high) / 2
