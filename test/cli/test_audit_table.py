"""The table of an audit on terminals of several widths."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from synth_ros.audit.measure import Finder
from synth_ros.audit.rows import ROWS
from synth_ros.audit.run import AuditResult
from synth_ros.audit.tally import Tally
from synth_ros.cli.audit_table import number, show

PLACE = '000012_003_a_camera_with_a_long_name'


def printed(*, width, broken=0):
    """What the worst that each check may say looks like."""
    find, tally = Finder(PLACE), Tally()
    subject = 'drinking_glass_12 (id 12), handle_bottom'
    tally.add(find.errors(name, [1.4412e-15], subject=subject) for name in ROWS)
    tally.add([Finder('000000_000_head').wrong('mask.ids', 0)])
    for k in range(broken):
        frame = Finder(f'00000{k}_000_head')
        tally.add([frame.errors('files.values', [k + 1.5], subject='mug', detail='why')])
    rows = tally.results(with_config=True)
    result = result_of(rows)
    stream = io.StringIO()
    show(result, Console(file=stream, width=width))
    return stream.getvalue()


@pytest.mark.parametrize('width', [80, 100, 140])
def test_nothing_is_cut(width):
    text = printed(width=width)
    assert '…' not in text
    assert max(map(len, text.splitlines())) <= width
    table = text.split('No error')[0].split('└')[0]
    for name, row in ROWS.items():
        if row.worst > 0:
            unit = f' {row.unit}'.rstrip()
            assert any(f' {name} ' in line and f' 1.4e-15{unit} ' in line for line in lines(table))
    assert ''.join(line.rsplit('│', 2)[-2].strip() for line in lines(table)).count(PLACE) == len(
        ROWS
    )
    assert 'Every bound holds.' not in text


def test_what_is_exact_is_named_once():
    find, tally = Finder('000000_000_head'), Tally()
    tally.add([find.wrong('mask.ids', 0), find.errors('points', [0.0005])])
    rows = tally.results(with_config=False)
    result = result_of(rows)
    stream = io.StringIO()
    show(result, Console(file=stream, width=80))
    text = stream.getvalue()
    assert 'No error at all: mask.ids\n' in text
    assert '│ points' in text
    assert '│ mask.ids' not in text
    assert 'Not checked, needs --config: rays.ids' in text
    assert text.endswith('Every bound holds.\n')


def test_what_is_broken_comes_last_with_its_findings():
    text = printed(width=80, broken=5)
    table, told = text.split('└', 1)
    places = [place for place, line in enumerate(lines(table)) if '│ files.values' in line]
    assert len(places) == 1
    assert 'broken 5 times' in lines(table)[places[0] + 1]
    found = told[told.index('files.values broken 5 times: boxes') :]
    assert '  000004_000_head mug: 5.5 px or m, allowed 1e-06. why\n' in found
    assert 'and 2 more, in the report' in found
    assert 'Every bound holds' not in text


@pytest.mark.parametrize(
    ('value', 'text'),
    [
        (0.0, '0'),
        (139.0, '139'),
        (248074.0, '248074'),
        (1.4412e-15, '1.4e-15'),
        (1e-06, '1e-06'),
        (0.021234, '0.0212'),
        (0.001, '0.001'),
        (1234.56, '1.23e+03'),
        (float('inf'), 'inf'),
    ],
)
def test_numbers(value, text):
    assert number(value) == text


def lines(table):
    return [line for line in table.splitlines() if line.startswith('│')]


def result_of(rows):
    return AuditResult(
        path=Path('dataset'),
        kind='dataset',
        frames_total=9,
        frames=('000000_000_head',),
        seed=0,
        with_config=True,
        rows=rows,
        problems=(),
        notes=(),
    )
