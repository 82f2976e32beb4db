"""Calibration images rendered again without what the sensor did to them."""

import json

import cv2
import numpy as np
import pytest
import yaml

from synth_ros.errors import UsageError
from synth_ros.pipeline.generate import GenerateRequest, generate
from synth_ros.pipeline.jetson.bundle import JetsonRequest, export_jetson

FEW = {'episodes: 3, views_per_episode: 2': 'episodes: 1, views_per_episode: 2'}


def quiet(*_):
    """No progress."""


@pytest.fixture
def made(write_config, tmp_path):
    """A config with a noisy sensor, and its dataset."""
    config = write_config(**FEW)
    generate(GenerateRequest(config, tmp_path / 'dataset'), quiet)
    return config, tmp_path / 'dataset'


def test_clean_images_are_those_of_a_sensor_without_noise(made, write_config, tmp_path):
    config, dataset = made
    request = JetsonRequest(dataset, tmp_path / 'robot', formats=('yolo-detect',), config=config)
    bundle = export_jetson(request, quiet)
    silent = write_config(**FEW, **{'rgb_noise: 2.0': 'rgb_noise: 0.0'})
    generate(GenerateRequest(silent, tmp_path / 'silent'), quiet)
    names = (tmp_path / 'robot' / 'calibration' / 'images.txt').read_text().split()
    assert len(names) == 4
    for name in names:
        clean = cv2.imread(str(tmp_path / 'robot' / 'calibration' / name))
        assert (clean == cv2.imread(str(tmp_path / 'silent' / name))).all()
        noise = cv2.imread(str(dataset / name)).astype(int) - clean
        assert 1 < noise.std() < 3
    manifest = json.loads((tmp_path / 'robot' / 'bundle.json').read_text())
    assert manifest['calibration']['clean'] is True
    assert 'rendered again without noise' in (tmp_path / 'robot' / 'README.md').read_text()
    assert bundle.notes == ()


def test_another_config_is_refused(made, write_config, tmp_path):
    _, dataset = made
    other = write_config(**FEW, **{'count: [3, 5]': 'count: [3, 4]'})
    request = JetsonRequest(dataset, tmp_path / 'robot', formats=('yolo-detect',), config=other)
    with pytest.raises(UsageError, match=r'was made with another config than .*config\.yaml'):
        export_jetson(request, quiet)
    assert not (tmp_path / 'robot').exists()


def test_cameras_of_several_sizes_are_noted_and_meshes_come_along(made, tmp_path):
    _, dataset = made
    made_bundle = export_jetson(
        JetsonRequest(dataset, tmp_path / 'robot', formats=('kitti',)), quiet
    )
    assert any('several sizes (80x64, 96x72)' in note for note in made_bundle.notes)
    found = yaml.safe_load((tmp_path / 'robot' / 'camera_info' / 'top.yaml').read_text())
    assert found['camera_matrix']['data'] == [90, 0, 40, 0, 95, 30, 0, 0, 1]
    meshes = sorted((tmp_path / 'robot' / 'meshes').iterdir())
    assert meshes
    assert f'meshes/{meshes[0].name}' in (tmp_path / 'robot' / 'README.md').read_text()
    corners = np.array(
        [line.split()[1:] for line in meshes[0].read_text().splitlines() if line[0] == 'v'], float
    )
    assert np.ptp(corners, axis=0).max() < 0.3
