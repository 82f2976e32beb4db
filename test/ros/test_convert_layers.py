"""Dense annotations as images: decoded here by hand, and back to the last bit."""

from dataclasses import replace

import numpy as np
import pytest
from full_sample import full_sample
from rclpy.serialization import serialize_message

from synth_ros.ros import convert
from synth_ros.ros.convert_layers import layer_array, layer_message
from synth_ros.ros.convert_points import points_array
from synth_ros.schema.layers import LAYERS, layers_of
from synth_ros.types import DenseLabels, FlowState

HEAD = convert.header(12_000_000_345, 'head_color_optical_frame')
IMAGES = {
    'depth_m': ('32FC1', '<f4', 1),
    'distance_m': ('32FC1', '<f4', 1),
    'normals': ('32FC3', '<f4', 3),
    'part_id': ('16UC1', '<u2', 1),
    'panoptic_id': ('32SC1', '<i4', 1),
    'flow_forward': ('32FC2', '<f4', 2),
    'flow_forward_state': ('mono8', 'u1', 1),
    'scene_flow_forward': ('32FC3', '<f4', 3),
    'flow_backward': ('32FC2', '<f4', 2),
    'flow_backward_state': ('mono8', 'u1', 1),
    'scene_flow_backward': ('32FC3', '<f4', 3),
}


@pytest.fixture(scope='module')
def sample():
    return full_sample()


def decoded(message, dtype, channels):
    """The pixels as the definition of sensor_msgs/Image has them."""
    assert message.is_bigendian == 0
    item = np.dtype(dtype).itemsize
    assert message.step == message.width * channels * item
    flat = np.frombuffer(bytes(message.data), dtype)
    return flat.reshape(message.height, message.width, channels)


def test_every_layer_is_an_image_or_the_point_cloud():
    assert set(IMAGES) | {'points_m'} == set(LAYERS)


@pytest.mark.parametrize('name', IMAGES)
def test_pixels(sample, name):
    encoding, dtype, channels = IMAGES[name]
    message = layer_message(name, sample, HEAD)
    assert (message.header, message.encoding) == (HEAD, encoding)
    got = decoded(message, dtype, channels)
    truth = layers_of(sample.labels.dense)[name].reshape(got.shape)
    empty = np.isnan(got).any(-1) if dtype == '<f4' else np.zeros(got.shape[:2], bool)
    np.testing.assert_array_equal(got[~empty], truth[~empty])
    if dtype == '<f4':
        nothing = sample.frame.depth_m == 0
        if name in ('flow_forward', 'flow_backward'):
            state = getattr(sample.labels.dense, name).state
            invalid = state == FlowState.INVALID
            # Some points pass behind the camera: their scene flow is known all the same.
            assert nothing.sum() < (nothing | invalid).sum() == invalid.sum()
            nothing = invalid
        np.testing.assert_array_equal(empty, nothing)
        assert np.isnan(got[nothing]).all()


@pytest.mark.parametrize('name', LAYERS)
def test_way_back_is_exact(sample, name):
    message = layer_message(name, sample, HEAD)
    back = layer_array(name, bytes(serialize_message(message)))
    truth = layers_of(sample.labels.dense)[name]
    assert (back.dtype, back.shape) == (truth.dtype, truth.shape)
    assert back.tobytes() == truth.tobytes()


@pytest.mark.parametrize('name', LAYERS)
def test_a_layer_that_is_not_there_goes_out_empty(sample, name):
    bare = replace(sample, labels=replace(sample.labels, dense=DenseLabels()))
    message = layer_message(name, bare, HEAD)
    height, width = sample.frame.depth_m.shape
    assert (message.height, message.width, message.header) == (height, width, HEAD)
    if name == 'points_m':
        assert np.isnan(points_array(message)).all()
        return
    encoding, dtype, channels = IMAGES[name]
    assert message.encoding == encoding
    values = decoded(message, dtype, channels)
    assert np.isnan(values).all() if dtype == '<f4' else not values.any()
