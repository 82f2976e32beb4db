"""The instant of a message is read without reading the message."""

import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped
from rclpy.serialization import serialize_message
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Header, String
from tf2_msgs.msg import TFMessage

from synth_ros.ros.stamps import stamp_reader

STAMP = Time(sec=3, nanosec=7)
HEAD = Header(stamp=STAMP, frame_id='head')


@pytest.mark.parametrize(
    ('type_name', 'message', 'expected'),
    [
        ('sensor_msgs/msg/Image', Image(header=HEAD), 3_000_000_007),
        ('sensor_msgs/msg/JointState', JointState(header=HEAD), 3_000_000_007),
        ('rosgraph_msgs/msg/Clock', Clock(clock=STAMP), 3_000_000_007),
        (
            'tf2_msgs/msg/TFMessage',
            TFMessage(transforms=[TransformStamped(header=HEAD)] * 2),
            3_000_000_007,
        ),
        ('tf2_msgs/msg/TFMessage', TFMessage(), None),
        ('std_msgs/msg/String', String(data='{"stamp_ns":12,"x":1}'), 12),
        ('std_msgs/msg/String', String(data='hello'), None),
        ('geometry_msgs/msg/Transform', TransformStamped().transform, None),
    ],
)
def test_a_stamp_is_found(type_name, message, expected):
    assert stamp_reader(type_name)(serialize_message(message)) == expected
