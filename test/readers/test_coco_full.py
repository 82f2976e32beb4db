"""Every annotation comes back as it was made; damaged files are named with their line."""

import json
import shutil

import numpy as np
import pytest
from full_factory import CATEGORIES, FULL, full_episode
from sample_factory import INFO, PLAIN, make_episode, make_sample

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import UsageError
from synth_ros.readers.coco import CocoDataset
from synth_ros.schema.convert import record_of
from synth_ros.schema.layers import layers_of
from synth_ros.types import SampleKey
from synth_ros.writers.coco import CocoWriter

RECORDS = 'labels/000001.jsonl'
LAYERS = 'layers/000001_000_head.npz'


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('reader') / 'dataset'
    with CocoWriter(root, FULL, PLAIN) as writer:
        for episode in (1, 0):
            writer.write_episode(episode, full_episode(episode))
    return root


@pytest.fixture
def copy(root, tmp_path):
    return shutil.copytree(root, tmp_path / 'copy')


def samples():
    found = (sample for episode in (0, 1) for sample in full_episode(episode))
    return sorted(found, key=lambda sample: sample.key)


def assert_same(one, other):
    """Equal to the last bit, however deep."""
    if isinstance(one, np.ndarray):
        assert (one.dtype, one.tobytes()) == (other.dtype, other.tobytes())
    elif hasattr(one, '__slots__') and hasattr(one, '__dataclass_fields__'):
        for name in one.__dataclass_fields__:
            assert_same(getattr(one, name), getattr(other, name))
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    else:
        assert repr(one) == repr(other)


def test_all_labels_come_back(root):
    dataset = CocoDataset(root)
    assert dataset.categories == CATEGORIES[:3]
    assert dataset.head.labels == FULL.annotations
    assert dataset.missing_files() == []
    for image, sample in zip(dataset.images, samples(), strict=True):
        assert image.key == sample.key
        assert_same(dataset.read_labels(image), sample.labels)
        assert dataset.read_record(image) == record_of(sample)
        layers = dataset.read_layers(image)
        assert tuple(layers) == tuple(layers_of(sample.labels.dense))
        assert not any(layer.flags.writeable for layer in layers.values())
        assert_same(dataset.read_parts(image), sample.labels.dense.part_id)
        assert_same(dataset.read_panoptic(image), sample.labels.dense.panoptic)


def test_annotations_carry_the_new_keys(root):
    dataset = CocoDataset(root)
    for image, sample in zip(dataset.images, samples(), strict=True):
        for entry, label in zip(
            dataset.annotations_of(image), sample.labels.instances, strict=True
        ):
            assert len(entry.keypoints) % 3 == 0
            assert entry.track_event == 'entered'
            assert sum(item.pixels for item in entry.occluded_by) == sum(
                item.pixels for item in label.occluders
            )


def test_a_dataset_of_the_least_has_records_and_no_layers(tmp_path):
    options = DatasetConfig(depth=False, masks=False)
    with CocoWriter(tmp_path / 'd', INFO, options) as writer:
        writer.write_episode(0, make_episode(0))
    dataset = CocoDataset(tmp_path / 'd')
    image = dataset.images[0]
    assert dataset.read_layers(image) == {}
    assert dataset.read_parts(image) is None
    assert dataset.read_panoptic(image) is None
    assert dataset.read_record(image) == record_of(make_sample(SampleKey(0, 0, 'head')))
    with pytest.raises(
        UsageError, match=r'no instance and semantic masks.*output\.dataset\.masks'
    ):
        dataset.read_labels(image)
    assert not (tmp_path / 'd/layers').exists()


def edit_lines(copy, change):
    path = copy / RECORDS
    lines = path.read_text().splitlines()
    change(lines)
    path.write_text('\n'.join(lines) + '\n')
    dataset = CocoDataset(copy)
    return dataset, dataset.image('000001_000_wrist')


@pytest.mark.parametrize(
    ('change', 'told'),
    [
        (lambda x: x.pop(), 'has 3 lines, but its episode has 4 frames'),
        (lambda x: x.reverse(), r'line 2 describes frame 000001_001_head, expected 000001_000_wr'),
        (lambda x: x.__setitem__(1, x[1][:-5]), 'line 2: This is not a frame record'),
        (lambda x: x.__setitem__(1, x[1].replace('"width":96', '"width":97')), 'line 2 has width'),
    ],
)
def test_damaged_records_are_named(copy, change, told):
    dataset, image = edit_lines(copy, change)
    with pytest.raises(UsageError, match=rf'labels/000001\.jsonl,? {told}'):
        dataset.read_record(image)


def test_a_missing_record_file_is_named(copy):
    (copy / RECORDS).unlink()
    dataset = CocoDataset(copy)
    assert dataset.missing_files() == [RECORDS]
    with pytest.raises(UsageError, match=r'Cannot read .*000001\.jsonl.*sha256sum'):
        dataset.read_record(dataset.image('000001_000_head'))


def strange_layers(path):
    np.savez(path, mystery=np.zeros(3))


def object_layers(path):
    np.savez(path, depth_m=np.array([{}], dtype=object))


def one_layer(path):
    np.savez(path, depth_m=np.zeros((72, 96), np.float32))


@pytest.mark.parametrize(
    ('damage', 'told'),
    [
        (lambda path: path.unlink(), rf'Cannot read .*{LAYERS}: No such file'),
        (lambda path: path.write_bytes(b''), rf'{LAYERS} is damaged'),
        (lambda path: path.write_bytes(b'no archive'), rf'{LAYERS} is damaged'),
        (lambda path: path.write_bytes(path.read_bytes()[:-40]), rf'{LAYERS} is damaged'),
        (strange_layers, rf"{LAYERS} holds 'mystery', which is none of depth_m, "),
        (object_layers, rf'{LAYERS} is damaged: Object arrays'),
        (one_layer, 'frame 000001_000_head has the layers depth_m, part_id, panoptic_id, but'),
    ],
)
def test_damaged_layers_are_named(copy, damage, told):
    damage(copy / LAYERS)
    dataset = CocoDataset(copy)
    with pytest.raises(UsageError, match=told):
        dataset.read_layers(dataset.image('000001_000_head'))


def test_a_flipped_bit_in_a_layer_is_told(copy):
    path = copy / LAYERS
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 8
    path.write_bytes(data)
    dataset = CocoDataset(copy)
    with pytest.raises(UsageError, match=rf'{LAYERS} is damaged'):
        dataset.read_layers(dataset.image('000001_000_head'))


def test_masks_of_the_wrong_kind_are_named(copy):
    for folder in ('part_masks', 'panoptic'):
        other = 'semantic_masks/000001_000_head.png'
        shutil.copy(copy / other, copy / folder / '000001_000_head.png')
    dataset = CocoDataset(copy)
    image = dataset.image('000001_000_head')
    with pytest.raises(UsageError, match=r'part_masks.*expected one channel of 16 bits'):
        dataset.read_parts(image)
    with pytest.raises(UsageError, match=r'panoptic.*expected three channels of 8 bits'):
        dataset.read_panoptic(image)


def test_a_mask_that_the_index_lacks_is_told(copy):
    index = json.loads((copy / 'annotations.json').read_text())
    index['images'][0]['part_mask_file'] = None
    (copy / 'annotations.json').write_text(json.dumps(index))
    dataset = CocoDataset(copy)
    with pytest.raises(UsageError, match=r'000000_000_head has the layers .*but its record lists'):
        dataset.read_layers(dataset.images[0])
