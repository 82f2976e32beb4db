"""Which instants of a recording are shown, and when they are on the common timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.readers.recording import FrameId, Recording

EPISODE_GAP_NS = 1_000_000_000
"""From the last instant of an episode to the first of the next one on the timeline ``stamp``."""


class Span(NamedTuple):
    """Instants of each episode, as a Python slice: the first and the one after the last."""

    start: int = 0
    stop: int | None = None


class Selection(NamedTuple):
    """What is shown of a recording; everything by default.

    Attributes:
        episodes: Numbers of episodes; empty for all.
        cameras: Names; empty for all.
        span: Instants of each episode.
        every: Only every so many of them.
        most: Most instants in all; ``None`` for no limit.
    """

    episodes: tuple[int, ...] = ()
    cameras: tuple[str, ...] = ()
    span: Span = Span()
    every: int = 1
    most: int | None = None


class Instant(NamedTuple):
    """Frames of one moment: at most one of each camera.

    Attributes:
        number: Among all instants of the recording, from 0.
        run: Which scene of the recording.
        episode: Number of the episode.
        stamp_ns: Simulation time; each episode has a time of its own.
        shown_ns: Time on the common timeline, on which episodes follow each other.
        keys: The frames, by camera.
    """

    number: int
    run: int
    episode: int
    stamp_ns: int
    shown_ns: int
    keys: tuple[FrameId, ...]


def parse_span(text: str) -> Span:
    """``A:B`` of the command line; either may be left out.

    Raises:
        UsageError: It is no such span.
    """
    first, colon, last = text.partition(':')
    try:
        span = Span(int(first or 0), int(last) if last else None)
    except ValueError:
        span = Span(-1)
    if not colon or span.start < 0 or (span.stop is not None and span.stop <= span.start):
        raise UsageError(
            f'--frames {text!r} is no span. Give the first instant and the one after the last, '
            'such as 10:20; 10: goes to the end, :20 begins at the first.'
        )
    return span


def instants_of(recording: Recording, selection: Selection) -> tuple[Instant, ...]:
    """The instants to show, in the order of time; no frame is read for it.

    The first shown episode keeps its simulation time. Each further one begins ``EPISODE_GAP_NS``
    after the one before has ended, since simulation time begins anew with every episode.

    Raises:
        NotFoundError: The recording has no such camera or episode.
        UsageError: Nothing is left.
    """
    _check_names(recording, selection)
    shown: list[Instant] = []
    number = 0
    end_ns: int | None = None
    for run, keys in groupby(recording.frames, key=lambda key: key.run):
        moments = _moments(recording, keys)
        episode = moments[0][1][0].episode
        first, number = number, number + len(moments)
        if selection.episodes and episode not in selection.episodes:
            continue
        offset_ns = 0 if end_ns is None else end_ns + EPISODE_GAP_NS - moments[0][0]
        end_ns = moments[-1][0] + offset_ns
        span = selection.span
        chosen = range(len(moments))[span.start : span.stop]
        for index in chosen[:: selection.every]:
            stamp_ns, found = moments[index]
            kept = tuple(
                k for k in found if not selection.cameras or k.camera in selection.cameras
            )
            if kept:
                shown_ns = stamp_ns + offset_ns
                shown.append(Instant(first + index, run, episode, stamp_ns, shown_ns, kept))
    if not shown:
        raise UsageError(
            f'Nothing of {recording.path} is left to show: --frames, --camera and --episode '
            'together choose no frame. Its episodes have at most '
            f'{_longest(recording)} instants; leave some of the options out.'
        )
    return tuple(shown[: selection.most])


def cameras_of(instants: Iterable[Instant]) -> tuple[str, ...]:
    """Names of all cameras that have a frame, sorted."""
    return tuple(sorted({key.camera for instant in instants for key in instant.keys}))


def _check_names(recording: Recording, selection: Selection) -> None:
    where = str(recording.path)
    cameras = sorted({key.camera for key in recording.frames})
    for name in selection.cameras:
        if name not in cameras:
            raise NotFoundError('camera', name, available=cameras, where=where)
    episodes = {key.episode for key in recording.frames}
    for episode in selection.episodes:
        if episode not in episodes:
            raise UsageError(
                f'No episode {episode} in {where}. It has {len(episodes)} episodes, '
                f'{min(episodes, default=0)} to {max(episodes, default=0)}.'
            )


def _moments(
    recording: Recording, keys: Iterable[FrameId]
) -> Sequence[tuple[int, tuple[FrameId, ...]]]:
    """Frames of a scene by stamp, in the order of time.

    A camera is in a moment once: a second frame of it under the same stamp is a moment of its own.
    """
    found: defaultdict[tuple[int, int], list[FrameId]] = defaultdict(list)
    times: defaultdict[tuple[int, str], int] = defaultdict(int)
    for key in keys:
        stamp_ns = recording.stamp_ns(key)
        again = times[stamp_ns, key.camera]
        times[stamp_ns, key.camera] += 1
        found[stamp_ns, again].append(key)
    return [
        (moment[0], tuple(sorted(found[moment], key=lambda key: key.camera)))
        for moment in sorted(found)
    ]


def _longest(recording: Recording) -> int:
    """Most instants of an episode."""
    runs = groupby(recording.frames, key=lambda key: key.run)
    return max((len(_moments(recording, keys)) for _, keys in runs), default=0)
