"""Whether a detector keeps up: the newest image waits, older ones are skipped and counted."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, NamedTuple, TypeVar

T = TypeVar('T')


class Inbox(Generic[T]):
    """Holds the newest item for one thread; an older one that still waits is skipped.

    A robot acts on what it sees now, so a detector that is too slow answers fewer images rather
    than old ones.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: deque[T] = deque(maxlen=1)
        self._closed = False
        self._skipped = 0

    @property
    def skipped(self) -> int:
        """Items that were never taken: a newer one came, or the end."""
        return self._skipped

    def put(self, item: T) -> None:
        """Leave the newest item."""
        with self._condition:
            self._skipped += len(self._waiting)
            self._waiting.append(item)
            self._condition.notify()

    def take(self) -> T | None:
        """Wait for an item; ``None`` once the inbox is closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._waiting)
            return None if self._closed else self._waiting.popleft()

    def close(self) -> None:
        """Let whoever waits go; what still waits is skipped."""
        with self._condition:
            self._closed = True
            self._skipped += len(self._waiting)
            self._waiting.clear()
            self._condition.notify_all()


class Summary(NamedTuple):
    """How a detector did since the last summary.

    Attributes:
        rate_hz: Answers a second.
        latency_ms: From an image's arrival to its answer, on average; 0 without an answer.
        latency_max_ms: The longest.
        network_ms: Preprocessing, network and decoding, on average.
        detections: Per answer, on average.
    """

    rate_hz: float
    latency_ms: float
    latency_max_ms: float
    network_ms: float
    detections: float


class _Answered(NamedTuple):
    latency_s: float
    network_s: float
    detections: int


class Pace:
    """Times of the answers between two summaries; used from two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: list[_Answered] = []

    def answered(self, *, latency_s: float, network_s: float, detections: int) -> None:
        """Take note of an answer."""
        with self._lock:
            self._answers.append(_Answered(latency_s, network_s, detections))

    def summary(self, elapsed_s: float) -> Summary:
        """What happened since the last call.

        Args:
            elapsed_s: Seconds since then, more than 0.
        """
        with self._lock:
            answers, self._answers = self._answers, []
        count = len(answers)
        if not count:
            return Summary(0.0, 0.0, 0.0, 0.0, 0.0)
        return Summary(
            rate_hz=count / elapsed_s,
            latency_ms=1e3 * sum(a.latency_s for a in answers) / count,
            latency_max_ms=1e3 * max(a.latency_s for a in answers),
            network_ms=1e3 * sum(a.network_s for a in answers) / count,
            detections=sum(a.detections for a in answers) / count,
        )
