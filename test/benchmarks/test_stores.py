"""Every container that is compared gives back what it was given, and bears a kill as it says."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'writers'))

from bench_store import Series, table
from full_factory import FULL, full_episode
from other_stores import others
from sample_factory import PLAIN
from stores import Ours, Unit, files_of, our_options, renumbered, write

from synth_ros.writers.coco import EpisodeWriter

OURS = [Ours(FULL, options) for options in our_options(PLAIN)]
STORES = [*OURS, *others()[0]]


@pytest.fixture(scope='module')
def unit(tmp_path_factory):
    writer = EpisodeWriter(tmp_path_factory.mktemp('unused'), FULL, PLAIN)
    return Unit(0, tuple(writer.encode(sample) for sample in full_episode(0)), b'{"more": 1}')


@pytest.mark.filterwarnings('ignore')  # of the libraries' own, about what they will change
@pytest.mark.parametrize('store', STORES, ids=lambda store: store.name)
def test_a_store_gives_back_what_it_was_given(tmp_path, unit, store):
    for episode in (0, 1):
        write(store, tmp_path, renumbered(unit, episode))
    stems = [*unit.stems, *renumbered(unit, 1).stems]
    assert store.names(tmp_path) == sorted(stems)
    expected = [files_of(frame) for frame in unit.frames]
    assert list(store.stream(tmp_path)) == 2 * expected
    assert store.read(tmp_path, stems[-1]) == expected[-1]


def test_a_frame_has_all_its_contents(unit):
    assert sorted(files_of(unit.frames[0])) == [
        'depth.png',
        'instance.png',
        'labels.json',
        'layers.npz',
        'panoptic.png',
        'part.png',
        'rgb.png',
        'semantic.png',
    ]


@pytest.mark.slow
def test_ours_bear_a_kill_and_are_measured(tmp_path, unit):
    series = []
    for number, store in enumerate(OURS):
        one = Series(store, tmp_path / str(number), unit)
        one.grow()
        one.look(unit.stems[0])
        one.check()
        one.weigh()
        one.kill(tmp_path / f'{number}_killed')
        series.append(one)
    assert [one.left for one in series] == ['4 + 0 of 2; no error'] * 2
    lines = table(series).splitlines()
    assert len(lines) == 4
    assert lines[2].startswith('| ours: folder of files | ')
