"""A bag shows what the dataset of the same frames shows."""

import io
import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest
from PIL import Image
from rrd_contents import Contents, save

from synth_ros.readers.open_recording import open_recording
from synth_ros.view import paths

# Same numbers by another road: a bag has no skeletons of classes, and images are no files in it.
OTHERWISE = ('/rgb', '/depth', '/keypoints/bones')


@pytest.fixture(scope='module')
def bag(dataset, tmp_path_factory):
    """The bag that the nodes would have recorded."""
    path = tmp_path_factory.mktemp('bag') / 'bag'
    # A process of its own: only it knows ROS.
    done = subprocess.run(
        [sys.executable, '-m', 'synth_ros.ros.dataset2bag', dataset, path],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    with closing(open_recording(path)) as recording:
        yield recording


@pytest.fixture(scope='module')
def of_bag(bag, tmp_path_factory):
    return Contents(save(bag, tmp_path_factory.mktemp('saved') / 'bag.rrd'))


def test_labels_and_scene_are_the_same(saved, of_bag):
    compared = 0
    for (entity, component), rows in saved._rows.items():
        if entity.endswith(OTHERWISE) or not entity.startswith('/world/'):
            continue
        others = of_bag._rows.get((entity, component), [])
        assert [row.frame for row in rows] == [row.frame for row in others], (entity, component)
        for one, other in zip(rows, others, strict=True):
            first = one.batch.column(component)[one.index].values
            second = other.batch.column(component)[other.index].values
            assert len(first) == len(second), (entity, component)
            if not first.equals(second):
                apart = np.abs(np.array(first.to_pylist()) - np.array(second.to_pylist()))
                assert apart.max() < 1e-6, (entity, component)
            compared += 1
    assert compared > 500


def test_colours_are_the_same_without_loss(saved, of_bag):
    entity = f'{paths.image("head")}/rgb'
    for row in saved.rows(entity, 'EncodedImage:blob'):
        one, other = (
            np.asarray(Image.open(io.BytesIO(c.blob(entity, 'EncodedImage:blob', row.frame))))
            for c in (saved, of_bag)
        )
        assert (one == other).all()


def test_depth_keeps_its_metres(saved, of_bag, bag):
    entity = f'{paths.depth("head")}/depth'
    first = saved.rows(entity, 'EncodedDepthImage:blob')[0].frame
    blob = saved.blob(entity, 'EncodedDepthImage:blob', first)
    depth_m = np.asarray(Image.open(io.BytesIO(blob))).astype(float) / 1000
    if bag.read(bag.frames[0]).messages.depth_rounded:
        blob = of_bag.blob(entity, 'EncodedDepthImage:blob', first)
        other_m = np.asarray(Image.open(io.BytesIO(blob))).astype(float) / 1000
    else:
        buffer = of_bag.blob(entity, 'DepthImage:buffer', first)
        other_m = np.frombuffer(buffer, np.float32).reshape(depth_m.shape)
    assert np.abs(other_m - depth_m).max() < 1e-6
