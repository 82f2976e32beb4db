"""Reads the text of a config file."""

from __future__ import annotations

from pathlib import Path

from synth_ros.config.problems import nearest
from synth_ros.errors import ConfigError

_MAX_BYTES = 1_000_000


def read_text(path: Path) -> str:
    """Read a text file whole.

    Args:
        path: The file.

    Raises:
        ConfigError: If it is missing, a folder, unreadable, too large, or not UTF-8.
    """
    try:
        with path.open('rb') as file:
            data = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError([_missing(path)]) from None
    except IsADirectoryError:
        found = ', '.join(_configs_in(path)) or 'none'
        message = f'{path}: expects a file, got a folder; YAML files in it: {found}'
        raise ConfigError([message]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, 'strerror', None) or str(error)
        raise ConfigError([f'{path}: cannot be read: {reason}']) from None
    if len(data) > _MAX_BYTES:
        message = f'{path}: is larger than {_MAX_BYTES} bytes; is this a config file?'
        raise ConfigError([message])
    try:
        return data.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        line = data.count(b'\n', 0, error.start) + 1
        byte = data[error.start]
        message = f'the byte 0x{byte:02X} is not UTF-8 text; save the file as UTF-8'
        raise ConfigError([f'{path}:{line}: {message}']) from None


def _missing(path: Path) -> str:
    if not path.parent.is_dir():
        return f'{path}: there is no such file, and no folder {path.parent}'
    configs = _configs_in(path.parent)
    near = nearest(path.name, configs)
    guess = f' Did you mean "{near}"?' if near else ''
    listed = ', '.join(configs) or 'none'
    return f'{path}: there is no such file.{guess} YAML files in its folder: {listed}'


def _configs_in(folder: Path) -> list[str]:
    """Names of the YAML files in a folder, sorted."""
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []
    return [name for name in names if name.endswith(('.yaml', '.yml'))][:20]
