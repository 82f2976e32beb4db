"""What nobody asks for is not computed, and nothing else changes by that."""

from collections import Counter

import numpy as np
import pytest

from synth_ros.config.labels import LabelsConfig
from synth_ros.pipeline.demand import Wanted
from synth_ros.pipeline.live import LiveSession
from synth_ros.schema.layers import layers_of
from synth_ros.types import Frame

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


class Shots:
    """A renderer's shots by their stamps: who was drawn, and whether with silhouettes."""

    def __init__(self, stage, monkeypatch):
        self.drawn = []
        submit = stage.renderer.submit

        def count(data, shots):
            self.drawn += [
                (round(data.time * 10), shot.viewpoint.camera.name, bool(shot.geom_groups))
                for shot in shots
            ]
            return submit(data, shots)

        monkeypatch.setattr(stage.renderer, 'submit', count)


@pytest.fixture
def watched(open_config, monkeypatch):
    """Frames of a session of which parts are wanted by camera and frame, and what was drawn."""

    def play(wanted, *, labels=None, count=4):
        stage = open_config(**({} if labels is None else {'render:': f'{labels}\nrender:'}))
        shots = Shots(stage, monkeypatch)
        asked = Counter()

        def parts(camera):
            number = asked[camera]
            asked[camera] += 1
            return frozenset(wanted(camera, number).split())

        stage.wanted = Wanted(parts)
        session = LiveSession(stage)
        return [session.advance() for _ in range(count)], shots.drawn

    return play


def test_nothing_wanted_is_nothing_drawn_and_the_world_goes_on(watched):
    full, _ = watched(lambda *_: 'color depth labels')
    frames, drawn = watched(lambda *_: '')
    assert drawn == []
    for one, other in zip(frames, full, strict=True):
        assert one.seen == ()
        assert one.stamp_ns == other.stamp_ns
        assert one.joints == other.joints
        assert [i.name for i in one.instances] == [i.name for i in other.instances]
        for mine, theirs in zip(one.instances, other.instances, strict=True):
            assert np.array_equal(mine.world_from_object, theirs.world_from_object)


def test_pictures_are_drawn_without_silhouettes_and_made_in_parts(watched):
    full, _ = watched(lambda *_: 'color depth labels')
    frames, drawn = watched(lambda camera, _: {'head': 'color', 'top': 'depth'}[camera])
    assert drawn == [(k, name, False) for k in range(4) for name in ('head', 'top')]
    for one, other in zip(frames, full, strict=True):
        assert one.samples == ()
        (head, top), (whole_head, whole_top) = one.seen, other.seen
        assert head.depth_m is top.rgb is None
        assert np.array_equal(head.rgb, whole_head.rgb)
        assert np.array_equal(top.depth_m, whole_top.depth_m)
        assert not isinstance(head.frame, Frame)


def test_labels_look_back_at_a_frame_that_nobody_wanted(watched):
    """Tracks of the first frame that is labelled are those of a run with all frames."""
    full, _ = watched(lambda *_: 'labels')
    frames, drawn = watched(lambda camera, k: 'labels' if k == 2 and camera == 'top' else '')
    assert drawn == [(1, 'top', True), (2, 'top', True)]
    [sample] = frames[2].seen
    assert sample.labels.scene.tracks == full[2].samples[1].labels.scene.tracks
    assert not any(frame.seen for frame in (*frames[:2], frames[3]))


def test_without_tracks_nobody_looks_back(watched):
    frames, drawn = watched(
        lambda _, k: 'labels' if k == 2 else '', labels='labels: {tracks: false}'
    )
    assert drawn == [(2, 'head', True), (2, 'top', True)]
    assert [len(frame.samples) for frame in frames] == [0, 0, 2, 0]


def test_flow_looks_at_the_frame_after_though_nobody_wants_it(watched):
    full, _ = watched(lambda *_: 'labels', labels='labels: {flow: true}')
    frames, drawn = watched(
        lambda camera, k: 'labels' if k == 1 and camera == 'head' else '',
        labels='labels: {flow: true}',
    )
    assert drawn == [(k, 'head', True) for k in range(3)]
    [sample], whole = frames[1].seen, full[1].samples[0]
    for name in ('flow_forward', 'flow_backward'):
        mine, theirs = (layers_of(s.labels.dense)[name] for s in (sample, whole))
        assert np.array_equal(mine, theirs, equal_nan=True)
        assert np.isfinite(mine).any()


def test_a_camera_that_rests_is_due_all_the_same(open_config):
    stage = open_config()
    stage.wanted = Wanted(lambda camera: frozenset({'color'} if camera == 'top' else ()))
    drawn = LiveSession(stage).draw()
    assert drawn.cameras == ('head', 'top')
    assert [seen.key.camera for seen in drawn.label().seen] == ['top']
