"""A dataset drawn with numpy, and the helpers that draw it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / 'writers'))


@pytest.fixture(scope='session')
def dataset(tmp_path_factory):
    """Four episodes of two views and two cameras, every annotation switched on."""
    from full_factory import FULL, full_episode
    from sample_factory import PLAIN

    from synth_ros.writers.coco import CocoWriter

    root = tmp_path_factory.mktemp('jetson') / 'dataset'
    with CocoWriter(root, FULL, PLAIN) as writer:
        for episode in range(4):
            writer.write_episode(episode, full_episode(episode))
    return root
