"""Datasets of earlier versions of the same format are read, and not gone on with."""

import json
import shutil

import pytest
from full_factory import FULL, full_episode
from sample_factory import PLAIN, tree, unit_cubes

from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.open_recording import open_recording
from synth_ros.writers.coco import CocoWriter

INFO = FULL._replace(meshes=unit_cubes)
ADDED = ('container', 'formats', 'splits')


def quiet(_done, _total):
    """Shows nothing."""


def rewrite(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content, separators=(',', ':')))


def without(*keys):
    def change(content):
        for key in keys:
            del content[key]

    return change


def make_older(root):
    """Take away what later versions of the format added."""
    rewrite(root / 'dataset.json', lambda identity: without(*ADDED)(identity['options']))
    for path in (root / 'models.json', *(root / 'episodes').iterdir()):
        rewrite(
            path,
            lambda found: [
                without('mesh', 'mesh_size_m')(model)
                for model in found.get('models', found).values()
            ],
        )
    shutil.rmtree(root / 'meshes')


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp('older')
    for name in ('new', 'old'):
        with CocoWriter(root / name, INFO, PLAIN) as writer:
            for episode in (0, 1):
                writer.write_episode(episode, full_episode(episode))
    make_older(root / 'old')
    return root


def test_it_is_read(made):
    old, new = CocoDataset(made / 'old'), CocoDataset(made / 'new')
    assert len(old.images) == 8
    assert old.images == new.images
    assert old.annotations == new.annotations
    recording = open_recording(made / 'old')
    assert recording.shared.meshes('mug/plain') is None
    assert recording.origin.stored.container == 'folder'


def test_it_becomes_every_format_and_a_dataset_of_today(made, tmp_path):
    for name in ('kitti', 'yolo-segment', 'voc'):
        for age in ('old', 'new'):
            convert(ConvertRequest(made / age, tmp_path / f'{name}-{age}', name), quiet)
        old, new = (tree(tmp_path / f'{name}-{age}') for age in ('old', 'new'))
        assert {k: v for k, v in old.items() if '.synth_ros' not in k} == {
            k: v for k, v in new.items() if '.synth_ros' not in k
        }
    convert(ConvertRequest(made / 'old', tmp_path / 'again', None), quiet)
    again, new = tree(tmp_path / 'again'), tree(made / 'new')
    assert json.loads(again['dataset.json'])['options']['container'] == 'folder'
    changed = {name for name in new if again.get(name) != new[name]}
    assert {name.split('/')[0] for name in changed} <= {
        'SHA256SUMS',
        'dataset.json',
        'episodes',
        'meshes',
        'models.json',
    }


def test_it_is_not_gone_on_with(made, tmp_path):
    root = shutil.copytree(made / 'old', tmp_path / 'old')
    before = tree(root)
    with pytest.raises(OutputError, match=r'begun by an older version.*options\.container.*0\.1'):
        CocoWriter(root, INFO, PLAIN, resume=True)
    assert tree(root) == before


def test_another_format_is_neither_read_nor_gone_on_with(made, tmp_path):
    root = shutil.copytree(made / 'old', tmp_path / 'older')
    for name in ('dataset.json', 'annotations.json'):
        path = root / name
        path.write_text(path.read_text().replace('synth_ros coco 2', 'synth_ros coco 1'))
    for attempt in (
        lambda: CocoDataset(root),
        lambda: convert(ConvertRequest(root, tmp_path / 'kitti', 'kitti'), quiet),
        lambda: convert(ConvertRequest(root, tmp_path / 'again', None), quiet),
    ):
        with pytest.raises(UsageError, match=r"'synth_ros coco 1', expected .*Generate"):
            attempt()
    with pytest.raises(OutputError, match=r"'synth_ros coco 1', expected 'synth_ros coco 2'"):
        CocoWriter(root, INFO, PLAIN, resume=True)
    assert not (tmp_path / 'kitti').exists()
    assert not (tmp_path / 'again').exists()
