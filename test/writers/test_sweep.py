"""Killed at calls to the system, inside writes too, then resumed: the same bytes."""

import json
import sys
import tempfile
from pathlib import Path

import pytest
from processes import HELPERS, run
from sweep import SCENARIOS

SHARED_MEMORY = Path('/dev/shm')


@pytest.fixture
def quick_disk(tmp_path):
    """A folder in memory where the system has one: thousands of flushes take their time."""
    if not SHARED_MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        yield Path(folder)


def swept(name, folder, *, first, step):
    told = run([sys.executable, HELPERS / 'sweep.py'], name, folder, first, step)
    calls, wrong = json.loads(told.splitlines()[-1])
    assert calls > 30
    assert wrong == {}


@pytest.mark.parametrize(('name', 'first'), [('folder', 7), ('shards', 9), ('to-kitti', 11)])
def test_some_calls(quick_disk, name, first):
    swept(name, quick_disk, first=first, step=29)


@pytest.mark.slow
@pytest.mark.parametrize('name', SCENARIOS)
def test_every_kind_of_run(quick_disk, name):
    # Some of them: python test/writers/sweep.py NAME FOLDER 1 1 takes every call, and minutes.
    swept(name, quick_disk, first=3, step=13)
