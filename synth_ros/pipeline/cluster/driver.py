"""The process that speaks to Ray.

It is a process of its own because Ray ends a driver without a word when its head is gone for a
minute; the command's process stays, and says what happened.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections.abc import Iterable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NamedTuple

from synth_ros.errors import SynthRosError
from synth_ros.pipeline.cluster.agreement import agreed, check_agreement
from synth_ros.pipeline.cluster.messages import (
    ClusterError,
    ClusterOptions,
    Done,
    Failure,
    Fingerprint,
    FromDriver,
    Go,
    Job,
    Made,
    Node,
    NodeReport,
    Ready,
    RemoteError,
    Status,
)
from synth_ros.pipeline.cluster.node import Start
from synth_ros.pipeline.cluster.rayside import Lost, RayCluster, Ref, Resources
from synth_ros.pipeline.cluster.scheduler import Hooks, Scheduler
from synth_ros.pipeline.cluster.shards import Gatherer, Lying, Shards
from synth_ros.render.auto import Choice
from synth_ros.writers.storage import storage_at

_LOOK_S = 0.5
_WAIT_FOR_NODES_S = 60.0
_GPU_SHARE = 0.25
# So often an episode may be made again because the node that had it died.
_ROUNDS = 5


class Task(NamedTuple):
    """What the driver process is started with.

    Attributes:
        job: What to make.
        options: How to use the cluster.
        expected: What this machine has, and every node must have.
        shipped: The config's folder, if it is sent.
        resume: Whether shards of an earlier run are expected.
        log: File for what Ray prints.
    """

    job: Job
    options: ClusterOptions
    expected: Fingerprint
    shipped: bytes | None
    resume: bool
    log: str


class _Abandoned(Exception):  # noqa: N818 (an event)
    """The command's process is gone, or wants this one to end."""


def drive(task: Task, connection: Connection) -> None:
    """Body of the driver process.

    Args:
        task: What to do.
        connection: To the command's process.
    """
    # Ctrl-C reaches all processes of a terminal; the command's tells this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _redirect_output(task.log)
    line = _Line(connection)
    cluster: RayCluster | None = None
    try:
        cluster = RayCluster(task.options.address, cpus=task.options.workers)
        cluster.watch(line.hang_up)
        _Driver(task, cluster, line).run()
    except _Abandoned:
        pass
    except SynthRosError as error:
        line.end(Failure(str(error), error.exit_code))
    except Exception:  # noqa: BLE001 (whatever it is, the command must hear of it)
        line.end(Failure(f'The driver failed:\n{traceback.format_exc()}', 1))
    connection.close()
    if cluster is not None:
        cluster.close()
    # Without Ray's farewell at exit, which waits for a head that may be gone.
    os._exit(0)


def _redirect_output(log: str) -> None:
    """Let all that Ray prints go to a file: it is not for the user of this command."""
    handle = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)


class _Line:
    """The connection to the command, for two threads.

    Args:
        connection: To it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, message: FromDriver) -> None:
        """Tell something.

        Raises:
            _Abandoned: Nobody listens.
        """
        with self._lock:
            try:
                self._connection.send(message)
            except OSError:
                raise _Abandoned from None

    def end(self, failure: Failure) -> None:
        """Tell why this ends, if somebody listens."""
        with suppress(_Abandoned):
            self.send(failure)

    def hang_up(self, words: str) -> None:
        """End this process at once, whatever its main thread waits for."""
        self.end(Failure(words, 1))
        os._exit(1)

    def wants_end(self) -> bool:
        """Whether the command wants this process to end, or is gone."""
        # While episodes are made nothing else is sent this way.
        return self._connection.poll()

    def wait_for_go(self, timeout_s: float) -> Go | None:
        """The word to begin, or ``None`` if it has not come yet.

        Raises:
            _Abandoned: It will not come.
        """
        if not self._connection.poll(timeout_s):
            return None
        try:
            word = self._connection.recv()
        except EOFError:
            raise _Abandoned from None
        if not isinstance(word, Go):
            raise _Abandoned
        return word


class _Driver:
    """The steps of a run."""

    def __init__(self, task: Task, cluster: RayCluster, line: _Line) -> None:
        self._task = task
        self._cluster = cluster
        self._line = line
        self._retried = 0
        self._shards = Shards()
        self._choices: dict[str, Choice] = {}

    def run(self) -> None:
        """Look at the nodes, wait for the word, make, gather."""
        task = self._task
        if task.shipped is not None:
            self._cluster.ship(task.shipped)
        needs = Resources(task.options.cpus_per_worker, 0.0)
        nodes = self._wait_for_nodes()
        choice, cautions = self._look_at(nodes)
        self._line.send(Ready(choice, cautions, frozenset(self._shards.where)))
        go = self._wait_for_go()
        if task.job.node_local is None:
            self._probe(go.run)
        needs = needs._replace(gpus=self._gpu_share(nodes))
        start = Start(task.job, go.run, self._choices)
        self._shards.keep(go.episodes)
        todo = [episode for episode in go.episodes if episode not in self._shards.where]
        for _ in range(_ROUNDS):
            self._make(todo, start, needs)
            todo = self._after(go, choice) if task.job.node_local is not None else []
            if not todo:
                break
        else:
            raise ClusterError(
                f'Nodes died {_ROUNDS} times before their shards could be gathered. What was '
                'gathered is valid: run the same command with --resume.'
            )
        self._line.send(Done(() if task.options.gather else self._shards.listed()))

    def _make(self, episodes: Iterable[int], start: Start, needs: Resources) -> None:
        scheduler = Scheduler(
            self._cluster,
            start,
            options=self._task.options,
            needs=needs,
            hooks=Hooks(self._made, self._tick, self._check_late),
        )
        try:
            scheduler.run(episodes)
        finally:
            self._retried += scheduler.retried

    def _made(self, made: Made) -> None:
        if self._task.job.node_local is not None:
            self._shards.where[made.progress.episode] = made.node
        self._line.send(made)

    def _wait_for_nodes(self) -> list[Node]:
        """The nodes that can work, as soon as there are some."""
        until = time.monotonic() + _WAIT_FOR_NODES_S
        while time.monotonic() < until:
            nodes = self._able()
            if nodes:
                return nodes
            self._tick(Status(0, 0, 0, 'waiting for a node that can work'))
            time.sleep(_LOOK_S)
        raise ClusterError(
            f'No node of the cluster at {self._task.options.address} offers '
            f'{self._task.options.cpus_per_worker} processors to a worker. Start nodes (ray start '
            '--address=...), let the autoscaler keep one (min_workers), or lower '
            '--cpus-per-worker.'
        )

    def _able(self) -> list[Node]:
        cpus = self._task.options.cpus_per_worker
        return [node for node in self._cluster.nodes() if node.cpus >= cpus]

    def _look_at(self, nodes: Sequence[Node]) -> tuple[Choice, tuple[str, ...]]:
        """Ask every node what it has; all must agree."""
        answers = self._ask_all(nodes, 'inspect', self._task.job)
        reports: dict[Node, NodeReport] = {}
        for node, answer in answers.items():
            if isinstance(answer, Failure):
                raise RemoteError(self._explained(answer._replace(node=node.name)))
            assert isinstance(answer, NodeReport)
            self._check_late(node, answer)
            reports[node] = answer
        if not reports:
            raise ClusterError('All nodes of the cluster died while they were being looked at.')
        if self._shards.where and not self._task.resume:
            shard = self._shards.listed()[0]
            raise ClusterError(
                f'{shard.path} on node {shard.node} holds {len(shard.episodes)} episodes of an '
                'earlier run. Go on with it (--resume), or remove that folder.'
            )
        return agreed(reports)

    def _explained(self, failure: Failure) -> Failure:
        """Say what can be done about a config or asset that a node does not have."""
        if failure.exit_code != 2 or self._task.shipped is not None:
            return failure
        return failure._replace(
            message=f'{failure.message}\nEvery node needs the assets that the config names under '
            f'the same path as here ({self._task.job.base_dir}): put them on a shared file '
            "system, copy them, or send the config's folder with --ship. The error above is"
        )

    def _check_late(self, node: Node, report: NodeReport) -> None:
        """See that a node fits, and note what it has."""
        check_agreement(node.name, report.fingerprint, self._task.expected)
        for choice in list(self._choices.values())[:1]:
            if choice.backend != report.choice.backend:
                raise ClusterError(
                    f'Node {node.name} would render with {report.choice.backend}, others with '
                    f'{choice.backend}, and a dataset has one renderer. Set render.backend in '
                    'the config to one that all nodes have; synth-ros doctor says what a node '
                    'has.'
                )
        self._choices[node.key] = report.choice
        if report.shard is not None:
            self._shards.lying[node.key] = Lying(node, report.shard)
            for episode in report.episodes:
                self._shards.where.setdefault(episode, node.key)

    def _probe(self, run: str) -> None:
        """See that all nodes see the output."""
        answers = self._ask_all(self._able(), 'probe', self._task.job, run)
        bad = {node.name: answer for node, answer in answers.items() if answer is not None}
        if bad:
            reasons = sorted({f.message for f in bad.values() if isinstance(f, Failure)})
            raise ClusterError(
                f'{len(bad)} of {len(answers)} nodes cannot write to {self._task.job.place}: '
                f'{", ".join(sorted(bad))}. {" ".join(reasons)} Choose a folder on a file system '
                'that all nodes share, an object store (--out s3://bucket/path), or the '
                "nodes' own disks (--node-local /path)."
            )

    def _gpu_share(self, nodes: Sequence[Node]) -> float:
        asked = self._task.options.gpus_per_worker
        if asked is not None:
            return asked
        hardware = all(not choice.device.software for choice in self._choices.values())
        return _GPU_SHARE if hardware and all(node.gpus for node in nodes) else 0.0

    def _after(self, go: Go, choice: Choice) -> list[int]:
        """Bring the shards together, or finish each; returns the episodes lost meanwhile."""
        alive = {node.key for node in self._cluster.nodes()}
        gone = [key for key in self._shards.lying if key not in alive]
        lost = {episode for key in gone for episode in self._shards.forget(key)}
        wanted = set(go.episodes)
        step = self._gather if self._task.options.gather else self._finish_shards
        lost |= step(choice)
        return sorted(lost & wanted)

    def _gather(self, _choice: Choice) -> set[int]:
        gatherer = Gatherer(self._cluster, storage_at(self._task.job.place))
        lost: set[int] = set()
        count = total = len(self._shards.where)
        for key, episodes in self._shards.by_node().items():
            try:
                for episode in episodes:
                    gatherer.gather(self._shards.lying[key], episode)
                    del self._shards.where[episode]
                    count -= 1
                    self._tick(self._status(f'gathered {total - count} of {total} episodes'))
                shard = self._shards.lying[key]
                self._ask_all([shard.node], 'drop_shard', shard.path)
            except Lost:
                lost |= self._shards.forget(key)
        return lost

    def _finish_shards(self, choice: Choice) -> set[int]:
        lost: set[int] = set()
        for key in self._shards.by_node():
            path, node = self._shards.lying[key].path, self._shards.lying[key].node
            arguments = (self._task.job, path, choice.backend)
            answers = self._ask_all([node], 'finish_shard', *arguments)
            answer = answers.get(node, Lost())
            if isinstance(answer, Failure):
                raise RemoteError(answer._replace(node=node.name))
            if isinstance(answer, Lost):
                lost |= self._shards.forget(key)
        return lost

    def _ask_all(self, nodes: Sequence[Node], name: str, *arguments: object) -> dict[Node, object]:
        """Answers of nodes by node; those that die are left out."""
        asked: dict[Ref, Node] = {
            self._cluster.call(node.key, name, *arguments): node for node in nodes
        }
        answers: dict[Node, object] = {}
        while asked:
            self._tick(self._status(f'asking {len(nodes)} nodes'))
            for ref in self._cluster.wait(list(asked), _LOOK_S):
                node = asked.pop(ref)
                try:
                    answers[node] = self._cluster.result(ref)
                except Lost:
                    continue
        return answers

    def _status(self, doing: str) -> Status:
        return Status(len(self._able()), 0, self._retried, doing)

    def _tick(self, status: Status) -> None:
        """Tell that all is well, and see whether to go on."""
        self._line.send(status)
        if self._line.wants_end():
            raise _Abandoned

    def _wait_for_go(self) -> Go:
        while (go := self._line.wait_for_go(_LOOK_S)) is None:
            self._line.send(self._status('opening the output'))
        return go
