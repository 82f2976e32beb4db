"""Bags made without transport, and how they compare with those of nodes."""

import json
import threading

from bag_files import metadata, proof
from rosbags.highlevel import AnyReader

from synth_ros.config.load import load_config
from synth_ros.render.auto import choose_backend
from synth_ros.ros.live_bag import Storing
from synth_ros.ros.record_run import Recorder, Run, Watch
from synth_ros.schema.bag_note import DATASET


def recorder_of(config, *, storing=None):
    """Records runs of a config file."""
    loaded = load_config(config)
    return Recorder(
        loaded,
        seed=loaded.config.seed,
        storing=storing or Storing(),
        choice=choose_backend(loaded.config.render),
    )


def record(recorder, bag, run, **options):
    """Record a run; nobody watches and nobody stops it, unless told."""
    options = {'stop': threading.Event(), 'watch': Watch(), **options}
    return recorder.record(bag, run, **options)


def check_same(config, theirs, *, frames, folder):
    """See that a run without transport gives the bag of the nodes, but for the run's name."""
    ours = folder / 'bag'
    assert record(recorder_of(config), ours, Run(0, frames=frames)).complete
    assert topics(ours) == topics(theirs)
    assert proof(ours) == proof(theirs)
    notes = [json.loads(metadata(bag)['custom_data'][DATASET]) for bag in (ours, theirs)]
    assert [note.pop('renderer') for note in notes] == ['classic', 'topics']
    assert notes[0] == notes[1]
    found, expected = exact_messages(ours), exact_messages(theirs)
    assert found.keys() == expected.keys()
    for topic, messages in expected.items():
        assert found[topic] == messages, topic


def topics(bag):
    """What the metadata say of each topic: type, quality of service, number of messages."""
    entries = metadata(bag)['topics_with_message_count']
    return {entry['topic_metadata']['name']: entry for entry in entries}


def exact_messages(bag):
    """All messages by topic as bytes without gaps; annotations without the name of the run."""
    found = {}
    with AnyReader([bag]) as reader:
        for connection, _, data in reader.messages():
            message = reader.deserialize(data, connection.msgtype)
            if connection.topic.endswith('annotations'):
                shown = {**json.loads(message.data), 'session': ''}
            else:
                shown = bytes(reader.typestore.serialize_cdr(message, connection.msgtype))
            found.setdefault(connection.topic, []).append(shown)
    return found
