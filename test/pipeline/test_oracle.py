"""The scene of a recorded frame, built again: refusals, outlines, and frames rendered again."""

import json
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from synth_ros.config.load import load_config
from synth_ros.errors import UsageError
from synth_ros.pipeline.generate import GenerateRequest, generate, open_stage
from synth_ros.pipeline.oracle import ConfigOracle, check_config
from synth_ros.readers.recording_dataset import DatasetRecording
from synth_ros.scene.build import SceneBuilder


@pytest.fixture
def made(write_config, tmp_path):
    """Config, recording and oracle of a small dataset."""
    config = write_config(**{'episodes: 3': 'episodes: 1'})
    generate(GenerateRequest(config, tmp_path / 'dataset'), lambda progress: None)
    loaded = load_config(config)
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=loaded.config.seed)
    with closing(stage.renderer):
        yield (
            loaded,
            DatasetRecording(tmp_path / 'dataset'),
            ConfigOracle(loaded, builder, stage=stage),
        )


def test_every_view_again_in_any_order(made):
    _, recording, oracle = made
    for key in [recording.frames[-1], *recording.frames, recording.frames[0]]:
        frame = recording.read(key)
        again = oracle.scene(frame).again()
        assert (again.rgb == frame.rgb).all()
        assert (again.instance_id == frame.instance_id).all()
        assert np.abs(again.depth_m - frame.depth_m).max() <= 0.00051
        pixels = np.bincount(frame.instance_id.ravel())
        assert {k: v for k, (v, _) in again.extents.items()} == {
            k: int(n) for k, n in enumerate(pixels) if k and n
        }


def test_rays_meet_what_is_drawn(made):
    _, recording, oracle = made
    frame = recording.read(recording.frames[0])
    scene = oracle.scene(frame)
    v, u = (values.ravel() for values in np.mgrid[0 : frame.rgb.shape[0], 0 : frame.rgb.shape[1]])
    met = scene.rays(u, v)
    differ = met.instance_id != frame.instance_id[v, u]
    assert differ.mean() < 0.01
    assert scene.undecided(u[differ], v[differ]).all()
    decided = scene.undecided(u[::97], v[::97])
    assert decided.mean() < 0.2


def test_an_object_alone_hides_nothing(made):
    _, recording, oracle = made
    frame = recording.read(recording.frames[0])
    scene = oracle.scene(frame)
    v, u = (values.ravel() for values in np.mgrid[0 : frame.rgb.shape[0], 0 : frame.rgb.shape[1]])
    together = scene.rays(u, v)
    for label in frame.record.labels:
        alone = scene.rays(u, v, only=label.instance_id)
        assert set(np.unique(alone.instance_id)) == {0, label.instance_id}
        assert (alone.instance_id[together.instance_id == label.instance_id] != 0).all()
    assert (scene.rays(u, v).instance_id == together.instance_id).all()


def test_objects_stand_where_the_record_says(made):
    _, recording, oracle = made
    frame = recording.read(recording.frames[0])
    label = max(frame.record.labels, key=lambda label: label.pixels_visible)
    x0, y0, x1, y1 = label.box
    u, v = np.array([(x0 + x1) // 2]), np.array([(y0 + y1) // 2])
    assert oracle.scene(frame).rays(u, v).instance_id[0] == label.instance_id
    moved = tuple(
        item.model_copy(
            update={
                'world_from_object': tuple(
                    (*row[:3], row[3] + 5.0) for row in item.world_from_object[:3]
                )
                + item.world_from_object[3:]
            }
        )
        if item.instance_id == label.instance_id
        else item
        for item in frame.record.instances
    )
    elsewhere = replace(frame, record=frame.record.model_copy(update={'instances': moved}))
    assert oracle.scene(elsewhere).rays(u, v).instance_id[0] != label.instance_id


def test_another_renderer_is_told(made):
    _, recording, oracle = made
    frame = recording.read(recording.frames[0])
    stored = json.loads(frame.provenance_json)
    stored['renderer'] = 'filament'
    scene = oracle.scene(replace(frame, provenance_json=json.dumps(stored)))
    assert scene.again() is None
    assert oracle.notes == [
        'Nothing was rendered again: filament made the recording, and classic renders here.'
    ]


@pytest.mark.parametrize('text', ['', '{}', '{"scene": 3}', '[1]'])
def test_provenance_that_tells_nothing(made, text):
    _, recording, oracle = made
    frame = replace(recording.read(recording.frames[0]), provenance_json=text)
    with pytest.raises(UsageError, match='does not tell how it was made'):
        oracle.scene(frame)


def test_another_config_is_refused(made):
    loaded, recording, oracle = made
    check_config(recording, loaded)
    frame = recording.read(recording.frames[0])
    stored = json.loads(frame.provenance_json)
    stored['config_hash'] = '1234'
    with pytest.raises(UsageError, match='made with another config: its hash is 1234'):
        oracle.scene(replace(frame, provenance_json=json.dumps(stored)))
    recording.config_hash = '1234'
    with pytest.raises(UsageError, match=r'made with another config than .*config\.yaml'):
        check_config(recording, loaded)
