"""Suppression equals the plain definition of it, whatever the boxes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_ros.perceive.suppress import suppress


def iou(one, other):
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    shared = np.prod(np.maximum(high - low, 0))
    area = np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]) - shared
    return shared / area if area > 0 else 0.0


def plainly(boxes, scores, classes, limit):
    """The definition, box by box."""
    kept = []
    for row in sorted(range(len(scores)), key=lambda k: (-scores[k], k)):
        if all(classes[row] != classes[k] or iou(boxes[row], boxes[k]) <= limit for k in kept):
            kept.append(row)
    return kept


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3, 0.45, 0.7, 1.0]))
@settings(max_examples=60)
def test_it_is_the_plain_definition(seed, limit):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, 40))
    low = rng.integers(0, 20, (count, 2)).astype(np.float64)
    boxes = np.hstack([low, low + rng.integers(0, 12, (count, 2))])
    scores = rng.integers(1, 6, count) / 5
    classes = rng.integers(0, 3, count)
    found = suppress(boxes, scores, classes, iou=limit)
    assert found.tolist() == plainly(boxes, scores, classes, limit)


def test_ten_thousand_boxes_do_not_hold_up_those_after():
    rng = np.random.default_rng(1)
    low = rng.uniform(0, 600, (10_000, 2))
    boxes = np.hstack([low, low + 30])
    scores = rng.uniform(0.3, 1, 10_000)
    found = suppress(boxes, scores, np.zeros(10_000, np.int64), iou=0.45)
    assert 100 < len(found) < 3000
    assert (np.diff(scores[found]) <= 0).all()
