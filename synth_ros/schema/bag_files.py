"""Names of the files of a rosbag2 recording, and their order."""

from __future__ import annotations

import re
from pathlib import Path

REPEATED = 'synth_ros_repeated'
"""Key in a bag's custom data: how many messages of latched topics stand in it once more."""

_NUMBER = re.compile(r'_(\d+)\.mcap$')


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


def _order(file: Path) -> tuple[int, str]:
    found = _NUMBER.search(file.name)
    return (int(found[1]) if found else -1, file.name)
