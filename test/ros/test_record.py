"""Bags of a live simulation made without transport: extents, ends, and the same bytes again."""

import errno
import gc
import threading
from contextlib import closing
from types import SimpleNamespace

import pytest
from bag_files import FLOWING, LATCHED, counts, metadata, proof, report_of
from live_bags import record, recorder_of
from ros_processes import CONFIG, FRAMES_PER_EPISODE, write_config
from rosbags.highlevel import AnyReader
from sample_factory import tree

from synth_ros.errors import OutputError, PlacementError, RosError
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.live import Extent
from synth_ros.readers.bag import read_bag_summary
from synth_ros.readers.open_recording import open_recording
from synth_ros.ros import bag_outlets
from synth_ros.ros.live_bag import Storing
from synth_ros.ros.record_run import Run, Watch
from synth_ros.validate.run import validate
from synth_ros.writers.bag import Split
from synth_ros.writers.mcap_file import Appender

SMALL = CONFIG.replace('width: 160, height: 120', 'width: 64, height: 48').replace(
    'width: 120\n    height: 90', 'width: 48\n    height: 36'
)
# One camera of each kind: with a stereo pair and an IMU, and slower than the other.
DEVICES = SMALL.replace(
    'width: 64, height: 48}',
    'width: 64, height: 48, stereo: {baseline_m: 0.05}, imu: {rate_hz: 100}}',
).replace('height: 36', 'height: 36\n    rate_hz: 10')


class Listener(Watch):
    """Keeps what it is told, and stops at a number of instants."""

    def __init__(self, stop=None, at=0):
        self.notes, self.last = [], None
        self._stop, self._at = stop, at

    def progress(self, progress):
        self.last = progress
        if self._stop is not None and progress.instants >= self._at:
            self._stop.set()

    def note(self, sentence):
        self.notes.append(sentence)


@pytest.fixture(scope='module')
def small(tmp_path_factory):
    """A recorder of small images."""
    return recorder_of(write_config(tmp_path_factory.mktemp('small'), SMALL))


@pytest.fixture(scope='module')
def whole(small, tmp_path_factory):
    """Two episodes, split in the middle."""
    folder = tmp_path_factory.mktemp('whole')
    config = write_config(folder, SMALL)
    splitting = recorder_of(config, storing=Storing(split=Split(duration_ns=300_000_000)))
    watch = Listener()
    run = Run(3, extent=Extent(last_episode=4))
    recorded = record(splitting, folder / 'bag', run, watch=watch)
    return SimpleNamespace(bag=folder / 'bag', recorded=recorded, watch=watch)


def test_episodes_are_whole_and_no_more(whole):
    instants = 2 * FRAMES_PER_EPISODE
    recorded, progress = whole.recorded, whole.recorded.progress
    assert (recorded.complete, recorded.appeared, recorded.error) == (True, True, None)
    assert (progress.instants, progress.images, progress.episode) == (instants, 2 * instants, 4)
    assert progress.stamp_ns == (instants - 1) * 50_000_000
    assert whole.watch.last.instants == instants
    with closing(open_recording(whole.bag)) as recording:
        assert {key.episode for key in recording.frames} == {3, 4}
        assert recording.problems == ()


def test_each_topic_has_a_message_an_instant_and_the_proof_says_so(whole):
    summary = {t.name: t for t in read_bag_summary(whole.bag).topics}
    assert summary.keys() == {*FLOWING, *LATCHED}
    for name, topic in summary.items():
        expected = 1 if name in LATCHED else 2 * FRAMES_PER_EPISODE
        assert topic.messages - topic.repeated == expected
        assert topic.proven
        assert proof(whole.bag)[name]['received'] == expected
    assert sum(t.messages - t.repeated for t in summary.values()) == whole.recorded.messages


def test_the_bag_is_split_and_valid(whole):
    found = validate(whole.bag)
    assert (found.errors, found.warnings) == (0, 0)
    assert [file['path'] for file in metadata(whole.bag)['files']] == ['bag_0.mcap', 'bag_1.mcap']


def test_the_report_tells_of_simulated_time(whole):
    told = report_of(whole.bag)
    assert (told.lost, told.back_pressure, told.disk.writing_s) == (0, None, None)
    assert told.duration_s == pytest.approx(0.55)
    assert told.messages == whole.recorded.messages
    clock = next(topic for topic in told.topics if topic.name == '/clock')
    assert clock.rate_hz == pytest.approx(20)
    assert sum(clock.line) == 2 * FRAMES_PER_EPISODE
    assert '0.6 s of simulated time' in (whole.bag / 'recording_report.html').read_text()


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes(tmp_path):
    """Also with stereo pair and IMU, whose samples lie in the bag at their own stamps."""
    config = write_config(tmp_path, DEVICES)
    runs = [record(recorder_of(config), tmp_path / k / 'bag', Run(0, frames=8)) for k in 'ab']
    assert runs[0] == runs[1]
    assert tree(tmp_path / 'a') == tree(tmp_path / 'b')
    found, last_ns = counts(tmp_path / 'a/bag'), runs[0].progress.stamp_ns
    assert found['/clock'] == found['/head/infra2/image_rect_raw'] == 8
    assert found['/chest/color/image_raw'] < 8
    with AnyReader([tmp_path / 'a/bag']) as reader:
        messages = [
            (connection.topic, log_ns, reader.deserialize(data, connection.msgtype))
            for connection, log_ns, data in reader.messages()
        ]
    imu = [(log_ns, message) for topic, log_ns, message in messages if topic == '/head/imu']
    assert len(imu) == found['/head/imu'] > 2 * 8
    for topic, log_ns, message in messages:
        if hasattr(message, 'header') and topic not in LATCHED and 'info' not in topic:
            stamp = message.header.stamp
            assert log_ns == stamp.sec * 10**9 + stamp.nanosec <= last_ns, topic


def test_a_duration_ends_before_its_last_moment(small, tmp_path):
    """Frames at 0, 0.05, 0.1 and 0.15 s; the one at 0.2 s is of the time after."""
    recorded = record(small, tmp_path / 'bag', Run(0, extent=Extent(end_ns=200_000_000)))
    assert (recorded.complete, recorded.progress.instants) == (True, 4)
    assert recorded.progress.stamp_ns == 150_000_000


def test_a_bag_that_is_stopped_is_closed_and_valid(small, tmp_path):
    stop = threading.Event()
    watch = Listener(stop, at=1)
    recorded = record(small, tmp_path / 'bag', Run(0), stop=stop, watch=watch)
    assert (recorded.complete, recorded.appeared, recorded.error) == (False, True, None)
    assert counts(tmp_path / 'bag')['/clock'] == recorded.progress.instants >= 1
    assert validate(tmp_path / 'bag').errors == 0


def test_a_bag_that_must_be_whole_does_not_appear_otherwise(small, tmp_path):
    stop = threading.Event()
    watch = Listener(stop, at=1)
    recorded = record(small, tmp_path / 'bag', Run(0), stop=stop, watch=watch, whole=True)
    assert (recorded.complete, recorded.appeared) == (False, False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_full_disk_leaves_a_valid_bag(small, tmp_path, monkeypatch):
    append = Appender.append

    def full(self, data):
        """The room that was set aside is there for what closes the file."""
        if self.length > 60_000 and len(data) > 100_000:
            raise OSError(errno.ENOSPC, 'No space left on device')
        append(self, data)

    monkeypatch.setattr(Appender, 'append', full)
    recorded = record(small, tmp_path / 'bag', Run(0, frames=200))
    assert isinstance(recorded.error, OutputError)
    assert f'Cannot write {tmp_path / "bag"}: the disk is full' in str(recorded.error)
    assert (recorded.complete, recorded.appeared) == (False, True)
    assert [path.name for path in tmp_path.iterdir()] == ['bag']
    assert report_of(tmp_path / 'bag').disk.not_written > 0
    assert 0 < read_bag_summary(tmp_path / 'bag').message_count < recorded.messages
    # The last instant may lack what waited in memory.
    with closing(open_recording(tmp_path / 'bag')) as recording:
        assert len(recording.problems) <= 2
        views = [key.view for key in recording.frames]
        for key in recording.frames:
            if key.view < max(views) or key.episode < recording.frames[-1].episode:
                assert recording.read(key).key == key


def test_a_bag_never_overwrites_and_leavings_go(small, tmp_path):
    (tmp_path / 'bag').mkdir()
    (tmp_path / 'bag/mine.txt').write_text('mine')
    with pytest.raises(OutputError, match=r'bag exists already'):
        record(small, tmp_path / 'bag', Run(0, frames=1))
    assert tree(tmp_path) == {'bag/mine.txt': b'mine'}
    left = tmp_path / '.other.abc.partial/other'
    left.mkdir(parents=True)
    (left / 'other_0.mcap').write_bytes(b'half')
    assert record(small, tmp_path / 'other', Run(0, frames=1)).appeared
    assert sorted(path.name for path in tmp_path.iterdir()) == ['bag', 'other']


def test_without_a_message_package_nothing_is_left(small, tmp_path, monkeypatch):
    """Warnings are errors here: a file that stayed open would be one."""

    def missing(type_name):
        raise RosError(f'The definition of {type_name} is not installed.')

    monkeypatch.setattr(bag_outlets, 'definition_text', missing)
    with pytest.raises(RosError, match=r'The definition of sensor_msgs/msg/\w+ is not installed'):
        record(small, tmp_path / 'bag', Run(0, frames=1))
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_episodes_without_a_valid_rest_are_left_out(small, tmp_path, monkeypatch):
    """The first one, one in the middle, and the last; what comes after the last is not tried."""
    opened, open_stage = [], Stage.open

    def fails(self, number):
        opened.append(number)
        if number in (2, 4, 6):
            raise PlacementError(f'Episode {number} found no rest.')
        return open_stage(self, number)

    monkeypatch.setattr(Stage, 'open', fails)
    watch = Listener()
    recorded = record(small, tmp_path / 'bag', Run(2, extent=Extent(last_episode=6)), watch=watch)
    assert recorded.complete
    assert recorded.progress.instants == 2 * FRAMES_PER_EPISODE
    assert opened == [2, 3, 4, 5, 6]
    assert watch.notes == [f'Skipped: Episode {k} found no rest.' for k in (2, 4, 6)]
    recorded = record(small, tmp_path / 'none', Run(2, extent=Extent(last_episode=2)))
    assert isinstance(recorded.error, PlacementError)
    assert not (tmp_path / 'none').exists()
