"""A scenario's config is the file with its change in it, key by key."""

import pytest

from synth_ros.config.load import load_config_text
from synth_ros.errors import ConfigError

FILE = """
cameras: [{name: head}]
objects:
  count: [2, 3]
  scale: [0.9, 1.1]
  classes: [{name: mug}, {name: bowl}]
environment: {lights: {count: [2, 2]}}
scenarios:
  - name: calm
  - name: wild
    weight: 2
    weight_at_end: 4
    change:
      objects: {count: [7, 9]}
      environment:
        lights: {ambient: [0.1, 0.2]}
"""


def test_changes_are_merged_key_by_key(builtins):
    loaded = load_config_text(FILE, builtins=builtins)
    calm, wild = loaded.scenarios
    bare = loaded.config.model_copy(update={'scenarios': ()})
    assert calm.config == bare
    assert wild.config.objects.count != calm.config.objects.count
    assert wild.config.objects.scale == calm.config.objects.scale
    assert wild.config.environment.lights.count == calm.config.environment.lights.count
    assert wild.config.environment.lights.ambient != calm.config.environment.lights.ambient
    assert wild.config.objects.classes == calm.config.objects.classes
    assert (calm.where, wild.where) == (
        ('scenarios', 0, 'change'),
        ('scenarios', 1, 'change'),
    )


def test_the_hash_knows_of_changes(builtins):
    one = load_config_text(FILE, builtins=builtins)
    other = load_config_text(FILE.replace('[7, 9]', '[7, 8]'), builtins=builtins)
    assert one.config_hash != other.config_hash


def test_what_is_found_later_is_told_at_the_change(builtins):
    wild = load_config_text(FILE, 'c.yaml', builtins=builtins).scenarios[1]
    error = wild.problem(('objects', 'count'), 'too many')
    assert str(error) == 'c.yaml:14: scenarios[1].change.objects.count: too many'


def test_a_mistake_of_the_whole_file_is_told_once(builtins):
    text = FILE.replace('scale: [0.9, 1.1]', 'scale: [0.9, -1]')
    with pytest.raises(ConfigError, match=r'c\.yaml:5: objects\.scale') as caught:
        load_config_text(text, 'c.yaml', builtins=builtins)
    assert len(caught.value.problems) == 1


def test_weights_change_evenly_over_the_run(builtins):
    calm, wild = load_config_text(FILE, builtins=builtins).config.scenarios
    assert [calm.weight_at(p) for p in (0, 0.5, 1)] == [1, 1, 1]
    assert [wild.weight_at(p) for p in (0, 0.5, 1)] == [2, 3, 4]
