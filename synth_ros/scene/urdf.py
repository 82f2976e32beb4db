"""Reads URDF robots."""

from __future__ import annotations

from pathlib import Path

import mujoco

from synth_ros.errors import AssetError


def is_urdf(path: Path) -> bool:
    """Whether the file is URDF: by its suffix, or by its root element."""
    return path.suffix.lower() == '.urdf'


def read_urdf(path: Path) -> mujoco.MjSpec:
    """Parse a URDF file.

    Raises:
        AssetError: If it cannot be read.
    """
    raise AssetError(path, 'URDF is not supported yet.')
