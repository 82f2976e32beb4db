"""A file that cannot be written is an error, and who writes never waits for it."""

from pathlib import Path

import pytest

from synth_ros.errors import OutputError
from synth_ros.view.drain import Drain

MEGABYTES = 3


def pour(entrance):
    """Write more than a pipe holds, as the library does: it opens a path."""
    with entrance.open('wb', buffering=0) as pipe:
        for _ in range(MEGABYTES):
            pipe.write(bytes(1 << 20))


def test_everything_reaches_the_file(tmp_path):
    path = tmp_path / 'file'
    before = set(Path('/dev/fd').iterdir())
    with Drain(path) as drain:
        pour(drain.entrance)
        drain.shut()
        drain.finish()
    assert path.stat().st_size == MEGABYTES << 20
    assert set(Path('/dev/fd').iterdir()) == before


def test_a_full_disk_is_told_and_the_pipe_is_emptied_all_the_same():
    with Drain(Path('/dev/full')) as drain:
        pour(drain.entrance)
        drain.shut()
        with pytest.raises(OutputError, match='Cannot write in /dev: No space left on device'):
            drain.finish()
        with pytest.raises(OutputError, match='No space left'):
            drain.check()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OutputError, match=r'Cannot write in .*nowhere: No such file'):
        Drain(tmp_path / 'nowhere' / 'file')
