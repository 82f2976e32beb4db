"""Messages of one instant become the sample that they were made of."""

import numpy as np
import pytest
from message_parts import PARTS, parts_of, sample_at

from synth_ros.errors import RosError
from synth_ros.ros.assemble import sample_from_parts
from synth_ros.ros.dataset_sink import part_stamp_ns

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


def test_stamps_are_read_without_decoding(sample):
    parts = parts_of(sample, run=0)
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
