"""Configs that ship with the package."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

from synth_ros.errors import NotFoundError


def builtin_config(name: str) -> Path:
    """Path of a shipped config.

    Args:
        name: File name without ``.yaml``, such as ``tabletop``.

    Raises:
        NotFoundError: If there is none of this name.
    """
    folder = Path(str(importlib.resources.files('synth_ros') / 'assets' / 'configs'))
    path = folder / f'{name}.yaml'
    if not path.is_file():
        names = [file.stem for file in sorted(folder.glob('*.yaml'))]
        raise NotFoundError('built-in config', name, available=names)
    return path
