"""Messages of one instant become the sample that they were made of."""

import numpy as np
import pytest
from full_sample import EVERYTHING, full_sample
from message_parts import PARTS, parts_of, sample_at

from synth_ros.errors import RosError
from synth_ros.ros.assemble import sample_from_parts
from synth_ros.ros.dataset_sink import part_stamp_ns
from synth_ros.schema.convert import record_of
from synth_ros.schema.layers import layers_of

STAMP_NS = 7_123_456_789


@pytest.fixture(scope='module')
def sample():
    return sample_at(2, 1, 'head', stamp_ns=STAMP_NS)


@pytest.mark.parametrize(('encoding', 'tolerance_m'), [('16UC1', 0.00051), ('32FC1', 0.0)])
def test_round_trip(sample, encoding, tolerance_m):
    parts = parts_of(sample, run=4, session='s', depth_encoding=encoding)
    assert parts.keys() == PARTS
    back = sample_from_parts('head', parts)
    assert (back.session, back.run, back.sample.key) == ('s', 4, sample.key)
    assert back.sample.provenance_json == sample.provenance_json
    assert back.sample.frame.stamp_ns == STAMP_NS
    assert back.sample.frame.camera == sample.frame.camera
    np.testing.assert_array_equal(back.sample.rgb, sample.rgb)
    np.testing.assert_array_equal(back.sample.labels.instance_id, sample.labels.instance_id)
    np.testing.assert_array_equal(back.sample.labels.class_id, sample.labels.class_id)
    np.testing.assert_allclose(back.sample.depth_m, sample.depth_m, rtol=0, atol=tolerance_m)
    pose = back.sample.frame.world_from_camera
    assert pose.tobytes() == sample.frame.world_from_camera.tobytes()


@pytest.mark.parametrize('ends', [(), ('forward',), ('backward',), ('forward', 'backward')])
def test_every_annotation_comes_back(ends):
    sent = full_sample(stamp_ns=STAMP_NS, ends=ends)
    back = sample_from_parts('head', parts_of(sent, run=0, labels=EVERYTHING)).sample
    # The record says all that is not pixels, the frame's instances among it.
    assert record_of(back) == record_of(sent)
    layers, truth = layers_of(back.labels.dense), layers_of(sent.labels.dense)
    assert layers.keys() == truth.keys()
    for name, layer in truth.items():
        assert layers[name].dtype == layer.dtype
        assert layers[name].tobytes() == layer.tobytes(), name
    assert back.frame.depth_m.tobytes() == sent.frame.depth_m.tobytes()


def test_layers_that_the_recorders_config_does_not_expect():
    parts = parts_of(full_sample(stamp_ns=STAMP_NS), run=0, labels=EVERYTHING)
    del parts['normals'], parts['part_id']
    with pytest.raises(RosError, match=r'list normals, part_id, which .* Give the recorder'):
        sample_from_parts('head', parts)


def test_calibration_of_another_camera(sample):
    parts = parts_of(sample, run=0)
    with pytest.raises(RosError, match=r'Camera wrist: its annotations at .* are of'):
        sample_from_parts('wrist', parts)


def test_stamps_are_read_without_decoding():
    full = full_sample(stamp_ns=STAMP_NS)
    parts = parts_of(full, run=0, labels=EVERYTHING)
    assert {part_stamp_ns(name, cdr) for name, cdr in parts.items()} == {STAMP_NS}


def test_parts_that_contradict_each_other(sample):
    other = sample_at(2, 1, 'head', stamp_ns=STAMP_NS + 1)
    parts = parts_of(sample, run=0) | {'annotations': parts_of(other, run=0)['annotations']}
    with pytest.raises(
        RosError, match=rf'annotations of {STAMP_NS + 1} ns came with .*{STAMP_NS}'
    ):
        sample_from_parts('head', parts)


def test_depth_of_an_unknown_encoding(sample):
    parts = parts_of(sample, run=0)
    with pytest.raises(RosError, match=r"Depth encoding 'rgb8' is not known"):
        sample_from_parts('head', parts | {'depth': parts['color']})


def test_damaged_messages():
    with pytest.raises(RosError, match=r'message of 4 bytes on stream color is damaged'):
        part_stamp_ns('color', b'\x00\x01\x00\x00')


def test_annotations_of_someone_else():
    from rclpy.serialization import serialize_message
    from std_msgs.msg import String

    with pytest.raises(RosError, match=r'carries no stamp; is it from synth_ros'):
        part_stamp_ns('annotations', bytes(serialize_message(String(data='{}'))))
