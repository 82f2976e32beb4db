"""Writes the built-in picking cell, shelf aisle and conveyor."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.make_assets.halls import aisle, bin_cell, conveyor
from tools.make_assets.shapes.files import write_folder
from tools.make_assets.shapes.scene import scene_files

_DEFAULT = Path('synth_ros/assets/environments')


def main() -> None:
    """Generates their folders anew."""
    parser = argparse.ArgumentParser(description='Generate the built-in halls.')
    parser.add_argument('--out', type=Path, default=_DEFAULT, help='folder that holds them')
    options = parser.parse_args()
    for environment in (bin_cell.environment(), aisle.environment(), conveyor.environment()):
        folder = options.out / environment.name
        write_folder(scene_files(environment), folder)
        print(folder)


if __name__ == '__main__':
    main()
