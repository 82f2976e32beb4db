"""Which answer belongs to which frame, by stamp; what is missing, late or of no frame."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

T = TypeVar('T')
A = TypeVar('A')
_MOST_WAITING, _MOST_DONE = 2000, 20_000


@dataclass(slots=True)
class StreamCounts:
    """What became of the messages of one stream.

    Attributes:
        received: Messages.
        matched: That belong to a frame.
        missed: Frames without an answer in time.
        late: Answers to frames that had been given up.
        repeated: Further answers to a frame.
        unmatched: Answers with a stamp that no frame has.
    """

    received: int = 0
    matched: int = 0
    missed: int = 0
    late: int = 0
    repeated: int = 0
    unmatched: int = 0


class Paired(NamedTuple, Generic[T, A]):
    """A frame and what was said of it.

    Attributes:
        stamp_ns: Of the frame.
        truth: The frame.
        answers: By stream; those that did not come are left out.
    """

    stamp_ns: int
    truth: T
    answers: dict[str, A]


@dataclass(slots=True)
class _Waiting(Generic[T, A]):
    truth: T
    since_s: float
    answers: dict[str, A] = field(default_factory=dict)


class Pairing(Generic[T, A]):
    """Pairs frames with answers.

    Args:
        streams: Names of the streams that should answer every frame.
        tolerance_ns: How far stamps may be apart.
        timeout_s: How long a frame waits for its answers, and an answer for its frame.
    """

    def __init__(self, streams: Sequence[str], *, tolerance_ns: int, timeout_s: float) -> None:
        self.counts = {name: StreamCounts() for name in streams}
        self._tolerance_ns = tolerance_ns
        self._timeout_s = timeout_s
        self._waiting: OrderedDict[int, _Waiting[T, A]] = OrderedDict()
        self._early: dict[str, OrderedDict[int, tuple[A, float]]] = {
            n: OrderedDict() for n in streams
        }
        self._done: OrderedDict[int, frozenset[str]] = OrderedDict()
        self.repeated_frames = 0

    def frame(self, stamp_ns: int, truth: T, now_s: float) -> None:
        """A frame has come.

        Args:
            stamp_ns: Its stamp; a second frame of a stamp is left out.
            truth: The frame.
            now_s: The time, seconds of a steady clock.
        """
        if stamp_ns in self._waiting or stamp_ns in self._done:
            self.repeated_frames += 1
            return
        place = self._waiting[stamp_ns] = _Waiting(truth, now_s)
        for name, early in self._early.items():
            found = self._nearest(early, stamp_ns)
            if found is not None:
                place.answers[name] = early.pop(found)[0]
                self.counts[name].matched += 1

    def answer(self, stream: str, stamp_ns: int, answer: A, *, now_s: float) -> int | None:
        """An answer has come.

        Args:
            stream: Who gave it.
            stamp_ns: Its stamp.
            answer: What was said.
            now_s: The time.

        Returns:
            Stamp of its frame; ``None`` if there is none, or it has an answer.
        """
        counts = self.counts[stream]
        counts.received += 1
        found = self._free(stream, stamp_ns)
        if found is not None:
            self._waiting[found].answers[stream] = answer
            counts.matched += 1
            return found
        if self._nearest(self._waiting, stamp_ns) is not None:
            counts.repeated += 1
            return None
        done = self._nearest(self._done, stamp_ns)
        early = self._early[stream]
        if done is not None:
            if stream in self._done[done]:
                counts.late += 1
            else:
                counts.repeated += 1
        elif stamp_ns in early:
            counts.repeated += 1
        else:
            early[stamp_ns] = (answer, now_s)
            if len(early) > _MOST_WAITING:
                early.popitem(last=False)
                counts.unmatched += 1
        return None

    def due(self, now_s: float) -> list[Paired[T, A]]:
        """Frames that are complete or have waited long enough; give up old answers."""
        out = []
        for stamp, place in list(self._waiting.items()):
            whole = len(place.answers) == len(self.counts)
            crowded = len(self._waiting) > _MOST_WAITING
            if whole or crowded or now_s - place.since_s >= self._timeout_s:
                out.append(self._finish(stamp))
        for name, early in self._early.items():
            for stamp, (_, since_s) in list(early.items()):
                if now_s - since_s >= self._timeout_s:
                    del early[stamp]
                    self.counts[name].unmatched += 1
        return out

    def __len__(self) -> int:
        """Frames that wait for answers, and answers that wait for frames."""
        return len(self._waiting) + sum(map(len, self._early.values()))

    def rest(self) -> list[Paired[T, A]]:
        """All frames that still wait; nothing more will come."""
        out = [self._finish(stamp) for stamp in list(self._waiting)]
        for name, early in self._early.items():
            self.counts[name].unmatched += len(early)
            early.clear()
        return out

    def restart(self) -> list[Paired[T, A]]:
        """Time begins anew, so stamps may come again; gives what still waited."""
        out = self.rest()
        self._done.clear()
        return out

    def _free(self, stream: str, stamp_ns: int) -> int | None:
        """The frame that an answer is to: the nearest that has none yet."""
        exact = self._waiting.get(stamp_ns)
        if exact is not None and stream not in exact.answers:
            return stamp_ns
        if not self._tolerance_ns:
            return None
        free = [stamp for stamp, place in self._waiting.items() if stream not in place.answers]
        return self._nearest(free, stamp_ns)

    def _finish(self, stamp_ns: int) -> Paired[T, A]:
        place = self._waiting.pop(stamp_ns)
        missing = frozenset(set(self.counts) - set(place.answers))
        for name in missing:
            self.counts[name].missed += 1
        self._done[stamp_ns] = missing
        if len(self._done) > _MOST_DONE:
            self._done.popitem(last=False)
        return Paired(stamp_ns, place.truth, place.answers)

    def _nearest(self, stamps: Collection[int], wanted: int) -> int | None:
        """The stamp that is meant by another one; ``None`` if none is near enough."""
        if wanted in stamps:
            return wanted
        if not self._tolerance_ns or not stamps:
            return None
        found = min(stamps, key=lambda stamp: (abs(stamp - wanted), stamp))
        return found if abs(found - wanted) <= self._tolerance_ns else None
