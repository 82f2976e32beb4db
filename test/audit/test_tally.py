"""Sums over many measures: worst, median, bounds."""

import numpy as np
import pytest

from synth_ros.audit.measure import Finder
from synth_ros.audit.rows import ROWS
from synth_ros.audit.tally import Tally, broken_bound


def result_of(measures, name, *, with_config=False):
    tally = Tally()
    tally.add(measures)
    return next(row for row in tally.results(with_config=with_config) if row.name == name)


def test_worst_and_median_over_frames():
    rng = np.random.default_rng(0)
    errors = rng.exponential(0.002, (40, 5000))
    measures = [Finder(f'f{k}').errors('flow.pixels', row) for k, row in enumerate(errors)]
    row = result_of(measures, 'flow.pixels')
    assert row.worst.worst == errors.max()
    assert row.worst.frame == f'f{int(errors.max(axis=1).argmax())}'
    assert row.median == pytest.approx(np.median(errors), rel=0.02)
    assert (row.number, row.frames) == (200_000, 40)


def test_median_weighs_by_number_of_errors():
    small = Finder('a').errors('flow.pixels', np.full(10, 0.001))
    large = Finder('b').errors('flow.pixels', np.full(1000, 0.003))
    assert result_of([small, large], 'flow.pixels').median == 0.003


def test_every_broken_bound_is_found():
    good = Finder('good').wrong('mask.ids', 0)
    bad = [Finder(f'bad{k}').wrong('mask.ids', k, subject='mug', detail='why') for k in (3, 9)]
    row = result_of([good, *bad], 'mask.ids')
    assert (row.status, row.broken) == ('broken', 2)
    assert [f.measure.frame for f in row.findings] == ['bad9', 'bad3']
    assert row.findings[0].why == '9 px, allowed 0'


def test_findings_are_counted_beyond_those_that_are_kept():
    bad = [Finder(f'{k}').wrong('mask.ids', k) for k in range(1, 501)]
    row = result_of(bad, 'mask.ids')
    assert row.broken == 500
    assert [f.measure.worst for f in row.findings] == list(range(500, 450, -1))


def test_a_frame_breaks_the_median_alone():
    errors = np.full(500, ROWS['flow.pixels'].median * 1.5)
    assert 'median 0.03 px, allowed 0.02' in broken_bound(
        Finder('f').errors('flow.pixels', errors)
    )
    assert broken_bound(Finder('f').errors('flow.pixels', errors[:50])) is None


def test_what_is_no_number_breaks_every_bound():
    measure = Finder('f').errors('flow.pixels', [0.0, np.nan])
    assert measure.worst == np.inf
    assert broken_bound(measure).startswith('inf px')


def test_rows_without_a_measure_say_why():
    assert result_of([], 'normals.planes').status == 'not in this recording'
    assert result_of([], 'rays.ids').status == 'needs --config'
    assert result_of([], 'rays.ids', with_config=True).status == 'not in this recording'
