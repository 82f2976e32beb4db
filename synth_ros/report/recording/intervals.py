"""Times from one stamp to the next, kept in little memory however many there are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from synth_ros.report.recording.records import StampFigures

# Times within two hundredths of one another share a bin, whose sum is exact.
_STEP = math.log(1.02)
_GAP = 1.5
_REGULAR, _NEAR = 0.9, 0.1


@dataclass(slots=True)
class _Bin:
    count: int = 0
    sum_ns: int = 0

    @property
    def mean_ns(self) -> float:
        return self.sum_ns / self.count


@dataclass(slots=True)
class Intervals:
    """The times between the stamps of one topic."""

    _bins: dict[int, _Bin] = field(default_factory=dict)
    _last_ns: int | None = None
    _backwards: int = 0
    _longest_ns: int = 0
    _longest_at_ns: int = 0

    def add(self, stamp_ns: int, *, now_ns: int) -> None:
        """Take note of a stamp.

        Args:
            stamp_ns: Nanoseconds.
            now_ns: When its message came, nanoseconds.
        """
        last_ns, self._last_ns = self._last_ns, stamp_ns
        if last_ns is None or stamp_ns == last_ns:
            return
        if stamp_ns < last_ns:
            self._backwards += 1
            return
        interval_ns = stamp_ns - last_ns
        place = self._bins.setdefault(int(math.log(interval_ns) / _STEP), _Bin())
        place.count += 1
        place.sum_ns += interval_ns
        if interval_ns > self._longest_ns:
            self._longest_ns, self._longest_at_ns = interval_ns, now_ns

    def interrupt(self) -> None:
        """Let the next time begin anew: what lies between was not asked for."""
        self._last_ns = None

    def figures(self, *, start_ns: int) -> StampFigures | None:
        """What the stamps tell; ``None`` for less than two different ones.

        Args:
            start_ns: Of the recording, nanoseconds of the clock that ``now_ns`` is of.
        """
        total = sum(place.count for place in self._bins.values())
        if not total:
            return None
        period_ns = self._median_ns(total)
        near = [b for b in self._bins.values() if abs(b.mean_ns / period_ns - 1) <= _NEAR]
        wide = [b for b in self._bins.values() if b.mean_ns > _GAP * period_ns]
        return StampFigures(
            period_s=period_ns * 1e-9,
            regular=sum(b.count for b in near) >= _REGULAR * total,
            gaps=sum(b.count for b in wide),
            missing=sum(b.count * (round(b.mean_ns / period_ns) - 1) for b in wide),
            longest_s=self._longest_ns * 1e-9,
            longest_at_s=(self._longest_at_ns - start_ns) * 1e-9,
            backwards=self._backwards,
        )

    def _median_ns(self, total: int) -> float:
        """Mean of the bin that holds the middle."""
        seen = 0
        for _, place in sorted(self._bins.items()):
            seen += place.count
            if 2 * seen >= total:
                return place.mean_ns
        raise AssertionError('no bin holds the middle')
