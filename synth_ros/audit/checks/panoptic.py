"""Panoptic masks against instance masks and segments; part masks against their owners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View, edges
from synth_ros.types import STUFF_SEGMENT, MaskImage


def panoptic(view: View) -> Iterator[Measure]:
    """Things are the instance mask; segments list class, pixels and box of each value."""
    image, segments = view.frame.layers.panoptic_id, view.frame.record.segments
    if image is None or segments is None:
        return
    if view.frame.instance_id is not None:
        things = np.where(image < STUFF_SEGMENT, image, 0)
        wrong = things != view.frame.instance_id
        yield _count(view, wrong, words='pixels of things are not those of the instance mask')
    listed = {segment.segment_id: segment for segment in segments}
    shown = set(np.unique(image[image > 0]).tolist())
    for key in sorted({*shown, *listed}):
        mask = image == key
        segment = listed.get(key)
        if segment is None:
            yield _count(view, mask, words=f'pixels of {key}, which is not among the segments')
            continue
        true = pinhole.bounds(mask) if key in shown else (0, 0, 0, 0)
        faults = [
            abs(int(mask.sum()) - segment.pixels),
            int(np.abs(np.subtract(true, segment.box)).max()),
            int(segment.class_id != _class(view, key)),
            int(segment.is_thing != (key < STUFF_SEGMENT)),
        ]
        yield view.find.errors(
            'panoptic',
            faults,
            subject=view.name(key) if segment.is_thing else f'stuff {segment.class_id}',
            detail=f'the segment says {segment.pixels} pixels, box {segment.box}, class '
            f'{segment.class_id}; the mask shows {int(mask.sum())}, {true}, {_class(view, key)}',
            place=edges(true),
        )


def listed(view: View) -> Iterator[Measure]:
    """Segments of ``panoptic.json`` are those of the labels."""
    one, other = view.frame.record.segments, view.frame.segments
    if one is None or other is None:
        return
    mine = {
        (s.segment_id, s.class_id, s.pixels, s.box[0], s.box[1], s.box[2], s.box[3]) for s in one
    }
    theirs = {
        (s.segment_id, s.category_id, s.area, x, y, x + width, y + height)
        for s in other
        for x, y, width, height in [s.bbox]
    }
    wrong = sorted({entry[0] for entry in mine ^ theirs})
    yield view.find.wrong(
        'panoptic',
        len(wrong),
        subject='panoptic.json',
        detail=f'segments {wrong} are not those of the labels' if wrong else '',
    )


def parts(view: View) -> Iterator[Measure]:
    """Parts of a class lie on its instances, parts of the robot on no instance."""
    image, listed = view.frame.layers.part_id, view.frame.record.parts
    ids = view.frame.instance_id
    if image is None or listed is None or ids is None:
        return
    known = {part.part_id: part for part in listed}
    for key in np.unique(image).tolist():
        mask = image == key
        if key == 0:
            continue
        part = known.get(key)
        if part is None:
            yield _count(
                view, mask, row='parts', words=f'pixels of part {key}, which is not listed'
            )
            continue
        owners = {i.instance_id for i in view.instances.values() if i.class_name == part.owner}
        own = np.isin(ids, list(owners)) if part.owner != 'robot' else ids == 0
        yield _count(
            view,
            mask & ~own,
            row='parts',
            words=f'pixels of part {part.name!r} lie on something else than {part.owner}',
            subject=f'{part.owner}/{part.name}',
        )


def _class(view: View, key: int) -> int:
    if key >= STUFF_SEGMENT:
        return key - STUFF_SEGMENT
    item = view.instances.get(key)
    return item.class_id if item else -1


def _count(
    view: View,
    wrong: MaskImage,
    *,
    words: str,
    row: Literal['panoptic', 'parts'] = 'panoptic',
    subject: str = '',
) -> Measure:
    count = int(wrong.sum())
    return view.find.wrong(
        row,
        count,
        subject=subject,
        detail=f'{count} {words}' if count else '',
        place=edges(pinhole.bounds(wrong)) if count else None,
    )
