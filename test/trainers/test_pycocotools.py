"""COCO's own evaluation: what is true scores 1.0 against itself, and less once it is wrong."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

pytestmark = pytest.mark.usefixtures('as_they_are')


def load(path):
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(path)


def score(coco, results, kind, *, category=None):
    """AP over all IoU thresholds, and AR."""
    with contextlib.redirect_stdout(io.StringIO()):
        found = coco.loadRes(results)
        run = COCOeval(coco, found, kind)
        if category is not None:
            run.params.catIds = [category['id']]
            run.params.kpt_oks_sigmas = np.full(len(category['keypoints']), 0.05)
        run.evaluate()
        run.accumulate()
        run.summarize()
    return run.stats[0]


def as_results(coco, kind):
    """Ground truth in the form of detections."""
    results = []
    for item in coco.loadAnns(coco.getAnnIds()):
        result = {name: item[name] for name in ('image_id', 'category_id', kind)}
        results.append(result | {'score': 1.0})
    return results


@pytest.fixture(params=['annotations.json', 'coco/train', 'coco/val'])
def coco(request, made):
    if '/' not in request.param:
        return load(made.root / request.param)
    split = request.param.partition('/')[2]
    return load(made.root / 'coco' / 'annotations' / f'instances_{split}.json')


@pytest.mark.parametrize(('kind', 'key'), [('bbox', 'bbox'), ('segm', 'segmentation')])
def test_truth_scores_one(coco, kind, key):
    assert score(coco, as_results(coco, key), kind) == 1.0


def test_keypoints_score_one(coco):
    scored = set()
    for category in coco.loadCats(coco.getCatIds()):
        results = [
            {name: item[name] for name in ('image_id', 'category_id', 'keypoints')}
            | {'score': 1.0}
            for item in coco.loadAnns(coco.getAnnIds(catIds=[category['id']]))
            if item['num_keypoints']
        ]
        if results:
            assert score(coco, results, 'keypoints', category=category) == 1.0
            scored.add(category['id'])
    assert scored == {item['category_id'] for item in coco.loadAnns(coco.getAnnIds())}


def test_what_is_wrong_scores_less(coco):
    shifted = as_results(coco, 'bbox')
    for result in shifted:
        x, y, width, height = result['bbox']
        result['bbox'] = [x + width / 3, y, width, height]
    assert score(coco, shifted, 'bbox') < 0.2


def test_masks_are_those_of_the_dataset(coco, made):
    names = {category['id']: category['name'] for category in coco.loadCats(coco.getCatIds())}
    for image in coco.loadImgs(coco.getImgIds()):
        stem = image['file_name'].rpartition('/')[2].partition('.')[0]
        found = coco.imgToAnns[image['id']]
        for item, true in zip(found, made.truth[stem], strict=True):
            assert names[item['category_id']] == true.name
            np.testing.assert_array_equal(coco.annToMask(item).astype(bool), true.mask)
