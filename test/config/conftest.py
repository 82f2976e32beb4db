from pathlib import Path

import pytest

from synth_ros.config.packaged import Builtins


@pytest.fixture(scope='session')
def builtins():
    """What is built in, so that messages do not change with the package's assets."""
    return Builtins(
        robots=('mobile_manipulator', 'table_arm'),
        environments=('tabletop_room', 'table'),
        objects=('bowl', 'can', 'mug'),
    )


@pytest.fixture(scope='session')
def folder(tmp_path_factory) -> Path:
    """The folder of a config, with a few files that it may name."""
    path = tmp_path_factory.mktemp('config')
    (path / 'folder.xml').mkdir()
    (path / 'robot.urdf').touch()
    (path / 'thing.obj').touch()
    return path
