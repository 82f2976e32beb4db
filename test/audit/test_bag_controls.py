"""Wrong messages planted into a bag of the nodes: the audit names each and its frame."""

import json
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from mcap.reader import make_reader
from mcap_ros2._dynamic import generate_dynamic, serialize_dynamic
from planting import findings, rows, told

from synth_ros.audit.run import AuditRequest, audit
from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import open_stage
from synth_ros.pipeline.oracle import ConfigOracle
from synth_ros.readers.plain.ours import OurPlain
from synth_ros.readers.recording_bag import BagRecording
from synth_ros.report.html import Options, write_report
from synth_ros.scene.build import SceneBuilder
from synth_ros.writers.bag import BagWriter
from synth_ros.writers.bag_metadata import BagTopic

sys.path.insert(0, str(Path(__file__).parents[1] / 'ros'))

from other_recorders import hear, record
from ros_processes import CONFIG, recorder, sim, write_config

FRAME = '000000_001_head'
PERIOD_NS = 50_000_000


@pytest.fixture(scope='module')
def recorded(tmp_path_factory):
    """A bag of a few frames with every annotation."""
    folder = tmp_path_factory.mktemp('recorded')
    config = write_config(folder, f'{CONFIG}labels: {{everything: true}}\n')
    bag = folder / 'bag'
    with (
        recorder(folder, config, bag=bag, stop_with_publishers=True) as second,
        sim(folder, config, frame_limit=4, wait_for_subscribers_s=60, linger_s=2) as first,
    ):
        assert (first.wait(), second.wait()) == (0, 0)
    return config, bag


@pytest.fixture
def plant(recorded, tmp_path):
    """Copies the bag with messages changed: ``change(topic, message)`` edits a message."""

    def planted(change, topic_part):
        out = tmp_path / 'planted'
        copy_bag(recorded[1], out, lambda topic, m: topic_part in topic and change(topic, m))
        with closing(BagRecording(out)) as recording:
            return audit(recording, AuditRequest())

    return planted


def caught(result, *wanted):
    found = findings(result)
    for entry in wanted:
        assert any(all(a in b for a, b in zip(entry, item, strict=True)) for item in found), (
            f'{entry} not in:\n{told(result)}'
        )


def test_honest_bag_is_fine(recorded):
    config, bag = recorded
    loaded = load_config(config)
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=loaded.config.seed)
    with closing(stage.renderer), closing(BagRecording(bag)) as recording:
        oracle = ConfigOracle(loaded, builder, stage=stage)
        result = audit(recording, AuditRequest(), oracle=oracle)
    assert result.fine, told(result)
    judged = {row.name for row in result.rows if row.status == 'fine'}
    assert {'camera.tf', 'camera.stamps', 'files.ids', 'again.rgb', 'rays.ids', 'robot'} <= judged


def test_wrong_tf(plant):
    def push(topic, message):
        for item in message.transforms:
            if item.child_frame_id == 'head_link':
                item.transform.translation.x += 0.001

    caught(plant(push, '/tf'), ('camera.tf', FRAME, ''), ('robot', FRAME, 'head_link'))


def test_tf_without_a_chain(plant):
    def cut(topic, message):
        for item in message.transforms:
            if item.child_frame_id.endswith('color_optical_frame'):
                item.header.frame_id = 'nowhere'

    caught(plant(cut, '/tf_static'), ('camera.tf', FRAME, ''))


@pytest.mark.parametrize(
    'topic', ['head/color/image_raw', 'head/labels/instance', 'head/depth/camera_info']
)
def test_stale_stamp(plant, topic):
    def delay(number, message):
        if number == 1:
            message.header.stamp.nanosec += 1

    result = plant(numbered(delay), topic)
    caught(result, ('camera.stamps', FRAME, topic.split('/', 1)[1]))


def test_images_of_the_instant_before(plant):
    """Every stamp is there, on the wrong image."""
    data = []

    def delay(number, message):
        data.append(message.data)
        message.data = data[max(number - 1, 0)]

    result = plant(numbered(delay), 'head/color/image_raw')
    caught(result, ('image.copied', FRAME, 'colour'), ('image.stale', '000000_002_head', 'colour'))


def test_two_messages_of_one_stamp(plant):
    def repeat(number, message):
        if number == 1:
            message.header.stamp.nanosec -= PERIOD_NS

    result = plant(numbered(repeat), 'head/depth/camera_info')
    assert result.problems == ('/head/depth/camera_info: two messages have the stamp 0 ns.',)
    assert not result.fine


def test_stamp_inside_a_detection(plant):
    def delay(_, message):
        for item in message.detections:
            item.header.stamp.nanosec += 1

    caught(plant(delay, 'head/labels/detections_2d'), ('camera.stamps', FRAME, 'detections_2d'))


def test_principal_point_off_by_half(plant):
    def move(_, message):
        message.k[2] += 0.5
        message.p[2] += 0.5

    caught(plant(move, 'head/color/camera_info'), ('camera.intrinsics', FRAME, 'camera_info'))


def test_depth_in_another_unit(plant):
    def scale(_, message):
        depth = np.frombuffer(message.data, '<u2') // 10
        message.data = depth.astype('<u2').tobytes()

    caught(plant(scale, 'head/depth/image_rect_raw'), ('depth.sensed', FRAME, ''))


def test_shifted_detection(plant):
    def shift(_, message):
        message.detections[0].bbox.center.position.x += 1

    caught(plant(shift, 'head/labels/detections_2d'), ('files.values', FRAME, '(id '))


def test_missing_detection(plant):
    def drop(_, message):
        message.detections.pop()

    caught(plant(drop, 'head/labels/detections_3d'), ('files.ids', FRAME, '(id '))


def test_detection_in_the_world_frame(plant):
    def lift(_, message):
        message.detections[0].bbox.center.position.z += 1

    caught(plant(lift, 'head/labels/detections_3d'), ('files.values', FRAME, '(id '))


def test_wrong_class(plant):
    def rename(_, message):
        message.detections[0].results[0].hypothesis.class_id = '77'

    caught(plant(rename, 'head/labels/detections_2d'), ('files.known', FRAME, '(id '))


def test_swapped_ids(plant):
    def swap(_, message):
        one, two = message.detections[0], message.detections[1]
        one.id, two.id = two.id, one.id

    caught(plant(swap, 'head/labels/detections_2d'), ('files.values', FRAME, '(id '))


def test_wrong_joint_state(plant):
    def turn(_, message):
        message.position = [value + 0.01 for value in message.position]

    caught(plant(turn, 'joint_states'), ('robot', FRAME, 'joint '))


@pytest.mark.parametrize(
    ('threshold', 'value'), [('min_pixels', 100_000), ('min_visibility', 1.5)]
)
def test_labels_below_a_threshold(plant, threshold, value):
    def lift(_, message):
        text = json.loads(message.data)
        made = json.loads(text['provenance'])
        made['thresholds'][threshold] = value
        text['provenance'] = json.dumps(made)
        message.data = json.dumps(text)

    caught(plant(lift, 'head/labels/annotations'), ('mask.below', FRAME, '(id '))


@pytest.mark.parametrize('topic', ['/head/labels/label_info', '/head/labels/panoptic_info'])
def test_swapped_names_of_classes(plant, topic):
    def swap(_, message):
        one, two = message.class_map[1:3]
        one.class_name, two.class_name = two.class_name, one.class_name

    caught(plant(swap, topic), ('files.classes', FRAME, topic))


def test_stuff_without_a_name(plant):
    def drop(_, message):
        message.class_map.pop()

    topic = '/head/labels/panoptic_info'
    caught(plant(drop, topic), ('files.classes', FRAME, topic))


def test_annotations_that_are_damaged(plant):
    def cut(_, message):
        text = json.loads(message.data)
        text['frame']['labels'][0]['pixels_visible'] = -1
        message.data = json.dumps(text)

    assert 'files.readable' in rows(plant(cut, 'head/labels/annotations'))


def numbered(change):
    """Gives ``change`` the number of the message instead of its topic."""
    seen = []

    def counted(topic, message):
        seen.append(topic)
        change(len(seen) - 1, message)

    return counted


def copy_bag(source, target, change):
    """Copy every message of a bag; those that ``change`` touches are written anew."""
    with BagWriter(target) as writer, next(source.glob('*.mcap')).open('rb') as stream:
        channels, codecs = {}, {}
        for schema, channel, message in make_reader(stream).iter_messages():
            if channel.topic not in channels:
                text = schema.data.decode()
                channels[channel.topic] = writer.add_topic(
                    BagTopic(channel.topic, schema.name, text, '', ())
                )
                codecs[channel.topic] = (
                    generate_dynamic(schema.name, text)[schema.name],
                    serialize_dynamic(schema.name, text)[schema.name],
                )
            read, write = codecs[channel.topic]
            data = message.data
            decoded = read(data)
            if change(channel.topic, decoded) is not False:
                data = write(decoded)
            writer.write(
                channels[channel.topic],
                data,
                log_ns=message.log_time,
                publish_ns=message.publish_time,
            )


def test_a_bag_of_another_recorder_is_fine(recorded, tmp_path):
    bag = record(hear(recorded[1]), tmp_path / 'bag', storage='SQLITE3', mode='MESSAGE')
    with closing(BagRecording(bag)) as recording:
        result = audit(recording, AuditRequest())
    assert result.fine, told(result)
    judged = {row.name for row in result.rows if row.status == 'fine'}
    assert {'camera.tf', 'camera.stamps', 'files.ids', 'robot'} <= judged


def test_the_bag_is_a_plain_dataset_and_has_a_report(recorded, tmp_path):
    bag = recorded[1]
    with closing(OurPlain(bag)) as plain, closing(BagRecording(bag)) as recording:
        images = list(plain)
        assert len(images) == len(plain) == len(recording.frames)
        assert plain.kind == 'bag'
        for image, key in zip(images, recording.frames, strict=True):
            frame = recording.read(key)
            assert image.name == f'{key.run:03d}/{key.stem}'
            assert (plain.read_rgb(image) == frame.rgb).all()
            assert (plain.depth_m(image) == frame.depth_m).all()
            assert plain.provenance(image) == frame.provenance_json
            names = {i.instance_id: i.class_name for i in frame.record.instances}
            labels = frame.record.labels
            assert [k.class_name for k in image.objects] == [names[k.instance_id] for k in labels]
            for label, mask in zip(labels, plain.masks(image), strict=True):
                assert (mask == (frame.instance_id == label.instance_id)).all()
    write_report(bag, Options(frames=2, jobs=3), out=tmp_path / 'bag.html')
    text = (tmp_path / 'bag.html').read_text()
    for heading in ('Cameras and depth', 'Drawn light', 'From where objects are seen'):
        assert heading in text
