"""What every test run needs before anything is imported."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# What tests of several folders share, importable under every import mode of pytest.
sys.path.append(str(HERE / 'helpers'))


def ros_domain_id() -> int:
    """A ROS domain for this test process: 1 to 100, different for each xdist worker."""
    worker = os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw')
    run = os.getppid() if 'PYTEST_XDIST_WORKER' in os.environ else os.getpid()
    return 1 + (run + int(worker)) % 100


# Nodes of one test process, and those it starts, must not hear those of another.
os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
os.environ['ROS_DOMAIN_ID'] = str(ros_domain_id())
# Rendering without a display; one software rasteriser thread for each test process.
os.environ.setdefault('MUJOCO_GL', 'egl')
os.environ.setdefault('PYOPENGL_PLATFORM', 'egl')
os.environ.setdefault('LP_NUM_THREADS', '1')


# Tests there start several processes that find and time each other.
_PROCESSES = (HERE / 'ros', HERE / 'pipeline' / 'cluster')


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run long tests first, so that no worker ends with one while the other idles.

    What a busy machine did to processes once is no fault; a second time in a row it is.
    """
    items.sort(key=lambda item: item.get_closest_marker('slow') is None)
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in _PROCESSES):
            item.add_marker(pytest.mark.flaky(reruns=1))
