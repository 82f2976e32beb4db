"""Memory stays flat over episodes."""

import os
from pathlib import Path

import pytest

from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import open_stage
from synth_ros.scene.build import SceneBuilder


def resident_mb() -> float:
    pages = int(Path('/proc/self/statm').read_text(encoding='ascii').split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 1e6


@pytest.mark.slow
def test_memory_is_flat_over_episodes(write_config):
    loaded = load_config(write_config())
    stage = open_stage(loaded, SceneBuilder(loaded), seed=0)
    used = []
    for number in range(60):
        stage.open(number).samples(0)
        used.append(resident_mb())
    stage.renderer.close()
    # The first episodes fill caches; a leak of one small model would be 1 MB an episode.
    assert max(used[40:]) - max(used[10:30]) < 12
