"""Datasets read back equal what was written; damaged ones are refused with the reason."""

import json
import shutil

import numpy as np
import pytest
from sample_factory import CATEGORIES, INFO, PLAIN, make_episode

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import NotFoundError, UsageError
from synth_ros.readers.coco import CocoDataset
from synth_ros.writers.coco import CocoWriter


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('reader') / 'dataset'
    write(root)
    return root


@pytest.fixture
def copy(root, tmp_path):
    return shutil.copytree(root, tmp_path / 'copy')


def write(root, options=PLAIN):
    with CocoWriter(root, INFO, options) as writer:
        for episode in range(2):
            writer.write_episode(episode, make_episode(episode))


def edit(root, change):
    path = root / 'annotations.json'
    index = json.loads(path.read_text())
    change(index)
    path.write_text(json.dumps(index))


def test_round_trip(root):
    dataset = CocoDataset(root)
    assert dataset.categories == CATEGORIES
    assert (dataset.head.seed, dataset.head.config_hash) == (INFO.seed, INFO.config_hash)
    samples = sorted((s for e in range(2) for s in make_episode(e)), key=lambda s: s.key)
    assert len(dataset.images) == len(samples)
    for image, sample in zip(dataset.images, samples, strict=True):
        assert image.stem == sample.key.stem
        np.testing.assert_array_equal(dataset.read_rgb(image), sample.rgb)
        np.testing.assert_allclose(dataset.read_depth_m(image), sample.depth_m, atol=0.00051)
        np.testing.assert_array_equal(dataset.read_instances(image), sample.labels.instance_id)
        np.testing.assert_array_equal(dataset.read_classes(image), sample.labels.class_id)
        np.testing.assert_array_equal(image.intrinsics, sample.frame.camera.matrix)
        assert dataset.read_provenance(image) == json.loads(sample.provenance_json)
        records = dataset.annotations_of(image)
        for record, label in zip(records, sample.labels.instances, strict=True):
            assert record.box == label.box
            assert record.visibility == label.visibility
            np.testing.assert_array_equal(record.pose, label.camera_from_object)
    assert dataset.missing_files() == []


def test_images_are_found_by_stem(root):
    dataset = CocoDataset(root)
    assert dataset.image('000001_001_wrist').camera == 'wrist'
    with pytest.raises(NotFoundError, match=r"No image '000009_001_wrist'.*Did you mean"):
        dataset.image('000009_001_wrist')


def test_missing_outputs_are_none(tmp_path):
    write(tmp_path / 'd', DatasetConfig(depth=False, masks=False))
    dataset = CocoDataset(tmp_path / 'd')
    image = dataset.images[0]
    assert dataset.read_depth_m(image) is None
    assert dataset.read_instances(image) is None
    assert dataset.read_classes(image) is None


def test_missing_files_are_named(copy):
    (copy / 'depth/000000_000_head.png').unlink()
    dataset = CocoDataset(copy)
    assert dataset.missing_files() == ['depth/000000_000_head.png']
    with pytest.raises(UsageError, match=r'Cannot read .*000000_000_head\.png.*sha256sum'):
        dataset.read_depth_m(dataset.images[0])


@pytest.mark.parametrize('data', [b'', b'no image'])
def test_damaged_images_are_named(copy, data):
    (copy / 'images/000000_000_head.png').write_bytes(data)
    dataset = CocoDataset(copy)
    with pytest.raises(UsageError, match=r'000000_000_head\.png is damaged'):
        dataset.read_rgb(dataset.images[0])


def test_images_of_the_wrong_kind_are_named(copy):
    shutil.copy(copy / 'images/000000_000_head.png', copy / 'depth/000000_000_head.png')
    shutil.copy(copy / 'images/000000_000_head.png', copy / 'instance_masks/000000_000_head.png')
    shutil.copy(copy / 'semantic_masks/000000_000_head.png', copy / 'images/000000_000_head.png')
    dataset = CocoDataset(copy)
    image = dataset.images[0]
    with pytest.raises(UsageError, match='expected one channel of 16 bits'):
        dataset.read_depth_m(image)
    with pytest.raises(UsageError, match='expected one channel'):
        dataset.read_instances(image)
    with pytest.raises(UsageError, match='expected three channels of 8 bits'):
        dataset.read_rgb(image)


def test_damaged_provenance_is_named(copy):
    (copy / 'provenance/000000.json').write_text('{"common": {}, "frames": {}}')
    dataset = CocoDataset(copy)
    with pytest.raises(UsageError, match='does not tell how 000000_000_head was made'):
        dataset.read_provenance(dataset.images[0])


@pytest.mark.parametrize(
    ('change', 'told'),
    [
        (lambda d: d['images'][1].update(id=1), 'two images share an id'),
        (lambda d: d['annotations'][1].update(id=1), 'two annotations share an id'),
        (lambda d: d['annotations'][0].update(image_id=99), 'annotation 1: no image 99'),
        (lambda d: d['annotations'][0].update(category_id=9), 'annotation 1: no category 9'),
        (lambda d: d['annotations'][0].update(bbox=[90, 0, 9, 9]), 'leaves the image'),
        (lambda d: d['annotations'][0].update(area=1), 'area is not pixels_visible'),
        (lambda d: d['annotations'][0]['segmentation'].update(size=[1, 1]), 'another size'),
        (lambda d: d['categories'].append(d['categories'][0]), 'two categories share an id'),
        (lambda d: d['annotations'][0].update(visibility=1.5), r'annotations\.0\.visibility'),
        (lambda d: d['images'][0].pop('intrinsics'), r'images\.0\.intrinsics: Field required'),
        (lambda d: d['info'].update(format='x'), "has the format 'x'"),
    ],
)
def test_contradictions_are_told(copy, change, told):
    edit(copy, change)
    with pytest.raises(UsageError, match=told):
        CocoDataset(copy)


def test_what_is_no_finished_dataset_is_told(copy, tmp_path):
    (copy / 'annotations.json').write_text('{')
    with pytest.raises(UsageError, match=r'was cut: .*--resume'):
        CocoDataset(copy)
    (copy / 'annotations.json').unlink()
    with pytest.raises(UsageError, match=r'unfinished: 2 episodes.*--resume'):
        CocoDataset(copy)
    (copy / 'dataset.json').unlink()
    with pytest.raises(UsageError, match=r'is not a synth_ros dataset'):
        CocoDataset(copy)
    with pytest.raises(UsageError, match=r'no dataset folder .*synth-ros generate'):
        CocoDataset(tmp_path / 'nowhere')
    (copy / 'annotations.json').mkdir()
    with pytest.raises(UsageError, match='Cannot read'):
        CocoDataset(copy)
