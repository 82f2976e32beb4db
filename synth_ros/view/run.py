"""The only place that wires the parts: a recording, instant by instant, into a stream."""

from __future__ import annotations

from collections.abc import Sequence

import rerun as rr

from synth_ros.readers.recording import RecordedFrame, Recording
from synth_ros.types import Category
from synth_ros.view import paths
from synth_ros.view.boxes import Boxes
from synth_ros.view.clouds import Clouds
from synth_ros.view.contacts import Contacts
from synth_ros.view.dense import Dense
from synth_ros.view.documents import Provenance, tell_about
from synth_ros.view.events import Events
from synth_ros.view.keypoints import Keypoints
from synth_ros.view.layout import layout
from synth_ros.view.log import Log
from synth_ros.view.masks import Masks
from synth_ros.view.meshes import Meshes
from synth_ros.view.objects import Objects
from synth_ros.view.part import Part
from synth_ros.view.pictures import Pictures
from synth_ros.view.pinholes import Pinholes
from synth_ros.view.plots import Plots
from synth_ros.view.progress import Progress, no_progress, strict
from synth_ros.view.robot import Robot
from synth_ros.view.selection import Instant, cameras_of
from synth_ros.view.sink import Sink
from synth_ros.view.trails import Trails


def log_recording(
    sink: Sink,
    recording: Recording,
    instants: Sequence[Instant],
    *,
    clouds: bool = False,
    progress: Progress = no_progress,
) -> None:
    """Log instants of a recording; one is in memory at a time.

    Args:
        sink: Where to log.
        recording: What to show.
        instants: Which of it; at least one.
        clouds: Make clouds of depth, in the colours of the image, where none are recorded.
        progress: Is told after each instant.

    Raises:
        UsageError: A frame cannot be read.
        OutputError: The log cannot be written or sent.
    """
    with strict():
        sink.stream.send_blueprint(layout(_first_frames(recording, instants), clouds=clouds))
        log = Log(sink)
        log.fix(paths.WORLD, rr.ViewCoordinates.RIGHT_HAND_Z_UP)
        tell_about(log, recording, instants)
        parts = _parts(log, recording, clouds=clouds)
        run: int | None = None
        for done, instant in enumerate(instants, start=1):
            frames = [recording.read(key) for key in instant.keys]
            log.begin_instant(instant)
            if instant.run != run:
                run = instant.run
                log.begin_scene()
                for part in parts:
                    part.begin()
            for part in parts:
                part.show(frames)
            log.end_instant()
            progress(done, len(instants))


def _parts(log: Log, recording: Recording, *, clouds: bool) -> tuple[Part, ...]:
    categories = _categories(recording)
    return (
        Pinholes(log),
        Pictures(log, recording),
        Masks(log, categories),
        Dense(log),
        Boxes(log),
        Keypoints(log, categories),
        Objects(log),
        Meshes(log, recording.shared.meshes),
        Robot(log),
        Contacts(log),
        Trails(log),
        Clouds(log, of_depth=clouds),
        Plots(log),
        Events(log, recording.problems),
        Provenance(log),
    )


def _categories(recording: Recording) -> tuple[Category, ...]:
    """All classes, those included that only another list of the recording names: stuff."""
    known = {item.class_id: item for item in recording.categories}
    for listed in recording.shared.classes.values():
        for class_id, name in listed:
            known.setdefault(class_id, Category(class_id, name))
    return tuple(known[class_id] for class_id in sorted(known))


def _first_frames(recording: Recording, instants: Sequence[Instant]) -> list[RecordedFrame]:
    """The first frame of every camera: what there is to show of it."""
    waiting = set(cameras_of(instants))
    found = []
    for instant in instants:
        for key in instant.keys:
            if key.camera in waiting:
                waiting.remove(key.camera)
                found.append(recording.read(key))
        if not waiting:
            break
    return sorted(found, key=lambda frame: frame.record.camera)
