"""What travels between the command, the driver process and the nodes: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from synth_ros.config.render import Backend
from synth_ros.errors import SynthRosError
from synth_ros.pipeline.clock import Name, Tally
from synth_ros.pipeline.generate import Progress
from synth_ros.render.auto import Choice


class ClusterError(SynthRosError):
    """The cluster cannot do what was asked, or was lost on the way."""


class RemoteError(SynthRosError):
    """An error of ours that a node reported: same words, same exit code, and the node's name.

    Args:
        failure: What it reported.
    """

    def __init__(self, failure: Failure) -> None:
        where = f' (on node {failure.node})' if failure.node else ''
        super().__init__(f'{failure.message}{where}')
        self.exit_code = failure.exit_code


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """How to use a cluster.

    Attributes:
        address: ``auto``, ``host:port``, ``ray://host:port``, or ``local``.
        workers: Episodes at once; ``None`` takes all that the cluster offers, also while it
            grows or shrinks.
        cpus_per_worker: Processors that each worker reserves.
        gpus_per_worker: Share of a GPU that each worker reserves; ``None`` takes a quarter
            where all nodes render on GPUs, and nothing elsewhere.
        node_local: Folder on each node's own disk; environment variables and ``~`` mean what
            they mean there. ``None`` writes to the output at once.
        gather: Whether node-local shards are brought together into the output.
        ship: Whether the config's folder is sent to the nodes.
        renderer: What nodes render with; ``auto`` leaves it to them, and they must agree.
        retries: Times that an episode is tried again after its worker or node died.
    """

    address: str
    workers: int | None = None
    cpus_per_worker: int = 1
    gpus_per_worker: float | None = None
    node_local: str | None = None
    gather: bool = True
    ship: bool = False
    renderer: Backend = 'auto'
    retries: int = 3


class Job(NamedTuple):
    """What to make: all that a node must know.

    Attributes:
        config_text: The config file's content.
        config_path: Its path as the user named it, for messages.
        base_dir: Absolute folder that the config's relative paths start from; on a node, unless
            it was shipped.
        seed: The seed in use.
        episodes: Episodes in the finished dataset.
        views: Frames of each camera per episode.
        place: Absolute path or URL of the output.
        renderer: See ``ClusterOptions``.
        node_local: See ``ClusterOptions``.
        shard: Name of the shard folders below ``node_local``; the same for a resumed run.
        shipped: SHA-256 of the shipped folder, or ``None``.
    """

    config_text: str
    config_path: str
    base_dir: str
    seed: int
    episodes: int
    views: int
    place: str
    renderer: Backend
    node_local: str | None
    shard: str
    shipped: str | None


class Fingerprint(NamedTuple):
    """What must be the same everywhere, or the dataset would depend on who made which episode.

    Attributes:
        version: Of synth_ros.
        code: Hash of its source files.
        mujoco: Version of MuJoCo.
        numpy: Version of numpy.
        opencv: Version of OpenCV.
        assets: Hash of all that scenes are drawn from.
    """

    version: str
    code: str
    mujoco: str
    numpy: str
    opencv: str
    assets: str


class Node(NamedTuple):
    """A living node of a cluster.

    Attributes:
        key: Ray's id.
        name: Host name, and more if several nodes share it; for messages.
        host: Host name.
        address: IP address.
        cpus: Processors that it offers.
        gpus: GPUs that it offers.
    """

    key: str
    name: str
    host: str
    address: str
    cpus: float
    gpus: float


class NodeReport(NamedTuple):
    """What a node said when it was asked.

    Attributes:
        fingerprint: Of its software and assets.
        choice: The renderer it would use.
        shard: Its absolute shard folder, if shards are node-local.
        episodes: Whole episodes in it.
    """

    fingerprint: Fingerprint
    choice: Choice
    shard: str | None
    episodes: tuple[int, ...]


class Failure(NamedTuple):
    """An error in a form that crosses processes.

    Attributes:
        message: For the user.
        exit_code: Of the command.
        node: Ray's id of the node it happened on; its name, once the driver passes it on.
    """

    message: str
    exit_code: int
    node: str = ''


class Made(NamedTuple):
    """An episode that a node committed.

    Attributes:
        progress: For the progress bar.
        node: Ray's id of the node.
        tallies: Where the time went.
    """

    progress: Progress
    node: str
    tallies: Mapping[Name, Tally]


class Ready(NamedTuple):
    """All nodes were asked, and agree.

    Attributes:
        choice: The renderer in use.
        cautions: What the user should know, one sentence each.
        found: Whole episodes in shards of an earlier run.
    """

    choice: Choice
    cautions: tuple[str, ...]
    found: frozenset[int]


class Go(NamedTuple):
    """The output is open; make these.

    Attributes:
        episodes: Numbers to make.
        run: Token of the run that holds the output's lock.
    """

    episodes: tuple[int, ...]
    run: str


class Status(NamedTuple):
    """How the cluster does; also the driver's sign of life.

    Attributes:
        nodes: Nodes alive that can work.
        workers: Workers alive and ready.
        retried: Episodes that were tried again.
        doing: What goes on, when it is not the making of episodes.
    """

    nodes: int
    workers: int
    retried: int
    doing: str = ''


class Shard(NamedTuple):
    """Where episodes lie that were not gathered.

    Attributes:
        node: Host name.
        address: IP address.
        path: Absolute folder there.
        episodes: In it, ascending.
    """

    node: str
    address: str
    path: str
    episodes: tuple[int, ...]


class Done(NamedTuple):
    """All that was asked for is made.

    Attributes:
        shards: Where it is, if it was not gathered.
    """

    shards: tuple[Shard, ...]


FromDriver = Ready | Made | Status | Done | Failure
