"""Worker processes: shared machine, sudden deaths, interrupts and a full disk."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synth_ros.pipeline.crew import (
    assign_devices,
    environment_of_workers,
    software_threads,
)
from synth_ros.pipeline.generate import GenerateRequest, generate
from synth_ros.pipeline.workers import WorkerError

WRITERS = Path(__file__).parents[1] / 'writers'
sys.path.insert(0, str(WRITERS))

from processes import run_on_small_disk  # noqa: E402 (a helper of the writers' tests)

MANY = {'episodes: 3, views_per_episode: 2': 'episodes: 40, views_per_episode: 3'}


def test_devices_are_shared_in_turn():
    assert assign_devices(5, [0, 2, 3]) == [0, 2, 3, 0, 2]
    assert assign_devices(2, [1, 4, 5]) == [1, 4]
    assert assign_devices(3, []) == [None, None, None]


def test_workers_share_the_processors(monkeypatch):
    monkeypatch.setattr(os, 'sched_getaffinity', lambda _: set(range(16)))
    assert [software_threads(n) for n in (1, 2, 5, 16, 40)] == [16, 8, 3, 1, 1]
    monkeypatch.delenv('LP_NUM_THREADS', raising=False)
    with environment_of_workers(4):
        assert os.environ['LP_NUM_THREADS'] == '4'
    assert 'LP_NUM_THREADS' not in os.environ


def test_what_the_user_set_stays(monkeypatch):
    monkeypatch.setenv('LP_NUM_THREADS', '7')
    with environment_of_workers(4):
        assert os.environ['LP_NUM_THREADS'] == '7'
    assert os.environ['LP_NUM_THREADS'] == '7'


class Run:
    """``synth-ros generate`` in a process group of its own, as a shell starts it."""

    def __init__(self, config, out, *, workers):
        self.out = out
        command = [sys.executable, '-m', 'synth_ros.cli.main', 'generate', str(config)]
        command += ['--out', str(out), '--workers', str(workers)]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def wait_for_episodes(self, number):
        deadline = time.monotonic() + 120
        while len(list((self.out / 'episodes').glob('*.json'))) < number:
            assert time.monotonic() < deadline
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.01)

    def workers(self):
        """Process ids of the workers: children that run our code."""
        return [pid for pid in children(self.process.pid) if b'spawn_main' in command_of(pid)]

    def end(self, within_s):
        """Exit code and stderr, words unwrapped; the process must end in time."""
        _, text = self.process.communicate(timeout=within_s)
        assert 'Traceback' not in text
        return self.process.returncode, ' '.join(text.split())

    def nobody_is_left(self):
        """Whether the whole group is gone, workers and their helpers included."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                os.killpg(self.process.pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.05)
        return False


def children(parent):
    found = []
    for path in Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = path.read_text().rpartition(')')[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent:
            found.append(int(path.parent.name))
    return found


def cpu_ticks(pid):
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return int(fields[11]) + int(fields[12])


def command_of(pid):
    try:
        return Path(f'/proc/{pid}/cmdline').read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b''


@pytest.fixture
def started(write_config, tmp_path):
    """A run of many episodes by two workers, some of which are committed."""
    run = Run(write_config(**MANY), tmp_path / 'out', workers=2)
    try:
        run.wait_for_episodes(2)
        yield run
    finally:
        if run.process.poll() is None:
            os.killpg(run.process.pid, signal.SIGKILL)
            run.process.communicate()


def resumes_to_the_same(run, config, tmp_path, contents):
    """Go on with fewer episodes than asked for; compare with an undisturbed run."""
    made = [int(path.stem) for path in (run.out / 'episodes').glob('*.json')]
    episodes = max(made) + 2
    generate(GenerateRequest(config, run.out, episodes=episodes, resume=True), lambda _: None)
    generate(GenerateRequest(config, tmp_path / 'whole', episodes=episodes), lambda _: None)
    assert contents(run.out) == contents(tmp_path / 'whole')


@pytest.mark.slow
def test_a_worker_that_is_killed_is_told_and_nothing_is_lost(started, contents, tmp_path):
    # The one that worked more is not still starting.
    victim = max(started.workers(), key=cpu_ticks)
    os.kill(victim, signal.SIGKILL)
    code, text = started.end(within_s=30)
    assert code == 1
    assert f'process {victim}) was killed by signal 9 (SIGKILL) while it made episode' in text
    assert 'fewer --workers' in text
    assert '--resume' in text
    assert started.nobody_is_left()
    assert not (started.out / '.partial').exists()
    resumes_to_the_same(started, tmp_path / 'config.yaml', tmp_path, contents)


@pytest.mark.slow
def test_an_interrupt_ends_parent_and_workers(started):
    os.killpg(started.process.pid, signal.SIGINT)
    code, text = started.end(within_s=20)
    assert code == 130
    assert 'Interrupted.' in text
    assert '--resume' in text
    assert started.nobody_is_left()
    assert not (started.out / '.partial').exists()


@pytest.mark.slow
def test_an_interrupt_ends_a_run_in_one_process(write_config, tmp_path):
    run = Run(write_config(**MANY), tmp_path / 'out', workers=1)
    run.wait_for_episodes(1)
    os.killpg(run.process.pid, signal.SIGINT)
    code, text = run.end(within_s=20)
    assert code == 130
    assert 'Interrupted.' in text
    assert run.nobody_is_left()
    assert not (run.out / '.partial').exists()


@pytest.mark.slow
def test_a_worker_that_hangs_does_not_hold_up_an_interrupt(started):
    for pid in started.workers():
        os.kill(pid, signal.SIGSTOP)
    os.killpg(started.process.pid, signal.SIGINT)
    code, text = started.end(within_s=40)
    assert code == 130
    assert 'Interrupted.' in text
    assert started.nobody_is_left()


@pytest.mark.slow
def test_workers_do_not_outlive_a_parent_that_is_killed(started):
    assert len(started.workers()) == 2
    os.kill(started.process.pid, signal.SIGKILL)
    started.process.communicate()
    assert started.nobody_is_left()


@pytest.mark.slow
def test_a_worker_that_cannot_start_is_told(write_config, tmp_path):
    config = write_config()
    choice_needs = {'MUJOCO_GL': 'disable'}
    code = (
        'import sys, os\n'
        'from pathlib import Path\n'
        'from synth_ros.pipeline.generate import GenerateRequest, generate\n'
        'from synth_ros.pipeline.workers import WorkerError\n'
        'from synth_ros.render.auto import Choice\n'
        'from synth_ros.render.devices import Device\n'
        "choice = Choice('classic', '', Device('opengl', 'llvmpipe', ''))\n"
        "if __name__ == '__main__':\n"
        '    try:\n'
        '        generate(GenerateRequest(Path(sys.argv[1]), Path(sys.argv[2]), workers=2,\n'
        '                                 choice=choice), lambda _: None)\n'
        '    except WorkerError as error:\n'
        '        print(error)\n'
    )
    script = tmp_path / 'run.py'
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, script, config, tmp_path / 'out'],
        env={**os.environ, **choice_needs},
        capture_output=True,
        text=True,
        check=True,
    )
    assert 'MUJOCO_GL=disable turns OpenGL off' in done.stdout


DISK = """
import json, shutil, subprocess, sys
from pathlib import Path
disk = Path(sys.argv[1])
out = disk / 'out'
config = disk.parent / 'config.yaml'
command = [sys.executable, '-m', 'synth_ros.cli.main', 'generate', config, '--out', str(out)]
filler = disk / 'filler'
filler.write_bytes(bytes(int((disk.parent / 'filler').read_text())))
full = subprocess.run(
    [*command, '--workers', '8'], capture_output=True, text=True, start_new_session=True
)
left = subprocess.run(['pgrep', '-f', str(out)], capture_output=True, text=True).stdout
made = len(list((out / 'episodes').glob('*.json')))
partial = (out / '.partial').exists()
filler.unlink()
again = subprocess.run([*command, '--workers', '2', '--resume'], capture_output=True, text=True)
shutil.copytree(out, disk.parent / 'copy')
print(json.dumps([full.returncode, full.stderr, left, made, partial, again.returncode]))
"""


@pytest.mark.slow
def test_a_disk_that_fills_up_under_eight_workers(write_config, tmp_path, contents):
    config = write_config(**{'episodes: 3': 'episodes: 24'})
    generate(GenerateRequest(config, tmp_path / 'whole'), lambda _: None)
    # A file takes whole pages. There is room for half of all beside the filler.
    size = sum(-(-len(data) // 4096) * 4096 for data in contents(tmp_path / 'whole').values())
    (tmp_path / 'filler').write_text(str(size // 2 + 500_000))
    disk = tmp_path / 'disk'
    disk.mkdir()
    told = run_on_small_disk(DISK, disk, size_kib=(size + 500_000) // 1024)
    code, text, left, made, partial, again = json.loads(told)
    words = ' '.join(text.split())
    assert code == 1, text
    assert 'Traceback' not in text
    assert words.count('the disk is full') == 1
    assert '--resume' in words
    assert left == ''
    assert 0 < made < 24
    assert not partial
    assert again == 0
    assert contents(tmp_path / 'copy') == contents(tmp_path / 'whole')


@pytest.mark.slow
def test_times_of_all_workers_are_summed(write_config, tmp_path, contents):
    config = write_config()
    request = GenerateRequest(config, tmp_path / 'out', workers=2, profile=True)
    profile = generate(request, lambda _: None).profile
    assert profile.workers == 2
    assert profile.frames == 12
    assert {step: spent.calls for step, spent in profile.steps.items() if step != 'start'} == {
        'build': 3,
        'settle': 3,
        'load': 3,
        'posture': 6,
        'submit': 6,
        'pictures': 6,
        'label': 12,
        'sense': 12,
        'encode': 12,
        'write': 12,
        'commit': 3,
    }
    # Measuring changes no byte, and a resumed run does not mind the times of the last.
    generate(GenerateRequest(config, tmp_path / 'plain'), lambda _: None)
    measured = contents(tmp_path / 'out')
    assert 'profile.json' not in measured.pop('SHA256SUMS').decode()
    assert measured.pop('profile.json')
    plain = contents(tmp_path / 'plain')
    del plain['SHA256SUMS']
    assert measured == plain
    assert generate(GenerateRequest(config, tmp_path / 'out', resume=True), print).resumed == 3


def test_an_error_keeps_its_exit_code():
    from synth_ros.pipeline.crew import Failure

    error = WorkerError(Failure('no such thing', 2))
    assert (str(error), error.exit_code) == ('no such thing', 2)
