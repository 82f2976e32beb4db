"""Mask folders and Cityscapes: what is painted is what the labels say."""

import csv
import json
from dataclasses import replace

import cv2
import id_samples
import numpy as np
import pytest
import yaml
from format_driver import write_all
from full_factory import CATEGORIES, FULL, full_episode
from hypothesis import given, settings
from id_samples import CLASSES, id_images, sample_of, setup_of
from PIL import Image, ImageDraw
from sample_factory import JPEG, PLAIN, make_episode, tree

from synth_ros.errors import OutputError
from synth_ros.types import Category, SampleKey
from synth_ros.writers.formats.base import FormatSetup, Pictures
from synth_ros.writers.formats.cityscapes import CityscapesFormat, painted
from synth_ros.writers.formats.masks import MasksFormat
from synth_ros.writers.formats.semantic import colour_of
from synth_ros.writers.splits import plan_of

SPLITS = plan_of({0: 'train', 1: 'val'}, ('train', 'val'))
WITH_STUFF = FormatSetup(FULL, PLAIN, SPLITS)


def read(path):
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert image is not None, path
    return image


def test_masks_lie_beside_images_of_the_same_names(tmp_path):
    samples = make_episode(0) + make_episode(1)
    setup = setup_of(splits={0: 'train', 1: 'val'}, categories=FULL.categories[:3])
    tally = write_all(MasksFormat(setup), samples, setup, tmp_path / 'masks')
    for sample in samples:
        split = 'train' if sample.key.episode == 0 else 'val'
        rgb = read(tmp_path / 'masks/images' / split / f'{sample.key.stem}.png')
        np.testing.assert_array_equal(rgb[..., ::-1], sample.rgb)
        mask = read(tmp_path / 'masks/masks' / split / f'{sample.key.stem}.png')
        assert mask.dtype == np.uint8
        np.testing.assert_array_equal(mask, sample.labels.class_id)
    assert tally.counts['frames have instance ids of every pixel: not stored'] == len(samples)


def test_stuff_fills_what_objects_leave(tmp_path):
    samples = full_episode(0)
    tally = write_all(MasksFormat(WITH_STUFF), samples, WITH_STUFF, tmp_path / 'masks')
    for sample in samples:
        mask = read(tmp_path / 'masks/masks/train' / f'{sample.key.stem}.png')
        wanted = np.where(sample.labels.class_id > 0, sample.labels.class_id, 4)
        # The first row of these masks is void.
        wanted[0] = sample.labels.class_id[0]
        np.testing.assert_array_equal(mask, wanted)
    assert 'frames have panoptic stuff: not stored' not in tally.counts


def test_tables_name_every_value(tmp_path):
    write_all(MasksFormat(WITH_STUFF), full_episode(0), WITH_STUFF, tmp_path / 'masks')
    with (tmp_path / 'masks/classes.csv').open() as file:
        rows = list(csv.DictReader(file))
    assert [(row['label_id'], row['name']) for row in rows] == [
        ('0', 'background'),
        *((str(c.class_id), c.name) for c in CATEGORIES),
    ]
    palette = json.loads((tmp_path / 'masks/classes.json').read_bytes())
    assert [item['name'] for item in palette] == [row['name'] for row in rows]
    assert [item['is_thing'] for item in palette] == [False, True, True, True, False]
    assert palette[1]['rgb'] == [128, 0, 0]


def test_tao_finds_every_value_of_a_mask_and_trains_on_dense_labels(tmp_path):
    setup = setup_of(splits={0: 'train', 1: 'val'})
    sample = sample_of([[1, 2, 3, 0]])
    write_all(MasksFormat(setup), [sample], setup, tmp_path / 'masks')
    spec = yaml.safe_load((tmp_path / 'masks/tao_segformer.yaml').read_bytes())
    segment = spec['dataset']['segment']
    assert (segment['train_split'], segment['validation_split']) == ('train', 'val')
    # What TAO does: a mask as RGB, its pixels looked up in the palette.
    mask = np.asarray(
        Image.open(tmp_path / 'masks/masks/train/000000_000_head.png').convert('RGB')
    )
    labels = {tuple(item['rgb']): item['label_id'] for item in segment['palette']}
    assert [labels[tuple(pixel)] for pixel in mask[0].tolist()] == [1, 2, 3, 0]
    assert sorted(labels.values()) == list(range(segment['num_classes']))


def test_large_class_ids_take_16_bits(tmp_path):
    categories = (
        Category(2, 'mug'),
        Category(5, 'box'),
        Category(40, 'drill'),
        Category(300, 'x'),
    )
    setup = setup_of(categories=categories)
    write_all(MasksFormat(setup), [sample_of([[1, 2, 3, 0]])], setup, tmp_path / 'masks')
    mask = read(tmp_path / 'masks/masks/train/000000_000_head.png')
    assert mask.dtype == np.uint16
    assert mask.tolist() == [[2, 5, 40, 0]]
    assert not (tmp_path / 'masks/tao_segformer.yaml').exists()


def test_colours_are_those_of_pascal_voc_and_all_different():
    assert [colour_of(k) for k in (0, 1, 2, 3, 20, 255)] == [
        (0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (0, 64, 128), (224, 224, 192),
    ]  # fmt: skip
    assert len({colour_of(k) for k in range(65536)}) == 65536


def test_cityscapes_files_have_its_names(tmp_path):
    sample = make_episode(0, views=1, cameras=('left_arm',))[0]
    setup = FormatSetup(FULL._replace(annotations=()), JPEG, SPLITS)
    write_all(CityscapesFormat(setup), [sample], setup, tmp_path / 'cs')
    name = '000000/000000_left-arm_000000'
    assert set(tree(tmp_path / 'cs')) == {
        f'leftImg8bit/train/{name}_leftImg8bit.png',
        *(
            f'gtFine/train/{name}_gtFine_{kind}'
            for kind in ('labelIds.png', 'instanceIds.png', 'color.png', 'polygons.json')
        ),
        'classes.csv',
        'classes.json',
    }
    # The tools of the format know PNG only, so colour is PNG even in a dataset of JPEGs.
    rgb = read(tmp_path / f'cs/leftImg8bit/train/{name}_leftImg8bit.png')
    np.testing.assert_array_equal(rgb[..., ::-1], sample.rgb)


@pytest.mark.parametrize('setup', [WITH_STUFF, FormatSetup(FULL, JPEG, SPLITS)])
def test_cityscapes_images_agree_with_the_labels(setup):
    for sample in full_episode(0):
        product = CityscapesFormat(setup).frame(
            sample, Pictures(sample, setup.options, largest_class_id=3)
        )
        images = {
            path.rpartition('_')[2]: cv2.imdecode(
                np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED
            )
            for path, content in product.files.items()
            if path.endswith('.png')
        }
        labels, instances = images['labelIds.png'], images['instanceIds.png'].astype(int)
        assert (labels.dtype, images['instanceIds.png'].dtype) == (np.uint8, np.uint16)
        counted = [label.instance for label in sample.labels.instances]
        for item in counted:
            value = 1000 * item.class_id + item.instance_id
            np.testing.assert_array_equal(
                instances == value, sample.labels.instance_id == item.instance_id
            )
        # Everything else is its class alone.
        rest = instances < 1000
        np.testing.assert_array_equal(instances[rest], labels[rest])
        np.testing.assert_array_equal(instances[~rest] // 1000, labels[~rest])
        np.testing.assert_array_equal(labels == 4, sample.labels.dense.panoptic.segment_id > 65535)
        for value in np.unique(labels):
            pixels = images['color.png'][labels == value][:, ::-1]
            assert {tuple(pixel) for pixel in pixels.tolist()} == {colour_of(int(value))}


def test_objects_below_the_thresholds_keep_their_class_but_are_no_instance():
    sample = sample_of(np.repeat([[1, 2]], 2, axis=0))
    hidden = replace(sample, labels=replace(sample.labels, instances=sample.labels.instances[:1]))
    setup = setup_of()
    product = CityscapesFormat(setup).frame(hidden, Pictures(hidden, PLAIN, largest_class_id=40))
    content = next(v for k, v in product.files.items() if k.endswith('instanceIds.png'))
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image.tolist() == [[2001, 5], [2001, 5]]


@pytest.mark.parametrize(
    ('classes', 'number', 'message'),
    [
        ((2, 256, 300), 2, r'class id 256, but label images of the format cityscapes have 8 bits'),
        ((2, 66, 70), 2, r'box_02 of frame 000000_000_head has the class id 66 and the instance'),
        ((2, 5, 40), 1000, r'mug_1000 of frame .* class id 2 and the instance id 1000'),
    ],
)
def test_ids_that_do_not_fit_are_errors(classes, number, message, monkeypatch):
    renamed = tuple(c._replace(class_id=k) for c, k in zip(CLASSES, classes, strict=True))
    monkeypatch.setattr(id_samples, 'CLASSES', renamed)
    sample = sample_of([[number, 0]], key=SampleKey(0, 0, 'head'))
    setup = setup_of(categories=renamed)
    pictures = Pictures(sample, PLAIN, largest_class_id=max(classes))
    with pytest.raises(OutputError, match=message):
        CityscapesFormat(setup).frame(sample, pictures)


@settings(max_examples=150, deadline=None)
@given(ids=id_images())
def test_polygons_painted_in_order_give_the_image_back(ids):
    """Painted by Pillow, as Cityscapes' own tools do."""
    image = Image.new('I', ids.shape[::-1], 0)
    pen = ImageDraw.Draw(image)
    for region in painted(ids):
        assert len(region.outline) >= 3
        pen.polygon([tuple(point) for point in region.outline.tolist()], fill=region.value)
    np.testing.assert_array_equal(np.asarray(image), ids)


def test_polygons_name_their_class_and_object():
    ids = np.zeros((9, 9), np.int32)
    ids[1:8, 1:8] = 1
    ids[3:6, 3:6] = 0
    ids[4, 4] = 2
    sample, setup = sample_of(ids), setup_of()
    product = CityscapesFormat(setup).frame(sample, Pictures(sample, PLAIN, largest_class_id=40))
    text = next(v for k, v in product.files.items() if k.endswith('polygons.json'))
    assert json.loads(text) == {
        'imgHeight': 9,
        'imgWidth': 9,
        'objects': [
            {'label': 'mug', 'polygon': [[1, 1], [1, 7], [7, 7], [7, 1]], 'instance_id': 1},
            {'label': 'unlabeled', 'polygon': [[3, 3], [3, 5], [5, 5], [5, 3]]},
            {'label': 'box', 'polygon': [[4, 4]] * 3, 'instance_id': 2},
        ],
    }


def test_the_same_samples_give_the_same_bytes(tmp_path):
    for made, name in ((MasksFormat, 'masks'), (CityscapesFormat, 'cs')):
        for run in 'ab':
            write_all(made(WITH_STUFF), full_episode(1), WITH_STUFF, tmp_path / f'{name}_{run}')
        assert tree(tmp_path / f'{name}_a') == tree(tmp_path / f'{name}_b')
