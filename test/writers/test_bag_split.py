"""Bags in several files: nothing is lost between them, and each can be read alone."""

import errno
import json
import shutil
import signal
from collections import Counter

import pytest
import yaml
from bag_factory import IMAGES, MORE_STRINGS, STORE, STRINGS, image_cdr, string_cdr, topic
from mcap.reader import make_reader
from processes import run_script, start
from rosbags.highlevel import AnyReader

import synth_ros.writers.bag as bag_module
from synth_ros.errors import OutputError
from synth_ros.readers.bag import read_bag_summary
from synth_ros.readers.bag_index import BagIndex
from synth_ros.schema.bag_files import mcap_files
from synth_ros.writers.bag import BagWriter, Split
from synth_ros.writers.bag_metadata import LATCHED
from synth_ros.writers.bag_recovery import recover_bag
from synth_ros.writers.mcap_file import Appender

STATIC = topic('/tf_static', 'tf2_msgs/msg/TFMessage', LATCHED)
SECOND = 10**9


def static_cdr(child):
    types = STORE.types
    time = types['builtin_interfaces/msg/Time'](sec=0, nanosec=0)
    stamped = types['geometry_msgs/msg/TransformStamped'](
        header=types['std_msgs/msg/Header'](stamp=time, frame_id='world'),
        child_frame_id=child,
        transform=types['geometry_msgs/msg/Transform'](
            translation=types['geometry_msgs/msg/Vector3'](x=1.0, y=0.0, z=0.0),
            rotation=types['geometry_msgs/msg/Quaternion'](x=0.0, y=0.0, z=0.0, w=1.0),
        ),
    )
    message = types[STATIC.type_name](transforms=[stamped])
    return bytes(STORE.serialize_cdr(message, STATIC.type_name))


def record(writer, count):
    """Latched messages, one of them superseded, then an image and a text every 100 ms."""
    static, names, images = (writer.add_topic(t) for t in (STATIC, STRINGS, IMAGES))
    for number, child in enumerate(('base', 'head')):
        writer.write(static, static_cdr(child), log_ns=number + 1, publish_ns=number + 1)
    for number, name in enumerate(('old', 'new')):
        writer.write(names, string_cdr(name), log_ns=number + 3, publish_ns=number + 3)
    chatter = None
    for number in range(count):
        now = SECOND + number * SECOND // 10
        writer.write(images, image_cdr(number), log_ns=now, publish_ns=now - 7)
        if number >= count // 2:
            chatter = chatter or writer.add_topic(MORE_STRINGS)
            writer.write(chatter, string_cdr(f'frame {number}'), log_ns=now, publish_ns=now - 5)


def alone(file):
    """Messages by topic of one file, with all checksums."""
    with file.open('rb') as stream:
        reader = make_reader(stream, validate_crcs=True)
        return Counter(channel.topic for _, channel, _ in reader.iter_messages())


def information(bag):
    return yaml.safe_load((bag / 'metadata.yaml').read_text())['rosbag2_bagfile_information']


@pytest.fixture(scope='module')
def split(tmp_path_factory):
    """A bag of twelve files."""
    bag = tmp_path_factory.mktemp('split') / 'bag'
    with BagWriter(bag, chunk_bytes=3000, split=Split(duration_ns=2 * SECOND)) as writer:
        record(writer, 230)
        assert writer.files == 12
    return bag


def test_metadata_lists_all_files_in_their_order(split):
    info, names = information(split), [f'bag_{number}.mcap' for number in range(12)]
    assert info['relative_file_paths'] == names == [f['path'] for f in info['files']]
    assert [file.name for file in mcap_files(split)] == names
    assert sorted(p.name for p in split.iterdir()) == sorted([*names, 'metadata.yaml'])
    for file in info['files']:
        assert file['message_count'] == sum(alone(split / file['path']).values())
        assert file['duration']['nanoseconds'] <= 2 * SECOND
    starts = [file['starting_time']['nanoseconds_since_epoch'] for file in info['files']]
    assert starts == sorted(starts)
    assert info['starting_time']['nanoseconds_since_epoch'] == starts[0] == 1
    assert info['duration']['nanoseconds'] == SECOND + 229 * SECOND // 10 - 1
    assert info['message_count'] == sum(file['message_count'] for file in info['files'])


def test_each_file_begins_with_what_is_latched(split):
    for number, file in enumerate(mcap_files(split)):
        found = alone(file)
        assert found[STATIC.name] == 2
        assert found[STRINGS.name] == (1 if number else 2)
        with AnyReader([file], default_typestore=STORE) as reader:
            held = [
                (connection.topic, reader.deserialize(raw, connection.msgtype))
                for connection, _, raw in reader.messages()
            ]
        assert [name for name, _ in held[:3]] == [STATIC.name, STATIC.name, STRINGS.name]
        assert [m.transforms[0].child_frame_id for _, m in held[:2]] == ['base', 'head']
        assert [m.data for name, m in held if name == STRINGS.name][-1] == 'new'


def test_the_whole_has_every_message_once_and_counts_what_is_repeated(split):
    with AnyReader([split], default_typestore=STORE) as reader:
        images = [
            reader.deserialize(raw, connection.msgtype).header.stamp.sec
            for connection, _, raw in reader.messages()
            if connection.topic == IMAGES.name
        ]
        assert reader.message_count == information(split)['message_count']
    assert images == list(range(230))
    repeated = json.loads(information(split)['custom_data']['synth_ros_repeated'])
    assert repeated == {STATIC.name: 22, STRINGS.name: 11}
    topics = {topic.name: topic for topic in read_bag_summary(split).topics}
    assert (topics[STATIC.name].messages, topics[STATIC.name].repeated) == (24, 22)
    assert topics[MORE_STRINGS.name].messages == 115


def test_repeated_messages_are_read_once(split):
    index = BagIndex(split)
    try:
        assert not index.problems
        assert len(index.plain[STATIC.name]) == len(index.plain[STRINGS.name]) == 2
        assert list(index.stamped[IMAGES.name]) == sorted(index.stamped[IMAGES.name])
        assert len(index.stamped[IMAGES.name]) == 230
        last = index.plain[MORE_STRINGS.name][-1]
        assert index.read(MORE_STRINGS.name, last).data == 'frame 229'
    finally:
        index.close()


def test_a_repeated_message_hides_no_lost_one(tmp_path):
    with BagWriter(tmp_path / 'bag', split=Split(duration_ns=SECOND)) as writer:
        record(writer, 30)
        proof = {'received': 3, 'lost': 0, 'before': 0, 'provable': True}
        writer.custom_data['synth_ros_loss'] = json.dumps({STRINGS.name: proof})
    [names] = [t for t in read_bag_summary(tmp_path / 'bag').topics if t.name == STRINGS.name]
    assert (names.messages, names.repeated, names.lost) == (5, 3, 1)


def test_files_have_about_the_size_asked_for(tmp_path):
    bag = tmp_path / 'bag'
    options = {'chunk_bytes': 3000, 'compression': 'none'}
    with BagWriter(bag, split=Split(size_bytes=40_000), **options) as writer:
        record(writer, 200)
    sizes = [file.stat().st_size for file in mcap_files(bag)]
    assert len(sizes) > 10
    assert all(40_000 <= size < 55_000 for size in sizes[:-1])


def test_latched_messages_larger_than_a_file_split_no_empty_files(tmp_path):
    with BagWriter(tmp_path / 'bag', chunk_bytes=1, split=Split(size_bytes=10)) as writer:
        record(writer, 5)
        assert writer.files == 4 + 5 + 3
        assert writer.split()
        assert not writer.split()


def test_the_same_messages_give_the_same_bytes(split, tmp_path):
    bag = tmp_path / 'bag'
    with BagWriter(bag, chunk_bytes=3000, split=Split(duration_ns=2 * SECOND)) as writer:
        record(writer, 230)
    for file in split.iterdir():
        assert (bag / file.name).read_bytes() == file.read_bytes()


KILLED = """
import sys
from pathlib import Path
from test_bag_split import *
writer = BagWriter(Path(sys.argv[1]), chunk_bytes=9000, split=Split(size_bytes=60_000))
static, images = writer.add_topic(STATIC), writer.add_topic(IMAGES)
writer.write(static, static_cdr('base'), log_ns=1, publish_ns=1)
number = 0
while True:
    writer.write(images, image_cdr(number % 8), log_ns=number, publish_ns=number)
    number += 1
    print(writer.counts[IMAGES.name], writer.files, flush=True)
"""


def test_a_killed_recording_is_recovered(tmp_path):
    bag = tmp_path / 'bag'
    with start(KILLED, bag) as process:
        for line in process.stdout:
            told, files = map(int, line.split())
            if files > 12:
                process.send_signal(signal.SIGKILL)
                break
        process.stdout.read()
    before = {file.name: file.read_bytes() for file in mcap_files(bag)[:-1]}
    result = recover_bag(bag)
    assert not result.was_complete
    assert information(bag)['message_count'] == result.message_count
    assert {file.name: file.read_bytes() for file in mcap_files(bag)[:-1]} == before
    summary = read_bag_summary(bag)
    counts = {topic.name: topic.messages - topic.repeated for topic in summary.topics}
    assert counts[STATIC.name] == 1
    assert counts[IMAGES.name] >= told
    assert sum((alone(file) for file in mcap_files(bag)), Counter())[IMAGES.name] >= told
    assert not any(p.name.startswith('.') for p in bag.iterdir())
    assert recover_bag(bag).was_complete


LIMITED = """
import resource, sys
from pathlib import Path
from test_bag_split import *
from synth_ros.errors import OutputError
writer = BagWriter(Path(sys.argv[1]), chunk_bytes=9000, split=Split(size_bytes=60_000))
static, images = writer.add_topic(STATIC), writer.add_topic(IMAGES)
writer.write(static, static_cdr('base'), log_ns=1, publish_ns=1)
number = 0
try:
    while True:
        if writer.files == 4:
            # Less than one file may hold: as if the disk were full.
            resource.setrlimit(resource.RLIMIT_FSIZE, (45_000, 45_000))
        writer.write(images, image_cdr(number % 8), log_ns=number, publish_ns=number)
        number += 1
except OutputError as error:
    print(number, sum(writer.counts.values()), writer.dropped, error, flush=True)
"""


class Disk:
    """A disk of a size: what does not fit is refused, as in a real one."""

    def __init__(self, monkeypatch, folder):
        self.folder, self.size, self.refused = folder, 0, 0
        append = Appender.append

        def refuse_or_append(appender, data):
            if self.used() + len(data) > self.size:
                self.refused += 1
                raise OSError(errno.ENOSPC, 'No space left on device')
            append(appender, data)

        monkeypatch.setattr(Appender, 'append', refuse_or_append)
        monkeypatch.setattr(bag_module, '_RESERVE_BYTES', 20_000)

    def used(self):
        return sum(path.stat().st_size for path in self.folder.glob('bag/*'))


def test_a_disk_that_is_full_at_any_moment_leaves_a_valid_bag(tmp_path, monkeypatch):
    """In the middle of a file, while one is ended, and while the next one is begun."""
    disk = Disk(monkeypatch, tmp_path)
    moments = set()
    for size in range(40_000, 110_000, 700):
        bag, disk.size = tmp_path / 'bag', size
        writer = BagWriter(bag, chunk_bytes=3000, split=Split(duration_ns=SECOND))
        sent = Counter()
        write = writer.write

        def counted(channel, cdr, *, log_ns, publish_ns, write=write, sent=sent):
            sent.update(['sent'])
            write(channel, cdr, log_ns=log_ns, publish_ns=publish_ns)

        monkeypatch.setattr(writer, 'write', counted)
        with pytest.raises(OutputError, match=r'disk is full.*record the rest into another bag'):
            record(writer, 400)
        writer.note('why', 'full')
        found = Counter()
        for file in mcap_files(bag):
            found += alone(file)
        info = information(bag)
        assert info['custom_data']['why'] == 'full'
        repeated = json.loads(info['custom_data'].get('synth_ros_repeated', '{}'))
        assert info['message_count'] == found.total()
        assert found.total() - sum(repeated.values()) == sent['sent'] - writer.dropped
        assert not [path for path in bag.iterdir() if path.name.startswith('.')]
        moments.add((writer.files, writer.dropped))
        shutil.rmtree(bag)
    # A message that wanted a new file is the only one that was dropped then.
    assert {dropped for _, dropped in moments} >= {1}
    assert len({files for files, _ in moments}) > 2
    assert disk.refused >= 100


def test_a_full_disk_leaves_all_files_valid(tmp_path):
    bag = tmp_path / 'bag'
    sent, held, dropped, words = run_script(LIMITED, bag).split(maxsplit=3)
    if not (bag / 'metadata.yaml').exists():
        assert 'run synth-ros recover' in words
        recover_bag(bag)
    assert len(mcap_files(bag)) == 4
    assert sum(sum(alone(file).values()) for file in mcap_files(bag)) == int(held)
    topics = {topic.name: topic for topic in read_bag_summary(bag).topics}
    assert topics[IMAGES.name].messages == int(sent) + 1 - int(dropped)
