"""docs/understanding.md says what the commands do."""

import re
import sys
from pathlib import Path

import pytest

from synth_ros.report.statistics.duplicates import NEAR_BITS
from synth_ros.report.statistics.tally import SPLITS
from synth_ros.report.statistics.trips import RULES

sys.path.insert(0, str(Path(__file__).parents[1] / 'writers'))

from sample_factory import INFO, PLAIN, make_episode

from synth_ros.writers.coco import CocoWriter

TEXT = (Path(__file__).parents[2] / 'docs/understanding.md').read_text(encoding='utf-8')


def test_every_warning_is_in_the_table_and_no_other():
    table = TEXT.partition('| Warning | When |')[2].partition('\n\n')[0]
    names = re.findall(
        r'`([a-z ]+)`', '\n'.join(row.split('|')[1] for row in table.split('\n')[2:])
    )
    assert {name.replace(' ', '_') for name in names} == RULES


def test_numbers_in_the_text_are_those_of_the_code():
    assert f'Up to {NEAR_BITS} bits may differ' in TEXT
    assert f'random halves {SPLITS} times' in TEXT


def test_the_snippet_runs(tmp_path, monkeypatch, capsys):
    with CocoWriter(tmp_path / 'dataset', INFO, PLAIN) as writer:
        writer.write_episode(0, make_episode(0))
    monkeypatch.chdir(tmp_path)
    (snippet,) = re.findall(r'```python\n(.*?)```', TEXT, re.DOTALL)
    exec(compile(snippet, 'docs/understanding.md', 'exec'), {})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ['mug', 'box', 'drill']
    assert all(float(line.split()[2]) == pytest.approx(15, abs=12) for line in lines)
