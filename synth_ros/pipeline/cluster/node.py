"""What happens on a node: looking at it, making episodes, reading its shard."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import pickle
import shutil
import socket
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, cast

import synth_ros
from synth_ros.config.load import LoadedConfig, load_config_text
from synth_ros.config.render import RenderConfig
from synth_ros.errors import OutputError, SynthRosError, UsageError
from synth_ros.pipeline.cluster.messages import (
    Failure,
    Fingerprint,
    Job,
    Made,
    NodeReport,
)
from synth_ros.pipeline.cluster.shipping import unpacked
from synth_ros.pipeline.generate import (
    GenerateRequest,
    Plan,
    Progress,
    dataset_info,
    dataset_options,
    make_plan,
    open_stage,
)
from synth_ros.pipeline.overlap import from_list
from synth_ros.pipeline.produce import produce
from synth_ros.render.auto import Choice, choose_backend
from synth_ros.scene.build import SceneBuilder
from synth_ros.writers.base import DatasetInfo
from synth_ros.writers.coco import EpisodeWriter
from synth_ros.writers.coco_compose import compose
from synth_ros.writers.coco_index import (
    begin_place,
    folders_of,
    identity,
    recover,
    whole_episodes,
)
from synth_ros.writers.exports import frame_formats, setup_of
from synth_ros.writers.folder import os_errors
from synth_ros.writers.local_folder import LocalFolder
from synth_ros.writers.storage import storage_at

CHUNK_BYTES = 8 * 2**20


class Start(NamedTuple):
    """What a worker needs to begin.

    Attributes:
        job: What to make.
        run: Token of the run that holds the output's lock.
        known: Renderers of the nodes that were looked at, by Ray's id.
    """

    job: Job
    run: str
    known: Mapping[str, Choice]


class Started(NamedTuple):
    """A worker is ready.

    Attributes:
        node: Ray's id of its node.
        report: What the node says of itself, if nobody had asked it before.
    """

    node: str
    report: NodeReport | None


class Prepared(NamedTuple):
    """A job with its config and assets loaded."""

    loaded: LoadedConfig
    builder: SceneBuilder
    plan: Plan
    rendering: RenderConfig

    def info(self, renderer: str) -> DatasetInfo:
        """What the dataset says of itself."""
        return dataset_info(self.loaded, self.builder, seed=self.plan.seed, renderer=renderer)


def prepare(job: Job, shipped: bytes | None) -> Prepared:
    """Load a job's config and assets.

    Raises:
        ConfigError: An asset is not on this node, or differs from what the config needs.
    """
    base_dir = Path(job.base_dir)
    if job.shipped is not None and shipped is not None:
        base_dir = unpacked(shipped, job.shipped)
    loaded = load_config_text(job.config_text, job.config_path, base_dir=base_dir)
    request = GenerateRequest(
        Path(job.config_path), job.place, seed=job.seed, episodes=job.episodes, views=job.views
    )
    rendering = loaded.config.render
    if rendering.backend == 'auto':
        rendering = rendering.model_copy(update={'backend': job.renderer})
    return Prepared(loaded, SceneBuilder(loaded), make_plan(request, loaded), rendering)


def fingerprint(builder: SceneBuilder) -> Fingerprint:
    """What must be the same on all nodes."""
    code = hashlib.sha256()
    root = Path(synth_ros.__file__).parent
    for path in sorted(root.rglob('*.py')):
        code.update(str(path.relative_to(root)).encode() + b'\0' + path.read_bytes())
    drawn_from = repr((builder.inventory, builder.categories))
    version = importlib.metadata.version
    return Fingerprint(
        version=synth_ros.__version__,
        code=code.hexdigest(),
        mujoco=version('mujoco'),
        numpy=version('numpy'),
        opencv=version('opencv-python-headless'),
        assets=hashlib.sha256(drawn_from.encode()).hexdigest(),
    )


def inspect(job: Job, *, clean: bool, shipped: bytes | None) -> NodeReport:
    """See what this node has, and prepare its shard folder.

    Args:
        job: What is to be made.
        clean: Whether to remove what a stopped run left unfinished in the shard; not while
            workers write there.
        shipped: The config's folder, if it was sent.

    Raises:
        SynthRosError: Something that the job needs is missing.
    """
    prepared = prepare(job, shipped)
    choice = choose_backend(prepared.rendering)
    folder: Path | None = None
    episodes: tuple[int, ...] = ()
    if job.node_local is not None:
        folder = shard_folder(job.node_local, job.shard)
        storage = LocalFolder(folder)
        options = dataset_options(prepared.plan, prepared.loaded)
        with os_errors(folder, valid=''):
            folder.mkdir(parents=True, exist_ok=True)
            if clean:
                recover(storage, options.formats)
            begin_place(
                storage,
                identity(prepared.info(choice.backend), options),
                folders=folders_of(options),
                resume=True,
            )
            episodes = tuple(sorted(whole_episodes(storage)))
    shard = str(folder) if folder else None
    return NodeReport(fingerprint(prepared.builder), choice, shard, episodes)


def shard_folder(template: str, shard: str) -> Path:
    """Where this node keeps its shard.

    Raises:
        UsageError: A variable in the template is not set here, or the path is not absolute.
    """
    folder = Path(os.path.expandvars(template)).expanduser()
    if '$' in str(folder) or not folder.is_absolute():
        raise UsageError(
            f'--node-local {template} is {folder} here, which is no absolute path. Set the '
            'variable before ray start, or name a path.'
        )
    return folder / shard


def probe(job: Job, run: str) -> None:
    """See that this node sees the output as the command does, and may write there.

    Raises:
        OutputError: It does not.
    """
    storage = storage_at(job.place)
    test = f'.probe-{socket.gethostname()}-{os.getpid()}.partial'
    with os_errors(storage.name, valid=''):
        if storage.holder() != run:
            raise OutputError(f'{storage.name} is another place here.')
        storage.replace(test, b'')
        storage.remove(test)


def read_chunk(folder: str, path: str, offset: int) -> bytes:
    """A part of a file in a shard, at most ``CHUNK_BYTES``.

    Raises:
        OutputError: It cannot be read.
    """
    place = Path(folder) / path
    try:
        with place.open('rb') as file:
            file.seek(offset)
            return file.read(CHUNK_BYTES)
    except OSError as error:
        raise OutputError(
            f'Cannot read {place}: {error.strerror}. Remove the marker of its episode there, and '
            'run the same command with --resume to make it again.'
        ) from error


def finish_shard(job: Job, folder: str, renderer: str, *, shipped: bytes | None) -> None:
    """Make a shard a dataset of its own: compose its index."""
    prepared = prepare(job, shipped)
    setup = setup_of(prepared.info(renderer), dataset_options(prepared.plan, prepared.loaded))
    with os_errors(folder, valid=''):
        compose(LocalFolder(Path(folder)), setup, frame_formats(setup.options.formats, setup))


def drop_shard(folder: str) -> None:
    """Remove a shard that was gathered."""
    shutil.rmtree(folder, ignore_errors=True)


class EpisodeMaker:
    """Makes and commits episodes on a node: config, assets and renderer are loaded once.

    Args:
        start: What to make.
        shipped: The config's folder, if it was sent.
    """

    def __init__(self, start: Start, *, shipped: bytes | None) -> None:
        job, self._node = start.job, node_key()
        self.started = Started(self._node, None)
        choice = start.known.get(self._node)
        if choice is None:
            report = inspect(job, clean=False, shipped=shipped)
            choice = report.choice
            self.started = Started(self._node, report)
        prepared = prepare(job, shipped)
        if has_gpu():
            # Of the GPUs of this node, Ray shows each worker its own.
            choice = choice._replace(device=choose_backend(prepared.rendering).device)
        self._plan = prepared.plan
        info, options = prepared.info(choice.backend), dataset_options(self._plan, prepared.loaded)
        if job.node_local is None:
            self._writer = EpisodeWriter(job.place, info, options, start.run)
            self._writer.check_run()
        else:
            self._writer = EpisodeWriter(shard_folder(job.node_local, job.shard), info, options)
        self._stage = open_stage(
            prepared.loaded, prepared.builder, seed=self._plan.seed, choice=choice
        )

    def make(self, number: int) -> Made:
        """Make and commit an episode; one that is committed already is left as it is.

        That happens when a node committed it and died before it could say so, or when one that
        was given up went on working.

        Raises:
            SynthRosError: It cannot be made.
        """
        there = Made(Progress(number, self._plan.frames_per_episode, (), {}, ()), self._node, {})
        if self._writer.is_committed(number):
            return there
        self._writer.withdraw(number)
        reports: list[Progress] = []
        try:
            produce(
                self._stage,
                self._writer,
                plan=self._plan,
                take=from_list([number]),
                report=reports.append,
                processes=len(os.sched_getaffinity(0)),
            )
        except OutputError:
            if self._writer.is_committed(number):
                return there
            raise
        return Made(reports[0], self._node, self._stage.clock.drain())


def node_key() -> str:
    """Ray's id of the node that this process runs on."""
    import ray

    return str(ray.get_runtime_context().get_node_id())


def has_gpu() -> bool:
    """Whether Ray gave this process a GPU, or a share of one."""
    import ray

    return bool(ray.get_gpu_ids())


def call(name: str, payload: bytes, shipped: bytes | None) -> bytes:
    """Call a function of this module by name.

    Args:
        name: Of the function.
        payload: Its pickled arguments.
        shipped: The config's folder, for those that load the config.

    Returns:
        The pickled result, or a pickled ``Failure``.
    """
    arguments = pickle.loads(payload)  # noqa: S301 (from our own driver)
    functions: dict[str, Callable[[], object]] = {
        'inspect': lambda: inspect(*arguments, clean=True, shipped=shipped),
        'probe': lambda: probe(*arguments),
        'read_chunk': lambda: read_chunk(*arguments),
        'finish_shard': lambda: finish_shard(*arguments, shipped=shipped),
        'drop_shard': lambda: drop_shard(*arguments),
    }
    return answer(functions[name])


def start_maker(holder: list[object], payload: bytes, shipped: bytes | None) -> bytes:
    """Make an ``EpisodeMaker`` and keep it in ``holder``; returns a pickled ``Started``."""

    def start() -> Started:
        maker = EpisodeMaker(pickle.loads(payload), shipped=shipped)  # noqa: S301
        holder.append(maker)
        return maker.started

    return answer(start)


def make_episode(holder: list[object], payload: bytes) -> bytes:
    """Let the maker in ``holder`` make an episode; returns a pickled ``Made``."""
    maker = cast('EpisodeMaker', holder[0])
    return answer(lambda: maker.make(pickle.loads(payload)))  # noqa: S301


def answer(function: Callable[[], object]) -> bytes:
    """Pickled result of a function, or the pickled ``Failure`` of what it raised."""
    try:
        return pickle.dumps(function())
    except SynthRosError as error:
        return pickle.dumps(Failure(str(error), error.exit_code, node_key()))
    except Exception:  # noqa: BLE001 (whatever it is, the driver must hear of it)
        return pickle.dumps(Failure(f'A worker failed:\n{traceback.format_exc()}', 1, node_key()))
