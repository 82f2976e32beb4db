"""KITTI, BOP, VOC, masks and Cityscapes of others, against numbers by hand."""

import math
import shutil

import numpy as np
import pytest
from PIL import Image
from small_datasets import bop, cityscapes, kitti, masks, voc
from small_files import gray, picture, square, write

from synth_ros.errors import UsageError
from synth_ros.readers.plain.cityscapes import CityscapesPlain
from synth_ros.readers.plain.kitti import KittiPlain
from synth_ros.readers.plain.open import KINDS, open_plain
from synth_ros.readers.plain.voc import VocPlain


def rectangle():
    return square().astype(bool)


def test_kitti(tmp_path):
    kitti(tmp_path)
    dataset = open_plain(tmp_path)
    assert dataset.kind == 'kitti'
    assert dataset.class_names == ('Car',)
    first, second = dataset
    assert (first.name, first.split) == ('training/image_2/000000.png', 'train')
    assert second.objects == ()
    car, ignored = first.objects
    assert car.box == (10, 20, 31, 31)
    assert car.truncation == 0
    assert car.size_m == (3.9, 1.5, 1.6)
    assert ignored.ignored
    assert ignored.size_m is None
    assert ignored.camera_from_object is None
    assert dataset.masks(first) == [None, None]
    # The centre of the bottom face is at (0, 1.7, 10); the box is 1.5 m high.
    assert np.allclose(car.camera_from_object[:3, 3], (0, 0.95, 10))
    # rotation_y of -90 degrees: the car's length points away from the camera.
    turned = car.camera_from_object[:3, :3] @ (1, 0, 0)
    assert np.allclose(turned, (math.cos(1.57), 0, math.sin(1.57)))


def test_kitti_as_tao_has_it(tmp_path):
    row = 'mug 0 0 0 10 20 30 30 0 0 0 0 0 0 0\n'
    for split in ('train', 'val'):
        picture(tmp_path / f'images/{split}/a.jpg', len(split))
        write(tmp_path / f'labels/{split}/a.txt', row)
    dataset = open_plain(tmp_path)
    assert dataset.kind == 'kitti'
    assert [(i.split, i.objects[0].size_m) for i in dataset] == [('train', None), ('val', None)]


def test_kitti_names_the_line_that_is_damaged(tmp_path):
    kitti(tmp_path)
    write(tmp_path / 'training/label_2/000001.txt', '\nCar 1 2 3\n')
    with pytest.raises(UsageError, match=r'000001\.txt:2: it has 4 values'):
        KittiPlain(tmp_path)


def test_bop(tmp_path):
    bop(tmp_path)
    dataset = open_plain(tmp_path)
    assert dataset.kind == 'bop'
    assert dataset.class_names == ('obj_000001',)
    first, second = dataset
    assert (first.name, first.split, first.group) == (
        'train/000000/rgb/000000.png',
        'train',
        'train/000000',
    )
    assert second.group == first.group
    (item,) = first.objects
    # BOP's width of 20 reaches from the first pixel to the last.
    assert item.box == (10, 20, 31, 31)
    assert (item.area_px, item.visibility) == (200, 0.8)
    assert item.size_m == (0.06, 0.08, 0.01)
    assert np.allclose(item.camera_from_object[:3], np.c_[np.eye(3), [0, 0, 0.5]])
    (mask,) = dataset.masks(first)
    assert (mask == rectangle()).all()


def test_voc(tmp_path):
    voc(tmp_path)
    dataset = open_plain(tmp_path)
    assert dataset.kind == 'voc'
    assert dataset.class_names == ('dog',)
    one, two = dataset
    assert (one.name, one.split, two.split) == ('JPEGImages/one.jpg', 'train', 'val')
    (dog,) = one.objects
    assert dog.box == (10, 20, 30, 30)
    assert dog.truncation == 0
    assert not dog.ignored, 'difficult objects are objects'
    (mask,) = dataset.masks(one)
    assert (mask == rectangle()).all()
    assert dataset.masks(two) == [None]


def test_voc_images_are_of_the_split_of_main(tmp_path):
    voc(tmp_path)
    write(tmp_path / 'ImageSets/Segmentation/val.txt', 'one\n')
    assert [i.split for i in VocPlain(tmp_path)] == ['train', 'val']


def test_voc_masks_in_colours_are_none(tmp_path):
    voc(tmp_path)
    picture(tmp_path / 'SegmentationObject/one.png')
    dataset = VocPlain(tmp_path)
    assert dataset.masks(next(iter(dataset))) == [None]


def test_voc_as_label_tools_write_it(tmp_path):
    voc(tmp_path / 'other')
    for name in ('one', 'two'):
        shutil.copy(tmp_path / f'other/Annotations/{name}.xml', tmp_path)
        shutil.copy(tmp_path / f'other/JPEGImages/{name}.jpg', tmp_path)
    shutil.rmtree(tmp_path / 'other')
    assert [(i.name, i.split) for i in open_plain(tmp_path)] == [('one.jpg', ''), ('two.jpg', '')]


def test_voc_entities_are_refused(tmp_path):
    voc(tmp_path)
    path = tmp_path / 'Annotations/one.xml'
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]>' + path.read_text()
    path.write_text(bomb)
    with pytest.raises(UsageError, match='it is no plain XML: EntitiesForbidden'):
        VocPlain(tmp_path)


def test_masks(tmp_path):
    masks(tmp_path)
    two = square(2)
    two[0:3, 0:3] = 2
    two[3, 3] = 2  # touches over a corner
    two[40:, 60:] = 255
    gray(tmp_path / 'masks/val/a.png', two)
    dataset = open_plain(tmp_path)
    assert dataset.kind == 'masks'
    assert dataset.class_names == ('mug',)
    train, val = dataset
    assert [o[:3] for o in train.objects] == [('mug', (10, 20, 30, 30), 200)]
    assert [o[:3] for o in val.objects] == [
        ('mug', (0, 0, 4, 4), 10),
        ('mug', (10, 20, 30, 30), 200),
    ]
    assert sum(mask.sum() for mask in dataset.masks(val)) == (two == 2).sum()


def test_masks_of_a_value_that_nobody_named(tmp_path):
    masks(tmp_path)
    gray(tmp_path / 'masks/val/a.png', square(9))
    with pytest.raises(UsageError, match='the value 9, which the table does not name'):
        list(open_plain(tmp_path))
    (tmp_path / 'classes.json').unlink()
    assert open_plain(tmp_path).class_names == ('class 2', 'class 9')


def test_cityscapes(tmp_path):
    cityscapes(tmp_path)
    path = tmp_path / 'gtFine/val/bonn/bonn_000000_000019_gtFine_instanceIds.png'
    ids = square(26000, np.uint16)
    ids[0:2, 0:5] = 26
    ids[10, 10] = 7
    gray(path, ids)
    dataset = open_plain(tmp_path)
    assert len(dataset.class_names) == 10
    assert {'person', 'car', 'bicycle'} <= set(dataset.class_names)
    train, val = dataset
    assert (train.split, train.group) == ('train', 'ulm')
    assert [o[:3] for o in train.objects] == [('car', (10, 20, 30, 30), 200)]
    assert [(o.class_name, o.ignored, o.area_px) for o in val.objects] == [
        ('car', False, 200),
        ('car', True, 10),
    ]
    assert [mask.sum() for mask in dataset.masks(val)] == [200, 10]


def test_cityscapes_without_an_image(tmp_path):
    cityscapes(tmp_path)
    shutil.rmtree(tmp_path / 'leftImg8bit/val')
    with pytest.raises(UsageError, match=r'bonn_000000_000019_gtFine_labelIds\.png has no image'):
        CityscapesPlain(tmp_path)


def test_pictures_of_every_kind(tmp_path):
    kitti(tmp_path)
    path = tmp_path / 'training/image_2/000000.png'
    dataset = KittiPlain(tmp_path)
    for mode, value in (('L', 9), ('RGBA', (1, 2, 3, 4)), ('P', 0), ('1', 1), ('I;16', 2560)):
        Image.new(mode, (64, 48), value).save(path)
        image = next(iter(dataset))
        pixels = dataset.read_rgb(image)
        assert pixels.shape == (48, 64, 3)
        assert pixels.dtype == np.uint8
    assert (pixels == 10).all()


def test_a_folder_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match='There is no folder'):
        open_plain(tmp_path / 'no')
    with pytest.raises(UsageError, match=r'(?s)no kind that can be read.*label_2'):
        open_plain(tmp_path)
    (tmp_path / 'a-000000.tar').write_bytes(b'')
    with pytest.raises(UsageError, match=r'webdataset .*which synth-ros validate checks'):
        open_plain(tmp_path)


def test_kinds_are_all_that_readers_call_themselves():
    assert {'coco', 'yolo', 'kitti', 'bop', 'voc', 'cityscapes', 'masks', 'ours'} <= set(KINDS)
