"""Calibration images stand for the rest."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.pipeline.jetson.coverage import choose, covered, traits_of
from synth_ros.readers.recording_dataset import DatasetRecording

IMAGES = st.lists(st.frozensets(st.sampled_from('abcdefghijkl'), max_size=6), max_size=12)


def worth(images, chosen):
    """Sum over all traits of log(1 + images that have it)."""
    counts = Counter(trait for index in chosen for trait in images[index])
    return sum(math.log(1 + n) for n in counts.values())


@given(IMAGES, st.integers(0, 14))
def test_each_choice_is_the_best_there_is_at_its_turn(images, count):
    chosen = choose(images, count)
    assert len(chosen) == min(count, len(images)) == len(set(chosen))
    for turn, index in enumerate(chosen):
        before = chosen[:turn]
        gains = {k: worth(images, [*before, k]) for k in range(len(images)) if k not in before}
        assert gains[index] == pytest.approx(max(gains.values()))


@given(IMAGES)
def test_a_shorter_choice_is_the_beginning_of_a_longer_one(images):
    whole = choose(images, len(images))
    assert [choose(images, k) for k in range(len(images))] == [
        whole[:k] for k in range(len(images))
    ]


@given(IMAGES)
def test_all_images_cover_everything(images):
    assert covered(images, range(len(images))) == 1


def test_of_two_alike_the_earlier_is_taken():
    assert choose([frozenset('a'), frozenset('b'), frozenset('b')], 2) == [0, 1]


def test_rare_images_come_first_and_common_ones_do_not_crowd_them_out():
    common = [frozenset({'mug', 'near'})] * 500
    rare = [frozenset({'drill', f'far {k}'}) for k in range(5)]
    chosen = choose([*common, *rare], 6)
    assert set(range(500, 505)) < set(chosen)


def test_a_choice_covers_more_than_a_draw():
    rng = np.random.default_rng(0)
    weights = 1 / np.arange(1, 61)
    images = [
        frozenset(f't{k}' for k in rng.choice(60, 5, p=weights / weights.sum()))
        for _ in range(400)
    ]
    drawn = [covered(images, rng.choice(400, 20, replace=False)) for _ in range(50)]
    assert covered(images, choose(images, 20)) > max(drawn)


def test_traits_say_what_is_in_the_picture(dataset):
    recording = DatasetRecording(dataset)
    for key in recording.frames:
        frame = recording.read(key)
        traits = traits_of(frame.record, frame.rgb)
        classes = {x.instance_id: x.class_name for x in frame.record.instances}
        names = {classes[label.instance_id] for label in frame.record.labels}
        assert {t.split()[1] for t in traits if t.startswith('class ')} == names
        assert f'camera {key.camera}' in traits
        grey = frame.rgb @ [0.299, 0.587, 0.114]
        (level,) = (t for t in traits if t.startswith('brightness'))
        assert (
            level == f'brightness {key.camera} {sum(grey.mean() >= e for e in range(32, 225, 32))}'
        )
        for label in frame.record.labels:
            x0, y0, x1, y1 = label.box
            column, row = int((x0 + x1) / 2 / 96 * 3), int((y0 + y1) / 2 / 72 * 3)
            assert f'place {classes[label.instance_id]} {column} {row}' in traits
