"""Plots as numbers: what is drawn is what was counted."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_ros.report.plots import (
    Bins,
    heat_map,
    histogram,
    matrix,
    paired_bars,
    paired_histogram,
    round_values,
    spark,
)

LINEAR = Bins((0.0, 1.0, 2.0, 3.0), (2, 0, 4), unit='m')


def read(svg):
    return ET.fromstring(svg)


def rects(svg, style):
    return [node for node in read(svg).iter('rect') if node.get('class') == style]


def texts(svg):
    return [''.join(node.itertext()) for node in read(svg).iter('text')]


def test_bars_are_as_high_as_their_counts_and_say_them():
    svg = histogram('t', LINEAR)
    low, high = rects(svg, 'bar')
    assert float(high.get('height')) == pytest.approx(2 * float(low.get('height')))
    assert [k.find('title').text for k in (low, high)] == ['0 to 1 m: 2', '2 to 3 m: 4']
    assert 'm' in texts(svg)
    assert '4 in the highest bar' in texts(svg)


@settings(deadline=None)
@given(values=st.lists(st.integers(0, 9), min_size=1, max_size=300), log=st.booleans())
def test_many_bins_become_few_bars_that_hold_all(values, log):
    edges = np.geomspace(1, 9, len(values) + 1) if log else np.linspace(-3, 9, len(values) + 1)
    svg = histogram('t', Bins(tuple(edges), tuple(values), log=log))
    counts = [int(k.find('title').text.rpartition(': ')[2]) for k in rects(svg, 'bar')]
    assert sum(counts) == sum(values)
    assert len(counts) <= 40
    for bar in rects(svg, 'bar'):
        left, wide = float(bar.get('x')), float(bar.get('width'))
        assert left >= 9.9
        assert left + wide <= 490.1


def test_whole_numbers_are_named_without_halves():
    svg = histogram('t', Bins((1.5, 2.5, 3.5), (1, 3), whole=True))
    assert [k.find('title').text for k in rects(svg, 'bar')] == ['2: 1', '3: 3']


def test_a_pair_shares_its_scale():
    svg = paired_histogram('t', LINEAR._replace(values=(0.5, 0.5, 0.0)), (0.0, 0.25, 0.75))
    path = next(read(svg).iter('path')).get('d')
    tops = [float(y) for y in re.findall(r'V([\d.]+) H', path)]
    ground = tops[0]
    assert ground - tops[2] == pytest.approx(3 * (ground - tops[1]), abs=0.2)
    bars = [float(k.get('height')) for k in rects(svg, 'bar')]
    assert bars[0] == pytest.approx(2 / 3 * (ground - tops[2]), abs=0.2)


def test_names_are_escaped_and_cut():
    long = 'a class <&> with a name that is far too long'
    for svg in (
        paired_bars('t', [long, 'b'], ((0.1, 0.9), (0.4, 0.6))),
        matrix('t', [long, 'b'], [[0, 1], [1, 2]]),
    ):
        assert texts(svg)[0] == 'a class <&> with a na…'
        assert any(long in (k.text or '') for k in read(svg).iter('title'))


def test_cells_are_the_darker_the_more_is_in_them():
    svg = heat_map('t', [[0, 1], [2, 4]])
    shades = [float(k.get('fill-opacity')) for k in rects(svg, 'cell')]
    assert shades == sorted(shades)
    assert shades[-1] == 1
    assert len(shades) == 3


def test_sparks():
    assert len(rects(spark('t', (0, 3, 1)), 'bar')) == 2


@pytest.mark.parametrize(
    ('low', 'high', 'log', 'whole', 'expected'),
    [
        (0, 100, False, False, [0, 20, 40, 60, 80, 100]),
        (0.001, 0.0047, False, False, [0.001, 0.002, 0.003, 0.004]),
        (3.5, 8.5, False, True, [4, 5, 6, 7, 8]),
        (-0.5, 0.5, False, True, [0]),
        (7, 300, True, False, [10, 20, 50, 100, 200]),
        (0.1, 1e5, True, False, [0.1, 1, 10, 100, 1000, 10000, 100000]),
        (3000, 3500, True, False, [3000, 3100, 3200, 3300, 3400, 3500]),
    ],
)
def test_ticks_are_round(low, high, log, whole, expected):
    assert round_values(low, high, log=log, whole=whole) == pytest.approx(expected)


@settings(deadline=None)
@given(low=st.floats(-1e4, 1e4), span=st.floats(1e-2, 1e6), log=st.booleans())
def test_ticks_are_few_and_inside(low, span, log):
    if log:
        low = abs(low) + 1e-3
    found = round_values(low, low + span, log=log, whole=False)
    assert len(found) <= 11
    assert all(low - 1e-6 * span <= value <= low + span * (1 + 1e-6) for value in found)
