"""When the frames of a dataset are played: one after another on one time line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from synth_ros.readers.recording import FrameId, Recording

_STEP_NS = 100_000_000


class Slot(NamedTuple):
    """One instant of a bag.

    Attributes:
        stamp_ns: Its stamp in the bag.
        dataset_stamp_ns: The stamp that its frames have in the dataset.
        run: Which episode of the dataset, in order.
        frames: At most one of each camera, in the order of cameras.
    """

    stamp_ns: int
    dataset_stamp_ns: int
    run: int
    frames: tuple[FrameId, ...]


class _Group(NamedTuple):
    """Frames that share an instant."""

    stamp_ns: int
    frames: tuple[FrameId, ...]


def timeline(
    recording: Recording, cameras: Sequence[str], *, rate_hz: float | None = None
) -> list[Slot]:
    """Put all frames of a dataset in a row, so that no stamp comes twice.

    Episodes often begin at the same time, scenes at rest at 0. An episode that begins later than
    the one before ended keeps its stamps; any other is moved as a whole, to begin one step after
    the end of the one before. Nothing is at 0, which in ROS means that there is no time yet.

    Args:
        recording: The dataset.
        cameras: Their names, in the order in which they are published.
        rate_hz: Gives stamps of their own instead, so many instants a second.
    """
    places = {name: number for number, name in enumerate(cameras)}
    episodes = [
        list(_groups(recording, keys, places)) for keys in _episodes(recording.frames).values()
    ]
    step_ns = _step_ns(episodes)
    slots: list[Slot] = []
    last_ns = 0
    for run, groups in enumerate(episodes):
        first_ns = groups[0].stamp_ns
        offset_ns = 0 if first_ns > last_ns else last_ns + step_ns - first_ns
        for stamp_ns, frames in groups:
            if rate_hz is not None:
                at_ns = round((len(slots) + 1) * 1e9 / rate_hz)
            else:
                at_ns = stamp_ns + offset_ns
                if at_ns <= last_ns:
                    # The same camera took two frames at one time.
                    at_ns = last_ns + step_ns
            last_ns = at_ns
            slots.append(Slot(at_ns, stamp_ns, run, frames))
    return slots


def _episodes(frames: Iterable[FrameId]) -> dict[int, list[FrameId]]:
    found: dict[int, list[FrameId]] = {}
    for key in frames:
        found.setdefault(key.run, []).append(key)
    return found


def _groups(
    recording: Recording, keys: Sequence[FrameId], places: dict[str, int]
) -> Iterator[_Group]:
    """Frames of an episode by instant, ascending."""
    together: dict[tuple[int, int], list[FrameId]] = {}
    seen: dict[tuple[int, str], int] = {}
    for key in keys:
        stamp_ns = recording.stamp_ns(key)
        again = seen.get((stamp_ns, key.camera), 0)
        seen[stamp_ns, key.camera] = again + 1
        together.setdefault((stamp_ns, again), []).append(key)
    for (stamp_ns, _), frames in sorted(together.items()):
        yield _Group(stamp_ns, tuple(sorted(frames, key=lambda key: places[key.camera])))


def _step_ns(episodes: Iterable[Sequence[_Group]]) -> int:
    """The shortest time between two instants of an episode."""
    return min(
        (
            after.stamp_ns - before.stamp_ns
            for groups in episodes
            for before, after in pairwise(groups)
            if after.stamp_ns > before.stamp_ns
        ),
        default=_STEP_NS,
    )
