"""Parts of datasets: exactly the frames that meet a condition, their files as they were."""

import json
import math
import subprocess
from functools import cache

import numpy as np
import pytest
from full_factory import FULL, full_episode
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_factory import INFO, make_episode, tree, unit_cubes

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.split import SplitRequest, split
from synth_ros.pipeline.subset import SubsetRequest, episode_numbers, subset
from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.split_file import read_splits
from synth_ros.writers.coco import CocoWriter

EPISODES = (0, 2, 3)
FRAME_FOLDERS = (
    'images',
    'depth',
    'instance_masks',
    'semantic_masks',
    'part_masks',
    'panoptic',
    'layers',
)


@cache
def samples_of(number):
    return sorted(full_episode(number), key=lambda sample: sample.key)


@pytest.fixture(scope='module', params=['folder', 'shards'])
def dataset(request, tmp_path_factory):
    root = tmp_path_factory.mktemp('subset') / 'dataset'
    info = FULL._replace(meshes=unit_cubes)
    with CocoWriter(root, info, DatasetConfig(container=request.param)) as writer:
        for number in EPISODES:
            writer.write_episode(number, samples_of(number))
    return root


def every_sample():
    return [sample for number in EPISODES for sample in samples_of(number)]


def taken(root):
    return [image.stem for image in CocoDataset(root).images]


def test_everything_is_the_dataset_itself_but_for_its_head(dataset, tmp_path):
    for where in ('', 'true'):
        out = tmp_path / f'out_{where}'
        made = subset(SubsetRequest(dataset, out, where))
        assert (made.episodes, made.frames, made.frames_before) == (3, 12, 12)
        one, other = tree(dataset), tree(out)
        assert one.keys() == other.keys()
        changed = {name for name in one if one[name] != other[name]}
        # The head says what it is a part of, and stands in these.
        assert changed == {'dataset.json', 'annotations.json', 'panoptic.json', 'SHA256SUMS'}
        for name in ('annotations.json', 'panoptic.json'):
            a, b = json.loads(one[name]), json.loads(other[name])
            assert {**a, 'info': 0} == {**b, 'info': 0}
    assert json.loads(other['dataset.json'])['selection'] == {
        'where': 'true',
        'keep': 'frames',
        'episodes': '',
        'every': 1,
        'max_frames': 0,
    }


CONDITIONS = {
    'class == mug and visibility < 0.2': lambda s, x: (
        x.instance.class_name == 'mug' and x.visibility < 0.2
    ),
    'class in {mug, drill} and visibility == 1': lambda s, x: (
        x.instance.class_name in {'mug', 'drill'} and x.visibility == 1
    ),
    'area >= 600 or truncation > 0.6': lambda s, x: x.pixels_visible >= 600 or x.truncation > 0.6,
    'not camera == head and occlusion < 0.1': lambda s, x: (
        s.key.camera != 'head' and x.occlusion < 0.1
    ),
    'distance < 1.2 and view == 1': lambda s, x: (
        math.dist(x.camera_from_object[:3, 3], (0, 0, 0)) < 1.2 and s.key.view == 1
    ),
    'width > height and episode in {2, 3}': lambda s, x: (
        x.box.width > x.box.height and s.key.episode in {2, 3}
    ),
    'instance == box_02 and view == 0 or model == "drill/plain" and objects < 6': lambda s, x: (
        (x.instance.name == 'box_02' and s.key.view == 0)
        or (x.instance.model_name == 'drill/plain' and len(s.labels.instances) < 6)
    ),
}


@pytest.mark.parametrize('where', CONDITIONS)
def test_frames_with_an_object_that_meets_the_condition(dataset, tmp_path, where):
    test = CONDITIONS[where]
    wanted = [s for s in every_sample() if any(test(s, x) for x in s.labels.instances)]
    assert 0 < len(wanted) < 12, where
    made = subset(SubsetRequest(dataset, tmp_path / 'out', where))
    assert taken(tmp_path / 'out') == [sample.key.stem for sample in wanted]
    assert made.frames == len(wanted)
    assert made.objects == sum(len(sample.labels.instances) for sample in wanted)
    assert made.unlabelled == 0
    found = CocoDataset(tmp_path / 'out')
    for image, sample in zip(found.images, wanted, strict=True):
        labels = found.read_labels(image)
        assert [x.instance.name for x in labels.instances] == [
            x.instance.name for x in sample.labels.instances
        ]
        assert len(found.annotations_of(image)) == len(sample.labels.instances)
        np.testing.assert_array_equal(labels.instance_id, sample.labels.instance_id)
        np.testing.assert_array_equal(found.read_rgb(image), sample.rgb)


@pytest.mark.parametrize('where', CONDITIONS)
def test_labels_of_objects_that_meet_the_condition_alone(dataset, tmp_path, where):
    test = CONDITIONS[where]
    made = subset(SubsetRequest(dataset, tmp_path / 'out', where, keep='objects'))
    wanted = {
        s.key.stem: [x.instance.instance_id for x in s.labels.instances if test(s, x)]
        for s in every_sample()
    }
    seen = {s.key.stem: len(s.labels.instances) for s in every_sample()}
    found = CocoDataset(tmp_path / 'out')
    for image in found.images:
        ids = wanted[image.stem]
        assert [a.instance_id for a in found.annotations_of(image)] == ids
        assert [label.instance_id for label in found.read_record(image).labels] == ids
        assert len(found.read_record(image).instances) == 6
    assert taken(tmp_path / 'out') == [stem for stem, ids in wanted.items() if ids]
    assert made.objects == sum(len(ids) for ids in wanted.values())
    assert made.unlabelled == sum(seen[stem] - len(ids) for stem, ids in wanted.items() if ids)


def test_episodes_every_and_at_most(dataset, tmp_path):
    stems = [sample.key.stem for sample in every_sample()]
    subset(SubsetRequest(dataset, tmp_path / 'a', episodes='2-3'))
    assert taken(tmp_path / 'a') == [stem for stem in stems if stem[:6] in {'000002', '000003'}]
    subset(SubsetRequest(dataset, tmp_path / 'b', every=2))
    assert taken(tmp_path / 'b') == [stem for stem in stems if '_000_' in stem]
    subset(SubsetRequest(dataset, tmp_path / 'c', max_frames=5))
    assert taken(tmp_path / 'c') == [stems[place * 12 // 5] for place in range(5)]
    subset(SubsetRequest(dataset, tmp_path / 'd', max_frames=99))
    assert taken(tmp_path / 'd') == stems


def test_checksums_and_containers(dataset, tmp_path):
    request = SubsetRequest(dataset, tmp_path / 'out', 'class == mug', every=2, container='folder')
    subset(request)
    subset(request._replace(out=tmp_path / 'shards', container='shards'))
    for name in ('out', 'shards'):
        command = ['sha256sum', '--strict', '--quiet', '-c', 'SHA256SUMS']
        assert subprocess.run(command, cwd=tmp_path / name, check=False).returncode == 0
    one, other = CocoDataset(tmp_path / 'out'), CocoDataset(tmp_path / 'shards')
    for a, b in zip(one.images, other.images, strict=True):
        assert one.read_record(a) == other.read_record(b)
        np.testing.assert_array_equal(one.read_instances(a), other.read_instances(b))
    source, copied = tree(dataset), tree(tmp_path / 'out')
    same = [name for name in copied if name.partition('/')[0] in FRAME_FOLDERS and name in source]
    assert all(copied[name] == source[name] for name in same)


def test_resuming_ends_with_the_same_bytes(dataset, tmp_path):
    request = SubsetRequest(dataset, tmp_path / 'one' / 'out', 'visibility > 0.5', keep='objects')
    subset(request)
    again = request._replace(out=tmp_path / 'other' / 'out')
    subset(again)
    (again.out / 'annotations.json').unlink()
    (again.out / 'episodes' / '000002.json').unlink()
    with pytest.raises(OutputError, match='is not empty'):
        subset(again)
    with pytest.raises(OutputError, match='holds another dataset: selection is'):
        subset(again._replace(where='visibility > 0.4', resume=True))
    assert subset(again._replace(resume=True)).resumed == 2
    assert tree(request.out) == tree(again.out)


def test_splits_come_along(dataset, tmp_path):
    subset(SubsetRequest(dataset, tmp_path / 'whole'))
    full = split(tmp_path / 'whole', SplitRequest({'train': 2, 'val': 1})).file
    subset(SubsetRequest(tmp_path / 'whole', tmp_path / 'out', 'class == mug', episodes='0,3'))
    left = read_splits(tmp_path / 'out', [0, 3])
    assert left.split_of() == {n: name for n, name in full.split_of().items() if n in {0, 3}}
    one = full.episodes['val'][0]
    subset(SubsetRequest(tmp_path / 'whole', tmp_path / 'val', 'split == val'))
    assert {image.episode for image in CocoDataset(tmp_path / 'val').images} == {one}
    assert read_splits(tmp_path / 'val', [one]).episodes == {'val': (one,)}


def test_frames_without_objects_can_be_asked_for(tmp_path):
    root = tmp_path / 'dataset'
    with CocoWriter(root, INFO, DatasetConfig()) as writer:
        writer.write_episode(0, make_episode(0, views=1))
        writer.write_episode(1, make_episode(1, views=1, objects=0))
    subset(SubsetRequest(root, tmp_path / 'none', 'objects == 0'))
    assert {stem[:6] for stem in taken(tmp_path / 'none')} == {'000001'}
    subset(SubsetRequest(root, tmp_path / 'some', 'visibility >= 0'))
    assert {stem[:6] for stem in taken(tmp_path / 'some')} == {'000000'}
    subset(SubsetRequest(root, tmp_path / 'all'))
    assert len(taken(tmp_path / 'all')) == 4


@pytest.mark.parametrize(
    ('request_', 'words'),
    [
        ({'where': 'class == mgu'}, r"column 10: .* no class 'mgu'\. Did you mean 'mug'"),
        ({'where': 'camera == hand'}, r"no camera 'hand'\. .*Available: head, wrist"),
        ({'where': 'split == train'}, r"no split 'train'\. None are available"),
        ({'where': 'scenario == kitchen'}, "no scenario 'kitchen'"),
        ({'where': 'visibility > 2'}, 'No frame of .* is left, of 12'),
        ({'episodes': '5-9'}, 'the dataset has no episode in 5-9; it has 3, from 0 to 3'),
        ({'episodes': '0-x'}, "'0-x' is no number and no range such as 0-9"),
    ],
)
def test_what_selects_nothing_is_refused_and_nothing_is_written(
    dataset, tmp_path, request_, words
):
    with pytest.raises(UsageError, match=words):
        subset(SubsetRequest(dataset, tmp_path / 'out', **request_))
    assert not (tmp_path / 'out').exists()


@given(st.sets(st.integers(0, 40), min_size=1), st.data())
@settings(max_examples=50)
def test_ranges_name_the_episodes_inside(numbers, data):
    there = sorted(numbers)
    ranges = data.draw(
        st.lists(
            st.sampled_from(there).flatmap(lambda n: st.tuples(st.just(n), st.integers(n, 45))),
            min_size=1,
        )
    )
    text = ', '.join(f'{a}-{b}' if a != b else f'{a}' for a, b in ranges)
    wanted = {n for n in there if any(a <= n <= b for a, b in ranges)}
    assert episode_numbers(text, there) == wanted
