"""What a bag says of itself."""

import json

import pytest
from bag_factory import IMAGES, MORE_STRINGS, STRINGS, make_bag, record

from synth_ros.errors import UsageError
from synth_ros.readers.bag import read_bag_summary
from synth_ros.schema.bag_files import LOSS
from synth_ros.writers.bag import BagWriter


def test_summary(tmp_path):
    make_bag(tmp_path / 'bag', 5, custom_data={'lost': '0'})
    summary = read_bag_summary(tmp_path / 'bag')
    assert {(t.name, t.type_name, t.messages) for t in summary.topics} == {
        (STRINGS.name, 'std_msgs/msg/String', 1),
        (IMAGES.name, 'sensor_msgs/msg/Image', 5),
        (MORE_STRINGS.name, 'std_msgs/msg/String', 5),
    }
    assert [t.name for t in summary.topics] == sorted(t.name for t in summary.topics)
    assert summary.message_count == 11
    assert summary.duration_ns == 1_400_000_000
    assert summary.custom_data == {'lost': '0'}
    assert summary.size_bytes > 5 * 32 * 24


def test_an_unfinished_bag_is_told(tmp_path):
    writer = BagWriter(tmp_path / 'bag')
    record(writer, 1)
    with pytest.raises(UsageError, match='It was not closed: run synth-ros recover'):
        read_bag_summary(tmp_path / 'bag')
    writer.close()


def test_what_is_no_bag_is_told(tmp_path):
    with pytest.raises(UsageError, match='Give the folder of a rosbag2 recording'):
        read_bag_summary(tmp_path)
    (tmp_path / 'metadata.yaml').write_text('a: 1')
    with pytest.raises(UsageError, match='is no rosbag2 metadata'):
        read_bag_summary(tmp_path)


def counted(lost, *, received=5, provable=True):
    return {'received': received, 'lost': lost, 'before': 2, 'restarts': 0, 'provable': provable}


def test_the_proof_is_checked_against_the_bag(tmp_path):
    proof = {
        STRINGS.name: counted(0, received=1),
        IMAGES.name: counted(2, received=6),
        MORE_STRINGS.name: counted(0, provable=False),
    }
    make_bag(tmp_path / 'bag', 5, custom_data={LOSS: json.dumps(proof), 'seed': '7'})
    summary = read_bag_summary(tmp_path / 'bag')
    topics = {topic.name: topic for topic in summary.topics}
    assert topics[STRINGS.name].proven
    # Two never came, and one of the six that came is not in the bag.
    assert topics[IMAGES.name].lost == summary.lost == 3
    assert not topics[IMAGES.name].proven
    assert summary.unproven == (MORE_STRINGS.name,)
    assert summary.custom_data == {'seed': '7'}


def test_a_damaged_proof_is_told(tmp_path):
    make_bag(tmp_path / 'bag', 1, custom_data={LOSS: 'none lost'})
    with pytest.raises(UsageError, match='is no rosbag2 metadata'):
        read_bag_summary(tmp_path / 'bag')
