"""A quick config, and a small Ray cluster: a head without processors, and nodes of one each."""

import sys
from pathlib import Path

import pytest

# Makes the helpers importable under every import mode of pytest.
sys.path.insert(0, str(Path(__file__).parent))

from cluster_processes import RayProcesses, files, run
from small_robot import ROBOT

CONFIG = """
seed: 7
robot: {model: bot.xml}
cameras:
  - {name: head, width: 64, height: 48}
environment: {model: 'builtin://table'}
objects:
  count: [2, 3]
  classes:
    - {name: ball, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}
    - {name: brick, primitives: [{shape: box, size_m: [0.14, 0.08, 0.06]}]}
randomization:
  robot: {joints: {pan: [-0.3, 0.3]}}
render: {backend: classic, shadow_size: 0, samples: 0}
output:
  dataset: {episodes: 40, views_per_episode: 2}
"""


@pytest.fixture(scope='module')
def small(tmp_path_factory):
    """A quick config, and the files of the dataset that one process makes of it."""
    folder = tmp_path_factory.mktemp('config')
    (folder / 'bot.xml').write_text(ROBOT)
    (folder / 'config.yaml').write_text(CONFIG)
    out = tmp_path_factory.mktemp('one') / 'dataset'
    run('generate', folder / 'config.yaml', '--out', out)
    return folder / 'config.yaml', files(out)


@pytest.fixture(scope='module')
def ray(tmp_path_factory):
    """A head and nodes a and b, with disks of their own under ``$DISK``."""
    # Sockets have short paths.
    folder = Path(tmp_path_factory.mktemp('r'))
    processes = RayProcesses(folder)
    try:
        processes.start('head', cpus=0, head=True)
        processes.wait('head')
        for name in 'ab':
            # One after the other: they choose their ports while they start.
            processes.start(name, cpus=1, DISK=str(folder / f'disk_{name}'))
            processes.wait(name)
        yield processes
    finally:
        processes.close()
