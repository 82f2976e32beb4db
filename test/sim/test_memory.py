"""Freed image memory serves the next frame."""

import gc
import subprocess
import sys
import weakref

import pytest

from synth_ros.sim.memory import spared_past

SCRIPT = """
import platform, resource, sys
import numpy as np
from synth_ros.sim.memory import keep_free_memory, spared_past

if sys.argv[1] == 'kept':
    keep_free_memory()


def frame():
    # Images of a frame with all labels, larger together than glibc keeps by itself.
    return [np.ones((480, 640, 3), np.float32) for _ in range(8)]


for _ in range(3):
    frame()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    frame()
print(platform.libc_ver()[0], resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _faults(how):
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT, how], capture_output=True, text=True, check=True
    )
    libc, faults = done.stdout.split()
    return libc, int(faults)


def test_frames_take_no_new_pages():
    libc, kept = _faults('kept')
    if libc != 'glibc':
        pytest.skip('Only glibc can be told to keep memory.')

    # 5 frames of 29 MB are 36 000 pages.
    assert kept < 1000
    assert _faults('given back')[1] > 10 * max(kept, 1)


def test_what_was_there_is_spared_by_the_collector_of_cycles():
    class Node:
        pass

    def cycle(gone):
        node = Node()
        node.itself = node
        weakref.finalize(node, gone.append, 'gone')

    old, new = [], []
    cycle(old)
    with spared_past():
        cycle(new)
        gc.collect()
        assert (old, new) == ([], ['gone'])
    gc.collect()
    assert old == ['gone']
