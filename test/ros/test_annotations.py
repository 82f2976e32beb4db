"""Labels survive the way through JSON to the last bit."""

import json

import numpy as np
import pytest
from sample_factory import make_sample

from synth_ros.errors import RosError
from synth_ros.ros import annotations
from synth_ros.types import SampleKey


@pytest.fixture(scope='module')
def sample():
    return make_sample(SampleKey(3, 1, 'wrist'), objects=8)


@pytest.fixture(scope='module')
def text(sample):
    return annotations.to_json(sample, session='17', run=4)


def test_round_trip_is_exact(sample, text):
    record = annotations.from_json(text)
    assert (record.session, record.run) == ('17', 4)
    assert annotations.key_of(record) == sample.key
    assert record.stamp_ns == sample.frame.stamp_ns
    assert record.provenance == sample.provenance_json
    pose = annotations.matrix(record.world_from_camera)
    assert pose.tobytes() == sample.frame.world_from_camera.tobytes()
    back = annotations.instance_labels(record)
    assert len(back) == len(sample.labels.instances) > 3
    for got, sent in zip(back, sample.labels.instances, strict=True):
        check_same(got, sent)


def check_same(got, sent):
    for name in ('box', 'amodal_box', 'pixels_visible', 'pixels_in_image', 'pixels_full'):
        assert getattr(got, name) == getattr(sent, name)
    for name in ('visibility', 'occlusion', 'truncation'):
        assert getattr(got, name).hex() == float(getattr(sent, name)).hex()
    assert got.camera_from_object.tobytes() == sent.camera_from_object.tobytes()
    np.testing.assert_allclose(got.camera_from_box, sent.camera_from_box, atol=1e-14)
    for name in ('instance_id', 'name', 'class_id', 'class_name', 'model_name'):
        assert getattr(got.instance, name) == getattr(sent.instance, name)
    assert got.instance.object_from_box.tobytes() == sent.instance.object_from_box.tobytes()
    assert got.instance.size_m.tobytes() == sent.instance.size_m.tobytes()
    np.testing.assert_allclose(
        got.instance.world_from_object, sent.instance.world_from_object, atol=1e-14
    )


def test_masks_get_their_types(sample, text):
    ids = sample.labels.instance_id.astype(np.uint16)
    classes = sample.labels.class_id.astype(np.uint8)
    labels = annotations.labels_of(annotations.from_json(text), ids, classes)
    assert (labels.instance_id.dtype, labels.class_id.dtype) == (np.int32, np.uint16)
    np.testing.assert_array_equal(labels.instance_id, sample.labels.instance_id)
    np.testing.assert_array_equal(labels.class_id, sample.labels.class_id)


def test_matrices_are_locked(text):
    pose = annotations.matrix(annotations.from_json(text).world_from_camera)
    with pytest.raises(ValueError, match='read-only'):
        pose[0, 0] = 1


@pytest.mark.parametrize(
    ('change', 'where'),
    [
        ({'format': 'synth_ros/annotations/2'}, 'format'),
        ({'stamp_ns': 'now'}, 'stamp_ns'),
        ({'colour': 1}, 'colour'),
        ({'world_from_camera': [[1, 0, 0]]}, r'world_from_camera\.0'),
    ],
)
def test_foreign_record(text, change, where):
    data = json.loads(text) | change
    with pytest.raises(RosError, match=f'not one of ours: {where}'):
        annotations.from_json(json.dumps(data))


def test_no_json():
    with pytest.raises(RosError, match=r'not one of ours.*Invalid JSON'):
        annotations.from_json('hello')
