"""Writes the built-in robots."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.make_assets.robot.humanoid.robot import robot as humanoid
from tools.make_assets.robot.manipulator.robot import robot as manipulator
from tools.make_assets.robot.mjcf import robot_files
from tools.make_assets.robot.rover.robot import robot as rover
from tools.make_assets.shapes.files import write_folder

_DEFAULT = Path('synth_ros/assets/robots')


def main() -> None:
    """Generates all folders anew."""
    parser = argparse.ArgumentParser(description='Generate the built-in robots.')
    parser.add_argument('--out', type=Path, default=_DEFAULT, help='folder that holds them')
    options = parser.parse_args()
    for robot in (manipulator(), humanoid(), rover()):
        folder = options.out / robot.name
        write_folder(robot_files(robot), folder)
        print(folder)


if __name__ == '__main__':
    main()
