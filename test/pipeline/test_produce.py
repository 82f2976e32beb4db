"""Overlapping steps change no byte, no error and nothing of what is committed before it."""

import threading
from contextlib import closing

import pytest

from synth_ros.config.load import load_config
from synth_ros.errors import OutputError, PlacementError
from synth_ros.pipeline import episode as episode_module
from synth_ros.pipeline import looking
from synth_ros.pipeline.generate import (
    GenerateRequest,
    dataset_info,
    dataset_options,
    make_plan,
    open_stage,
    run_episode,
)
from synth_ros.pipeline.overlap import from_list
from synth_ros.pipeline.produce import produce
from synth_ros.scene.build import SceneBuilder
from synth_ros.sim import settle as settle_module
from synth_ros.writers.coco import CocoWriter, EpisodeWriter

EVERYTHING = {'render:': 'labels: {everything: true, min_pixels: 4}\nrender:'}
SEQUENCE = {'views_per_episode: 2': 'views_per_episode: 4, motion: sequence'}


class Set:
    """Everything that datasets of one config need."""

    def __init__(self, path, folder):
        self.loaded = load_config(path)
        self.builder = SceneBuilder(self.loaded)
        self.plan = make_plan(GenerateRequest(path, folder), self.loaded)
        self.folder = folder

    def make(self, name, numbers, *, overlapped, resume=False):
        """Progress of each episode; the dataset is in the folder of that name."""
        info = dataset_info(self.loaded, self.builder, seed=11, renderer='classic')
        options = dataset_options(self.plan, self.loaded)
        reports = []
        with CocoWriter(self.folder / name, info, options, resume=resume) as writer:
            stage = open_stage(self.loaded, self.builder, seed=11)
            numbers = [n for n in numbers if n not in writer.committed_episodes()]
            with closing(stage.renderer):
                if overlapped:
                    produce(
                        stage,
                        writer.episodes,
                        plan=self.plan,
                        take=from_list(numbers),
                        report=reports.append,
                    )
                else:
                    for number in numbers:
                        one = run_episode(stage, writer.episodes, plan=self.plan, number=number)
                        reports.append(one)
        return reports


@pytest.fixture
def a_set(write_config, tmp_path):
    def build(**replace):
        return Set(write_config(**replace), tmp_path)

    return build


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize('labels', [{}, EVERYTHING], ids=['default', 'everything'])
@pytest.mark.parametrize('motion', [{}, SEQUENCE], ids=['views', 'sequence'])
def test_the_bytes_are_those_of_one_step_after_another(
    a_set, contents, tmp_path, *, labels, motion
):
    data = a_set(**labels, **motion)
    expected = data.make('one', range(3), overlapped=False)
    assert data.make('other', range(3), overlapped=True) == expected
    assert contents(tmp_path / 'one') == contents(tmp_path / 'other')


def test_the_next_view_is_handed_over_before_the_last_is_waited_for(a_set, monkeypatch):
    told = []

    class Told(looking.Exposure):
        def __init__(self, world, renderer, cameras, **options):
            super().__init__(world, renderer, cameras, **options)
            told.append(f'begin {world.stamp_ns // 10**8}')

        def collect(self):
            told.append(f'await {self.still.stamp_ns // 10**8}')
            return super().collect()

    monkeypatch.setattr(looking, 'Exposure', Told)
    a_set(**SEQUENCE).make('out', [0], overlapped=True)
    assert told == [
        'begin 0',
        'begin 1',
        'await 0',
        'begin 2',
        'await 1',
        'begin 3',
        'await 2',
        'await 3',
    ]


def test_a_scene_that_cannot_be_comes_after_what_was_before_it(a_set, monkeypatch, contents):
    data = a_set()
    prepare = episode_module.Stage.prepare

    def refuse(stage, number):
        if number == 2:
            raise PlacementError('Episode 2: none of 20 drawings')
        return prepare(stage, number)

    monkeypatch.setattr(episode_module.Stage, 'prepare', refuse)
    with pytest.raises(PlacementError, match='Episode 2: none of 20 drawings'):
        data.make('out', range(4), overlapped=True)
    monkeypatch.undo()
    markers = sorted(path.stem for path in (data.folder / 'out' / 'episodes').iterdir())
    assert markers == ['000000', '000001']
    data.make('out', range(4), overlapped=True, resume=True)
    data.make('whole', range(4), overlapped=False)
    assert contents(data.folder / 'out') == contents(data.folder / 'whole')


def test_a_frame_that_cannot_be_stored_ends_the_run_with_its_error(a_set, monkeypatch):
    data = a_set()
    encode = EpisodeWriter.encode

    def refuse(writer, sample):
        if (sample.key.episode, sample.key.view) == (1, 1):
            raise OutputError(f'{sample.key.camera} does not fit')
        return encode(writer, sample)

    monkeypatch.setattr(EpisodeWriter, 'encode', refuse)
    # Of the two cameras whose frames fail, the first in order is named.
    with pytest.raises(OutputError, match='head does not fit'):
        data.make('out', range(50), overlapped=True)
    assert [path.stem for path in (data.folder / 'out' / 'episodes').iterdir()] == ['000000']
    assert not (data.folder / 'out' / '.partial').exists()


def test_an_interrupt_ends_all_threads_and_leaves_nothing_half_made(a_set, monkeypatch):
    data = a_set()
    label = episode_module.Stage.load

    def interrupt(stage, episode):
        if episode.sampled.episode == 1:
            raise KeyboardInterrupt('now')
        label(stage, episode)

    monkeypatch.setattr(episode_module.Stage, 'load', interrupt)
    with pytest.raises(KeyboardInterrupt, match='now'):
        data.make('out', range(9), overlapped=True)
    assert len(list((data.folder / 'out' / 'episodes').iterdir())) <= 1
    assert not (data.folder / 'out' / '.partial').exists()


def test_the_times_of_all_steps_are_known(a_set):
    data = a_set()
    stage = open_stage(data.loaded, data.builder, seed=11)
    info = dataset_info(data.loaded, data.builder, seed=11, renderer='classic')
    options = dataset_options(data.plan, data.loaded)
    with closing(stage.renderer), CocoWriter(data.folder / 'out', info, options) as writer:
        produce(
            stage,
            writer.episodes,
            plan=data.plan,
            take=from_list(range(2)),
            report=lambda _: None,
        )
    calls = {name: tally.calls for name, tally in stage.clock.tallies().items()}
    scenes = dict.fromkeys(('build', 'settle', 'load', 'scene', 'commit'), 2)
    views = dict.fromkeys(('posture', 'submit', 'pictures'), 4)
    frames = dict.fromkeys(('label', 'sense', 'encode', 'write'), 8)
    assert calls == calls | scenes | views | frames


def test_an_interrupt_does_not_wait_for_a_scene_that_settles_long(a_set, monkeypatch):
    data = a_set(**{'output:': 'physics: {settle: {max_time_s: 1000}}\noutput:'})
    settling = threading.Event()
    is_slow = settle_module._is_slow

    def never(velocity, config):
        if len(made) < 2:
            return is_slow(velocity, config)
        settling.set()
        return is_slow(velocity, config) & False

    made = []
    prepare = episode_module.Stage.prepare

    def count(stage, number):
        made.append(number)
        return prepare(stage, number)

    def interrupt(stage, episode):
        assert settling.wait(60)
        raise KeyboardInterrupt('now')

    monkeypatch.setattr(episode_module.Stage, 'prepare', count)
    monkeypatch.setattr(episode_module.Stage, 'load', interrupt)
    monkeypatch.setattr(settle_module, '_is_slow', never)
    with pytest.raises(KeyboardInterrupt, match='now'):
        data.make('out', range(2), overlapped=True)
    assert made == [0, 1]
