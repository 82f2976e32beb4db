"""Scenes and views that do not meet the constraints are drawn again, counted, never for ever."""

import json

import pytest

from synth_ros.errors import PlacementError
from synth_ros.pipeline.generate import GenerateRequest, generate

LIVE = 'output:\n'
LABELS = 'labels: {min_pixels: 1, min_visibility: 0}\noutput:\n'


def with_view(text, **keys):
    extra = ''.join(f'  {key}: {value}\n' for key, value in keys.items())
    constraints = f'constraints:\n  view: [{{name: wanted, {text}}}]\n{extra}{LABELS}'
    return {LIVE: constraints, 'pan: [-0.3, 0.3]': 'pan: [-0.9, 0.9]'}


def provenance(sample):
    return json.loads(sample.provenance_json)


# Narrow enough that many views fail it and enough meet it: objects at the border do.
NARROW = 'camera: head, visibility: [0.3, 0.8], pixels: [15, 4000]'


def test_every_view_meets_what_was_asked(open_config):
    stage = open_config(**with_view(NARROW, max_attempts=200))
    refused = 0
    for number in range(3):
        episode = stage.open(number)
        for view in range(2):
            head = episode.samples(view)[0]
            shares = [
                label.visibility for label in head.labels.instances if label.pixels_visible >= 15
            ]
            assert any(0.3 <= share <= 0.8 for share in shares)
            refused += sum(provenance(head)['view']['refused'].values())
            assert provenance(head)['view']['unmet'] == []
    assert refused > 0


def test_a_view_is_the_same_whatever_came_before(open_config):
    stage = open_config(**with_view(NARROW, max_attempts=200))
    first = stage.open(1)
    late = first.samples(1)[0].rgb.tobytes()
    again = stage.open(1)
    again.samples(0)
    assert again.samples(1)[0].rgb.tobytes() == late


def test_what_cannot_be_met_ends_with_the_reason_and_the_count(open_config):
    stage = open_config(**with_view('distance_m: [50, 60]', max_attempts=4))
    episode = stage.open(0)
    told = r'View 0: none of 4 drawings meets the constraints; refused by wanted \(4 times\)'
    with pytest.raises(PlacementError, match=told):
        episode.samples(0)
    assert dict(episode.refusals) == {'constraint wanted': 4}


def test_views_that_are_kept_say_what_they_do_not_meet(open_config):
    stage = open_config(**with_view('distance_m: [50, 60]', max_attempts=3, when_given_up='keep'))
    told = provenance(stage.open(0).samples(0)[0])['view']
    assert told['unmet'] == ['wanted']
    assert told['refused'] == {'wanted': 2}
    assert told['attempt'] >= 2


def test_workers_refuse_alike(write_config, contents, tmp_path):
    config = write_config(**with_view(NARROW, max_attempts=200))
    reports = {}
    for workers in (1, 2):
        made = reports.setdefault(workers, [])
        generate(GenerateRequest(config, tmp_path / str(workers), workers=workers), made.append)
    assert contents(tmp_path / '1') == contents(tmp_path / '2')
    assert sum(sum(report.refusals.values()) for report in reports[2]) > 0


SCENE = 'constraints: {scene: [{name: apart, touching: false}]}\noutput:\n'


def test_objects_that_must_not_touch_do_not(open_config):
    small = 'placement: {region: {center_m: [0.8, 0, 0.74], size_m: [0.34, 0.34]}}'
    crowded = {'count: [3, 5]': f'count: [3, 3]\n  {small}'}
    free, apart = open_config(**crowded), open_config(**crowded, **{LIVE: SCENE})
    touched = refused = 0
    for number in range(8):
        touched += _touch(free.prepare(number))
        episode = apart.prepare(number)
        assert not _touch(episode)
        refused += sum(redraw.verdict == 'constraint apart' for redraw in episode.redraws)
    # As often as chance lets them touch, the constraint has refused a scene.
    assert touched > 0
    assert refused >= touched


def _touch(episode):
    pairs = [(c.first.instance_id, c.second.instance_id) for c in episode.world.state().contacts]
    return any(one and other for one, other in pairs)


def test_a_scene_that_cannot_be_is_told(open_config):
    scene = SCENE.replace('touching: false', 'touching: true, classes: [ball]')
    stage = open_config(**{LIVE: scene, 'count: [3, 5]': 'count: [2, 2]\n  weights: {ball: 0}'})
    with pytest.raises(PlacementError, match=r'constraint apart \(22 times\)'):
        stage.prepare(0)
