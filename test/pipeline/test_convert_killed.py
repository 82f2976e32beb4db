"""Conversions by several processes, killed from outside."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import ENV
from sample_factory import INFO, PLAIN, make_episode, tree

from synth_ros.errors import OutputError
from synth_ros.pipeline import convert as converting
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.writers.coco import CocoWriter

EPISODES = 24
SCRIPT = """
import sys
from pathlib import Path
from synth_ros.pipeline.convert import ConvertRequest, convert
if __name__ == '__main__':
    source, out = map(Path, sys.argv[1:])
    convert(ConvertRequest(source, out, 'kitti', workers=2), lambda *_: None)
"""


def quiet(_done, _total):
    """Shows nothing."""


@pytest.fixture(scope='module')
def source(tmp_path_factory):
    root = tmp_path_factory.mktemp('source') / 'dataset'
    with CocoWriter(root, INFO, PLAIN) as writer:
        for episode in range(EPISODES):
            writer.write_episode(episode, make_episode(episode, size=(32, 24)))
    return root


def children(process):
    """Processes that a process started, resource trackers aside."""
    found = []
    for entry in Path('/proc').glob('[0-9]*'):
        try:
            parent = (entry / 'stat').read_text().rpartition(')')[2].split()[1]
            command = (entry / 'cmdline').read_text()
        except OSError:
            continue
        if parent == str(process.pid) and 'resource_tracker' not in command:
            found.append(int(entry.name))
    return found


def begun(process, out):
    """The workers, once some episodes are committed."""
    deadline = time.monotonic() + 60
    while len(list(out.glob('.synth_ros/episodes/*.json'))) < 2:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return children(process)


def ended(pid):
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] == 'Z'
    except OSError:
        return True


def test_workers_end_with_the_command_and_another_goes_on(source, tmp_path):
    script = tmp_path / 'script.py'
    script.write_text(SCRIPT)
    out = tmp_path / 'out'
    command = [sys.executable, str(script), str(source), str(out)]
    with subprocess.Popen(command, env=ENV) as process:
        workers = begun(process, out)
        assert len(workers) == 2
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while not all(map(ended, workers)):
        assert time.monotonic() < deadline, 'a worker outlives the command'
        time.sleep(0.05)
    told = convert(ConvertRequest(source, out, 'kitti', resume=True), quiet)
    assert 2 <= told.resumed < EPISODES
    convert(ConvertRequest(source, tmp_path / 'whole', 'kitti'), quiet)
    assert tree(out) == tree(tmp_path / 'whole')


def die(_request, _writer, _episodes):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_is_told_of(source, tmp_path, monkeypatch):
    monkeypatch.setattr(converting, '_work', die)
    request = ConvertRequest(source, tmp_path / 'out', 'kitti', workers=2)
    with pytest.raises(OutputError, match=r'ended without a word: it was killed.*--resume'):
        convert(request, quiet)
