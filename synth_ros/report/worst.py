"""Pictures of the frames where an audit found the worst errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw
from pydantic import ValidationError

from synth_ros.audit.measure import Place
from synth_ros.audit.results import AuditRecord
from synth_ros.errors import UsageError
from synth_ros.readers.recording import FrameId, RecordedFrame, Recording
from synth_ros.report.overlay import resize
from synth_ros.report.page import data_uri
from synth_ros.schema.faults import first_fault
from synth_ros.types import ByteImage, IdImage, MaskImage

_WIDTH = 560
SHOWN_PER_ROW = 3
"""Findings of one check that get a picture."""
_SHOWN = 40
_WORTH = 0.001
_MARK = (255, 0, 170)


class Worth(NamedTuple):
    """An error that is worth a picture.

    Attributes:
        frame: Stem of the frame.
        heading: Annotation and what was measured.
        check: Name of the check.
        error: In the unit; ``None`` where there was no number at all.
        unit: Of the error.
        detail: What is wrong, in words.
        place: Where it is, pixel edges.
        broken: Whether a bound is broken.
    """

    frame: str
    heading: str
    check: str
    error: float | None
    unit: str
    detail: str
    place: Place | None
    broken: bool


class Shown(NamedTuple):
    """A picture of a frame with the place of an error marked.

    Attributes:
        title: Frame and what is marked.
        detail: What is wrong, in words.
        broken: Whether a bound is broken.
        data_uri: The picture.
    """

    title: str
    detail: str
    broken: bool
    data_uri: str


def read_audit(path: Path) -> AuditRecord:
    """The result of an audit that was written before.

    Args:
        path: ``audit.json``.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return AuditRecord.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f'Cannot read {path}: {error.strerror}.') from None
    except ValidationError as error:
        fault = first_fault(error, whole='the file')
        raise UsageError(
            f'{path} is no result of an audit: {fault}. Remove it, or make it '
            'again with synth-ros audit.'
        ) from None


def worth_showing(record: AuditRecord) -> Iterator[Worth]:
    """What of an audit is worth a picture: broken bounds first, then the worst of what is fine."""
    for row in record.rows:
        for found in row.findings[:SHOWN_PER_ROW]:
            yield Worth(
                found.frame,
                heading(row.annotation, found.subject),
                row.name,
                error=found.error,
                unit=row.unit,
                detail=found.detail,
                place=found.place,
                broken=True,
            )
    for row in record.rows:
        found_worst = row.worst
        if row.status != 'fine' or found_worst is None or found_worst.place is None:
            continue
        if worth_a_picture(found_worst.error, row.bound):
            yield Worth(
                found_worst.frame,
                heading(row.annotation, found_worst.subject),
                row.name,
                error=found_worst.error,
                unit=row.unit,
                detail=found_worst.detail,
                place=found_worst.place,
                broken=False,
            )


def worth_a_picture(error: float | None, bound: float | None) -> bool:
    """Whether an error within its bound is more than one of rounding."""
    return error is not None and bound is not None and error > _WORTH * bound


def heading(annotation: str, subject: str) -> str:
    """What was measured: the annotation, and of what."""
    return f'{annotation}, {subject}' if subject else annotation


def pictures(
    errors: Iterable[Worth], recording: Recording, *, most: int = _SHOWN
) -> Iterator[Shown]:
    """Pictures of errors; those of frames that are gone are left out.

    Args:
        errors: The most important first.
        recording: What was audited.
        most: How many pictures.
    """
    keys = {key.stem: key for key in recording.frames}
    drawn = 0
    for item in errors:
        if drawn >= most:
            return
        frame = _read(recording, keys.get(item.frame))
        if frame is None:
            continue
        drawn += 1
        yield Shown(
            title=f'{item.frame}: {item.heading}',
            detail=f'{item.check}: {figure(item.error)} {item.unit}. {item.detail}',
            broken=item.broken,
            data_uri=data_uri(mark(frame, item.place)),
        )


def figure(value: float | None) -> str:
    """A number with three digits, a count with all of them."""
    if value is None:
        return 'none'
    return f'{value:,.0f}' if value == round(value) else f'{value:.3g}'


def mark(frame: RecordedFrame, place: Place | None) -> ByteImage:
    """A frame with the outlines of its masks, and a frame around a place."""
    height, width = frame.rgb.shape[:2]
    scale = _WIDTH / width
    picture = resize(frame.rgb, _WIDTH).copy()
    if frame.instance_id is not None:
        picture[_outlines(frame.instance_id, picture.shape[:2])] = (255, 255, 255)
    if place is None:
        return picture
    canvas = Image.fromarray(picture)
    draw = ImageDraw.Draw(canvas)
    x0, y0, x1, y1 = (edge * scale for edge in place)
    box = (
        max(x0 - 2, 0),
        max(y0 - 2, 0),
        min(x1 + 1, _WIDTH - 1),
        min(y1 + 1, height * scale - 1),
    )
    if box[2] > box[0] and box[3] > box[1]:
        draw.rectangle(box, outline=_MARK, width=3)
    return np.asarray(canvas)


def _read(recording: Recording, key: FrameId | None) -> RecordedFrame | None:
    if key is None:
        return None
    try:
        return recording.read(key)
    except UsageError:
        return None


def _outlines(image: IdImage, shape: tuple[int, ...]) -> MaskImage:
    large = cv2.resize(
        image.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST
    )
    edge = np.zeros(shape, np.bool_)
    edge[:, :-1] |= large[:, :-1] != large[:, 1:]
    edge[:-1] |= large[:-1] != large[1:]
    return edge
