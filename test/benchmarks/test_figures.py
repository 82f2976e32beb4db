"""Figures: how they are kept, compared, drawn, and put into the page."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from bench_memory import Reading, by_thousand, slope
from fill_docs import NOTHING, blocks, fill
from fill_docs import main as fill_main
from fill_network import main as fill_network_main
from PIL import Image
from plots import Bar, bar_chart
from results import Row, Spread, load, machine, save
from targets import MAIN, TARGETS, summary

PAGE = Path(__file__).resolve().parents[2] / 'docs' / 'benchmarks.md'
ROW = Row(
    section='labelled',
    scene=MAIN,
    name='classic 1024/0',
    quality='shadow map 1024, 0 samples',
    seconds=(0.02, 0.025, 0.04),
    baseline=(0.08, 0.05, 0.1),
    notes={'frames': 3},
)


def test_a_ratio_is_of_turns_side_by_side():
    assert ROW.ratio == pytest.approx((2.0, 2.5, 4.0))
    assert ROW.frames_per_s == pytest.approx(40)
    assert str(ROW.ratio) == '2.50 (2.00 to 4.00)'


def test_without_figures_there_is_no_ratio():
    failed = Row('peers', MAIN, 'other', error='does not install')
    assert failed.ratio is None
    assert failed.frames_per_s is None


def test_rows_are_kept_and_replaced_one_by_one(tmp_path):
    path = tmp_path / 'new' / 'speed.json'
    other = replace(ROW, name='onepass 1024/0')
    save(path, [ROW, other])
    assert load(path) == [ROW, other]
    again = replace(ROW, seconds=(1.0,), baseline=(2.0,))
    save(path, [again])
    assert load(path) == [again, other]
    assert load(tmp_path / 'missing.json') == []


def test_a_chart_shows_every_bar(tmp_path):
    bars = [Bar('scene', 'one', Spread(1, 2, 3)), Bar('scene', 'two', Spread(4, 5, 6))]
    bar_chart(tmp_path / 'few.png', 'Title', bars)
    bar_chart(tmp_path / 'more.png', 'Title', [*bars, Bar('next', 'one', Spread(1, 1, 1))])
    with Image.open(tmp_path / 'few.png') as few, Image.open(tmp_path / 'more.png') as more:
        assert more.height > few.height
        # The second bar is the longer one: its colour is there beyond the end of the first.
        colours = {few.getpixel((x, y)) for x in range(700, 800) for y in range(few.height)}
    assert (0x9E, 0xCA, 0xE9) in colours
    assert (0x4C, 0x78, 0xA8) not in colours


def test_slope_of_memory_leaves_the_warm_up_and_the_end_out():
    steady = [Reading(n, 300 + 0.002 * n) for n in range(100, 1000, 10)]
    readings = [Reading(0, 10.0), Reading(50, 5000.0), *steady, Reading(1000, 9000.0)]
    growth, error = slope(readings, 1000)
    assert growth == pytest.approx(2.0)
    assert error == pytest.approx(0, abs=1e-6)


def test_the_summary_names_every_target():
    lines = summary([ROW])
    assert [line[0] for line in lines] == [target.what for target in TARGETS]
    assert lines[0] == (TARGETS[0].what, '3.5', '2.50 (2.00 to 4.00)', '5.5', 'not measured')
    assert lines[-1][1] == '-'


def test_figures_go_into_the_page(tmp_path):
    page = tmp_path / 'benchmarks.md'
    shutil.copy(PAGE, page)
    save(tmp_path / 'results' / 'speed.json', [ROW])
    arguments = ['--results', str(tmp_path / 'results'), '--page', str(page)]
    fill_main(arguments)
    text = page.read_text(encoding='utf-8')
    assert '| classic | shadow map 1024, 0 samples | 2.50 (2.00 to 4.00) |' in text
    assert '![' in text.partition('<!-- begin labelled -->')[2].partition('<!-- end')[0]
    assert (tmp_path / 'images' / 'bench_labelled.png').exists()
    assert machine()['processors'] in text
    # Filling is repeatable, and what has no figures says so.
    fill_main(arguments)
    assert page.read_text(encoding='utf-8') == text
    assert NOTHING in text.partition('<!-- begin peers -->')[2].partition('<!-- end')[0]


def test_shares_of_storing_have_a_table_of_their_own():
    notes = {'share of processor time': '0.8', 'ms of processor time more': 11.5, 'load': 9}
    stored = replace(ROW, section='writing', name='shards: classic 1024/0, 1 worker', notes=notes)
    recorded = replace(stored, name='MCAP, zstd: classic 1024/0, 1 worker', notes={'load': 8})
    lines = blocks([stored, recorded], machine())['writing'].splitlines()
    assert (
        lines[2] == '| classic 1024/0, 1 worker | shards | 2.50 (2.00 to 4.00) | 0.8 | 11.5 | 9 |'
    )
    assert lines[3].startswith('| classic 1024/0, 1 worker | MCAP, zstd | 2.50')
    assert lines[3].endswith('| - | - | 8 |')


def test_memory_is_read_by_the_thousand():
    readings = [Reading(n, 300 + n // 1000) for n in range(0, 2000, 50)]
    assert by_thousand(readings, 3000) == '300 301 -'


def test_figures_of_the_network_have_a_page_of_their_own(tmp_path):
    notes = {'arrived, %': 80.0, 'least, %': 70.0, 'most, %': 100.0, 'median, ms': 5.1}
    notes |= {'p99, ms': 20.0, 'sent, frames/s': 10.0, 'processor, ms a frame': 9.0}
    notes |= {'processor, times the first': '1.00 (0.90 to 1.10)', 'load': 2.5}
    row = Row('network', 'cable, 10/s', 'our profile', notes=notes)
    broken = replace(row, name='other', notes={'load': 2.5}, error='no subscriber was found')
    save(tmp_path / 'network.json', [row, broken])
    page = tmp_path / 'network.md'
    shutil.copy(PAGE.with_name('network.md'), page)
    fill_network_main(['--results', str(tmp_path / 'network.json'), '--page', str(page)])
    text = page.read_text(encoding='utf-8')
    assert '**Cable, 10/s** (load 2.5 on two cores)' in text
    assert '| our profile | 80 (70 to 100) | 5.1 | 20.0 | 10.0 | 9.0 | 1.00 (0.90' in text
    assert '| other | no subscriber was found | - |' in text
    assert (tmp_path / 'images' / 'bench_network.png').exists()


def test_a_page_without_a_block_is_refused():
    with pytest.raises(ValueError, match="0 blocks 'labelled'"):
        fill('# A page', {'labelled': 'figures'})
