"""However a recording begins, goes on and ends: bag and dataset are valid and say the truth."""

import signal
import time

import pytest
from bag_files import FLOWING, LATCHED, counts, image_count, metadata, proof, report_of
from mcap.reader import make_reader
from processes import can_mount, namespace
from ros_processes import NodeProcess, recorder, sim, write_config
from rosbags.highlevel import AnyReader
from sample_factory import tree

from synth_ros.readers.bag import read_bag_summary
from synth_ros.writers.bag_recovery import recover_bag


def test_late_start_and_sigterm_in_the_middle(tmp_path):
    """Also with use_sim_time, as launch files set it for consumers."""
    config = write_config(tmp_path)
    bag, dataset = tmp_path / 'bag', tmp_path / 'dataset'
    with sim(tmp_path, config, report_frames=True) as first:
        first.wait_for_text('frame 3\n')
        with recorder(tmp_path, config, bag=bag, dataset=dataset, use_sim_time=True) as second:
            second.wait_for_text('Recording all')
            seen = first.text.count('frame ')
            first.wait_for_text(f'frame {seen + 15}\n')
            assert second.end(signal.SIGTERM, timeout_s=30) == 0, second.text
        assert first.end(signal.SIGINT) == 0
    assert 'were sent before recording began' in second.text
    assert 'none lost on the way' in second.text
    reports = proof(bag)
    for topic in FLOWING:
        assert (reports[topic]['lost'], reports[topic]['provable']) == (0, True)
        assert reports[topic]['received'] > 10, topic
    # Cameras rested before the recorder came; how long is told by what is always sent.
    for topic in ('/clock', '/tf', '/joint_states'):
        assert reports[topic]['before'] >= 3, topic
    for topic in LATCHED:
        assert (reports[topic]['received'], reports[topic]['before']) == (1, 0)
    with AnyReader([bag]) as reader:
        total = sum(1 for _ in reader.messages())
    assert total == metadata(bag)['message_count'] == sum(r['received'] for r in reports.values())
    color = reports['/head/color/image_raw']['received']
    assert 10 < image_count(dataset) <= 2 * (color + 1)


@pytest.mark.slow
def test_the_simulator_is_started_anew(tmp_path):
    config = write_config(tmp_path)
    bag, dataset = tmp_path / 'bag', tmp_path / 'dataset'
    with recorder(tmp_path, config, bag=bag, dataset=dataset) as recording:
        for _ in range(2):
            options = {'frame_limit': 8, 'wait_for_subscribers_s': 60, 'linger_s': 0.5}
            with sim(tmp_path, config, **options) as process:
                assert process.wait() == 0, process.text
        assert recording.end(timeout_s=30) == 0, recording.text
    reports = proof(bag)
    for topic in FLOWING:
        report = reports[topic]
        assert (report['received'], report['lost'], report['restarts']) == (16, 0, 1), topic
        assert report['provable']
    # Episodes 0 and 1 of each run, numbered as they came.
    episodes = sorted(path.stem for path in (dataset / 'episodes').iterdir())
    assert episodes == ['000000', '000001', '000002', '000003']
    assert image_count(dataset) == 32
    images = tree(dataset / 'images')
    assert images['000000_003_head.png'] == images['000002_003_head.png']


@pytest.mark.slow
def test_the_simulator_is_killed(tmp_path):
    config = write_config(tmp_path)
    bag, dataset = tmp_path / 'bag', tmp_path / 'dataset'
    options = {'bag': bag, 'dataset': dataset, 'stop_with_publishers': True}
    with (
        recorder(tmp_path, config, **options) as recording,
        sim(tmp_path, config, wait_for_subscribers_s=60, report_frames=True) as process,
    ):
        process.wait_for_text('frame 10\n')
        process.end(signal.SIGKILL)
        # The middleware believes in a silent participant for 20 s.
        assert recording.wait(timeout_s=60) == 0, recording.text
    assert 'none lost on the way' in recording.text
    assert min(counts(bag)[topic] for topic in FLOWING) >= 9
    assert image_count(dataset) >= 18


@pytest.mark.slow
def test_another_seed_than_claimed_is_refused(tmp_path):
    config = write_config(tmp_path)
    with (
        recorder(tmp_path, config, dataset=tmp_path / 'dataset') as recording,
        sim(tmp_path, config, seed=9, wait_for_subscribers_s=3) as process,
    ):
        assert recording.wait() == 1, recording.text
        assert process.end() == 0
    *_, last = recording.text.splitlines()
    assert last.startswith('error: The simulator runs another config or seed')
    assert 'with seed 9, not' in last


def record_on_small_disk(folder, config, *, size, **outputs):
    """A recorder with a small disk of its own at ``folder/disk``, copied to ``folder/saved``."""
    if not can_mount():
        pytest.skip('this system allows no mount namespaces, so there is no small disk')
    disk, saved = folder / 'disk', folder / 'saved'
    disk.mkdir()
    script = (
        f'mount -t tmpfs -o size={size} tmpfs {disk} && "$@"; code=$?; '
        f'cp -r {disk} {saved}; exit $code'
    )
    wrap = [*namespace(), 'sh', '-c', script, 'sh']
    with (
        NodeProcess('recorder_node', folder, wrap=wrap, config=config, **outputs) as full,
        sim(folder, config, wait_for_subscribers_s=60) as process,
    ):
        assert full.wait(timeout_s=120) == 1, full.text
        assert process.end() == 0
    *_, last = full.text.splitlines()
    assert last.startswith('error: ')
    assert 'the disk is full' in last
    assert 'Traceback' not in full.text
    return saved


@pytest.mark.slow
def test_a_full_disk_ends_the_bag_validly(tmp_path):
    """In several files; the proof and the report count what could not be written."""
    config = write_config(tmp_path)
    outputs = {'bag': tmp_path / 'disk' / 'bag', 'split_size_mb': 1}
    bag = record_on_small_disk(tmp_path, config, size='4m', **outputs) / 'bag'
    found = 0
    for entry in metadata(bag)['files']:
        with (bag / entry['path']).open('rb') as file:
            found += sum(1 for _ in make_reader(file, validate_crcs=True).iter_messages())
    assert found == metadata(bag)['message_count'] > 50
    assert len(metadata(bag)['files']) > 1
    summary, told = read_bag_summary(bag), report_of(bag)
    assert summary.lost == told.disk.not_written > 0
    assert told.messages == sum(report['received'] for report in proof(bag).values())


@pytest.mark.slow
def test_a_full_disk_for_the_dataset_spares_the_bag(tmp_path):
    config, bag = write_config(tmp_path), tmp_path / 'bag'
    dataset = tmp_path / 'disk' / 'dataset'
    saved = record_on_small_disk(tmp_path, config, size='2m', dataset=dataset, bag=bag)
    assert all(report['lost'] == 0 for report in proof(bag).values())
    assert sum(counts(bag).values()) == sum(r['received'] for r in proof(bag).values())
    markers = sorted(path.stem for path in (saved / 'dataset' / 'episodes').iterdir())
    assert markers == [f'{number:06d}' for number in range(len(markers))]
    assert len(markers) > 1


@pytest.mark.slow
def test_a_killed_recorder_loses_no_more_than_its_last_second(tmp_path):
    config, bag = write_config(tmp_path), tmp_path / 'bag'
    with (
        recorder(tmp_path, config, bag=bag) as recording,
        sim(tmp_path, config, wait_for_subscribers_s=60, report_frames=True) as process,
    ):
        process.wait_for_text('frame 5\n')
        time.sleep(2.5)
        recording.end(signal.SIGKILL)
        assert process.end() == 0
    assert not (bag / 'metadata.yaml').exists()
    assert not recover_bag(bag).was_complete
    found = counts(bag)
    assert min(found[topic] for topic in FLOWING) >= 5
    assert all(found[topic] == 1 for topic in LATCHED)
