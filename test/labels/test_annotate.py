"""annotate(): thresholds, order, edge cases and the checks of its own input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from ray_reference import brute_box
from small_frames import make_frame, make_instance

from synth_ros.config.labels import LabelsConfig
from synth_ros.errors import InternalError
from synth_ros.labels.annotate import annotate
from synth_ros.types import Silhouette

ALL = LabelsConfig(min_pixels=1, min_visibility=0.0)


def _image(rows, columns):
    return np.zeros((rows, columns), np.int32)


def test_a_scene_without_instances_is_a_valid_empty_frame():
    labels = annotate(make_frame(_image(5, 9)), ALL)

    assert labels.instances == ()
    assert labels.class_id.shape == (5, 9)
    assert not labels.class_id.any()


def test_an_instance_may_cover_the_whole_image_and_more():
    image = _image(5, 9)
    image[:] = 3
    canvas = Silhouette(-9, -5, np.ones((15, 27), np.bool_))

    (label,) = annotate(make_frame(image, silhouettes={3: canvas}), ALL).instances

    assert tuple(label.box) == (0, 0, 9, 5)
    assert tuple(label.amodal_box) == (-9, -5, 18, 10)
    assert (label.pixels_visible, label.pixels_in_image, label.pixels_full) == (45, 45, 405)
    assert label.visibility == pytest.approx(1 / 9)
    assert label.occlusion == 0
    assert label.truncation == pytest.approx(8 / 9)


def test_a_single_pixel_is_labelled_when_the_threshold_allows():
    image = _image(3, 3)
    image[2, 2] = 1
    frame = make_frame(image)

    (label,) = annotate(frame, ALL).instances

    assert tuple(label.box) == tuple(label.amodal_box) == (2, 2, 3, 3)
    assert annotate(frame, LabelsConfig(min_pixels=2, min_visibility=0.0)).instances == ()


def test_a_hidden_instance_has_no_label_and_stays_in_the_frame():
    image = _image(6, 6)
    image[1:5, 1:5] = 1
    behind = Silhouette(2, 2, np.ones((2, 2), np.bool_))
    frame = make_frame(
        image,
        instances=(make_instance(1), make_instance(2)),
        silhouettes={1: Silhouette(0, 0, image == 1), 2: behind},
    )

    labels = annotate(frame, ALL)

    assert [label.instance.instance_id for label in labels.instances] == [1]
    assert [item.instance_id for item in frame.instances] == [1, 2]


def test_an_instance_beside_the_image_has_no_label():
    frame = make_frame(
        _image(6, 6),
        instances=(make_instance(1),),
        silhouettes={1: Silhouette(-3, 0, np.ones((2, 2), np.bool_))},
    )

    assert annotate(frame, ALL).instances == ()


@pytest.mark.parametrize('key', [255, 256, 65535, 65536, 2**24, 2**31 - 1])
def test_ids_may_be_large(key):
    image = _image(4, 4)
    image[1:3, 1:3] = key

    (label,) = annotate(make_frame(image), ALL).instances

    assert label.instance.instance_id == key
    assert tuple(label.box) == (1, 1, 3, 3)


@pytest.mark.parametrize(('rows', 'columns'), [(1, 1), (1, 31), (31, 1), (17, 23)])
def test_odd_image_sizes(rows, columns):
    image = _image(rows, columns)
    image[-1, -1] = 1

    (label,) = annotate(make_frame(image), ALL).instances

    assert tuple(label.box) == (columns - 1, rows - 1, columns, rows)


def test_thresholds_drop_labels_and_keep_mask_pixels():
    image = _image(10, 10)
    image[0, :4] = 1
    image[5, :5] = 2
    frame = make_frame(image)

    labels = annotate(frame, LabelsConfig(min_pixels=5, min_visibility=0.0))

    assert [label.instance.instance_id for label in labels.instances] == [2]
    assert np.count_nonzero(labels.instance_id == 1) == 4
    assert np.count_nonzero(labels.class_id == 2) == 4  # make_frame: class 1 + id % 5


@pytest.mark.parametrize(('least', 'count'), [(0.25, 1), (0.2500001, 0)])
def test_the_visibility_threshold_is_inclusive(least, count):
    image = _image(4, 4)
    image[0] = 1
    silhouettes = {1: Silhouette(0, 0, np.ones((4, 4), np.bool_))}

    labels = annotate(
        make_frame(image, silhouettes=silhouettes),
        LabelsConfig(min_pixels=1, min_visibility=least),
    )

    assert len(labels.instances) == count


@given(
    hnp.arrays(
        np.int32,
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9),
        elements=st.sampled_from([0, 1, 4, 9, 300]),
    ),
    st.integers(1, 6),
)
def test_labels_of_any_image_agree_with_counting(image, least):
    labels = annotate(make_frame(image), LabelsConfig(min_pixels=least, min_visibility=0.0))

    expected = [k for k in (1, 4, 9, 300) if np.count_nonzero(image == k) >= least]
    assert [label.instance.instance_id for label in labels.instances] == expected
    for label in labels.instances:
        mask = image == label.instance.instance_id
        assert tuple(label.box) == tuple(label.amodal_box) == brute_box(mask)
        assert label.pixels_visible == label.pixels_in_image == label.pixels_full == mask.sum()
        assert (label.visibility, label.occlusion, label.truncation) == (1, 0, 0)
    assert np.array_equal(labels.class_id, np.where(image, 1 + image % 5, 0))


def test_the_same_frame_gives_the_same_labels():
    image = np.random.default_rng(5).integers(0, 4, (12, 14)).astype(np.int32)

    first, second = annotate(make_frame(image), ALL), annotate(make_frame(image), ALL)

    assert [label.box for label in first.instances] == [label.box for label in second.instances]
    assert np.array_equal(first.class_id, second.class_id)


def test_an_id_that_the_frame_does_not_list_is_an_error():
    image = _image(3, 3)
    image[0, 0] = 8

    with pytest.raises(InternalError, match='shows instance 8'):
        annotate(make_frame(image, instances=(make_instance(1),)), ALL)


@pytest.mark.parametrize('keys', [(2, 1), (1, 1), (0, 1)])
def test_instances_out_of_order_are_an_error(keys):
    frame = make_frame(_image(3, 3), instances=tuple(make_instance(key) for key in keys))

    with pytest.raises(InternalError, match='must ascend from 1'):
        annotate(frame, ALL)


def test_a_frame_without_silhouettes_is_an_error():
    image = _image(20, 20)
    image[2:18, 2:18] = 1

    with pytest.raises(InternalError, match='256 visible pixels of instance 1'):
        annotate(make_frame(image, silhouettes={}), ALL)


def test_an_amodal_box_that_does_not_hold_the_visible_one_is_an_error(monkeypatch):
    # extents() makes this impossible; the check stands guard over it.
    image = _image(6, 6)
    image[1:3, 1:3] = 1
    beside = Silhouette(2, 1, np.ones((2, 2), np.bool_))
    monkeypatch.setattr('synth_ros.labels.extents._covered', lambda *_: {1})

    with pytest.raises(InternalError, match=r'\(2, 1, 4, 3\) does not hold .* \(1, 1, 3, 3\)'):
        annotate(make_frame(image, silhouettes={1: beside}), ALL)
