"""Pictures of masks: amodal, hidden parts and who hides them, parts, panoptic."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from synth_ros.report.names import Rect
from synth_ros.report.overlay import Style, Tile
from synth_ros.report.palette import Rgb, colour
from synth_ros.report.pictures.boxes import margin_for
from synth_ros.report.pictures.canvas import Canvas, Point, faded, hatch, rim
from synth_ros.report.pictures.shown import Shown
from synth_ros.types import InstanceLabel, MaskImage, Segment

# Parts and stuff that cover less of the picture are not named, pixels.
_NAMED_PX = 400
_NAMED_STUFF_PX = 1500
_STUFF_GREY: Rgb = (128, 132, 140)


def amodal_masks(shown: Shown, style: Style) -> Tile | None:
    """Visible parts filled, hidden parts and parts beyond the border hatched."""
    if not shown.has_masks or all(k.amodal_mask is None for k in _labels(shown)):
        return None
    canvas = Canvas(faded(shown.rgb), style.width, margin=margin_for(shown))
    stripes = hatch(canvas.size)
    visible = {k.instance.instance_id: _visible(canvas, shown, k) for k in _labels(shown)}
    for key, mask in visible.items():
        canvas.tint(mask, colour(key), 0.7)
    for label in _labels(shown):
        key = label.instance.instance_id
        hidden = _full(canvas, label) & ~visible[key]
        canvas.tint(hidden & stripes, colour(key), 0.75)
    for label in _labels(shown):
        canvas.tint(rim(_full(canvas, label)), colour(label.instance.instance_id), 1.0)
        canvas.name(label.box, label.instance.name, colour(label.instance.instance_id))
    return Tile('Full masks: hidden parts hatched', canvas.finish(style.letters))


def occluders(shown: Shown, style: Style) -> Tile | None:
    """An arrow from what hides to what is hidden, with the number of pixels."""
    if not shown.has_masks or all(k.occluders is None for k in _labels(shown)):
        return None
    canvas = Canvas(faded(shown.rgb), style.width)
    stripes = hatch(canvas.size)
    for label in _labels(shown):
        paint = colour(label.instance.instance_id)
        visible = _visible(canvas, shown, label)
        canvas.tint(visible, paint, 0.45)
        if label.amodal_mask is not None and label.occlusion > 0:
            hidden = _full(canvas, label) & ~visible
            canvas.tint(hidden & stripes, paint, 0.75)
    centres = {k.instance.instance_id: _centre(shown, k) for k in _labels(shown)}
    for label in _labels(shown):
        _draw_occluders(canvas, label, centres=centres)
    for key, centre in centres.items():
        canvas.dot(centre, colour(key), radius=4)
    return Tile('Who hides whom, in pixels', canvas.finish(style.letters))


def parts(shown: Shown, style: Style) -> Tile | None:
    """Each part in a colour of its own, the larger ones named."""
    dense = shown.labels.dense
    if dense.part_id is None:
        return None
    canvas = Canvas(faded(shown.rgb), style.width)
    ids = dense.part_id
    names = {part.part_id: f'{part.owner} {part.name}' for part in dense.parts or ()}
    for key in (int(k) for k in np.unique(ids) if k):
        mask = canvas.spread(ids == key)
        canvas.tint(mask, colour(key), 0.75)
        canvas.tint(rim(mask), (255, 255, 255), 0.6)
        rect, pixels = _largest_piece(ids == key)
        if pixels * canvas.scale**2 >= _NAMED_PX:
            canvas.name(rect, names.get(key, str(key)), colour(key))
    return Tile(f'{np.unique(ids[ids > 0]).size} parts', canvas.finish(style.letters))


def panoptic(shown: Shown, style: Style) -> Tile | None:
    """Things in bright colours, kinds of stuff in pale ones; every pixel belongs to one."""
    found = shown.labels.dense.panoptic
    if found is None:
        return None
    canvas = Canvas(faded(shown.rgb, light=0.9), style.width)
    for segment in found.segments:
        mask = canvas.spread(found.segment_id == segment.segment_id)
        paint = _segment_colour(segment)
        canvas.tint(mask, paint, 0.75)
        canvas.tint(rim(mask), (255, 255, 255), 0.7 if segment.is_thing else 0.35)
    for segment in found.segments:
        if segment.is_thing or segment.pixels * canvas.scale**2 >= _NAMED_STUFF_PX:
            canvas.name(segment.box, _segment_name(shown, segment), _segment_colour(segment))
    things = sum(segment.is_thing for segment in found.segments)
    caption = f'Panoptic: {things} things, {len(found.segments) - things} kinds of stuff'
    return Tile(caption, canvas.finish(style.letters))


def _largest_piece(mask: MaskImage) -> tuple[Rect, int]:
    """Box and size of the largest connected piece, since a part may be of several objects."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    x, y, wide, high, pixels = (int(k) for k in stats[1 + int(np.argmax(stats[1:, 4]))])
    return (x, y, x + wide, y + high), pixels


def _labels(shown: Shown) -> Iterator[InstanceLabel]:
    return iter(shown.labels.instances)


def _visible(canvas: Canvas, shown: Shown, label: InstanceLabel) -> MaskImage:
    return canvas.spread(shown.labels.instance_id == label.instance.instance_id)


def _full(canvas: Canvas, label: InstanceLabel) -> MaskImage:
    full = label.amodal_mask
    if full is None:
        return np.zeros(canvas.pixels.shape[:2], bool)
    return canvas.spread(full.mask, x0=full.x0, y0=full.y0)


def _centre(shown: Shown, label: InstanceLabel) -> Point:
    """A visible pixel's centre near the middle of the visible mask."""
    box = label.box
    crop = shown.labels.instance_id[box.y0 : box.y1, box.x0 : box.x1]
    pixels: NDArray[np.int64] = np.argwhere(crop == label.instance.instance_id)
    nearest = pixels[np.argmin(((pixels - pixels.mean(0)) ** 2).sum(1))]
    return float(nearest[1] + box.x0) + 0.5, float(nearest[0] + box.y0) + 0.5


def _draw_occluders(canvas: Canvas, label: InstanceLabel, *, centres: dict[int, Point]) -> None:
    """Arrows from labelled objects; whatever else hides it is named."""
    hidden = centres[label.instance.instance_id]
    others = []
    for found in label.occluders or ():
        key = found.thing.instance_id
        if key not in centres:
            others.append(f'{found.thing.name} {found.pixels}')
            continue
        start = centres[key]
        canvas.arrow(start, hidden, colour(key), thick=2)
        x, y = (start[0] + hidden[0]) / 2, (start[1] + hidden[1]) / 2
        canvas.name((x - 2, y - 2, x + 2, y + 2), f'{found.pixels}', colour(key))
    if others:
        paint = colour(label.instance.instance_id)
        canvas.name(label.box, f'behind {", ".join(others)}', paint)


def _segment_colour(segment: Segment) -> Rgb:
    if segment.is_thing:
        return colour(segment.segment_id)
    base = colour(segment.class_id)
    red, green, blue = (round(0.45 * a + 0.55 * b) for a, b in zip(base, _STUFF_GREY, strict=True))
    return red, green, blue


def _segment_name(shown: Shown, segment: Segment) -> str:
    if segment.is_thing:
        return shown.name_of(segment.segment_id)
    return shown.class_names.get(segment.class_id, f'stuff {segment.class_id}')
