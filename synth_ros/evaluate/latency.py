"""How long answers take, and how many come."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np

_MOST = 100_000


class Percentiles(NamedTuple):
    """How times are spread, milliseconds.

    Attributes:
        total: How many.
        mean: Their mean.
        p50: Half of them are below.
        p90: Nine of ten.
        p99: Ninety-nine of a hundred.
        most: The longest.
    """

    total: int
    mean: float
    p50: float
    p90: float
    p99: float
    most: float


def percentiles(times_s: list[float]) -> Percentiles | None:
    """How times are spread; ``None`` of none.

    Args:
        times_s: Seconds.
    """
    if not times_s:
        return None
    values = np.sort(np.asarray(times_s, np.float64)) * 1000
    p50, p90, p99 = np.percentile(values, [50, 90, 99]).tolist()
    return Percentiles(len(values), float(values.mean()), p50, p90, p99, float(values[-1]))


class LatencyTally:
    """Times of one stream; the last ones are kept.

    Attributes:
        answers: How many answers came.
    """

    def __init__(self) -> None:
        self._wall: deque[float] = deque(maxlen=_MOST)
        self._sim: deque[float] = deque(maxlen=_MOST)
        self._first_s: float | None = None
        self._last_s = 0.0
        self.answers = 0

    def arrived(self, arrival_s: float) -> None:
        """Count an answer.

        Args:
            arrival_s: When it came, seconds of the clock that times frames.
        """
        self.answers += 1
        self._first_s = arrival_s if self._first_s is None else self._first_s
        self._last_s = arrival_s

    def took(self, wall_s: float, sim_s: float | None) -> None:
        """Note how long an answer took.

        Args:
            wall_s: From its frame on.
            sim_s: From its stamp on, in simulated time; ``None`` if that is not known.
        """
        self._wall.append(wall_s)
        if sim_s is not None:
            self._sim.append(sim_s)

    @property
    def rate_hz(self) -> float | None:
        """Answers a second between the first and the last."""
        if self._first_s is None or self._last_s <= self._first_s:
            return None
        return (self.answers - 1) / (self._last_s - self._first_s)

    def wall(self) -> Percentiles | None:
        """From the frame to the answer."""
        return percentiles(list(self._wall))

    def sim(self) -> Percentiles | None:
        """From the stamp to the simulated time at which the answer came."""
        return percentiles(list(self._sim))
