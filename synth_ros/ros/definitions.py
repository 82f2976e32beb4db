"""Message types by name: the Python class, and the definition text that a bag carries."""

from __future__ import annotations

import importlib
import json
import re
import sys
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

from synth_ros.errors import RosError

_SEPARATOR = '=' * 80
_PRIMITIVES = frozenset(
    [
        'bool',
        'byte',
        'char',
        'float32',
        'float64',
        'int8',
        'uint8',
        'int16',
        'uint16',
        'int32',
        'uint32',
        'int64',
        'uint64',
        'string',
        'wstring',
    ]
)
_FIELD = re.compile(r'^\s*([A-Za-z][\w/]*)(?:<=\d+)?(?:\[[^\]]*\])?\s+[a-zA-Z]\w*')


def message_class(type_name: str) -> type:
    """The Python class of a type such as ``sensor_msgs/msg/Image``.

    Raises:
        RosError: If its package is not installed.
    """
    package, _, name = type_name.split('/')
    try:
        found: type = getattr(importlib.import_module(f'{package}.msg'), name)
    except (ImportError, AttributeError) as error:
        raise RosError(
            f'Message type {type_name} is not installed. Install the package {package}, or '
            'leave the topic out.'
        ) from error
    return found


def definition_text(type_name: str) -> str:
    """Definition of a type with all types it needs, as MCAP's ``ros2msg`` encoding wants it.

    Args:
        type_name: Such as ``sensor_msgs/msg/Image``.

    Raises:
        RosError: If a definition file is not installed.
    """
    texts: dict[str, str] = {}
    waiting = [_short(type_name)]
    while waiting:
        name = waiting.pop(0)
        if name in texts:
            continue
        texts[name] = _read(name)
        waiting += _needs(texts[name], package=name.split('/')[0])
    root, *others = texts
    parts = [texts[root]]
    parts += [f'{_SEPARATOR}\nMSG: {name}\n{texts[name]}' for name in others]
    return '\n'.join(part.rstrip('\n') for part in parts) + '\n'


def type_hash(type_name: str) -> str:
    """The ``RIHS01_...`` hash of a type, as publishers announce it.

    Args:
        type_name: Such as ``sensor_msgs/msg/Image``.

    Raises:
        RosError: Its type description is not installed.
    """
    package, _, kind = type_name.split('/')
    path = _share(package) / 'msg' / f'{kind}.json'
    try:
        listed = json.loads(path.read_bytes())['type_hashes']
        return next(str(e['hash_string']) for e in listed if e['type_name'] == type_name)
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise RosError(
            f'{path} does not tell the hash of {type_name} ({error!r}). Install the package '
            f'{package} anew, or leave the topic out.'
        ) from error


def _short(type_name: str) -> str:
    """``pkg/Type`` from ``pkg/msg/Type``."""
    parts = type_name.split('/')
    return f'{parts[0]}/{parts[-1]}'


def _read(name: str) -> str:
    package, kind = name.split('/')
    try:
        return (_share(package) / 'msg' / f'{kind}.msg').read_text(encoding='utf-8')
    except OSError as error:
        raise RosError(
            f'The definition of {name} is not installed ({error}). Install the package '
            f'{package}, or leave the topic out.'
        ) from error


def _share(package: str) -> Path:
    """The package's share folder: from the ament index, else from this Python environment."""
    try:
        return Path(get_package_share_directory(package))
    except (PackageNotFoundError, OSError):
        # ROS from wheels sets no AMENT_PREFIX_PATH; its prefix is the environment's own.
        return Path(sys.prefix) / 'share' / package


def _needs(text: str, *, package: str) -> list[str]:
    """Types that the fields of a definition refer to."""
    found = []
    for line in text.splitlines():
        match = _FIELD.match(line.split('#', 1)[0])
        if match is None or match[1] in _PRIMITIVES:
            continue
        found.append(match[1] if '/' in match[1] else f'{package}/{match[1]}')
    return [_short(name) for name in found]
