"""Every rule finds the fault that breaks it, in valid datasets with one fault planted."""

import shutil

import pytest
from planted import PLANTED
from small_datasets import BUILDERS

from synth_ros.validate.base import Options
from synth_ros.validate.registry import FORMATS
from synth_ros.validate.run import validate


@pytest.fixture(scope='module')
def valid(tmp_path_factory):
    """A valid dataset of each kind, made once."""
    made = {}

    def get(name):
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name) / 'data'
            BUILDERS[name][0](made[name])
        return made[name]

    return get


@pytest.mark.parametrize(
    ('rule', 'name', 'plant'),
    PLANTED,
    ids=[f'{rule}-{name}-{number}' for number, (rule, name, _) in enumerate(PLANTED)],
)
def test_a_planted_fault_is_found(valid, tmp_path, rule, name, plant):
    root = shutil.copytree(valid(name), tmp_path / 'data')
    plant(root)
    kind = BUILDERS[name][1]
    result = validate(root, kind=kind)
    assert rule in result.findings.counts, dict(result.findings.counts)
    for found in result.findings.examples(rule):
        assert found.file
        assert found.message
    validate(root, kind=kind, options=Options(fast=True))


def test_every_rule_has_a_planted_fault():
    rules = {rule.id for format_ in FORMATS.values() for rule in format_.all_rules}
    assert rules == {rule for rule, _, _ in PLANTED}
