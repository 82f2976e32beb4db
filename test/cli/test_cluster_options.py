"""Options for many machines: what does not go together is told before anything starts."""

import pytest

from synth_ros.cli.cluster_run import cluster_options, status_words
from synth_ros.cli.generate import generate
from synth_ros.errors import UsageError
from synth_ros.pipeline.cluster.messages import ClusterOptions, Status

NONE = {
    'node_local': None,
    'gather': True,
    'ship': False,
    'cpus_per_worker': 1,
    'gpus_per_worker': None,
}


def test_without_a_cluster_there_are_no_options():
    assert cluster_options(None, 3, **NONE) is None


@pytest.mark.parametrize(
    ('given', 'named'),
    [
        ({'node_local': '/x', 'ship': True}, '--node-local, --ship needs --cluster'),
        ({'gather': False}, '--no-gather needs --cluster'),
        ({'cpus_per_worker': 2, 'gpus_per_worker': 0.5}, '--cpus-per-worker, --gpus-per-worker'),
    ],
)
def test_options_of_clusters_need_one(given, named):
    with pytest.raises(UsageError, match=named):
        cluster_options(None, None, **{**NONE, **given})


def test_nothing_to_gather():
    with pytest.raises(UsageError, match='--no-gather needs --node-local'):
        cluster_options('auto', None, **{**NONE, 'gather': False})


def test_options_arrive():
    given = {'node_local': '/x', 'gather': False, 'gpus_per_worker': 0.5}
    assert cluster_options('auto', 4, **{**NONE, **given}) == ClusterOptions(
        'auto', workers=4, node_local='/x', gather=False, gpus_per_worker=0.5
    )


def test_memory_is_no_place_for_a_dataset(tmp_path):
    with pytest.raises(UsageError, match=r'--out memory://x: memory ends with this command'):
        generate(tmp_path / 'config.yaml', 'memory://x')


@pytest.mark.parametrize(
    ('status', 'words'),
    [
        (Status(2, 8, 0), '2 nodes, 8 workers'),
        (Status(2, 7, 1), '2 nodes, 7 workers, 1 episode retried'),
        (Status(2, 7, 3), '2 nodes, 7 workers, 3 episodes retried'),
        (Status(2, 0, 0, 'asking 2 nodes'), 'asking 2 nodes'),
    ],
)
def test_how_the_cluster_does_is_shown(status, words):
    assert status_words(status) == words
