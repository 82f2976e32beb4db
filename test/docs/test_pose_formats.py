"""The snippets of docs/formats/bop.md, dope.md and voc.md run on what the formats write."""

import re
import sys
from pathlib import Path

import pytest
import yaml

from synth_ros.config.load import load_config_text
from synth_ros.writers.formats.registry import make_format

ROOT = Path(__file__).parents[2]
FORMATS = ('bop', 'dope', 'voc')
EXPECTED = {
    'bop': r'object \d+ spans columns .*\nand shows \d+ pixels',
    'dope': r'\w+ is \d+ cm in front of the camera, around column \d+',
    'voc': r'\w+ \[\d+, \d+, \d+, \d+\] \d+ pixels',
}


def snippets(name, language):
    page = (ROOT / f'docs/formats/{name}.md').read_text(encoding='utf-8')
    return re.findall(rf'```{language}\n(.*?)```', page, flags=re.DOTALL)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    helpers = [str(ROOT / 'test/writers' / place) for place in ('', 'formats')]
    sys.path[:0] = helpers
    try:
        from format_driver import write_all
        from rendered_samples import render
    finally:
        del sys.path[: len(helpers)]
    where = tmp_path_factory.mktemp('formats')
    samples, setup = render(where)
    for name in FORMATS:
        write_all(make_format(name, setup), samples, setup, where / name)
    return where


@pytest.mark.parametrize('name', FORMATS)
def test_python_runs(folder, monkeypatch, capsys, name):
    monkeypatch.chdir(folder)
    (snippet,) = snippets(name, 'python')
    exec(compile(snippet, f'{name}.md', 'exec'), {})
    assert re.search(EXPECTED[name], capsys.readouterr().out)


@pytest.mark.parametrize('name', FORMATS)
def test_configs_are_valid(name):
    demo = yaml.safe_load((ROOT / 'config/minimal.yaml').read_text(encoding='utf-8'))
    for snippet in snippets(name, 'yaml'):
        for key, section in yaml.safe_load(snippet).items():
            demo[key] = {**demo.get(key, {}), **section}
    assert load_config_text(yaml.safe_dump(demo), base_dir=ROOT / 'config').config.cameras


@pytest.mark.parametrize('name', FORMATS)
def test_the_page_names_what_lies_in_the_folder(folder, name):
    """Every kind of file, and the folders of the first level."""
    page = (ROOT / f'docs/formats/{name}.md').read_text(encoding='utf-8')
    layout = re.search(r'```\n(.*?)```', page, flags=re.DOTALL)[1]
    for path in (folder / name).rglob('*'):
        parts = path.relative_to(folder / name).parts
        known = parts[0] in layout or parts[0] == 'test'
        assert known, f'{parts[0]} is not in the layout of {name}.md'
        if path.is_file() and not re.match(r'\d', parts[-1]):
            assert parts[-1] in layout or re.match(r'obj_|test|\w+-', parts[-1]), parts
