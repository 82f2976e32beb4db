"""With every annotation on: topics, bag and dataset carry what is made without ROS, exactly."""

from types import SimpleNamespace

import numpy as np
import pytest
from bag_files import counts, proof, topics
from full_sample import EVERYTHING
from listener import Listener
from live_bags import check_same
from message_parts import serialized
from rclpy.serialization import deserialize_message
from ros_processes import CAMERAS, CONFIG, FRAMES_PER_EPISODE, recorder, sim, write_config
from rosbags.highlevel import AnyReader
from sample_factory import tree

from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import dataset_info, open_stage
from synth_ros.pipeline.live import LiveSession
from synth_ros.ros import annotations, streams
from synth_ros.ros.messages import KINDS, Instant, StreamOptions
from synth_ros.ros.names import camera_frames, camera_topics
from synth_ros.scene.build import SceneBuilder
from synth_ros.schema.layers import LAYERS
from synth_ros.writers.coco import CocoWriter

FRAMES = FRAMES_PER_EPISODE + 2  # a whole episode, and two frames of the next
FLOWING, LATCHED = topics(EVERYTHING)
STREAMS = sorted(streams.published(EVERYTHING))

# The chest camera stands behind the table and looks back at the robot; blocks have keypoints.
FULL = f'{CONFIG}labels: {{everything: true}}\n'
for plain, rich in (
    ('[0.1, 0, 1.1], rpy_deg: [0, 30, 0]', '[1.4, 0, 1.5], rpy_deg: [0, 30, 180]'),
    ('{name: block, ', '{name: block, keypoints: {edge: [.06, .05, .04]}, '),
):
    assert plain in FULL
    FULL = FULL.replace(plain, rich)

WAITING = {'start_paused': True, 'wait_for_subscribers_s': 60, 'linger_s': 2}


@pytest.fixture(scope='module')
def played(tmp_path_factory):
    """A recording with a listener beside it that also looks at what is not recorded."""
    folder = tmp_path_factory.mktemp('everything')
    config = write_config(folder, FULL)
    bag, dataset = folder / 'bag', folder / 'dataset'
    listener = Listener(CAMERAS, EVERYTHING)
    try:
        with (
            recorder(
                folder, config, bag=bag, dataset=dataset, stop_with_publishers=True
            ) as second,
            sim(
                folder,
                config,
                frame_limit=FRAMES,
                start_paused=True,
                wait_for_subscribers_s=60,
                linger_s=2,
            ) as first,
        ):
            second.wait_for_text('Recording all')
            node = listener.node
            listener.wait_for(lambda: all(map(node.count_publishers, listener.types)), 'a topic')
            listener.call('pause', data=False)
            listener.wait_for_frames(FRAMES)
            codes = (first.wait(), second.wait())
    finally:
        listener.close()
    return SimpleNamespace(
        config=config,
        bag=bag,
        dataset=dataset,
        codes=codes,
        heard=listener.heard,
        recorder=second.text,
    )


@pytest.fixture(scope='module')
def offline(played, tmp_path_factory):
    """The same frames without ROS: live frames, and a dataset of them."""
    loaded = load_config(played.config)
    builder = SceneBuilder(loaded)
    info = dataset_info(loaded, builder, seed=loaded.config.seed, renderer='topics')
    stage = open_stage(loaded, builder, seed=loaded.config.seed)
    root = tmp_path_factory.mktemp('offline') / 'dataset'
    try:
        session = LiveSession(stage)
        frames = [session.advance() for _ in range(FRAMES)]
    finally:
        stage.renderer.close()
    episodes = {}
    for frame in frames:
        episodes.setdefault(frame.episode, []).extend(frame.samples)
    with CocoWriter(root, info, loaded.config.output.dataset) as writer:
        for episode, samples in episodes.items():
            writer.write_episode(episode, samples)
    return SimpleNamespace(root=root, frames=frames, builder=builder)


def test_nothing_is_lost(played):
    assert played.codes == (0, 0), played.recorder
    assert 'none lost on the way' in played.recorder
    assert f'({len(CAMERAS) * FRAMES} images)' in played.recorder
    assert 'Not in the dataset' not in played.recorder


def test_the_bag_holds_every_stream_that_is_recorded(played):
    expected = dict.fromkeys(FLOWING, FRAMES) | dict.fromkeys(LATCHED, 1)
    assert counts(played.bag) == expected
    reports = proof(played.bag)
    assert set(reports) == set(expected)
    for topic, report in reports.items():
        assert report['provable'], topic
        assert (report['lost'], report['before'], report['restarts']) == (0, 0, 0), topic


def test_other_readers_read_every_message(played):
    seen = dict.fromkeys(counts(played.bag), 0)
    with AnyReader([played.bag]) as reader:
        for connection, _, data in reader.messages():
            reader.deserialize(data, connection.msgtype)
            seen[connection.topic] += 1
    assert seen == counts(played.bag)


@pytest.mark.parametrize('stream', [name for name in STREAMS if KINDS[name].make])
def test_topics_carry_what_is_made_without_ros(played, offline, stream):
    for camera in CAMERAS:
        heard = played.heard[f'/{camera_topics(camera)._asdict()[stream]}']
        assert len(heard) == FRAMES
        for index, (message, frame) in enumerate(zip(heard, offline.frames, strict=True)):
            now = instant(played, offline, frame, camera)
            made = KINDS[stream].make(now)
            # Some fields are single floats on the way.
            sent = deserialize_message(serialized(made), KINDS[stream].type)
            assert message == sent, (camera, index)


def instant(played, offline, frame, camera):
    first = played.heard[f'/{camera}/labels/annotations'][0]
    options = StreamOptions(
        '16UC1', 'id', EVERYTHING, session=annotations.from_json(first.data).session
    )
    [sample] = [sample for sample in frame.samples if sample.key.camera == camera]
    names = camera_frames(camera, offline.builder.robot_links)
    return Instant(sample, frame.run, names, offline.builder.categories, options)


def test_every_kind_of_annotation_occurs(played):
    texts = [m.data for c in CAMERAS for m in played.heard[f'/{c}/labels/annotations']]
    frames = [annotations.from_json(text).frame for text in texts]
    labels = [label for frame in frames for label in frame.labels]
    assert all(label.oriented_box and label.amodal_mask for label in labels)
    assert any(label.keypoints for label in labels)
    assert any(label.occluders for label in labels)
    assert all(frame.contacts and frame.relations and frame.tracks for frame in frames)
    assert all(frame.robot.skeleton and frame.parts and frame.segments for frame in frames)
    ids = {d.id for m in played.heard['/chest/labels/keypoints'] for d in m.detections}
    assert 'robot/head_pan_joint' in ids
    assert any(name.endswith('/edge') for name in ids)
    parts = played.heard['/chest/labels/parts']
    assert all(np.frombuffer(m.data, '<u2').any() for m in parts)


@pytest.mark.parametrize('camera', CAMERAS)
def test_every_frame_has_every_layer(played, camera):
    for message in played.heard[f'/{camera}/labels/annotations']:
        assert set(annotations.from_json(message.data).frame.layers) == set(LAYERS)


@pytest.mark.parametrize('camera', CAMERAS)
@pytest.mark.parametrize(
    ('direction', 'ends'),
    [('forward', {FRAMES_PER_EPISODE - 1}), ('backward', {0, FRAMES_PER_EPISODE})],
)
def test_flow_is_unknown_at_the_ends_of_a_scene(played, camera, direction, ends):
    states = played.heard[f'/{camera}/labels/flow_{direction}_state']
    for index, message in enumerate(states):
        assert any(message.data) == (index not in ends)
    for name in (f'flow_{direction}', f'scene_flow_{direction}'):
        for index, message in enumerate(played.heard[f'/{camera}/labels/{name}']):
            values = np.frombuffer(message.data, '<f4')
            assert np.isnan(values).all() == (index in ends), name


def test_names_of_stuff_are_in_the_panoptic_info_alone(played, offline):
    kinds = {c.class_id: c.name for c in offline.builder.categories}
    objects = {c.class_id: c.name for c in offline.builder.categories if c.is_thing}
    assert objects.items() < kinds.items()
    for camera in CAMERAS:
        [info] = played.heard[f'/{camera}/labels/label_info']
        [all_info] = played.heard[f'/{camera}/labels/panoptic_info']
        told = {entry.class_id: entry.class_name for entry in info.class_map}
        assert told == {0: 'background'} | objects
        told = {entry.class_id: entry.class_name for entry in all_info.class_map}
        assert told == {0: 'background'} | kinds


def test_the_recorded_dataset_is_the_generated_one(played, offline):
    """Every file, byte by byte: images, masks, layers, records, indices."""
    recorded, generated = tree(played.dataset), tree(offline.root)
    assert recorded.keys() == generated.keys()
    differing = [path for path, data in generated.items() if recorded[path] != data]
    assert differing == []
    kinds = {path.split('/')[0] for path in generated}
    assert {'images', 'depth', 'labels', 'layers'} <= kinds


def test_recording_without_transport_gives_the_same_bag(played, tmp_path):
    check_same(played.config, played.bag, frames=FRAMES, folder=tmp_path)
