"""Full extents: amodal boxes and masks, counts and shares."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.measure import Measure
from synth_ros.audit.run_lengths import decode
from synth_ros.audit.view import View, edges
from synth_ros.schema.records import LabelRecord, MaskRecord
from synth_ros.types import MaskImage


def amodal_box(view: View) -> Iterator[Measure]:
    """The amodal box holds the visible one, lies on the canvas, and is that of the mask."""
    width, height = view.camera.width, view.camera.height
    for label in view.labels:
        outer, inner = label.amodal_box, label.box
        canvas = (-width, -height, 2 * width, 2 * height)
        errors = [_overhang(inner, outer), _overhang(outer, canvas)]
        words = ['does not hold the visible box', 'leaves the canvas of three by three images']
        mask = full_mask(view, label)
        if mask is not None and mask.any():
            x0, y0, x1, y1 = pinhole.bounds(mask)
            true = (x0 - width, y0 - height, x1 - width, y1 - height)
            errors.append(int(np.abs(np.subtract(true, outer)).max()))
            words.append(f'is not that of the amodal mask, {true}')
        worst = int(np.argmax(errors))
        yield view.find.errors(
            'box.amodal',
            errors,
            subject=view.name(label.instance_id),
            detail=f'{outer} {words[worst]}' if errors[worst] else '',
            place=edges(outer),
        )


def counts(view: View) -> Iterator[Measure]:
    """Visible <= in image <= full <= area of the amodal box; shares are their quotients."""
    for label in view.labels:
        visible, inside, full = label.pixels_visible, label.pixels_in_image, label.pixels_full
        x0, y0, x1, y1 = label.amodal_box
        chain = [visible, inside, full, (x1 - x0) * (y1 - y0)]
        name = view.name(label.instance_id)
        yield view.find.wrong(
            'extent.order',
            max(0, *(a - b for a, b in pairwise(chain))),
            subject=name,
            detail=f'visible {visible}, in image {inside}, full {full}, amodal box {chain[3]}',
            place=edges(label.box),
        )
        true = (visible / full, 1 - visible / inside, 1 - inside / full)
        shares = (label.visibility, label.occlusion, label.truncation)
        yield view.find.errors(
            'extent.shares',
            np.abs(np.subtract(true, shares)),
            subject=name,
            detail=f'visibility, occlusion, truncation are {shares}, the counts give {true}',
            place=edges(label.box),
        )


def amodal_mask(view: View) -> Iterator[Measure]:
    """The full mask holds the visible one, and has the pixels that the counts say."""
    width, height = view.camera.width, view.camera.height
    for label in view.labels:
        if label.amodal_mask is None:
            continue
        name = view.name(label.instance_id)
        full = full_mask(view, label)
        if full is None:
            yield view.find.errors(
                'extent.mask', np.inf, subject=name, detail='the mask is damaged or off the canvas'
            )
            continue
        inside = full[height : 2 * height, width : 2 * width]
        shown = view.mask(label.instance_id)
        stray = int((shown & ~inside).sum()) if shown is not None else 0
        errors = {
            f'{stray} visible pixels lie outside the amodal mask': stray,
            f'{int(full.sum())} pixels, the label says {label.pixels_full}': abs(
                int(full.sum()) - label.pixels_full
            ),
            f'{int(inside.sum())} pixels in the image, the label says {label.pixels_in_image}': (
                abs(int(inside.sum()) - label.pixels_in_image)
            ),
        }
        errors |= _coco_copy(view, label.instance_id, inside)
        worst = max(errors, key=lambda words: errors[words])
        yield view.find.errors(
            'extent.mask',
            list(errors.values()),
            subject=name,
            detail=worst if errors[worst] else '',
            place=edges(label.amodal_box),
        )


def _coco_copy(view: View, key: int, inside: MaskImage) -> dict[str, int]:
    """Pixels of COCO's amodal mask that differ from the part inside the image."""
    for item in view.frame.objects or ():
        if item.instance_id == key and item.amodal_mask is not None:
            size, counts = item.amodal_mask
            try:
                mask = decode(counts, size)
            except ValueError as error:
                return {f'amodal_segmentation: {error}': inside.size}
            count = int((mask != inside).sum()) if mask.shape == inside.shape else inside.size
            return {f'amodal_segmentation differs in {count} pixels': count}
    return {}


def full_mask(view: View, label: LabelRecord) -> MaskImage | None:
    """The amodal mask on the canvas of three by three images; ``None`` if there is none."""
    record = label.amodal_mask
    if record is None:
        return None
    width, height = view.camera.width, view.camera.height
    crop = _decoded(record)
    top, left = record.y0 + height, record.x0 + width
    rows, columns = record.size
    if crop is None or min(top, left) < 0 or top + rows > 3 * height or left + columns > 3 * width:
        return None
    canvas = np.zeros((3 * height, 3 * width), np.bool_)
    canvas[top : top + rows, left : left + columns] = crop
    return canvas


def _decoded(record: MaskRecord) -> MaskImage | None:
    try:
        return decode(record.counts, record.size)
    except ValueError:
        return None


def _overhang(inner: tuple[int, ...], outer: tuple[int, ...]) -> int:
    """By how many pixels a box leaves another one."""
    return max(
        0, outer[0] - inner[0], outer[1] - inner[1], inner[2] - outer[2], inner[3] - outer[3]
    )
