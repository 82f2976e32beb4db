"""The generated message packages work with the middleware and match the official ones."""

import json
import subprocess
import sys
import time

import pytest
import rclpy
from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped
from rclpy.qos import DurabilityPolicy, QoSProfile
from realsense2_camera_msgs.msg import Extrinsics
from simulation_interfaces.action import SimulateSteps
from simulation_interfaces.srv import GetEntitiesStates, StepSimulation
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import (
    Detection2D,
    Detection2DArray,
    Detection3D,
    Detection3DArray,
    LabelInfo,
    ObjectHypothesisWithPose,
    VisionClass,
)

from synth_ros.errors import RosError
from synth_ros.ros.interfaces import environment, generate, rosidl
from synth_ros.ros.interfaces.definitions import PACKAGES, TYPE_HASHES
from synth_ros.ros.interfaces.install import is_current, packages_to_make


def hypothesis(class_id: str) -> ObjectHypothesisWithPose:
    message = ObjectHypothesisWithPose()
    message.hypothesis.class_id = class_id
    message.hypothesis.score = 1.0
    message.pose.pose.position.x = 0.25
    message.pose.pose.orientation.w = 1.0
    message.pose.covariance[35] = 0.5
    return message


def detections_2d() -> Detection2DArray:
    message = Detection2DArray()
    message.header.stamp = Time(sec=12, nanosec=345_000_000)
    message.header.frame_id = 'camera_color_optical_frame'
    for number in range(3):
        detection = Detection2D(header=message.header, id=f'object {number}')
        detection.results.append(hypothesis(str(number)))
        detection.bbox.center.position.x = 319.5 + number
        detection.bbox.center.theta = -0.5
        detection.bbox.size_y = 17.25
        message.detections.append(detection)
    return message


def detections_3d() -> Detection3DArray:
    message = Detection3DArray()
    message.header.frame_id = 'camera_depth_optical_frame'
    detection = Detection3D(header=message.header, id='münze')
    detection.results.append(hypothesis('7'))
    detection.bbox.center.position.z = 0.75
    detection.bbox.center.orientation.w = 1.0
    detection.bbox.size.x = 0.125
    message.detections.append(detection)
    return message


def label_info() -> LabelInfo:
    names = {0: 'mug', 65_535: 'unlabeled'}
    classes = [VisionClass(class_id=number, class_name=name) for number, name in names.items()]
    return LabelInfo(class_map=classes, threshold=0.5)


def transforms() -> TFMessage:
    message = TFMessage()
    for number in range(2):
        transform = TransformStamped(child_frame_id=f'link_{number}')
        transform.header.frame_id = 'base_link'
        transform.transform.translation.x = 0.5 * number
        transform.transform.rotation.w = 1.0
        message.transforms.append(transform)
    return message


@pytest.fixture(scope='module')
def node():
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('test_interfaces', context=context)
    executor = rclpy.executors.SingleThreadedExecutor(context=context)
    executor.add_node(node)
    yield node
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown(context=context)


def wait_for(node, done) -> None:
    deadline = time.monotonic() + 20.0
    while not done():
        assert time.monotonic() < deadline, 'nothing was received within 20 s'
        node.executor.spin_once(timeout_sec=0.1)


def extrinsics() -> Extrinsics:
    return Extrinsics(rotation=[k / 8 for k in range(9)], translation=[0.5, -0.25, 2.0])


@pytest.mark.parametrize(
    'make', [detections_2d, detections_3d, extrinsics, label_info, transforms]
)
def test_message_arrives_with_all_its_values(node, make):
    sent = make()
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    topic = f'round_trip/{make.__name__}'
    received = []
    publisher = node.create_publisher(type(sent), topic, latched)
    publisher.publish(sent)
    subscription = node.create_subscription(type(sent), topic, received.append, latched)
    wait_for(node, lambda: received)
    assert received == [sent]
    assert received[0] != type(sent)()
    node.destroy_subscription(subscription)
    node.destroy_publisher(publisher)


@pytest.mark.parametrize(
    ('kind', 'hash_text'),
    [
        # From the packages ros-jazzy-vision-msgs 4.1.1 and ros-jazzy-tf2-msgs, not from ours.
        (
            Detection2DArray,
            'RIHS01_214274120007f4a683866481336b70310268cfa107aebe9d594a6acf75bda968',
        ),
        (
            Detection3DArray,
            'RIHS01_793f5eab9595ac1c0da07873cc859db42eae51f0ee76056db8562515d830e018',
        ),
        (TFMessage, 'RIHS01_e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087'),
    ],
)
def test_middleware_announces_the_official_type_hash(node, kind, hash_text):
    publisher = node.create_publisher(kind, f'type_hash/{kind.__name__}', 1)
    topic = publisher.topic_name
    wait_for(node, lambda: node.get_publishers_info_by_topic(topic))
    assert str(node.get_publishers_info_by_topic(topic)[0].topic_type_hash) == hash_text
    node.destroy_publisher(publisher)


def test_every_definition_has_a_hash():
    names = {
        f'{package.name}/{kind}/{path.stem}'
        for package in PACKAGES
        for kind in package.kinds
        for path in package.definitions(kind)
    }
    assert names == set(TYPE_HASHES)
    assert len(names) == 18 + 20


def test_services_and_actions_carry_the_hash_of_their_definition():
    for kind, name in (
        (StepSimulation, 'srv/StepSimulation'),
        (GetEntitiesStates, 'srv/GetEntitiesStates'),
        (SimulateSteps, 'action/SimulateSteps'),
    ):
        share = environment.current().share / 'simulation_interfaces' / f'{name}.json'
        described = {
            item['type_name']: item['hash_string']
            for item in json.loads(share.read_text())['type_hashes']
        }
        full = f'simulation_interfaces/{name}'
        assert described[full] == TYPE_HASHES[full]
        assert kind.__name__ == share.stem


def test_generating_again_changes_nothing():
    here = environment.current()
    if environment.missing_from_installation(here) is None:
        before = here.stamp.stat().st_mtime_ns
        assert is_current(here)
        assert 'up to date' in generate.ensure()
        assert here.stamp.stat().st_mtime_ns == before
    else:
        assert 'come from the ROS 2 installation' in generate.ensure()


def test_generated_packages_are_in_the_ament_index():
    here = environment.current()
    script = (
        'from ament_index_python import get_package_share_directory as share;'
        "print(share('vision_msgs'), share('tf2_msgs'), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, '-c', script],
        env={'AMENT_PREFIX_PATH': str(here.prefix)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [f'{here.share}/vision_msgs', f'{here.share}/tf2_msgs']


def test_changed_field_is_refused(tmp_path):
    folder = tmp_path / 'c' / 'generator' / 'tf2_msgs' / 'msg'
    folder.mkdir(parents=True)
    (folder / 'TFMessage.json').write_text(
        '{"type_hashes": [{"type_name": "tf2_msgs/msg/TFMessage", "hash_string": "RIHS01_0"}]}'
    )
    with pytest.raises(RosError, match=r'tf2_msgs/msg/TFMessage.* differ from .*official'):
        rosidl.check_hashes(tmp_path)


def test_a_package_that_somebody_installed_stays(tmp_path):
    here = environment.Environment(tmp_path, tmp_path / 'python')
    everything = [package.name for package in PACKAGES]
    assert [p.name for p in packages_to_make(here)] == everything
    for name, about in (
        ('simulation_interfaces', 'Standard interfaces.'),
        ('vision_msgs', 'Messages generated by synth_ros from the published fields.'),
    ):
        (here.site_packages / name).mkdir(parents=True)
        (here.site_packages / name / '__init__.py').touch()
        (here.share / name).mkdir(parents=True)
        (here.share / name / 'package.xml').write_text(f'<description>{about}</description>')
    everything.remove('simulation_interfaces')
    assert [p.name for p in packages_to_make(here)] == everything


def test_an_installation_may_lack_what_is_optional(monkeypatch, tmp_path):
    """Nodes then offer no standard services."""
    found = environment.importlib.util.find_spec
    monkeypatch.setattr(
        environment.importlib.util,
        'find_spec',
        lambda name: None if name in {'simulation_interfaces', 'tf2_msgs'} else found(name),
    )
    elsewhere = environment.Environment(tmp_path, tmp_path)
    assert environment.missing_from_installation(elsewhere) == ('tf2_msgs',)


def test_missing_compiler_is_named(monkeypatch):
    monkeypatch.setenv('CXX', 'no-such-compiler')
    with pytest.raises(RosError, match=r"no C\+\+ compiler 'no-such-compiler'.*apt install g\+\+"):
        environment.find_toolchain(environment.current())


def test_missing_python_headers_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(environment.sysconfig, 'get_path', lambda name: str(tmp_path / name))
    with pytest.raises(RosError, match=r'Python\.h is missing.*apt install python3\.\d+-dev'):
        environment.find_toolchain(environment.current())


def test_missing_wheels_are_named(tmp_path):
    empty = environment.Environment(tmp_path, tmp_path)
    with pytest.raises(
        RosError, match=r"rclpy.*are not installed there.*pip install.*'\.\[ros\]'"
    ):
        environment.require_wheels(empty)


def test_failing_compiler_installs_nothing_and_is_quoted(monkeypatch, tmp_path, capsys):
    compiler = tmp_path / 'broken-compiler'
    compiler.write_text('#!/bin/sh\necho no space left >&2\nexit 1\n')
    compiler.chmod(0o755)
    monkeypatch.setenv('CXX', str(compiler))
    # One package is as good as all, and quicker.
    monkeypatch.setattr(
        generate, 'packages_to_make', lambda _: [p for p in PACKAGES if p.name == 'tf2_msgs']
    )
    here = environment.current()
    before = sorted(here.stamp.parent.iterdir()), here.stamp.read_bytes()
    assert generate.main(['--force']) == 1
    assert 'no space left' in capsys.readouterr().err
    assert (sorted(here.stamp.parent.iterdir()), here.stamp.read_bytes()) == before
    assert is_current(here)
