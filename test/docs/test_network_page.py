"""docs/network.md tells the files, values and amounts that there are."""

import re
from pathlib import Path

import pytest

from synth_ros.network.kernel import wanted_settings
from synth_ros.network.profiles import PROFILE_VARIABLES, SHIPPED, shipped_file

PAGE = (Path(__file__).parents[2] / 'docs' / 'network.md').read_text()
BYTES = {'colour, `rgb8`': 3, 'depth, `16UC1`': 2, 'colour and depth': 5, 'depth, `32FC1`': 4}


def rows(title):
    """Cells of the first table under a heading."""
    section = PAGE.split(f'## {title}\n')[1].split('\n## ')[0]
    lines = [line.strip('|').split('|') for line in section.splitlines() if line.startswith('| ')]
    return {cells[0].strip(): [c.strip() for c in cells[1:]] for cells in lines[1:]}


@pytest.mark.parametrize('stream', BYTES)
def test_amounts_are_those_of_the_images(stream):
    pixels = {'640x480': 640 * 480, '1280x720': 1280 * 720}
    expected = [
        round(8e-6 * BYTES[stream] * count * rate)
        for count in pixels.values()
        for rate in (10, 30)
    ]
    assert [int(cell) for cell in rows('How much there is to carry')[stream]] == expected


def test_kernel_settings_are_those_of_the_file():
    told = {name.strip('`'): int(cells[1]) for name, cells in rows('Kernel').items()}
    assert told == wanted_settings()


def test_every_file_is_told_of():
    asked = set(re.findall(r'--file ([\w-]+)', PAGE)) | {
        name.strip('`') for name in rows('Fast DDS')
    }
    assert asked | {'sysctl'} == set(SHIPPED)
    assert all(name in PAGE for name in PROFILE_VARIABLES)
    assert shipped_file('sysctl').name in PAGE
