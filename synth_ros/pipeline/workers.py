"""Several processes on one dataset: each renders and commits whole episodes of its own."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import NamedTuple, TypeVar

from synth_ros.errors import InternalError, SynthRosError
from synth_ros.pipeline.clock import Clock
from synth_ros.pipeline.crew import (
    Failure,
    Task,
    Times,
    Want,
    assign_devices,
    environment_of_workers,
)
from synth_ros.pipeline.generate import GenerateRequest, Plan, Progress, Report
from synth_ros.pipeline.worker import Message, work

Job = TypeVar('Job')

# How long a worker may take to end once it was told to; then it is killed.
_END_S = 5.0


class WorkerError(SynthRosError):
    """An error that a worker process reported, or its sudden death.

    Args:
        failure: What it reported.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.exit_code = failure.exit_code


def run_workers(
    request: GenerateRequest,
    plan: Plan,
    *,
    episodes: Sequence[int],
    report: Report,
    clock: Clock,
    devices: Sequence[int] = (),
) -> None:
    """Make episodes in ``request.workers`` processes.

    Episodes are handed out one by one, so a slow one holds nobody up. The first error stops
    all; what was committed stays valid.

    Args:
        request: What to make.
        plan: The request with defaults filled in.
        episodes: Numbers to make.
        report: Called in this process after each committed episode.
        clock: Gets the times of all workers.
        devices: Graphics devices that they share; the default one if empty.

    Raises:
        WorkerError: A worker reported an error, or was killed.
    """
    count = min(request.workers, len(episodes))
    tasks = [
        Task(request, plan, device, workers=count) for device in assign_devices(count, devices)
    ]
    with started(work, tasks) as workers:
        _Foreman(workers, episodes, report=report, clock=clock).run()


class Worker(NamedTuple):
    """A worker process as its parent sees it.

    Attributes:
        number: From 1.
        process: The process.
        pipe: To it.
        making: Numbers of what it was given and has not finished.
    """

    number: int
    process: SpawnProcess
    pipe: Connection
    making: list[int]


class _Foreman:
    """Hands out episodes and hears of what is done."""

    def __init__(
        self, workers: Sequence[Worker], episodes: Sequence[int], *, report: Report, clock: Clock
    ) -> None:
        self._workers: dict[Connection, Worker] = {w.pipe: w for w in workers}
        self._count = len(workers)
        self._todo = deque(episodes)
        self._report = report
        self._clock = clock

    def run(self) -> None:
        """Serve all workers until none has anything to do."""
        while self._workers:
            for pipe in connection.wait(list(self._workers)):
                assert isinstance(pipe, Connection)
                self._hear(self._workers[pipe])

    def _hear(self, worker: Worker) -> None:
        try:
            message: Message = worker.pipe.recv()
        except (EOFError, OSError):
            raise WorkerError(death(worker)) from None
        match message:
            case Want():
                self._give(worker, message)
            case Progress():
                worker.making.remove(message.episode)
                self._report(message)
            case Times():
                self._clock.merge(message.tallies)
                del self._workers[worker.pipe]
            case Failure():
                raise WorkerError(message)

    def _give(self, worker: Worker, want: Want) -> None:
        # Towards the end, nobody takes an episode ahead that another could begin now.
        number = None
        if self._todo and (want.idle or len(self._todo) >= self._count):
            number = self._todo.popleft()
            worker.making.append(number)
        try:
            worker.pipe.send(number)
        except OSError:
            raise WorkerError(death(worker)) from None


def death(worker: Worker, *, noun: str = 'episode') -> Failure:
    """Tells of a worker that ended without a word.

    Args:
        worker: Which.
        noun: What the numbers are of that it was given.
    """
    worker.process.join(_END_S)
    code = worker.process.exitcode
    if code is None:
        how = 'does not answer any more'
    elif code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        how = f'was killed by signal {-code} ({name})'
    else:
        how = f'ended with code {code}'
    if worker.making:
        kind = f'{noun}s' if len(worker.making) > 1 else noun
        what = f'while it made {kind} {" and ".join(map(str, worker.making))}'
    else:
        what = f'while it had no {noun} to make'
    why = (
        'If memory ran out (the kernel says so in: dmesg | grep -i oom), take fewer --workers, '
        'smaller images or fewer annotations. '
        if code == -signal.SIGKILL
        else ''
    )
    return Failure(
        f'Worker {worker.number} of this run (process {worker.process.pid}) {how} {what}. {why}'
        'Nothing that was committed is lost: run the same command with --resume to go on.',
        InternalError.exit_code,
    )


@contextmanager
def started(
    body: Callable[[Job, Connection], None], jobs: Sequence[Job]
) -> Iterator[list[Worker]]:
    """Worker processes; when the block ends, so do they, in any case and within seconds.

    Args:
        body: Of each process; gets its job and a pipe to this one.
        jobs: One for each worker.
    """
    # Spawned, never forked: a forked GL context is undefined behaviour.
    context = multiprocessing.get_context('spawn')
    workers: list[Worker] = []
    try:
        with environment_of_workers(len(jobs)), _interrupts_for_parent_alone():
            for number, job in enumerate(jobs, 1):
                workers.append(_start(context, number, partial(body, job)))
        yield workers
        for worker in workers:
            worker.process.join(_END_S)
    finally:
        _end(workers)


def _start(context: SpawnContext, number: int, body: Callable[[Connection], None]) -> Worker:
    ours, theirs = context.Pipe()
    process = context.Process(
        target=body, args=(theirs,), name=f'synth_ros worker {number}', daemon=True
    )
    try:
        process.start()
    finally:
        # The worker's end must be its own alone, or its death would go unnoticed.
        theirs.close()
    return Worker(number, process, ours, [])


@contextmanager
def _interrupts_for_parent_alone() -> Iterator[None]:
    """Let processes that are started in the block never see an interrupt from the keyboard.

    A terminal sends it to all processes at once; the parent ends the workers. The signal is
    blocked here, which children inherit, and served when the block ends.
    """
    # Started now, because its own start would unblock the signal.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(workers: Sequence[Worker]) -> None:
    """End all processes, gently first, then without asking."""
    for worker in workers:
        worker.pipe.close()
        if worker.process.is_alive():
            worker.process.terminate()
    for worker in workers:
        worker.process.join(_END_S)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join(_END_S)
