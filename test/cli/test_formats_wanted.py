"""Formats that cannot be made are refused before anything is rendered."""

import pytest

from synth_ros.cli.generate import check_formats
from synth_ros.config.load import load_config_text
from synth_ros.errors import UsageError

TEXT = """
cameras: [{name: cam}]
objects: {count: 1, classes: [{name: mug}]}
labels: {robot: true}
output: {dataset: {formats: [lerobot, webdataset], motion: sequence}}
"""


@pytest.mark.parametrize('change', [('robot: true', 'robot: false'), ('sequence', 'views')])
def test_lerobot_needs_a_robot_in_motion(tmp_path, change):
    check_formats(load_config_text(TEXT, base_dir=tmp_path), 'dataset')
    wrong = load_config_text(TEXT.replace(*change), base_dir=tmp_path)
    with pytest.raises(UsageError, match=r'lists lerobot, .* needs output.dataset.motion: seq'):
        check_formats(wrong, 'dataset')


def test_packed_formats_need_a_folder(tmp_path):
    loaded = load_config_text(TEXT, base_dir=tmp_path)
    with pytest.raises(UsageError, match=r'must be in a folder of this machine, not s3://a/b'):
        check_formats(loaded, 's3://a/b')


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr('importlib.util.find_spec', lambda name: None)
    loaded = load_config_text(TEXT, base_dir=tmp_path)
    with pytest.raises(UsageError, match=r"needs pyarrow, .*pip install 'synth_ros\[formats\]'"):
        check_formats(loaded, 'dataset')
