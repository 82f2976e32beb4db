"""Occluders: sums, pixels, and that they are nearer than what they hide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synth_ros.audit.checks.extents import full_mask
from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View, edges
from synth_ros.schema.records import LabelRecord


def occluders(view: View) -> Iterator[Measure]:
    """Occluders sum up to the hidden pixels and show them inside the amodal mask or box."""
    for label in view.labels:
        if label.occluders is None:
            continue
        name = view.name(label.instance_id)
        total = sum(item.pixels for item in label.occluders)
        hidden = label.pixels_in_image - label.pixels_visible
        order = [item.pixels for item in label.occluders]
        repeated = len(order) - len({item.thing for item in label.occluders})
        itself = any(item.thing.instance_id == label.instance_id for item in label.occluders)
        faults = {
            f'occluders sum up to {total} pixels, {hidden} are hidden': abs(total - hidden),
            'occluders are not in order of pixels': int(order != sorted(order, reverse=True)),
            'something is listed twice': repeated,
            'it hides itself': int(itself),
        }
        faults |= dict(_shown(view, label))
        worst = max(faults, key=lambda words: faults[words])
        yield view.find.errors(
            'occluders',
            list(faults.values()),
            subject=name,
            detail=worst if faults[worst] else '',
            place=edges(label.amodal_box),
        )


def _shown(view: View, label: LabelRecord) -> Iterator[tuple[str, int]]:
    """What the masks show of the objects that hide it: exact with the amodal mask."""
    image = view.frame.instance_id
    if image is None:
        return
    height, width = image.shape
    full = full_mask(view, label)
    if full is not None:
        inside = full[height : 2 * height, width : 2 * width]
    else:
        x0, y0, x1, y1 = label.amodal_box
        inside = np.zeros(image.shape, np.bool_)
        inside[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)] = True
    listed = {item.thing.instance_id: item.pixels for item in label.occluders or ()}
    objects = {
        item.thing.instance_id: item.pixels
        for item in label.occluders or ()
        if item.thing.kind == 'object'
    }
    for key, pixels in objects.items():
        seen = int((inside & (image == key)).sum())
        error = abs(pixels - seen) if full is not None else max(0, pixels - seen)
        yield f'{view.name(key)} hides {pixels} pixels of it, the masks show {seen} there', error
    if full is not None:
        shown = np.unique(image[inside])
        for key in shown[(shown > 0) & (shown != label.instance_id)].tolist():
            if key not in listed:
                seen = int((inside & (image == key)).sum())
                yield f'{view.name(key)} hides {seen} pixels of it and is not listed', seen
