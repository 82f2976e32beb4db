"""The page about rendering says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.render.model import SLICES, STACKS

TEXT = (Path(__file__).parents[2] / 'docs' / 'rendering.md').read_text()


@pytest.mark.parametrize('code', re.findall(r'```python\n(.*?)```', TEXT, re.DOTALL))
def test_code_runs(code: str) -> None:
    exec(compile(code, 'docs/rendering.md', 'exec'), {})


def test_numbers_match_the_code() -> None:
    assert f'at least {SLICES} slices and {STACKS} stacks' in TEXT
    config = RenderConfig()
    (row,) = [line for line in TEXT.splitlines() if '(default)' in line]
    assert row.startswith(f'| {config.shadow_size} | {config.samples} |')
