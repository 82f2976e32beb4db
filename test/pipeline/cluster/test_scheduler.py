"""Episodes reach workers, and reach others when workers die."""

import pytest

from synth_ros.pipeline.cluster import scheduler as module
from synth_ros.pipeline.cluster.messages import (
    ClusterError,
    ClusterOptions,
    Failure,
    Made,
    Node,
    RemoteError,
)
from synth_ros.pipeline.cluster.node import Start, Started
from synth_ros.pipeline.cluster.rayside import Lost, Resources
from synth_ros.pipeline.cluster.scheduler import Hooks, Scheduler
from synth_ros.pipeline.generate import Progress


def node(name: str, cpus: float = 1.0, gpus: float = 0.0) -> Node:
    return Node(key=f'key-{name}', name=name, host=name, address='::1', cpus=cpus, gpus=gpus)


class FakeCluster:
    """Answers at once; ``fate`` decides what becomes of a worker's episode."""

    def __init__(self, *nodes: Node, fate=None, start=None) -> None:
        self.alive = list(nodes)
        self.fate = fate or (lambda worker, episode: None)
        self.start_fate = start or (lambda worker: None)
        self.workers: list[str] = []
        self.stopped: list[str] = []
        self.most = 0
        self.answers: dict[str, object] = {}
        self.asked: list[tuple[str, int]] = []

    def nodes(self):
        return self.alive

    def new_worker(self, needs):
        self.workers.append(f'worker {len(self.workers)}')
        return self.workers[-1]

    def where(self, worker):
        return self.alive[int(worker.split()[1]) % len(self.alive)]

    def start(self, worker, start):
        self.answers[f'start {worker}'] = self.start_fate(worker) or Started(
            self.where(worker).key, None
        )
        return f'start {worker}'

    def make(self, worker, episode):
        self.asked.append((worker, episode))
        ref = f'{worker} makes {episode}, call {len(self.asked)}'
        made = Made(Progress(episode, 1, (), {}, ()), self.where(worker).key, {})
        self.answers[ref] = self.fate(worker, episode) or made
        return ref

    def stop_worker(self, worker):
        self.stopped.append(worker)

    def wait(self, refs, timeout_s):
        self.most = max(self.most, len(refs))
        return list(refs)

    def result(self, ref):
        answer = self.answers.pop(ref)
        if isinstance(answer, Exception):
            raise answer
        return answer


def run(cluster, episodes, needs=Resources(1, 0.0), **options):  # noqa: B008
    made, statuses = [], []
    hooks = Hooks(
        lambda m: made.append(m.progress.episode), statuses.append, lambda node, report: None
    )
    scheduler = Scheduler(
        cluster,
        Start(None, 'run', {}),
        options=ClusterOptions('auto', **options),
        needs=needs,
        hooks=hooks,
    )
    scheduler.run(episodes)
    return made, statuses


def once(*fates):
    """Fates that come one after the other, then nothing."""
    left = list(fates)
    return lambda *_: left.pop(0) if left else None


def test_every_episode_is_made_once():
    cluster = FakeCluster(node('a', 2), node('b', 1))
    made, statuses = run(cluster, range(20))
    assert sorted(made) == list(range(20))
    assert len(cluster.workers) == cluster.most == 3
    assert sorted(cluster.stopped) == sorted(cluster.workers)
    assert (statuses[-1].nodes, statuses[-1].workers, statuses[-1].retried) == (2, 3, 0)


def test_no_more_workers_than_episodes_or_asked_for():
    cluster = FakeCluster(node('a', 64))
    run(cluster, range(3))
    assert len(cluster.workers) == 3
    cluster = FakeCluster(node('a', 64))
    run(cluster, range(30), workers=5)
    assert len(cluster.workers) == 5


@pytest.mark.parametrize(
    ('needs', 'room'),
    [(Resources(3, 0.0), 4), (Resources(1, 0.5), 4), (Resources(1, 2.0), 1)],
)
def test_workers_reserve_processors_and_gpus(needs, room):
    cluster = FakeCluster(node('a', 8, 2.0), node('b', 8, 0.0))
    run(cluster, range(50), needs=needs)
    assert len(cluster.workers) == room


def test_an_episode_whose_worker_dies_is_made_by_another():
    cluster = FakeCluster(node('a', 2), fate=once(Lost('killed')))
    made, statuses = run(cluster, range(6))
    assert sorted(made) == list(range(6))
    first, *others = [worker for worker, episode in cluster.asked if episode == 0]
    assert len(others) == 1
    assert first not in others
    # It may live, out of reach.
    assert sorted(cluster.stopped) == sorted(cluster.workers)
    assert statuses[-1].retried == 1


def test_an_episode_that_kills_every_worker_ends_the_run():
    cluster = FakeCluster(
        node('a'), fate=lambda worker, episode: Lost('out of memory') if episode == 2 else None
    )
    told = r'Episode 2 lost its worker 3 times \(on a, a, a\).*out of memory.*--resume'
    with pytest.raises(ClusterError, match=told):
        run(cluster, range(4), retries=2)


def test_workers_that_never_start_end_the_run():
    cluster = FakeCluster(node('a'), start=lambda worker: Lost('no library'))
    with pytest.raises(ClusterError, match=r'workers in a row died.*no library'):
        run(cluster, range(4))
    assert len(cluster.workers) < 20


def test_a_worker_that_does_not_start_is_replaced():
    cluster = FakeCluster(node('a'), start=once(Lost('node died')))
    made, _ = run(cluster, range(4))
    assert sorted(made) == list(range(4))


def test_an_error_on_a_node_keeps_its_words_and_code():
    failure = Failure('head.xml: no such camera.', 2, 'key-b')
    cluster = FakeCluster(node('a'), node('b'), fate=once(None, failure))
    with pytest.raises(RemoteError, match=r'^head.xml: no such camera. \(on node b\)$') as told:
        run(cluster, range(4))
    assert told.value.exit_code == 2
    assert sorted(cluster.stopped) == sorted(cluster.workers)


def test_new_nodes_get_work():
    cluster = FakeCluster(node('a'))

    def join(worker, episode):
        if episode == 2:
            cluster.alive.append(node('b', 3))

    cluster.fate = join
    made, _ = run(cluster, range(20))
    assert sorted(made) == list(range(20))
    assert len(cluster.workers) == 4


def test_a_cluster_without_nodes_ends_the_run(monkeypatch):
    monkeypatch.setattr(module, '_WITHOUT_NODES_S', 0.0)
    cluster = FakeCluster(node('head', 0))
    with pytest.raises(ClusterError, match=r'no node that can work.*--resume'):
        run(cluster, range(4))


def test_a_hook_can_stop_all():
    cluster = FakeCluster(node('a'))

    def stop(status):
        raise RuntimeError('enough')

    scheduler = Scheduler(
        cluster,
        Start(None, 'run', {}),
        options=ClusterOptions('auto'),
        needs=Resources(1, 0.0),
        hooks=Hooks(lambda made: None, stop, lambda node, report: None),
    )
    with pytest.raises(RuntimeError, match='enough'):
        scheduler.run(range(4))
    assert cluster.stopped == cluster.workers
