"""Writes the built-in robot."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.make_assets.robot.mjcf import robot_files
from tools.make_assets.shapes.files import write_folder

_DEFAULT = Path('synth_ros/assets/robots/mobile_manipulator')


def main() -> None:
    """Generates the whole folder anew."""
    parser = argparse.ArgumentParser(description='Generate the built-in robot.')
    parser.add_argument('--out', type=Path, default=_DEFAULT, help='folder to write')
    options = parser.parse_args()
    write_folder(robot_files(), options.out)
    print(options.out)


if __name__ == '__main__':
    main()
