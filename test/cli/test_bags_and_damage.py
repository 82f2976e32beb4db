"""What users of convert, bag2dataset and dataset2bag meet: one message, a code, nothing half."""

import os
import shutil
import subprocess
import sys

import pytest
from full_factory import FULL, full_episode
from sample_factory import PLAIN, tree, unit_cubes

from synth_ros.config.output import DatasetConfig
from synth_ros.writers.coco import CocoWriter


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """A dataset in a folder and in shards, and a bag of it, made by the command."""
    root = tmp_path_factory.mktemp('made')
    info = FULL._replace(meshes=unit_cubes)
    for name, options in (('dataset', PLAIN), ('shards', DatasetConfig(container='shards'))):
        with CocoWriter(root / name, info, options) as writer:
            for episode in (0, 1):
                writer.write_episode(episode, full_episode(episode))
    code, text = run('dataset2bag', 'dataset', 'bag', cwd=root)
    assert code == 0, text
    assert '8 frames' in text
    assert 'all links and cameras hang on world in /tf' in text
    return root


def run(*arguments, cwd, **environment):
    """Run the command as a user does; returns code and all that it says."""
    done = subprocess.run(
        [sys.executable, '-m', 'synth_ros.cli.main', *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, 'COLUMNS': '500', **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert 'Traceback' not in done.stderr + done.stdout
    return done.returncode, ' '.join((done.stderr + done.stdout).split())


def test_there_and_back(made, tmp_path):
    code, text = run('bag2dataset', made / 'bag', tmp_path / 'back', cwd=tmp_path)
    assert (code, '8 frames in' in text) == (0, True)
    assert tree(tmp_path / 'back') == tree(made / 'dataset')


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def unfinished(root):
    (root / 'bag/metadata.yaml').unlink()
    cut(root / 'bag/bag_0.mcap')


TO_KITTI = ('convert', '--to', 'kitti')
TO_DATASET = ('bag2dataset',)
TO_BAG = ('dataset2bag',)
# How, what is given to which command, and what it says.
DAMAGE = {
    'shard': (
        lambda r: cut(r / 'shards/shards/000001.tar'),
        'shards',
        TO_KITTI,
        '000001.tar is damaged',
    ),
    'index': (
        lambda r: cut(r / 'shards/annotations.json'),
        'shards',
        TO_BAG,
        'annotations.json was cut',
    ),
    'image': (
        lambda r: (r / 'dataset/images/000001_000_head.png').unlink(),
        'dataset',
        TO_BAG,
        '000001_000_head.png',
    ),
    'labels': (
        lambda r: cut(r / 'dataset/labels/000000.jsonl'),
        'dataset',
        TO_KITTI,
        '000000.jsonl',
    ),
    'bag': (unfinished, 'bag', TO_DATASET, 'synth-ros recover'),
    'no index': (
        lambda r: (r / 'dataset/annotations.json').unlink(),
        'dataset',
        TO_DATASET,
        'dataset is unfinished: it has no annotations.json',
    ),
    'nothing': (lambda r: shutil.rmtree(r / 'bag'), 'bag', TO_KITTI, 'There is no folder bag'),
}


@pytest.mark.parametrize('name', DAMAGE)
def test_damaged_sources(made, tmp_path, name):
    damage, source, (verb, *options), words = DAMAGE[name]
    shutil.copytree(made / source, tmp_path / source)
    damage(tmp_path)
    code, text = run(verb, source, 'out', *options, cwd=tmp_path)
    assert code == 2, text
    assert text.count('error: ') == 1
    assert words in text
    # Whole episodes may be there to go on with, but nothing that says it is finished.
    for ends in ('annotations.json', 'conversion.json', 'metadata.yaml', '.partial'):
        assert not (tmp_path / 'out' / ends).exists()
    assert not list(tmp_path.glob('.out*'))


def test_frames_that_are_left_out_are_listed(made, tmp_path):
    source = shutil.copytree(made / 'shards', tmp_path / 'shards')
    cut(source / 'shards/000001.tar')
    for verb in ('bag2dataset', 'dataset2bag'):
        code, text = run(verb, 'shards', verb, '--skip-damaged', cwd=tmp_path)
        assert code == 0, text
        assert '4 frames were left out: 000001_000_head: ' in text


def test_a_recovered_bag_is_converted(made, tmp_path):
    shutil.copytree(made / 'bag', tmp_path / 'bag')
    unfinished(tmp_path)
    code, text = run('recover', 'bag', cwd=tmp_path)
    assert (code, 'valid now' in text) == (0, True)
    code, text = run('bag2dataset', 'bag', 'back', '--skip-damaged', cwd=tmp_path)
    assert code == 0, text
    images = {path.name for path in (tmp_path / 'back/images').iterdir()}
    assert images < {path.name for path in (made / 'dataset/images').iterdir()}
    assert images


def test_a_bag_that_is_there_is_not_overwritten(made):
    before = tree(made / 'bag')
    code, text = run('dataset2bag', 'dataset', 'bag', cwd=made)
    assert (code, 'bag exists already' in text) == (1, True)
    assert tree(made / 'bag') == before


BLOCKED = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name == 'rclpy' or name.endswith('_msgs'):
            raise ImportError(f'{name} is blocked')
sys.meta_path.insert(0, Block())
"""


def test_without_ros_the_bag_says_what_is_missing(made, tmp_path):
    (tmp_path / 'sitecustomize.py').write_text(BLOCKED)
    path = os.pathsep.join([str(tmp_path), *sys.path])
    code, text = run('dataset2bag', 'dataset', tmp_path / 'bag', cwd=made, PYTHONPATH=path)
    assert code == 1
    assert 'ROS 2 cannot be imported' in text
    assert "pip install 'synth_ros[ros]'" in text
    assert not (tmp_path / 'bag').exists()
