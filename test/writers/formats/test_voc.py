"""Pascal VOC folders: boxes, masks and lists, read back by hand and by Pillow."""

import pickle
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from format_driver import write_all
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sample_factory import INFO, JPEG, PLAIN, make_episode, make_sample, tree

from synth_ros.errors import OutputError
from synth_ros.types import Category, SampleKey
from synth_ros.writers.formats.base import FormatSetup, Pictures
from synth_ros.writers.formats.registry import make_format
from synth_ros.writers.formats.voc import UNLABELLED, VOID, VocFormat, colour_map
from synth_ros.writers.splits import OneSplit, plan_of

# With gaps, as configs may have them.
GAPS = {1: 3, 2: 40, 3: 200}
CATEGORIES = tuple(
    Category(GAPS[number], name) for number, name in ((1, 'mug'), (2, 'box & lid'), (3, 'drill'))
)
INFO_GAPS = INFO._replace(categories=(*CATEGORIES, Category(250, 'table', is_thing=False)))
SETUP = FormatSetup(INFO_GAPS, PLAIN, OneSplit())


def gapped(sample):
    """The sample with class ids that have gaps, and a name that XML must escape."""
    names = {category.class_id: category.name for category in CATEGORIES}
    table = np.zeros(4, np.uint16)
    for old, new in GAPS.items():
        table[old] = new

    def renamed(instance):
        class_id = GAPS[instance.class_id]
        return replace(instance, class_id=class_id, class_name=names[class_id])

    return replace(
        sample,
        frame=replace(sample.frame, instances=tuple(map(renamed, sample.frame.instances))),
        labels=replace(
            sample.labels,
            class_id=table[sample.labels.class_id],
            instances=tuple(
                replace(label, instance=renamed(label.instance))
                for label in sample.labels.instances
            ),
        ),
    )


def episode(number, **options):
    return [gapped(sample) for sample in make_episode(number, **options)]


def write(samples, folder, setup=SETUP):
    return write_all(VocFormat(setup), samples, setup, folder)


def check(folder, sample):
    stem = sample.key.stem
    root = ET.parse(folder / f'Annotations/{stem}.xml').getroot()
    objects = root.findall('object')
    classes, places = (
        np.array(Image.open(folder / name / f'{stem}.png'))
        for name in ('SegmentationClass', 'SegmentationObject')
    )
    assert len(objects) == len(sample.labels.instances)
    for place, (entry, label) in enumerate(zip(objects, sample.labels.instances, strict=True), 1):
        assert entry.findtext('name') == label.instance.class_name
        mine = sample.labels.instance_id == label.instance.instance_id
        np.testing.assert_array_equal(places == place, mine)
        rows, columns = np.nonzero(mine)
        # The first pixel is 1, and the last one is part of the box.
        assert {child.tag: int(child.text) for child in entry.find('bndbox')} == {
            'xmin': columns.min() + 1,
            'ymin': rows.min() + 1,
            'xmax': columns.max() + 1,
            'ymax': rows.max() + 1,
        }
        assert entry.findtext('truncated') == str(int(label.truncation > 0.15))
        assert entry.findtext('occluded') == str(int(label.occlusion > 0.05))
        assert entry.findtext('difficult') == '0'
        assert entry.findtext('pose') == 'Unspecified'
    labelled = {label.instance.instance_id for label in sample.labels.instances}
    ids = sample.labels.instance_id
    np.testing.assert_array_equal(places == 0, ids == 0)
    np.testing.assert_array_equal(places == VOID, (ids != 0) & ~np.isin(ids, sorted(labelled)))
    values = {0: 0, 3: 1, 40: 2, 200: 3}
    expected = np.vectorize(values.__getitem__, otypes=[int])(sample.labels.class_id)
    np.testing.assert_array_equal(classes, expected)
    return root


def test_annotations_and_masks_are_the_labels(tmp_path):
    samples = [*episode(0), *episode(1)]
    write(samples, tmp_path / 'voc')
    for sample in samples:
        root = check(tmp_path / 'voc', sample)
        name = root.findtext('filename')
        with Image.open(tmp_path / 'voc' / root.findtext('folder') / name) as image:
            np.testing.assert_array_equal(np.array(image), sample.rgb)
            size = {'width': image.width, 'height': image.height, 'depth': 3}
        assert {child.tag: int(child.text) for child in root.find('size')} == size
        assert root.findtext('segmented') == '1'
    assert any(
        label.instance.class_name == 'box & lid' for s in samples for label in s.labels.instances
    )


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000), st.integers(0, 9), st.tuples(st.integers(16, 40), st.integers(16, 40))
)
def test_any_frame_comes_back(tmp_path_factory, view, objects, size):
    sample = gapped(make_sample(SampleKey(1, view, 'head'), objects=objects, size=size))
    folder = tmp_path_factory.mktemp('voc') / 'voc'
    tally = write([sample], folder)
    check(folder, sample)
    seen = set(np.unique(sample.labels.instance_id).tolist()) - {0}
    assert tally.counts.get(UNLABELLED, 0) == len(seen) - len(sample.labels.instances)


def test_masks_have_the_colours_of_voc(tmp_path):
    write(episode(0), tmp_path / 'voc')
    with Image.open(tmp_path / 'voc/SegmentationClass/000000_000_head.png') as image:
        assert image.mode == 'P'
        palette = np.array(image.getpalette()).reshape(-1, 3)
    known = {0: (0, 0, 0), 1: (128, 0, 0), 2: (0, 128, 0), 15: (192, 128, 128), 20: (0, 64, 128)}
    for value, colour in known.items():
        assert tuple(palette[value].tolist()) == colour
    # The void of VOC is a light beige.
    assert tuple(palette[VOID].tolist()) == (224, 224, 192)
    assert len(np.unique(colour_map(), axis=0)) == 256


def test_lists_hold_the_frames_of_each_split(tmp_path):
    setup = replace(SETUP, splits=plan_of({0: 'val', 1: 'train'}, ('train', 'val', 'test')))
    samples = [*episode(0), *episode(1)]
    write(samples, tmp_path / 'voc', setup)
    for task in ('Main', 'Segmentation'):
        lists = {
            path.stem: path.read_text().splitlines()
            for path in (tmp_path / 'voc/ImageSets' / task).iterdir()
        }
        assert lists == {
            'train': [
                f'000001_{view:03d}_{name}' for view in (0, 1) for name in ('head', 'wrist')
            ],
            'val': [f'000000_{view:03d}_{name}' for view in (0, 1) for name in ('head', 'wrist')],
            'test': [],
        }
    assert (tmp_path / 'voc/labelmap.txt').read_text().splitlines() == [
        '# label:color_rgb:parts:actions',
        'background:0,0,0::',
        'mug:128,0,0::',
        'box & lid:0,128,0::',
        'drill:128,128,0::',
    ]


def test_jpeg_as_the_options_say(tmp_path):
    setup = replace(SETUP, options=JPEG)
    write(episode(0), tmp_path / 'voc', setup)
    root = ET.parse(tmp_path / 'voc/Annotations/000000_000_head.xml').getroot()
    assert root.findtext('filename') == '000000_000_head.jpg'
    assert (tmp_path / 'voc/JPEGImages/000000_000_head.jpg').exists()


def test_a_frame_without_objects_is_there(tmp_path):
    sample = gapped(make_sample(SampleKey(0, 0, 'head'), objects=0))
    tally = write([sample], tmp_path / 'voc')
    assert tally.counts == {}
    assert check(tmp_path / 'voc', sample).findall('object') == []


def test_the_same_frames_give_the_same_bytes(tmp_path):
    write(episode(0), tmp_path / 'a')
    carried = pickle.loads(pickle.dumps(make_format('voc', SETUP)))
    write_all(carried, episode(0)[::-1], SETUP, tmp_path / 'b')
    assert tree(tmp_path / 'a') == tree(tmp_path / 'b')


def test_too_many_classes_are_an_error():
    many = tuple(Category(number, f'c{number}') for number in range(1, 256))
    setup = replace(SETUP, info=INFO._replace(categories=many))
    sample = make_sample(SampleKey(0, 0, 'head'))
    pictures = Pictures(sample, PLAIN, largest_class_id=255)
    with pytest.raises(OutputError, match=r'has 255 classes.*hold 254.*coco'):
        VocFormat(setup).frame(sample, pictures)


def test_too_many_objects_are_an_error():
    sample = make_sample(SampleKey(0, 0, 'head'))
    label = sample.labels.instances[0]
    many = tuple(
        replace(label, instance=replace(label.instance, instance_id=number))
        for number in range(1, 256)
    )
    sample = replace(sample, labels=replace(sample.labels, instances=many))
    pictures = Pictures(sample, PLAIN, largest_class_id=3)
    with pytest.raises(OutputError, match='000000_000_head has 255 labelled objects'):
        VocFormat(SETUP).frame(sample, pictures)
