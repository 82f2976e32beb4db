"""Bags that other people's readers read, whatever stopped the recording."""

import signal
from collections import Counter

import numpy as np
import pytest
import yaml
from bag_factory import IMAGES, MORE_STRINGS, STORE, STRINGS, image_cdr, make_bag, record
from mcap.reader import make_reader
from mcap.stream_reader import StreamReader
from mcap_ros2.decoder import DecoderFactory
from processes import run_script, start
from rosbags.highlevel import AnyReader
from rosbags.interfaces import QosDurability, QosReliability

from synth_ros.errors import InternalError, OutputError
from synth_ros.writers.bag import BagWriter
from synth_ros.writers.bag_recovery import recover_bag


def mcap_counts(bag):
    """Messages by topic, as the mcap library reads them, with all checksums."""
    with next(bag.glob('*.mcap')).open('rb') as file:
        reader = make_reader(file, validate_crcs=True)
        counts = Counter(channel.topic for _, channel, _ in reader.iter_messages())
        statistics = reader.get_summary().statistics
    assert statistics.message_count == sum(counts.values())
    return dict(counts)


def rosbags_counts(bag):
    with AnyReader([bag], default_typestore=STORE) as reader:
        counts = Counter(connection.topic for connection, _, _ in reader.messages())
        assert reader.message_count == sum(counts.values())
    return dict(counts)


def expected(count):
    return {STRINGS.name: 1, IMAGES.name: count, MORE_STRINGS.name: count}


@pytest.mark.parametrize('compression', ['none', 'zstd'])
@pytest.mark.parametrize('chunk_bytes', [1, 4096, 1 << 20])
def test_third_parties_read_every_message(tmp_path, compression, chunk_bytes):
    bag = tmp_path / 'bag'
    make_bag(bag, 20, compression=compression, chunk_bytes=chunk_bytes)
    assert mcap_counts(bag) == expected(20)
    assert rosbags_counts(bag) == expected(20)
    assert sorted(p.name for p in bag.iterdir()) == ['bag_0.mcap', 'metadata.yaml']


def test_mcap_decodes_messages_and_times(tmp_path):
    make_bag(tmp_path / 'bag', 3)
    with (tmp_path / 'bag/bag_0.mcap').open('rb') as file:
        reader = make_reader(file, decoder_factories=[DecoderFactory()])
        assert reader.get_header().profile == 'ros2'
        found = list(reader.iter_decoded_messages(topics=[IMAGES.name]))
    for number, (schema, channel, message, image) in enumerate(found):
        assert (schema.name, schema.encoding) == ('sensor_msgs/msg/Image', 'ros2msg')
        assert channel.message_encoding == 'cdr'
        assert channel.metadata['topic_type_hash'] == IMAGES.type_hash
        assert yaml.safe_load(channel.metadata['offered_qos_profiles'])[0]['depth'] == 5
        assert message.log_time - message.publish_time == 7
        assert image.header.stamp.sec == number
        assert bytes(image.data) == image_cdr(number)[-len(image.data) :]
    assert len(found) == 3


def test_rosbags_reads_types_qos_and_pixels(tmp_path):
    make_bag(tmp_path / 'bag', 2)
    with AnyReader([tmp_path / 'bag'], default_typestore=STORE) as reader:
        connections = {c.topic: c for c in reader.connections}
        latched = connections[STRINGS.name].ext.offered_qos_profiles[0]
        assert latched.durability == QosDurability.TRANSIENT_LOCAL
        assert latched.depth == 1
        images = connections[IMAGES.name]
        assert images.ext.offered_qos_profiles[0].reliability == QosReliability.BEST_EFFORT
        assert images.digest == IMAGES.type_hash
        _, log_ns, raw = next(iter(reader.messages([images])))
        image = reader.deserialize(raw, images.msgtype)
    assert log_ns == 1_000_000_000
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(image.data, rng.integers(0, 255, 32 * 24 * 3, np.uint8))


def test_metadata_is_what_rosbag2_expects(tmp_path):
    make_bag(tmp_path / 'bag', 4, custom_data={'seed': '7'})
    text = (tmp_path / 'bag/metadata.yaml').read_text()
    assert '&' not in text
    info = yaml.safe_load(text)['rosbag2_bagfile_information']
    assert info['version'] == 9
    assert info['storage_identifier'] == 'mcap'
    assert info['relative_file_paths'] == ['bag_0.mcap']
    assert info['message_count'] == info['files'][0]['message_count'] == 9
    assert info['starting_time'] == {'nanoseconds_since_epoch': 1}
    assert info['duration'] == {'nanoseconds': 1_300_000_001 - 1}
    assert info['custom_data'] == {'seed': '7'}
    topics = {
        t['topic_metadata']['name']: (t['message_count'], t['topic_metadata'])
        for t in info['topics_with_message_count']
    }
    assert {name: count for name, (count, _) in topics.items()} == expected(4)
    qos = topics[STRINGS.name][1]['offered_qos_profiles'][0]
    assert (qos['durability'], qos['reliability']) == ('transient_local', 'reliable')
    assert qos['deadline'] == {'sec': 9223372036, 'nsec': 854775807}
    assert topics[IMAGES.name][1]['type_description_hash'].startswith('RIHS01_')


def test_an_empty_bag_and_a_silent_topic_are_valid(tmp_path):
    with BagWriter(tmp_path / 'empty'):
        pass
    assert mcap_counts(tmp_path / 'empty') == rosbags_counts(tmp_path / 'empty') == {}
    with BagWriter(tmp_path / 'silent') as writer:
        writer.add_topic(STRINGS)
    assert writer.counts == {STRINGS.name: 0}
    assert rosbags_counts(tmp_path / 'silent') == {}


def test_counts_tell_what_is_in_the_file(tmp_path):
    with BagWriter(tmp_path / 'bag') as writer:
        record(writer, 3)
        assert writer.counts == dict.fromkeys(expected(3), 0)
        writer.flush()
        assert writer.counts == expected(3)
    assert writer.dropped == 0


def test_existing_folder_is_refused(tmp_path):
    with pytest.raises(OutputError, match='exists already, and a bag never overwrites'):
        BagWriter(tmp_path)


def test_a_topic_is_added_once_and_a_closed_bag_takes_nothing(tmp_path):
    writer = BagWriter(tmp_path / 'bag')
    channel = writer.add_topic(STRINGS)
    with pytest.raises(InternalError, match='/label_info was added'):
        writer.add_topic(STRINGS)
    writer.close()
    writer.close()
    with pytest.raises(OutputError, match='is closed'):
        writer.write(channel, b'', log_ns=0, publish_ns=0)


def test_an_exception_closes_the_bag_with_all_messages(tmp_path):
    with pytest.raises(KeyboardInterrupt, match='enough'):  # noqa: SIM117, PT012
        with BagWriter(tmp_path / 'bag') as writer:
            record(writer, 5)
            raise KeyboardInterrupt('enough')
    assert mcap_counts(tmp_path / 'bag') == rosbags_counts(tmp_path / 'bag') == expected(5)


def test_abort_claims_nothing_and_can_be_recovered(tmp_path):
    writer = BagWriter(tmp_path / 'bag', custom_data={'seed': '7'})
    record(writer, 5, flush=True)
    writer.abort()
    assert not (tmp_path / 'bag/metadata.yaml').exists()
    result = recover_bag(tmp_path / 'bag')
    assert (result.message_count, result.cut_bytes, result.was_complete) == (11, 0, False)
    assert mcap_counts(tmp_path / 'bag') == rosbags_counts(tmp_path / 'bag') == expected(5)
    info = yaml.safe_load((tmp_path / 'bag/metadata.yaml').read_text())
    custom = info['rosbag2_bagfile_information']['custom_data']
    assert custom == {'seed': '7', 'recovered': 'true'}
    before = (tmp_path / 'bag/bag_0.mcap').read_bytes()
    assert recover_bag(tmp_path / 'bag').was_complete
    assert (tmp_path / 'bag/bag_0.mcap').read_bytes() == before


def test_recovery_at_every_length(tmp_path):
    """Cut anywhere: all whole chunks come back, both readers agree, nothing else does."""
    make_bag(tmp_path / 'bag', 4, chunk_bytes=2000)
    file = tmp_path / 'bag/bag_0.mcap'
    whole = file.read_bytes()
    head = 8 + 9 + len('ros2') + len('synth_ros') + 8
    lengths = sorted({*range(head, len(whole), 53), *range(len(whole) - 30, len(whole))})
    counts = []
    for length in lengths:
        file.write_bytes(whole[:length])
        (tmp_path / 'bag/metadata.yaml').unlink(missing_ok=True)
        counts.append(recover_bag(tmp_path / 'bag').message_count)
        found = mcap_counts(tmp_path / 'bag')
        assert sum(found.values()) == counts[-1]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 9)
    assert rosbags_counts(tmp_path / 'bag') == expected(4)


def test_recovery_gives_the_bytes_of_a_clean_close(tmp_path):
    make_bag(tmp_path / 'bag', 4, chunk_bytes=2000)
    file = tmp_path / 'bag/bag_0.mcap'
    whole = file.read_bytes()
    file.write_bytes(whole[:-100])
    recover_bag(tmp_path / 'bag')
    data_end = whole.rindex(b'serialized_metadata')
    assert file.read_bytes()[: data_end - 40] == whole[: data_end - 40]


def test_recovery_refuses_what_it_must_not_touch(tmp_path):
    writer = BagWriter(tmp_path / 'live')
    with pytest.raises(OutputError, match='still being recorded'):
        recover_bag(tmp_path / 'live')
    writer.close()
    with pytest.raises(OutputError, match=r'has no tmp_.*mcap|has no .*_0\.mcap'):
        recover_bag(tmp_path)
    broken = tmp_path / 'broken'
    make_bag(broken, 4, chunk_bytes=2000)
    data = bytearray((broken / 'broken_0.mcap').read_bytes())
    data[len(data) // 3] ^= 255
    (broken / 'broken_0.mcap').write_bytes(data)
    with pytest.raises(OutputError, match='is damaged at byte'):
        recover_bag(broken)
    assert (broken / 'broken_0.mcap').read_bytes() == data
    (broken / 'broken_0.mcap').write_bytes(b'\x89MCAP')
    with pytest.raises(OutputError, match='holds no messages'):
        recover_bag(broken)


def test_zeros_after_a_power_loss_are_cut(tmp_path):
    writer = BagWriter(tmp_path / 'bag')
    record(writer, 5, flush=True)
    writer.abort()
    with (tmp_path / 'bag/bag_0.mcap').open('ab') as file:
        file.write(bytes(5000))
    result = recover_bag(tmp_path / 'bag')
    assert (result.message_count, result.cut_bytes) == (11, 5000)
    assert rosbags_counts(tmp_path / 'bag') == expected(5)


@pytest.mark.parametrize('compression', ['none', 'zstd'])
def test_damage_anywhere_inside_is_found_and_nothing_is_cut(tmp_path, compression):
    writer = BagWriter(tmp_path / 'bag', chunk_bytes=2000, compression=compression)
    record(writer, 4)
    writer.abort()
    file = tmp_path / 'bag/bag_0.mcap'
    whole = file.read_bytes()
    chunk = whole.index(b'\x07', whole.index(b'frame 0') if compression == 'none' else 9000)
    for place in {chunk + 20, len(whole) // 2, len(whole) // 3}:
        data = bytearray(whole)
        data[place] ^= 255
        file.write_bytes(data)
        with pytest.raises(OutputError, match='is damaged at byte'):
            recover_bag(tmp_path / 'bag')
        assert file.read_bytes() == data


def test_a_damaged_length_is_not_taken_for_the_end(tmp_path):
    writer = BagWriter(tmp_path / 'bag', chunk_bytes=2000)
    record(writer, 4)
    writer.abort()
    file = tmp_path / 'bag/bag_0.mcap'
    whole = bytearray(file.read_bytes())
    chunk = whole.index(b'\x04\x00\x00\x00zstd') - 28 - 9
    assert whole[chunk] == 6
    whole[chunk + 5] ^= 1
    file.write_bytes(whole)
    with pytest.raises(OutputError, match=f'is damaged at byte {chunk}'):
        recover_bag(tmp_path / 'bag')
    assert file.read_bytes() == whole


def test_recovery_leaves_bags_of_others_alone(tmp_path):
    bag = tmp_path / 'bag'
    make_bag(bag, 1)
    data = (bag / 'bag_0.mcap').read_bytes()
    (bag / 'bag_0.mcap').write_bytes(data.replace(b'synth_ros', b'other_lib', 1)[:-20])
    with pytest.raises(OutputError, match="written by 'other_lib'"):
        recover_bag(bag)


KILLED = """
import sys
from pathlib import Path
from bag_factory import *
writer = BagWriter(Path(sys.argv[1]), chunk_bytes=20000)
latched = writer.add_topic(STRINGS)
images = writer.add_topic(IMAGES)
writer.write(latched, string_cdr('x'), log_ns=1, publish_ns=1)
number = 0
while True:
    writer.write(images, image_cdr(number % 8), log_ns=number, publish_ns=number)
    number += 1
    print(sum(writer.counts.values()), flush=True)
"""


def test_a_killed_recording_is_recovered(tmp_path):
    bag = tmp_path / 'bag'
    with start(KILLED, bag) as process:
        for line in process.stdout:
            told = int(line)
            if told > 200:
                process.send_signal(signal.SIGKILL)
                break
        process.stdout.read()
    result = recover_bag(bag)
    assert result.message_count >= told
    counts = rosbags_counts(bag)
    assert counts == mcap_counts(bag)
    assert counts[STRINGS.name] == 1
    assert sum(counts.values()) == result.message_count


LIMITED = """
import resource, sys
from pathlib import Path
from bag_factory import *
from synth_ros.errors import OutputError
resource.setrlimit(resource.RLIMIT_FSIZE, (1_100_000, 1_100_000))
writer = BagWriter(Path(sys.argv[1]), chunk_bytes=30000, compression='none')
try:
    record(writer, 100000)
except OutputError as error:
    print(sum(writer.counts.values()), error, flush=True)
"""


def test_a_file_size_limit_leaves_a_recoverable_bag(tmp_path):
    bag = tmp_path / 'bag'
    printed = run_script(LIMITED, bag)
    told = int(printed.split()[0])
    assert 'file size' in printed
    assert told > 300
    if not (bag / 'metadata.yaml').exists():
        assert recover_bag(bag).message_count == told
    assert sum(rosbags_counts(bag).values()) == sum(mcap_counts(bag).values()) == told


def test_the_data_section_is_readable_while_recording(tmp_path):
    writer = BagWriter(tmp_path / 'bag')
    record(writer, 3, flush=True)
    with (tmp_path / 'bag/bag_0.mcap').open('rb') as file:
        records = StreamReader(file, skip_magic=False, emit_chunks=True).records
        kinds = [type(next(records)).__name__ for _ in range(8)]
    writer.close()
    assert kinds[:3] == ['Header', 'Metadata', 'Schema']
    assert 'Chunk' in kinds
