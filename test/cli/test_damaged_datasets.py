"""Damaged datasets and bags: ``validate`` and ``report`` say what is wrong and what to do."""

import shutil

import pytest
from edits import cut, edit, mcap, put, replace, unlink
from full_factory import FULL, full_episode
from sample_factory import PLAIN
from small_packed import bag, ours

from synth_ros.errors import UsageError
from synth_ros.readers.coco import CocoDataset
from synth_ros.report.html import Options, write_report
from synth_ros.validate.run import validate
from synth_ros.writers.bag_recovery import recover_bag
from synth_ros.writers.coco import CocoWriter


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """A dataset and a bag, whole."""
    folder = tmp_path_factory.mktemp('made')
    ours(folder / 'dataset')
    bag(folder / 'bag')
    return folder


def older(root):
    """As version 1 wrote it: without labels in files of their own."""

    def change(index):
        index['info']['format'] = 'synth_ros coco 1'
        for image in index['images']:
            del image['labels_file']

    edit(root / 'annotations.json', change)
    edit(root / 'dataset.json', put('format', value='synth_ros coco 1'))


DAMAGE = {
    'an index cut in half': (
        lambda r: cut(r / 'annotations.json'),
        'json.damaged',
        r'annotations\.json was cut: .*go on with synth-ros generate \.\.\. --resume',
    ),
    'a missing image': (
        unlink('images/000000_000_head.png'),
        'file.missing',
        r'lacks 1 files .* images/000000_000_head\.png.*--resume',
    ),
    'an image that is cut': (
        lambda r: cut(r / 'images/000000_000_head.png'),
        'image.damaged',
        r'000000_000_head\.png is damaged: its end is missing',
    ),
    'a damaged label line': (
        lambda r: replace(r / 'labels/000000.jsonl', '"view":0', '"view":"x"'),
        'ours.labels',
        r'labels/000000\.jsonl has no line for 000000_000_head: line 1 is cut or damaged',
    ),
    'a dataset of an older version': (
        older,
        'ours.version',
        r"has the format 'synth_ros coco 1', expected 'synth_ros coco 2'\. Generate the dataset",
    ),
    'an unfinished dataset': (
        unlink('annotations.json'),
        'ours.unfinished',
        r'is unfinished: it has no annotations\.json.*--resume',
    ),
    'provenance cut in half': (
        lambda r: cut(r / 'provenance/000000.json'),
        'json.damaged',
        r'provenance/000000\.json does not tell how .* it is cut or damaged in line',
    ),
}


@pytest.mark.parametrize('name', DAMAGE)
def test_a_damaged_dataset(made, tmp_path, name):
    damage, rule, words = DAMAGE[name]
    root = shutil.copytree(made / 'dataset', tmp_path / 'dataset')
    damage(root)
    found = validate(root).findings
    assert rule in found.counts
    with pytest.raises(UsageError, match=words):
        write_report(root, Options(frames=2), out=tmp_path / 'report.html')
    assert not (tmp_path / 'report.html').exists()


def test_an_index_is_composed_again_as_the_message_says(made, tmp_path):
    root = shutil.copytree(made / 'dataset', tmp_path / 'dataset')
    before = (root / 'annotations.json').read_bytes()
    (root / 'annotations.json').unlink()
    with CocoWriter(root, FULL, PLAIN, resume=True):
        pass
    assert (root / 'annotations.json').read_bytes() == before
    assert validate(root).errors == 0


def test_a_cut_jpeg_is_no_picture(made, tmp_path):
    options = PLAIN.model_copy(update={'rgb_format': 'jpeg'})
    with CocoWriter(tmp_path / 'dataset', FULL, options) as writer:
        writer.write_episode(0, full_episode(0))
    dataset = CocoDataset(tmp_path / 'dataset')
    cut(tmp_path / 'dataset' / dataset.images[0].file_name, 0.8)
    with pytest.raises(UsageError, match=r'000000_000_head\.jpg is damaged: its end is missing'):
        dataset.read_rgb(dataset.images[0])


BAGS = {
    'without metadata': (
        unlink('metadata.yaml'),
        'bag.no-metadata',
        r'It was not closed: run synth-ros recover',
    ),
    'with metadata cut in half': (
        lambda r: cut(r / 'metadata.yaml'),
        'bag.metadata',
        r'is no rosbag2 metadata: .*run synth-ros recover on the folder',
    ),
    'never closed': (
        lambda r: (cut(mcap(r), 0.6), (r / 'metadata.yaml').unlink()),
        'bag.unfinished',
        r'It was not closed: run synth-ros recover',
    ),
}


@pytest.mark.parametrize('name', BAGS)
def test_a_damaged_bag(made, tmp_path, name):
    damage, rule, words = BAGS[name]
    root = shutil.copytree(made / 'bag', tmp_path / 'bag')
    damage(root)
    result = validate(root)
    assert rule in result.findings.counts
    assert any(
        'synth-ros recover' in result.findings.rules[broken.id].mend
        for broken in result.findings.broken()
    )
    with pytest.raises(UsageError, match=words):
        write_report(made / 'dataset', Options(bag=root), out=tmp_path / 'report.html')


def test_recovery_does_what_the_message_says(made, tmp_path):
    root = shutil.copytree(made / 'bag', tmp_path / 'bag')
    (root / 'metadata.yaml').unlink()
    recover_bag(root)
    assert validate(root).errors == 0
