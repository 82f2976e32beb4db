"""What is wrong with a damaged file of ours, in words, and what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pydantic import ValidationError

from synth_ros.errors import UsageError
from synth_ros.readers.coco_entries import FORMAT

_FORMAT = re.compile(rb'"format"\s*:\s*"([^"]{1,40})"')
_VERSION = re.compile(rb'"version"\s*:\s*"([^"]{1,20})"')
_HEAD = 4000
_CUT = re.compile(rb'[}\]]\s*\Z')


def index_error(path: Path, data: bytes, error: ValidationError | None = None) -> UsageError:
    """Why an index cannot be used: of another version, cut, or with a wrong record.

    Args:
        path: The index.
        data: Its bytes.
        error: What pydantic says; none if its format alone is wrong.
    """
    found = _FORMAT.search(data[:_HEAD])
    if found is not None and found[1] != FORMAT.encode():
        return _of_other_version(path, found[1], data)
    assert error is not None
    first = error.errors(include_url=False)[0]
    place = '.'.join(str(part) for part in first['loc'])
    if not place:
        reason = 'was cut' if _CUT.search(data) is None else 'is damaged'
        return UsageError(
            f'{path} {reason}: {first["msg"]}. Compose it again: remove it and go on with '
            'synth-ros generate ... --resume; committed episodes stay as they are.'
        )
    return UsageError(
        f'{path} is not a valid synth_ros dataset ({error.error_count()} problems). '
        f'The first, at {place}: {first["msg"]}. See all: synth-ros validate {path.parent}'
    )


def reason_of(error: Exception) -> str:
    """What went wrong while a small JSON file was read, as a clause."""
    if isinstance(error, json.JSONDecodeError):
        return f'it is cut or damaged in line {error.lineno}'
    if isinstance(error, OSError):
        return f'it cannot be read: {error.strerror}'
    if isinstance(error, KeyError):
        return f'it has no {error}'
    return str(error)


def _of_other_version(path: Path, found: bytes, data: bytes) -> UsageError:
    by = _VERSION.search(data[:_HEAD])
    version = f', written by version {by[1].decode(errors="replace")},' if by else ''
    return UsageError(
        f'{path}{version} has the format {found.decode(errors="replace")!r}, expected {FORMAT!r}. '
        'Generate the dataset again with this version, or read it with the one that wrote it.'
    )
