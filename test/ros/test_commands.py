"""Messages on the topics that drive the robot: read whole, or refused with a reason."""

import math

import pytest
import rclpy
from builtin_interfaces.msg import Duration, Time
from geometry_msgs.msg import Twist, TwistStamped, Vector3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray, Header
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.pipeline.commands import CommandInbox
from synth_ros.ros.command_params import CommandParams, check_command_joints
from synth_ros.ros.commands import CommandTopics
from synth_ros.sim.joint_rules import Limits

TOPICS = ('joint_trajectory', 'joint_commands', 'position_commands', 'cmd_vel')
NUMBERS = st.one_of(st.floats(), st.sampled_from([0.5, math.nan, math.inf, 1e308]))
ROWS = st.lists(NUMBERS, max_size=3)
NAMES = st.lists(st.sampled_from(['head_pan_joint', 'nose', '', 'ü', 'a' * 500]), max_size=3)
STAMPS = st.builds(
    Time, sec=st.sampled_from([0, 1, -(2**31), 2**31 - 1]), nanosec=st.sampled_from([0, 2**32 - 1])
)
HEADERS = st.builds(Header, stamp=STAMPS)
DURATIONS = st.builds(
    Duration,
    sec=st.sampled_from([0, 1, 2, -1, 2**31 - 1]),
    nanosec=st.sampled_from([0, 2**32 - 1]),
)
POINTS = st.builds(
    JointTrajectoryPoint,
    positions=ROWS,
    velocities=ROWS,
    accelerations=ROWS,
    effort=ROWS,
    time_from_start=DURATIONS,
)
VECTORS = st.builds(Vector3, x=NUMBERS, y=NUMBERS, z=NUMBERS)
TWISTS = st.builds(Twist, linear=VECTORS, angular=VECTORS)
MESSAGES = {
    'joint_trajectory': st.builds(
        JointTrajectory, header=HEADERS, joint_names=NAMES, points=st.lists(POINTS, max_size=3)
    ),
    'joint_commands': st.builds(JointState, header=HEADERS, name=NAMES, position=ROWS),
    'position_commands': st.builds(Float64MultiArray, data=ROWS),
    'cmd_vel': st.builds(TwistStamped, header=HEADERS, twist=TWISTS),
}


@pytest.fixture(scope='module')
def node():
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('told', context=context)
    yield node
    node.destroy_node()
    rclpy.shutdown(context=context)


@pytest.fixture(scope='module')
def listen(node):
    """Feeds messages to the topics without a network in between; the inbox they reach."""

    def make(*, stamped=True, joints=()):
        inbox = CommandInbox()
        # One program cannot have a topic with two types.
        for old in [s for s in node.subscriptions if s.topic_name.strip('/') in TOPICS]:
            node.destroy_subscription(old)
        before = {*node.subscriptions}
        CommandTopics(node, CommandParams('follow', Limits(), joints, stamped), inbox)
        mine = {s.topic_name.strip('/'): s for s in {*node.subscriptions} - before}
        assert set(mine) == set(TOPICS)
        return {name: mine[name].callback for name in TOPICS}, inbox

    return make


def test_what_messages_say(listen):
    hear, inbox = listen(joints=('b', 'a'))
    points = [
        JointTrajectoryPoint(
            positions=[1.0], velocities=[2.0], time_from_start=Duration(sec=1, nanosec=5 * 10**8)
        )
    ]
    head = Header(stamp=Time(sec=3, nanosec=7))
    hear['joint_trajectory'](JointTrajectory(header=head, joint_names=['a'], points=points))
    hear['joint_commands'](JointState(header=head, name=['a', 'b'], position=[1.0, 2.0]))
    hear['position_commands'](Float64MultiArray(data=[3.0, 4.0]))
    motion = Twist(linear=Vector3(x=1.0, y=2.0, z=3.0), angular=Vector3(z=4.0))
    hear['cmd_vel'](TwistStamped(header=head, twist=motion))
    trajectory, names, order, twist = inbox.take()
    assert (trajectory.start_ns, trajectory.times_s.tolist()) == (3_000_000_007, [1.5])
    assert trajectory.positions.tolist() == [[1.0]]
    assert trajectory.velocities.tolist() == [[2.0]]
    assert (names.joints, names.stamp_ns) == (('a', 'b'), 3_000_000_007)
    assert (order.joints, order.positions.tolist()) == (('b', 'a'), [3.0, 4.0])
    assert (twist.twist, twist.ignored, twist.stamp_ns) == ((1.0, 2.0, 4.0), True, 3_000_000_007)
    hear, inbox = listen(stamped=False)
    hear['cmd_vel'](motion)
    assert inbox.take()[0].stamp_ns == 0


def test_whatever_messages_say_nothing_is_raised(listen):
    hear, inbox = listen()

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.one_of([st.tuples(st.just(name), kind) for name, kind in MESSAGES.items()]))
    def fuzz(told):
        name, message = told
        before = sum(inbox.counts.refused.values())
        hear[name](message)
        assert len(inbox.take()) + sum(inbox.counts.refused.values()) - before == 1

    fuzz()


def test_joints_in_order_are_those_of_the_robot():
    params = CommandParams('follow', Limits(), ('pan', 'tilt'), stamped=False)
    check_command_joints(params, ['tilt', 'pan', 'lift'])
    with pytest.raises(NotFoundError, match="No joint 'pan' in parameter command_joints"):
        check_command_joints(params, ['tilt'])
    with pytest.raises(UsageError, match="names 'pan' twice"):
        check_command_joints(params._replace(joints=('pan', 'pan')), ['pan'])
