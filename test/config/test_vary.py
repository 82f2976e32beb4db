"""Randomizers of named targets: what the config lets through, and what it says of the rest."""

from typing import get_args

import pytest

from synth_ros.config.load import load_config_text
from synth_ros.config.targets import KINDS, TARGETS, Target, kind_of
from synth_ros.errors import ConfigError

HEAD = """
cameras: [{name: head}]
objects: {count: [1, 2], classes: [{name: mug, tags: [heavy]}]}
randomization:
  vary:
    r: """


def load(randomizer, **more):
    return load_config_text(HEAD + randomizer + ''.join(more.values()))


def test_every_target_is_listed_once():
    assert set(get_args(Target)) == set(TARGETS)
    assert {kind_of(target) for target in TARGETS} == set(KINDS)
    for target, spec in TARGETS.items():
        assert spec.operations, target
        assert spec.text, target
        assert spec.low < spec.high, target


@pytest.mark.parametrize('target', sorted(TARGETS))
def test_every_target_takes_what_it_allows(target):
    spec = TARGETS[target]
    inside = min(max(0.06, spec.low + 0.01), spec.high)
    for operation in spec.operations:
        loaded = load(f'{{target: {target}, {operation}: [{inside}, {inside}]}}')
        variation = loaded.config.randomization.vary['r']
        assert variation.change.operation == operation
        assert variation.per == 'episode'
    for operation in {'set', 'scale', 'add'} - set(spec.operations):
        with pytest.raises(
            ConfigError, match=rf'vary\.r\.{operation}: .* use {spec.operations[0]}'
        ):
            load(f'{{target: {target}, {operation}: {inside}}}')


@pytest.mark.parametrize(
    ('randomizer', 'message'),
    [
        ('{target: object.rouhgness, set: 0.5}', r'r\.target: .*did you mean object\.roughness'),
        (
            '{target: object.roughness}',
            'vary.r: a randomizer of object.roughness needs one of set',
        ),
        ('{target: object.value, set: 0.5, scale: 2}', r'r\.scale: give set or scale, not both'),
        ('{target: object.roughness, set: [0.5, 1.2]}', r'r\.set: .* from 0 to 1, .* up to 1\.2'),
        ('{target: object.mass, set: [0, 1]}', r'r\.set: .* above 0, .* down to 0'),
        ('{target: object.mass, scale: -1.0}', r'r\.scale: .* above 0'),
        ('{target: object.friction, scale: [-1, 2]}', r'r\.scale: .* at least 0'),
        (
            '{target: object.friction, set: {normal: {mean: 0.5, std: 0.1}}}',
            r'r\.set: .* may be any number: give "within',
        ),
        ('{target: object.restitution, set: [0, 0.5]}', r'r\.set: .* from 0\.05 to 0\.95'),
        ('{target: object.restitution, scale: 2.0}', r'r\.scale: .* cannot be changed by scale'),
        ('{target: object.scale, scale: 2.0, per: view}', r'r\.per: .* lasts for an episode'),
        (
            '{target: light.intensity, scale: 2.0, select: {classes: [mug]}}',
            r'r\.select\.classes: light\.intensity belongs to lamps, .* use names',
        ),
        (
            '{target: physics.gravity_m_s2, scale: 2.0, select: {names: [a]}}',
            r'r\.select\.names: .* the whole scene, .* remove it',
        ),
        ('{target: object.value, set: 0.5, per: frame}', r'r\.per: expects one of episode, view'),
        ('{target: object.value, sett: 0.5}', r'r\.sett: unknown key\. Did you mean "set"'),
    ],
)
def test_what_cannot_be_is_told_with_its_key(randomizer, message):
    with pytest.raises(ConfigError, match=message):
        load(randomizer)


def test_hues_go_around():
    load('{target: object.hue_deg, set: [-30, 400]}')
    load('{target: object.hue_deg, add: {von_mises: {mean_deg: 90, kappa: 2}}}')


def test_names_of_randomizers_name_streams():
    with pytest.raises(ConfigError, match=r"vary\['My One'\]: expects a name of a to z"):
        load_config_text(HEAD.replace('r: ', "'My One': ") + '{target: object.value, set: 0.5}')


def test_tags_that_mean_something_are_taken():
    text = HEAD.replace('heavy', 'target') + '{target: object.value, set: 0.5}'
    with pytest.raises(ConfigError, match=r'classes\[0\]\.tags\[0\]: "target" is given by'):
        load_config_text(text)


def test_limits_wait_for_variables():
    """A draw that depends on a variable is within limits that only the scene's check knows."""
    loaded = load('{target: object.value, set: {draw: {variable: v}}}\n  variables: {v: [0, 1]}\n')
    variation = loaded.config.randomization.vary['r']
    variables = loaded.config.randomization.variables
    assert list(variation.limit_faults(variables)) == []
    loaded = load('{target: object.value, set: {draw: {variable: v}}}\n  variables: {v: [0, 3]}\n')
    variation = loaded.config.randomization.vary['r']
    faults = list(variation.limit_faults(loaded.config.randomization.variables))
    assert [fault.path for fault in faults] == [('set',)]
