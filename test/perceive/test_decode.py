"""Each kind of output gives the boxes that it states, and nonsense is counted."""

import numpy as np
import pytest

from synth_ros.perceive.decode_rtdetr import (
    decode_detr,
    decode_detr_softmax,
    decode_rtdetr,
    decode_rtdetr_end_to_end,
    decode_rtdetr_ultralytics,
)
from synth_ros.perceive.decode_yolo import decode_end_to_end, decode_yolo
from synth_ros.perceive.types import Thresholds

NETWORK = (640, 320)
BAD = (np.nan, np.inf, -np.inf)


def yolo_rows(*rows):
    """Rows cx, cy, w, h, scores as the output (1, 4 + classes, n)."""
    return [np.array(rows, np.float32).T[None]]


def test_yolo_takes_the_best_class_of_each_row():
    out = yolo_rows([100, 50, 20, 10, 0.1, 0.8, 0.3], [300, 90, 8, 8, 0.6, 0.2, 0.1])
    found = decode_yolo(out, NETWORK, Thresholds())
    np.testing.assert_allclose(found.boxes, [[90, 45, 110, 55], [296, 86, 304, 94]])
    assert found.classes.tolist() == [1, 0]
    np.testing.assert_allclose(found.scores, [0.8, 0.6], rtol=1e-6)


def test_yolo_drops_what_overlaps_within_a_class_alone():
    same, other = [101, 50, 20, 20, 0.7, 0], [101, 50, 20, 20, 0, 0.7]
    out = yolo_rows([100, 50, 20, 20, 0.9, 0], same, other)
    assert decode_yolo(out, NETWORK, Thresholds()).classes.tolist() == [0, 1]
    assert len(decode_yolo(out, NETWORK, Thresholds(iou=1.0)).scores) == 3


def test_thresholds_hold_at_their_value():
    out = yolo_rows([100, 50, 20, 10, 0.5, 0], [300, 90, 8, 8, 0.25, 0], [9, 9, 8, 8, 0.125, 0])
    assert len(decode_yolo(out, NETWORK, Thresholds(score=0.25)).scores) == 2
    assert len(decode_yolo(out, NETWORK, Thresholds(score=0.25, most=1)).scores) == 1
    assert len(decode_yolo(out, NETWORK, Thresholds(score=0.75)).scores) == 0


def test_end_to_end_states_corners():
    out = [np.array([[[1, 2, 30, 40, 0.9, 3], [5, 5, 9, 9, 0.1, 0]]], np.float32)]
    found = decode_end_to_end(out, NETWORK, Thresholds())
    np.testing.assert_allclose(found.boxes, [[1, 2, 30, 40]])
    assert found.classes.tolist() == [3]


def test_rtdetr_states_corners_in_network_pixels():
    out = [np.array([[4, 1]]), np.array([[[0, 0, 9, 9], [1, 2, 3, 4]]]), np.array([[0.3, 0.9]])]
    found = decode_rtdetr(out, NETWORK, Thresholds())
    assert found.classes.tolist() == [1, 4]
    np.testing.assert_allclose(found.boxes, [[1, 2, 3, 4], [0, 0, 9, 9]])


def test_rtdetr_of_ultralytics_states_shares():
    out = [np.array([[[0.5, 0.5, 0.25, 0.5, 0.1, 0.9]]], np.float32)]
    found = decode_rtdetr_ultralytics(out, NETWORK, Thresholds())
    np.testing.assert_allclose(found.boxes, [[240, 80, 400, 240]])
    assert found.classes.tolist() == [1]


def test_logits_are_judged_class_by_class():
    logits = np.log([[[0.9 / 0.1, 0.2 / 0.8]]])
    boxes = np.array([[[0.5, 0.5, 0.25, 0.5]]])
    found = decode_detr([logits, boxes], NETWORK, Thresholds())
    np.testing.assert_allclose(found.scores, [0.9])
    np.testing.assert_allclose(found.boxes, [[240, 80, 400, 240]])


def test_softmax_has_nothing_as_its_last_class():
    logits = np.log([[[0.6, 0.1, 0.3], [0.02, 0.03, 0.95]]])
    boxes = np.array([[[0.5, 0.5, 0.25, 0.5], [0.1, 0.1, 0.1, 0.1]]])
    found = decode_detr_softmax([logits, boxes], NETWORK, Thresholds(score=0.1))
    assert found.classes.tolist() == [0]
    np.testing.assert_allclose(found.scores, [0.6])


def outputs_with(value):
    """For each decoder, outputs of three rows, the first two of them spoilt: box and score."""
    shares = np.full((1, 3, 4), 0.25)
    shares[0, 0, 1] = value
    scores = np.tile([0.9, 0.1], (1, 3, 1))
    scores[0, 1, 1] = value
    one = scores[..., 1].copy()
    one[0, 0], one[0, 2] = 0.9, 0.9
    logits = scores * 4
    labels = np.zeros((1, 3))
    return {
        decode_yolo: [np.concatenate([shares * 100, scores], axis=2).transpose(0, 2, 1)],
        decode_end_to_end: [np.concatenate([shares, one[..., None], labels[..., None]], axis=2)],
        decode_rtdetr: [labels, shares, one],
        decode_rtdetr_end_to_end: [
            np.concatenate([shares, one[..., None], labels[..., None]], axis=2)
        ],
        decode_rtdetr_ultralytics: [np.concatenate([shares, scores], axis=2)],
        decode_detr: [logits, shares],
        decode_detr_softmax: [np.concatenate([logits, logits[..., :1] - 2], axis=2), shares],
    }


@pytest.mark.parametrize('decode', list(outputs_with(np.nan)), ids=lambda d: d.__name__)
def test_not_a_number_is_counted_and_left_out(decode):
    found = decode(outputs_with(np.nan)[decode], NETWORK, Thresholds())
    assert found.nonsense == 2
    assert len(found.scores) == 1
    assert np.isfinite(found.boxes).all()


@pytest.mark.parametrize('value', [np.inf, -np.inf])
@pytest.mark.parametrize('decode', list(outputs_with(np.nan)), ids=lambda d: d.__name__)
def test_infinite_boxes_are_counted_and_left_out(decode, value):
    found = decode(outputs_with(value)[decode], NETWORK, Thresholds())
    # An infinite logit is a sure one, so only its box is nonsense there.
    assert found.nonsense >= 1
    assert np.isfinite(found.boxes).all()
    assert np.isfinite(found.scores).all()


@pytest.mark.parametrize('label', [-1, -7.0, 1e30, *BAD])
def test_classes_that_can_be_none_are_nonsense(label):
    out = [np.array([[label, 1.0]]), np.full((1, 2, 4), 5.0), np.array([[0.9, 0.9]])]
    found = decode_rtdetr(out, NETWORK, Thresholds())
    assert (found.nonsense, found.classes.tolist()) == (1, [1])
