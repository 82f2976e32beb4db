"""How a running simulation does: rates, durations and memory, over the last seconds."""

from __future__ import annotations

import resource
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from synth_ros.pipeline.clock import Tally
from synth_ros.schema.profile import STEPS, Step, Wait

# Long enough to see a camera of one frame a second.
_WINDOW_S = 5.0
_PAGE_BYTES = resource.getpagesize()


class Rates(NamedTuple):
    """What was published in the last seconds.

    Attributes:
        real_time_factor: Simulated seconds per real second; ``None`` while nothing can be said.
        instants_per_s: Instants per real second; ``None`` likewise.
        camera_hz: Frames of each camera per simulated second; without those that nothing can be
            said of.
    """

    real_time_factor: float | None
    instants_per_s: float | None
    camera_hz: dict[str, float]


class _Out(NamedTuple):
    """An instant that was published: when, and of which cameras."""

    at_s: float
    stamp_ns: int
    cameras: tuple[str, ...]


class VitalSigns:
    """Counts what is published; any thread may call it.

    Args:
        now_s: Real time.
    """

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._out: deque[_Out] = deque()
        self._frames: Counter[str] = Counter()
        self._lock = threading.Lock()

    def published(self, stamp_ns: int, cameras: Collection[str]) -> None:
        """Take note of an instant that is out.

        Args:
            stamp_ns: Its stamp.
            cameras: Names of the cameras that took part in it.
        """
        with self._lock:
            self._out.append(_Out(self._now_s(), stamp_ns, tuple(cameras)))
            self._frames.update(cameras)
            self._forget()

    @property
    def frames(self) -> Mapping[str, int]:
        """Frames of each camera so far."""
        with self._lock:
            return dict(self._frames)

    def rest(self) -> None:
        """Time stands still on purpose: rates are measured anew from the next instant."""
        with self._lock:
            self._out.clear()

    def rates(self) -> Rates:
        """What was published in the last seconds."""
        with self._lock:
            self._forget()
            seen = list(self._out)
        if len(seen) < 2:
            return Rates(None, None, {})
        first, last = seen[0], seen[-1]
        # The time since the last one counts once it is longer than what is usual.
        usual_s = (last.at_s - first.at_s) / (len(seen) - 1)
        real_s = last.at_s - first.at_s + max(self._now_s() - last.at_s - usual_s, 0.0)
        if real_s <= 0:
            return Rates(None, None, {})
        simulated_s = (last.stamp_ns - first.stamp_ns) * 1e-9
        return Rates(simulated_s / real_s, (len(seen) - 1) / real_s, _camera_hz(seen))

    def _forget(self) -> None:
        oldest = self._now_s() - _WINDOW_S
        while len(self._out) > 2 and self._out[0].at_s < oldest:
            self._out.popleft()


def _camera_hz(seen: list[_Out]) -> dict[str, float]:
    stamps: dict[str, list[int]] = {}
    for out in seen:
        for camera in out.cameras:
            stamps.setdefault(camera, []).append(out.stamp_ns)
    return {
        camera: (len(at) - 1) / ((at[-1] - at[0]) * 1e-9)
        for camera, at in stamps.items()
        if at[-1] > at[0]
    }


def milliseconds(
    now: Mapping[Step | Wait, Tally], before: Mapping[Step | Wait, Tally]
) -> dict[Step, float]:
    """Mean duration of each step between two readings of a clock.

    Args:
        now: The later reading, as ``Clock.tallies`` gives it.
        before: The earlier one.

    Returns:
        Milliseconds a call, without steps that did not happen.
    """
    found: dict[Step, float] = {}
    for step in STEPS:
        later, earlier = now.get(step, Tally()), before.get(step, Tally())
        calls = later.calls - earlier.calls
        if calls > 0:
            found[step] = (later.seconds - earlier.seconds) / calls * 1e3
    return found


def resident_bytes() -> int:
    """Memory that this process holds; its greatest so far where the system does not tell."""
    try:
        pages = int(Path('/proc/self/statm').read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * _PAGE_BYTES
