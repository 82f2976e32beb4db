"""Many bags of one config in a folder, each of some episodes, made by one or more processes.

A bag is a function of the config, the seed and its episodes alone: simulated time begins anew in
each. So it does not matter which process makes it, and after which one, and a bag that is there
need not be made again.
"""

from __future__ import annotations

import shutil
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.errors import OutputError, SynthRosError, UsageError
from synth_ros.pipeline.crew import Failure, Want, assign_devices
from synth_ros.pipeline.live import Extent
from synth_ros.pipeline.worker import end_with_parent
from synth_ros.pipeline.workers import Worker, WorkerError, death, started
from synth_ros.readers.bag import read_bag_summary
from synth_ros.render.auto import Choice, choice_on
from synth_ros.ros.live_bag import Progress, Storing
from synth_ros.ros.record_run import Recorded, Recorder, Run, Watch
from synth_ros.schema.bag_note import DATASET, read_note
from synth_ros.writers.folder import LOCK, FolderLock, os_errors

_LOOK_S = 0.2
_SAY_S = 0.5


class Job(NamedTuple):
    """What all bags have in common.

    Attributes:
        config: Path of the config.
        seed: In use.
        storing: How they are stored.
        choice: The renderer.
        out: The folder around them.
    """

    config: Path
    seed: int
    storing: Storing
    choice: Choice
    out: Path


class Part(NamedTuple):
    """One of the bags.

    Attributes:
        first: Number of its first episode.
        last: Number of its last one.
    """

    first: int
    last: int

    @property
    def name(self) -> str:
        """Of its folder."""
        return f'bag_{self.first:05d}-{self.last:05d}'

    @property
    def run(self) -> Run:
        """What it holds."""
        return Run(self.first, extent=Extent(last_episode=self.last))


def parts(first: int, episodes: int, *, per_bag: int) -> list[Part]:
    """The bags of a range of episodes; the last one may hold fewer.

    Args:
        first: Number of the first episode.
        episodes: How many.
        per_bag: How many a bag holds.
    """
    end = first + episodes
    return [Part(start, min(start + per_bag, end) - 1) for start in range(first, end, per_bag)]


class Doing(NamedTuple):
    """What a worker says of the bag that it makes.

    Attributes:
        part: Which.
        progress: How far it is.
    """

    part: Part
    progress: Progress


class Sentence(NamedTuple):
    """What did not go as drawn.

    Attributes:
        text: It.
    """

    text: str


class Made(NamedTuple):
    """A bag is done.

    Attributes:
        part: Which.
        recorded: What it became; errors are told otherwise.
    """

    part: Part
    recorded: Recorded


class ManyWatch:
    """Is told how a set of bags goes; this one does not mind."""

    def doing(self, part: Part, progress: Progress) -> None:
        """Hear how far a bag is."""

    def made(self, part: Part, recorded: Recorded) -> None:
        """Hear of a bag that is whole."""

    def note(self, sentence: str) -> None:
        """Hear what did not go as drawn; on any thread."""


@contextmanager
def claimed(
    out: Path, wanted: Sequence[Part], identity: tuple[LoadedConfig, int], *, resume: bool
) -> Iterator[list[Part]]:
    """A folder for bags, kept from other runs; gives the bags that are still to be made.

    What killed runs left there goes.

    Args:
        out: The folder.
        wanted: All bags.
        identity: The config and the seed that they are made of.
        resume: Whether bags may be there.

    Raises:
        OutputError: It is not empty, cannot be written, or another run writes to it.
        UsageError: Bags are there that this run would not make.
    """
    if not resume and out.exists() and _contents(out):
        raise OutputError(
            f'{out} exists already and is not empty. Choose another folder, or go on with what '
            'is there: --resume.'
        )
    lock = FolderLock(out)
    try:
        _sweep(out)
        yield _missing(out, wanted, identity)
    finally:
        _sweep(out)
        lock.release()
        if not any(out.iterdir()):
            out.rmdir()


def _contents(out: Path) -> list[Path]:
    with os_errors(out, valid='Nothing was written.'):
        return [path for path in out.iterdir() if path.name != LOCK]


def _sweep(out: Path) -> None:
    for left in out.glob('.bag_*.partial'):
        shutil.rmtree(left, ignore_errors=True)


def _missing(out: Path, wanted: Sequence[Part], identity: tuple[LoadedConfig, int]) -> list[Part]:
    """The bags that are not there.

    Raises:
        UsageError: One is there that this run would not make.
    """
    names = {part.name for part in wanted}
    there = {path.name for path in out.glob('bag_*')}
    others = sorted(there - names)
    if others:
        raise UsageError(
            f'{out / others[0]} is none of the bags of this run, the first of which is '
            f'{wanted[0].name}. Go on with the --first-episode, --episodes and --per-bag that '
            'began it, or choose another folder.'
        )
    loaded, seed = identity
    for name in sorted(there):
        _check_same(out / name, loaded, seed=seed)
    return [part for part in wanted if part.name not in there]


def _check_same(bag: Path, loaded: LoadedConfig, *, seed: int) -> None:
    """See that a bag is of this config and seed.

    Raises:
        UsageError: It is not.
    """
    text = read_bag_summary(bag).custom_data.get(DATASET)
    if text is None:
        raise UsageError(f'{bag} was not made by synth-ros record. Choose another folder.')
    note = read_note(text, str(bag))
    if (note.config_hash, note.seed) != (loaded.config_hash, seed):
        raise UsageError(
            f'{bag} was recorded with another config or seed (config {note.config_hash[:12]}, '
            f'seed {note.seed}; now {loaded.config_hash[:12]}, seed {seed}). Go on with those '
            'that began it, or choose another folder.'
        )


def record_many(
    job: Job,
    todo: Sequence[Part],
    *,
    workers: int,
    devices: Sequence[int],
    stop: threading.Event,
    watch: ManyWatch,
) -> None:
    """Record bags; each appears when it is whole.

    Args:
        job: What they have in common.
        todo: Which.
        workers: How many processes make them.
        devices: Graphics devices that they share; the default one if empty.
        stop: Ends all; what is not whole by then does not appear.
        watch: Is told how it goes.

    Raises:
        SynthRosError: A bag could not be recorded; those that appeared stay.
    """
    if min(workers, len(todo)) > 1:
        _by_workers(job, todo, workers=workers, devices=devices, stop=stop, watch=watch)
        return
    recorder = _recorder(job)
    for part in todo:
        if stop.is_set():
            return
        recorded = _recorded(recorder, job.out, part, stop=stop, watch=_One(part, watch))
        if recorded.appeared:
            watch.made(part, recorded)


class _One(Watch):
    """Passes on what is said of one bag."""

    def __init__(self, part: Part, watch: ManyWatch) -> None:
        self._part = part
        self._watch = watch

    def progress(self, progress: Progress) -> None:
        self._watch.doing(self._part, progress)

    def note(self, sentence: str) -> None:
        self._watch.note(sentence)


def _recorder(job: Job) -> Recorder:
    loaded = load_config(job.config)
    return Recorder(loaded, seed=job.seed, storing=job.storing, choice=job.choice)


def _recorded(
    recorder: Recorder, out: Path, part: Part, *, stop: threading.Event, watch: Watch
) -> Recorded:
    """One bag.

    Raises:
        SynthRosError: It could not be recorded.
    """
    recorded = recorder.record(out / part.name, part.run, stop=stop, watch=watch, whole=True)
    if isinstance(recorded.error, OutputError):
        raise OutputError(
            f'{recorded.error} As one of many bags it must be whole, so it was removed: run the '
            'same command with --resume to go on.'
        ) from recorded.error
    if recorded.error is not None:
        raise recorded.error
    return recorded


class _Stopped(Exception):  # noqa: N818 (an end, not an error)
    """The recording was told to stop."""


def _by_workers(
    job: Job,
    todo: Sequence[Part],
    *,
    workers: int,
    devices: Sequence[int],
    stop: threading.Event,
    watch: ManyWatch,
) -> None:
    count = min(workers, len(todo))
    jobs = [
        job._replace(choice=choice_on(job.choice, device))
        for device in assign_devices(count, devices)
    ]
    waiting = deque(todo)
    with suppress(_Stopped), started(_work, jobs) as crew:
        busy: dict[Connection, Worker] = {worker.pipe: worker for worker in crew}
        while busy:
            if stop.is_set():
                # Nobody is waited for: what they make would not be whole.
                raise _Stopped
            for pipe in connection.wait(list(busy), _LOOK_S):
                assert isinstance(pipe, Connection)
                if not _hear(busy[pipe], waiting, watch):
                    del busy[pipe]


def _hear(worker: Worker, waiting: deque[Part], watch: ManyWatch) -> bool:
    """Hear a worker; says whether it goes on.

    Raises:
        WorkerError: It failed, or is gone.
    """
    try:
        message = worker.pipe.recv()
        if isinstance(message, Want):
            part = waiting.popleft() if waiting else None
            worker.making[:] = [] if part is None else [part.first]
            worker.pipe.send(part)
            return part is not None
    except (EOFError, OSError):
        raise WorkerError(death(worker, noun='bag from episode')) from None
    match message:
        case Doing():
            watch.doing(message.part, message.progress)
        case Sentence():
            watch.note(message.text)
        case Made():
            watch.made(message.part, message.recorded)
        case Failure():
            raise WorkerError(message)
    return True


def _work(job: Job, parent: Connection) -> None:
    """Body of a worker process."""
    end_with_parent()
    try:
        recorder = _recorder(job)
        while True:
            parent.send(Want(idle=True))
            part: Part | None = parent.recv()
            if part is None:
                return
            recorded = _recorded(
                recorder, job.out, part, stop=threading.Event(), watch=_Reports(part, parent)
            )
            parent.send(Made(part, recorded))
    except SynthRosError as error:
        parent.send(Failure(str(error), error.exit_code))
    except Exception:  # noqa: BLE001 (whatever it is, the parent must hear of it)
        parent.send(Failure(f'A worker failed:\n{traceback.format_exc()}', 1))


class _Reports(Watch):
    """Tells the parent."""

    def __init__(self, part: Part, parent: Connection) -> None:
        self._part = part
        self._parent = parent
        self._lock = threading.Lock()
        self._said = 0.0

    def progress(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._said >= _SAY_S:
            self._said = now
            self._send(Doing(self._part, progress))

    def note(self, sentence: str) -> None:
        self._send(Sentence(sentence))

    def _send(self, message: Doing | Sentence) -> None:
        with self._lock:
            self._parent.send(message)
