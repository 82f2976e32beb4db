"""Which streams a config switches on, and that each has its topic and its message."""

import pytest
from full_sample import EVERYTHING, full_sample
from message_parts import instant_of, serialized
from rclpy.serialization import deserialize_message, serialize_message

from synth_ros.config.cameras import CameraConfig, ImuConfig, StereoConfig
from synth_ros.config.labels import LabelsConfig
from synth_ros.ros import streams
from synth_ros.ros.messages import KINDS
from synth_ros.ros.names import CameraTopics, camera_topics
from synth_ros.schema.layers import LAYERS

ALWAYS = {'color', 'color_info', 'depth', 'instance', 'semantic', 'annotations'}
NOTHING = LabelsConfig(oriented_boxes=False, keypoints=False)


def test_the_tables_name_the_same_streams():
    names = [stream.name for stream in streams.STREAMS]
    assert len(set(names)) == len(names)
    assert set(names) == set(CameraTopics._fields) == set(KINDS)
    assert len(set(camera_topics('head'))) == len(names)


def test_what_is_there_with_everything_switched_off():
    assert streams.sample_parts(NOTHING) == ALWAYS
    assert streams.recorded(NOTHING) == ALWAYS | {
        'depth_info',
        'depth_to_color',
        'label_info',
        'detections_2d',
        'detections_3d',
    }
    assert streams.published(NOTHING) - streams.recorded(NOTHING) == {
        'color_compressed',
        'depth_compressed',
        'aligned_depth',
        'aligned_depth_info',
        'aligned_depth_compressed',
        'color_points',
        'markers',
        'image_annotated',
    }


@pytest.mark.parametrize(
    ('switch', 'added'),
    [
        ('oriented_boxes', {'detections_2d_oriented'}),
        ('keypoints', {'keypoints'}),
        ('clean_depth', {'depth_m'}),
        ('distance', {'distance_m'}),
        ('normals', {'normals'}),
        ('points', {'points_m'}),
        ('parts', {'part_id'}),
        ('panoptic', {'panoptic_id', 'panoptic_info'}),
        ('flow', {name for name in LAYERS if name.startswith('flow')}),
        ('scene_flow', {name for name in LAYERS if 'flow' in name}),
    ],
)
def test_a_switch_adds_its_streams(switch, added):
    config = NOTHING.model_copy(update={switch: True})
    assert streams.published(config) - streams.published(NOTHING) == added
    assert streams.recorded(config) - streams.recorded(NOTHING) == added
    assert streams.sample_parts(config) - ALWAYS == added & set(LAYERS)


def test_a_stereo_pair_has_streams_that_a_bag_holds():
    added = streams.published(NOTHING, frozenset({'stereo'})) - streams.published(NOTHING)
    images = {'infra1', 'infra1_info', 'infra2', 'infra2_info'}
    assert added == images | {'depth_to_infra1', 'depth_to_infra2'}
    assert streams.recorded(NOTHING, frozenset({'stereo'})) == added | streams.recorded(NOTHING)


def test_an_imu_has_samples_that_a_bag_holds_once():
    added = streams.published(NOTHING, frozenset({'imu'})) - streams.published(NOTHING)
    extrinsics = {'depth_to_accel', 'depth_to_gyro'}
    assert added == {'imu', 'accel', 'gyro'} | extrinsics
    held = streams.recorded(NOTHING, frozenset({'imu'})) - streams.recorded(NOTHING)
    assert held == {'imu'} | extrinsics


def test_devices_are_sections_of_the_camera():
    plain = CameraConfig(name='a')
    assert streams.devices_of(plain) == set()
    assert streams.devices_of(plain.model_copy(update={'stereo': StereoConfig()})) == {'stereo'}
    assert streams.devices_of(plain.model_copy(update={'imu': ImuConfig()})) == {'imu'}


def test_everything_is_all_of_them():
    assert streams.published(EVERYTHING, streams.DEVICES) == set(CameraTopics._fields)
    assert streams.sample_parts(EVERYTHING) == ALWAYS | set(LAYERS)


@pytest.mark.parametrize('name', [name for name in KINDS if KINDS[name].make])
def test_every_stream_makes_messages_of_its_type(name):
    made = KINDS[name].make(instant_of(full_sample(), labels=EVERYTHING))
    assert type(made) in {KINDS[name].type, bytes}
    # Bytes are of the type if the middleware reads them, and writes as many of them again.
    message = deserialize_message(serialized(made), KINDS[name].type)
    assert len(serialize_message(message)) == len(serialized(made))
