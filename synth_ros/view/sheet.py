"""A contact sheet, where no viewer can be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from synth_ros.errors import OutputError
from synth_ros.readers.plain.types import PlainDataset, PlainImage
from synth_ros.readers.recording import FrameId, RecordedFrame, Recording
from synth_ros.report.contact_sheet import write_sheet
from synth_ros.report.picture import NamedBox, Picture
from synth_ros.types import Box2D
from synth_ros.view.stacked import chosen, number_masks

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
    pictures = [picture(recording.read(keys[k])) for k in _spread(len(keys))]
    _save(pictures, path)
    return len(pictures)


def draw_foreign(dataset: PlainDataset, numbers: range, path: Path) -> int:
    """Draw some images of a dataset of another format: colour, masks and boxes.

    Args:
        dataset: What to show.
        numbers: Images to choose from; at least one.
        path: The PNG; one that is there is replaced.

    Returns:
        How many images are on it.

    Raises:
        UsageError: An image cannot be read.
        OutputError: The file cannot be written.
    """
    wanted = frozenset(numbers[k] for k in _spread(len(numbers)))
    pictures = [foreign_picture(dataset, image) for _, image in chosen(dataset, wanted)]
    _save(pictures, path)
    return len(pictures)


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


def foreign_picture(dataset: PlainDataset, image: PlainImage) -> Picture:
    """An image of another format as the contact sheet draws it; what is ignored is left out."""
    classes = {name: number for number, name in enumerate(dataset.class_names, start=1)}
    masks = number_masks(dataset.masks(image), (image.height, image.width))
    return Picture(
        title=image.name,
        rgb=dataset.read_rgb(image),
        depth_m=None,
        instance_id=None if masks is None else masks.astype(np.int32),
        boxes=tuple(
            NamedBox(
                Box2D(*(round(edge) for edge in item.box)),
                item.class_name,
                classes.get(item.class_name, 1),
                1.0 if item.visibility is None else item.visibility,
            )
            for item in image.objects
            if item.box is not None and not item.ignored
        ),
    )


def _spread(count: int) -> list[int]:
    """At most ``ROWS`` of so many, evenly, the first and the last among them."""
    return [int(k) for k in np.linspace(0, count - 1, min(ROWS, count)).round()]


def _save(pictures: Sequence[Picture], path: Path) -> None:
    aside = path.with_name(f'.{path.name}.partial')
    try:
        write_sheet(pictures, aside)
        aside.replace(path)
    except OSError as error:
        raise OutputError(f'Cannot write {path}: {error.strerror or error}.') from error
    finally:
        aside.unlink(missing_ok=True)
