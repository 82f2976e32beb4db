"""Recording is started, stopped and split while the simulation runs."""

import json

import pytest
from bag_files import FLOWING, LATCHED, counts, image_count, metadata, proof
from listener import Listener
from ros_processes import CAMERAS, recorder, sim, write_config
from sample_factory import tree

from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.readers.bag import read_bag_summary


@pytest.fixture
def listener():
    made = Listener(CAMERAS)
    yield made
    made.close()


def test_start_stop_and_split(tmp_path, listener):
    config = write_config(tmp_path)
    bag, dataset = tmp_path / 'bag', tmp_path / 'dataset'
    options = {'start_recording': False, 'stop_with_publishers': True}

    def ask(name):
        answer = listener.call(name, node='recorder_node')
        return answer.success, answer.message

    with (
        recorder(tmp_path, config, bag=bag, dataset=dataset, **options) as second,
        sim(tmp_path, config, wait_for_subscribers_s=60, linger_s=0.5, rate_hz=20) as first,
    ):
        listener.wait_for_frames(3)
        assert ask('split') == (False, 'Nothing was recorded since the last file was begun.')
        assert ask('start') == (True, 'Recording.')
        assert ask('start') == (True, 'Recording already.')
        seen = len(listener.heard['/clock'])
        listener.wait_for_frames(seen + 5)
        assert ask('split') == (True, 'Going on in bag_1.mcap.')
        listener.wait_for_frames(len(listener.heard['/clock']) + 3)
        assert ask('stop')[0]
        assert ask('stop') == (True, 'Stopped already.')
        listener.wait_for_frames(len(listener.heard['/clock']) + 5)
        assert ask('start')[0]
        listener.wait_for_frames(len(listener.heard['/clock']) + 3)
        assert first.end() == 0
        assert second.wait() == 0, second.text
    assert 'none lost on the way' in second.text
    assert 'came while recording was stopped' in second.text
    assert 'Not in the dataset' not in second.text
    reports = proof(bag)
    received = {reports[topic]['received'] for topic in FLOWING}
    [frames] = received
    for report in (reports[topic] for topic in FLOWING):
        assert report['skipped'] >= 5
        assert frames + report['skipped'] + report['before'] >= len(listener.heard['/clock'])
    assert image_count(dataset) == 2 * frames
    assert [counts(bag)[topic] for topic in FLOWING] == [frames] * len(FLOWING)
    assert len(metadata(bag)['files']) == 2
    # What is latched came before recording was started.
    assert all((reports[t]['received'], counts(bag)[t]) == (1, 2) for t in LATCHED)
    assert all(topic.proven for topic in read_bag_summary(bag).topics)
    convert(ConvertRequest(source=bag, out=tmp_path / 'again', to=None), lambda *_: None)
    assert tree(tmp_path / 'again') == tree(dataset)


def test_without_a_bag_there_is_nothing_to_split(tmp_path, listener):
    with recorder(tmp_path, write_config(tmp_path), dataset=tmp_path / 'dataset') as process:
        process.wait_for_text('Waiting for')
        answer = listener.call('split', node='recorder_node')
        assert process.end() == 0, process.text
    assert (answer.success, answer.message) == (
        False,
        'There is no bag to split: parameter bag is empty.',
    )


def test_the_last_seconds_become_a_bag(tmp_path, listener):
    """Twice, while nothing else is recorded."""
    config = write_config(tmp_path)
    options = {'snapshot_s': 1.5, 'snapshot_bag': tmp_path / 'event', 'stop_with_publishers': True}
    with (
        recorder(tmp_path, config, **options) as second,
        sim(tmp_path, config, wait_for_subscribers_s=60, linger_s=0.5) as first,
    ):
        listener.wait_for_frames(1)
        second.wait_for_text('Recording all')
        for number in range(2):
            listener.wait_for_frames(len(listener.heard['/clock']) + 10)
            answer = listener.call('snapshot', node='recorder_node')
            assert answer.success, answer.message
            assert answer.message.endswith(f'to {tmp_path}/event_{number}.')
            second.wait_for_text(f'Snapshot written: {tmp_path}/event_{number}')
        assert first.end() == 0
        assert second.wait() == 0, second.text
    for number in range(2):
        bag = tmp_path / f'event_{number}'
        held = counts(bag)
        assert all(held[topic] == 1 for topic in LATCHED)
        assert all(held[topic] >= 3 for topic in FLOWING), held
        assert metadata(bag)['duration']['nanoseconds'] <= 1.5e9
        surfaces = json.loads((bag / 'meshes/meshes.json').read_text())['models']
        assert surfaces
        assert all((bag / entry['file']).is_file() for entry in surfaces.values())
        request = ConvertRequest(
            source=bag, out=tmp_path / f'dataset_{number}', to=None, skip_damaged=True
        )
        convert(request, lambda *_: None)
        assert image_count(tmp_path / f'dataset_{number}') >= 2


def test_snapshots_must_be_asked_for_beforehand(tmp_path, listener):
    config = write_config(tmp_path)
    with recorder(tmp_path, config, bag=tmp_path / 'bag') as process:
        process.wait_for_text('Waiting for')
        answer = listener.call('snapshot', node='recorder_node')
        assert process.end() == 0, process.text
    assert (answer.success, answer.message) == (
        False,
        'Nothing is kept for snapshots: parameter snapshot_s is 0.',
    )
