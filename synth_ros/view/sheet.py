"""A contact sheet of a recording, where no viewer can be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from synth_ros.errors import OutputError
from synth_ros.readers.recording import FrameId, RecordedFrame, Recording
from synth_ros.report.contact_sheet import write_sheet
from synth_ros.report.picture import NamedBox, Picture
from synth_ros.types import Box2D

ROWS = 6
"""Frames on a sheet, spread evenly."""


def write_recording_sheet(recording: Recording, keys: Sequence[FrameId], path: Path) -> int:
    """Draw some of the frames: colour, depth, masks and boxes.

    Args:
        recording: What to show.
        keys: Frames to choose from, in order; at least one.
        path: The PNG; one that is there is replaced.

    Returns:
        How many frames are on it.

    Raises:
        UsageError: A frame cannot be read.
        OutputError: The file cannot be written.
    """
    count = min(ROWS, len(keys))
    chosen = [keys[k] for k in np.linspace(0, len(keys) - 1, count).round().astype(int)]
    pictures = [picture(recording.read(key)) for key in chosen]
    aside = path.with_name(f'.{path.name}.partial')
    try:
        write_sheet(pictures, aside)
        aside.replace(path)
    except OSError as error:
        raise OutputError(f'Cannot write {path}: {error.strerror or error}.') from error
    finally:
        aside.unlink(missing_ok=True)
    return count


def picture(frame: RecordedFrame) -> Picture:
    """A recorded frame as the contact sheet draws it."""
    owners = {item.instance_id: item for item in frame.record.instances}
    return Picture(
        title=frame.key.stem,
        rgb=frame.rgb,
        depth_m=frame.depth_m,
        instance_id=frame.instance_id,
        boxes=tuple(
            NamedBox(
                Box2D(*label.box),
                owners[label.instance_id].name,
                owners[label.instance_id].class_id,
                label.visibility,
            )
            for label in frame.record.labels
        ),
    )
