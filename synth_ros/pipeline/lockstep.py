"""Lets a simulation go on only as fast as somebody answers its frames."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from typing import Literal, NamedTuple

from synth_ros.errors import RosError

Answer = Literal['expected', 'late', 'unknown']
"""``late``: to a frame that was given up. ``unknown``: to none that was sent, or once more."""

Count = Literal['expected', 'answered', 'given_up', 'late', 'unknown']

# An answer that took longer is worth a word where it may take for ever.
_LONG_S = 10.0
# Frames that were given up and whose answers are still told apart from nonsense.
_REMEMBERED = 1000


class LockstepCounts(NamedTuple):
    """What became of the frames so far.

    Attributes:
        expected: Frames that need an answer.
        answered: Those that had one in time.
        given_up: Those that had none in time.
        late: Answers to frames that were given up before.
        unknown: Answers with a stamp that no frame has, or that was answered before.
    """

    expected: int = 0
    answered: int = 0
    given_up: int = 0
    late: int = 0
    unknown: int = 0


class Lockstep:
    """Counts frames on their way and their answers; any thread may call it.

    Args:
        window: How many frames may be without an answer when the next one is drawn, plus one.
        timeout_s: How long an answer may take, in real seconds from the moment when the frame
            is out; 0 waits for ever.
        stop_on_timeout: Whether a missing answer ends the simulation; else the frame is given up.
        camera: Only instants with a frame of this camera need an answer; empty: all of them.
        now_s: Real time.
    """

    def __init__(
        self,
        *,
        window: int = 1,
        timeout_s: float = 0.0,
        stop_on_timeout: bool = False,
        camera: str = '',
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._window = window
        self._timeout_s = timeout_s
        self._stop_on_timeout = stop_on_timeout
        self._camera = camera
        self._now_s = now_s
        # When each frame went out, by stamp; not known until it has.
        self._in_flight: dict[int, float | None] = {}
        self._given_up: deque[int] = deque(maxlen=_REMEMBERED)
        self._told_of: int | None = None
        self._counts = LockstepCounts()
        self._notes: deque[str] = deque(maxlen=_REMEMBERED)
        self._changed = threading.Condition()

    @property
    def counts(self) -> LockstepCounts:
        """What became of the frames so far."""
        with self._changed:
            return self._counts

    @property
    def in_flight(self) -> tuple[int, ...]:
        """Stamps of the frames that wait for an answer, nanoseconds."""
        with self._changed:
            return tuple(self._in_flight)

    def expect(self, stamp_ns: int, cameras: Collection[str] = ()) -> None:
        """A frame is about to go out: its answer may come as soon as it does.

        Args:
            stamp_ns: Its stamp.
            cameras: Names of the cameras that take part in it.
        """
        if self._camera and self._camera not in cameras:
            return
        with self._changed:
            self._in_flight[stamp_ns] = None
            self._count('expected')

    def sent(self, stamp_ns: int) -> None:
        """A frame is out; its time runs from now."""
        with self._changed:
            if stamp_ns in self._in_flight:
                self._in_flight[stamp_ns] = self._now_s()

    def answer(self, stamp_ns: int) -> Answer:
        """An answer came; says what it belongs to."""
        with self._changed:
            if stamp_ns in self._in_flight:
                del self._in_flight[stamp_ns]
                self._count('answered')
                self._changed.notify_all()
                return 'expected'
            if stamp_ns in self._given_up:
                self._given_up.remove(stamp_ns)
                self._count('late')
                return 'late'
            self._count('unknown')
            return 'unknown'

    def forsake(self) -> int:
        """Give up all frames that are out: who should answer them has gone.

        Returns:
            How many there were.
        """
        with self._changed:
            gone = [stamp for stamp, sent in self._in_flight.items() if sent is not None]
            for stamp_ns in gone:
                self._give_up(stamp_ns)
            self._changed.notify_all()
            return len(gone)

    def wait(self, at_most_s: float, *, room: int | None = None) -> bool:
        """Wait until another frame may be drawn.

        Args:
            at_most_s: How long, in real seconds.
            room: How many frames may be without an answer; one less than the window by default.

        Returns:
            Whether it may.

        Raises:
            RosError: An answer did not come in time, and that ends the simulation.
        """
        allowed = self._window - 1 if room is None else room
        with self._changed:
            self._changed.wait_for(lambda: len(self._in_flight) <= allowed, timeout=at_most_s)
            self._check_time()
            return len(self._in_flight) <= allowed

    def take_notes(self) -> list[str]:
        """What the user should know since the last call, a sentence each."""
        with self._changed:
            notes = list(self._notes)
            self._notes.clear()
            return notes

    def _check_time(self) -> None:
        now = self._now_s()
        if self._timeout_s <= 0:
            self._tell_of_long_wait(now)
            return
        for stamp_ns, sent in list(self._in_flight.items()):
            if sent is None or now - sent < self._timeout_s:
                continue
            what = (
                f'Lockstep: the frame at {stamp_ns * 1e-9:.3f} s had no answer within '
                f'{self._timeout_s:g} s'
            )
            if self._stop_on_timeout:
                raise RosError(
                    f'{what}; lockstep_on_timeout is stop. '
                    'See whether the program that answers still runs.'
                )
            self._give_up(stamp_ns)
            self._notes.append(f'{what}; going on without ({self._counts.given_up} so far).')

    def _tell_of_long_wait(self, now_s: float) -> None:
        """Note once that the oldest frame has had no answer for long."""
        stamp_ns, sent = next(iter(self._in_flight.items()), (None, None))
        if stamp_ns is None or sent is None or now_s - sent < _LONG_S:
            return
        if self._told_of != stamp_ns:
            self._told_of = stamp_ns
            self._notes.append(
                f'Lockstep: the frame at {stamp_ns * 1e-9:.3f} s has had no answer for '
                f'{_LONG_S:g} s; still waiting. See whether the program that answers runs and saw '
                'it; lockstep_timeout_s sets a limit.'
            )

    def _give_up(self, stamp_ns: int) -> None:
        del self._in_flight[stamp_ns]
        self._given_up.append(stamp_ns)
        self._count('given_up')

    def _count(self, name: Count) -> None:
        self._counts = self._counts._replace(**{name: getattr(self._counts, name) + 1})
