"""One camera's publishers: which there are, and which rest while nobody subscribes."""

import time
from dataclasses import replace

import pytest
import rclpy
from full_sample import EVERYTHING, full_sample
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile
from sample_factory import CATEGORIES

from synth_ros.config.labels import LabelsConfig
from synth_ros.ros import streams
from synth_ros.ros.camera_publishers import CameraPublishers
from synth_ros.ros.messages import KINDS, Instant, StreamOptions
from synth_ros.ros.names import camera_frames, camera_topics
from synth_ros.types import Category, Seen

TOPICS = camera_topics('cam')._asdict()
WALL = Category(9, 'wall', 'stuff', is_thing=False)
DRESS = Category(300, 'dress', 'stuff', is_thing=False)


class Rig:
    """A publishing node, and a listening one that tells the number of each message."""

    def __init__(self):
        self.context = rclpy.Context()
        rclpy.init(context=self.context)
        self.node = rclpy.create_node('publishing', context=self.context)
        self.other = rclpy.create_node('listening', context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.other)
        self.heard = {}

    def publishers(self, labels, **options):
        return CameraPublishers(
            self.node,
            'cam',
            frames=camera_frames('cam'),
            categories=(*CATEGORIES, WALL, DRESS),
            options=StreamOptions('16UC1', 'id', labels, **options),
        )

    def listen(self, *names, durability=DurabilityPolicy.VOLATILE):
        for name in names:
            self.heard[name] = []
            self.other.create_subscription(
                KINDS[name].type,
                f'/{TOPICS[name]}',
                lambda message, info, name=name: self.heard[name].append(
                    (info['publication_sequence_number'], message)
                ),
                QoSProfile(depth=10, durability=durability),
            )
        self.wait(
            lambda: all(
                self.node.count_subscribers(f'/{TOPICS[n]}')
                and self.other.count_publishers(f'/{TOPICS[n]}')
                for n in names
            )
        )
        # The graph tells of a subscription a moment before it is matched.
        time.sleep(0.3)

    def wait(self, done):
        deadline = time.monotonic() + 20
        while not done():
            assert time.monotonic() < deadline, self.heard
            self.executor.spin_once(timeout_sec=0.05)

    def close(self):
        self.executor.shutdown()
        self.node.destroy_node()
        self.other.destroy_node()
        rclpy.shutdown(context=self.context)


@pytest.fixture
def rig():
    made = Rig()
    yield made
    made.close()


@pytest.mark.parametrize('labels', [LabelsConfig(), EVERYTHING, LabelsConfig(keypoints=False)])
def test_the_topics_are_those_that_the_config_switches_on(rig, labels):
    made = rig.publishers(labels)
    names = {f'/{TOPICS[name]}' for name in streams.published(labels)}
    found = {name for name, _ in rig.node.get_topic_names_and_types() if name.startswith('/cam/')}
    assert found == names
    flowing = streams.recorded(labels) - {'depth_to_color', 'label_info', 'panoptic_info'}
    assert {p.topic_name for p in made.streams} == {f'/{TOPICS[name]}' for name in flowing}


def test_streams_rest_while_nobody_subscribes(rig):
    made, sample = rig.publishers(EVERYTHING), full_sample()
    made.publish(sample, run=0)
    names = ('color', 'color_info', 'depth', 'instance', 'annotations', 'normals', 'markers')
    rig.listen(*names)
    made.publish(sample, run=0)
    rig.wait(lambda: all(rig.heard.values()))
    numbers = {name: [number for number, _ in heard] for name, heard in rig.heard.items()}
    # What was not sent has no number.
    assert numbers == {name: [1] for name in names}


def test_parts_are_those_that_somebody_listens_to(rig):
    made = rig.publishers(LabelsConfig())
    assert (made.parts(), made.made()['made now']) == (frozenset(), 'nothing')
    assert made.made()['made for'] == 'nobody subscribes'
    rig.listen('depth_info')
    assert (made.parts(), made.made()['made now']) == ({'depth'}, 'picture')
    rig.listen('color_points')
    assert made.parts() == {'color', 'depth'}
    assert made.made()['made for'] == 'depth_info, color_points'
    rig.listen('markers', 'instance', 'semantic')
    assert (made.parts(), made.made()['made now']) == ({'color', 'depth', 'labels'}, 'labels')
    assert made.made()['made for'] == 'depth_info, color_points, instance, semantic and 1 more'
    made.off = frozenset({'markers', 'instance', 'semantic', 'depth_info'})
    assert made.parts() == {'color', 'depth'}


def test_what_late_subscribers_get_is_always_made(rig):
    assert rig.publishers(LabelsConfig(), color_qos='LATCHED').parts() == {'color'}


def test_for_snapshots_all_is_made(rig):
    made = rig.publishers(EVERYTHING, snapshots=True)
    assert (made.parts(), made.idle()) == ({'color', 'depth', 'labels'}, frozenset())
    assert made.made()['made for'] == 'snapshots'


def test_a_picture_has_no_labels_to_publish(rig):
    made, sample = rig.publishers(LabelsConfig()), full_sample()
    names = ('color', 'depth', 'instance', 'annotations', 'image_annotated')
    rig.listen(*names)
    picture = Seen(sample.key, sample.frame, sample.rgb, None)
    for seen in (picture, sample):
        made.publish(seen, run=0)
    rig.wait(lambda: all(rig.heard.values()) and len(rig.heard['color']) == 2)
    numbers = {name: [number for number, _ in heard] for name, heard in rig.heard.items()}
    assert numbers == {name: [1, 2] if name == 'color' else [1] for name in names}
    now = Instant(picture, 0, camera_frames('cam'), CATEGORIES, StreamOptions('16UC1', 'id'))
    for name in ('instance', 'annotations', 'depth'):
        with pytest.raises(AssertionError, match='was not'):
            KINDS[name].make(now)


def test_late_subscribers_get_the_last_of_latched_streams(rig):
    made, sample = rig.publishers(EVERYTHING, labels_qos='LATCHED'), full_sample()
    made.publish(sample, run=0)
    rig.listen('instance', 'normals', durability=DurabilityPolicy.TRANSIENT_LOCAL)
    rig.wait(lambda: all(rig.heard.values()))
    assert [number for number, _ in rig.heard['normals']] == [1]


def test_names_of_stuff_are_told_with_the_panoptic_mask_alone(rig):
    made, sample = rig.publishers(EVERYTHING), full_sample()
    rig.listen('label_info', 'panoptic_info', durability=DurabilityPolicy.TRANSIENT_LOCAL)
    rig.listen('semantic')
    made.publish(sample, run=0)
    rig.wait(lambda: all(rig.heard.values()))
    told = {
        name: {entry.class_name for entry in rig.heard[name][0][1].class_map}
        for name in ('label_info', 'panoptic_info')
    }
    things = {'background', 'mug', 'box', 'drill'}
    assert told == {'label_info': things, 'panoptic_info': things | {'wall', 'dress'}}
    # Class 300 is stuff, which the semantic mask does not show.
    assert rig.heard['semantic'][0][1].encoding == 'mono8'


def test_compressed_images_are_made_for_who_subscribes_and_all_of_them(rig):
    made, sample = rig.publishers(EVERYTHING), full_sample()
    made.publish(sample, run=0)
    rig.listen('color_compressed', 'aligned_depth_compressed')
    for _ in range(5):
        made.publish(sample, run=0)
    made.settle()
    rig.wait(lambda: all(len(heard) == 5 for heard in rig.heard.values()))
    for heard in rig.heard.values():
        assert [number for number, _ in heard] == [1, 2, 3, 4, 5]
    assert {message.format for _, message in rig.heard['aligned_depth_compressed']} == {
        '16UC1; compressedDepth png'
    }


def test_the_right_eye_looks_while_somebody_subscribes(rig):
    made = rig.publishers(LabelsConfig(), baselines_m={'cam': 0.05})
    sample = full_sample(camera='cam')
    assert made.parts() == frozenset()
    made.publish(sample, run=0)
    rig.listen('infra2', 'infra2_info')
    assert made.parts() == {'infra2'}
    assert made.made()['stereo images that are made'] == 'infra2'
    # Drawn before it was wanted.
    made.publish(replace(sample, infra1=None, infra2=None), run=0)
    made.publish(sample, run=0)
    rig.wait(lambda: rig.heard['infra2'] and rig.heard['infra2_info'])
    assert [number for number, _ in rig.heard['infra2']] == [1]
    [(number, info)] = rig.heard['infra2_info']
    assert number == 1
    assert info.p[3] == -0.05 * info.k[0]
    assert info.header.frame_id == 'cam_infra2_optical_frame'
    made.off = frozenset({'infra2', 'infra2_info'})
    assert made.parts() == frozenset()


def test_annotations_are_idle_while_nobody_subscribes_to_their_topics(rig):
    made = rig.publishers(EVERYTHING)
    dense = {'parts', 'panoptic', 'clean_depth', 'distance', 'normals', 'points', 'flow'}
    assert made.idle() == dense | {'scene_flow'}
    rig.listen('normals', 'flow_backward_state', 'markers')
    assert made.idle() == (dense | {'scene_flow'}) - {'normals', 'flow'}


def test_nothing_is_idle_where_late_subscribers_get_the_last(rig):
    assert rig.publishers(EVERYTHING, labels_qos='LATCHED').idle() == frozenset()


def test_a_frame_made_before_somebody_subscribed_is_not_sent_empty(rig):
    made, sample = rig.publishers(EVERYTHING), full_sample()
    made.idle()
    rig.listen('normals', 'instance')
    made.publish(sample, run=0)
    assert 'normals' not in made.idle()
    made.publish(sample, run=1)
    rig.wait(lambda: len(rig.heard['instance']) == 2 and rig.heard['normals'])
    assert [number for number, _ in rig.heard['normals']] == [1]
