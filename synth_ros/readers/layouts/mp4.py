"""The boxes of an MP4 file: enough to tell whether it is whole and how many pictures it has.

ISO/IEC 14496-12: a file is a sequence of boxes, each of a length (32 bits, or 64 after the type if
it is 1; 0 means to the end of the file) and a type of four letters.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_PARENTS = {b'moov', b'trak', b'mdia', b'minf', b'stbl'}


class Mp4(NamedTuple):
    """What a file holds.

    Attributes:
        pictures: Samples of its first video track.
        width: Of its pictures, pixels.
        height: Of its pictures, pixels.
        fault: What is wrong; empty if nothing is.
    """

    pictures: int
    width: int
    height: int
    fault: str = ''


class _Box(NamedTuple):
    kind: bytes
    start: int
    end: int


def read_mp4(data: bytes) -> Mp4:
    """Look through a file."""
    try:
        top = list(_boxes(data, 0, len(data)))
        kinds = [box.kind for box in top]
        if b'ftyp' not in kinds[:1]:
            return Mp4(0, 0, 0, 'it does not begin like an MP4 file')
        if b'moov' not in kinds:
            return Mp4(0, 0, 0, 'its index (moov) is missing: it was not closed')
        if b'mdat' not in kinds:
            return Mp4(0, 0, 0, 'its pictures (mdat) are missing')
        moov = top[kinds.index(b'moov')]
        for track in _boxes(data, moov.start, moov.end):
            if track.kind == b'trak':
                found = _track(data, track)
                if found is not None:
                    return found
    except (ValueError, struct.error) as error:
        return Mp4(0, 0, 0, str(error))
    return Mp4(0, 0, 0, 'it has no video track')


def _boxes(data: bytes, start: int, end: int) -> Iterator[_Box]:
    """Boxes between two places.

    Raises:
        ValueError: A box ends behind the end.
    """
    while start < end:
        if end - start < 8:
            raise ValueError('it ends inside a box')
        size, kind = struct.unpack_from('>I4s', data, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from('>Q', data, start + 8)
            head = 16
        size = size or end - start
        if size < head or start + size > end:
            name = kind.decode('ascii', errors='replace')
            raise ValueError(f'its box {name!r} ends behind the end: it was cut or changed')
        yield _Box(kind, start + head, start + size)
        start += size


def _track(data: bytes, track: _Box) -> Mp4 | None:
    """Pictures of a track; ``None`` if it is no video."""
    found: dict[bytes, _Box] = {}
    waiting = [track]
    while waiting:
        parent = waiting.pop()
        for box in _boxes(data, parent.start, parent.end):
            found.setdefault(box.kind, box)
            if box.kind in _PARENTS:
                waiting.append(box)
    if b'vmhd' not in found:
        return None
    if b'stsz' not in found or b'tkhd' not in found:
        return Mp4(0, 0, 0, 'its video track lists no pictures')
    (pictures,) = struct.unpack_from('>I', data, found[b'stsz'].start + 8)
    width, height = struct.unpack_from('>II', data, found[b'tkhd'].end - 8)
    return Mp4(pictures, width >> 16, height >> 16)
