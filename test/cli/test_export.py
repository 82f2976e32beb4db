"""What ``synth-ros export jetson`` takes and says."""

import subprocess
import sys

import pytest

from synth_ros.cli.export import bundle_formats, input_size
from synth_ros.errors import NotFoundError, UsageError


def command(*arguments):
    return subprocess.run(
        [sys.executable, '-m', 'synth_ros.cli.main', 'export', 'jetson', *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_size_is_width_and_height():
    assert input_size('640x384') == (640, 384)


@pytest.mark.parametrize(
    'text', ['640', '640x', 'x640', '640x480x3', '8x640', '640x99999', '-1x5']
)
def test_what_is_no_size_is_refused(text):
    with pytest.raises(UsageError, match=f'--input {text}: expected width and height'):
        input_size(text)


def test_formats_are_named_once():
    assert bundle_formats(['masks', 'kitti', 'masks']) == ('masks', 'kitti')
    with pytest.raises(NotFoundError, match=r"No format 'yolo' in bundles.*yolo-detect"):
        bundle_formats(['yolo'])


def test_a_missing_dataset_is_one_message_and_leaves_nothing(tmp_path):
    done = command(tmp_path / 'nothing', tmp_path / 'robot')
    assert done.returncode == 2
    assert f'error: There is no folder {tmp_path / "nothing"}.' in done.stderr
    assert 'Traceback' not in done.stderr
    assert list(tmp_path.iterdir()) == []
