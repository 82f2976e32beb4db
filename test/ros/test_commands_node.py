"""The simulation node is driven by another program: real messages, real processes."""

import json
import math
import re
import signal
from types import SimpleNamespace

import numpy as np
import pytest
from builtin_interfaces.msg import Duration
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import Twist, Vector3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listener import Listener
from nav_msgs.msg import Odometry
from ros_processes import CAMERAS, sim, write_config
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from test_commands import MESSAGES
from tf_chain import matrix_of, world_from
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from synth_ros.geometry.planar import PlanarPose, moved
from synth_ros.geometry.planar import Twist as Speed
from synth_ros.ros import annotations
from synth_ros.ros.convert import stamp_ns

pytestmark = pytest.mark.slow

PAN = 'head_pan_joint'
FRAME_S = 0.05
TYPES = {
    'joint_trajectory': JointTrajectory,
    'joint_commands': JointState,
    'position_commands': Float64MultiArray,
    'cmd_vel': Twist,
}
LIMITS = {
    'max_joint_velocity_rad_s': 2,
    'max_linear_velocity_m_s': 0.5,
    'command_timeout_s': 0.4,
}


class Driver:
    """Sends commands, and lets frame after frame be made."""

    def __init__(self, listener, process):
        self.listener, self.process, self.log = listener, process, []
        node = listener.node
        self.publishers = {
            name: node.create_publisher(kind, name, 100) for name, kind in TYPES.items()
        }
        self.odometry, self.diagnostics = [], []
        node.create_subscription(Odometry, '/odom', self.odometry.append, 100)
        node.create_subscription(DiagnosticArray, '/diagnostics', self.diagnostics.append, 10)
        listener.wait_for(
            lambda: all(p.get_subscription_count() for p in self.publishers.values()),
            'the subscriptions of the node',
        )

    def send(self, name, message):
        self.publishers[name].publish(message)

    def step(self):
        """What is published of the next frame."""
        heard, count = self.listener.heard, len(self.odometry) + 1
        answer = self.listener.call('step')
        assert answer.success, answer.message
        self.listener.wait_for_frames(count)
        self.listener.wait_for(lambda: len(self.odometry) == count, 'odometry')
        record = annotations.from_json(heard['/head/labels/annotations'][-1].data)
        transforms = [*heard['/tf'][-1].transforms, *heard['/tf_static'][-1].transforms]
        frame = SimpleNamespace(
            joints=heard['/joint_states'][-1],
            odometry=self.odometry[-1],
            transforms=transforms,
            record=record.frame,
            made=json.loads(record.provenance),
        )
        self.log.append(frame)
        return frame

    def steps(self, count):
        return [self.step() for _ in range(count)]

    def accepted(self, name, message):
        """The first frame for which a message was obeyed."""
        before = self.log[-1].made['commanded']['accepted']
        self.send(name, message)
        while (frame := self.step()).made['commanded']['accepted'] == before:
            assert len(self.log) < 200, self.process.text
        return frame

    def told(self):
        """The status of commands, told from now on."""
        self.diagnostics.clear()
        self.listener.wait_for(lambda: len(self.diagnostics) > 1, 'diagnostics')
        [status] = [s for s in self.diagnostics[-1].status if s.name == 'sim_node: commands']
        return status, {item.key: item.value for item in status.values}


@pytest.fixture(scope='module')
def driver(tmp_path_factory):
    folder = tmp_path_factory.mktemp('driven')
    listener = Listener(CAMERAS)
    params = {'command_mode': 'follow', 'start_paused': True, 'randomize': False, **LIMITS}
    try:
        with sim(folder, write_config(folder), **params) as process:
            driver = Driver(listener, process)
            driver.step()
            yield driver
            # Whatever it was sent.
            assert process.end(signal.SIGTERM) == 0
            assert 'Traceback' not in process.text
    finally:
        listener.close()


def pan(frame):
    return frame.joints.position[frame.joints.name.index(PAN)]


def base(frame):
    pose = world_from('base_link', frame.transforms)
    return PlanarPose(*pose[:2, 3], math.atan2(pose[1, 0], pose[0, 0]))


def test_a_trajectory_is_followed(driver):
    start = pan(driver.log[-1])
    points = [
        JointTrajectoryPoint(positions=[at], time_from_start=Duration(nanosec=ms * 10**6))
        for at, ms in ((start + 0.1, 100), (start - 0.1, 250))
    ]
    first = driver.accepted('joint_trajectory', JointTrajectory(joint_names=[PAN], points=points))
    assert driver.log[0].made['commanded']['accepted'] == 0
    seen = [pan(frame) for frame in (first, *driver.steps(6))]
    way = [0.05, 0.1, 0.1 / 3, -0.1 / 3, -0.1, -0.1, -0.1]
    np.testing.assert_allclose(seen, start + np.array(way), atol=1e-9)
    speed = driver.log[-5].joints.velocity[0]
    assert speed == pytest.approx(-0.2 / 0.15)


def test_positions_are_gone_to_within_limits_until_they_are_stale(driver):
    start = pan(driver.log[-1])
    first = driver.accepted('joint_commands', JointState(name=[PAN], position=[-5.0]))
    seen = [pan(frame) for frame in (first, *driver.steps(7))]
    # 2 rad/s, and no further than the joint goes.
    expected = [max(start - 0.1 * k, -1.0) for k in range(1, 9)]
    np.testing.assert_allclose(seen, expected, atol=1e-9)
    assert int(driver.told()[1]['beyond a joint limit']) > 0
    driver.accepted('position_commands', Float64MultiArray(data=[1.0]))
    driver.steps(9)
    # 0.4 s after the command it is stale, and the joint stays.
    assert pan(driver.log[-1]) == pytest.approx(max(start - 0.8, -1.0) + 0.8)


def counts(status):
    accepted, refused = re.fullmatch(r'(\d+) accepted, (\d+) refused', status.message).groups()
    return int(accepted), int(refused)


def test_the_base_drives_and_stops(driver):
    here = base(driver.log[-1])
    before, earlier = driver.told()
    motion = Twist(linear=Vector3(x=0.9, z=1.0), angular=Vector3(z=0.8))
    first = driver.accepted('cmd_vel', motion)
    frames = [first, *driver.steps(9)]
    allowed = Speed(0.5, 0.0, 0.8)
    for number, frame in enumerate(frames, start=1):
        wanted = moved(here, allowed, min(number * FRAME_S, 0.4))
        np.testing.assert_allclose(base(frame), wanted, atol=1e-9)
        driving = number * FRAME_S <= 0.4 + 1e-9
        speed = frame.odometry.twist.twist
        assert speed.linear.x == pytest.approx(0.5 if driving else 0.0)
        assert speed.angular.z == pytest.approx(0.8 if driving else 0.0)
    status, values = driver.told()
    assert status.level == before.level
    accepted, refused = counts(before)
    assert counts(status) == (accepted + 1, refused)
    for key in (
        'accepted on cmd_vel',
        'faster than allowed',
        'timed out',
        'twists with more than a base can do',
    ):
        assert int(values[key]) == int(earlier.get(key, 0)) + 1


def test_everything_tells_of_one_state(driver):
    pixels = 0
    for frame in driver.log:
        stamp = frame.record.stamp_ns
        messages = (frame.joints, frame.odometry, *frame.transforms[:2])
        assert {stamp_ns(m.header.stamp) for m in messages} == {stamp}
        camera = world_from('head_camera_color_optical_frame', frame.transforms)
        np.testing.assert_allclose(camera, frame.record.world_from_camera, atol=1e-6)
        assert (frame.odometry.header.frame_id, frame.odometry.child_frame_id) == (
            'world',
            'base_link',
        )
        odometry = matrix_of(
            SimpleNamespace(
                rotation=frame.odometry.pose.pose.orientation,
                translation=frame.odometry.pose.pose.position,
            )
        )
        link = world_from('base_link', frame.transforms)
        np.testing.assert_allclose(odometry, link, atol=1e-9)
        assert frame.made['robot']['joints'] == {PAN: pan(frame)}
        np.testing.assert_allclose(frame.made['commanded']['base'], base(frame), atol=1e-9)
        there = {
            item.instance_id: np.array(item.world_from_object) for item in frame.record.instances
        }
        for label in frame.record.labels:
            seen = camera @ np.array(label.camera_from_object)
            np.testing.assert_allclose(seen, there[label.instance_id], atol=1e-6)
            pixels += label.pixels_visible
    assert pixels > 1000


def test_a_storm_of_nonsense(driver):
    before = driver.log[-1]
    storm = [(name, kind) for name, kind in MESSAGES.items() if name != 'cmd_vel']

    @settings(
        max_examples=200,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.one_of([st.tuples(st.just(name), kind) for name, kind in storm]))
    def send(told):
        driver.send(*told)

    # The first of its kind is told at once.
    driver.send('joint_commands', JointState(name=['head_pan_jiont'], position=[0.0]))
    driver.step()
    send()
    for _ in range(50):
        driver.send('cmd_vel', Twist(linear=Vector3(x=math.nan)))
        driver.send('joint_commands', JointState(name=['head_pan_jiont'], position=[0.0]))
    driver.steps(3)
    status, values = driver.told()
    assert status.level == DiagnosticStatus.WARN
    # More than a queue holds may be lost, on their way or by us.
    assert int(values['refused on cmd_vel: no usable number']) > 0
    assert int(values['refused on joint_commands: unknown joint']) > 0
    assert base(driver.log[-1]) == base(before)
    text = driver.process.text
    assert "no joint 'head_pan_jiont'. Did you mean 'head_pan_joint'?" in text
    assert text.count('Refused a message on cmd_vel') == 1
    assert max(map(len, text.splitlines())) < 400
    # It is as good as before.
    here = pan(driver.log[-1])
    target = 0.5 if here < 0 else -0.5
    first = driver.accepted('joint_commands', JointState(name=[PAN], position=[target]))
    assert abs(pan(first) - here) == pytest.approx(0.1)
