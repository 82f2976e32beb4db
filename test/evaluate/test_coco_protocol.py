"""Average precision and recall are those of pycocotools, to the last digits."""

import contextlib
import io
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from synth_ros.errors import UsageError
from synth_ros.evaluate.average_precision import accumulate, summarize
from synth_ros.evaluate.matching import checked, iou, match
from synth_ros.evaluate.types import Box, Found, TrueObject
from synth_ros.schema.rle import Rle, encode_mask

SIZE = 160
CLASSES = (1, 2, 5)


def random_box(rng, *, whole=False):
    x, y = rng.uniform(0, SIZE - 20, 2)
    width, height = rng.uniform(2, 130, 2)
    box = np.array([x, y, min(width, SIZE - x), min(height, SIZE - y)])
    return (np.floor(box) + np.array((0, 0, 1, 1))).clip(0, SIZE) if whole else box


def make_scene(seed, *, images, whole, masks=False):
    """Objects and detections near them, beside them and of other classes."""
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for image in range(1, images + 1):
        for _ in range(rng.integers(0, 7)):
            box = random_box(rng, whole=whole)
            kind = int(rng.choice(CLASSES))
            crowd = bool(rng.random() < 0.1)
            truth.append(SimpleNamespace(image=image, kind=kind, box=box, crowd=crowd))
            for _ in range(rng.integers(0, 4)):
                moved = box + rng.normal(0, rng.choice([0, 1, 8]), 4)
                moved[2:] = np.maximum(moved[2:], 1)
                other = kind if rng.random() < 0.8 else int(rng.choice(CLASSES))
                # Few different scores: ties must be broken alike.
                score = float(rng.integers(0, 12)) / 12 if whole else float(rng.random())
                found.append(SimpleNamespace(image=image, kind=other, box=moved, score=score))
        for _ in range(rng.integers(0, 3)):
            box, kind = random_box(rng, whole=whole), int(rng.choice(CLASSES))
            score = float(rng.random())
            found.append(SimpleNamespace(image=image, kind=kind, box=box, score=score))
    for item in (*truth, *found):
        item.rle = encode_mask(disc(item.box)) if masks else None
    return truth, found


def disc(box):
    rows, columns = np.mgrid[:SIZE, :SIZE] + 0.5
    x, y, width, height = box
    inside = ((columns - x) / width - 0.5) ** 2 + ((rows - y) / height - 0.5) ** 2 <= 0.25
    inside[int(np.clip(y, 0, SIZE - 1)), int(np.clip(x, 0, SIZE - 1))] = True
    return inside


def reference(truth, found, *, images, masks):
    """What pycocotools makes of it."""
    coco = COCO()
    coco.dataset = {
        'images': [{'id': i, 'width': SIZE, 'height': SIZE} for i in range(1, images + 1)],
        'categories': [{'id': i, 'name': str(i)} for i in CLASSES],
        'annotations': [
            {
                'id': number,
                'image_id': item.image,
                'category_id': item.kind,
                'bbox': list(item.box),
                'area': area(item),
                'iscrowd': int(item.crowd),
                **segmentation(item),
            }
            for number, item in enumerate(truth, start=1)
        ],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        results = coco.loadRes(
            [
                {
                    'image_id': item.image,
                    'category_id': item.kind,
                    'score': item.score,
                    **(segmentation(item) if masks else {'bbox': list(item.box)}),
                }
                for item in found
            ]
        )
        judge = COCOeval(coco, results, 'segm' if masks else 'bbox')
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return judge


def segmentation(item):
    if item.rle is None:
        return {}
    return {'segmentation': {'size': list(item.rle.size), 'counts': item.rle.counts}}


def area(item):
    return float(item.box[2] * item.box[3]) if item.rle is None else float(disc(item.box).sum())


def ours(truth, found, *, images, masks):
    classes = {}
    for kind in CLASSES:
        frames = []
        for image in range(1, images + 1):
            objects = [
                TrueObject(k, kind, '', Box(*t.box.tolist()), area(t), crowd=t.crowd, mask=t.rle)
                for k, t in enumerate(truth)
                if (t.image, t.kind) == (image, kind)
            ]
            kept = [
                Found(kind, f.score, Box(*f.box.tolist()), f.rle)
                for f in found
                if (f.image, f.kind) == (image, kind)
            ]
            frames.append(match(objects, kept, masks=masks))
        classes[kind] = accumulate(frames)
    return classes


def compare(seed, *, images, whole, masks=False):
    truth, found = make_scene(seed, images=images, whole=whole, masks=masks)
    if not found:
        return
    judge = reference(truth, found, images=images, masks=masks)
    classes = ours(truth, found, images=images, masks=masks)
    theirs = [None if value == -1 else value for value in judge.stats]
    assert list(summarize(classes)) == pytest.approx(theirs, abs=1e-12)
    for k, kind in enumerate(CLASSES):
        # Theirs: thresholds, recalls, classes, areas, limits.
        assert classes[kind].precision == pytest.approx(
            judge.eval['precision'][:, :, k, :, 2], abs=1e-12
        )
        assert classes[kind].recall == pytest.approx(judge.eval['recall'][:, k], abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), images=st.integers(1, 6), whole=st.booleans())
def test_boxes_score_as_in_pycocotools(seed, images, whole):
    compare(seed, images=images, whole=whole)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_masks_score_as_in_pycocotools(seed):
    compare(seed, images=3, whole=False, masks=True)


def test_the_hundred_surest_detections_count():
    rng = np.random.default_rng(3)
    truth = [SimpleNamespace(image=1, kind=1, box=random_box(rng), crowd=False, rle=None)]
    found = [
        SimpleNamespace(image=1, kind=1, box=random_box(rng), score=k / 200, rle=None)
        for k in range(1, 151)
    ]
    found.append(SimpleNamespace(image=1, kind=1, box=truth[0].box, score=0.1, rle=None))
    judge = reference(truth, found, images=1, masks=False)
    classes = ours(truth, found, images=1, masks=False)
    assert summarize(classes).ap == pytest.approx(judge.stats[0], abs=1e-12)
    assert classes[1].detections == 100


def test_an_ignored_object_is_neither_right_nor_wrong():
    box = Box(10, 10, 40, 40)
    objects = [
        TrueObject(1, 1, '', box, 1600.0),
        TrueObject(2, 1, '', Box(80, 80, 40, 40), 1600.0, ignored=True),
    ]
    found = [Found(1, 0.9, Box(80, 80, 40, 40)), Found(1, 0.8, box)]
    scores = accumulate([match(objects, found)])
    assert (scores.objects, scores.detections) == (1, 1)
    assert summarize({1: scores}).ap == pytest.approx(1.0)


def test_an_echo_is_perfect_and_a_shifted_box_has_the_overlap_that_it_has():
    box = Box(10, 20, 100, 50)
    echo = match([TrueObject(1, 1, '', box, 5000.0)], [Found(1, 0.9, box)])
    assert summarize({1: accumulate([echo])}).ap == pytest.approx(1.0)
    shifted = box._replace(x=30)  # 80 of 120 columns are shared
    assert iou(box, shifted) == pytest.approx(80 / 120)
    moved = match([TrueObject(1, 1, '', box, 5000.0)], [Found(1, 0.9, shifted)])
    # Right at 0.50, 0.55, 0.60 and 0.65 of the ten thresholds.
    assert summarize({1: accumulate([moved])}).ap == pytest.approx(0.4)


def test_nothing_to_find_is_no_number():
    assert summarize({1: accumulate([])}).ap is None
    alone = accumulate([match([], [Found(1, 0.5, Box(0, 0, 5, 5))])])
    assert set(summarize({1: alone})) == {None}
    nothing_found = accumulate([match([TrueObject(1, 1, '', Box(0, 0, 5, 5), 25.0)], [])])
    assert summarize({1: nothing_found}).ap == 0.0


def test_damaged_masks_never_reach_the_c_code():
    with pytest.raises(UsageError, match='run lengths'):
        checked(Rle((4, 4), 'zzzzzzzz'), size=(4, 4))
    with pytest.raises(UsageError, match='for an image of'):
        checked(encode_mask(np.ones((3, 3), bool)), size=(4, 4))
    assert checked(encode_mask(np.ones((4, 4), bool)), size=(4, 4)) == 16
