"""Measures where time goes, from several threads and processes; changes nothing else."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from synth_ros.schema.profile import STEPS, WAITS, Profile, Spent, Step, Wait

Name = Step | Wait

# Durations are counted in classes of 1/16 octave, so that the median of a million calls takes
# no memory, and the classes of several processes can be added.
_PER_OCTAVE = 16


@dataclass(slots=True)
class Tally:
    """Durations of one kind.

    Attributes:
        calls: How many.
        seconds: Their sum.
        classes: How many of each size.
    """

    calls: int = 0
    seconds: float = 0.0
    classes: Counter[int] = field(default_factory=Counter)

    def add(self, seconds: float) -> None:
        """Count a duration."""
        self.calls += 1
        self.seconds += seconds
        self.classes[math.floor(math.log2(max(seconds, 1e-9)) * _PER_OCTAVE)] += 1

    def merge(self, other: Tally) -> None:
        """Count all durations of another tally."""
        self.calls += other.calls
        self.seconds += other.seconds
        self.classes.update(other.classes)

    def spent(self) -> Spent:
        """Sum and median."""
        below = 0
        for size, count in sorted(self.classes.items()):
            below += count
            if 2 * below >= self.calls:
                return Spent(self.calls, self.seconds, 2 ** ((size + 0.5) / _PER_OCTAVE))
        return Spent(self.calls, self.seconds, 0.0)


class Clock:
    """Adds up durations by name; any thread may measure."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies: dict[Name, Tally] = {}

    @contextmanager
    def measure(self, name: Name) -> Iterator[None]:
        """Measure the block, failed or not."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - start)

    def add(self, name: Name, seconds: float) -> None:
        """Count a duration."""
        with self._lock:
            self._tallies.setdefault(name, Tally()).add(seconds)

    def merge(self, tallies: Mapping[Name, Tally]) -> None:
        """Count all of another clock's durations, as ``tallies`` gave them."""
        with self._lock:
            for name, tally in tallies.items():
                self._tallies.setdefault(name, Tally()).merge(tally)

    def tallies(self) -> dict[Name, Tally]:
        """What was measured so far, by name; plain data that crosses processes."""
        with self._lock:
            return {
                name: Tally(t.calls, t.seconds, t.classes.copy())
                for name, t in self._tallies.items()
            }

    def drain(self) -> dict[Name, Tally]:
        """What was measured since the last time, by name."""
        with self._lock:
            tallies, self._tallies = self._tallies, {}
        return tallies

    def profile(self, *, wall_s: float, workers: int, frames: int) -> Profile:
        """Everything measured, as it is shown and stored.

        Args:
            wall_s: How long the run took.
            workers: Processes.
            frames: Made in the run.
        """
        spent = {name: tally.spent() for name, tally in self.tallies().items()}
        return Profile(
            wall_s=wall_s,
            workers=workers,
            frames=frames,
            steps={name: spent[name] for name in STEPS if name in spent},
            waits={name: spent[name] for name in WAITS if name in spent},
        )
