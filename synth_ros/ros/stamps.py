"""To which instant a serialised message belongs, without reading the rest of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from synth_ros.ros.cdr import leading_stamp_ns
from synth_ros.ros.definitions import message_class

StampOf = Callable[[bytes], int | None]

_NOTED = re.compile(rb'"stamp_ns":(\d+)')
# First fields that hold the stamp right after the bytes that name the encoding.
_HEADS = frozenset({'std_msgs/Header', 'builtin_interfaces/Time'})


def stamp_reader(type_name: str) -> StampOf:
    """How the stamp of a message is found.

    Args:
        type_name: Of the messages, such as ``sensor_msgs/msg/Image``.

    Returns:
        A function that gives nanoseconds, or ``None`` for a message without a stamp.
    """
    if type_name == 'tf2_msgs/msg/TFMessage':
        return _first_transform
    if type_name == 'std_msgs/msg/String':
        return _noted
    fields = message_class(type_name).get_fields_and_field_types()
    first = next(iter(fields.values()), '')
    return leading_stamp_ns if first in _HEADS else _none


def _first_transform(cdr: bytes) -> int | None:
    """The stamp follows the length of the list."""
    return leading_stamp_ns(cdr[:4] + cdr[8:16]) if len(cdr) > 16 else None


def _noted(cdr: bytes) -> int | None:
    """The stamp that our annotations carry."""
    found = _NOTED.search(cdr)
    return None if found is None else int(found[1])


def _none(_cdr: bytes) -> None:
    return None
