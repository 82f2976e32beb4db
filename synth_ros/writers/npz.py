"""Arrays to one ``.npz`` file that ``numpy.load`` reads: the same bytes for the same arrays.

``numpy.savez_compressed`` stamps the time and deflates with zlib: 560 ms for the full set of one
640x480 frame (23 MB), for 16 MB; ISA-L's level 1 takes 21 ms for 16.6 MB. But depth, points and
flow are single-precision numbers of which hardly a bit repeats: deflating them takes nine tenths
of that time for a tenth of their size. So an array is deflated only where a sample of it shrinks
by a fifth (normals, states, layers of empty pixels), and stored as it is otherwise: 4 ms for
18.6 MB.

The container is the plain ZIP of PKWARE's APPNOTE 6.3 (4.3.7, 4.3.12, 4.3.16), without ZIP64.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from isal import isal_zlib
from numpy.lib import format as npy
from numpy.typing import NDArray

from synth_ros.errors import OutputError

# The fastest; levels 1 and 2 do not give the same bytes in every process (writers.codecs).
_LEVEL = 0
_RAW_DEFLATE = -15
_METHOD_STORE, _METHOD_DEFLATE = 0, 8
_VERSION = 20
# 1980-01-01 00:00:00, the earliest date of the format: no clock shows in the bytes.
_TIME, _DATE = 0, (1 << 5) | 1
_LIMIT = 2**32 - 1

# A sample of an array: pieces spread evenly over it.
_PIECES, _PIECE_BYTES = 16, 4096
# Deflated if the sample shrinks to this share.
_WORTH = 0.8


class _Member(NamedTuple):
    """An array in the file.

    Attributes:
        method: How it is stored.
        size: Bytes before.
        checksum: CRC-32 of them.
        data: What is in the file.
    """

    method: int
    size: int
    checksum: int
    data: tuple[bytes | memoryview, ...]

    @property
    def packed(self) -> int:
        """Bytes in the file."""
        return sum(len(part) for part in self.data)


def encode_npz(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """A compressed ``.npz`` file.

    Args:
        arrays: By name, in the order of the file.

    Raises:
        OutputError: The file would exceed 4 GiB.
    """
    body: list[bytes | memoryview] = []
    directory: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        member = _member(array)
        if member.size > _LIMIT or offset + member.packed > _LIMIT:
            raise OutputError(
                f'The dense labels of one frame exceed the 4 GiB of a file at {name}. Use a '
                'smaller image or fewer dense labels (config section labels).'
            )
        file = f'{name}.npy'.encode('ascii')
        common = struct.pack(
            '<HHHHHIIIHH',
            _VERSION,
            0,
            member.method,
            _TIME,
            _DATE,
            member.checksum,
            member.packed,
            member.size,
            len(file),
            0,
        )
        directory.append(
            b'PK\x01\x02'
            + struct.pack('<H', _VERSION)
            + common
            + struct.pack('<HHHII', 0, 0, 0, 0, offset)
            + file
        )
        body += (b'PK\x03\x04', common, file, *member.data)
        offset += 30 + len(file) + member.packed
    size = sum(len(entry) for entry in directory)
    count = len(directory)
    end = b'PK\x05\x06' + struct.pack('<HHHHIIH', 0, 0, count, count, size, offset, 0)
    return b''.join((*body, *directory, end))


def _member(array: NDArray[np.generic]) -> _Member:
    """The array in numpy's own format, version 1.0, in C order."""
    dense = np.ascontiguousarray(array)
    stream = io.BytesIO()
    npy.write_array_header_1_0(stream, npy.header_data_from_array_1_0(dense))
    head = stream.getvalue()
    pixels = dense.reshape(-1).view(np.uint8).data
    size = len(head) + len(pixels)
    checksum = isal_zlib.crc32(pixels, isal_zlib.crc32(head))
    if not _shrinks(pixels):
        return _Member(_METHOD_STORE, size, checksum, (head, pixels))
    deflate = isal_zlib.compressobj(_LEVEL, wbits=_RAW_DEFLATE)
    parts = (deflate.compress(head), deflate.compress(pixels), deflate.flush())
    return _Member(_METHOD_DEFLATE, size, checksum, parts)


def _shrinks(data: memoryview) -> bool:
    """Whether deflating is worth its time, by a sample."""
    if len(data) <= _PIECES * _PIECE_BYTES:
        return True
    starts = [k * (len(data) - _PIECE_BYTES) // (_PIECES - 1) for k in range(_PIECES)]
    sample = b''.join(data[start : start + _PIECE_BYTES] for start in starts)
    return len(isal_zlib.compress(sample, _LEVEL)) <= _WORTH * len(sample)
