"""What the README and the docs say exists: commands, options, keys, links, pictures."""

import json
import re
import shlex
from pathlib import Path

import pytest
import typer.main
import yaml

from synth_ros.cli.main import app
from synth_ros.config.root import Config

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / 'README.md', *sorted((ROOT / 'docs').glob('*.md'))]


def blocks(path: Path, language: str) -> list[str]:
    """Fenced code blocks of a language."""
    return re.findall(rf'```{language}\n(.*?)```', path.read_text(encoding='utf-8'), re.DOTALL)


def commands() -> list[str]:
    """Every line of a shell block that calls our command."""
    lines = [
        line.split(' #')[0].strip()
        for page in PAGES
        for block in blocks(page, '(?:bash|sh|console)')
        for line in block.splitlines()
    ]
    return sorted({line for line in lines if line.startswith('synth-ros ')})


@pytest.mark.parametrize('line', commands())
def test_commands_have_the_verbs_and_options_that_are_shown(line):
    command = typer.main.get_command(app)
    words = shlex.split(line)[1:]
    while hasattr(command, 'commands') and words and not words[0].startswith('-'):
        assert words[0] in command.commands, line
        command = command.commands[words.pop(0)]
    known = {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    used = {word.split('=')[0] for word in words if word.startswith('-')}
    assert used <= known | {'--help', '--version'}, line


def test_there_are_commands_to_check():
    assert len(commands()) >= 5


def test_the_configs_shown_are_valid():
    shown = [yaml.safe_load(text) for text in blocks(ROOT / 'README.md', 'yaml')]
    assert shown
    for data in shown:
        Config.model_validate_json(json.dumps(data))


@pytest.mark.parametrize('page', PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page):
    text = re.sub(r'```.*?```', '', page.read_text(encoding='utf-8'), flags=re.DOTALL)
    targets = re.findall(r'\]\(([^)#]+?)(?:#[^)]*)?\)', text)
    missing = [
        target
        for target in targets
        if not target.startswith(('http://', 'https://')) and not (page.parent / target).exists()
    ]
    assert missing == []


def test_pictures_stay_small():
    for picture in (ROOT / 'docs' / 'images').iterdir():
        assert picture.stat().st_size < 700_000, picture.name
