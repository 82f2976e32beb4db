"""Schema, reference and examples are made from the models or agree with them."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from synth_ros.config.load import load_config_text
from synth_ros.config.nodes import plain
from synth_ros.config.packaged import packaged_builtins
from synth_ros.config.reference import reference_markdown, schema_json
from synth_ros.config.shape import Listing, Record, config_shape
from synth_ros.config.yaml_source import read_yaml
from synth_ros.errors import ConfigError

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / 'config').glob('*.yaml'))
DOCS = (ROOT / 'docs' / 'config.md').read_text(encoding='utf-8')
COMMAND = 'synth-ros config reference --out docs/config_reference.md'


def records(kind, path=''):
    """All sections with their paths."""
    if isinstance(kind, Listing):
        kind = kind.item
    if isinstance(kind, Record):
        yield path, kind
        for key in kind.keys:
            yield from records(key.kind, f'{path}.{key.name}')


@pytest.fixture(scope='module')
def validator():
    schema = json.loads(schema_json())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def data(text):
    return plain(read_yaml(text).root)


def test_every_section_and_key_is_explained():
    bare = [path for path, record in records(config_shape()) if not record.text]
    bare += [
        f'{path}.{key.name}'
        for path, record in records(config_shape())
        for key in record.keys
        if not key.text.endswith('.')
    ]
    assert bare == []


def test_the_reference_is_up_to_date():
    written = (ROOT / 'docs' / 'config_reference.md').read_text(encoding='utf-8')
    assert written == reference_markdown(), f'run: {COMMAND}'


def test_the_reference_names_every_key_and_links_only_to_its_sections():
    text = reference_markdown()
    for _, record in records(config_shape()):
        for key in record.keys:
            assert f'| `{key.name}` |' in text
    headings = {
        re.sub(r'[^a-z_ ]', '', line.lower()).strip()
        for line in text.splitlines()
        if line.startswith('#')
    }
    assert set(re.findall(r'\]\(#([a-z_]*)\)', text)) <= headings


@pytest.mark.parametrize('path', EXAMPLES, ids=[path.name for path in EXAMPLES])
def test_the_schema_accepts_the_examples(path, validator):
    validator.validate(data(path.read_text(encoding='utf-8')))


@pytest.mark.parametrize('path', EXAMPLES, ids=[path.name for path in EXAMPLES])
def test_the_examples_are_valid(path):
    loaded = load_config_text(path.read_text(encoding='utf-8'), str(path), base_dir=path.parent)
    assert loaded.config.objects.classes


def test_the_demo_shows_every_built_in_class():
    demo = data((ROOT / 'config' / 'tabletop.yaml').read_text(encoding='utf-8'))
    named = [entry['name'] for entry in demo['objects']['classes']]
    assert sorted(named) == list(packaged_builtins().objects)
    assert len(named) >= 12


@pytest.mark.parametrize(
    ('addition', 'message'),
    [
        ('seeed: 1', "'seeed' was unexpected"),
        ('seed: a', "'a' is not of type 'integer'"),
        ('seed: -1', '-1 is less than the minimum of 0'),
        ('render: {backend: vulkan}', "'vulkan' is not one of"),
        ('physics: {timestep_s: 0}', '0 is less than or equal to the minimum of 0'),
        ('robot: {position_m: [1, 2]}', r'\[1, 2\] is too short'),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(addition, message, validator, builtins):
    text = f'cameras: [{{name: head}}]\nobjects: {{count: [0, 0]}}\n{addition}\n'
    with pytest.raises(jsonschema.ValidationError, match=message):
        validator.validate(data(text))
    with pytest.raises(ConfigError, match=r'config\.yaml:3: '):
        load_config_text(text, builtins=builtins)


@pytest.mark.parametrize('snippet', re.findall(r'```yaml\n(.*?)```', DOCS, flags=re.DOTALL))
def test_yaml_in_the_docs_is_valid(snippet, builtins):
    if snippet.startswith('# yaml-language-server'):
        snippet += 'cameras: [{name: head}]\nobjects: {count: [0, 0]}\n'
    assert load_config_text(snippet, builtins=builtins).config.cameras[0].name == 'head'


def test_messages_in_the_docs_are_those_of_the_loader(builtins):
    text = (
        'cameras:\n\n  - name: head\n    widht: 640\n'
        'objects:\n\n  count: [5, 3]\n  classes:\n    - name: mgu\n'
    )
    with pytest.raises(ConfigError, match='widht') as caught:
        load_config_text(text, builtins=builtins)
    shown = re.search(r'```text\n(.*?)```', DOCS, flags=re.DOTALL)[1]
    assert [f'error: {problem}' for problem in caught.value.problems] == shown.splitlines()


def test_python_in_the_docs_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    snippet = re.search(r'```python\n(.*?)```', DOCS, flags=re.DOTALL)[1]
    exec(compile(snippet, 'config.md', 'exec'), {})
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch('640 [0-9a-f]{64}', first)
    assert second == 'config/minimal.yaml:4: cameras[0].name: the robot has no camera "head"'


# Rows of the table of traps: what is written, and what the docs say to write instead.
TRAPS = re.findall(r'^\| (`.*?) \| [^|]* \| ([^|]*) \|$', DOCS, flags=re.MULTILINE)


@pytest.mark.parametrize(('traps', 'instead'), TRAPS)
def test_the_traps_in_the_docs_are_errors_and_what_to_write_is_not(traps, instead, builtins):
    base = 'cameras: [{name: head}]\nobjects: {count: [0, 0]}\nrobot: {joints: {a: %s}}\n'
    for written in re.findall('`([^`]*)`', traps):
        with pytest.raises(ConfigError, match=r'got [^,]*, which '):
            load_config_text(base % written, builtins=builtins)
    for written in re.findall('`([0-9][^`]*)`', instead):
        load_config_text(base % written, builtins=builtins)


def test_the_table_of_traps_was_found():
    assert len(TRAPS) == 8
