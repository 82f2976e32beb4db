"""Overlaps the steps of several episodes in one process, on a few threads and bounded room.

While one thread, the caller's, draws frames, another prepares the next scene, some label, encode
and store the frames drawn before, and one commits whole episodes. What comes out is what making
one episode after another gives: the same bytes, the same error, and everything committed that
comes before the error.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from synth_ros.pipeline.clock import Clock

Scene = TypeVar('Scene')
Done = TypeVar('Done')
Result = TypeVar('Result')

# Each holds a compiled scene, whose preparation takes as long as some frames.
_SCENES_AHEAD = 1
# Each holds no more than the index entries of its frames.
_UNCOMMITTED = 2
_MOST_FINISHERS = 4
# Python lets a thread keep the lock for 5 ms. A driver gives it back with each of its hundred
# calls for a frame, and would wait so long for it every time.
_SWITCH_S = 5e-4


def finisher_threads(processes: int) -> int:
    """How many threads of each process label, encode and store frames.

    Args:
        processes: That share this machine's processors.
    """
    cores = len(os.sched_getaffinity(0))
    return max(1, min(_MOST_FINISHERS, cores // processes))


@contextmanager
def prompt_threads() -> Iterator[None]:
    """Has threads hand Python's lock to each other promptly."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class Take(Protocol):
    """Where the numbers of episodes come from."""

    def __call__(self, *, idle: bool) -> int | None:
        """The next number.

        Args:
            idle: There is nothing else to do. Without it ``None`` means: not yet.

        Returns:
            The number; ``None`` if there is none.
        """
        ...


def from_list(numbers: Iterable[int]) -> Take:
    """Takes numbers in order."""
    source = iter(numbers)

    def take(*, idle: bool) -> int | None:  # noqa: ARG001 (a list has no other takers)
        return next(source, None)

    return take


class BoundedPool:
    """Threads that take tasks, and no more of them than there is room for.

    Args:
        threads: How many.
        room: Tasks that may be unfinished, those being worked on included.
        name: Of the threads.
    """

    def __init__(self, threads: int, *, room: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, name)
        self._room = threading.Semaphore(max(room, threads))

    def submit(self, task: Callable[[], Result]) -> Future[Result]:
        """Have a task done; waits for room."""
        self._room.acquire()
        try:
            future = self._threads.submit(task)
        except BaseException:
            self._room.release()
            raise
        future.add_done_callback(lambda _: self._room.release())
        return future

    def shutdown(self, *, wait: bool) -> None:
        """Forget what was not begun.

        Args:
            wait: Until what was begun is done.
        """
        self._threads.shutdown(wait=wait, cancel_futures=True)


class Overlap(Generic[Done]):
    """The threads beside the one that draws; used as a context manager.

    Leaving the context ends all threads: waits for what they are doing, forgets what they have
    not begun.

    Args:
        clock: Measures what the drawing thread waits for.
        threads: That label, encode and store.
        room: Frames that may be drawn but not stored yet, those being worked on included.
    """

    def __init__(self, clock: Clock, *, threads: int, room: int) -> None:
        self._clock = clock
        self._preparers = BoundedPool(1, room=_SCENES_AHEAD + 1, name='synth_ros prepare')
        self._finishers = BoundedPool(threads, room=room, name='synth_ros finish')
        self._committers = BoundedPool(1, room=_UNCOMMITTED + 1, name='synth_ros commit')
        self._frames: list[Future[None]] = []
        self._commits: deque[Future[Done]] = deque()
        self._failed = False

    def prepared(self, prepare: Callable[[int], Scene], take: Take) -> Iterator[Scene]:
        """Scenes in order; while one is in use, the next is being prepared.

        Args:
            prepare: Makes the scene of a number, on another thread.
            take: Where the numbers come from, asked on this thread.
        """
        ahead: deque[Future[Scene]] = deque()
        while True:
            while len(ahead) <= _SCENES_AHEAD:
                with self._clock.measure('task'):
                    number = take(idle=not ahead)
                if number is None:
                    break
                ahead.append(self._preparers.submit(partial(prepare, number)))
            if not ahead:
                return
            with self._clock.measure('scene'):
                scene = ahead.popleft().result()
            yield scene

    def finish(self, task: Callable[[], None]) -> None:
        """Have a frame of the running episode labelled, encoded and stored; waits for room."""
        with self._clock.measure('finish'):
            self._frames.append(self._finishers.submit(task))

    def commit(self, task: Callable[[], Done]) -> None:
        """Commit the running episode once its frames are stored; the next one may begin."""
        frames, self._frames = self._frames, []

        def run() -> Done:
            # One thread commits, in order: what comes after an error is not committed.
            if self._failed:
                raise CancelledError
            try:
                for frame in frames:
                    frame.result()
                return task()
            except BaseException:
                self._failed = True
                raise

        self._commits.append(self._committers.submit(run))

    def done(self, *, most: int = _UNCOMMITTED) -> Iterator[Done]:
        """Results of the episodes committed since the last call, in order.

        Waits until at most so many are left uncommitted. The first error of a frame or commit
        is raised here.
        """
        while self._commits and (len(self._commits) > most or self._commits[0].done()):
            with self._clock.measure('finish'):
                result = self._commits[0].result()
            self._commits.popleft()
            yield result

    def settle_up(self) -> Iterator[Done]:
        """After an error of the drawing thread: results of all episodes that came before.

        An error that comes earlier in the order of frames is raised in place of the later one.
        """
        yield from self.done(most=0)
        for frame in self._frames:
            frame.result()

    def __enter__(self) -> Self:
        """Return the threads."""
        self._switch_s = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all threads."""
        sys.setswitchinterval(self._switch_s)
        pools = (self._preparers, self._finishers, self._committers)
        for pool in pools:
            pool.shutdown(wait=False)
        for pool in pools:
            pool.shutdown(wait=True)
