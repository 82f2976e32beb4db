"""The dataset for training gives what was written, in every process and from both containers."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from full_factory import CATEGORIES, FULL, full_episode
from sample_factory import INFO, PLAIN, make_episode

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import NotFoundError, UsageError
from synth_ros.pipeline.split import SplitRequest, split
from synth_ros.training import Resize, SynthDataset, collate
from synth_ros.writers.coco import CocoWriter

EVERYTHING = (
    'boxes',
    'labels',
    'masks',
    'area',
    'iscrowd',
    'image_id',
    'keypoints',
    'amodal_boxes',
    'visibility',
    'instance_ids',
    'camera_from_object',
    'camera_from_box',
    'size_m',
    'depth_m',
    'semantic',
    'instances',
    'intrinsics',
)
SAMPLES = sorted((s for e in range(3) for s in full_episode(e)), key=lambda s: s.key)


@pytest.fixture(scope='module', params=['folder', 'shards'])
def root(request, tmp_path_factory):
    root = tmp_path_factory.mktemp('training') / 'dataset'
    with CocoWriter(root, FULL, DatasetConfig(container=request.param)) as writer:
        for episode in range(3):
            writer.write_episode(episode, full_episode(episode))
    split(root, SplitRequest({'train': 2, 'val': 1}))
    return root


def open_all(root, **options):
    return SynthDataset(root, targets=EVERYTHING, as_tensors=False, **options)


def test_gives_what_was_written(root):
    dataset = open_all(root)
    assert len(dataset) == len(SAMPLES)
    assert dataset.stems == [sample.key.stem for sample in SAMPLES]
    assert dataset.num_classes == 4
    assert dataset.categories == CATEGORIES[:3]
    assert dataset.keypoint_names == ('rim', 'handle', 'base', 'tip')
    for number, sample in enumerate(SAMPLES):
        image, target = dataset[number]
        assert tuple(target) == EVERYTHING
        check(image, target, sample)
        assert target['image_id'] == number + 1


def check(image, target, sample):
    labels = sample.labels.instances
    count, (height, width) = len(labels), sample.labels.instance_id.shape
    np.testing.assert_array_equal(image, np.moveaxis(sample.rgb, 2, 0))
    wanted = {
        'boxes': ((count, 4), np.float32, [x.box for x in labels]),
        'labels': ((count,), np.int64, [x.instance.class_id for x in labels]),
        'area': ((count,), np.float32, [x.pixels_visible for x in labels]),
        'iscrowd': ((count,), np.int64, [0] * count),
        'amodal_boxes': ((count, 4), np.float32, [x.amodal_box for x in labels]),
        'visibility': ((count,), np.float32, [x.visibility for x in labels]),
        'instance_ids': ((count,), np.int64, [x.instance.instance_id for x in labels]),
        'camera_from_object': ((count, 4, 4), np.float32, [x.camera_from_object for x in labels]),
        'camera_from_box': ((count, 4, 4), np.float32, [x.camera_from_box for x in labels]),
        'size_m': ((count, 3), np.float32, [x.instance.size_m for x in labels]),
        'masks': (
            (count, height, width),
            np.uint8,
            [sample.labels.instance_id == x.instance.instance_id for x in labels],
        ),
        'semantic': ((height, width), np.int64, sample.labels.class_id),
        'instances': ((height, width), np.int32, sample.labels.instance_id),
        'intrinsics': ((3, 3), np.float32, sample.frame.camera.matrix),
    }
    for name, (shape, dtype, values) in wanted.items():
        assert (target[name].shape, target[name].dtype) == (shape, dtype), name
        np.testing.assert_array_equal(target[name], np.array(values).astype(dtype), err_msg=name)
    assert target['depth_m'].dtype == np.float32
    np.testing.assert_allclose(target['depth_m'], sample.depth_m, atol=0.00051)
    check_keypoints(target['keypoints'], labels)


def check_keypoints(keypoints, labels):
    names = ('rim', 'handle', 'base', 'tip')
    assert (keypoints.shape, keypoints.dtype) == ((len(labels), 4, 3), np.float32)
    for row, item in zip(keypoints, labels, strict=True):
        found = {point.name: point for point in item.keypoints or ()}
        for name, values in zip(names, row, strict=True):
            point = found.get(name)
            if point is None or point.visibility == 0:
                assert (values == 0).all()
            else:
                np.testing.assert_allclose(values, [*point.pixel, point.visibility], rtol=1e-6)


def test_splits(root):
    train, val = (open_all(root, split=name) for name in ('train', 'val'))
    assert sorted(train.stems + val.stems) == open_all(root).stems
    assert {stem[:6] for stem in train.stems}.isdisjoint(stem[:6] for stem in val.stems)
    assert len(train) == 2 * len(val)
    with pytest.raises(NotFoundError, match=r"No split 'vall' in .*Did you mean 'val'"):
        open_all(root, split='vall')


def test_transforms_are_applied(root):
    image, target = open_all(root, transforms=Resize((36, 48)))[0]
    assert image.shape == (3, 36, 48)
    assert target['depth_m'].shape == (36, 48)


def first_sum(dataset):
    image, target = dataset[1]
    return int(image.sum()), target['boxes'].tolist()


def test_a_copy_sent_to_another_process_reads_the_same(root, tmp_path):
    dataset = open_all(root)
    wanted = first_sum(dataset)
    (tmp_path / 'dataset.pickle').write_bytes(pickle.dumps(dataset))
    script = (
        'import pickle, sys\n'
        'dataset = pickle.load(open(sys.argv[1], "rb"))\n'
        'image, target = dataset[1]\n'
        'print(int(image.sum()), target["boxes"].tolist())\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', script, str(tmp_path / 'dataset.pickle')],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == f'{wanted[0]} {wanted[1]}'


def test_is_small_when_sent(root):
    dataset = open_all(root)
    first_sum(dataset)
    size = len(pickle.dumps(dataset))
    assert size < 1.2 * len(dataset._index._data) + 10_000


def test_indexes_count_from_both_ends(root):
    dataset = open_all(root)
    assert dataset[-1][1]['image_id'] == len(dataset)
    for index in (len(dataset), -len(dataset) - 1):
        with pytest.raises(IndexError, match=f'There is no frame {index}'):
            dataset[index]


def test_batches_keep_their_rows(root):
    dataset = open_all(root)
    images, targets = collate([dataset[0], dataset[1]])
    assert len(images) == len(targets) == 2
    assert targets[1]['image_id'] == 2


@pytest.fixture(scope='module')
def bare(tmp_path_factory):
    root = tmp_path_factory.mktemp('bare') / 'dataset'
    with CocoWriter(
        root, INFO, PLAIN.model_copy(update={'depth': False, 'masks': False})
    ) as writer:
        writer.write_episode(0, make_episode(0))
    return root


@pytest.mark.parametrize(
    ('name', 'words'),
    [
        ('depth_m', 'has no depth_m. Generate it with output.dataset.depth: true'),
        ('semantic', 'has no semantic. Generate it with output.dataset.masks: true'),
        ('keypoints', 'has no keypoints. Generate it with labels.keypoints: true'),
        ('mask', "there is no 'mask'. There are boxes, labels, masks"),
    ],
)
def test_what_a_dataset_lacks_is_said_at_once(bare, name, words):
    with pytest.raises(UsageError, match=words):
        SynthDataset(bare, targets=['boxes', name], as_tensors=False)


def test_masks_need_no_mask_files(bare):
    _, target = SynthDataset(bare, as_tensors=False)[0]
    sample = min(make_episode(0), key=lambda s: s.key)
    for label, mask in zip(sample.labels.instances, target['masks'], strict=True):
        np.testing.assert_array_equal(
            mask, sample.labels.instance_id == label.instance.instance_id
        )


def test_left_and_right_change_places_in_the_mirror(tmp_path):
    names = ('rim_left', 'rim_right', 'base')
    classes = (CATEGORIES[0]._replace(keypoints=names, skeleton=()), *CATEGORIES[1:3])
    root = tmp_path / 'dataset'
    with CocoWriter(root, INFO._replace(categories=classes), PLAIN) as writer:
        writer.write_episode(0, make_episode(0, views=1))
    dataset = SynthDataset(root, as_tensors=False)
    assert dataset.keypoint_names == ('rim_left', 'rim_right', 'base', 'tip')
    assert dataset.keypoint_flip == (1, 0, 2, 3)
    # Classes have names for them, but they were switched off.
    with pytest.raises(UsageError, match='has no keypoints'):
        SynthDataset(root, targets=['keypoints'], as_tensors=False)


def test_without_splits_it_says_how_to_make_them(bare):
    with pytest.raises(UsageError, match=r'has no splits, so no .train.. Make them: '):
        SynthDataset(bare, 'train', as_tensors=False)


def test_without_torch_it_says_what_to_do(bare, monkeypatch):
    monkeypatch.setitem(sys.modules, 'torch', None)
    with pytest.raises(UsageError, match=r'PyTorch cannot be imported .* as_tensors=False gives'):
        SynthDataset(bare)


def test_a_damaged_picture_is_named(bare, tmp_path):
    import shutil

    copy = shutil.copytree(bare, tmp_path / 'copy')
    (copy / 'images' / '000000_000_head.png').write_bytes(b'\x89PNG')
    dataset = SynthDataset(copy, as_tensors=False)
    with pytest.raises(UsageError, match=r'images/000000_000_head.png is damaged'):
        dataset[0]
