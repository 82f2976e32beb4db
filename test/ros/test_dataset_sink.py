"""Received messages become episodes: each scene whole, in the order of arrival."""

import json
from dataclasses import replace

import pytest
from message_parts import PARTS, parts_of, sample_at
from sample_factory import INFO, PLAIN

from synth_ros.errors import OutputError, RosError
from synth_ros.ros.dataset_sink import DatasetSink
from synth_ros.writers.coco import CocoWriter

CAMERAS = ['head', 'wrist']
VIEWS = 3


class Rig:
    def __init__(self, root, **limits):
        self.root = root
        self.coco = CocoWriter(root, INFO, PLAIN)
        self.sink = DatasetSink(self.coco.episodes, CAMERAS, parts=PARTS, **limits)

    def put(self, camera, parts):
        for name, cdr in parts.items():
            self.sink.put(camera, name, cdr)

    def play(self, episode, *, run, session='1', cameras=CAMERAS):
        """Everything of a scene."""
        for view in range(VIEWS):
            stamp_ns = (run * VIEWS + view) * 1000 + int(session) * 10**9
            for camera in cameras:
                sample = sample_at(episode, view, camera, stamp_ns=stamp_ns)
                self.put(camera, parts_of(sample, run=run, session=session))

    def close(self):
        """Episodes with the stems of their images."""
        try:
            self.sink.close()
        finally:
            self.coco.__exit__(None, None, None)
        files = sorted(path.stem for path in (self.root / 'images').iterdir())
        episodes = sorted({stem.split('_')[0] for stem in files})
        return {e: [f[7:] for f in files if f.startswith(e)] for e in episodes}


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path / 'dataset')


ALL = [f'{view:03d}_{camera}' for view in range(VIEWS) for camera in CAMERAS]


def test_a_scene_that_was_reset_twice_is_stored_three_times(rig):
    for run in range(3):
        rig.play(4, run=run)
    assert rig.close() == dict.fromkeys(('000000', '000001', '000002'), ALL)
    assert rig.sink.samples == 3 * len(ALL)
    assert rig.sink.incomplete == []


def test_two_runs_of_the_simulator_are_told_apart(rig):
    rig.play(0, run=0, session='1')
    rig.play(0, run=0, session='2')
    assert rig.close() == dict.fromkeys(('000000', '000001'), ALL)


def test_a_camera_that_lags_two_scenes_behind_loses_nothing(rig):
    for run in range(3):
        rig.play(run, run=run, cameras=['head'])
    for run in range(3):
        rig.play(run, run=run, cameras=['wrist'])
    assert rig.close() == dict.fromkeys(('000000', '000001', '000002'), ALL)


def test_a_silent_camera_does_not_hold_up_the_others_for_ever(rig):
    for run in range(8):
        rig.play(run, run=run, cameras=['head'])
    rig.play(0, run=0, cameras=['wrist'])
    episodes = rig.close()
    assert list(episodes) == [f'{n:06d}' for n in range(8)]
    assert all(files == ALL[::2] for files in episodes.values())
    assert len(rig.sink.incomplete) == VIEWS
    assert all('wrist at' in text and 'too late' in text for text in rig.sink.incomplete)


def test_missing_parts_are_told_and_the_rest_is_kept(rig):
    rig.play(0, run=0)
    parts = parts_of(sample_at(0, 3, 'head', stamp_ns=10**9 + 3000), run=0)
    del parts['depth'], parts['instance']
    rig.put('head', parts)
    assert rig.close() == {'000000': ALL}
    assert rig.sink.incomplete == ['head at 1000003000 ns lacks depth, instance']


@pytest.mark.parametrize(
    ('origin', 'message'),
    [
        ({'config_hash': 'ffff', 'seed': 7}, r'another config or seed .*ffff with seed 7, not'),
        ({'config_hash': INFO.config_hash, 'seed': 8}, r'with seed 8, not 0123abcd with seed 7'),
        ({'seed': 7}, r'do not say which config made the frame'),
    ],
)
def test_frames_of_another_config_are_refused(rig, origin, message):
    sample = sample_at(0, 0, 'head', stamp_ns=5)
    rig.put('head', parts_of(replace(sample, provenance_json=json.dumps(origin)), run=0))
    with pytest.raises(RosError, match=message):
        rig.close()
    assert isinstance(rig.sink.error, RosError)


def test_a_damaged_message_ends_it_and_keeps_what_was_committed(rig):
    for run in range(2):
        rig.play(run, run=run)
    rig.sink.put('head', 'color', b'')
    with pytest.raises(RosError, match='damaged'):
        rig.close()
    assert [p.stem for p in (rig.root / 'episodes').iterdir()] == ['000000']


def test_more_than_memory_may_hold_ends_it_and_keeps_what_came(tmp_path):
    made = [
        parts_of(sample_at(0, view, 'head', stamp_ns=view), run=0, depth_encoding='32FC1')
        for view in range(60)
    ]
    size = sum(map(len, made[0].values()))
    rig = Rig(tmp_path / 'dataset', max_waiting_bytes=10 * size)
    for parts in made:
        rig.put('head', parts)
    with pytest.raises(OutputError, match=r'written more slowly than frames come: 0\.0 GB wait'):
        rig.close()
    stored = len(list((rig.root / 'images').iterdir()))
    assert 10 <= stored < len(made)
    assert rig.sink.samples == stored
    assert rig.sink.backlog == 0


def test_nothing_received(rig):
    assert rig.close() == {}
    assert json.loads((rig.root / 'annotations.json').read_text())['images'] == []
