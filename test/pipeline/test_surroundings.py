"""Sky, backdrop and exposure in whole frames: never labelled, and functions of their numbers."""

import json

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from synth_ros.cli.main import app
from synth_ros.pipeline.generate import GenerateRequest, generate

KEYS = (
    "environment: {model: 'builtin://table', backdrop: {folder: pictures, distance_m: 0.9}, "
    'sky: {gradient: {}}, image_light: {source: sky}, exposure_ev: [-1, 1]}'
)


@pytest.fixture
def rich(tmp_path):
    (tmp_path / 'pictures').mkdir()
    rng = np.random.default_rng(2)
    picture = np.kron(rng.integers(0, 255, (6, 9, 3), np.uint8), np.ones((8, 8, 1), np.uint8))
    Image.fromarray(picture).save(tmp_path / 'pictures' / 'wall.png')
    return {"environment: {model: 'builtin://table'}": KEYS}


def test_a_backdrop_is_never_labelled(open_config, rich):
    labels = 'labels: {panoptic: true, parts: true, occluders: true}\nrender:'
    stage = open_config(**rich, **{'render:': labels})
    episode = stage.open(0)
    model = episode.world.scene.model
    board = model.geom('backdrop').id
    seen = 0
    for sample in episode.samples(0):
        own = sample.frame.geom_id == board
        seen += int(own.sum())
        assert (sample.frame.depth_m[own] > 0).all()
        assert not sample.frame.instance_id[own].any()
        assert not sample.labels.dense.panoptic.segment_id[own].any()
        assert not sample.labels.dense.part_id[own].any()
    assert seen > 100


def test_exposure_is_of_the_view_and_seen_in_the_picture(open_config, rich):
    stage = open_config(**rich)
    episode = stage.open(0)
    drawn = {}
    for view in (1, 0, 2):
        sample = episode.samples(view, views=3)[1]
        record = json.loads(sample.provenance_json)
        drawn[view] = (record['view']['exposure_ev'], float(sample.frame.rgb.mean()))
    again = stage.open(0)
    assert again.find_view(2).exposure_ev == drawn[2][0]
    assert len({ev for ev, _ in drawn.values()}) == 3
    # The camera on the wall sees the same scene, but for the robot.
    order = sorted(drawn.values())
    assert [mean for _, mean in order] == sorted(mean for _, mean in order)


@pytest.mark.slow
def test_datasets_repeat_and_pass_their_audit(write_config, rich, tmp_path, contents):
    config = write_config(**rich, **{'episodes: 3': 'episodes: 1'})
    folders = [tmp_path / name for name in ('one', 'two')]
    for folder in folders:
        generate(GenerateRequest(config, folder), lambda progress: None)
    one, two = (contents(folder) for folder in folders)
    pictures = [name for name in one if name.endswith('.png')]
    assert len(pictures) >= 4
    assert all(one[name] == two[name] for name in pictures)
    result = CliRunner().invoke(app, ['audit', str(folders[0]), '--config', str(config)])
    assert result.exit_code == 0, result.output
