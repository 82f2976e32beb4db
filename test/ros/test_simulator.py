"""The simulation node as a process, heard by a subscriber to everything."""

import json
import math
import signal
import time
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from listener import LATCHED, Listener
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy
from ros_processes import CAMERAS, sim, write_config
from tf_chain import matrix_of, matrix_of_extrinsics, world_from

from synth_ros.ros import annotations
from synth_ros.ros.convert import stamp_ns
from synth_ros.ros.images import image_array


@pytest.fixture(scope='module')
def story(tmp_path_factory):
    """One simulator, told what to do frame by frame; all that was heard and answered."""
    folder = tmp_path_factory.mktemp('sim')
    listener = Listener(CAMERAS)
    try:
        with sim(folder, write_config(folder), start_paused=True, real_time_factor=0) as process:
            yield tell_story(listener, process)
    finally:
        listener.close()


def tell_story(listener, process):
    heard, answers = listener.heard, []

    def call(name, **data):
        answers.append((name, listener.call(name, **data)))

    def step(count):
        call('step')
        listener.wait_for_frames(count)

    step(1)
    endpoints = {
        topic: listener.node.get_publishers_info_by_topic(topic) for topic in listener.types
    }
    step(2)
    call('reset')
    step(3)
    step(4)
    call('randomize')
    step(5)
    time.sleep(0.3)
    counts_paused = {topic: len(messages) for topic, messages in heard.items()}
    call('pause', data=False)
    listener.wait_for_frames(12)
    call('pause', data=True)
    counts_again = wait_until_still(heard)
    time.sleep(0.3)
    counts_later = {topic: len(messages) for topic, messages in heard.items()}
    return SimpleNamespace(
        heard=heard,
        answers=answers,
        endpoints=endpoints,
        types=listener.types,
        counts_paused=counts_paused,
        counts_again=counts_again,
        counts_later=counts_later,
        process=process,
    )


def wait_until_still(heard):
    """Message counts once the last ones have arrived."""
    before = None
    while before != (now := {topic: len(messages) for topic, messages in heard.items()}):
        before = now
        time.sleep(0.5)
    return before


def stamps(messages):
    return [stamp_ns(m.header.stamp) for m in messages]


def envelopes(story, camera):
    texts = story.heard[f'/{camera}/labels/annotations']
    return [annotations.from_json(m.data) for m in texts]


def records(story, camera):
    return [envelope.frame for envelope in envelopes(story, camera)]


def pixels(story, topic):
    return [image_array(m) for m in story.heard[topic]]


def test_each_topic_has_one_publisher_of_its_type(story):
    for topic, kind in story.types.items():
        [endpoint] = story.endpoints[topic]
        package, name = kind.__module__.split('.')[0], kind.__name__
        assert endpoint.topic_type == f'{package}/msg/{name}', topic


def test_quality_of_service(story):
    for topic, [endpoint] in story.endpoints.items():
        latched = topic.endswith(LATCHED)
        profile = endpoint.qos_profile
        assert profile.reliability == ReliabilityPolicy.RELIABLE, topic
        wanted = DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE
        assert profile.durability == wanted, topic


def test_a_step_makes_one_frame_and_pause_none(story):
    for topic, count in story.counts_paused.items():
        assert count == (1 if topic.endswith(LATCHED) else 5), topic
    assert story.counts_again == story.counts_later
    assert story.counts_again['/clock'] >= 12
    assert len({n for topic, n in story.counts_again.items() if not topic.endswith(LATCHED)}) == 1


def test_services_answer(story):
    assert all(answer.success for _, answer in story.answers)
    said = dict(story.answers)
    assert said['reset'].message == 'Episode 0 begins again.'
    assert said['randomize'].message == 'Episode 1 begins.'
    assert 'is out; the simulation is paused' in said['step'].message


@pytest.mark.parametrize('camera', CAMERAS)
def test_one_stamp_for_everything_of_an_instant(story, camera):
    clock = [stamp_ns(m.clock) for m in story.heard['/clock']]
    for name in (
        'color/image_raw',
        'color/camera_info',
        'depth/image_rect_raw',
        'depth/camera_info',
        'aligned_depth_to_color/image_raw',
        'aligned_depth_to_color/camera_info',
        'labels/instance',
        'labels/semantic',
        'labels/detections_2d',
        'labels/detections_2d_oriented',
        'labels/detections_3d',
        'labels/keypoints',
        'depth/color/points',
        'labels/image_annotated',
    ):
        assert stamps(story.heard[f'/{camera}/{name}']) == clock, name
    assert [record.stamp_ns for record in records(story, camera)] == clock
    assert stamps(story.heard['/joint_states']) == clock
    for message, stamp in zip(story.heard['/tf'], clock, strict=True):
        assert set(stamps(message.transforms)) == {stamp}


def test_time_grows_through_resets_and_new_scenes(story):
    clock = [stamp_ns(m.clock) for m in story.heard['/clock']]
    assert len(clock) >= 12
    # 20 Hz, and one period between episodes too.
    assert set(np.diff(clock)) == {50_000_000}


# The robot has a head_link of its own.
PREFIX = {'head': 'head_camera', 'chest': 'chest'}


def test_frame_ids(story):
    ids = {
        'color/image_raw': 'color',
        'color/camera_info': 'color',
        'depth/image_rect_raw': 'depth',
        'depth/camera_info': 'depth',
        'aligned_depth_to_color/image_raw': 'color',
        'aligned_depth_to_color/camera_info': 'color',
        'labels/instance': 'color',
        'labels/semantic': 'color',
        'labels/detections_2d': 'color',
        'labels/detections_2d_oriented': 'color',
        'labels/detections_3d': 'color',
        'labels/keypoints': 'color',
        'depth/color/points': 'color',
        'labels/image_annotated': 'color',
        'labels/label_info': 'color',
    }
    for camera in CAMERAS:
        for name, sensor in ids.items():
            frames = {m.header.frame_id for m in story.heard[f'/{camera}/{name}']}
            assert frames == {f'{PREFIX[camera]}_{sensor}_optical_frame'}


def test_images_have_their_encoding_and_size(story):
    encodings = {
        'color/image_raw': 'rgb8',
        'depth/image_rect_raw': '16UC1',
        'aligned_depth_to_color/image_raw': '16UC1',
        'labels/instance': '16UC1',
        'labels/semantic': 'mono8',
    }
    for camera, size in (('head', (160, 120)), ('chest', (120, 90))):
        for name, encoding in encodings.items():
            image = story.heard[f'/{camera}/{name}'][0]
            assert (image.encoding, (image.width, image.height)) == (encoding, size)
        assert pixels(story, f'/{camera}/color/image_raw')[0].std() > 5


@pytest.mark.parametrize('camera', CAMERAS)
@pytest.mark.parametrize('sensor', ['color', 'depth'])
def test_tf_gives_the_pose_of_the_annotations(story, camera, sensor):
    [static] = story.heard['/tf_static']
    moved = set()
    for moving, record in zip(story.heard['/tf'], records(story, camera), strict=True):
        transforms = [*moving.transforms, *static.transforms]
        pose = world_from(f'{PREFIX[camera]}_{sensor}_optical_frame', transforms)
        np.testing.assert_allclose(pose, record.world_from_camera, atol=1e-9)
        moved.add(record.world_from_camera)
    # The head turns, the chest does not.
    assert (len(moved) > 3) == (camera == 'head')


def test_extrinsics_are_those_of_tf(story):
    [static] = story.heard['/tf_static']
    moving = story.heard['/tf'][0]
    for camera in CAMERAS:
        color, depth = (
            world_from(
                f'{PREFIX[camera]}_{sensor}_optical_frame',
                [*moving.transforms, *static.transforms],
            )
            for sensor in ('color', 'depth')
        )
        [message] = story.heard[f'/{camera}/extrinsics/depth_to_color']
        told = matrix_of_extrinsics(message)
        np.testing.assert_allclose(told, np.linalg.inv(color) @ depth, atol=1e-12)


def test_camera_info_agrees_with_the_config(story):
    for camera, fovy_deg, (width, height) in (('head', 50, (160, 120)), ('chest', 58, (120, 90))):
        focal = height / 2 / math.tan(math.radians(fovy_deg) / 2)
        k = [focal, 0, (width - 1) / 2, 0, focal, (height - 1) / 2, 0, 0, 1]
        for stream in ('color', 'depth', 'aligned_depth_to_color'):
            for info in story.heard[f'/{camera}/{stream}/camera_info']:
                assert (info.width, info.height) == (width, height)
                assert list(info.k) == pytest.approx(k)


@pytest.mark.parametrize('camera', CAMERAS)
def test_boxes_masks_and_poses_agree(story, camera):
    """Centres of solids in full view project into their own pixels and boxes."""
    checked = 0
    for index, record in enumerate(records(story, camera)):
        mask = pixels(story, f'/{camera}/labels/instance')[index]
        flat = story.heard[f'/{camera}/labels/detections_2d'][index].detections
        solid = story.heard[f'/{camera}/labels/detections_3d'][index].detections
        k = np.array(story.heard[f'/{camera}/color/camera_info'][index].k).reshape(3, 3)
        assert [d.id for d in flat] == [d.id for d in solid]
        assert [int(d.id) for d in flat] == [entry.instance_id for entry in record.labels]
        for box, cuboid, entry in zip(flat, solid, record.labels, strict=True):
            visible = np.argwhere(mask == entry.instance_id)
            (v0, u0), (v1, u1) = visible.min(0), visible.max(0) + 1
            centre, size = box.bbox.center.position, (box.bbox.size_x, box.bbox.size_y)
            assert (centre.x, centre.y) == ((u0 + u1) / 2, (v0 + v1) / 2)
            assert size == (u1 - u0, v1 - v0)
            if entry.visibility < 0.97:
                continue
            p = cuboid.bbox.center.position
            u, v, w = k @ [p.x, p.y, p.z]
            assert mask[round(v / w), round(u / w)] == entry.instance_id
            checked += 1
    assert checked >= 5


def test_object_poses_of_two_cameras_agree_in_the_world(story):
    [static] = story.heard['/tf_static']
    compared = 0
    for index, moving in enumerate(story.heard['/tf']):
        seen = []
        for camera in CAMERAS:
            message = story.heard[f'/{camera}/labels/detections_3d'][index]
            frame = message.header.frame_id
            world = world_from(frame, [*moving.transforms, *static.transforms])
            seen.append(
                {d.id: world @ pose_matrix(d.results[0].pose.pose) for d in message.detections}
            )
        for number in seen[0].keys() & seen[1].keys():
            np.testing.assert_allclose(seen[0][number], seen[1][number], atol=1e-6)
            compared += 1
    assert compared > 5


def pose_matrix(pose):
    transform = SimpleNamespace(translation=pose.position, rotation=pose.orientation)
    return matrix_of(transform)


@pytest.mark.parametrize('camera', CAMERAS)
def test_classes_agree(story, camera):
    [info] = story.heard[f'/{camera}/labels/label_info']
    names = {entry.class_id: entry.class_name for entry in info.class_map}
    assert names == {0: 'background', 1: 'block', 2: 'ball'}
    for index, record in enumerate(records(story, camera)):
        classes = pixels(story, f'/{camera}/labels/semantic')[index]
        ids = pixels(story, f'/{camera}/labels/instance')[index]
        flat = story.heard[f'/{camera}/labels/detections_2d'][index].detections
        assert ((classes > 0) == (ids > 0)).all()
        objects = {entry.instance_id: entry for entry in record.instances}
        for box, label in zip(flat, record.labels, strict=True):
            entry = objects[label.instance_id]
            assert box.results[0].hypothesis.class_id == str(entry.class_id)
            assert set(classes[ids == entry.instance_id]) == {entry.class_id}
            assert names[entry.class_id] == entry.class_name


@pytest.mark.parametrize(
    'stream', ['color/image_raw', 'depth/image_rect_raw', 'labels/instance', 'labels/semantic']
)
def test_reset_plays_the_same_scene_again_and_randomize_another(story, stream):
    for camera in CAMERAS:
        first, second, again, more, other, *_ = pixels(story, f'/{camera}/{stream}')
        assert (again == first).all()
        assert (more == second).all()
        assert (other != first).any()


def test_annotations_tell_scenes_apart(story):
    heard = envelopes(story, 'head')
    told = [(r.run, r.frame.episode, r.frame.view) for r in heard]
    assert told[:6] == [(0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 0, 1), (2, 1, 0), (2, 1, 1)]
    assert {r.session for r in heard} == {envelopes(story, 'chest')[0].session}
    origin = json.loads(heard[0].provenance)
    assert origin['seed'] == 5


def test_aligned_depth_is_the_depth(story):
    for camera in CAMERAS:
        depth = pixels(story, f'/{camera}/depth/image_rect_raw')
        aligned = pixels(story, f'/{camera}/aligned_depth_to_color/image_raw')
        assert all((a == b).all() for a, b in zip(depth, aligned, strict=True))


def test_the_robot_is_described_with_its_links_and_joints(story):
    [message] = story.heard['/robot_description']
    robot = ET.fromstring(message.data)
    links = {link.get('name') for link in robot.iter('link')}
    told = {t.child_frame_id for tf in story.heard['/tf'] for t in tf.transforms}
    assert links == told == {'base_link', 'head_link'}
    joints = {j.get('name') for j in robot.findall('joint') if j.get('type') != 'fixed'}
    assert joints == set(story.heard['/joint_states'][0].name)


def test_joint_states_move(story):
    states = story.heard['/joint_states']
    assert {tuple(m.name) for m in states} == {('head_pan_joint',)}
    positions = [m.position[0] for m in states]
    assert max(map(abs, positions)) <= 0.2
    assert len(set(positions)) > 3


def test_sigterm_ends_it_cleanly(story):
    # Runs last: the others only look at what was heard.
    assert story.process.end(signal.SIGTERM, timeout_s=15) == 0
    assert 'Ended after' in story.process.text
    assert 'Traceback' not in story.process.text
