"""A commanded simulator in processes of its own: no other may publish the same topics meanwhile.

The simulator that the tests of ``test_commands_node`` share lives until they are all over.
"""

import math

import pytest
from ears import Ears
from ros_processes import sim, write_config
from sensor_msgs.msg import Image, JointState

from synth_ros.ros.convert import stamp_ns

pytestmark = pytest.mark.slow

PAN = 'head_pan_joint'


def test_one_message_is_command_and_answer(tmp_path):
    """In lockstep every frame is a function of the frames before, on any machine."""
    frames = 12
    params = {
        'command_mode': 'follow',
        'lockstep_topic': 'joint_commands',
        'frame_limit': frames,
        'randomize': False,
        'linger_s': 0.5,
        'max_joint_velocity_rad_s': 1000,
    }
    with Ears([('/joint_states', JointState, 'reliable')]) as ears:
        publisher = ears._node.create_publisher(JointState, 'joint_commands', 10)

        def answer(image):
            at = 0.2 * math.sin(image.header.stamp.nanosec * 1e-9)
            publisher.publish(JointState(header=image.header, name=[PAN], position=[at]))

        ears._node.create_subscription(Image, '/head/color/image_raw', answer, 10)
        with sim(tmp_path, write_config(tmp_path), **params) as process:
            assert process.wait() == 0, process.text
        heard = ears.heard['/joint_states']
    assert f'{frames} of {frames} frames answered' in process.text
    stamps = [stamp_ns(message.header.stamp) for message in heard]
    assert stamps == [k * 50_000_000 for k in range(frames)]
    wanted = [0.2 * math.sin(stamp * 1e-9) for stamp in stamps[:-1]]
    assert [message.position[0] for message in heard[1:]] == wanted


def test_joints_that_the_robot_does_not_have_end_the_node(tmp_path):
    params = {'command_mode': 'follow', 'command_joints': 'head_pan'}
    with sim(tmp_path, write_config(tmp_path), **params) as process:
        assert process.wait() == 2
    assert "error: No joint 'head_pan' in parameter command_joints. Did you" in process.text
    assert 'Traceback' not in process.text
