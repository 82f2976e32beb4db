"""Names of the files of a rosbag2 recording, and their order."""

from __future__ import annotations

import re
from pathlib import Path

REPEATED = 'synth_ros_repeated'
"""Key in a bag's custom data: how many messages of latched topics stand in it once more."""

LOSS = 'synth_ros_loss'
"""Key in a bag's custom data: the proof that it is complete, by topic."""

_NUMBER = re.compile(r'_(\d+)\.(?:mcap|db3)(?:\.zstd)?$')
# As rosbag2 names files: its own MCAP first, whole before compressed.
_ENDINGS = ('.mcap', '.mcap.zstd', '.db3', '.db3.zstd')


def mcap_name(bag: Path, number: int = 0) -> str:
    """Name of one of a bag's files, as rosbag2 names them.

    Args:
        bag: The bag's folder.
        number: Of the file, from 0.
    """
    return f'{bag.name}_{number}.mcap'


def mcap_files(bag: Path) -> list[Path]:
    """The MCAP files of a bag in the order of recording: the tenth comes after the ninth."""
    return sorted(bag.glob('*.mcap'), key=_order)


def storage_files(bag: Path) -> list[Path]:
    """The files of a bag of any program, in the order of recording; of one storage alone.

    Args:
        bag: The bag's folder.
    """
    found: dict[str, Path] = {}
    for ending in _ENDINGS:
        if ending == '.db3' and found:
            break
        for path in bag.glob(f'*{ending}'):
            # A file may lie beside what it was compressed to.
            found.setdefault(path.name.removesuffix('.zstd'), path)
    return sorted(found.values(), key=_order)


def _order(file: Path) -> tuple[int, str]:
    found = _NUMBER.search(file.name)
    return (int(found[1]) if found else -1, file.name)
