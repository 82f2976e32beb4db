"""The result of an audit as files: ``audit.json`` and one HTML page with pictures."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image, ImageDraw

from synth_ros.audit.measure import Measure, Place
from synth_ros.audit.results import AuditRecord, record_of
from synth_ros.audit.run import AuditResult
from synth_ros.audit.tally import RowResult
from synth_ros.errors import OutputError, UsageError
from synth_ros.readers.recording import FrameId, RecordedFrame, Recording
from synth_ros.report.overlay import resize
from synth_ros.types import ByteImage, IdImage

JSON_NAME = 'audit.json'
HTML_NAME = 'audit.html'

_WIDTH = 560
_SHOWN_PER_ROW = 3
_SHOWN = 40
_WORTH = 0.001
_MARK = (255, 0, 170)
_JPEG_QUALITY = 85


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


class Written(NamedTuple):
    """The files of an audit."""

    json: Path
    html: Path


def write_audit(result: AuditResult, recording: Recording, out: Path) -> Written:
    """Write ``audit.json`` and ``audit.html``; the same result gives the same bytes.

    Args:
        result: Of the audit.
        recording: What was audited, for the pictures.
        out: Folder; made if it is not there.

    Raises:
        OutputError: A file cannot be written.
    """
    record = record_of(result)
    written = Written(out / JSON_NAME, out / HTML_NAME)
    try:
        out.mkdir(parents=True, exist_ok=True)
        written.json.write_text(record.model_dump_json(indent=1) + '\n', encoding='utf-8')
        written.html.write_text(render(result, record, recording), encoding='utf-8')
    except OSError as error:
        raise OutputError(f'Cannot write into {out}: {error.strerror}.') from error
    return written


def render(result: AuditResult, record: AuditRecord, recording: Recording) -> str:
    """The page's HTML text."""
    environment = Environment(
        loader=PackageLoader('synth_ros.report'),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters['figure'] = figure
    environment.filters['thousands'] = lambda number: f'{number:,}'
    return environment.get_template('audit.html').render(
        audit=record,
        name=result.path.name,
        broken=[row for row in record.rows if row.status == 'broken'],
        judged=[row for row in record.rows if row.status in {'fine', 'broken'}],
        absent=[row for row in record.rows if row.status not in {'fine', 'broken'}],
        pictures=list(_pictures(result, recording)),
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


def _pictures(result: AuditResult, recording: Recording) -> Iterator[Shown]:
    """Pictures of the worst frames: broken bounds first, then the worst of what is fine."""
    keys = {key.stem: key for key in recording.frames}
    shown = 0
    for row, measure, broken in _worth_showing(result):
        frame = _read(recording, keys.get(measure.frame))
        if frame is None or shown >= _SHOWN:
            continue
        shown += 1
        what = f', {measure.subject}' if measure.subject else ''
        yield Shown(
            title=f'{measure.frame}: {row.row.annotation}{what}',
            detail=f'{row.name}: {figure(_finite(measure.worst))} {row.row.unit}. '
            f'{measure.detail}',
            broken=broken,
            data_uri=_data_uri(mark(frame, measure.place)),
        )


def _worth_showing(result: AuditResult) -> Iterator[tuple[RowResult, Measure, bool]]:
    for row in result.rows:
        for finding in row.findings[:_SHOWN_PER_ROW]:
            yield row, finding.measure, True
    for row in result.rows:
        # Errors of rounding are not worth a picture.
        if (
            row.status == 'fine'
            and row.worst
            and row.worst.place
            and row.worst.worst > _WORTH * row.row.worst
        ):
            yield row, row.worst, False


def _read(recording: Recording, key: FrameId | None) -> RecordedFrame | None:
    if key is None:
        return None
    try:
        return recording.read(key)
    except UsageError:
        return None


def _outlines(
    image: IdImage, shape: tuple[int, ...]
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    large = cv2.resize(
        image.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST
    )
    edge = np.zeros(shape, np.bool_)
    edge[:, :-1] |= large[:, :-1] != large[:, 1:]
    edge[:-1] |= large[:-1] != large[1:]
    return edge


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _data_uri(rgb: ByteImage) -> str:
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    assert done, 'OpenCV refused an 8-bit image'
    return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode("ascii")}'
