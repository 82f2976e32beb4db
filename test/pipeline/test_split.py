"""Splits of a dataset: whole episodes, the files beside them, and what a later run finds."""

import json
import shutil
import subprocess
from functools import cache

import pytest
from full_factory import FULL, full_episode
from sample_factory import INFO, make_episode, tree

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.split import SplitRequest, split
from synth_ros.readers.split_file import read_splits
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.local_folder import LocalFolder

SHARES = {'train': 0.6, 'val': 0.2, 'test': 0.2}


@cache
def samples_of(number):
    return full_episode(number, views=1, cameras=('head',))


@pytest.fixture(scope='module', params=['folder', 'shards'])
def whole(request, tmp_path_factory):
    root = tmp_path_factory.mktemp('split') / 'dataset'
    with CocoWriter(root, FULL, DatasetConfig(container=request.param)) as writer:
        for number in (0, 1, 2, 4, 5, 6, 7, 8, 9, 11):
            writer.write_episode(number, samples_of(number))
    return root


@pytest.fixture
def dataset(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / 'dataset')


def coco(dataset, name):
    return json.loads((dataset / 'splits' / f'annotations_{name}.json').read_text())


def test_every_episode_is_in_one_split_and_no_frame_in_two(dataset):
    made = split(dataset, SplitRequest(SHARES))
    dealt = made.file.episodes
    assert list(dealt) == ['train', 'val', 'test']
    assert [len(numbers) for numbers in dealt.values()] == [6, 2, 2]
    assert sorted(n for numbers in dealt.values() for n in numbers) == [
        0,
        1,
        2,
        4,
        5,
        6,
        7,
        8,
        9,
        11,
    ]
    assert read_splits(dataset, sorted(made.file.split_of())) == made.file
    whole = json.loads((dataset / 'annotations.json').read_text())
    images, annotations = [], []
    for name, numbers in dealt.items():
        part = coco(dataset, name)
        assert part['info'] == whole['info']
        assert part['categories'] == whole['categories']
        assert {image['episode'] for image in part['images']} == set(numbers)
        known = {image['id'] for image in part['images']}
        assert {annotation['image_id'] for annotation in part['annotations']} <= known
        images += part['images']
        annotations += part['annotations']
    # Ids and records are those of the whole dataset.
    assert sorted(images, key=lambda record: record['id']) == whole['images']
    assert sorted(annotations, key=lambda record: record['id']) == whole['annotations']


def test_checksums_cover_the_splits(dataset):
    before = tree(dataset)
    split(dataset, SplitRequest(SHARES))
    done = subprocess.run(
        ['sha256sum', '--strict', '--quiet', '-c', 'SHA256SUMS'], cwd=dataset, check=False
    )
    assert done.returncode == 0
    after = tree(dataset)
    listed = {line.partition('  ')[2] for line in after['SHA256SUMS'].decode().splitlines()}
    assert listed == after.keys() - {'SHA256SUMS', '.lock'}
    assert {name: after[name] for name in before if name != 'SHA256SUMS'} == {
        name: data for name, data in before.items() if name != 'SHA256SUMS'
    }


def test_the_seed_decides_and_replacing_must_be_asked_for(dataset):
    first = split(dataset, SplitRequest(SHARES))
    before = tree(dataset)
    with pytest.raises(OutputError, match=r'is there already \(train 6, val 2, test 2 episodes'):
        split(dataset, SplitRequest(SHARES, seed=1))
    assert tree(dataset) == before
    dealt = {
        split(dataset, SplitRequest(SHARES, seed, replace=True)).file.model_dump_json()
        for seed in range(4)
    }
    assert len(dealt) > 1
    assert split(dataset, SplitRequest(SHARES, replace=True)) == first
    assert tree(dataset) == before


def test_a_dataset_that_is_being_written_is_left_alone(dataset):
    lock = LocalFolder(dataset).lock()
    try:
        with pytest.raises(OutputError, match='is being written by another run'):
            split(dataset, SplitRequest(SHARES))
    finally:
        lock.release()
    assert not (dataset / 'splits.json').exists()


def test_fewer_splits_leave_no_old_file(dataset):
    split(dataset, SplitRequest(SHARES))
    split(dataset, SplitRequest({'train': 1, 'val': 1}, replace=True))
    assert sorted(path.name for path in (dataset / 'splits').iterdir()) == [
        'annotations_train.json',
        'annotations_val.json',
    ]


def test_balance_counts_what_is_there(dataset):
    made = split(dataset, SplitRequest({'train': 1, 'val': 1}))
    whole = json.loads((dataset / 'annotations.json').read_text())
    names = {record['id']: record['name'] for record in whole['categories']}
    assert [row.name for row in made.balance] == ['mug', 'box', 'drill']
    for row in made.balance:
        for name in ('train', 'val'):
            found = [
                a
                for a in coco(dataset, name)['annotations']
                if names[a['category_id']] == row.name
            ]
            assert row.objects[name] == len(found)
            by_image = {image['id']: image['episode'] for image in coco(dataset, name)['images']}
            assert row.episodes[name] == len({by_image[a['image_id']] for a in found})
    assert made.warnings == ()


def test_a_class_that_a_split_lacks_is_named(tmp_path):
    root = tmp_path / 'dataset'
    with CocoWriter(root, INFO, DatasetConfig()) as writer:
        for number in range(3):
            few = make_episode(number, views=1, objects=2 + (number == 0))
            writer.write_episode(number, few)
    made = split(root, SplitRequest({'train': 2, 'val': 1}))
    short = [words for words in made.warnings if words.startswith('drill: missing in ')]
    assert len(short) == 1
    assert 'it is in 1 episodes of the dataset' in short[0]


def test_a_split_without_an_episode_is_refused(dataset):
    before = tree(dataset)
    with pytest.raises(UsageError, match=r'^test would get no episode: the dataset has 10'):
        split(dataset, SplitRequest({'train': 0.98, 'test': 0.02}))
    assert tree(dataset) == before


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda record: '{"format"', r'splits\.json is damaged'),
        (lambda record: json.dumps(record | {'seed': -1}), 'is damaged, at seed'),
        (lambda record: json.dumps(record | {'format': 'x'}), "has the format 'x', expected"),
        (
            lambda record: json.dumps(
                record | {'episodes': record['episodes'] | {'more': record['episodes']['val']}}
            ),
            'in two places: no scene may be in two splits',
        ),
        (
            lambda record: json.dumps(record | {'episodes': {'train': [0, 1]}}),
            r'was made for other episodes than the dataset has now \(8 differ, the first is 2\)',
        ),
    ],
)
def test_damaged_splits_are_refused_and_can_be_replaced(dataset, change, words):
    made = split(dataset, SplitRequest(SHARES))
    path = dataset / 'splits.json'
    path.write_text(change(json.loads(path.read_text())))
    with pytest.raises(UsageError, match=words):
        read_splits(dataset, sorted(made.file.split_of()))
    with pytest.raises(OutputError, match=words):
        split(dataset, SplitRequest(SHARES))
    assert split(dataset, SplitRequest(SHARES, replace=True)) == made
