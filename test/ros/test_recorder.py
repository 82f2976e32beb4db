"""The recorder node: what was published is in the bag and in the dataset, and can be proved."""

import json
from dataclasses import fields, is_dataclass
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from bag_files import FLOWING, LATCHED, counts, image_count, metadata, proof, report_of
from live_bags import check_same
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory
from ros_processes import CONFIG, NodeProcess, recorder, sim, write_config
from rosbags.highlevel import AnyReader
from sample_factory import tree

from synth_ros.config.load import load_config
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.pipeline.generate import dataset_info, open_stage
from synth_ros.pipeline.live import LiveSession
from synth_ros.readers.bag import read_bag_summary
from synth_ros.ros.dataset_bag import BagRequest, write_dataset_bag
from synth_ros.scene.build import SceneBuilder
from synth_ros.writers.coco import CocoWriter

FRAMES = 14  # two episodes of six, and two frames


@pytest.fixture(scope='module')
def recorded(tmp_path_factory):
    """A whole recording, from the first frame to the last."""
    folder = tmp_path_factory.mktemp('recording')
    config = write_config(folder)
    bag, dataset = folder / 'bag', folder / 'dataset'
    with (
        recorder(folder, config, bag=bag, dataset=dataset, stop_with_publishers=True) as second,
        sim(folder, config, frame_limit=FRAMES, wait_for_subscribers_s=60, linger_s=0.5) as first,
    ):
        codes = (first.wait(), second.wait())
    return SimpleNamespace(
        config=config, bag=bag, dataset=dataset, codes=codes, sim=first.text, recorder=second.text
    )


def test_both_nodes_end_by_themselves(recorded):
    assert recorded.codes == (0, 0), recorded.recorder
    assert 'none lost on the way' in recorded.recorder
    assert f'({2 * FRAMES} images)' in recorded.recorder
    assert 'Not in the dataset' not in recorded.recorder
    assert 'Traceback' not in recorded.sim + recorded.recorder


def test_every_message_is_in_the_bag(recorded):
    expected = dict.fromkeys(FLOWING, FRAMES) | dict.fromkeys(LATCHED, 1)
    assert counts(recorded.bag) == expected
    assert metadata(recorded.bag)['message_count'] == sum(expected.values())
    assert metadata(recorded.bag)['version'] == 9


def test_the_proof_says_so(recorded):
    reports = proof(recorded.bag)
    assert set(reports) == {*FLOWING, *LATCHED}
    for topic, report in reports.items():
        assert report['received'] == counts(recorded.bag)[topic]
        assert report['provable']
        assert (report['lost'], report['before'], report['restarts']) == (0, 0, 0), topic


def test_the_report_agrees_with_the_bag(recorded):
    told, summary = report_of(recorded.bag), read_bag_summary(recorded.bag)
    assert f'Report: {recorded.bag}/recording_report.html' in recorded.recorder
    assert (told.messages, told.lost) == (summary.message_count, summary.lost)
    assert told.duration_s == pytest.approx(summary.duration_ns * 1e-9)
    for topic, entry in zip(told.topics, summary.topics, strict=True):
        assert (topic.name, topic.type_name) == (entry.name, entry.type_name)
        assert (topic.messages, topic.lost) == (entry.messages, entry.lost)
        assert topic.provable == entry.proven
        assert sum(topic.line) == topic.messages
        if topic.name in FLOWING and topic.name != '/clock':
            assert topic.stamps.period_s == pytest.approx(0.05)
            assert (topic.stamps.gaps, topic.stamps.backwards) == (0, 0)
    [file] = told.files
    assert file.size_bytes == (recorded.bag / file.name).stat().st_size
    assert file.messages == told.messages
    assert told.disk.message_bytes > file.size_bytes
    assert 0 < told.disk.writing_s < told.duration_s + 30
    assert (told.unrecorded, told.never_published) == ({}, ())


def test_qos_is_stored_as_offered(recorded):
    for entry in metadata(recorded.bag)['topics_with_message_count']:
        topic = entry['topic_metadata']
        [profile] = topic['offered_qos_profiles']
        durability = 'transient_local' if topic['name'] in LATCHED else 'volatile'
        assert (profile['reliability'], profile['durability']) == ('reliable', durability)
        assert topic['type_description_hash'].startswith('RIHS01_')


def test_rosbags_reads_every_message(recorded):
    seen = dict.fromkeys(counts(recorded.bag), 0)
    stamps = {}
    with AnyReader([recorded.bag]) as reader:
        for connection, _, data in reader.messages():
            message = reader.deserialize(data, connection.msgtype)
            seen[connection.topic] += 1
            if connection.topic == '/clock':
                stamp = message.clock
            elif hasattr(message, 'header') and connection.topic not in LATCHED:
                stamp = message.header.stamp
            else:
                continue
            stamps.setdefault(connection.topic, []).append((stamp.sec, stamp.nanosec))
    assert seen == counts(recorded.bag)
    assert len(stamps) > 15
    assert all(found == stamps['/clock'] for found in stamps.values())


def test_mcap_decodes_every_message(recorded):
    count = 0
    with (recorded.bag / 'bag_0.mcap').open('rb') as file:
        reader = make_reader(file, decoder_factories=[DecoderFactory()], validate_crcs=True)
        for _, channel, message, decoded in reader.iter_decoded_messages():
            count += 1
            assert message.publish_time <= message.log_time
            if channel.topic.endswith('detections_3d'):
                assert all(d.results[0].hypothesis.score == 1 for d in decoded.detections)
    assert count == metadata(recorded.bag)['message_count']


@pytest.fixture(scope='module')
def offline(recorded, tmp_path_factory):
    """The dataset of the same frames, made without ROS."""
    loaded = load_config(recorded.config)
    builder = SceneBuilder(loaded)
    info = dataset_info(loaded, builder, seed=loaded.config.seed, renderer='topics')
    stage = open_stage(loaded, builder, seed=loaded.config.seed)
    root = tmp_path_factory.mktemp('offline') / 'dataset'
    episodes = {}
    try:
        session = LiveSession(stage)
        frames = [session.advance() for _ in range(FRAMES)]
    finally:
        stage.renderer.close()
    for frame in frames:
        episodes.setdefault(frame.episode, []).extend(frame.samples)
    with CocoWriter(root, info, loaded.config.output.dataset) as writer:
        for episode, samples in episodes.items():
            writer.write_episode(episode, samples)
    samples = {s.key.stem: s for samples in episodes.values() for s in samples}
    return SimpleNamespace(root=root, samples=samples)


def test_images_and_masks_are_those_made_without_ros(recorded, offline):
    for kind in ('images', 'instance_masks', 'semantic_masks'):
        files = tree(recorded.dataset / kind)
        assert len(files) == 2 * FRAMES
        assert files == tree(offline.root / kind)


def test_depth_is_within_half_a_millimetre(recorded, offline):
    for stem, sample in offline.samples.items():
        path = recorded.dataset / 'depth' / f'{stem}.png'
        millimetres = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert np.abs(millimetres - sample.depth_m * 1000.0).max() <= 0.5 + 1e-3
    assert tree(recorded.dataset / 'depth') == tree(offline.root / 'depth')


def test_labels_are_those_made_without_ros(recorded, offline):
    ours, theirs = (
        json.loads((root / 'annotations.json').read_text())
        for root in (recorded.dataset, offline.root)
    )
    assert len(ours['annotations']) > 2 * FRAMES
    assert ours.keys() == theirs.keys()
    for key in theirs:
        same(ours[key], theirs[key], where=key)


def same(ours, theirs, *, where):
    """Equal, floats to the last bits."""
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys(), where
        for key in theirs:
            same(ours[key], theirs[key], where=f'{where}.{key}')
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), where
        for index, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            same(a, b, where=f'{where}[{index}]')
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, abs=1e-12, rel=1e-12), where
    else:
        assert ours == theirs, where


def test_provenance_is_that_of_the_frames(recorded, offline):
    for path in (offline.root / 'provenance').iterdir():
        assert json.loads((recorded.dataset / 'provenance' / path.name).read_text()) == json.loads(
            path.read_text()
        )


def test_outputs_that_exist_are_not_touched(tmp_path, recorded):
    bag, dataset = tmp_path / 'bag', tmp_path / 'dataset'
    for folder in (bag, dataset):
        folder.mkdir()
        (folder / 'mine.txt').write_text('mine')
    before = tree(tmp_path)
    cases = (
        recorder(tmp_path, recorded.config, bag=bag, dataset=tmp_path / 'new_dataset'),
        recorder(tmp_path, recorded.config, bag=tmp_path / 'new_bag', dataset=dataset),
    )
    for process, folder in zip(cases, (bag, dataset), strict=True):
        with process:
            assert process.wait() == 1, process.text
        *_, last = process.text.splitlines()
        assert last.startswith('error: ')
        assert str(folder) in last
        assert 'Traceback' not in process.text
    assert {k: v for k, v in tree(tmp_path).items() if not k.endswith('.log')} == before
    assert not (tmp_path / 'new_bag').exists()
    assert not (tmp_path / 'new_dataset').exists()


@pytest.mark.slow
def test_every_option_of_the_streams(tmp_path):
    """In a namespace, best effort, metres and class names: recorded as published."""
    wanted = 'output: {dataset: {formats: [yolo-detect, webdataset]}, '
    config = write_config(tmp_path, CONFIG.replace('output: {', wanted))
    bag = tmp_path / 'bag'
    place = ['-r', '__ns:=/robot1']
    options = {
        'color_qos': 'SENSOR_DATA',
        'depth_encoding': '32FC1',
        'class_id_format': 'name',
        'wait_for_subscribers_s': 60,
        'frame_limit': 4,
    }
    with (
        NodeProcess(
            'recorder_node',
            tmp_path,
            arguments=place,
            config=config,
            bag=bag,
            dataset=tmp_path / 'dataset',
            stop_with_publishers=True,
        ) as recording,
        NodeProcess('sim_node', tmp_path, arguments=place, config=config, **options) as process,
    ):
        assert (process.wait(), recording.wait()) == (0, 0), process.text + recording.text
    offered = {
        entry['topic_metadata']['name']: entry['topic_metadata']['offered_qos_profiles'][0]
        for entry in metadata(bag)['topics_with_message_count']
    }
    assert offered['/robot1/head/color/image_raw']['reliability'] == 'best_effort'
    assert offered['/robot1/head/labels/instance']['reliability'] == 'reliable'
    assert {'/clock', '/tf', '/robot1/joint_states'} <= set(offered)
    with AnyReader([bag]) as reader:
        for connection, _, data in reader.messages():
            message = reader.deserialize(data, connection.msgtype)
            if connection.topic.endswith('depth/image_rect_raw'):
                assert message.encoding == '32FC1'
                depth_m = message.data.view(np.float32)
                assert np.isnan(depth_m).any()
                assert 0.3 < np.nanmedian(depth_m) < 5
            elif connection.topic.endswith('detections_2d'):
                names = {d.results[0].hypothesis.class_id for d in message.detections}
                assert names <= {'block', 'ball'}
    count = image_count(tmp_path / 'dataset')
    assert count > 0
    # Formats of the config are written while recording, or packed when it ends.
    assert len(list((tmp_path / 'dataset/yolo-detect/labels').rglob('*.txt'))) == count
    shards = json.loads((tmp_path / 'dataset/webdataset/index.json').read_text())['splits']
    assert sum(split['samples'] for split in shards.values()) == count


def test_the_bag_becomes_the_dataset_that_was_written_beside_it(recorded, tmp_path):
    def quiet(_done, _total):
        """Shows nothing."""

    convert(ConvertRequest(source=recorded.bag, out=tmp_path / 'dataset', to=None), quiet)
    assert tree(tmp_path / 'dataset') == tree(recorded.dataset)


def test_the_dataset_becomes_the_bag_that_was_recorded(recorded, tmp_path):
    """Topics, types and qualities of service are equal, and messages but for their stamps."""
    request = BagRequest(recorded.dataset, tmp_path / 'bag', config=recorded.config)
    told = write_dataset_bag(request, lambda _done, _total: None)
    assert told.lacks == ()
    ours, theirs = (
        {
            entry['topic_metadata']['name']: entry
            for entry in metadata(bag)['topics_with_message_count']
        }
        for bag in (tmp_path / 'bag', recorded.bag)
    )
    assert ours == theirs
    ours, theirs = (plain_messages(bag) for bag in (tmp_path / 'bag', recorded.bag))
    assert ours.keys() == theirs.keys()
    for topic, messages in theirs.items():
        assert ours[topic] == messages, topic


def plain_messages(bag):
    """All messages by topic as text, without stamps; numbers of poses to nine digits."""
    found = {}
    with AnyReader([bag]) as reader:
        for connection, _, data in reader.messages():
            message = reader.deserialize(data, connection.msgtype)
            annotated = connection.topic.endswith('annotations')
            shown = labels(message.data) if annotated else plain(message)
            found.setdefault(connection.topic, []).append(shown)
    return found


def labels(text):
    """What an annotations message says of the frame."""
    message = json.loads(text)
    del message['frame']['stamp_ns']
    return message['frame'], json.loads(message['provenance'])


def plain(value):
    if isinstance(value, float):
        return f'{value + 0:.9g}' if abs(value) > 1e-12 else '0'
    if isinstance(value, np.ndarray):
        return plain(value.tolist()) if value.dtype.kind == 'f' else value.tobytes().hex()
    if isinstance(value, list):
        return ','.join(map(plain, value))
    if is_dataclass(value) and 'Time' not in type(value).__name__:
        return ' '.join(plain(getattr(value, field.name)) for field in fields(value))
    return '' if is_dataclass(value) else str(value)


def test_recording_without_transport_gives_the_same_bag(recorded, tmp_path):
    check_same(recorded.config, recorded.bag, frames=FRAMES, folder=tmp_path)
