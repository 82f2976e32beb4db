"""Definition texts of a bag are those that other readers parse to the official types."""

import pytest
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from synth_ros.errors import RosError
from synth_ros.ros.definitions import definition_text, message_class

STANDARD = [
    'sensor_msgs/msg/Image',
    'sensor_msgs/msg/CameraInfo',
    'sensor_msgs/msg/JointState',
    'sensor_msgs/msg/PointCloud2',
    'visualization_msgs/msg/MarkerArray',
    'std_msgs/msg/String',
    'rosgraph_msgs/msg/Clock',
    'tf2_msgs/msg/TFMessage',
]
VISION = [
    'vision_msgs/msg/Detection2DArray',
    'vision_msgs/msg/Detection3DArray',
    'vision_msgs/msg/LabelInfo',
]


def plain(types):
    """Field names and types without constants' number types and default values."""
    return {name: fields for name, (_, fields) in types.items()}


@pytest.mark.parametrize('name', STANDARD)
def test_standard_types_are_those_of_jazzy(name):
    official = get_typestore(Stores.ROS2_JAZZY)
    types = get_types_from_msg(definition_text(name), name)
    assert plain(types) == {k: official.fielddefs[k][1] for k in types}
    ours = get_typestore(Stores.EMPTY)
    ours.register(types)
    assert ours.hash_rihs01(name) == official.hash_rihs01(name)


@pytest.mark.parametrize('name', VISION)
def test_vision_types_parse_to_what_the_middleware_announces(name):
    store = get_typestore(Stores.EMPTY)
    store.register(get_types_from_msg(definition_text(name), name))
    kind = message_class(name)
    assert [field for field, _ in store.fielddefs[name][1]] == list(
        kind.get_fields_and_field_types()
    )
    from synth_ros.ros.interfaces.definitions import TYPE_HASHES

    assert store.hash_rihs01(name) == TYPE_HASHES[name]


def test_each_dependency_comes_once():
    text = definition_text('vision_msgs/msg/Detection2DArray')
    names = [line for line in text.splitlines() if line.startswith('MSG: ')]
    assert len(names) == len(set(names))
    assert {'MSG: std_msgs/Header', 'MSG: vision_msgs/Point2D'} <= set(names)
    assert text.count('=' * 80 + '\nMSG: ') == len(names)


def test_missing_package():
    with pytest.raises(RosError, match=r'no_msgs/msg/Thing is not installed.*package no_msgs'):
        message_class('no_msgs/msg/Thing')
    with pytest.raises(RosError, match=r'definition of no_msgs/Thing is not installed'):
        definition_text('no_msgs/msg/Thing')


def test_missing_type():
    with pytest.raises(RosError, match=r'std_msgs/msg/Nothing is not installed'):
        message_class('std_msgs/msg/Nothing')
