"""Writes the built-in room."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.make_assets.room.mjcf import room_files
from tools.make_assets.shapes.files import write_folder

_DEFAULT = Path('synth_ros/assets/environments/tabletop_room')


def main() -> None:
    """Generates the whole folder anew."""
    parser = argparse.ArgumentParser(description='Generate the built-in room.')
    parser.add_argument('--out', type=Path, default=_DEFAULT, help='folder to write')
    options = parser.parse_args()
    write_folder(room_files(), options.out)
    print(options.out)


if __name__ == '__main__':
    main()
