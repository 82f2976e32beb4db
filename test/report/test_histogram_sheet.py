"""Histograms as one picture."""

import numpy as np
import pytest
from PIL import Image

from synth_ros.errors import OutputError
from synth_ros.report.histogram_sheet import Panel, write_histograms
from synth_ros.report.palette import colour


def panel(*counts, group=1):
    return Panel('objects.scale', 'uniform', ('0', '1 m'), counts, group)


def pixels_of(path):
    with Image.open(path) as image:
        return np.asarray(image).astype(int)


def painted(path, group=1):
    return (pixels_of(path) == colour(group)).all(axis=2)


def test_bars_are_as_high_as_their_counts(tmp_path):
    path = tmp_path / 'h.png'
    write_histograms(path, 'title', [panel(10, 5, 0, 1)])
    bars = painted(path)
    columns = np.flatnonzero(bars.any(axis=0))
    heights = [int(bars[:, column].sum()) for column in columns]
    assert set(heights) == {74, 37, 7}
    # The empty bar leaves its place free.
    assert np.diff(columns).max() > 100


def test_what_is_rare_still_shows(tmp_path):
    path = tmp_path / 'h.png'
    write_histograms(path, 'title', [panel(100_000, 1)])
    assert painted(path).sum(axis=0).max() == 74
    assert set(painted(path).sum(axis=0)) == {0, 2, 74}


@pytest.mark.parametrize(('panels', 'rows'), [(0, 1), (1, 1), (3, 1), (4, 2), (7, 3)])
def test_the_sheet_grows_by_rows(tmp_path, panels, rows):
    path = tmp_path / 'h.png'
    write_histograms(path, 'title', [panel(1, 2)] * panels)
    assert pixels_of(path).shape == (rows * 190 + 68, 3 * 484 + 14, 3)


def test_groups_have_colours_of_their_own(tmp_path):
    path = tmp_path / 'h.png'
    write_histograms(path, 'title', [panel(1), panel(1, group=2)])
    one, other = painted(path, 1), painted(path, 2)
    assert np.flatnonzero(one.any(axis=0)).max() < np.flatnonzero(other.any(axis=0)).min()


def test_long_titles_stay_in_their_panel(tmp_path):
    path = tmp_path / 'h.png'
    long = panel(1)._replace(title='x' * 300, note='y' * 300)
    write_histograms(path, 'z' * 600, [long])
    pixels = pixels_of(path)
    # Right of the only panel there is paper alone, but for the heading above.
    assert np.ptp(pixels[60:, 500:], axis=(0, 1)).max() == 0


def test_a_file_that_cannot_be_written_is_an_error(tmp_path):
    with pytest.raises(OutputError, match=r'h\.png cannot be written: No such file'):
        write_histograms(tmp_path / 'no' / 'h.png', 'title', [panel(1)])
