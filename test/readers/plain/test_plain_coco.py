"""COCO files of others, with their quirks, against numbers by hand."""

import json

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco_mask
from small_datasets import coco
from small_files import dump, picture

from synth_ros.errors import UsageError
from synth_ros.readers.plain.coco import CocoPlain
from synth_ros.readers.plain.open import open_plain


@pytest.fixture
def write(tmp_path):
    """Writes a file with one image and annotations; returns the dataset."""

    def build(*annotations, name='annotations.json', file_name='a.png', **image):
        record = {'id': 7, 'width': 64, 'height': 48, 'file_name': file_name, **image}
        categories = [{'id': 5, 'name': 'mug'}, {'id': 2, 'name': 'bowl'}]
        complete = [
            {'id': number, 'image_id': 7, 'category_id': 5, **entry}
            for number, entry in enumerate(annotations, 1)
        ]
        index = {'annotations': complete, 'categories': categories, 'images': [record]}
        dump(tmp_path / name, index)
        picture(tmp_path / file_name)
        return CocoPlain(tmp_path)

    return build


def only(dataset):
    (image,) = dataset
    return image


def test_splits_names_and_objects(tmp_path):
    coco(tmp_path)
    dataset = open_plain(tmp_path)
    assert dataset.kind == 'coco'
    assert dataset.class_names == ('crowd', 'mug')
    assert len(dataset) == 4
    images = list(dataset)
    assert [(i.name, i.split) for i in images] == [
        ('images/train/a.png', 'train'),
        ('images/train/b.png', 'train'),
        ('images/val/a.png', 'val'),
        ('images/val/b.png', 'val'),
    ]
    (mug,) = images[0].objects
    assert mug[:3] == ('mug', (10.0, 20.0, 30.0, 30.0), 200.0)
    assert not mug.ignored
    (crowd,) = images[1].objects
    assert crowd.ignored
    for image in images:
        assert dataset.read_rgb(image).shape == (48, 64, 3)
        (mask,) = dataset.masks(image)
        expected = np.zeros((48, 64), bool)
        expected[20:30, 10:30] = True
        assert (mask == expected).all()


def test_a_missing_area_and_a_missing_box(write):
    image = only(
        write(
            {'bbox': [1.5, 2, 10, 4]},
            {'segmentation': [[10, 20, 30, 20, 30, 30, 10, 30], [40, 5, 44, 5, 44, 9]]},
            {'segmentation': {'size': [48, 64], 'counts': [48 * 3 + 2, 4, 48 * 61 - 6]}},
            {'category_id': 2},
        )
    )
    assert [o.box for o in image.objects] == [
        (1.5, 2, 11.5, 6),
        (10, 5, 44, 30),
        (3, 2, 4, 6),
        None,
    ]
    assert [o.area_px for o in image.objects] == [40, 34 * 25, 4, None]


@pytest.mark.parametrize('seed', range(5))
def test_compressed_masks_are_those_of_pycocotools(write, seed):
    rng = np.random.default_rng(seed)
    truth = rng.random((48, 64)) < rng.choice([0.02, 0.5, 0.98])
    encoded = coco_mask.encode(np.asfortranarray(truth.astype(np.uint8)))
    counts = encoded['counts'].decode()
    dataset = write({'segmentation': {'size': [48, 64], 'counts': counts}})
    image = only(dataset)
    (mask,) = dataset.masks(image)
    assert (mask == truth).all()
    x, y, width, height = coco_mask.toBbox(encoded)
    assert image.objects[0].box == (x, y, x + width, y + height)
    assert image.objects[0].area_px == coco_mask.area(encoded)


def test_polygons_cover_the_pixels_whose_centres_are_inside(write):
    ring = [3.2, 4.1, 50.7, 9.9, 30.3, 41.2, 8.8, 33.0]
    dataset = write({'segmentation': [ring]})
    (mask,) = dataset.masks(only(dataset))
    outline = np.array(ring, np.float32).reshape(-1, 1, 2)
    for row, column in np.ndindex(48, 64):
        inside = cv2.pointPolygonTest(outline, (column + 0.5, row + 0.5), measureDist=True)
        # The COCO API rounds along the outline.
        assert abs(inside) < 1 or mask[row, column] == (inside > 0)


def test_images_of_exports_lie_beside_their_file(tmp_path):
    for split in ('train', 'valid'):
        picture(tmp_path / split / 'a.jpg', len(split))
        record = {'id': 0, 'width': 64.0, 'height': 48, 'file_name': 'a.jpg'}
        index = {'images': [record], 'annotations': [], 'categories': []}
        dump(tmp_path / split / '_annotations.coco.json', index)
    images = list(CocoPlain(tmp_path))
    assert [(i.name, i.split) for i in images] == [
        ('train/a.jpg', 'train'),
        ('valid/a.jpg', 'val'),
    ]
    assert (images[0].width, images[0].height) == (64, 48)


def test_an_image_of_several_files_comes_once(tmp_path):
    coco(tmp_path)
    index = json.loads((tmp_path / 'annotations/instances_val.json').read_text())
    index['annotations'] = index['annotations'][:1]
    dump(tmp_path / 'annotations/person_keypoints_val.json', index)
    images = list(CocoPlain(tmp_path))
    assert len(images) == 4
    assert [len(i.objects) for i in images] == [1, 1, 1, 1]


def test_an_image_is_taken_where_it_has_annotations(tmp_path):
    coco(tmp_path)
    index = json.loads((tmp_path / 'annotations/instances_val.json').read_text())
    index['annotations'] = []
    dump(tmp_path / 'annotations/image_info_val.json', index)
    images = list(CocoPlain(tmp_path))
    assert [(i.split, len(i.objects)) for i in images] == [('val', 1)] * 2 + [('train', 1)] * 2


def test_only_panoptic_files(tmp_path):
    coco(tmp_path)
    for split in ('train', 'val'):
        (tmp_path / f'annotations/instances_{split}.json').unlink()
    image = only(CocoPlain(tmp_path))
    assert [o[:3] for o in image.objects] == [('mug', (10, 20, 30, 30), 200)]


def test_scenes_of_our_own_conversions_are_told_by_names(write):
    assert only(write(file_name='images/000012_003_head.png')).group == '000012'


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'category_id': 9}, r'annotation 1 is of no listed category \(9\)'),
        ({'bbox': [1, 2, 3]}, 'not four numbers'),
        ({'segmentation': [[1, 2, 3]]}, 'odd count'),
        ({'segmentation': {'size': [48, 64], 'counts': [3]}}, 'fill 3 pixels'),
        ({'segmentation': {'size': 48, 'counts': [3]}}, r'not \[height, width\]'),
    ],
)
def test_damaged_annotations_are_named(write, change, words):
    with pytest.raises(UsageError, match=words):
        list(write(change))


@pytest.mark.parametrize('height', [0, -3, 10**30])
def test_sizes_that_no_image_has(write, height):
    with pytest.raises(UsageError, match=r'images\[0\]: width and height are .* no size'):
        write(height=height)


def test_a_cut_file_names_the_line(write, tmp_path):
    write({'bbox': [1, 2, 3, 4]})
    path = tmp_path / 'annotations.json'
    path.write_text(path.read_text()[:-40])
    with pytest.raises(UsageError, match=r'annotations\.json:\d+ is damaged: the file ends too'):
        CocoPlain(tmp_path)


def test_a_missing_image_is_named(write, tmp_path):
    dataset = write()
    (tmp_path / 'a.png').unlink()
    with pytest.raises(UsageError, match=r'There is no image .*a\.png'):
        dataset.read_rgb(only(dataset))
