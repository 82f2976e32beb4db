"""The last seconds become a bag."""

import pytest
from bag_factory import IMAGES, STORE, STRINGS, image_cdr, string_cdr
from rosbags.highlevel import AnyReader

from synth_ros.errors import OutputError
from synth_ros.writers.bag_recent import RecentMessages, write_excerpt

SECOND = 10**9


def fill(recent, count):
    """A latched text, replaced once, and ten images a second."""
    names, images = recent.add_topic(STRINGS), recent.add_topic(IMAGES)
    for number, name in enumerate(('old', 'new')):
        recent.add(names, string_cdr(name), log_ns=number + 1, publish_ns=number + 1)
    for number in range(count):
        now = SECOND + number * SECOND // 10
        recent.add(images, image_cdr(number), log_ns=now, publish_ns=now - 7)


def messages(bag):
    with AnyReader([bag], default_typestore=STORE) as reader:
        return [
            (connection.topic, log_ns, reader.deserialize(raw, connection.msgtype))
            for connection, log_ns, raw in reader.messages()
        ]


def write(recent, bag):
    write_excerpt(bag, recent.excerpt(), compression='zstd', custom_data={'why': 'bump'})
    return messages(bag)


def test_the_last_seconds_are_kept_and_what_is_latched_from_before(tmp_path):
    recent = RecentMessages(2 * SECOND, max_bytes=10**9)
    fill(recent, 100)
    assert recent.excerpt().duration_ns == 2 * SECOND
    [names, *images] = write(recent, tmp_path / 'bag')
    assert (names[0], names[2].data) == (STRINGS.name, 'new')
    assert [m.header.stamp.sec for _, _, m in images] == list(range(79, 100))
    assert names[1] == images[0][1]


def test_memory_is_bounded(tmp_path):
    size = len(image_cdr(0))
    recent = RecentMessages(1000 * SECOND, max_bytes=5 * size + size // 2)
    fill(recent, 100)
    [names, *images] = write(recent, tmp_path / 'bag')
    assert names[2].data == 'new'
    assert [m.header.stamp.sec for _, _, m in images] == list(range(95, 100))


def test_a_message_larger_than_the_bound_is_not_kept():
    recent = RecentMessages(SECOND, max_bytes=10)
    fill(recent, 3)
    assert recent.excerpt().messages == ()
    assert recent.excerpt().duration_ns == 0


def test_an_excerpt_does_not_change_any_more(tmp_path):
    recent = RecentMessages(1000 * SECOND, max_bytes=10**9)
    fill(recent, 10)
    excerpt = recent.excerpt()
    recent.add(2, image_cdr(10), log_ns=3 * SECOND, publish_ns=0)
    assert (len(excerpt.messages), len(recent.excerpt().messages)) == (12, 13)
    write(recent, tmp_path / 'bag')
    with pytest.raises(OutputError, match='exists already'):
        write(recent, tmp_path / 'bag')
