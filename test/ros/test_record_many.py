"""``synth-ros record`` as a command: one bag and many, and whatever ends it."""

import signal
import subprocess
import sys
import time

import pytest
from bag_files import counts
from live_bags import record, recorder_of
from ros_processes import ENV, write_config
from sample_factory import tree
from test_record import SMALL
from typer.testing import CliRunner

from synth_ros.cli.main import app
from synth_ros.config.load import load_config
from synth_ros.errors import OutputError, UsageError
from synth_ros.ros.record_many import Part, claimed, parts
from synth_ros.ros.record_run import Run
from synth_ros.validate.run import validate


class Command:
    """The command as a process."""

    def __init__(self, folder, *arguments):
        command = [sys.executable, '-m', 'synth_ros.cli.main', 'record', 'config.yaml']
        self.process = subprocess.Popen(
            [*command, *map(str, arguments)],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=ENV,
            text=True,
        )

    def result(self, *, timeout_s=120):
        """Exit code and everything it printed."""
        text, _ = self.process.communicate(timeout=timeout_s)
        assert 'Traceback' not in text, text
        return self.process.returncode, text


def wait_for(path, pattern, process, *, size=100_000):
    """Until a file of some size is there, under a hidden name."""
    deadline = time.monotonic() + 60
    while not [found for found in path.glob(pattern) if found.stat().st_size > size]:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.slow
def test_many_bags_by_two_workers_are_those_of_single_runs(tmp_path):
    """Killed and gone on with; the last bag holds fewer episodes."""
    write_config(tmp_path, SMALL)
    many = ('bags', '--episodes', 3, '--per-bag', 2, '--first-episode', 3, '--workers', 2)
    killed = Command(tmp_path, *many)
    # Begun is enough: a bag may be whole a moment later.
    wait_for(tmp_path, 'bags/.bag_*/bag_*/*.mcap', killed.process, size=0)
    killed.process.send_signal(signal.SIGINT)
    code, text = killed.result()
    assert code == 130, text
    assert 'Run the same command with --resume' in text
    names = {'bag_00003-00004', 'bag_00005-00005'}
    assert not (tmp_path / 'bags').exists() or names.issuperset(
        path.name for path in (tmp_path / 'bags').iterdir()
    )
    code, text = Command(tmp_path, *many, '--resume').result()
    assert code == 0, text
    assert {path.name for path in (tmp_path / 'bags').iterdir()} == names
    assert 'synth-ros bag2dataset bags/bag_00003-00004 DATASET' in text
    alone = tmp_path / 'alone/bag_00005-00005'
    record(recorder_of(tmp_path / 'config.yaml'), alone, Part(5, 5).run)
    assert tree(alone) == tree(tmp_path / 'bags/bag_00005-00005')


@pytest.mark.slow
def test_whatever_ends_the_command_the_bag_is_closed(tmp_path):
    """An interrupt; and a kill, after which the process that records is alone."""
    write_config(tmp_path, SMALL)
    ended = Command(tmp_path, 'ended', '--duration', 1000, '--compression', 'none')
    wait_for(tmp_path, '.ended.*/ended/*.mcap', ended.process)
    ended.process.send_signal(signal.SIGINT)
    code, text = ended.result()
    assert code == 130, text
    assert 'Interrupted: the bag is closed and valid' in text
    assert counts(tmp_path / 'ended')['/clock'] > 0
    assert validate(tmp_path / 'ended').errors == 0
    killed = Command(tmp_path, 'killed', '--duration', 1000)
    wait_for(tmp_path, '.killed.*/killed/*.mcap', killed.process)
    killed.process.kill()
    deadline = time.monotonic() + 60
    while not (tmp_path / 'killed').exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    killed.process.communicate(timeout=60)
    assert counts(tmp_path / 'killed')['/clock'] > 0
    bad = tmp_path / 'config.yaml'
    bad.write_text(bad.read_text().replace('count: [3, 4]', 'count: [3, many]'))
    code, text = Command(tmp_path, 'bad', '--frames', 1).result()
    assert code == 2, text
    assert 'config.yaml:' in text
    assert 'objects.count' in text
    assert not (tmp_path / 'bad').exists()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ([], r'Say how much to record with one of --frames'),
        (['--frames', '3', '--episodes', '1'], r'one of --frames'),
        (['--frames', '3', '--per-bag', '1'], r'say with --episodes how many'),
        (['--episodes', '3', '--workers', '2'], r'--workers needs many bags'),
        (['--episodes', '3', '--resume'], r'--resume needs many bags'),
    ],
)
def test_options_that_say_nothing_or_too_much(options, message):
    result = CliRunner().invoke(app, ['record', 'config.yaml', 'bag', *options])
    assert isinstance(result.exception, UsageError)
    with pytest.raises(UsageError, match=message):
        raise result.exception


def test_bags_share_the_episodes():
    assert parts(3, 5, per_bag=2) == [Part(3, 4), Part(5, 6), Part(7, 7)]
    assert [part.name for part in parts(0, 20, per_bag=10)] == [
        'bag_00000-00009',
        'bag_00010-00019',
    ]


def test_a_folder_with_something_else_is_refused(tmp_path):
    loaded = load_config(write_config(tmp_path, SMALL))
    out, wanted = tmp_path / 'bags', parts(0, 4, per_bag=2)
    with claimed(out, wanted, (loaded, 5), resume=False) as todo:
        assert todo == wanted
        with (
            pytest.raises(OutputError, match=r'is being written by another run'),
            claimed(out, wanted, (loaded, 5), resume=True),
        ):
            pass
    assert not out.exists()
    (out / 'bag_00000-00002').mkdir(parents=True)
    with (
        pytest.raises(OutputError, match=r'is not empty.*--resume'),
        claimed(out, wanted, (loaded, 5), resume=False),
    ):
        pass
    with (
        pytest.raises(UsageError, match=r'bag_00000-00002 is none of the bags of this run'),
        claimed(out, wanted, (loaded, 5), resume=True),
    ):
        pass
    assert [path.name for path in out.iterdir()] == ['bag_00000-00002']


def test_bags_of_another_seed_are_refused(tmp_path):
    config = write_config(tmp_path, SMALL)
    loaded, recorder = load_config(config), recorder_of(config)
    [part] = wanted = parts(0, 1, per_bag=1)
    bag = tmp_path / 'bags' / part.name
    record(recorder, bag, Run(0, frames=1))
    with claimed(tmp_path / 'bags', wanted, (loaded, 5), resume=True) as todo:
        assert todo == []
    with (
        pytest.raises(UsageError, match=r'another config or seed \(.*seed 5; now .*seed 6\)'),
        claimed(tmp_path / 'bags', wanted, (loaded, 6), resume=True),
    ):
        pass
