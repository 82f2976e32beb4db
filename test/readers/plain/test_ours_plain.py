"""A dataset of ours as a plain one: the same numbers, the same pixels."""

import json
from pathlib import Path

import numpy as np
import pytest
from sample_factory import INFO, PLAIN, make_episode, make_sample

from synth_ros.config.output import DatasetConfig
from synth_ros.errors import UsageError
from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.plain.open import open_plain
from synth_ros.readers.plain.ours import OurPlain
from synth_ros.types import SampleKey
from synth_ros.writers.coco import CocoWriter


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('plain') / 'discs'
    with CocoWriter(root, INFO, PLAIN) as writer:
        for episode in range(2):
            writer.write_episode(episode, make_episode(episode))
        writer.write_episode(2, [make_sample(SampleKey(2, 0, 'head'), objects=0)])
    return root


def test_a_dataset_of_ours_is_opened_as_ours(root):
    plain = open_plain(root)
    assert isinstance(plain, OurPlain)
    assert (plain.path, plain.kind, len(plain)) == (root, 'dataset', 9)
    assert plain.class_names == ('mug', 'box', 'drill')


def test_images_and_objects_are_those_of_the_index(root):
    dataset, plain = CocoDataset(root), OurPlain(root)
    images = list(plain)
    assert [image.name for image in images] == [image.file_name for image in dataset.images]
    classes = {category.class_id: category.name for category in dataset.categories}
    for image, entry in zip(images, dataset.images, strict=True):
        assert (image.width, image.height, image.split) == (96, 72, '')
        assert int(image.group) == entry.episode
        annotations = dataset.annotations_of(entry)
        assert len(image.objects) == len(annotations)
        for found, annotation in zip(image.objects, annotations, strict=True):
            assert found.class_name == classes[annotation.category_id]
            assert found.box == tuple(annotation.box)
            assert found.area_px == annotation.area
            assert found.visibility == annotation.visibility
            assert found.truncation == annotation.truncation
            assert (found.camera_from_object == annotation.pose).all()
            assert found.size_m == annotation.box3d.size_m
            assert not found.ignored


def test_pixels_are_those_of_the_files(root):
    dataset, plain = CocoDataset(root), OurPlain(root)
    for image, entry in zip(plain, dataset.images, strict=True):
        assert (plain.read_rgb(image) == dataset.read_rgb(entry)).all()
        assert (plain.depth_m(image) == dataset.read_depth_m(entry)).all()
        assert json.loads(plain.provenance(image)) == dataset.read_provenance(entry)
        ids = dataset.read_instances(entry)
        for found, mask in zip(image.objects, plain.masks(image), strict=True):
            assert mask.sum() == found.area_px
            x0, y0, x1, y1 = (int(edge) for edge in found.box)
            rows, columns = np.nonzero(mask)
            assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (
                *(x0, y0),
                *(x1, y1),
            )
            assert len(np.unique(ids[mask])) == 1


def test_without_masks_and_depth_there_are_none(tmp_path):
    with CocoWriter(tmp_path / 'd', INFO, DatasetConfig(depth=False, masks=False)) as writer:
        writer.write_episode(0, make_episode(0))
    plain = OurPlain(tmp_path / 'd')
    image = next(iter(plain))
    assert plain.depth_m(image) is None
    assert plain.masks(image) == [None] * len(image.objects)


def test_splits_are_those_of_the_file(root, tmp_path):
    copy = tmp_path / 'split'
    with CocoWriter(copy, INFO, PLAIN) as writer:
        for episode in range(2):
            writer.write_episode(episode, make_episode(episode, views=1, cameras=('head',)))
    record = {'shares': {'train': 0.5, 'val': 0.5}, 'seed': 1}
    record['episodes'] = {'train': [1], 'val': [0]}
    record['format'] = 'synth_ros splits 1'
    (copy / 'splits.json').write_text(json.dumps(record))
    assert [image.split for image in OurPlain(copy)] == ['val', 'train']


def test_a_missing_picture_is_told(root, tmp_path):
    plain = OurPlain(root)
    image = next(iter(plain))
    hidden = (root / image.name).rename(tmp_path / 'hidden.png')
    try:
        with pytest.raises(UsageError, match=r'Cannot read .*000000_000_head\.png'):
            plain.read_rgb(image)
    finally:
        hidden.rename(root / image.name)


def test_what_is_no_dataset_is_told(tmp_path):
    with pytest.raises(UsageError, match='There is no'):
        OurPlain(tmp_path / 'nothing')
    with pytest.raises(UsageError, match=Path(tmp_path).name):
        OurPlain(tmp_path)
