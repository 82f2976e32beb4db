"""Hands out episodes to workers, and again when a worker or its node dies."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from synth_ros.pipeline.cluster.messages import (
    ClusterError,
    ClusterOptions,
    Failure,
    Made,
    Node,
    NodeReport,
    RemoteError,
    Status,
)
from synth_ros.pipeline.cluster.node import Start, Started
from synth_ros.pipeline.cluster.rayside import Lost, Ref, Resources, Worker

_LOOK_S = 0.5
# So long may a cluster have no node that can work; others may be on their way.
_WITHOUT_NODES_S = 120.0


class Cluster(Protocol):
    """What the scheduler asks of a cluster; ``rayside.RayCluster`` says how."""

    def nodes(self) -> list[Node]:
        """All nodes alive."""
        ...

    def new_worker(self, needs: Resources) -> Worker:
        """Ask for a process that makes episodes."""
        ...

    def start(self, worker: Worker, start: Start) -> Ref:
        """Let a worker get ready."""
        ...

    def make(self, worker: Worker, episode: int) -> Ref:
        """Let a worker make an episode."""
        ...

    def stop_worker(self, worker: Worker) -> None:
        """End a worker's process."""
        ...

    def wait(self, refs: Sequence[Ref], timeout_s: float) -> list[Ref]:
        """Those of the pending calls that ended."""
        ...

    def result(self, ref: Ref) -> object:
        """What a call gave."""
        ...


class Hooks(NamedTuple):
    """What the scheduler tells, and asks on the way.

    Attributes:
        made: Called after each committed episode.
        tick: Called twice a second; may raise to stop all.
        check: Called with what a node says of itself that nobody had asked before; raises if
            it does not fit.
    """

    made: Callable[[Made], None]
    tick: Callable[[Status], None]
    check: Callable[[Node, NodeReport], None]


@dataclass(slots=True)
class _Hand:
    """A worker and what it does.

    Attributes:
        worker: The worker.
        node: Ray's id of its node, once it has started.
        episode: What it makes; ``None`` while it starts or waits.
    """

    worker: Worker
    node: str | None = None
    episode: int | None = None


@dataclass(slots=True)
class _Losses:
    """How often an episode lost its worker, and where."""

    times: int = 0
    nodes: list[str] = field(default_factory=list)


class Scheduler:
    """Makes episodes on a cluster.

    Workers are processes that stay: they load config, assets and renderer once. One that dies
    is replaced, and its episode goes to the next that is free.

    Args:
        cluster: Where.
        start: What workers need to begin.
        options: How many, with what, and how often to try again.
        needs: What each worker reserves.
        hooks: What to tell.
    """

    def __init__(
        self,
        cluster: Cluster,
        start: Start,
        *,
        options: ClusterOptions,
        needs: Resources,
        hooks: Hooks,
    ) -> None:
        self._cluster = cluster
        self._start = start
        self._options = options
        self._needs = needs
        self._hooks = hooks
        self._todo: deque[int] = deque()
        self._pending: dict[Ref, _Hand] = {}
        self._idle: list[_Hand] = []
        self._losses: dict[int, _Losses] = {}
        self._names: dict[str, str] = {}
        self._wanted = 0
        self._false_starts = 0
        self._alone_since_s: float | None = None
        self.retried = 0

    def run(self, episodes: Iterable[int]) -> None:
        """Make episodes; returns when all are committed.

        Raises:
            RemoteError: A node reported an error; what was committed stays valid.
            ClusterError: An episode, or the start of workers, failed too often; or there is no
                node.
        """
        self._todo = deque(episodes)
        try:
            while self._todo or self._making():
                nodes = self._able()
                self._staff(nodes)
                self._hand_out()
                self._hooks.tick(self._status(nodes))
                for ref in self._cluster.wait(list(self._pending), _LOOK_S):
                    self._take(ref)
        finally:
            self._dismiss()

    def _making(self) -> int:
        return sum(hand.episode is not None for hand in self._pending.values())

    def _able(self) -> list[Node]:
        """The nodes that have room for a worker at all."""
        nodes = [node for node in self._cluster.nodes() if self._room(node)]
        self._names |= {node.key: node.name for node in nodes}
        now = time.monotonic()
        if nodes:
            self._alone_since_s = None
        elif self._alone_since_s is None:
            self._alone_since_s = now
        elif now - self._alone_since_s > _WITHOUT_NODES_S:
            raise ClusterError(
                f'The cluster has had no node that can work for {_WITHOUT_NODES_S:.0f} s. '
                'The episodes committed until now are valid. Start nodes (ray start '
                '--address=...) and run the same command with --resume.'
            )
        return nodes

    def _room(self, node: Node) -> int:
        room = int(node.cpus // self._needs.cpus)
        if self._needs.gpus:
            room = min(room, int(node.gpus / self._needs.gpus + 1e-9))
        return room

    def _staff(self, nodes: Sequence[Node]) -> None:
        """Ask for as many workers as there is work and room for."""
        room = self._options.workers or sum(self._room(node) for node in nodes)
        self._wanted = min(room, len(self._todo) + self._making())
        for _ in range(self._wanted - len(self._pending) - len(self._idle)):
            worker = self._cluster.new_worker(self._needs)
            self._pending[self._cluster.start(worker, self._start)] = _Hand(worker)

    def _hand_out(self) -> None:
        while self._todo and self._idle:
            hand = self._idle.pop()
            hand.episode = self._todo.popleft()
            self._pending[self._cluster.make(hand.worker, hand.episode)] = hand

    def _take(self, ref: Ref) -> None:
        """Act on a call that ended."""
        hand = self._pending.pop(ref)
        try:
            result = self._cluster.result(ref)
        except Lost as lost:
            self._lose(hand, str(lost))
            return
        if isinstance(result, Failure):
            self._idle.append(hand)
            raise RemoteError(result._replace(node=self._names.get(result.node, result.node[:6])))
        if isinstance(result, Started):
            self._welcome(hand, result)
        elif isinstance(result, Made):
            self._false_starts = 0
            hand.episode = None
            self._hooks.made(result)
        self._idle.append(hand)

    def _welcome(self, hand: _Hand, started: Started) -> None:
        hand.node = started.node
        if started.report is not None:
            node = next((n for n in self._cluster.nodes() if n.key == started.node), None)
            if node is not None:
                self._names[node.key] = node.name
                self._hooks.check(node, started.report)

    def _lose(self, hand: _Hand, reason: str) -> None:
        """A worker died: try its episode again, within reason."""
        # It may live behind a line that was cut for a moment, and would keep its processor.
        self._cluster.stop_worker(hand.worker)
        if hand.episode is None:
            self._false_starts += 1
            if self._false_starts > self._options.retries * max(3, self._wanted):
                raise ClusterError(
                    f'{self._false_starts} workers in a row died before they had made an '
                    f'episode; the last one said: {reason}. Look at its node (ray logs), or '
                    'give workers more room: --cpus-per-worker, fewer --workers.'
                )
            return
        losses = self._losses.setdefault(hand.episode, _Losses())
        losses.times += 1
        losses.nodes.append(self._names.get(hand.node or '', 'unknown'))
        if losses.times > self._options.retries:
            raise ClusterError(
                f'Episode {hand.episode} lost its worker {losses.times} times (on '
                f'{", ".join(losses.nodes)}); the last time: {reason}. The episodes committed '
                'until now are valid: run the same command with --resume, with fewer --workers '
                'if memory was short.'
            )
        self.retried += 1
        self._todo.appendleft(hand.episode)

    def _status(self, nodes: Sequence[Node]) -> Status:
        ready = [*self._idle, *(hand for hand in self._pending.values() if hand.node)]
        doing = '' if ready else 'waiting for workers to start'
        return Status(len(nodes), len(ready), self.retried, doing)

    def _dismiss(self) -> None:
        for hand in [*self._pending.values(), *self._idle]:
            self._cluster.stop_worker(hand.worker)
        self._pending.clear()
        self._idle.clear()
