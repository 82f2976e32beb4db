"""Frame records and dense labels of a dataset folder, with file and line in every complaint."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import get_args

import numpy as np

from synth_ros.errors import UsageError
from synth_ros.readers.container import StoredFile
from synth_ros.schema.convert import from_json, key_of
from synth_ros.schema.layers import LAYERS, Layer
from synth_ros.schema.records import FrameRecord, LayerName
from synth_ros.types import SampleKey

_CHECK = 'Check the dataset with "sha256sum -c SHA256SUMS" in its folder.'


class LabelFile:
    """The records of one episode, a line each, in key order.

    Lines are parsed when they are asked for.

    Args:
        path: A file ``labels/<episode>.jsonl``.

    Raises:
        UsageError: It cannot be read.
    """

    def __init__(self, path: StoredFile) -> None:
        self.path = path
        try:
            self._lines = path.read_bytes().splitlines()
        except OSError as error:
            raise UsageError(f'Cannot read {path}: {error.strerror}. {_CHECK}') from None

    def read(self, key: SampleKey, *, line: int, count: int) -> FrameRecord:
        """The record of a frame.

        Args:
            key: Which frame.
            line: Number of its line, from 1.
            count: How many lines the file must have.

        Raises:
            UsageError: The file has another number of lines, or the line is damaged or
                describes another frame.
        """
        if len(self._lines) != count:
            raise UsageError(
                f'{self.path} has {len(self._lines)} lines, but its episode has {count} frames. '
                f'{_CHECK}'
            )
        try:
            record = from_json(self._lines[line - 1])
        except UsageError as error:
            raise UsageError(f'{self.path}, line {line}: {error}') from None
        if key_of(record) != key:
            raise UsageError(
                f'{self.path}, line {line} describes frame {key_of(record).stem}, expected '
                f'{key.stem}. {_CHECK}'
            )
        return record


def read_layer_file(path: StoredFile) -> dict[LayerName, Layer]:
    """The arrays of a file ``layers/<frame>.npz``, by name.

    Raises:
        UsageError: The file is missing or damaged, or holds an array that is no layer.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}. {_CHECK}') from None
    try:
        # Not from the path: numpy leaves a damaged file open.
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise UsageError(f'{path} is damaged: {error}. {_CHECK}') from None
    strange = [name for name in arrays if name not in get_args(LayerName)]
    if strange:
        raise UsageError(f'{path} holds {strange[0]!r}, which is none of {", ".join(LAYERS)}.')
    return {name: arrays[name] for name in LAYERS if name in arrays}
