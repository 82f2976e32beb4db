"""Holds simulated time to real time."""

from __future__ import annotations

import time


class Pace:
    """Says how far simulated time is ahead of real time."""

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._start: tuple[float, int] | None = None
        self._due_s = 0.0

    @property
    def free(self) -> bool:
        """Whether frames are made as fast as they can be."""
        return self._factor <= 0

    def forget(self) -> None:
        """Measure anew from the next frame: pauses must not be made up for."""
        self._start = None

    def mark(self, stamp_ns: int) -> None:
        """Take note of a frame that is out; the next one has to wait for this one's time."""
        if self.free:
            return
        now = time.monotonic()
        if self._start is None:
            self._start = (now, stamp_ns)
        self._due_s = self._start[0] + (stamp_ns - self._start[1]) * 1e-9 / self._factor
        if self._due_s < now:
            # Too slow: time falls behind for good instead of being hurried after.
            self._start = (now, stamp_ns)

    def remaining_s(self) -> float:
        """Seconds until the next frame may be made; 0 or less when it may."""
        return 0.0 if self._start is None else self._due_s - time.monotonic()
