"""Pictures of tracks: ids and events of one frame, and of a strip of frames with its time line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from synth_ros.errors import UsageError
from synth_ros.report.names import font
from synth_ros.report.overlay import Style, Tile
from synth_ros.report.palette import Rgb, colour
from synth_ros.report.pictures.boxes import corners
from synth_ros.report.pictures.canvas import PAPER, QUIET, WHITE, Canvas, faded
from synth_ros.report.pictures.shown import Shown
from synth_ros.types import ByteImage, Track, TrackEvent

_GAP = 8
_ROW = 18
_HEAD = 22
_SIGNS: dict[TrackEvent, str] = {
    'entered': 'enters',
    'left': 'leaves',
    'occluded': 'is hidden',
    'revealed': 'comes to sight',
}


def tracks(shown: Shown, style: Style) -> Tile | None:
    """Boxes with the ids that stay through the sequence, and what just changed."""
    found = shown.labels.scene.tracks
    if found is None:
        return None
    canvas = Canvas(faded(shown.rgb, light=0.8), style.width)
    events = {track.instance_id: track.event for track in found}
    for label in shown.labels.instances:
        key = label.instance.instance_id
        event = events.get(key)
        canvas.line(corners(label.box), colour(key), closed=True)
        canvas.name(label.box, f'{key} {_SIGNS[event]}' if event else f'{key}', colour(key))
    hidden = sum(track.state == 'occluded' for track in found)
    outside = sum(track.state == 'outside' for track in found)
    caption = f'Tracks: {len(found)} objects, {hidden} hidden, {outside} outside'
    return Tile(caption, canvas.finish(style.letters))


def strip(frames: Sequence[Shown], style: Style, *, columns: int = 4) -> ByteImage:
    """Frames of a sequence side by side over a time line with a bar for each object.

    A full bar is visible, a hollow one hidden, a dot outside; marks are events.

    Args:
        frames: Of one camera, in order, each with tracks.
        style: The width is that of the whole picture.
        columns: How many frames are shown as pictures; the time line has all.

    Raises:
        UsageError: There is no frame, or one has no tracks.
    """
    rows = [shown.labels.scene.tracks for shown in frames]
    known = [row for row in rows if row is not None]
    if not known or len(known) < len(rows):
        raise UsageError('A strip of tracks needs frames with labels.tracks switched on.')
    places = np.unique(np.linspace(0, len(frames) - 1, columns).round().astype(int))
    wide = (style.width - (len(places) - 1) * _GAP) // len(places)
    drawn = [tracks(frames[int(place)], style._replace(width=wide)) for place in places]
    tiles = [tile.rgb for tile in drawn if tile is not None]
    high = tiles[0].shape[0]
    sheet = Image.new('RGB', (style.width, high + _HEAD), PAPER)
    draw = ImageDraw.Draw(sheet)
    for number, (place, tile) in enumerate(zip(places, tiles, strict=True)):
        left = number * (wide + _GAP)
        sheet.paste(Image.fromarray(tile), (left, 0))
        draw.text((left, high + 4), f'frame {place}', fill=QUIET, font=font(style.letters))
    return np.concatenate([np.asarray(sheet), _time_line(frames[0], known, style)])


def _time_line(first: Shown, rows: Sequence[tuple[Track, ...]], style: Style) -> ByteImage:
    names = [first.name_of(track.instance_id) for track in rows[0]]
    letters = font(style.letters)
    left = round(max(letters.getlength(f'99 {name}') for name in names)) + 2 * _GAP if names else 0
    step = (style.width - left - _GAP) / len(rows)
    image = Image.new('RGB', (style.width, _GAP + _ROW * len(names)), PAPER)
    draw = ImageDraw.Draw(image)
    for number, name in enumerate(names):
        y = _GAP // 2 + _ROW * number + _ROW // 2
        key = rows[0][number].instance_id
        draw.text((0, y), f'{key} {name}', fill=WHITE, font=letters, anchor='lm')
        for frame, row in enumerate(rows):
            _draw_span(draw, row[number], span=(left + frame * step, left + (frame + 1) * step, y))
    return np.asarray(image)


def _draw_span(draw: ImageDraw.ImageDraw, track: Track, *, span: tuple[float, float, int]) -> None:
    """One frame of one object: (left, right, middle row)."""
    x0, x1, y = span
    paint: Rgb = colour(track.instance_id)
    if track.state == 'visible':
        draw.rectangle((x0, y - 6, x1 - 1, y + 6), fill=paint)
    elif track.state == 'occluded':
        for row in (y - 6, y + 6):
            draw.line((x0, row, x1 - 1, row), fill=paint)
    else:
        draw.point(((x0 + x1) / 2, y), fill=QUIET)
    if track.event is not None:
        draw.rectangle((x0 - 1, y - 8, x0 + 1, y + 8), fill=WHITE)
