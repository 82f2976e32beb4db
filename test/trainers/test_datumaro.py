"""datumaro reads COCO, YOLO, Pascal VOC, KITTI and Cityscapes, and finds what is true."""

import json
import shutil

import numpy as np
import pytest
from datumaro.components.annotation import AnnotationType
from datumaro.components.dataset import Dataset

from synth_ros.readers.coco import CocoDataset
from synth_ros.readers.images import read_panoptic_ids

pytestmark = pytest.mark.usefixtures('as_they_are')


def items_of(folder, kind):
    """All items by stem, and the names of their classes."""
    dataset = Dataset.import_from(str(folder), kind)
    names = [label.name for label in dataset.categories()[AnnotationType.label]]
    return {item.id.rpartition('/')[2]: item for item in dataset}, names


def boxes(item, names):
    """Class and corners of each box."""
    found = []
    for annotation in item.annotations:
        # KITTI's rows for what is not labelled are no objects.
        if annotation.type == AnnotationType.bbox and names[annotation.label] != 'DontCare':
            x, y, width, height = annotation.get_bbox()
            found.append((names[annotation.label], (x, y, x + width, y + height)))
    return found


def check_boxes(item, names, true, *, shift=(0, 0, 0, 0), tolerance=0.0):
    """The boxes of an item; some formats mean other corners by the same box."""
    found = sorted(boxes(item, names))
    wanted = sorted((one.name, tuple(np.add(one.box, shift))) for one in true)
    assert [name for name, _ in found] == [name for name, _ in wanted]
    np.testing.assert_allclose(
        [corners for _, corners in found], [corners for _, corners in wanted], atol=tolerance
    )


def check_masks(item, names, true):
    """The masks of an item, in any order."""
    found = sorted(
        (names[a.label], a.image.astype(bool).tobytes())
        for a in item.annotations
        if a.type == AnnotationType.mask and names[a.label] != 'background'
    )
    assert found == sorted((one.name, one.mask.tobytes()) for one in true)


def check_splits(items, made):
    for split, stems in made.splits.items():
        assert sorted(stem for stem, item in items.items() if item.subset == split) == stems


def test_coco(made):
    items, names = items_of(made.root / 'coco', 'coco_instances')
    assert names == ['mug', 'bowl', 'can']
    check_splits(items, made)
    for stem, true in made.truth.items():
        check_boxes(items[stem], names, true)
        check_masks(items[stem], names, true)


def test_coco_panoptic(made, tmp_path):
    # COCO's archives unpack the masks beside the annotations, and datumaro looks there.
    folder = shutil.copytree(made.root / 'coco', tmp_path / 'coco')
    for split in made.splits:
        (folder / f'panoptic_{split}').rename(folder / 'annotations' / f'panoptic_{split}')
    items, _ = items_of(folder, 'coco_panoptic')
    check_splits(items, made)
    dataset = CocoDataset(made.root)
    for image in dataset.images:
        truth = dataset.read_panoptic(image)
        ids = read_panoptic_ids(made.root / image.panoptic_file)
        found = {a.id: a for a in items[image.stem].annotations}
        assert sorted(found) == [segment.segment_id for segment in truth.segments]
        for segment in truth.segments:
            np.testing.assert_array_equal(
                found[segment.segment_id].image.astype(bool), ids == segment.segment_id
            )


def test_yolo(made):
    items, names = items_of(made.root / 'yolo-detect', 'yolo')
    assert names == ['mug', 'bowl', 'can']
    check_splits(items, made)
    for stem, true in made.truth.items():
        check_boxes(items[stem], names, true, tolerance=0.1)


def test_pascal_voc(made):
    items, names = items_of(made.root / 'voc', 'voc_detection')
    assert names == ['background', 'mug', 'bowl', 'can']
    check_splits(items, made)
    for stem, true in made.truth.items():
        # The format counts pixels from 1 and names the last one; datumaro takes it as it stands.
        check_boxes(items[stem], names, true, shift=(1, 1, 0, 0))


def test_pascal_voc_masks(made):
    items, names = items_of(made.root / 'voc', 'voc_segmentation')
    for stem, true in made.truth.items():
        check_masks(items[stem], names, true)


@pytest.mark.parametrize('split', ['train', 'val'])
def test_kitti(made, split):
    items, names = items_of(made.root / 'kitti' / split, 'kitti3d')
    assert sorted(items) == made.splits[split]
    for stem, item in items.items():
        # The format names the outermost pixels of a box.
        check_boxes(item, names, made.truth[stem], shift=(0, 0, -1, -1))


def test_cityscapes(made):
    """Of instanceIds, datumaro takes what is no object: values below 1000 are classes."""
    items, _ = items_of(made.root / 'cityscapes', 'cityscapes')
    found = {stem_of(name): item for name, item in items.items()}
    assert sorted(found) == sorted(made.truth)
    classes = json.loads((made.root / 'cityscapes' / 'classes.json').read_text())
    stuff = {entry['label_id'] for entry in classes[1:] if not entry['is_thing']}
    dataset = CocoDataset(made.root)
    for image in dataset.images:
        segments = {
            segment.class_id: dataset.read_panoptic(image).segment_id == segment.segment_id
            for segment in dataset.read_panoptic(image).segments
            if not segment.is_thing
        }
        masks = {a.label: a.image.astype(bool) for a in found[image.stem].annotations}
        assert set(masks) == set(segments) <= stuff
        for number, mask in masks.items():
            np.testing.assert_array_equal(mask, segments[number])


def stem_of(name):
    """``000000_head_000001`` back to ``000000_001_head``."""
    episode, camera, view = name.rpartition('/')[2].split('_')
    return f'{episode}_{int(view):03d}_{camera}'
