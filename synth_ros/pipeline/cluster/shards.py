"""Brings episodes from the nodes' own disks into the output, file by file."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from synth_ros.errors import OutputError
from synth_ros.pipeline.cluster.messages import Failure, Node, RemoteError, Shard
from synth_ros.pipeline.cluster.node import CHUNK_BYTES
from synth_ros.pipeline.cluster.rayside import Ref
from synth_ros.writers.coco_index import episode_path, parse_episode
from synth_ros.writers.folder import os_errors
from synth_ros.writers.storage import Storage, entry

# Requests under way at a time: enough to hide the way there and back.
_AHEAD = 6


class Caller(Protocol):
    """What gathering asks of a cluster; ``rayside.RayCluster`` says how."""

    def call(self, node: str, name: str, *arguments: object) -> Ref:
        """Call a function on a node."""
        ...

    def result(self, ref: Ref) -> object:
        """What it gave."""
        ...


class Lying(NamedTuple):
    """A shard on a node.

    Attributes:
        node: The node.
        path: Absolute folder there.
    """

    node: Node
    path: str


@dataclass(slots=True)
class Shards:
    """Which node has which episode.

    Attributes:
        lying: Shards by Ray's id of their nodes.
        where: Nodes (Ray's ids) by the episodes that they hold.
    """

    lying: dict[str, Lying] = field(default_factory=dict)
    where: dict[int, str] = field(default_factory=dict)

    def keep(self, episodes: Iterable[int]) -> None:
        """Strike off the episodes that are not among these: the output has them already."""
        wanted = set(episodes)
        self.where = {e: key for e, key in self.where.items() if e in wanted}

    def forget(self, node: str) -> set[int]:
        """Strike a dead node off; returns the episodes that are lost with it."""
        self.lying.pop(node, None)
        gone = {episode for episode, key in self.where.items() if key == node}
        for episode in gone:
            del self.where[episode]
        return gone

    def by_node(self) -> dict[str, list[int]]:
        """Episodes of each node, ascending."""
        sorted_in: dict[str, list[int]] = {}
        for episode in sorted(self.where):
            sorted_in.setdefault(self.where[episode], []).append(episode)
        return sorted_in

    def listed(self) -> tuple[Shard, ...]:
        """Where everything lies, for people and for ``shards.json``."""
        listed = []
        for key, episodes in self.by_node().items():
            node, path = self.lying[key]
            listed.append(Shard(node.host, node.address, path, tuple(episodes)))
        return tuple(sorted(listed))


class Gatherer:
    """Copies episodes out of a shard.

    Args:
        cluster: Reads on the nodes.
        storage: The output.
    """

    def __init__(self, cluster: Caller, storage: Storage) -> None:
        self._cluster = cluster
        self._storage = storage

    def gather(self, shard: Lying, episode: int) -> None:
        """Copy and commit an episode; every file is compared with its checksum.

        No more is held in memory than the largest file and a few chunks.

        Raises:
            Lost: The node died.
            RemoteError: A file could not be read there.
            OutputError: A file is damaged, or the output cannot be written.
        """
        marker = episode_path(episode)
        (data,) = [data for _, data in self._files(shard, {marker: -1})]
        record = parse_episode(data)
        sums = {file['path']: (file['size'], file['sha256']) for file in record['files']}
        shared = frozenset(record.get('shared', ()))
        unit = self._storage.unit(f'{episode:06d}-{uuid.uuid4().hex}')
        try:
            sizes = {path: size for path, (size, _) in sums.items()}
            for path, content in self._files(shard, sizes):
                found = entry(path, content)
                if (found.size, found.sha256) != sums[path]:
                    raise OutputError(
                        f'{path} in {shard.path} on node {shard.node.name} is damaged: its '
                        f'checksum is not that of {marker}. Remove {marker} there and run the '
                        'same command with --resume.'
                    )
                with os_errors(self._storage.name, valid=''):
                    if path not in shared:
                        unit.add({path: content})
                    elif self._storage.size(path) != found.size:
                        # Not of the unit: if that fails, another episode may still need it.
                        self._storage.replace(path, content)
            with os_errors(self._storage.name, valid=''):
                unit.commit(marker, data)
        finally:
            unit.discard()

    def _files(self, shard: Lying, sizes: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
        """Contents of files by path, in order; several requests are always under way.

        Args:
            shard: Where they are.
            sizes: Bytes by path; -1 where that is not known.
        """
        content: list[bytes] = []
        for request, data in self._chunks(shard, _requests(sizes)):
            content.append(data)
            if not request.last:
                continue
            if sizes[request.path] < 0:
                content += self._rest(shard, request, size=len(data))
            yield request.path, b''.join(content)
            content = []

    def _rest(self, shard: Lying, request: _Request, *, size: int) -> Iterator[bytes]:
        """What follows the first chunk of a file of unknown size."""
        while size == CHUNK_BYTES:
            request = request._replace(offset=request.offset + size)
            data = self._answer(shard, self._ask(shard, request))
            size = len(data)
            yield data

    def _chunks(
        self, shard: Lying, requests: Iterator[_Request]
    ) -> Iterator[tuple[_Request, bytes]]:
        under_way: deque[tuple[_Request, Ref]] = deque()
        for request in requests:
            under_way.append((request, self._ask(shard, request)))
            if len(under_way) >= _AHEAD:
                first, ref = under_way.popleft()
                yield first, self._answer(shard, ref)
        while under_way:
            first, ref = under_way.popleft()
            yield first, self._answer(shard, ref)

    def _ask(self, shard: Lying, request: _Request) -> Ref:
        arguments = (shard.path, request.path, request.offset)
        return self._cluster.call(shard.node.key, 'read_chunk', *arguments)

    def _answer(self, shard: Lying, ref: Ref) -> bytes:
        result = self._cluster.result(ref)
        if isinstance(result, Failure):
            raise RemoteError(result._replace(node=shard.node.name))
        assert isinstance(result, bytes)
        return result


class _Request(NamedTuple):
    path: str
    offset: int
    last: bool


def _requests(sizes: Mapping[str, int]) -> Iterator[_Request]:
    for path, size in sizes.items():
        offsets: Sequence[int] = range(0, max(size, 1), CHUNK_BYTES)
        for offset in offsets:
            yield _Request(path, offset, offset == offsets[-1])
