"""What nodes do, done here: without Ray."""

import builtins
import pickle
from pathlib import Path

import pytest
from cluster_processes import files

from synth_ros.config.load import load_config
from synth_ros.errors import ConfigError, OutputError, UsageError
from synth_ros.pipeline.cluster import node as module
from synth_ros.pipeline.cluster.messages import Failure, Job, Made, NodeReport
from synth_ros.pipeline.cluster.node import (
    EpisodeMaker,
    Start,
    fingerprint,
    inspect,
    probe,
    shard_folder,
)
from synth_ros.pipeline.cluster.remote import node_function, worker_class
from synth_ros.pipeline.cluster.shipping import packed
from synth_ros.pipeline.generate import dataset_info, dataset_options
from synth_ros.render.auto import choose_backend
from synth_ros.scene.build import SceneBuilder
from synth_ros.writers.coco import CocoWriter


@pytest.fixture(autouse=True)
def on_a_node(monkeypatch):
    """This process is a node."""
    monkeypatch.setattr(module, 'node_key', lambda: 'key-a')
    monkeypatch.setattr(module, 'has_gpu', lambda: False)


@pytest.fixture
def job(small, tmp_path):
    """A job of two episodes."""
    config, _ = small
    return Job(
        config_text=config.read_text(),
        config_path=str(config),
        base_dir=str(config.parent),
        seed=7,
        episodes=2,
        views=2,
        place=str(tmp_path / 'out'),
        renderer='auto',
        node_local=None,
        shard='shard-1',
        shipped=None,
    )


@pytest.fixture
def writer(small, job):
    """The output, as the command opens it."""
    loaded = load_config(small[0])
    builder = SceneBuilder(loaded)
    info = dataset_info(loaded, builder, seed=7, renderer='classic')
    with CocoWriter(job.place, info, dataset_options(module.prepare(job, None).plan, loaded)) as w:
        yield w


@pytest.fixture
def choice(small):
    return choose_backend(load_config(small[0]).config.render)


def start(job, writer, choice):
    return Start(job, writer.episodes.run, {'key-a': choice})


def test_a_maker_makes_what_one_process_makes(small, job, writer, choice):
    maker = EpisodeMaker(start(job, writer, choice), shipped=None)
    assert maker.started == ('key-a', None)
    made = [maker.make(number) for number in (1, 0)]
    assert [m.progress.episode for m in made] == [1, 0]
    # Each tells of its own time alone.
    assert [m.tallies['build'].calls for m in made] == [1, 1]
    assert made[0].node == 'key-a'
    _, expected = small
    found = files(Path(job.place))
    episodes = [name for name in found if '/00000' in name]
    assert len(episodes) > 10
    for name in episodes:
        assert found[name] == expected[name]


def test_an_episode_that_is_there_is_left_alone(job, writer, choice):
    maker = EpisodeMaker(start(job, writer, choice), shipped=None)
    maker.make(0)
    before = files(Path(job.place))
    assert maker.make(0) == Made((0, 2, (), {}, ()), 'key-a', {})
    assert files(Path(job.place)) == before


def test_two_makers_may_race(job, writer, choice, monkeypatch):
    """A node that was given up commits while another makes the same episode."""
    slow = EpisodeMaker(start(job, writer, choice), shipped=None)
    make = module.produce

    def overtaken(*args, **options):
        monkeypatch.setattr(module, 'produce', make)
        EpisodeMaker(start(job, writer, choice), shipped=None).make(0)
        return make(*args, **options)

    monkeypatch.setattr(module, 'produce', overtaken)
    assert slow.make(0).progress.episode == 0
    assert writer.whole_episodes() == {0}


def test_an_episode_that_lost_a_file_is_made_again(job, writer, choice):
    maker = EpisodeMaker(start(job, writer, choice), shipped=None)
    maker.make(0)
    before = files(Path(job.place))
    next((Path(job.place) / 'images').glob('000000_*')).unlink()
    maker.make(0)
    assert files(Path(job.place)) == before


def test_a_node_that_sees_another_place_is_told(job, writer, choice):
    probe(job, writer.episodes.run)
    elsewhere = job._replace(place=f'{job.place}-elsewhere')
    with pytest.raises(OutputError, match='out-elsewhere is another place here'):
        probe(elsewhere, writer.episodes.run)
    with pytest.raises(OutputError, match='not locked by this run'):
        EpisodeMaker(start(elsewhere, writer, choice), shipped=None)


def test_a_node_says_what_it_has(job, small):
    report = inspect(job, clean=True, shipped=None)
    assert report.choice.backend == 'classic'
    assert report.shard is None
    assert report.fingerprint == fingerprint(SceneBuilder(load_config(small[0])))


def test_a_missing_asset_is_told_as_here(job, tmp_path):
    with pytest.raises(ConfigError, match=r'there is no file "bot.xml"; looked for .*nowhere'):
        inspect(job._replace(base_dir=str(tmp_path / 'nowhere')), clean=True, shipped=None)


def test_a_shipped_folder_stands_for_the_real_one(small, job, tmp_path, monkeypatch):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    config, _ = small
    shipped = packed(config.parent, but=None)
    sent = job._replace(base_dir=str(tmp_path / 'nowhere'), shipped=shipped.sha256)
    here = inspect(job, clean=True, shipped=None)
    assert inspect(sent, clean=True, shipped=shipped.data).fingerprint == here.fingerprint


def test_a_shard_is_prepared_and_its_episodes_are_found(
    job, writer, choice, tmp_path, monkeypatch
):
    monkeypatch.setenv('SCRATCH', str(tmp_path / 'scratch'))
    local = job._replace(node_local='$SCRATCH/synth')
    report = inspect(local, clean=True, shipped=None)
    assert report.shard == f'{tmp_path}/scratch/synth/shard-1'
    assert report.episodes == ()
    EpisodeMaker(Start(local, 'run', {'key-a': choice}), shipped=None).make(1)
    assert inspect(local, clean=True, shipped=None).episodes == (1,)
    assert not list(Path(job.place).glob('episodes/*'))


def test_a_worker_on_a_new_node_says_what_that_has(job, writer):
    maker = EpisodeMaker(Start(job, writer.episodes.run, {}), shipped=None)
    assert isinstance(maker.started.report, NodeReport)


@pytest.mark.parametrize('template', ['$NOT_SET_ANYWHERE/x', 'relative/path'])
def test_a_shard_folder_must_be_absolute(template):
    with pytest.raises(UsageError, match='no absolute path'):
        shard_folder(template, 'shard')


def test_errors_travel_as_failures(job, tmp_path):
    wrong = job._replace(base_dir=str(tmp_path))
    failure = pickle.loads(module.call('inspect', pickle.dumps((wrong,)), None))
    assert isinstance(failure, Failure)
    assert (failure.exit_code, failure.node) == (2, 'key-a')
    assert 'bot.xml' in failure.message
    failure = pickle.loads(module.call('read_chunk', pickle.dumps(('/nowhere', 'x', 0)), None))
    assert 'Cannot read /nowhere/x: No such file' in failure.message
    failure = pickle.loads(module.answer(lambda: 1 / 0))
    assert 'ZeroDivisionError' in failure.message


def test_a_node_without_synth_ros_says_so(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **options):
        if name.startswith('synth_ros'):
            raise ImportError(f"No module named '{name}'")
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, '__import__', without)
    word, reason = pickle.loads(node_function()('inspect', b'', None))
    assert word == 'missing'
    assert 'synth_ros' in reason
    assert pickle.loads(worker_class()(1).start(b'', None))[0] == 'missing'
