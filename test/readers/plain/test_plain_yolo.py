"""YOLO folders of others, with their quirks, against numbers by hand."""

import numpy as np
import pytest
from small_datasets import yolo, yolo_pose, yolo_segment
from small_files import picture, write

from synth_ros.errors import UsageError
from synth_ros.readers.plain.open import open_plain
from synth_ros.readers.plain.yolo import YoloPlain


def test_boxes_and_empty_images(tmp_path):
    yolo(tmp_path)
    dataset = open_plain(tmp_path)
    assert dataset.class_names == ('bowl', 'mug')
    images = list(dataset)
    assert [(i.name, i.split, len(i.objects)) for i in images] == [
        ('images/train/a.png', 'train', 1),
        ('images/train/b.png', 'train', 0),
        ('images/val/a.png', 'val', 1),
        ('images/val/b.png', 'val', 0),
    ]
    mug = images[0].objects[0]
    assert mug.class_name == 'mug'
    assert mug.box == pytest.approx((10, 20, 30, 30), abs=1e-3)
    assert mug.area_px == pytest.approx(200, abs=0.01)
    assert dataset.masks(images[0]) == [None]
    assert dataset.read_rgb(images[0]).shape == (48, 64, 3)


def test_lists_of_images_and_names_as_a_list(tmp_path):
    yolo(tmp_path)
    write(
        tmp_path / 'data.yaml',
        'train: train.txt\nval: [val.txt]\nnc: 2\nnames: ["bowl", "mug"]\n',
    )
    write(tmp_path / 'train.txt', './images/train/b.png\n\n')
    write(tmp_path / 'val.txt', f'{tmp_path}/images/val/a.png\n')
    images = list(YoloPlain(tmp_path))
    assert [(i.name, i.split, len(i.objects)) for i in images] == [
        ('images/train/b.png', 'train', 0),
        ('images/val/a.png', 'val', 1),
    ]


def test_exports_with_folders_of_splits(tmp_path):
    for split in ('train', 'valid'):
        picture(tmp_path / split / 'images/a.jpg', len(split))
        write(tmp_path / split / 'labels/a.txt', '0 0.5 0.5 0.25 0.5')
    write(
        tmp_path / 'data.yaml',
        'train: ../train/images\nval: ../valid/images\nnc: 1\nnames: [mug]\n',
    )
    images = list(YoloPlain(tmp_path))
    assert [(i.split, i.objects[0].box) for i in images] == [
        ('train', (24, 12, 40, 36)),
        ('val', (24, 12, 40, 36)),
    ]


def test_a_test_split_that_is_not_there(tmp_path):
    yolo(tmp_path)
    with (tmp_path / 'data.yaml').open('a') as file:
        file.write('test: ../test/images\n')
    assert len(YoloPlain(tmp_path)) == 4
    with (tmp_path / 'data.yaml').open('a') as file:
        file.write('val: images/valid\n')
    with pytest.raises(UsageError, match=r'images/valid: No such file .*Correct the path'):
        YoloPlain(tmp_path)


def test_darknet_lists(tmp_path):
    for number in range(2):
        picture(tmp_path / f'obj_train_data/{number}.jpg', number)
        write(tmp_path / f'obj_train_data/{number}.txt', f'{number} 0.5 0.5 0.25 0.5')
    write(tmp_path / 'obj.names', 'bowl\nmug\n')
    write(tmp_path / 'train.txt', 'data/obj_train_data/0.jpg\n')
    write(tmp_path / 'valid.txt', 'data/obj_train_data/1.jpg\n')
    dataset = open_plain(tmp_path)
    assert [(i.split, i.objects[0].class_name) for i in dataset] == [
        ('train', 'bowl'),
        ('val', 'mug'),
    ]


def test_rows_beside_images(tmp_path):
    picture(tmp_path / 'a.jpg')
    write(tmp_path / 'a.txt', '1 0.5 0.5 0.25 0.5')
    dataset = open_plain(tmp_path)
    assert dataset.kind == 'yolo'
    assert [o.class_name for o in next(iter(dataset)).objects] == ['class 1']


def test_polygons_have_masks(tmp_path):
    yolo_segment(tmp_path)
    dataset = YoloPlain(tmp_path)
    image = next(iter(dataset))
    assert image.objects[0].box == pytest.approx((6.4, 4.8, 32, 28.8))
    assert image.objects[0].area_px == pytest.approx(0.5 * 25.6 * 24)
    (mask,) = dataset.masks(image)
    assert mask.sum() == pytest.approx(0.5 * 25.6 * 24, rel=0.15)
    assert mask[6, 19]
    assert not mask[25, 8]


def test_oriented_boxes_have_none(tmp_path):
    yolo(tmp_path)
    write(tmp_path / 'labels/train/a.txt', '0 0.5 0.1 0.9 0.5 0.5 0.9 0.1 0.5')
    write(tmp_path / 'labels/val/a.txt', '')
    dataset = YoloPlain(tmp_path)
    image = next(iter(dataset))
    assert dataset.masks(image) == [None]
    assert image.objects[0].box == pytest.approx((6.4, 4.8, 57.6, 43.2))


def test_poses_are_boxes(tmp_path):
    yolo_pose(tmp_path)
    image = next(iter(YoloPlain(tmp_path)))
    assert image.objects[0].box == pytest.approx((10, 20, 30, 30), abs=1e-3)


def test_without_a_yaml_file(tmp_path):
    yolo(tmp_path)
    (tmp_path / 'data.yaml').unlink()
    dataset = open_plain(tmp_path)
    assert dataset.class_names == ('class 0', 'class 1')
    write(tmp_path / 'classes.txt', 'bowl\nmug\n')
    dataset = open_plain(tmp_path)
    assert dataset.class_names == ('bowl', 'mug')
    assert {i.split for i in dataset} == {'train', 'val'}


@pytest.mark.parametrize(
    ('row', 'words'),
    [
        ('1 0.5 0.5', r'a\.txt:1: it has 3 values'),
        ('1 0.5 0.5 x 1', r'a\.txt:1: a value is no number'),
        ('7 0.5 0.5 0.1 0.1', 'class 7, but data.yaml names 2'),
    ],
)
def test_damaged_rows_are_named(tmp_path, row, words):
    yolo(tmp_path)
    write(tmp_path / 'labels/train/a.txt', row)
    with pytest.raises(UsageError, match=words):
        list(YoloPlain(tmp_path))


def test_a_damaged_yaml_file(tmp_path):
    yolo(tmp_path)
    write(tmp_path / 'data.yaml', 'names: [a\ntrain: x\n')
    with pytest.raises(UsageError, match=r'data\.yaml: it is no YAML'):
        YoloPlain(tmp_path)


def test_random_boxes_come_back(tmp_path):
    rng = np.random.default_rng(4)
    boxes = np.sort(rng.random((20, 2, 2)), axis=1) * (64, 48)
    rows = []
    for (x0, y0), (x1, y1) in boxes:
        values = ((x0 + x1) / 128, (y0 + y1) / 96, (x1 - x0) / 64, (y1 - y0) / 48)
        rows.append('0 ' + ' '.join(map(str, values)))
    yolo(tmp_path)
    write(tmp_path / 'labels/train/a.txt', '\n'.join(rows))
    image = next(iter(YoloPlain(tmp_path)))
    assert np.allclose([o.box for o in image.objects], boxes.reshape(20, 4))
