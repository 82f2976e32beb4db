"""Memory stays flat over episodes."""

import gc
import os
import weakref
from contextlib import closing
from pathlib import Path

import pytest

from synth_ros.config.load import load_config
from synth_ros.pipeline.demand import EVERYTHING, Wanted
from synth_ros.pipeline.generate import (
    GenerateRequest,
    dataset_info,
    dataset_options,
    make_plan,
    open_stage,
)
from synth_ros.pipeline.live import LiveSession, ScenePlan
from synth_ros.pipeline.overlap import from_list
from synth_ros.pipeline.produce import produce
from synth_ros.scene.build import SceneBuilder
from synth_ros.writers.coco import CocoWriter


def resident_mb() -> float:
    pages = int(Path('/proc/self/statm').read_text(encoding='ascii').split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 1e6


@pytest.mark.slow
def test_memory_is_flat_over_episodes_whose_steps_overlap(write_config, tmp_path):
    loaded = load_config(write_config())
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=0)
    plan = make_plan(GenerateRequest(loaded.path, tmp_path / 'out', views=4), loaded)
    info = dataset_info(loaded, builder, seed=0, renderer=stage.renderer.name)
    used = []
    with (
        closing(stage.renderer),
        CocoWriter(tmp_path / 'out', info, dataset_options(plan, loaded)) as writer,
    ):
        produce(
            stage,
            writer.episodes,
            plan=plan,
            take=from_list(range(60)),
            report=lambda _: used.append(resident_mb()),
        )
    assert len(used) == 60
    assert max(used[40:]) - max(used[10:30]) < 12


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


@pytest.mark.parametrize('parts', [EVERYTHING, frozenset(['color']), frozenset()])
def test_no_scene_waits_for_the_collector_of_cycles(write_config, parts):
    """Their models are of tens of megabytes, and cycles are looked for tens of scenes later."""
    loaded = load_config(write_config())
    stage = open_stage(loaded, SceneBuilder(loaded), seed=0)
    stage.wanted = Wanted(lambda _camera: parts)
    with closing(stage.renderer):
        gc.collect()
        gc.disable()
        try:
            session = LiveSession(stage, plan=ScenePlan(0, period_s=0.1))
            scenes = []
            while session.episode < 3:
                scene = session.world.scene
                if not scenes or scenes[-1]() is not scene:
                    scenes.append(weakref.ref(scene))
                del scene
                session.advance()
            left = [number for number, scene in enumerate(scenes) if scene() is not None]
        finally:
            gc.enable()
    # The one before has frames on their way.
    assert len(scenes) >= 3
    assert 0 not in left
