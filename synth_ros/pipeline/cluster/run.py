"""Makes a dataset on a cluster: the command's side."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.errors import InternalError, OutputError
from synth_ros.pipeline.clock import Clock
from synth_ros.pipeline.cluster.driver import Task, drive
from synth_ros.pipeline.cluster.messages import (
    ClusterError,
    ClusterOptions,
    Done,
    Failure,
    FromDriver,
    Go,
    Job,
    Made,
    Ready,
    RemoteError,
    Shard,
    Status,
)
from synth_ros.pipeline.cluster.node import fingerprint
from synth_ros.pipeline.cluster.rayside import lost_words
from synth_ros.pipeline.cluster.shipping import Shipped, packed
from synth_ros.pipeline.generate import (
    GenerateRequest,
    Outcome,
    Plan,
    Report,
    dataset_info,
    dataset_options,
    make_plan,
)
from synth_ros.render.auto import Choice
from synth_ros.scene.build import SceneBuilder
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.folder import os_errors
from synth_ros.writers.local_folder import LocalFolder
from synth_ros.writers.profile import write_profile
from synth_ros.writers.storage import storage_at

SHARDS = 'shards.json'
SHARDS_FORMAT = 'synth_ros/shards/1'
# The driver says twice a second that it lives.
_SILENCE_S = 120.0
_FAREWELL_S = 10.0
# Names that a node has just made may take a while to show on a network file system.
_VISIBLE_S = 90.0


class ClusterHooks(NamedTuple):
    """What a run on a cluster tells.

    Attributes:
        committed: Called after each committed episode.
        status: Called about twice a second.
        ready: Called once with the renderer that all nodes agreed on, and with cautions.
    """

    committed: Report
    status: Callable[[Status], None]
    ready: Callable[[Choice, tuple[str, ...]], None]


def generate_on_cluster(
    request: GenerateRequest, options: ClusterOptions, hooks: ClusterHooks
) -> Outcome:
    """Make a dataset on a Ray cluster: byte for byte the one that ``generate`` makes.

    Args:
        request: What to make; its ``workers`` and ``choice`` are not used.
        options: Where.
        hooks: What to tell.

    Raises:
        SynthRosError: What was committed before stays valid and can be resumed.
    """
    loaded = load_config(request.config_path)
    builder = SceneBuilder(loaded)
    plan = make_plan(request, loaded)
    shipped = _ship(request, loaded) if options.ship else None
    job = _job(request, loaded, plan=plan, options=options, shipped=shipped)
    with tempfile.NamedTemporaryFile(prefix='synth_ros-ray-', suffix='.log') as log:
        task = Task(
            job,
            options,
            expected=fingerprint(builder),
            shipped=shipped.data if shipped else None,
            resume=request.resume,
            log=log.name,
        )
        return _run(request, (loaded, builder, plan), task=task, hooks=hooks)


def _run(
    request: GenerateRequest,
    made: tuple[LoadedConfig, SceneBuilder, Plan],
    *,
    task: Task,
    hooks: ClusterHooks,
) -> Outcome:
    """Let the driver work while this process holds the output."""
    loaded, builder, plan = made
    with _driver(task) as driver:
        ready = driver.ready(hooks)
        info = dataset_info(loaded, builder, seed=plan.seed, renderer=ready.choice.backend)
        writer = CocoWriter(
            request.out, info, dataset_options(plan, loaded), resume=request.resume
        )
        try:
            done = writer.committed_episodes()
            todo = [episode for episode in range(plan.episodes) if episode not in done]
            resumed = len(done & set(range(plan.episodes))) + len(ready.found & set(todo))
            begun = time.perf_counter()
            shards = driver.make(Go(tuple(todo), writer.episodes.run or ''), hooks)
            profile = driver.clock.profile(
                wall_s=time.perf_counter() - begun,
                workers=driver.workers,
                frames=(plan.episodes - resumed) * plan.frames_per_episode,
            )
            _finish(writer, range(plan.episodes), shards=shards)
            if request.profile:
                write_profile(writer.storage, profile)
        finally:
            writer.close()
    return Outcome(plan, resumed=resumed, profile=profile)


def _finish(writer: CocoWriter, episodes: range, *, shards: tuple[Shard, ...]) -> None:
    """Compose the index, or say where the shards are."""
    storage = writer.storage
    if shards:
        listed = {'format': SHARDS_FORMAT, 'shards': [shard._asdict() for shard in shards]}
        with os_errors(storage.name, valid=''):
            storage.replace(SHARDS, f'{json.dumps(listed, indent=1)}\n'.encode())
        return
    until = time.monotonic() + _VISIBLE_S
    while missing := sorted(set(episodes) - writer.whole_episodes()):
        if time.monotonic() > until:
            raise OutputError(
                f'{storage.name} lacks {len(missing)} episodes that nodes said they had '
                f'committed, among them {missing[0]}. Run the same command with --resume to '
                'make them again.'
            )
        time.sleep(1.0)
    with os_errors(storage.name, valid=''):
        storage.remove(SHARDS)
    writer.finish()


def _ship(request: GenerateRequest, loaded: LoadedConfig) -> Shipped:
    out = storage_at(request.out)
    but = out.root.absolute() if isinstance(out, LocalFolder) else None
    return packed(loaded.base_dir, but=but)


def _job(
    request: GenerateRequest,
    loaded: LoadedConfig,
    *,
    plan: Plan,
    options: ClusterOptions,
    shipped: Shipped | None,
) -> Job:
    out = storage_at(request.out)
    place = os.path.abspath(out.root) if isinstance(out, LocalFolder) else str(request.out)  # noqa: PTH100 (keeps links)
    key = [place, loaded.config_hash, plan.seed, plan.course.frames]
    name = place.rstrip('/').rpartition('/')[2]
    return Job(
        config_text=request.config_path.read_text(encoding='utf-8'),
        config_path=str(request.config_path),
        base_dir=str(loaded.base_dir),
        seed=plan.seed,
        episodes=plan.episodes,
        views=plan.course.frames,
        place=place,
        renderer=options.renderer,
        node_local=options.node_local,
        shard=f'{name}-{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:12]}',
        shipped=shipped.sha256 if shipped else None,
    )


class _Driver:
    """The driver process, seen from the command.

    Attributes:
        clock: Has the times of all episodes made.
        workers: The most that were at work.
    """

    def __init__(self, connection: Connection, task: Task) -> None:
        self.clock = Clock()
        self.workers = 0
        self._connection = connection
        self._task = task

    def ready(self, hooks: ClusterHooks) -> Ready:
        """Wait until all nodes have been looked at."""
        while not isinstance(message := self._next(hooks), Ready):
            pass
        hooks.ready(message.choice, message.cautions)
        return message

    def make(self, go: Go, hooks: ClusterHooks) -> tuple[Shard, ...]:
        """Let episodes be made; returns where they are, unless they were gathered."""
        self._connection.send(go)
        while not isinstance(message := self._next(hooks), Done):
            pass
        return message.shards

    def _next(self, hooks: ClusterHooks) -> FromDriver:
        message = self._receive()
        if isinstance(message, Failure):
            raise RemoteError(message)
        if isinstance(message, Status):
            self.workers = max(self.workers, message.workers)
            hooks.status(message)
        elif isinstance(message, Made):
            self.clock.merge(message.tallies)
            hooks.committed(message.progress)
        return message

    def _receive(self) -> FromDriver:
        until = time.monotonic() + _SILENCE_S
        try:
            while not self._connection.poll(1.0):
                if time.monotonic() > until:
                    raise self._lost()
            message = self._connection.recv()
        except (EOFError, ConnectionError):
            # Ray ended the process: its head is gone.
            raise self._lost() from None
        if not isinstance(message, FromDriver):
            raise InternalError(f'The driver process sent {message!r}.')
        return message

    def _lost(self) -> ClusterError:
        """What to say of a driver that ended without a word, with the last that it wrote."""
        lines = Path(self._task.log).read_text(errors='replace').splitlines() or ['']
        last = f' (Ray: {lines[-1][:300]})' if lines[-1] else ''
        return ClusterError(f'{lost_words(self._task.options.address)}{last}')


@contextmanager
def _driver(task: Task) -> Iterator[_Driver]:
    """Start the driver process, and end it whatever happens."""
    context = multiprocessing.get_context('spawn')
    here, there = context.Pipe()
    process = context.Process(target=drive, args=(task, there), daemon=True)
    process.start()
    there.close()
    try:
        yield _Driver(here, task)
    finally:
        # Tells a driver that is at work to end.
        here.close()
        process.join(_FAREWELL_S)
        if process.is_alive():
            process.kill()
            process.join()
