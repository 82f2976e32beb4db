"""Runs of id images: renamed, painted, and worked out once for each frame."""

import copy
import pickle
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from small_frames import make_frame
from small_scenes import make_state, make_surface, scene_frame

from synth_ros.labels.boxes import row_runs, run_starts
from synth_ros.labels.runs import (
    image_of,
    instance_runs,
    once,
    paint,
    renamed,
    surface_regions,
    surface_runs,
)
from synth_ros.types import Thing

IDS = hnp.arrays(
    np.int32,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9),
    elements=st.integers(-1, 4),
)
VALUES = np.array([7, 7, 0, 3, 12], np.int32)


def _same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@given(IDS)
def test_renamed_runs_are_those_of_the_renamed_image(image):
    found = renamed(row_runs(image), VALUES)

    expected = np.where(image < 0, 0, VALUES[image])
    assert _same(found, row_runs(expected.astype(np.int32)))
    assert np.array_equal(image_of(found), expected)
    assert image_of(found).dtype == np.int32


@given(IDS)
def test_painting_gives_each_pixel_the_value_of_its_id(image):
    painted = paint(row_runs(image), VALUES.tolist(), np.uint16)

    assert np.array_equal(painted, np.where(image < 0, 0, VALUES[image]))
    assert painted.dtype == np.uint16


@given(IDS)
def test_joint_runs_are_constant_in_both_images(image):
    other = (np.indices(image.shape).sum(axis=0) // 2 % 3).astype(np.int32)

    starts = run_starts(image, other)

    assert np.array_equal(image_of(starts.of(image)), image)
    assert np.array_equal(image_of(starts.of(other)), other)
    assert starts.lengths.sum() == image.size


def test_the_regions_of_surfaces_are_boxes_by_geom_id():
    state = make_state([Thing('environment', 'world')], [make_surface(0)] * 3)
    image = np.array([[-1, 0, 0, 2], [-1, -1, 0, 2]], np.int32)

    found = surface_regions(scene_frame(image, state))

    assert {geom: (tuple(r.box), r.pixels) for geom, r in found.items()} == {
        0: ((1, 0, 3, 2), 3),
        2: ((3, 0, 4, 2), 2),
    }


def test_a_frame_is_asked_once():
    calls = []

    def count(frame):
        calls.append(frame)
        return len(calls)

    frame = make_frame(np.zeros((2, 3), np.int32))

    assert (once(frame, count), once(frame, count)) == (1, 1)
    assert instance_runs(frame) is instance_runs(frame)
    # A frame with other pixels is another frame.
    assert once(replace(frame), count) == 2


def test_what_is_known_of_a_frame_is_not_sent_along():
    state = make_state([Thing('environment', 'world')], [make_surface(0)])
    frame = scene_frame(np.zeros((2, 3), np.int32), state)
    surface_runs(frame)

    for other in (pickle.loads(pickle.dumps(frame)), copy.deepcopy(frame)):
        assert not other.memo
        assert np.array_equal(other.geom_id, frame.geom_id)
    assert frame.memo
