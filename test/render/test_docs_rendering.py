"""The page about rendering says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.render.core_context import CORE, EXTENSIONS
from synth_ros.render.model import SLICES, STACKS

SOURCES = Path(__file__).parents[2] / 'synth_ros' / 'render'
TEXT = (Path(__file__).parents[2] / 'docs' / 'rendering.md').read_text()


@pytest.mark.parametrize('code', re.findall(r'```python\n(.*?)```', TEXT, re.DOTALL))
def test_code_runs(code: str) -> None:
    exec(compile(code, 'docs/rendering.md', 'exec'), {})


def test_numbers_match_the_code() -> None:
    assert f'at least {SLICES} slices and {STACKS} stacks' in TEXT
    config = RenderConfig()
    (row,) = [line for line in TEXT.splitlines() if '(default)' in line]
    assert row.startswith(f'| {config.shadow_size} | {config.samples} |')


def test_messages_that_are_explained_are_said() -> None:
    section = TEXT.split('## When nothing draws')[1].split('\n## ')[0]
    messages = re.findall(r'^\| `([^`]*)` \|', section, re.MULTILINE)
    assert len(messages) >= 8
    said = ''.join(path.read_text() for path in SOURCES.glob('*.py'))
    # Sentences are written over several lines, and names filled in.
    said = re.sub(r"['\"]\s*f?r?['\"]", '', said)
    said = said.replace('{LIBRARY}', 'libEGL.so.1').replace('{name}', 'GL_OUT_OF_MEMORY')
    assert [message for message in messages if message not in said] == []


def test_needs_match_the_code() -> None:
    section = TEXT.split('## Which one')[1].split('\n## ')[0]
    assert set(re.findall(r'`(GL_ARB_\w+)`', section)) == set(EXTENSIONS)
    assert f'OpenGL {CORE[0]}.{CORE[1]} core' in section
