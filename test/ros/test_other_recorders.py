"""Bags of our topics that other recorders made become the dataset that our own bag becomes."""

import json
import shutil
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest
from full_factory import FULL, full_episode
from other_recorders import hear, record, record_in_two, record_mcap
from sample_factory import PLAIN, tree

from synth_ros.errors import UsageError
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.readers.bag import read_bag_summary
from synth_ros.report.html import write_report
from synth_ros.ros.dataset_bag import BagRequest, write_dataset_bag
from synth_ros.validate.run import validate
from synth_ros.writers.coco import CocoWriter


def to_dataset(bag, out):
    return convert(ConvertRequest(source=bag, out=out, to=None), lambda *_: None)


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """Messages of a bag of ours with every annotation, its dataset, and theirs alone."""
    root = tmp_path_factory.mktemp('others')
    info = FULL._replace(cameras=('head', 'wrist'))
    options = PLAIN.model_copy(update={'views_per_episode': 2})
    with CocoWriter(root / 'source', info, options) as writer:
        writer.write_episode(0, full_episode(0))
    write_dataset_bag(BagRequest(root / 'source', root / 'bag'), lambda *_: None)
    to_dataset(root / 'bag', root / 'ours')
    heard = hear(root / 'bag')
    to_dataset(record(heard, root / 'plain' / 'bag'), root / 'dataset')
    return SimpleNamespace(heard=heard, ours=root / 'ours', dataset=root / 'dataset')


def test_only_what_is_said_once_for_all_frames_is_missing(made):
    ours, theirs = tree(made.ours), tree(made.dataset)
    assert ours.keys() == theirs.keys()
    differing = {name for name in ours if ours[name] != theirs[name]}
    assert {name for name in differing if name.count('/') == 0} == {
        'SHA256SUMS',
        'annotations.json',
        'dataset.json',
        'panoptic.json',
    }
    assert all(name.startswith('episodes/') for name in differing if '/' in name)
    index, own = (json.loads(found['annotations.json']) for found in (theirs, ours))
    assert index['images'] == own['images']
    assert index['annotations'] == own['annotations']


WAYS = {
    'mcap-chunks-packed': lambda heard, out: record(heard, out, mode='STORAGE'),
    'mcap-file-packed': lambda heard, out: record(heard, out, mode='FILE'),
    'mcap-messages-packed': lambda heard, out: record(heard, out, mode='MESSAGE'),
    'mcap-without-chunks': lambda heard, out: record_mcap(heard, out, chunked=False),
    'mcap-lz4': lambda heard, out: record_mcap(heard, out, chunked=True, compression='LZ4'),
    'mcap-split-and-packed': lambda heard, out: record_in_two(heard, out, mode='FILE'),
    'sqlite3': lambda heard, out: record(heard, out, storage='SQLITE3'),
    'sqlite3-file-packed': lambda heard, out: record(heard, out, storage='SQLITE3', mode='FILE'),
    'sqlite3-split': lambda heard, out: record_in_two(
        heard, out, storage='SQLITE3', mode='MESSAGE'
    ),
}


@pytest.mark.parametrize('way', WAYS)
def test_every_storage_gives_the_same_dataset(made, tmp_path, way):
    bag = WAYS[way](made.heard, tmp_path / 'bag')
    to_dataset(bag, tmp_path / 'dataset')
    assert tree(tmp_path / 'dataset') == tree(made.dataset)


@pytest.mark.parametrize('way', ['mcap-split-and-packed', 'sqlite3-split'])
def test_such_bags_are_validated_and_described(made, tmp_path, way):
    bag = WAYS[way](made.heard, tmp_path / 'bag')
    found = validate(bag)
    assert (found.errors, found.warnings) == (0, 0), found
    assert found.counts.images == 4
    summary = read_bag_summary(bag)
    assert found.counts.other['messages'] == summary.message_count
    assert len(summary.unproven) == len(summary.topics)
    text = write_report(bag, out=tmp_path / 'bag.html').read_text()
    assert '<b>4</b>' in text


def test_old_and_damaged_files_are_named(made, tmp_path):
    bag = record(made.heard, tmp_path / 'bag', storage='SQLITE3')
    [file] = bag.glob('*.db3')
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match=r'bag\.db3 is damaged.*copy it again'):
        to_dataset(bag, tmp_path / 'out')
    assert validate(bag).findings.counts['bag.damaged'] == 1
    file.write_bytes(whole)
    with closing(sqlite3.connect(file)) as database:
        database.execute('DROP TABLE message_definitions')
        database.commit()
    with pytest.raises(UsageError, match=r'does not define its message types.*ros2 bag convert'):
        to_dataset(bag, tmp_path / 'out')
    file.write_bytes(b'')
    with pytest.raises(UsageError, match=r'bag\.db3 is damaged'):
        to_dataset(bag, tmp_path / 'out')
    file.unlink()
    packed = record(made.heard, tmp_path / 'packed' / 'bag', mode='FILE')
    [file] = packed.glob('*.zstd')
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(UsageError, match=r'bag\.mcap\.zstd is damaged'):
        to_dataset(packed, tmp_path / 'out')
    shutil.rmtree(bag)
    bag.mkdir()
    (bag / 'metadata.yaml').write_text('rosbag2_bagfile_information: {}\n')
    with pytest.raises(UsageError, match=r'give the folder of a rosbag2 recording'):
        to_dataset(bag, tmp_path / 'out')
