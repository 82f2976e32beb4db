"""Messages to bytes, the same bytes for the same message.

The middleware's own serialisation leaves gaps of alignment as they were in memory, so that two
bags of one dataset would differ. Here they are zero. The encoding is plain CDR (XTypes 1.3, 7.4.3,
version 1), little-endian.
"""

from __future__ import annotations

import functools
import re
import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_LITTLE_ENDIAN = b'\x00\x01\x00\x00'
_CODES = {
    'boolean': '?',
    'octet': 'B',
    'int8': 'b',
    'uint8': 'B',
    'int16': 'h',
    'uint16': 'H',
    'int32': 'i',
    'uint32': 'I',
    'int64': 'q',
    'uint64': 'Q',
    'float': 'f',
    'double': 'd',
}
_TYPE = re.compile(r'(?:sequence<)?(?P<of>[\w/]+)(?:<\d+>)?(?:, \d+)?>?(?P<fixed>\[\d+\])?')


class _Field(NamedTuple):
    """A field of a message.

    Attributes:
        name: Of the field.
        code: Of ``struct``, for plain values; empty for strings and messages.
        text: Whether it holds strings.
        many: ``no``; ``fixed`` has a length that its type says, ``counted`` tells it.
    """

    name: str
    code: str
    text: bool
    many: str


def serialized(message: object) -> bytes:
    """A message as CDR, with the four bytes that name the encoding.

    Args:
        message: Of any type without wide strings.
    """
    return bytes(serialized_view(message))


def serialized_view(message: object) -> memoryview:
    """The same, without the copy that bytes are; nobody may change it."""
    out = bytearray(_LITTLE_ENDIAN)
    _write(out, message)
    return memoryview(out).toreadonly()


@functools.cache
def _fields(kind: type) -> tuple[_Field, ...]:
    fields: dict[str, str] = kind.get_fields_and_field_types()
    return tuple(_field(name, described) for name, described in fields.items())


def _field(name: str, described: str) -> _Field:
    match = _TYPE.fullmatch(described)
    assert match is not None, f'the field type {described} is not known'
    counted = 'counted' if described.startswith('sequence<') else 'no'
    return _Field(
        name,
        _CODES.get(match['of'], ''),
        match['of'] == 'string',
        'fixed' if match['fixed'] else counted,
    )


def _write(out: bytearray, message: object) -> None:
    for field in _fields(type(message)):
        value = getattr(message, field.name)
        if field.many == 'counted':
            _plain(out, 'I', len(value))
        if field.code:
            if field.many == 'no':
                _plain(out, field.code, value)
            else:
                _array(out, field.code, value)
            continue
        write = _text if field.text else _write
        for item in (value,) if field.many == 'no' else value:
            write(out, item)


def _plain(out: bytearray, code: str, value: float) -> None:
    packed = struct.pack(f'<{code}', value)
    _align(out, len(packed))
    out += packed


def _array(out: bytearray, code: str, values: Sequence[float]) -> None:
    if not len(values):
        return
    packed = np.ascontiguousarray(values, np.dtype(code).newbyteorder('<'))
    _align(out, packed.itemsize)
    # Not by way of bytes: images are large.
    out += memoryview(packed).cast('B')


def _text(out: bytearray, value: str) -> None:
    data = value.encode('utf-8')
    _plain(out, 'I', len(data) + 1)
    out += data + b'\x00'


def _align(out: bytearray, size: int) -> None:
    # Positions count from the end of the four bytes that name the encoding.
    out += bytes((len(_LITTLE_ENDIAN) - len(out)) % size)
