"""The example reads datasets with many labels and with few."""

import contextlib
import importlib.util
import io
from pathlib import Path

import pytest
from full_factory import FULL, full_episode
from sample_factory import INFO, PLAIN, make_episode

from synth_ros.writers.coco import CocoWriter

EXAMPLE = Path(__file__).parents[2] / 'examples/read_dataset.py'


def example():
    spec = importlib.util.spec_from_file_location('read_dataset_example', EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# pycocotools' own decode is older than numpy 2.
@pytest.mark.filterwarnings('ignore:__array__ implementation:DeprecationWarning')
@pytest.mark.parametrize(('info', 'make'), [(FULL, full_episode), (INFO, make_episode)])
def test_the_example_tells_what_is_there(tmp_path, info, make):
    with CocoWriter(tmp_path / 'dataset', info, PLAIN) as writer:
        writer.write_episode(0, make(0))
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        example().main(tmp_path / 'dataset')
    told = printed.getvalue()
    assert '000000_000_head.png: 96 x 72, camera head' in told
    assert 'visible, seen at' in told
    assert ('rim at column' in told) == ('faces the camera by' in told) == (info is FULL)
