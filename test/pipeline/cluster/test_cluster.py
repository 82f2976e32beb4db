"""Real Ray on this machine: whatever dies, the dataset is that of one process, byte for byte."""

import json
import os
import pathlib
import shutil
import signal
import time

import pytest
from cluster_processes import RayProcesses, begin, end, files, run, wait_for_episodes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]


def test_a_killed_worker_and_a_killed_node_change_no_byte(ray, small, tmp_path):
    config, expected = small
    out = tmp_path / 'out'
    ray.start('c', cpus=1)
    ray.wait('c')
    process = begin('generate', config, '--out', out, '--cluster', ray.address)
    until = time.monotonic() + 120
    while not (workers := ray.workers('a')):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    wait_for_episodes(out, 3, process)
    os.kill(workers[0], signal.SIGKILL)
    wait_for_episodes(out, 6, process)
    ray.kill('c')
    said = end(process)
    assert 'retried' in said
    # What Ray has to say of the dead is not for the user.
    assert 'raylet' not in said
    assert files(out) == expected


def test_shards_on_nodes_are_listed_then_gathered(ray, small, tmp_path):
    config, expected = small
    out, disk_c = tmp_path / 'out', tmp_path / 'disk_c'
    words = ['generate', config, '--out', out, '--cluster', ray.address, '--node-local', '$DISK']
    ray.start('c', cpus=1, DISK=str(disk_c))
    ray.wait('c')
    process = begin(*words, '--no-gather')
    until = time.monotonic() + 120
    while len(list(disk_c.glob('*/episodes/*.json'))) < 2:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    # With the machine its disk is gone; its episodes are made again elsewhere.
    ray.kill('c')
    shutil.rmtree(disk_c)
    end(process)
    assert sorted(path.name for path in out.iterdir() if path.is_file()) == [
        'dataset.json',
        'shards.json',
    ]
    shards = json.loads((out / 'shards.json').read_text())['shards']
    assert sorted(e for shard in shards for e in shard['episodes']) == list(range(40))
    images = 0
    for shard in shards:
        with pathlib.Path(f'{shard["path"]}/annotations.json').open() as index:
            images += len(json.load(index)['images'])
    assert images == 80
    said = run(*words, '--resume')
    assert '40 episodes (80 frames) were there already' in said
    assert files(out) == expected
    assert not [path for path in ray.folder.glob('disk_?/*') if 'out' in path.name]


def test_an_interrupted_run_into_a_store_goes_on(ray, small, tmp_path):
    config, expected = small
    out = tmp_path / 'out'
    words = ['generate', config, '--out', f'local://{out}', '--cluster']
    process = begin(*words, ray.address)
    wait_for_episodes(out, 2, process)
    process.send_signal(signal.SIGINT)
    assert '--resume' in end(process, code=130)
    assert not (out / 'annotations.json').exists()
    # Its workers end with it.
    until = time.monotonic() + 30
    while ray.workers('a') + ray.workers('b'):
        assert time.monotonic() < until
        time.sleep(0.1)
    # The folder of the config goes with the job.
    said = run(*words, 'local', '--workers', 2, '--resume', '--ship')
    assert 'synth-ros report' not in said
    assert files(out) == expected


def test_an_error_on_a_node_is_told_as_here(ray, small, tmp_path):
    config, _ = small
    text = config.read_text().replace(
        'count: [2, 3]', 'count: [2, 3]\n  placement: {drop_height_m: [3.0, 4.0]}'
    )
    text += 'physics: {settle: {max_time_s: 0.1, max_attempts: 1}}\n'
    wrong = config.with_name('wrong.yaml')
    wrong.write_text(text)
    said = run('generate', wrong, '--out', tmp_path / 'out', '--cluster', ray.client, code=1)
    assert 'none of 1 drawings' in said
    assert '(on node ' in said
    assert 'Traceback' not in said


def test_a_lost_head_ends_the_run_and_loses_nothing(small, tmp_path, tmp_path_factory):
    config, expected = small
    out = tmp_path / 'out'
    processes = RayProcesses(tmp_path_factory.mktemp('r'))
    try:
        processes.start('head', cpus=1, head=True)
        processes.wait('head')
        process = begin('generate', config, '--out', out, '--cluster', processes.address)
        wait_for_episodes(out, 2, process)
        processes.kill('head')
        before = time.monotonic()
        said = end(process, code=1)
        # Ray itself takes a minute and more.
        assert time.monotonic() - before < 45
    finally:
        processes.close()
    assert f'The Ray cluster at {processes.address} was lost' in said
    assert '--resume' in said
    assert not (out / 'annotations.json').exists()
    run('generate', config, '--out', out, '--resume')
    assert files(out) == expected
