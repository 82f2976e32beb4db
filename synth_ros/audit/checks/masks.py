"""Masks against boxes, against counts, against classes, and against what is labelled."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synth_ros.audit import pinhole
from synth_ros.audit.measure import Measure
from synth_ros.audit.run_lengths import decode
from synth_ros.audit.view import View, edges
from synth_ros.schema.records import InstanceRecord
from synth_ros.types import FloatArray

# A surface that stands before another one is nearer by more than this share of depth.
_STEP = 0.03


def mask_ids(view: View) -> Iterator[Measure]:
    """Every id in the instance mask is an object of the scene."""
    image = view.frame.instance_id
    if image is None:
        return
    for key in np.unique(image).tolist():
        if key == 0:
            continue
        strange = image == key
        unknown = key not in view.instances
        yield view.find.wrong(
            'mask.ids',
            int(strange.sum()) if unknown else 0,
            subject=view.name(key),
            detail='the scene has no such object' if unknown else '',
            place=edges(pinhole.bounds(strange)) if unknown else None,
        )


def mask_classes(view: View) -> Iterator[Measure]:
    """The class of each pixel is the class of its instance, and 0 where none is."""
    image, classes = view.frame.instance_id, view.frame.class_id
    if image is None or classes is None:
        return
    for key in np.unique(image).tolist():
        inside = image == key
        item = view.instances.get(key)
        wanted = item.class_id if item else 0
        wrong = inside & (classes != wanted)
        count = int(wrong.sum())
        yield view.find.wrong(
            'mask.classes',
            count,
            subject=view.name(key) if key else 'background',
            detail=f'class {_most(classes[wrong])} in the semantic mask, not {wanted}'
            if count
            else '',
            place=edges(pinhole.bounds(wrong)) if count else None,
        )


def visible_pixels(view: View) -> Iterator[Measure]:
    """Counts of visible pixels and the four edges of the visible box."""
    for label in view.labels:
        mask = view.mask(label.instance_id)
        if mask is None:
            continue
        shown = int(mask.sum())
        name = view.name(label.instance_id)
        yield view.find.wrong(
            'mask.pixels',
            abs(shown - label.pixels_visible),
            subject=name,
            detail=f'the label says {label.pixels_visible}, the mask shows {shown}',
            place=edges(label.box),
        )
        if shown:
            true = pinhole.bounds(mask)
            error = np.abs(np.subtract(true, label.box))
            yield view.find.errors(
                'box.visible',
                error,
                subject=name,
                detail=f'the label says {label.box}, the mask spans {true}',
                place=edges(label.box),
            )


def coco_mask(view: View) -> Iterator[Measure]:
    """Run lengths give the instance mask."""
    image = view.frame.instance_id
    if image is None:
        return
    for item in view.frame.objects or ():
        name = view.name(item.instance_id)
        try:
            mask = decode(item.mask_counts, item.mask_size)
        except ValueError as error:
            yield view.find.errors('mask.coco', np.inf, subject=name, detail=str(error))
            continue
        if mask.shape != image.shape:
            yield view.find.errors(
                'mask.coco', np.inf, subject=name, detail=f'a mask of {mask.shape}'
            )
            continue
        wrong = mask != (image == item.instance_id)
        count = int(wrong.sum())
        yield view.find.wrong(
            'mask.coco',
            count,
            subject=name,
            detail=f'{count} pixels differ from the instance mask' if count else '',
            place=edges(pinhole.bounds(wrong)) if count else None,
        )


def missing(view: View) -> Iterator[Measure]:
    """An instance that shows enough for a label has one.

    Where thresholds are not recorded, they are not larger than the smallest label of the
    recording. An instance's share of visible pixels is at least its pixels by those that the
    outline of its 3D box can hold: area + half the perimeter + 1 (Nosarzewska, 1948). It is all
    of it if nothing nearer borders on its pixels, nor the border of the image.
    """
    if view.frame.instance_id is None:
        return
    limits = view.frame.thresholds or view.facts.least
    labelled = {label.instance_id for label in view.labels}
    ids, counts = np.unique(view.frame.instance_id, return_counts=True)
    for key, count in zip(ids.tolist(), counts.tolist(), strict=True):
        if key == 0 or key not in view.instances:
            continue
        enough = key not in labelled and count >= limits.min_pixels
        share = count / _most_pixels(view, view.instances[key]) if enough else 0.0
        if enough and _unhidden(view, key):
            share = 1.0
        lost = enough and share >= limits.min_visibility
        yield view.find.wrong(
            'mask.missing',
            count if lost else 0,
            subject=view.name(key),
            detail=f'shows {count} pixels, {share:.0%} or more of it, and has no label'
            if lost
            else '',
            place=view.place(key) if lost else None,
        )


def below(view: View) -> Iterator[Measure]:
    """No instance has a label that shows less than the recorded thresholds ask for."""
    limits = view.frame.thresholds
    if limits is None:
        return
    for label in view.labels:
        mask = view.mask(label.instance_id)
        shown = label.pixels_visible if mask is None else int(mask.sum())
        share = shown / max(label.pixels_full, 1)
        low = shown < limits.min_pixels or share < limits.min_visibility
        yield view.find.wrong(
            'mask.below',
            int(low),
            subject=view.name(label.instance_id),
            detail=f'labelled with {shown} pixels, {share:.2%} of it; labels begin at '
            f'{limits.min_pixels} pixels and {limits.min_visibility:.2%}'
            if low
            else '',
            place=edges(label.box),
        )


def _most_pixels(view: View, item: InstanceRecord) -> float:
    """No silhouette of the object can have more pixels; infinite beside the camera."""
    outline = outline_of(view, item)
    if outline is None:
        return float('inf')
    polygon = pinhole.hull(outline)
    perimeter = float(np.linalg.norm(polygon - np.roll(polygon, -1, axis=0), axis=1).sum())
    return pinhole.area(polygon) + perimeter / 2 + 1


def _unhidden(view: View, key: int) -> bool:
    """Whether nothing hides a part of an instance: no pixel beside it is nearer by a step."""
    depth_m, mask = view.best_depth_m, view.mask(key)
    if depth_m is None or mask is None:
        return False
    if mask[[0, -1]].any() or mask[:, [0, -1]].any():
        return False
    for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        beside = np.roll(mask, shift, axis) & ~mask
        own = np.roll(depth_m, shift, axis)[beside]
        other = depth_m[beside]
        both = (own > 0) & (other > 0)
        if (other[both] < own[both] * (1 - _STEP)).any():
            return False
    return True


def outline_of(view: View, item: InstanceRecord) -> FloatArray | None:
    """Pixels (8, 2) of the corners of a 3D box; ``None`` if one is not before the camera."""
    camera_from_box = (
        view.camera_from_world
        @ pinhole.rigid(item.world_from_object)
        @ pinhole.rigid(item.object_from_box)
    )
    points = pinhole.move(camera_from_box, pinhole.corners(item.size_m))
    if points[:, 2].min() < 1e-3:
        return None
    return pinhole.to_pixels(view.camera, points)


def _most(values: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> int:
    found, counts = np.unique(values, return_counts=True)
    return int(found[np.argmax(counts)])
