"""Cloth, a cable and a tendon of an environment: labelled as what they are."""

from __future__ import annotations

from contextlib import closing
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from synth_ros.config.load import load_config
from synth_ros.pipeline.capture import capture
from synth_ros.pipeline.generate import GenerateRequest, generate, open_stage
from synth_ros.pipeline.oracle import ConfigOracle
from synth_ros.readers.recording_dataset import DatasetRecording
from synth_ros.scene.build import SceneBuilder
from synth_ros.types import Thing

_SOFT = """
<flexcomp name="curtain_1" type="grid" dim="2" count="5 5 1" spacing=".12 .12 .06" mass=".2"
    pos="1.2 0 1" euler="0 90 0" radius=".004" rgba=".8 .2 .2 1">
  <pin gridrange="0 0 4 4"/><contact contype="0" conaffinity="0"/>
</flexcomp>
<flexcomp name="cable" type="grid" dim="1" count="5 1 1" spacing=".12 .05 .05" mass=".1"
    pos=".72 .1 .95" euler="0 0 70" radius=".015" rgba=".2 .2 .8 1">
  <pin id="0 1 2 3 4"/><contact contype="0" conaffinity="0"/>
</flexcomp>
<site name="t0" pos=".7 -.4 1"/><site name="t1" pos=".9 .4 1.05"/>
</worldbody>
<tendon><spatial name="line" width=".01"><site site="t0"/><site site="t1"/></spatial></tendon>
"""
LINES = {
    'environment: {model:': "environment: {model: 'soft.xml'} #",
    'backend: classic': 'backend: onepass',
    'episodes: 3': 'episodes: 1',
    'rgb_noise: 2.0, depth_noise_m: 0.001, depth_dropout: 0.01': 'rgb_noise: 0.0',
    'seed: 11': 'seed: 11\nlabels: {everything: true}',
}


@pytest.fixture
def soft_config(write_config, tmp_path: Path):
    """Writes the config of an environment with soft things."""

    def write(**replace: str) -> Path:
        folder = files('synth_ros') / 'assets/environments/table'
        (source,) = [item for item in folder.iterdir() if item.name.endswith('.xml')]
        (tmp_path / 'soft.xml').write_text(source.read_text().replace('</worldbody>', _SOFT))
        return write_config(**{**LINES, **replace})

    return write


def open_view(config: Path):
    loaded = load_config(config)
    return loaded, open_stage(loaded, SceneBuilder(loaded), seed=loaded.config.seed)


def test_soft_surfaces_belong_to_the_environment(soft_config) -> None:
    loaded = load_config(soft_config())
    builder = SceneBuilder(loaded)
    loaded, stage = open_view(soft_config())
    with closing(stage.renderer):
        world = stage.open(0).world
    geometry, count = world.scene.geometry, world.scene.model.ngeom
    soft = geometry.surfaces[count:]
    assert [surface.shape for surface in soft] == ['soft'] * 3
    things = [geometry.things[surface.thing] for surface in soft]
    assert things == [Thing('environment', name) for name in ('curtain_1', 'cable', 'line')]
    names = {category.class_id: category.name for category in builder.categories}
    assert [names[surface.stuff_id] for surface in soft] == ['curtain', 'cable', 'line']
    assert len(world.state().world_from_geom) == count + 3


def test_soft_surfaces_of_a_robot_belong_to_its_links(soft_config, tmp_path: Path) -> None:
    config = soft_config()
    robot = (tmp_path / 'bot.xml').read_text()
    sleeve = (
        '<deformable><skin name="sleeve" vertex="0 .2 0 .1 .2 0 0 .2 .2" face="0 1 2">'
        '<bone body="head_link" bindpos="0 0 0" bindquat="1 0 0 0" vertid="0 1 2"'
        ' vertweight="1 1 1"/></skin></deformable>'
    )
    (tmp_path / 'bot.xml').write_text(robot.replace('</mujoco>', f'{sleeve}</mujoco>'))
    loaded, stage = open_view(config)
    categories = {item.class_id: item.name for item in SceneBuilder(loaded).categories}
    with closing(stage.renderer):
        world = stage.open(0).world
    geometry = world.scene.geometry
    found = {}
    for surface in geometry.surfaces[world.scene.model.ngeom :]:
        thing = geometry.things[surface.thing]
        part = next((p.name for p in geometry.parts if p.part_id == surface.part_id), '')
        found[thing, part] = categories[surface.stuff_id]
    assert found == {
        (Thing('environment', 'curtain_1'), ''): 'curtain',
        (Thing('environment', 'cable'), ''): 'cable',
        (Thing('environment', 'line'), ''): 'line',
        (Thing('robot', 'head_link'), 'head_link'): 'robot',
    }


def test_frames_show_and_label_them(soft_config) -> None:
    _, stage = open_view(soft_config())
    with closing(stage.renderer):
        episode = stage.open(0)
        episode.find_view(0)
        world = episode.world
        frames = [capture(world, stage.renderer, part) for part in world.scene.cameras]
    count = world.scene.model.ngeom
    assert {count, count + 1} <= {int(k) for frame in frames for k in np.unique(frame.geom_id)}
    for frame in frames:
        assert frame.geom_id is not None
        assert (frame.instance_id[frame.geom_id >= count] == 0).all()
        assert ((frame.geom_id >= 0) == (frame.depth_m > 0)).all()


def test_they_can_be_left_out(soft_config) -> None:
    config = soft_config(**{'backend: classic': 'backend: onepass, deformables: [tendon]'})
    _, stage = open_view(config)
    with closing(stage.renderer):
        episode = stage.open(0)
        episode.find_view(0)
        world = episode.world
        surfaces = world.scene.geometry.surfaces[world.scene.model.ngeom :]
        frames = [capture(world, stage.renderer, part) for part in world.scene.cameras]
    assert [surface.drawn for surface in surfaces] == [False, False, True]
    shown = {int(k) for frame in frames for k in np.unique(frame.geom_id)}
    assert shown.isdisjoint({world.scene.model.ngeom, world.scene.model.ngeom + 1})


@pytest.mark.slow
@pytest.mark.parametrize('backend', ['classic', 'onepass'])
def test_rays_meet_what_a_dataset_shows(soft_config, tmp_path: Path, backend: str) -> None:
    config = soft_config(**{'backend: classic': f'backend: {backend}'})
    generate(GenerateRequest(config, tmp_path / 'dataset'), lambda progress: None)
    loaded, stage = open_view(config)
    with closing(stage.renderer):
        oracle = ConfigOracle(loaded, SceneBuilder(loaded), stage=stage)
        recording = DatasetRecording(tmp_path / 'dataset')
        for key in recording.frames[:2]:
            frame = recording.read(key)
            scene = oracle.scene(frame)
            v, u = (a.ravel() for a in np.mgrid[0 : frame.rgb.shape[0], 0 : frame.rgb.shape[1]])
            met = scene.rays(u, v)
            named = np.array(met.names)[met.name_index]
            assert np.isin(named, ['environment curtain_1', 'environment cable']).sum() > 50
            differ = met.instance_id != frame.instance_id[v, u]
            assert differ.mean() < 0.01
            assert scene.undecided(u[differ], v[differ]).all()
            normals = frame.layers.normals
            assert normals is not None
            cosine = np.sum(normals[v, u] * met.normals, axis=1)[met.hit]
            assert np.mean(cosine > 0.999) > 0.97
