"""All that is said to Ray, in one place and with types."""

from __future__ import annotations

import logging
import os
import pickle
import secrets
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple, cast

from synth_ros.errors import UsageError
from synth_ros.pipeline.cluster.messages import ClusterError, Failure, Node, RemoteError
from synth_ros.pipeline.cluster.node import Start
from synth_ros.pipeline.cluster.remote import node_function, worker_class

LOCAL = 'local'
_CONNECT_S = 3.0
_WATCH_S = 2.0
_MISSES = 4
# The store carries answers and chunks of files, none of them large.
_LOCAL_STORE_BYTES = 200 * 2**20
_CLIENT_PORT = 10001

Ref = Hashable
Worker = Hashable


class Lost(Exception):  # noqa: N818 (an event to act on, not an error to show)
    """A worker or node died before it answered.

    Args:
        reason: In Ray's words, on one line.
    """


class Resources(NamedTuple):
    """What a worker reserves.

    Attributes:
        cpus: Processors.
        gpus: Share of a GPU, or several.
    """

    cpus: int
    gpus: float


class RayCluster:
    """A connection to a Ray cluster; at most one in a process.

    Args:
        address: As in ``ClusterOptions``.
        cpus: Processors of the cluster that ``local`` starts; ``None`` takes all there are.

    Raises:
        UsageError: Ray is not installed, or the address is none.
        ClusterError: Nothing answers there, or not as it should.
    """

    def __init__(self, address: str, *, cpus: int | None = None) -> None:
        # Ray reads these when it is imported.
        os.environ.setdefault('RAY_USAGE_STATS_ENABLED', '0')
        if address == LOCAL and 'RAY_AUTH_MODE' not in os.environ:
            # Nobody else may use it; and Ray leaves no file with the secret in the home folder.
            os.environ |= {'RAY_AUTH_MODE': 'token', 'RAY_AUTH_TOKEN': secrets.token_hex(32)}
        try:
            import ray
        except ImportError as error:
            raise UsageError(
                '--cluster needs Ray, which is not installed here: pip install '
                f"'synth_ros[cluster]' ({error})."
            ) from error
        self._ray = ray
        self._address = address
        self._shipped: object = None
        _check_address(address)
        self._connect(cpus)
        self._head = self._head_address()
        self._function = ray.remote(num_cpus=0, max_retries=0)(node_function())
        self._worker = ray.remote(worker_class())

    def ship(self, data: bytes) -> None:
        """Send a folder to all nodes that will ask for it."""
        self._shipped = self._ray.put(data)

    def nodes(self) -> list[Node]:
        """All nodes alive, by name."""
        found = [entry for entry in self._ray.nodes() if entry['Alive']]
        count = Counter(entry['NodeManagerHostname'] for entry in found)
        nodes = []
        for entry in found:
            host, key = entry['NodeManagerHostname'], entry['NodeID']
            offers = entry['Resources']
            nodes.append(
                Node(
                    key=key,
                    name=host if count[host] == 1 else f'{host}/{key[:6]}',
                    host=host,
                    address=entry['NodeManagerAddress'],
                    cpus=offers.get('CPU', 0.0),
                    gpus=offers.get('GPU', 0.0),
                )
            )
        return sorted(nodes, key=lambda node: node.name)

    def call(self, node: str, name: str, *arguments: object) -> Ref:
        """Call a function of ``node.call`` on a certain node.

        Args:
            node: Ray's id of it.
            name: Of the function.
            arguments: Its arguments.
        """
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        pinned = self._function.options(
            scheduling_strategy=NodeAffinitySchedulingStrategy(node_id=node, soft=False)
        )
        return cast('Ref', pinned.remote(name, pickle.dumps(arguments), self._shipped))

    def new_worker(self, needs: Resources) -> Worker:
        """Ask for a process that makes episodes; it starts where and when there is room."""
        return cast(
            'Worker',
            self._worker.options(
                num_cpus=needs.cpus,
                num_gpus=needs.gpus,
                max_restarts=0,
                max_task_retries=0,
                scheduling_strategy='SPREAD',
            ).remote(needs.cpus),
        )

    def start(self, worker: Worker, start: Start) -> Ref:
        """Let a worker get ready."""
        return cast('Ref', worker.start.remote(pickle.dumps(start), self._shipped))  # type: ignore[attr-defined]

    def make(self, worker: Worker, episode: int) -> Ref:
        """Let a worker make an episode."""
        return cast('Ref', worker.make.remote(pickle.dumps(episode)))  # type: ignore[attr-defined]

    def stop_worker(self, worker: Worker) -> None:
        """End a worker's process."""
        self._ray.kill(worker)

    def wait(self, refs: Sequence[Ref], timeout_s: float) -> list[Ref]:
        """Those of the pending calls that ended, after at most a time."""
        if not refs:
            time.sleep(timeout_s)
            return []
        done, _ = self._ray.wait(list(refs), num_returns=len(refs), timeout=0)
        if not done:
            done, _ = self._ray.wait(list(refs), num_returns=1, timeout=timeout_s)
        return list(done)

    def result(self, ref: Ref) -> object:
        """What a call gave.

        Raises:
            Lost: Its process or node died.
            RemoteError: It lacks synth_ros.
            ClusterError: Ray could not run it.
        """
        errors = self._ray.exceptions
        lost = (
            errors.RayActorError,
            errors.WorkerCrashedError,
            errors.NodeDiedError,
            errors.OutOfMemoryError,
            errors.ObjectLostError,
            errors.TaskUnschedulableError,
            errors.ActorUnschedulableError,
            errors.RpcError,
        )
        try:
            value = pickle.loads(self._ray.get(ref))  # noqa: S301 (from our own node)
        except lost as error:
            raise Lost(_one_line(error)) from error
        except errors.RayError as error:
            raise ClusterError(f'Ray could not run a task: {_one_line(error)}') from error
        if isinstance(value, tuple) and value[:1] == ('missing',):
            raise RemoteError(
                Failure(
                    f'A node lacks synth_ros or what it needs ({value[1]}). Install the same '
                    'version in the environment of `ray start` on every node.',
                    2,
                )
            )
        return value

    def watch(self, lost: Callable[[str], None]) -> None:
        """See from a thread whether the head still answers.

        Ray itself notices only after a minute, blocks meanwhile, and then ends this process.

        Args:
            lost: Called on that thread once it has not answered for some seconds, with words
                for the user.
        """

        def look() -> None:
            misses = 0
            while misses < _MISSES:
                time.sleep(_WATCH_S)
                misses = 0 if _answers(self._head) else misses + 1
            lost(lost_words(self._address))

        threading.Thread(target=look, name='synth_ros cluster', daemon=True).start()

    def close(self) -> None:
        """End all workers of this run and disconnect."""
        self._ray.shutdown()

    def _connect(self, cpus: int | None) -> None:
        options: dict[str, object] = {}
        if self._address == LOCAL:
            options |= {
                'num_cpus': cpus,
                'include_dashboard': False,
                'object_store_memory': _LOCAL_STORE_BYTES,
            }
        try:
            self._ray.init(
                address=self._address,
                namespace=f'synth_ros-{uuid.uuid4().hex}',
                log_to_driver=False,
                logging_level=logging.ERROR,
                **options,
            )
        except Exception as error:
            if 'authentication' in str(error).lower():
                raise ClusterError(
                    f'The Ray cluster at {self._address} asks for a token: set '
                    'RAY_AUTH_MODE=token here and on all nodes, and give them the token of the '
                    'head (~/.ray/auth_token, or RAY_AUTH_TOKEN_PATH). Ray says: '
                    f'{_one_line(error)}.'
                ) from error
            # Ray has no common error for this; all of them say what happened.
            raise ClusterError(
                f'Cannot join the Ray cluster at {self._address}: {_one_line(error)}. See `ray '
                'status` there; docs/cluster.md says how to start one.'
            ) from error

    def _head_address(self) -> tuple[str, int]:
        if self._address.startswith('ray://'):
            return host_and_port(self._address)
        return host_and_port(self._ray.get_runtime_context().gcs_address)


def lost_words(address: str) -> str:
    """What a user is told when the head is gone."""
    return (
        f'The Ray cluster at {address} was lost: its head, or Ray on this machine, no longer '
        'answers. The episodes committed until now are valid. Start the cluster again and run '
        'the same command with --resume.'
    )


def host_and_port(address: str) -> tuple[str, int]:
    """Parts of ``[ray://]host[:port]``.

    Raises:
        UsageError: It is no such thing.
    """
    client = address.startswith('ray://')
    host, _, port = address.removeprefix('ray://').rstrip('/').rpartition(':')
    if client and not host:
        host, port = port, str(_CLIENT_PORT)
    if not host or not port.isdigit() or int(port) > 65535:
        raise UsageError(
            f'--cluster {address}: expects auto, local, HOST:PORT (as `ray start --head` printed '
            'it), or ray://HOST:PORT.'
        )
    return host.strip('[]'), int(port)


def _check_address(address: str) -> None:
    if address in {'auto', LOCAL}:
        return
    place = host_and_port(address)
    if not _answers(place):
        raise ClusterError(
            f'Nothing answers at {place[0]} port {place[1]}, where --cluster {address} says that '
            'a Ray cluster is. Start one (ray start --head --port=6379), or check the address '
            'and the firewall.'
        )


def _answers(place: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(place, timeout=_CONNECT_S):
            return True
    except OSError:
        return False


def _one_line(error: BaseException) -> str:
    text = ' '.join(str(error).split())
    return f'{type(error).__name__}: {text[:400].rstrip(".")}'
