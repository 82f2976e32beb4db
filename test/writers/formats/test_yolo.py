"""What YOLO files say is what the labels say."""

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
import yaml
from format_driver import write_all
from full_factory import CATEGORIES as FULL_CATEGORIES
from full_factory import full_episode
from hypothesis import given, settings
from hypothesis import strategies as st
from id_samples import CLASSES, id_images, sample_of, setup_of, with_keypoints
from PIL import Image
from sample_factory import tree

from synth_ros.config.labels import LabelsConfig
from synth_ros.config.output import DatasetConfig
from synth_ros.errors import OutputError, UsageError
from synth_ros.types import Category, Keypoint, OrientedBox
from synth_ros.writers.formats.base import Pictures
from synth_ros.writers.formats.polygons import fill
from synth_ros.writers.formats.registry import make_format
from synth_ros.writers.formats.yolo import NO_TRAIN, NO_VAL, OTHER_SPLIT, YoloFormat
from synth_ros.writers.formats.yolo_rows import (
    JOINED,
    OUTSIDE,
    SHRUNK,
    flip_order,
    oriented_corners,
)

TASKS = ('detect', 'segment', 'pose', 'obb')
INDEX = {2: 0, 5: 1, 40: 2}


def rows(sample, task, setup=None):
    """Class and numbers of each row."""
    product = frame(sample, task, setup)
    text = product.files[f'labels/train/{sample.key.stem}.txt'].decode()
    return [
        (int(line.split()[0]), [float(x) for x in line.split()[1:]]) for line in text.splitlines()
    ]


def frame(sample, task, setup=None):
    setup = setup or setup_of()
    pictures = Pictures(sample, setup.options, largest_class_id=setup.largest_class_id)
    return make_format(f'yolo-{task}', setup).frame(sample, pictures)


@settings(max_examples=60, deadline=None)
@given(id_images())
def test_boxes_come_back_to_the_pixel(ids):
    sample = sample_of(ids)
    height, width = ids.shape
    found = rows(sample, 'detect')
    assert len(found) == len(sample.labels.instances)
    for (number, (x, y, w, h)), label in zip(found, sample.labels.instances, strict=True):
        assert number == INDEX[label.instance.class_id]
        edges = [
            (x - w / 2) * width,
            (y - h / 2) * height,
            (x + w / 2) * width,
            (y + h / 2) * height,
        ]
        assert edges == pytest.approx(list(label.box), abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(id_images())
def test_masks_come_back_to_the_pixel(ids):
    sample = sample_of(ids)
    for (number, values), label in zip(
        rows(sample, 'segment'), sample.labels.instances, strict=True
    ):
        assert number == INDEX[label.instance.class_id]
        points = np.reshape(values, (-1, 2)) * ids.shape[::-1]
        assert np.array_equal(fill(points, ids.shape), ids == label.instance.instance_id)
        # Just inside the box: see INSET_PX.
        inside = [*points.min(axis=0), *points.max(axis=0)] - np.array(label.box)
        assert np.abs(inside).max() < 0.021
        assert (inside[:2] > 0).all()
        assert (inside[2:] < 0).all()


@settings(max_examples=60, deadline=None)
@given(id_images())
def test_oriented_boxes_come_back(ids):
    sample = sample_of(ids)
    for (number, values), label in zip(rows(sample, 'obb'), sample.labels.instances, strict=True):
        assert number == INDEX[label.instance.class_id]
        corners = np.reshape(values, (4, 2)) * ids.shape[::-1]
        box = label.oriented_box
        edges = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
        if np.ptp(corners, axis=0).max() < min(ids.shape) - 0.01:
            assert edges == pytest.approx([box.width, box.height] * 2, abs=1e-3)
        assert corners.mean(axis=0) == pytest.approx([box.center_x, box.center_y], abs=1e-3)
        # What Ultralytics checks of an oriented box: the box around it.
        spans = np.ptp(corners, axis=0) / ids.shape[::-1]
        assert (spans <= 1.00001).all()


@settings(max_examples=60, deadline=None)
@given(id_images(), st.sampled_from(TASKS))
def test_all_numbers_are_shares_as_ultralytics_demands(ids, task):
    sample = with_keypoints(sample_of(ids), {})
    for _, values in rows(sample, task):
        shares = np.array(values)
        if task == 'obb':
            # Corners may be outside: it looks at the middle of the box around them.
            corners = shares.reshape(4, 2)
            shares = (corners.min(axis=0) + corners.max(axis=0)) / 2
        assert ((shares >= 0) & (shares <= 1)).all()


def test_keypoints_are_one_list_for_all_classes():
    points = {
        1: (
            Keypoint('left_rim', (0, 0, 1), (3.25, 4.5), 2),
            Keypoint('base', (0, 0, 1), (30.0, 2.0), 0),
        ),
        3: (Keypoint('base', (0, 0, 1), (-0.5, 9.5), 1), Keypoint('tip', (0, 0, -1), None, 0)),
    }
    ids = np.zeros((10, 20), int)
    ids[2:5, 3:9], ids[6, 0], ids[8:, 10:] = 1, 3, 2
    sample = with_keypoints(sample_of(ids), points)
    mug, box, drill = rows(sample, 'pose')
    assert [mug[0], box[0], drill[0]] == [0, 1, 2]
    # left_rim, right_rim, base, tip: by first appearance.
    assert mug[1][4:] == [0.1875, 0.5, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert box[1][4:] == [0] * 12
    assert drill[1][4:] == [0, 0, 0, 0, 0, 0, 0.0, 1.0, 1, 0, 0, 0]
    assert mug[1][:4] == rows(sample, 'detect')[0][1]
    assert frame(sample, 'pose').losses[OUTSIDE] == 2


def test_flipping_exchanges_left_and_right_words_alone():
    names = ('left_eye', 'right_eye', 'nose', 'l_ear', 'r_ear', 'left_foot', 'bright', 'arm.left')
    assert flip_order(names) == (1, 0, 2, 4, 3, 5, 6, 7)
    assert flip_order(()) == ()


@given(st.lists(st.text('lr_ eftigh', min_size=1, max_size=8), unique=True, max_size=12))
def test_flipping_twice_is_no_change(names):
    order = flip_order(names)
    assert [order[k] for k in order] == list(range(len(names)))


def test_a_mask_in_pieces_or_with_a_hole_is_counted():
    ids = np.zeros((12, 12), int)
    ids[1:6, 1:6], ids[3, 3] = 1, 0
    ids[8, 1], ids[8, 9] = 2, 2
    ids[10, 1:5] = 3
    losses = frame(sample_of(ids), 'segment').losses
    assert losses[JOINED] == 2
    assert 'objects have a 6D pose and a 3D box: not stored' in losses
    assert not any('instance ids' in sentence for sentence in losses)


def test_an_oriented_box_larger_than_the_image_is_shrunk_about_its_centre():
    ids = np.eye(20, 30, dtype=int)
    sample = sample_of(ids)
    label = replace(
        sample.labels.instances[0], oriented_box=OrientedBox(15, 10, 36.0, 6.0, math.radians(33))
    )
    sample = replace(sample, labels=replace(sample.labels, instances=(label,)))
    product = frame(sample, 'obb')
    corners = np.reshape(rows(sample, 'obb')[0][1], (4, 2)) * (30, 20)
    assert product.losses[SHRUNK] == 1
    assert corners.mean(axis=0) == pytest.approx([15, 10], abs=1e-3)
    assert (np.ptp(corners, axis=0) / (30, 20)).max() == pytest.approx(1, abs=1e-5)
    edges = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    assert edges[0] / edges[1] == pytest.approx(6, rel=1e-3)


def test_corners_are_clockwise_on_the_screen():
    corners = oriented_corners(OrientedBox(5, 4, 6, 2, 0.0))
    assert corners.tolist() == [[2, 3], [8, 3], [8, 5], [2, 5]]


def episodes():
    return {0: 'train', 1: 'val', 2: 'train', 3: 'test'}


def full(tmp_path, task, *, splits=None, options=None):
    setup = setup_of(splits=splits or episodes(), categories=FULL_CATEGORIES, options=options)
    samples = [sample for episode in setup_episodes(splits) for sample in full_episode(episode)]
    fmt = make_format(f'yolo-{task}', setup)
    return samples, write_all(fmt, samples, setup, tmp_path / task), tmp_path / task


def setup_episodes(splits):
    return sorted(splits or episodes())


@pytest.mark.parametrize('task', TASKS)
def test_the_folder_is_what_ultralytics_looks_for(tmp_path, task):
    samples, _, folder = full(tmp_path, task)
    data = yaml.safe_load((folder / 'data.yaml').read_text())
    assert data['names'] == {0: 'mug', 1: 'box', 2: 'drill'}
    assert 'path' not in data
    for split in ('train', 'val', 'test'):
        images = sorted((folder / data[split]).iterdir())
        stems = sorted(s.key.stem for s in samples if episodes()[s.key.episode] == split)
        assert [path.stem for path in images] == stems
        for image in images:
            # Its rule: the last /images/ of the path becomes /labels/.
            label = folder / 'labels' / split / f'{image.stem}.txt'
            assert label.is_file()
            with Image.open(image) as picture:
                assert picture.size == (96, 72)
    assert len(list((folder / 'labels').rglob('*.txt'))) == len(samples)
    if task == 'pose':
        assert data['kpt_shape'] == [4, 3]
        assert data['flip_idx'] == [0, 1, 2, 3]
        assert data['kpt_names'] == {k: ['rim', 'handle', 'base', 'tip'] for k in range(3)}


def test_the_same_input_gives_the_same_bytes(tmp_path):
    first = tree(full(tmp_path / 'a', 'segment')[2])
    assert first == tree(full(tmp_path / 'b', 'segment')[2])


def test_frames_without_objects_have_an_empty_label_file():
    product = frame(sample_of(np.zeros((12, 16), int)), 'detect')
    assert product.files['labels/train/000000_000_head.txt'] == b''


def test_images_are_stored_as_the_options_say(tmp_path):
    _, _, folder = full(tmp_path, 'detect', options=DatasetConfig(rgb_format='jpeg'))
    assert {path.suffix for path in (folder / 'images').rglob('*.*')} == {'.jpg'}


def test_missing_and_other_splits_are_said(tmp_path):
    _, tally, folder = full(tmp_path, 'detect', splits={0: 'train', 1: 'holdout'})
    text = (folder / 'data.yaml').read_text()
    assert tally.counts[NO_VAL] == 8
    assert tally.counts[OTHER_SPLIT] == 4
    assert NO_TRAIN not in tally.counts
    assert '# val: PATH' in text
    assert yaml.safe_load(text)['holdout'] == 'images/holdout'
    assert 'val' not in yaml.safe_load(text)


def test_a_split_called_validation_is_the_val_of_data_yaml(tmp_path):
    _, tally, folder = full(tmp_path, 'detect', splits={0: 'train', 1: 'validation'})
    data = yaml.safe_load((folder / 'data.yaml').read_text())
    assert data['val'] == 'images/validation'
    assert not {NO_VAL, NO_TRAIN, OTHER_SPLIT} & set(tally.counts)


def test_a_split_without_frames_is_not_listed(tmp_path):
    setup = setup_of(splits={0: 'train', 1: 'val'}, categories=FULL_CATEGORIES)
    fmt = make_format('yolo-detect', setup)
    write_all(fmt, full_episode(0), setup, tmp_path / 'out')
    data = yaml.safe_load((tmp_path / 'out' / 'data.yaml').read_text())
    assert data['train'] == 'images/train'
    assert 'val' not in data


def test_a_split_may_not_be_called_like_a_key_of_data_yaml():
    with pytest.raises(UsageError, match=r"yolo-detect cannot have a split called 'download'.*"):
        make_format('yolo-detect', setup_of(splits={0: 'train', 1: 'download'}))


def test_pose_needs_keypoints():
    plain = setup_of(categories=(Category(1, 'mug'),))
    with pytest.raises(UsageError, match=r'no class of the dataset has any.*yolo-detect'):
        make_format('yolo-pose', plain)
    with pytest.raises(UsageError, match='at least one class'):
        make_format('yolo-detect', setup_of(categories=()))


@pytest.mark.parametrize(('task', 'key'), [('pose', 'keypoints'), ('obb', 'oriented_boxes')])
def test_labels_that_are_switched_off_are_asked_for(task, key):
    config = LabelsConfig(min_pixels=1, min_visibility=0, keypoints=False, oriented_boxes=False)
    ids = np.ones((12, 16), int)
    with pytest.raises(OutputError, match=rf'mug_01 of frame 000000_000_head.*labels\.{key}'):
        frame(sample_of(ids, config=config), task)


def test_a_format_travels_to_worker_processes():
    fmt = make_format('yolo-pose', setup_of())
    sample = with_keypoints(sample_of(np.ones((12, 16), int)), {})
    pictures = Pictures(sample, fmt.setup.options, largest_class_id=40)
    before = fmt.frame(sample, pictures)
    assert pickle.loads(pickle.dumps(fmt)).frame(sample, pictures) == before
    assert isinstance(fmt, YoloFormat)


def test_unlabelled_objects_are_left_out_and_classes_keep_their_number():
    ids = np.zeros((12, 16), int)
    ids[:2, :2], ids[5:, :] = 1, 6
    config = LabelsConfig(min_pixels=10, min_visibility=0)
    sample = sample_of(ids, config=config)
    assert [number for number, _ in rows(sample, 'segment')] == [INDEX[CLASSES[2].class_id]]
