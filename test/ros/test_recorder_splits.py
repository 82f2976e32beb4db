"""A split recording is the same recording: in many files, each readable alone."""

from collections import Counter
from types import SimpleNamespace

import pytest
from bag_files import FLOWING, LATCHED, counts, metadata, proof
from ros_processes import recorder, sim, write_config
from rosbags.highlevel import AnyReader
from sample_factory import tree

from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.readers.bag import read_bag_summary
from synth_ros.validate.run import validate

FRAMES = 20


@pytest.fixture(scope='module')
def recorded(tmp_path_factory):
    """A recording with a new file for each fifth of a second, and its dataset."""
    folder = tmp_path_factory.mktemp('splits')
    config = write_config(folder)
    outputs = {'bag': folder / 'bag', 'dataset': folder / 'dataset'}
    options = {'split_duration_s': 0.2, 'stop_with_publishers': True}
    with (
        recorder(folder, config, **outputs, **options) as second,
        sim(folder, config, frame_limit=FRAMES, wait_for_subscribers_s=60, linger_s=0.5) as first,
    ):
        assert (first.wait(), second.wait()) == (0, 0), second.text
    return SimpleNamespace(**outputs)


def test_no_message_is_missing_and_the_proof_says_so(recorded):
    topics = {topic.name: topic for topic in read_bag_summary(recorded.bag).topics}
    for topic in FLOWING:
        assert topics[topic].messages == proof(recorded.bag)[topic]['received'] == FRAMES
        assert topics[topic].proven
    for topic in LATCHED:
        assert topics[topic].messages == 1 + topics[topic].repeated > 1
        assert topics[topic].proven


def test_each_file_has_what_is_latched(recorded):
    found, heard = Counter(), set()
    assert len(metadata(recorded.bag)['files']) > 2
    for file in metadata(recorded.bag)['files']:
        with AnyReader([recorded.bag / file['path']]) as reader:
            held = Counter(connection.topic for connection, _, _ in reader.messages())
        assert all(held[topic] == 1 for topic in heard)
        heard |= {topic for topic in LATCHED if held[topic]}
        found += held
    assert heard == set(LATCHED)
    assert found == counts(recorded.bag)


def test_the_bag_becomes_the_dataset_that_was_written_beside_it(recorded, tmp_path):
    request = ConvertRequest(source=recorded.bag, out=tmp_path / 'dataset', to=None)
    convert(request, lambda _done, _total: None)
    assert tree(tmp_path / 'dataset') == tree(recorded.dataset)


def test_the_bag_is_valid(recorded):
    found = validate(recorded.bag)
    assert (found.errors, found.warnings) == (0, 0)
    assert found.counts.images == 2 * FRAMES
