"""The example clusters are what Ray expects."""

import importlib.util
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope='module')
def schema():
    folder = Path(importlib.util.find_spec('ray').origin).parent
    return json.loads((folder / 'autoscaler' / 'ray-schema.json').read_text())


@pytest.mark.parametrize('name', ['ray_cluster.yaml', 'ray_on_premise.yaml'])
def test_an_example_is_valid(schema, name):
    config = yaml.safe_load((ROOT / 'examples' / name).read_text())
    jsonschema.validate(config, schema)
    starts = config['head_start_ray_commands'] + config['worker_start_ray_commands']
    assert sum('ray start' in line for line in starts) == 2
    assert all('[cluster]' in line for line in config['setup_commands'] if 'pip' in line)
