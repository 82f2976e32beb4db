"""``synth-ros preview``: sheets of frames, and of annotations."""

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from synth_ros.cli.preview import preview
from synth_ros.cli.render import render
from synth_ros.readers.coco import CocoDataset

CONFIG = """
cameras:
  - name: top
    mount: {link: world, position_m: [0.8, 0.0, 2.0], look_at_m: [0.8, 0.01, 0.74]}
    intrinsics: {fovy_deg: 50}
    width: 80
    height: 64
environment: {model: 'builtin://table'}
objects:
  count: [3, 3]
  classes: [{name: ball, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}]
labels: {everything: true, min_pixels: 4}
render: {backend: classic, shadow_size: 512, samples: 0}
output: {dataset: {views_per_episode: 3}}
"""
TILE, GAP = 480, 10


@pytest.fixture
def config(tmp_path):
    path = tmp_path / 'config.yaml'
    path.write_text(CONFIG)
    return path


def invoke(verb, *words):
    app = typer.Typer()
    app.command()(verb)
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0
    return result


def test_a_preview_has_a_row_for_each_scene(config, tmp_path):
    invoke(preview, config, '--out', tmp_path / 'sheet.png', '--scenes', 2)
    with Image.open(tmp_path / 'sheet.png') as sheet:
        assert sheet.width == 4 * (TILE + GAP) + GAP
        assert sheet.height > 2 * TILE * 64 / 80


def test_a_preview_of_labels_has_a_tile_for_each_annotation(config, tmp_path):
    result = invoke(preview, config, '--out', tmp_path / 'sheet.png', '--labels')
    assert 'Preview of 1 frames' in ' '.join(result.stderr.split())
    with Image.open(tmp_path / 'sheet.png') as sheet:
        assert sheet.width == 4 * (TILE + GAP) + GAP
        # The overview and 19 annotations, four in a row.
        assert sheet.height > 5 * TILE * 64 / 80


@pytest.mark.parametrize('motion', ['views', 'sequence'])
def test_a_frame_is_made_again_the_way_it_was_made(config, tmp_path, motion):
    words = ['--view', 1, '--motion', motion, '--views', 2, '--out', tmp_path / motion]
    invoke(render, config, *words)
    dataset = CocoDataset(tmp_path / motion)
    (image,) = dataset.images
    record = dataset.read_provenance(image)
    assert (record['motion'], record['frames'], record['frame']) == (motion, 2, 1)
    # The last of two frames: flow to the one before, none to one after.
    layers = dataset.read_layers(image)
    assert layers['flow_backward_state'].any()
    assert not layers['flow_forward_state'].any()
