"""Figures of a recording, taken message by message in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from synth_ros.report.recording.intervals import Intervals
from synth_ros.report.recording.records import StampFigures

_BIN_NS = 100_000_000
# Beyond it bins become twice as wide: a minute has this width, a night less than a minute.
_MOST_BINS = 600
_WINDOW_NS = 1_000_000_000
_MOST_LOSSES = 1000


class Rates(NamedTuple):
    """Messages per second; ``None`` where there are too few to tell.

    Attributes:
        mean_hz: From the first to the last message.
        low_hz: The least in a whole window.
        high_hz: The most.
    """

    mean_hz: float | None
    low_hz: float | None
    high_hz: float | None


@dataclass(slots=True)
class TopicTally:
    """One topic.

    Attributes:
        type_name: Message type.
        messages: Messages.
        size_bytes: Of them all.
        first_ns: When the first one came, nanoseconds.
        last_ns: When the last one came.
        bins: Messages by number of the bin.
        intervals: Of its stamps.
        lost_ns: When losses were noticed.
    """

    type_name: str
    messages: int = 0
    size_bytes: int = 0
    first_ns: int = 0
    last_ns: int = 0
    bins: dict[int, int] = field(default_factory=dict)
    intervals: Intervals = field(default_factory=Intervals)
    lost_ns: list[int] = field(default_factory=list)


class RecordingTally:
    """All topics of a recording.

    Attributes:
        topics: By name.
        start_ns: When the first message of all came, nanoseconds; 0 before it.
        end_ns: When the last one came.
    """

    def __init__(self) -> None:
        self.topics: dict[str, TopicTally] = {}
        self.start_ns = 0
        self.end_ns = 0
        self._begun = False
        self._bin_ns = _BIN_NS

    @property
    def bin_s(self) -> float:
        """Width of the bins, seconds."""
        return self._bin_ns * 1e-9

    @property
    def window_s(self) -> float:
        """Over so long rates are taken: whole bins, a second or more."""
        return self._bins_in_window * self.bin_s

    @property
    def _bins_in_window(self) -> int:
        return max(1, _WINDOW_NS // self._bin_ns)

    def begin(self, topic: str, type_name: str) -> None:
        """Announce a topic."""
        self.topics[topic] = TopicTally(type_name)

    def add(self, topic: str, size: int, *, now_ns: int, stamp_ns: int | None) -> None:
        """Take note of a message that is recorded.

        Args:
            topic: Its topic.
            size: Of the message, bytes.
            now_ns: When it came, nanoseconds.
            stamp_ns: Its stamp; ``None`` for one without.
        """
        tally = self.topics[topic]
        if not self._begun:
            self._begun, self.start_ns = True, now_ns
        # What came first may be taken in second.
        now_ns = max(now_ns, self.start_ns)
        self.end_ns = max(self.end_ns, now_ns)
        if not tally.messages:
            tally.first_ns = now_ns
        tally.messages += 1
        tally.size_bytes += size
        tally.last_ns = now_ns
        if stamp_ns is not None:
            tally.intervals.add(stamp_ns, now_ns=now_ns)
        number = (now_ns - self.start_ns) // self._bin_ns
        if number >= _MOST_BINS:
            number = self._widen(number)
        tally.bins[number] = tally.bins.get(number, 0) + 1

    def skip(self, topic: str) -> None:
        """Take note of a message that is not recorded."""
        self.topics[topic].intervals.interrupt()

    def lose(self, topic: str, *, now_ns: int) -> None:
        """Take note that messages of a topic were lost before the one that came."""
        times = self.topics[topic].lost_ns
        if len(times) < _MOST_LOSSES:
            times.append(now_ns)

    def _widen(self, number: int) -> int:
        """Make bins wider until a number fits; gives the number it has then."""
        while number >= _MOST_BINS:
            number //= 2
            self._bin_ns *= 2
            for tally in self.topics.values():
                wider: dict[int, int] = {}
                for k, count in tally.bins.items():
                    wider[k // 2] = wider.get(k // 2, 0) + count
                tally.bins = wider
        return number

    def line(self, topic: str) -> tuple[int, ...]:
        """Messages of a topic in each bin of the recording."""
        bins = self.topics[topic].bins
        if not self._begun:
            return ()
        count = (self.end_ns - self.start_ns) // self._bin_ns + 1
        return tuple(bins.get(k, 0) for k in range(count))

    def rates(self, topic: str) -> Rates:
        """Rates of a topic's messages, by the times of their arrival."""
        tally, window = self.topics[topic], self._bins_in_window
        span_ns = tally.last_ns - tally.first_ns
        mean_hz = (tally.messages - 1) / (span_ns * 1e-9) if span_ns > 0 else None
        # The bins of the first and the last message are not whole.
        first = (tally.first_ns - self.start_ns) // self._bin_ns + 1
        last = (tally.last_ns - self.start_ns) // self._bin_ns
        sums = [
            sum(tally.bins.get(k, 0) for k in range(start, start + window))
            for start in range(first, last - window + 1, window)
        ]
        if not sums:
            return Rates(mean_hz, None, None)
        return Rates(mean_hz, min(sums) / self.window_s, max(sums) / self.window_s)

    def stamps(self, topic: str) -> StampFigures | None:
        """What the stamps of a topic tell."""
        return self.topics[topic].intervals.figures(start_ns=self.start_ns)
