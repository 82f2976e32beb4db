"""What a format does not hold is counted, thing by thing, and nothing else is."""

from dataclasses import replace
from typing import get_args

import pytest
from full_factory import full_sample
from sample_factory import make_sample

from synth_ros.types import SampleKey, SceneLabels
from synth_ros.writers.formats.left_out import OF_FRAMES, OF_OBJECTS, Content, left_out

EVERYTHING = frozenset(get_args(Content))
FULL = full_sample(SampleKey(0, 0, 'head'))
PLAIN = make_sample(SampleKey(0, 0, 'head'))


def test_every_content_has_one_sentence():
    assert OF_FRAMES.keys() | OF_OBJECTS.keys() == EVERYTHING
    assert not OF_FRAMES.keys() & OF_OBJECTS.keys()


@pytest.mark.parametrize('what', sorted(EVERYTHING))
def test_what_is_not_held_is_counted(what):
    sentence = {**OF_FRAMES, **OF_OBJECTS}[what]
    (found,) = left_out(FULL, EVERYTHING - {what}).items()
    objects = len(FULL.labels.instances)
    # Boxes of this sample have no keypoints.
    boxes = sum(label.instance.class_name == 'box' for label in FULL.labels.instances)
    count = objects - boxes if what == 'keypoints' else objects
    assert found == (sentence, 1 if what in OF_FRAMES else count)
    assert 0 < boxes < objects


def test_what_is_held_or_not_there_is_not_counted():
    assert left_out(FULL, EVERYTHING) == {}
    bare = replace(PLAIN, labels=replace(PLAIN.labels, scene=SceneLabels()))
    there = {'depth', 'camera', 'instance_masks'}
    lost = left_out(bare, frozenset())
    assert {what for what, text in OF_FRAMES.items() if text in lost} == there
    assert OF_OBJECTS['keypoints'] not in lost


def test_a_dataset_without_depth_loses_none():
    assert OF_FRAMES['depth'] not in left_out(FULL, frozenset(), depth=False)
