"""Datasets: the same bytes whatever the workers, interruptions and order."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synth_ros.errors import OutputError
from synth_ros.pipeline.generate import GenerateRequest, generate
from synth_ros.pipeline.workers import WorkerError


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob('*'))
        if path.is_file()
    }


def run(config, out, **options):
    reports = []
    outcome = generate(GenerateRequest(config, out, **options), reports.append)
    return outcome, reports


@pytest.fixture
def reference(write_config, tmp_path):
    config = write_config()
    run(config, tmp_path / 'reference')
    return config, contents(tmp_path / 'reference')


def test_generate_reports_every_episode(write_config, tmp_path):
    outcome, reports = run(write_config(), tmp_path / 'out')
    assert [report.episode for report in reports] == [0, 1, 2]
    assert {report.frames for report in reports} == {4}
    assert outcome.plan.frames_per_episode == 4
    assert outcome.resumed == 0
    index = json.loads((tmp_path / 'out' / 'annotations.json').read_text())
    assert len(index['images']) == 12
    assert [c['name'] for c in index['categories']] == ['ball', 'brick']


def test_two_runs_give_the_same_bytes(reference, tmp_path):
    config, expected = reference
    run(config, tmp_path / 'again')
    assert contents(tmp_path / 'again') == expected


def test_another_seed_gives_another_dataset(reference, tmp_path):
    config, expected = reference
    run(config, tmp_path / 'other', seed=12)
    images = {k: v for k, v in contents(tmp_path / 'other').items() if k.startswith('images')}
    assert not set(images.values()) & set(expected.values())


@pytest.mark.slow
@pytest.mark.parametrize('workers', [2, 3])
def test_workers_change_no_byte(reference, tmp_path, workers):
    config, expected = reference
    run(config, tmp_path / 'out', workers=workers)
    assert contents(tmp_path / 'out') == expected


def test_more_episodes_keep_the_first_ones(reference, tmp_path):
    config, expected = reference
    run(config, tmp_path / 'more', episodes=4)
    more = contents(tmp_path / 'more')
    for path, data in expected.items():
        if path.startswith(('images/', 'depth/', 'instance_masks/', 'provenance/')):
            assert more[path] == data


def test_an_existing_folder_is_refused(reference, tmp_path):
    config, expected = reference
    with pytest.raises(OutputError, match=r'reference.*(--resume|--out)'):
        run(config, tmp_path / 'reference')
    assert contents(tmp_path / 'reference') == expected


@pytest.mark.parametrize(
    ('options', 'named'),
    [({'seed': 12}, 'seed'), ({'views': 3}, 'views_per_episode')],
)
def test_resuming_with_something_else_is_refused(reference, tmp_path, options, named):
    config, expected = reference
    with pytest.raises(OutputError, match=named):
        run(config, tmp_path / 'reference', resume=True, **options)
    assert contents(tmp_path / 'reference') == expected


def test_resuming_a_finished_dataset_changes_nothing(reference, tmp_path):
    config, expected = reference
    outcome, reports = run(config, tmp_path / 'reference', resume=True)
    assert outcome.resumed == 3
    assert reports == []
    assert contents(tmp_path / 'reference') == expected


def _wait_for_episodes(out: Path, number: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while len(list((out / 'episodes').glob('*.json'))) < number:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize('workers', [1, 2])
def test_a_killed_run_resumes_to_the_same_bytes(reference, tmp_path, workers):
    config, expected = reference
    out = tmp_path / 'killed'
    command = [sys.executable, '-m', 'synth_ros.cli.main', 'generate', str(config)]
    command += ['--out', str(out), '--workers', str(workers)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)
    _wait_for_episodes(out, 1, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    run(config, out, resume=True)
    assert contents(out) == expected


@pytest.mark.slow
@pytest.mark.parametrize('backend', ['classic', 'filament'])
def test_one_frame_alone_is_the_frame_of_the_dataset(write_config, tmp_path, backend):
    config = write_config(**{'backend: classic': f'backend: {backend}'})
    run(config, tmp_path / 'reference')
    expected = contents(tmp_path / 'reference')
    command = [sys.executable, '-m', 'synth_ros.cli.main', 'render', str(config)]
    command += ['--out', str(tmp_path / 'frame'), '--episode', '2', '--view', '1']
    subprocess.run(command, check=True, capture_output=True)
    frame = contents(tmp_path / 'frame')
    pixels = [path for path in frame if path.endswith('.png')]
    assert len(pixels) == 8
    for path in pixels:
        assert frame[path] == expected[path]


@pytest.mark.slow
def test_an_error_in_a_worker_reaches_the_user_whole(write_config, tmp_path):
    config = write_config(
        **{
            'count: [3, 5]': 'count: [3, 5]\n  placement: {drop_height_m: [3.0, 4.0]}',
            'output:': 'physics: {settle: {max_time_s: 0.1, max_attempts: 1}}\noutput:',
        }
    )
    with pytest.raises(WorkerError, match=r'Episode \d: none of 1 drawings'):
        run(config, tmp_path / 'out', workers=2)
