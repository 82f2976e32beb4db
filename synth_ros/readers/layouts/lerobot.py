"""LeRobot: ``meta/info.json`` in a folder, or in a folder for each split."""

from __future__ import annotations

from pathlib import Path

from synth_ros.readers.layouts.folders import folders_in, is_file


def find_roots(root: Path) -> list[Path]:
    """Folders of data sets: the root, or those in it."""
    return [
        folder for folder in (root, *folders_in(root)) if is_file(folder / 'meta' / 'info.json')
    ]
