"""Serialised messages, put together directly.

A message object of Python costs time twice: to build, and to be read field by field when it is
published. Arrays of detections hold hundreds of small objects, so we write their bytes ourselves:
plain CDR (XTypes 1.3, 7.4.3, version 1), little-endian, which every publisher takes as ``bytes``.
"""

from __future__ import annotations

import struct

from std_msgs.msg import Header

_LITTLE_ENDIAN = b'\x00\x01\x00\x00'
_PADS = (
    b'',
    b'\x00',
    b'\x00' * 2,
    b'\x00' * 3,
    b'\x00' * 4,
    b'\x00' * 5,
    b'\x00' * 6,
    b'\x00' * 7,
)
_U32 = struct.Struct('<I')
_STAMP = struct.Struct('<iI')
_DOUBLES = tuple(struct.Struct(f'<{count}d') for count in range(9))


class CdrWriter:
    """Grows a serialised message, field by field in the order of its definition."""

    def __init__(self) -> None:
        # Positions count from the end of the four bytes that name the encoding.
        self._bytes = bytearray()

    def header(self, head: Header) -> None:
        """A ``std_msgs/Header``."""
        out = self._bytes
        out += _PADS[-len(out) & 3]
        out += _STAMP.pack(head.stamp.sec, head.stamp.nanosec)
        self.text(head.frame_id)

    def count(self, value: int) -> None:
        """A ``uint32``, or the length of a sequence."""
        out = self._bytes
        out += _PADS[-len(out) & 3]
        out += _U32.pack(value)

    def text(self, value: str) -> None:
        """A ``string``."""
        data = value.encode('utf-8')
        out = self._bytes
        out += _PADS[-len(out) & 3]
        out += _U32.pack(len(data) + 1)
        out += data
        out += b'\x00'

    def doubles(self, *values: float) -> None:
        """``float64`` fields, at most eight."""
        out = self._bytes
        out += _PADS[-len(out) & 7]
        out += _DOUBLES[len(values)].pack(*values)

    def doubles_packed(self, data: bytes) -> None:
        """``float64`` fields whose little-endian bytes are at hand."""
        out = self._bytes
        out += _PADS[-len(out) & 7]
        out += data

    def finish(self) -> bytes:
        """The message."""
        return _LITTLE_ENDIAN + self._bytes


def leading_stamp_ns(cdr: bytes) -> int | None:
    """Stamp at the beginning of a serialised message, without reading the rest of it.

    Args:
        cdr: A message that begins with a ``std_msgs/Header``, whose stamp follows the four bytes
            of the encapsulation; of any byte order.

    Returns:
        Nanoseconds, or ``None`` if the message is too short to hold one.
    """
    if len(cdr) < 12:
        return None
    seconds, nanoseconds = struct.unpack_from('<iI' if cdr[1] & 1 else '>iI', cdr, 4)
    return int(seconds) * 1_000_000_000 + int(nanoseconds)
