"""A merge that is killed at any moment goes on, and ends with the bytes of an undisturbed one."""

import signal
import time

import numpy as np
import pytest
from full_factory import FULL, full_episode
from processes import start
from sample_factory import PLAIN, tree

from synth_ros.pipeline.merge import MergeRequest, merge
from synth_ros.writers.coco import CocoWriter

pytestmark = pytest.mark.slow

SCRIPT = """
import sys
from pathlib import Path
from synth_ros.pipeline.merge import MergeRequest, merge
a, b, out = map(Path, sys.argv[1:])
print('go', flush=True)
merge(MergeRequest((a, b), out, resume=True))
"""


def test_killed_again_and_again(tmp_path):
    sources = []
    for name, seed in (('a', 1), ('b', 2)):
        sources.append(tmp_path / name)
        with CocoWriter(sources[-1], FULL._replace(seed=seed), PLAIN) as writer:
            for episode in range(6):
                writer.write_episode(episode, full_episode(episode))
    began = time.perf_counter()
    merge(MergeRequest(tuple(sources), tmp_path / 'whole' / 'm'))
    duration = time.perf_counter() - began
    out, killed = tmp_path / 'killed' / 'm', 0
    rng = np.random.default_rng(0)
    for _ in range(8):
        with start(SCRIPT, *sources, out) as process:
            assert process.stdout.readline() == 'go\n'
            time.sleep(rng.uniform(0, 0.4 * duration))
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
    made = merge(MergeRequest(tuple(sources), out, resume=True))
    assert killed > 3
    assert made.episodes == 12
    assert tree(out) == tree(tmp_path / 'whole' / 'm')
