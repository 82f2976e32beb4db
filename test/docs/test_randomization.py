"""The snippets of docs/randomization.md: configs are valid, Python runs."""

import json
import re
from pathlib import Path

import pytest
import yaml

from synth_ros.config.base import Section
from synth_ros.config.load import load_config_text
from synth_ros.config.points import Points
from synth_ros.config.rotations import Rotations

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / 'docs' / 'randomization.md').read_text(encoding='utf-8')
SNIPPETS = re.findall(r'```(yaml|python)\n(.*?)```', PAGE, flags=re.DOTALL)
DEMO = yaml.safe_load((ROOT / 'config' / 'tabletop.yaml').read_text(encoding='utf-8'))
# Kinds of distributions as the tables write them, with letters for any others.
NUMBERS, POINTS, ROTATIONS = (
    re.findall(r'^\| `([{[0][^`]*)`', PAGE.split(f'# {title}\n')[1].split('\n#')[0], re.MULTILINE)
    for title in ('Distributions', 'Points', 'Rotations')
)


class Places(Section):
    place: Points | None = None
    turn: Rotations | None = None


@pytest.mark.parametrize('text', [text for language, text in SNIPPETS if language == 'yaml'])
def test_configs_are_valid(text):
    shown = yaml.safe_load(text)
    # Each section that a snippet shows stands in for that of the demo, key by key.
    whole = DEMO | {
        key: {**DEMO.get(key, {}), **value} if isinstance(value, dict) else value
        for key, value in shown.items()
    }
    # In the folder of the examples, so that a snippet may name their files.
    loaded = load_config_text(yaml.safe_dump(whole), base_dir=ROOT / 'config')
    assert loaded.config.cameras


@pytest.mark.parametrize('written', NUMBERS)
def test_distributions_in_the_table_are_valid(written, tmp_path):
    (tmp_path / 'log.csv').write_text('time,speed\n0,1\n1,3\n')
    value = re.sub(r'\b[ABC]\b', '[0, 1]', written).replace('variable: V', 'variable: v')
    variables = f'randomization: {{variables: {{v: 1, x: {value}}}}}\n'
    text = f'cameras: [{{name: a}}]\nobjects: {{count: 0}}\n{variables}'
    config = load_config_text(text, base_dir=tmp_path).config
    assert config.randomization.variables['x'].kind in written or written[0] in '0['


@pytest.mark.parametrize('written', [*POINTS, *ROTATIONS])
def test_points_and_rotations_in_the_tables_are_valid(written):
    key = 'turn' if written in ROTATIONS else 'place'
    for letter, value in (('AB', '[0, 0, 0]'), ('RS', '{uniform: so3}')):
        written = re.sub(rf'\b[{letter}]\b', value, written)
    data = {key: yaml.safe_load(written)}
    assert getattr(Places.model_validate_json(json.dumps(data)), key) is not None


@pytest.mark.parametrize('text', [text for language, text in SNIPPETS if language == 'python'])
def test_python_runs(text, capsys):
    exec(compile(text, 'randomization.md', 'exec'), {})
    assert capsys.readouterr().out


def test_the_snippets_were_found():
    assert len(SNIPPETS) >= 5
    assert len(NUMBERS) == 13
    assert len(POINTS) == 11
    assert len(ROTATIONS) == 9
