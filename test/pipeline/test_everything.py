"""All that can vary at once: the same bytes by any number of workers, and after interruptions."""

import json

import pytest

from synth_ros.pipeline.generate import GenerateRequest, generate
from synth_ros.readers.coco import CocoDataset

OBJECTS = """
  texture: {share: 0.5}
distractors:
  contextual:
    count: [0, 2]
    classes: [{name: peg, primitives: [{shape: cylinder, size_m: [0.03, 0.03, 0.1]}]}]
  flying: {count: [0, 3]}
  occluders: {count: 1, targets: 0.5, coverage: [0.2, 0.6]}
randomization:
  variables: {mood: {beta: {a: 2, b: 2}}}
  viewpoints:
    - {camera: top, distance_m: [0.8, 1.2], elevation_deg: [40, 85], azimuth_deg: [-180, 180]}
  vary:
    gloss: {target: object.roughness, set: [0.2, 0.9]}
    weight: {target: object.mass, scale: {log_uniform: [0.5, 2]}}
    dimmer:
      target: light.intensity
      scale: {draw: {variable: mood, scale: 0.8, offset: 0.6}}
      per: view
"""
SCENARIOS = """
constraints:
  view: [{name: something, objects: [1, 9], pixels: [20, 100000]}]
  when_given_up: keep
scenarios:
  - name: plain
  - name: crowded
    weight_at_end: 3
    change: {objects: {count: [5, 7]}, environment: {exposure_ev: [-0.5, 0.5]}}
output:
"""
CHANGES = {
    'randomization:\n': OBJECTS.lstrip('\n'),
    'output:\n': SCENARIOS,
    'episodes: 3': 'episodes: 6',
}


def make(config, out, **options):
    generate(GenerateRequest(config, out, **options), lambda _: None)
    return CocoDataset(out)


@pytest.fixture
def everything(write_config, tmp_path):
    config = write_config(**CHANGES)
    return config, make(config, tmp_path / 'one')


@pytest.mark.slow
def test_workers_and_interruptions_change_no_byte(everything, contents, tmp_path):
    config, _ = everything
    expected = contents(tmp_path / 'one')
    make(config, tmp_path / 'two', workers=2)
    assert contents(tmp_path / 'two') == expected
    make(config, tmp_path / 'later', episodes=2)
    make(config, tmp_path / 'later', resume=True)
    assert contents(tmp_path / 'later') == expected


@pytest.mark.slow
def test_another_randomizer_shifts_nothing(everything, write_config, tmp_path):
    _, before = everything
    more = OBJECTS.lstrip('\n') + '    bounce: {target: object.restitution, set: [0.1, 0.4]}\n'
    config = write_config(**CHANGES | {'randomization:\n': more})
    after = make(config, tmp_path / 'more')
    assert len(before.images) == len(after.images)
    for one, other in zip(before.images, after.images, strict=True):
        old, new = before.read_provenance(one), after.read_provenance(other)
        drawn, extra = _draws(old), _draws(new)
        assert {key: value for key, value in extra.items() if 'bounce' not in key} == drawn
        assert any('bounce' in key for key in extra)


def _draws(record):
    """Everything that was drawn for the scene; where things came to rest may differ."""
    scene = dict(record['scene'])
    values = {f'{v["randomizer"]}/{v["item"]}': v['value'] for v in scene.pop('values')}
    keys = ('variables', 'lamps', 'materials', 'scenario', 'ambient', 'camera_offsets')
    plain = {key: json.dumps(scene[key], sort_keys=True) for key in keys}
    looks = ('name', 'scale', 'hue_shift_deg', 'value_scale', 'mass_scale', 'texture', 'quat_wxyz')
    for item in (*scene['objects'], *scene['distractors']):
        plain[item['name']] = json.dumps([item[key] for key in looks], sort_keys=True)
    return values | plain
