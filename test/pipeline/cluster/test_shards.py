"""Episodes come from nodes' disks whole, checked and file by file."""

import json
import pickle
import shutil

import pytest
from cluster_processes import files

from synth_ros.errors import OutputError
from synth_ros.pipeline.cluster import node as node_module
from synth_ros.pipeline.cluster import shards as module
from synth_ros.pipeline.cluster.messages import Node, RemoteError, Shard
from synth_ros.pipeline.cluster.shards import Gatherer, Lying, Shards
from synth_ros.writers.local_folder import LocalFolder

A = Node('key-a', 'a', 'a', '10.0.0.1', 1, 0)
B = Node('key-b', 'b', 'b', '10.0.0.2', 1, 0)


class Here:
    """Calls functions of nodes in this process."""

    def __init__(self):
        self.calls = 0

    def call(self, node, name, *arguments):
        self.calls += 1
        return node_module.call(name, pickle.dumps(arguments), None)

    def result(self, ref):
        return pickle.loads(ref)


@pytest.fixture
def shard(small, tmp_path, monkeypatch):
    """The dataset of one process as if it were a shard."""
    monkeypatch.setattr(node_module, 'node_key', lambda: 'key-a')
    _, expected = small
    for name, data in expected.items():
        (tmp_path / 'shard' / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / 'shard' / name).write_bytes(data)
    return Lying(A, str(tmp_path / 'shard'))


@pytest.mark.parametrize('chunk', [100, 8 * 2**20])
def test_an_episode_arrives_whole(shard, small, tmp_path, monkeypatch, chunk):
    for part in (module, node_module):
        monkeypatch.setattr(part, 'CHUNK_BYTES', chunk)
    here = Here()
    Gatherer(here, LocalFolder(tmp_path / 'out')).gather(shard, 3)
    _, expected = small
    marker = json.loads(expected['episodes/000003.json'])
    assert marker['shared'] == sorted(m['mesh'] for m in marker['models'].values())
    names = ['episodes/000003.json', *(file['path'] for file in marker['files'])]
    wanted = {name: expected[name] for name in names}
    assert files(tmp_path / 'out') == wanted
    assert here.calls >= sum(-(-len(data) // chunk) for data in wanted.values())


def test_a_damaged_file_is_named_and_nothing_is_committed(shard, tmp_path):
    path = next((tmp_path / 'shard' / 'images').glob('000003_*'))
    path.write_bytes(path.read_bytes()[:-1] + b'x')
    gatherer = Gatherer(Here(), LocalFolder(tmp_path / 'out'))
    with pytest.raises(OutputError, match=rf'{path.name} in .* on node a is damaged.*--resume'):
        gatherer.gather(shard, 3)
    assert files(tmp_path / 'out') == {}


def test_a_missing_file_is_named(shard, tmp_path):
    shutil.rmtree(tmp_path / 'shard' / 'labels')
    gatherer = Gatherer(Here(), LocalFolder(tmp_path / 'out'))
    with pytest.raises(RemoteError, match=r'labels/000003.jsonl.*\(on node a\)'):
        gatherer.gather(shard, 3)


def test_a_dead_node_takes_its_episodes_along():
    shards = Shards({A.key: Lying(A, '/disk/x'), B.key: Lying(B, '/disk/x')})
    shards.where |= {0: A.key, 1: B.key, 2: A.key}
    assert shards.listed() == (
        Shard('a', '10.0.0.1', '/disk/x', (0, 2)),
        Shard('b', '10.0.0.2', '/disk/x', (1,)),
    )
    assert shards.forget(A.key) == {0, 2}
    assert shards.by_node() == {B.key: [1]}


def test_what_the_output_has_is_not_gathered_again():
    shards = Shards({A.key: Lying(A, '/disk/x')}, dict.fromkeys(range(4), A.key))
    shards.keep([1, 3, 5])
    assert shards.by_node() == {A.key: [1, 3]}
