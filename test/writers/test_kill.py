"""Killed at any moment, then resumed: the dataset is the same, byte for byte."""

import json
import signal
import sys
import time

import numpy as np
import pytest
from full_factory import FULL, full_episode
from processes import run, start
from sample_factory import PLAIN, tree

from synth_ros.config.output import DatasetConfig
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.coco_files import DENSE_FOLDERS, IMAGE_FOLDERS

EPISODES = range(12)
SCRIPT = """
import sys
from pathlib import Path
from full_factory import FULL, full_episode
from synth_ros.config.output import DatasetConfig
from synth_ros.writers.coco import CocoWriter
options = DatasetConfig.model_validate_json(sys.argv[2])
episodes = [(e, full_episode(e)) for e in range(12)]
print('go', flush=True)
with CocoWriter(Path(sys.argv[1]), FULL, options, resume=True) as writer:
    for episode, samples in episodes:
        if episode not in writer.committed_episodes():
            writer.write_episode(episode, samples)
"""


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    """The files of an undisturbed run, and how long it took after its start."""
    root = tmp_path_factory.mktemp('kill') / 'whole'
    start = time.perf_counter()
    finish(root)
    return tree(root), time.perf_counter() - start


def finish(root, options=PLAIN):
    with CocoWriter(root, FULL, options, resume=True) as writer:
        for episode in EPISODES:
            if episode not in writer.committed_episodes():
                writer.write_episode(episode, full_episode(episode))


def kill_after(root, delay_s, options=PLAIN):
    """Start a run, kill it, and tell whether it was still at work."""
    with start(SCRIPT, root, options.model_dump_json()) as process:
        assert process.stdout.readline() == 'go\n'
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


def check_promises(root):
    """What is announced is whole, before anything is repaired."""
    for marker in (root / 'episodes').glob('[0-9]*.json'):
        for file in json.loads(marker.read_text())['files']:
            assert (root / file['path']).stat().st_size == file['size']


def check_folders(root):
    """The same by what an episode must have, whatever its marker lists."""
    for marker in (root / 'episodes').glob('[0-9]*.json'):
        stem = marker.stem
        for folder in (*IMAGE_FOLDERS, *DENSE_FOLDERS):
            assert len(list((root / folder).glob(f'{stem}_*'))) == 4
        assert (root / f'provenance/{stem}.json').is_file()
        assert len((root / f'labels/{stem}.jsonl').read_text().splitlines()) == 4


@pytest.mark.parametrize('seed', range(3))
def test_three_kills_then_resume(whole, tmp_path, seed):
    files, duration_s = whole
    root = tmp_path / 'dataset'
    rng = np.random.default_rng(seed)
    for _ in range(3):
        kill_after(root, rng.uniform(0, duration_s / 3))
        check_promises(root)
        check_folders(root)
    finish(root)
    assert tree(root) == files


KINDS = {
    'shards': DatasetConfig(container='shards'),
    'formats': DatasetConfig(formats=('kitti', 'yolo-segment')),
}


@pytest.fixture(scope='module')
def wholes(tmp_path_factory):
    """The files of undisturbed runs of other kinds."""
    root = tmp_path_factory.mktemp('kill')
    for name, options in KINDS.items():
        finish(root / name, options)
    return {name: tree(root / name) for name in KINDS}


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize(
    'seed', [0, *(pytest.param(s, marks=pytest.mark.slow) for s in range(1, 34))]
)
def test_kills_of_other_kinds_then_resume(whole, wholes, tmp_path, seed, kind):
    root, options = tmp_path / 'dataset', KINDS[kind]
    rng = np.random.default_rng([seed, len(kind)])
    for _ in range(3):
        kill_after(root, rng.uniform(0, whole[1] / 3), options)
        check_promises(root)
    finish(root, options)
    assert tree(root) == wholes[kind]


@pytest.mark.slow
@pytest.mark.parametrize('seed', range(100, 132))
def test_many_kills_then_resume(whole, tmp_path, seed):
    test_three_kills_then_resume(whole, tmp_path, seed)


def test_a_kill_really_interrupts(whole, tmp_path):
    assert kill_after(tmp_path / 'dataset', 0.01)
    finish(tmp_path / 'dataset')
    assert tree(tmp_path / 'dataset') == whole[0]


WORKERS = """
import sys
from multiprocessing import get_context
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from full_factory import FULL, full_episode
from sample_factory import PLAIN
from synth_ros.writers.coco import CocoWriter

def work(writer, episodes):
    for episode in episodes:
        writer.write_episode(episode, full_episode(episode))

if __name__ == '__main__':
    with CocoWriter(Path(sys.argv[1]), FULL, PLAIN) as writer:
        with ProcessPoolExecutor(3, mp_context=get_context('spawn')) as pool:
            jobs = [pool.submit(work, writer.episodes, range(n, 12, 3)) for n in range(3)]
            for job in jobs:
                job.result()
"""


def test_workers_give_the_same_bytes(whole, tmp_path):
    script = tmp_path / 'workers.py'
    script.write_text(WORKERS)
    run([sys.executable, script], tmp_path / 'dataset')
    assert tree(tmp_path / 'dataset') == whole[0]
