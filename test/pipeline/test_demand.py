"""What nobody asks for is not computed, and nothing else changes by that."""

import numpy as np
import pytest

from synth_ros.config.labels import LabelsConfig
from synth_ros.pipeline.live import LiveSession
from synth_ros.schema.layers import layers_of

LAYERS_OF = {
    'parts': {'part_id'},
    'panoptic': {'panoptic_id'},
    'clean_depth': {'depth_m'},
    'distance': {'distance_m'},
    'normals': {'normals'},
    'points': {'points_m'},
    'scene_flow': {'scene_flow_forward', 'scene_flow_backward'},
}
ALL = frozenset(LAYERS_OF) | {'flow'}
FULL = {'render: {backend': 'labels: {everything: true}\nrender: {backend'}


@pytest.fixture
def frames(open_config):
    """The first frames of a session; ``idle`` says what nobody wants."""
    stage = open_config(**FULL)

    def play(idle, *, count=3):
        session = LiveSession(stage, idle=idle)
        return [session.advance() for _ in range(count)]

    return play


def check_same_but_for_layers(found, expected):
    """Everything of two frames but their dense labels."""
    assert np.array_equal(found.rgb, expected.rgb)
    assert np.array_equal(found.depth_m, expected.depth_m)
    assert np.array_equal(found.labels.instance_id, expected.labels.instance_id)
    assert [i.box for i in found.labels.instances] == [i.box for i in expected.labels.instances]
    assert found.provenance_json == expected.provenance_json


@pytest.mark.parametrize('annotation', sorted(LAYERS_OF))
def test_what_is_idle_is_left_out_and_the_rest_is_the_same(frames, annotation):
    everything = frames(lambda _: frozenset(), count=2)
    found = frames(lambda _: {annotation}, count=2)
    for one, whole in zip(found, everything, strict=True):
        for sample, full in zip(one.samples, whole.samples, strict=True):
            layers, wanted = layers_of(sample.labels.dense), layers_of(full.labels.dense)
            assert set(wanted) - set(layers) == LAYERS_OF[annotation]
            for name, layer in layers.items():
                assert np.array_equal(layer, wanted[name], equal_nan=True), name
            check_same_but_for_layers(sample, full)


def test_each_camera_is_asked_for_each_frame_when_it_is_labelled(open_config):
    asked = []
    session = LiveSession(open_config(**FULL), idle=lambda name: asked.append(name) or frozenset())
    drawn = session.draw()
    assert asked == []
    drawn.label()
    assert asked == ['head', 'top']
    session.draw().label()
    assert asked == ['head', 'top'] * 2


def test_demand_changes_from_frame_to_frame(frames):
    turns = iter([ALL, ALL, frozenset(), frozenset(), ALL, ALL])
    counts = [
        [len(layers_of(sample.labels.dense)) for sample in frame.samples]
        for frame in frames(lambda _: next(turns))
    ]
    assert counts == [[0, 0], [12, 12], [0, 0]]


def test_scene_flow_keeps_flow_until_both_are_idle():
    full = LabelsConfig(everything=True)
    assert full.without({'flow'}).wants('flow')
    assert full.without({'flow', 'scene_flow'}).wants('flow') is False
    left = full.without({'scene_flow'})
    assert (left.wants('flow'), left.wants('scene_flow')) == (True, False)


def test_without_changes_nothing_else():
    config = LabelsConfig(min_pixels=5, normals=True, stuff=())
    assert config.without(()) is config
    left = config.without({'normals', 'distance'})
    assert left == LabelsConfig(min_pixels=5)
