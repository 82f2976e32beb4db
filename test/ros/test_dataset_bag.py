"""A dataset becomes a bag and the same dataset again, byte for byte."""

import json
import shutil
from contextlib import closing
from dataclasses import replace

import cv2
import numpy as np
import pytest
from full_factory import FULL, full_episode
from mcap.reader import make_reader
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import StoragePlugin, Writer
from sample_factory import INFO, JPEG, PLAIN, make_episode, tree, unit_cubes

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.readers.open_recording import open_recording
from synth_ros.readers.samples import sample_of
from synth_ros.ros.dataset_bag import BagRequest, write_dataset_bag
from synth_ros.writers.bag_recovery import recover_bag
from synth_ros.writers.coco import CocoWriter

EPISODES = (0, 3, 4)
MESHED = FULL._replace(meshes=unit_cubes, cameras=('head', 'wrist'))


def quiet(_done, _total):
    """Shows nothing."""


def write_dataset(root, info=MESHED, options=PLAIN, *, make=full_episode, episodes=EPISODES):
    options = options.model_copy(update={'views_per_episode': 2})
    with CocoWriter(root, info, options) as writer:
        for episode in episodes:
            writer.write_episode(episode, make(episode))
    return root


def to_bag(dataset, bag, **options):
    return write_dataset_bag(BagRequest(dataset, bag, **options), quiet)


def to_dataset(bag, out, **options):
    return convert(ConvertRequest(source=bag, out=out, to=None, **options), quiet)


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """A dataset with every annotation, and its bag."""
    root = tmp_path_factory.mktemp('bagged')
    write_dataset(root / 'dataset')
    to_bag(root / 'dataset', root / 'bag')
    return root


@pytest.mark.parametrize(
    ('info', 'make', 'options'),
    [
        (MESHED, full_episode, PLAIN),
        (INFO, make_episode, PLAIN),
        (MESHED, full_episode, DatasetConfig(container='shards', motion='sequence')),
        (INFO, make_episode, DatasetConfig(depth=False)),
    ],
)
def test_the_dataset_comes_back_byte_for_byte(tmp_path, info, make, options):
    dataset = write_dataset(tmp_path / 'dataset', info, options, make=make)
    told = to_bag(dataset, tmp_path / 'bag')
    assert told.frames == 4 * len(EPISODES)
    assert told.damaged == ()
    to_dataset(tmp_path / 'bag', tmp_path / 'back')
    assert tree(tmp_path / 'back') == tree(dataset)


@pytest.mark.parametrize('options', [{'rate_hz': 30.0}, {'compression': 'none'}])
def test_stamps_and_compression_of_the_bag_change_nothing(made, tmp_path, options):
    to_bag(made / 'dataset', tmp_path / 'bag', **options)
    to_dataset(tmp_path / 'bag', tmp_path / 'back')
    assert tree(tmp_path / 'back') == tree(made / 'dataset')


def test_the_same_dataset_gives_the_same_bag(made, tmp_path):
    to_bag(made / 'dataset', tmp_path / 'bag')
    assert tree(tmp_path / 'bag') == tree(made / 'bag')


def test_pixels_of_jpeg_come_back_as_they_were_seen(tmp_path):
    dataset = write_dataset(tmp_path / 'dataset', INFO, JPEG, make=make_episode)
    told = to_bag(dataset, tmp_path / 'bag')
    assert any('JPEG' in sentence for sentence in told.lacks)
    to_dataset(tmp_path / 'bag', tmp_path / 'back')
    files = sorted((dataset / 'images').iterdir())
    assert len(files) == 4 * len(EPISODES)
    for path in files:
        again = tmp_path / f'back/images/{path.stem}.png'
        assert np.array_equal(cv2.imread(str(path)), cv2.imread(str(again)))


def test_stamps_ascend_and_each_instant_has_one(made):
    """Episodes of the factory all begin at 0 and have a view a second."""
    stamps = {}
    with AnyReader([made / 'bag']) as reader:
        for connection, log_ns, data in reader.messages():
            message = reader.deserialize(data, connection.msgtype)
            if connection.topic == '/clock':
                stamp = message.clock
            elif hasattr(message, 'header') and 'info' not in connection.topic:
                stamp = message.header.stamp
            else:
                continue
            assert log_ns == stamp.sec * 10**9 + stamp.nanosec
            stamps.setdefault(connection.topic, []).append(log_ns)
    seconds = [k * 10**9 for k in range(1, 2 * len(EPISODES) + 1)]
    assert len(stamps) > 25
    assert all(found == seconds for found in stamps.values())


def test_stamps_that_grow_already_are_kept(tmp_path):
    def episode(number):
        return [later(sample, number * 50) for sample in make_episode(number)]

    dataset = write_dataset(tmp_path / 'dataset', INFO, make=episode, episodes=(1, 2))
    to_bag(dataset, tmp_path / 'bag')
    with AnyReader([tmp_path / 'bag']) as reader:
        clock = [c for c in reader.connections if c.topic == '/clock']
        found = [log_ns // 10**9 for _, log_ns, _ in reader.messages(clock)]
    assert found == [50, 51, 100, 101]


def later(sample, seconds):
    stamp_ns = sample.frame.stamp_ns + seconds * 10**9
    return replace(sample, frame=replace(sample.frame, stamp_ns=stamp_ns))


def test_two_frames_of_a_camera_at_one_time_are_two_instants(tmp_path):
    def episode(number):
        return [later(sample, -sample.key.view) for sample in make_episode(number)]

    dataset = write_dataset(tmp_path / 'dataset', INFO, make=episode)
    to_bag(dataset, tmp_path / 'bag')
    to_dataset(tmp_path / 'bag', tmp_path / 'back')
    assert tree(tmp_path / 'back') == tree(dataset)


def test_samples_are_those_of_the_dataset(made):
    with (
        closing(open_recording(made / 'dataset')) as with_files,
        closing(open_recording(made / 'bag')) as with_messages,
    ):
        assert with_messages.frames == with_files.frames
        for key in with_files.frames:
            ours, theirs = (sample_of(r.read(key)) for r in (with_files, with_messages))
            assert ours.key == theirs.key
            assert ours.frame.stamp_ns == theirs.frame.stamp_ns
            assert np.array_equal(ours.rgb, theirs.rgb)
            assert np.array_equal(ours.depth_m, theirs.depth_m)
        assert not with_messages.problems


def test_models_without_a_surface_have_none_in_the_bag(tmp_path):
    dataset = write_dataset(tmp_path / 'dataset', FULL)
    to_bag(dataset, tmp_path / 'bag')
    assert not (tmp_path / 'bag/meshes').exists()


# What other recorders leave of it.


def plainly(bag, out, *, topics=lambda _: True, first=lambda _topic, _number: True):
    """The messages of a bag as another recorder has them: no texts and files of ours."""
    with (
        AnyReader([bag]) as reader,
        Writer(out, version=9, storage_plugin=StoragePlugin.MCAP) as writer,
    ):
        connections = {
            c.id: writer.add_connection(c.topic, c.msgtype, typestore=reader.typestore)
            for c in reader.connections
            if topics(c.topic)
        }
        numbers = {}
        for connection, log_ns, data in reader.messages():
            topic = connection.topic
            number = numbers[topic] = numbers.get(topic, -1) + 1
            if connection.id in connections and first(topic, number):
                writer.write(connections[connection.id], log_ns, data)
    return out


def test_a_plain_recording_has_every_label_and_pixel(made, tmp_path):
    bag = plainly(made / 'bag', tmp_path / 'plain')
    to_dataset(bag, tmp_path / 'back')
    ours, theirs = tree(tmp_path / 'back'), tree(made / 'dataset')
    same = {name for name in theirs if ours.get(name) == theirs[name]}
    assert {name for name in theirs if not name.startswith('meshes')} - same == {
        'SHA256SUMS',
        'annotations.json',
        'dataset.json',
        'models.json',
        'panoptic.json',
        *(f'episodes/{episode:06d}.json' for episode in EPISODES),
    }
    index, original = (json.loads(x['annotations.json']) for x in (ours, theirs))
    assert index['annotations'] == original['annotations']
    assert index['images'] == original['images']


def test_a_bag_without_annotations_says_what_it_needs(made, tmp_path):
    bag = plainly(made / 'bag', tmp_path / 'plain', topics=lambda t: 'annotations' not in t)
    with pytest.raises(UsageError, match=r'no topic .*annotations: record it with recorder_node'):
        to_dataset(bag, tmp_path / 'back')
    assert not (tmp_path / 'back').exists()


@pytest.mark.parametrize(
    ('topic', 'message'),
    [
        ('/head/depth/image_rect_raw', r'000000_000_head at .* incomplete.* depth/image_rect_raw'),
        ('/head/labels/normals', r'000000_000_head at .* incomplete.* labels/normals'),
        ('/head/labels/annotations', r'image of 1000000000 ns has no annotations'),
    ],
)
def test_an_incomplete_frame_is_left_out_when_told_to(made, tmp_path, topic, message):
    bag = plainly(made / 'bag', tmp_path / 'plain', first=lambda t, n: n > 0 or t != topic)
    with pytest.raises(UsageError, match=rf'{message}.*--skip-damaged'):
        to_dataset(bag, tmp_path / 'refused')
    told = to_dataset(bag, tmp_path / 'back', skip_damaged=True)
    assert len(told.damaged) == 1
    names = {path.stem for path in (tmp_path / 'back/images').iterdir()}
    assert {path.stem for path in (made / 'dataset/images').iterdir()} - names == {
        '000000_000_head'
    }


def test_metadata_is_not_needed(made, tmp_path):
    bag = shutil.copytree(made / 'bag', tmp_path / 'bag')
    (bag / 'metadata.yaml').unlink()
    to_dataset(bag, tmp_path / 'back')
    assert tree(tmp_path / 'back') == tree(made / 'dataset')


def test_a_bag_that_was_cut_is_recovered_and_converted(made, tmp_path):
    """Chunks of a megabyte: half the file has the first of them."""
    bag = shutil.copytree(made / 'bag', tmp_path / 'bag')
    file = bag / 'bag_0.mcap'
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 6 // 10])
    (bag / 'metadata.yaml').unlink()
    with pytest.raises(UsageError, match=r'synth-ros recover .*bag first'):
        to_dataset(bag, tmp_path / 'refused')
    assert recover_bag(bag).message_count > 100
    told = to_dataset(bag, tmp_path / 'back', skip_damaged=True)
    assert 0 < told.frames < 4 * len(EPISODES)
    ours, theirs = tree(tmp_path / 'back/images'), tree(made / 'dataset/images')
    assert len(ours) == told.frames
    assert ours.items() <= theirs.items()


# What stands in the way.


def test_a_bag_never_overwrites(made):
    before = tree(made / 'bag')
    with pytest.raises(OutputError, match=r'bag exists already'):
        to_bag(made / 'dataset', made / 'bag')
    assert tree(made / 'bag') == before


def test_a_bag_is_no_dataset(made, tmp_path):
    with pytest.raises(UsageError, match=r'is a bag already'):
        to_bag(made / 'bag', tmp_path / 'new')


def test_a_missing_image_leaves_no_half_bag(made, tmp_path):
    dataset = shutil.copytree(made / 'dataset', tmp_path / 'dataset')
    (dataset / 'images/000003_001_wrist.png').unlink()
    with pytest.raises(UsageError, match=r'000003_001_wrist.png.*--skip-damaged'):
        to_bag(dataset, tmp_path / 'bag')
    assert [path.name for path in tmp_path.iterdir()] == ['dataset']
    told = to_bag(dataset, tmp_path / 'bag', skip_damaged=True)
    assert (told.frames, len(told.damaged)) == (4 * len(EPISODES) - 1, 1)


def test_what_a_killed_run_left_is_removed(made, tmp_path):
    left = tmp_path / '.bag.abc.partial/bag'
    left.mkdir(parents=True)
    (left / 'bag_0.mcap').write_bytes(b'half')
    to_bag(made / 'dataset', tmp_path / 'bag')
    assert [path.name for path in tmp_path.iterdir()] == ['bag']


def test_another_config_is_refused(made, tmp_path):
    config = tmp_path / 'other.yaml'
    config.write_text(
        'cameras: [{name: head, mount: {link: world}, intrinsics: {fovy_deg: 60}}]\n'
        'objects: {classes: [{name: mug, primitives: [{shape: box, size_m: [.1, .1, .1]}]}]}\n'
    )
    with pytest.raises(UsageError, match=r'other.yaml .* did not make .*dataset.*0123abcd'):
        to_bag(made / 'dataset', tmp_path / 'bag', config=config)


def test_types_carry_hash_and_definition(made):
    with (made / 'bag/bag_0.mcap').open('rb') as file:
        summary = make_reader(file).get_summary()
    for channel in summary.channels.values():
        assert channel.metadata['topic_type_hash'].startswith('RIHS01_'), channel.topic
        assert summary.schemas[channel.schema_id].data
    topics = {channel.topic for channel in summary.channels.values()}
    views = ('aligned', 'markers', 'annotated', 'ompressed')
    assert not {t for t in topics if any(word in t for word in views)}
