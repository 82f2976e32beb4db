"""The split COCO format: what COCO's own tools read equals the labels."""

import contextlib
import io
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from format_driver import write_all
from full_factory import FULL, full_episode
from hypothesis import HealthCheck, given, settings
from id_samples import id_images, sample_of, setup_of
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sample_factory import INFO, JPEG, PLAIN, make_episode, tree

from synth_ros.types import SampleKey
from synth_ros.writers.formats.base import FormatSetup
from synth_ros.writers.formats.coco import CocoFormat
from synth_ros.writers.splits import plan_of

# pycocotools does not yet know numpy 2's protocol.
pytestmark = pytest.mark.filterwarnings('ignore:__array__ implementation:DeprecationWarning')

SPLITS = plan_of({0: 'train', 1: 'val', 2: 'train'}, ('train', 'val', 'test'))
KEYS = {
    'id', 'image_id', 'category_id', 'bbox', 'area', 'iscrowd', 'segmentation', 'instance_id',
    'visibility', 'truncation', 'keypoints', 'num_keypoints',
}  # fmt: skip


def write(folder, samples, info=INFO, options=PLAIN):
    setup = FormatSetup(info, options, SPLITS)
    return write_all(CocoFormat(setup), samples, setup, folder)


@pytest.fixture(scope='module')
def full(tmp_path_factory):
    """A dataset with every label, and its samples."""
    folder = tmp_path_factory.mktemp('full') / 'coco'
    samples = [sample for episode in range(3) for sample in full_episode(episode)]
    return folder, samples, write(folder, samples, FULL)


def load(path):
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def score(coco, kind, category=None):
    """AP of the ground truth against itself."""
    found = [dict(record, score=1.0) for record in coco.dataset['annotations']]
    if category is not None:
        found = [record for record in found if record['category_id'] == category]
    with contextlib.redirect_stdout(io.StringIO()):
        run = COCOeval(coco, coco.loadRes(found), kind)
        if category is not None:
            names = coco.loadCats([category])[0]['keypoints']
            run.params.catIds = [category]
            run.params.kpt_oks_sigmas = np.full(len(names), 0.05)
        run.evaluate()
        run.accumulate()
        run.summarize()
    return run.stats[0]


@pytest.mark.parametrize('kind', ['bbox', 'segm'])
@pytest.mark.parametrize('split', ['train', 'val'])
def test_truth_scored_against_itself_is_perfect(full, split, kind):
    assert score(load(full[0] / f'annotations/instances_{split}.json'), kind) == 1.0


@pytest.mark.parametrize('category', [1, 3])
def test_keypoints_scored_against_themselves_are_perfect(full, category):
    # Objects of a few pixels have an area too small to be scored.
    coco = load(full[0] / 'annotations/instances_train.json')
    assert score(coco, 'keypoints', category) == 1.0


@pytest.mark.parametrize('split', ['train', 'val', 'test'])
def test_every_number_equals_the_label(full, split):
    folder, samples, _ = full
    coco = load(folder / f'annotations/instances_{split}.json')
    wanted = [s for s in samples if SPLITS.of(s.key.episode) == split]
    images = coco.dataset['images']
    assert [image['file_name'] for image in images] == [f'{s.key.stem}.png' for s in wanted]
    assert [image['id'] for image in images] == list(range(1, len(wanted) + 1))
    annotations = coco.dataset['annotations']
    assert [record['id'] for record in annotations] == list(range(1, len(annotations) + 1))
    for image, sample in zip(images, wanted, strict=True):
        assert (image['width'], image['height']) == (96, 72)
        rgb = cv2.imread(str(folder / 'images' / split / image['file_name']))[..., ::-1]
        np.testing.assert_array_equal(rgb, sample.rgb)
        records = coco.imgToAnns[image['id']]
        for record, label in zip(records, sample.labels.instances, strict=True):
            assert set(record) == KEYS
            x0, y0, x1, y1 = label.box
            number = label.instance.instance_id
            assert record['bbox'] == [x0, y0, x1 - x0, y1 - y0]
            assert record['area'] == label.pixels_visible
            assert record['category_id'] == label.instance.class_id
            assert record['instance_id'] == number
            assert record['visibility'] == label.visibility
            assert record['truncation'] == label.truncation
            mask = coco.annToMask(record).astype(bool)
            np.testing.assert_array_equal(mask, sample.labels.instance_id == number)


def test_keypoints_and_skeletons(full):
    folder, samples, _ = full
    coco = load(folder / 'annotations/instances_val.json')
    mug = coco.loadCats([1])[0]
    assert (mug['keypoints'], mug['skeleton']) == (['rim', 'handle', 'base'], [[1, 2], [2, 3]])
    assert 'keypoints' not in coco.loadCats([2])[0]
    assert {category['id'] for category in coco.dataset['categories']} == {1, 2, 3}
    sample = next(s for s in samples if s.key.episode == 1)
    label = next(x for x in sample.labels.instances if x.instance.class_id == 1)
    record = next(r for r in coco.imgToAnns[1] if r['instance_id'] == label.instance.instance_id)
    rim = label.keypoints[0]
    assert record['keypoints'][:3] == [*rim.pixel, 2]
    assert record['keypoints'][6:] == [0, 0, 0]
    assert record['num_keypoints'] == sum(point.visibility > 0 for point in label.keypoints)


@pytest.mark.parametrize('split', ['train', 'val', 'test'])
def test_panoptic_masks_hold_their_segments(full, split):
    folder, samples, _ = full
    panoptic = json.loads((folder / f'annotations/panoptic_{split}.json').read_bytes())
    assert {c['id']: c['isthing'] for c in panoptic['categories']} == {1: 1, 2: 1, 3: 1, 4: 0}
    wanted = [s for s in samples if SPLITS.of(s.key.episode) == split]
    records = panoptic['annotations']
    assert [r['image_id'] for r in records] == [i['id'] for i in panoptic['images']]
    for record, sample in zip(records, wanted, strict=True):
        bgr = cv2.imread(str(folder / f'panoptic_{split}' / record['file_name'])).astype(int)
        ids = bgr[..., 2] + 256 * bgr[..., 1] + 65536 * bgr[..., 0]
        np.testing.assert_array_equal(ids, sample.labels.dense.panoptic.segment_id)
        values, counts = np.unique(ids[ids > 0], return_counts=True)
        segments = {info['id']: info['area'] for info in record['segments_info']}
        assert segments == dict(zip(values.tolist(), counts.tolist(), strict=True))


def test_frames_without_objects_are_images_without_annotations(tmp_path):
    empty = sample_of(np.zeros((5, 4)))
    setup = setup_of()
    write_all(CocoFormat(setup), [empty], setup, tmp_path / 'coco')
    data = json.loads((tmp_path / 'coco/annotations/instances_train.json').read_bytes())
    assert len(data['images']) == 1
    assert data['annotations'] == []


def test_without_panoptic_labels_there_are_no_panoptic_files(tmp_path):
    write(tmp_path / 'coco', make_episode(0))
    names = {path.name for path in (tmp_path / 'coco').iterdir()}
    assert names == {'annotations', 'images'}


def test_jpeg_is_kept_and_named(tmp_path):
    write(tmp_path / 'coco', make_episode(0), options=JPEG)
    data = json.loads((tmp_path / 'coco/annotations/instances_train.json').read_bytes())
    names = [image['file_name'] for image in data['images']]
    assert all((tmp_path / 'coco/images/train' / name).suffix == '.jpg' for name in names)
    assert cv2.imread(str(tmp_path / 'coco/images/train' / names[0])) is not None


def test_the_same_samples_give_the_same_bytes(tmp_path):
    samples = full_episode(1) + full_episode(0)
    write(tmp_path / 'a', samples, FULL)
    write(tmp_path / 'b', samples[::-1], FULL)
    assert tree(tmp_path / 'a') == tree(tmp_path / 'b')


def test_what_is_lost_is_counted(full):
    _, samples, tally = full
    objects = sum(len(sample.labels.instances) for sample in samples)
    assert tally.counts['objects have a 6D pose and a 3D box: not stored'] == objects
    assert tally.counts['frames have a depth image: not stored'] == len(samples)
    assert 'objects have keypoints: not stored' not in tally.counts


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(ids=id_images())
def test_any_mask_comes_back(ids, tmp_path_factory):
    sample = replace(sample_of(ids), key=SampleKey(3, 0, 'head'))
    setup = setup_of()
    folder = tmp_path_factory.mktemp('any') / 'coco'
    write_all(CocoFormat(setup), [sample], setup, folder)
    coco = load(folder / 'annotations/instances_train.json')
    again = np.zeros_like(sample.labels.instance_id)
    for record in coco.dataset['annotations']:
        mask = coco.annToMask(record)
        assert int(mask.sum()) == record['area'] == int((ids == record['instance_id']).sum())
        again[mask > 0] = record['instance_id']
    np.testing.assert_array_equal(again, ids)
