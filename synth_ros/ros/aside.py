"""Work of the publishers that is done on threads beside the one that publishes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from synth_ros.pipeline.overlap import BoundedPool

# Frames of a stream that may be unfinished: one in work, one waiting.
_ROOM = 2


class Asides:
    """A thread for each stream that needs one, made when its first task comes.

    Tasks of a stream are done one after another, in the order in which they came, and none is
    left out: who brings a third one before the first is done waits.
    """

    def __init__(self) -> None:
        self._pools: dict[str, BoundedPool] = {}
        self._under_way: deque[Future[None]] = deque()

    def do(self, stream: str, task: Callable[[], None]) -> None:
        """Have a task of a stream done; waits for room.

        Raises:
            OutputError: A task before could not be done; or any other error that it had.
        """
        self._settle(done_only=True)
        if stream not in self._pools:
            self._pools[stream] = BoundedPool(1, room=_ROOM, name=f'synth_ros {stream}')
        self._under_way.append(self._pools[stream].submit(task))

    def close(self) -> None:
        """Wait for all tasks and end the threads.

        Raises:
            OutputError: A task could not be done; or any other error that it had.
        """
        try:
            self._settle(done_only=False)
        finally:
            for pool in self._pools.values():
                pool.shutdown(wait=True)
            self._pools.clear()

    def _settle(self, *, done_only: bool) -> None:
        """Take leave of tasks, the oldest first; the first error is raised here."""
        while self._under_way and (not done_only or self._under_way[0].done()):
            self._under_way.popleft().result()
