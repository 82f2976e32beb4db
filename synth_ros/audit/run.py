"""An audit from end to end: draws frames, runs every check on each, sums up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synth_ros.audit.checks.copies import CopyWatch
from synth_ros.audit.measure import Finder
from synth_ros.audit.table import CHECKS
from synth_ros.audit.tally import RowResult, Tally
from synth_ros.audit.truth import Oracle
from synth_ros.audit.view import Facts, View
from synth_ros.errors import UsageError
from synth_ros.readers.recording import FrameId, RecordedFrame, Recording, Thresholds
from synth_ros.schema.records import Vector3

_HELD = 8
_LEARNT = 2000


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """How to audit.

    Attributes:
        frames: How many frames, drawn evenly over the recording; ``None`` takes all.
        seed: Of the draws of frames and pixels.
    """

    frames: int | None = None
    seed: int = 0


class AuditResult(NamedTuple):
    """What came out.

    Attributes:
        path: The recording.
        kind: ``dataset`` or ``bag``.
        frames_total: Frames in the recording.
        frames: Stems of those that were checked.
        seed: Of the draws.
        with_config: Whether the checks that need the config were made.
        rows: One for each row of the table.
        problems: What is wrong with the recording as a whole, a sentence each.
        notes: What could not be checked, and why, a sentence each.
    """

    path: Path
    kind: str
    frames_total: int
    frames: tuple[str, ...]
    seed: int
    with_config: bool
    rows: tuple[RowResult, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def fine(self) -> bool:
        """Whether every bound holds."""
        return not self.problems and all(row.status != 'broken' for row in self.rows)


Progress = Callable[[int, int], None]


def audit(
    recording: Recording,
    request: AuditRequest,
    *,
    oracle: Oracle | None = None,
    progress: Progress | None = None,
) -> AuditResult:
    """Check the labels of a recording.

    The same recording and request give the same result.

    Args:
        recording: What to check.
        request: How many frames, and which seed.
        oracle: Knows the config; without it, checks that need the simulation are left out
            and listed as such.
        progress: Called with (frames done, frames in all) after each frame.

    Raises:
        UsageError: There is no frame, or the config is not that of the recording.
    """
    keys = draw(recording.frames, request)
    if not keys:
        raise UsageError(f'There is no frame in {recording.path}: nothing to audit.')
    facts = learn(recording)
    frames = _Frames(recording)
    tally, copies = Tally(), CopyWatch()
    for done, key in enumerate(keys, 1):
        find = Finder(key.stem)
        try:
            frame = frames.read(key)
        except UsageError as error:
            tally.add([find.wrong('files.readable', 1, detail=str(error))])
        else:
            tally.add([find.wrong('files.readable', 0)])
            view = View(
                frame=frame,
                before=frames.neighbour(key, -1),
                after=frames.neighbour(key, 1),
                others=frames.others(key),
                facts=facts,
                scene=oracle.scene(frame) if oracle else None,
                rng=np.random.default_rng([request.seed, key.run, key.view, *key.camera.encode()]),
            )
            for check in CHECKS:
                tally.add(check.run(view))
            tally.add(copies.see(frame))
        if progress:
            progress(done, len(keys))
    return AuditResult(
        path=recording.path,
        kind=recording.kind,
        frames_total=len(recording.frames),
        frames=tuple(key.stem for key in keys),
        seed=request.seed,
        with_config=oracle is not None,
        rows=tally.results(with_config=oracle is not None),
        problems=tuple(recording.problems),
        notes=tuple(oracle.notes) if oracle else (),
    )


def draw(frames: Sequence[FrameId], request: AuditRequest) -> list[FrameId]:
    """The frames to check: all, or one drawn from each of as many equal stretches."""
    if request.frames is None or request.frames >= len(frames):
        return list(frames)
    rng = np.random.default_rng(request.seed)
    edges = np.linspace(0, len(frames), request.frames + 1)
    places = (edges[:-1] + rng.random(request.frames) * np.diff(edges)).astype(int)
    return [frames[place] for place in sorted(set(places.tolist()))]


def learn(recording: Recording) -> Facts:
    """What records together say, two thousand at most; damaged ones are left to the checks."""
    pixels, visibility = [], []
    for key in draw(recording.frames, AuditRequest(_LEARNT)):
        try:
            labels = recording.record(key).labels
        except UsageError:
            continue
        pixels += [label.pixels_visible for label in labels]
        visibility += [label.visibility for label in labels]
    return Facts(
        categories=recording.categories,
        shared=recording.shared,
        first_sizes_m=_first_sizes(recording),
        least=Thresholds(min(pixels, default=1), min(visibility, default=1.0)),
    )


def _first_sizes(recording: Recording) -> dict[str, Vector3]:
    """Size of the first instance of each model in ``models.json``; metres."""
    wanted, sizes, seen = set(recording.shared.models or ()), dict[str, Vector3](), set[int]()
    # Objects may fall in, but none goes: each camera's last frame has all.
    last: dict[int, dict[str, FrameId]] = {}
    for key in recording.frames:
        last.setdefault(key.run, {})[key.camera] = key
    for keys in last.values():
        if wanted <= set(sizes) or len(seen) >= _LEARNT:
            break
        try:
            items = [item for key in keys.values() for item in recording.record(key).instances]
        except UsageError:
            # What came first is not known any more.
            break
        seen.update(key.run for key in keys.values())
        for item in sorted(items, key=lambda item: item.instance_id):
            sizes.setdefault(item.model_name, item.size_m)
    return sizes


class _Frames:
    """Reads frames, keeping the last few: a frame is a neighbour of two others."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._held: dict[FrameId, RecordedFrame] = {}
        self._lines: dict[str, list[FrameId]] = {}
        for key in recording.frames:
            self._lines.setdefault(key.camera, []).append(key)
        # Place among the frames of the same camera.
        self._place = {key: k for line in self._lines.values() for k, key in enumerate(line)}

    def read(self, key: FrameId) -> RecordedFrame:
        """A frame.

        Raises:
            UsageError: It is damaged.
        """
        if key not in self._held:
            while len(self._held) >= _HELD:
                del self._held[next(iter(self._held))]
            self._held[key] = self._recording.read(key)
        return self._held[key]

    def neighbour(self, key: FrameId, step: int) -> RecordedFrame | None:
        """The frame before or after of the same camera and scene; ``None`` if there is none."""
        other = key._replace(view=key.view + step)
        return self._whole(other) if other in self._place else None

    def others(self, key: FrameId) -> tuple[RecordedFrame, ...]:
        """The frames before and after of the same camera, whatever their scene."""
        line = self._lines[key.camera]
        place = self._place[key]
        near = [line[k] for k in (place - 1, place + 1) if 0 <= k < len(line)]
        found = (self._whole(other) for other in near)
        return tuple(frame for frame in found if frame is not None)

    def _whole(self, key: FrameId) -> RecordedFrame | None:
        try:
            return self.read(key)
        except UsageError:
            return None
