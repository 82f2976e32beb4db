"""The same ids and numbers in every file and topic, and those of the drawn scene."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from synth_ros.audit.loose import waiting_objects
from synth_ros.audit.measure import Measure
from synth_ros.audit.view import View
from synth_ros.readers.recording import CocoObject, Detection2d, Detection3d, Messages
from synth_ros.schema.records import LabelRecord, OrientedBoxRecord


def same_ids(view: View) -> Iterator[Measure]:
    """COCO, detections and labels list the same instances, each once."""
    listed = {'labels': [label.instance_id for label in view.labels]}
    frame = view.frame
    if frame.objects is not None:
        listed['annotations.json'] = [item.instance_id for item in frame.objects]
    if frame.messages:
        listed |= _detected(frame.messages)
    everything = set().union(*listed.values())
    for key in sorted(everything):
        found = {where: ids.count(key) for where, ids in listed.items()}
        wrong = [where for where, count in found.items() if count != 1]
        words = ', '.join(f'{found[where]} times in {where}' for where in wrong)
        yield view.find.wrong(
            'files.ids',
            len(wrong),
            subject=view.name(key),
            detail=f'listed {words}, once in each other' if wrong else '',
            place=view.place(key),
        )
    if not everything:
        yield view.find.wrong('files.ids', 0)


def same_values(view: View) -> Iterator[Measure]:
    """A number is the same wherever it stands."""
    labels = {label.instance_id: label for label in view.labels}
    for item in view.frame.objects or ():
        if item.instance_id in labels:
            pairs = _coco_pairs(view, item, labels[item.instance_id])
            yield _largest(view, pairs, key=item.instance_id, where='annotations.json')
    messages = view.frame.messages
    if messages:
        yield from _detections(view, messages, labels)


def known(view: View) -> Iterator[Measure]:
    """Each label belongs to an object of the scene, whose class exists."""
    classes = {item.class_id: item.name for item in view.facts.categories}
    for label in view.labels:
        faults = list(_unknown(view, label, classes))
        yield view.find.wrong(
            'files.known',
            len(faults),
            subject=view.name(label.instance_id),
            detail='; '.join(faults),
            place=view.place(label.instance_id),
        )


def drawn_scene(view: View) -> Iterator[Measure]:
    """Ids, names and classes are those of the scene in the provenance."""
    drawn = _drawn(view.frame.provenance_json)
    if drawn is None:
        return
    records = {
        item.instance_id: (item.name, item.class_id, item.class_name)
        for item in view.frame.record.instances
    }
    repeated = len(view.frame.record.instances) - len(records)
    for key in sorted({*drawn, *records}):
        one, other = records.get(key), drawn.get(key)
        detail = '' if one == other else f'labels say {one}, the drawn scene says {other}'
        yield view.find.wrong(
            'files.scene', int(one != other), subject=view.name(key), detail=detail
        )
    yield view.find.wrong(
        'files.scene', repeated, detail=f'{repeated} instances share an id' if repeated else ''
    )


def listed_layers(view: View) -> Iterator[Measure]:
    """Dense layers that the record lists are there, and no others."""
    listed = set(view.frame.record.layers)
    there = view.frame.layers.there()
    if not listed and not there:
        return
    wrong = sorted(listed ^ there)
    yield view.find.wrong(
        'files.layers',
        len(wrong),
        detail=f'listed or there, but not both: {", ".join(wrong)}' if wrong else '',
    )


Pair = tuple[str, object, object]


def _coco_pairs(view: View, item: CocoObject, label: LabelRecord) -> Iterator[Pair]:
    x, y, width, height = item.bbox
    yield 'bbox', (x, y, x + width, y + height), label.box
    x, y, width, height = item.amodal
    yield 'bbox_amodal', (x, y, x + width, y + height), label.amodal_box
    counts = (label.pixels_visible, label.pixels_in_image, label.pixels_full)
    yield 'pixel counts', item.pixels, counts
    yield 'area', item.area, label.pixels_visible
    yield 'shares', item.shares, (label.visibility, label.occlusion, label.truncation)
    yield 'camera_from_object', item.camera_from_object, label.camera_from_object
    yield 'camera_from_box', item.camera_from_box, label.camera_from_box
    instance = view.instances.get(label.instance_id)
    if instance:
        yield 'size_m', item.size_m, instance.size_m
    if item.track_id is not None:
        yield 'track_id', item.track_id, 65536 * view.frame.record.episode + item.instance_id
    if label.oriented_box is not None:
        yield 'obb', item.corners or (), _box_corners(label.oriented_box)
    if label.keypoints is not None:
        yield 'keypoints', item.keypoints or (), _coco_keypoints(view, item, label)


def _box_corners(box: OrientedBoxRecord) -> list[float]:
    """Corners clockwise on the screen, from the top-left one before turning."""
    along = np.array([math.cos(box.angle_rad), math.sin(box.angle_rad)]) * box.width / 2
    across = np.array([-math.sin(box.angle_rad), math.cos(box.angle_rad)]) * box.height / 2
    centre = np.array([box.center_x, box.center_y])
    signs = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    corners: list[float] = np.concatenate(
        [centre + a * along + b * across for a, b in signs]
    ).tolist()
    return corners


def _coco_keypoints(view: View, item: CocoObject, label: LabelRecord) -> list[float]:
    """x, y, v of each keypoint of the class; zeros for what is outside or missing."""
    names = next(
        (c.keypoints for c in view.facts.categories if c.class_id == item.category_id), ()
    )
    points = {point.name: point for point in label.keypoints or ()}
    values: list[float] = []
    for name in names:
        point = points.get(name)
        if point is None or point.pixel is None or point.visibility == 0:
            values += [0, 0, 0]
        else:
            values += [*point.pixel, point.visibility]
    return values


def _detected(messages: Messages) -> dict[str, list[int]]:
    """Instance ids of each detection topic; -1 for what is no number."""
    found: dict[str, Sequence[Detection2d] | Sequence[Detection3d] | None] = {
        'detections_2d': messages.detections_2d,
        'detections_2d_oriented': messages.detections_2d_oriented,
        'detections_3d': messages.detections_3d,
    }
    return {
        topic: [_number(item.name) for item in items]
        for topic, items in found.items()
        if items is not None
    }


def _detections(
    view: View, messages: Messages, labels: Mapping[int, LabelRecord]
) -> Iterator[Measure]:
    """Detections against labels; which ids they list is another check."""
    for box in messages.detections_2d or ():
        label = labels.get(_number(box.name))
        if label:
            (x, y), (width, height) = box.center, box.size
            edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            pairs: list[Pair] = [('box', edges, label.box), ('theta', box.theta_rad, 0.0)]
            yield _largest(view, pairs, key=label.instance_id, where='detections_2d')
    for box in messages.detections_2d_oriented or ():
        label = labels.get(_number(box.name))
        if label and label.oriented_box:
            own = label.oriented_box
            given = (*box.center, *box.size, box.theta_rad)
            true = (own.center_x, own.center_y, own.width, own.height, own.angle_rad)
            pairs = [('oriented box', given, true)]
            yield _largest(view, pairs, key=label.instance_id, where='detections_2d_oriented')
    for solid in messages.detections_3d or ():
        label = labels.get(_number(solid.name))
        instance = view.instances.get(_number(solid.name))
        if label and instance:
            pairs = [
                ('pose', solid.camera_from_object, label.camera_from_object),
                ('box pose', solid.camera_from_box, label.camera_from_box),
                ('size', solid.size_m, instance.size_m),
            ]
            yield _largest(view, pairs, key=label.instance_id, where='detections_3d')
    if messages.keypoints is not None:
        yield _keypoint_topic(view, messages.keypoints)


def _keypoint_topic(view: View, found: Sequence[Detection2d]) -> Measure:
    """Keypoints of the topic are those inside the image, half a pixel further in its edges."""
    points = [
        (f'{label.instance_id}/{point.name}', point)
        for label in view.labels
        for point in label.keypoints or ()
    ]
    if view.frame.record.robot:
        points += [(f'robot/{point.name}', point) for point in view.frame.record.robot.skeleton]
    wanted = {name: p.pixel for name, p in points if p.pixel is not None and p.visibility > 0}
    given = {item.name: (item.center[0] - 0.5, item.center[1] - 0.5) for item in found}
    odd = sorted(set(wanted) ^ set(given))
    errors = [
        float(np.abs(np.subtract(given[name], wanted[name])).max())
        for name in sorted(set(wanted) & set(given))
    ]
    return view.find.errors(
        'files.values',
        [np.inf if odd else 0.0, *errors],
        subject='keypoints topic',
        detail=f'not in both labels and topic: {", ".join(odd)}' if odd else 'pixels differ',
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1


def _largest(view: View, pairs: Iterable[Pair], *, key: int, where: str) -> Measure:
    """The largest difference of all pairs of one instance."""
    worst, detail, errors = -1.0, '', []
    for name, one, other in pairs:
        a, b = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
        error = float(np.abs(a - b).max(initial=0)) if a.shape == b.shape else np.inf
        errors.append(error)
        if error > worst:
            worst, detail = error, f'{name} is {_short(one)} in {where}, {_short(other)} in labels'
    return view.find.errors(
        'files.values',
        errors,
        subject=view.name(key),
        detail=detail if worst > 0 else '',
        place=view.place(key),
    )


def _short(value: object) -> str:
    return np.array2string(np.asarray(value, dtype=float), precision=6).replace('\n', '')


def _unknown(view: View, label: LabelRecord, classes: dict[int, str]) -> Iterator[str]:
    instance = view.instances.get(label.instance_id)
    if instance is None:
        yield 'the scene has no such object: something else was labelled'
        return
    if classes and classes.get(instance.class_id) != instance.class_name:
        yield f'class {instance.class_id} {instance.class_name!r} is not among the categories'
    for item in view.frame.objects or ():
        if item.instance_id == label.instance_id and item.category_id != instance.class_id:
            yield f'category {item.category_id} in annotations.json, class {instance.class_id}'
        if item.instance_id == label.instance_id and item.name != instance.name:
            yield f'named {item.name!r} in annotations.json'
    messages = view.frame.messages
    found: list[Detection2d | Detection3d] = []
    if messages:
        found += [*(messages.detections_2d or ()), *(messages.detections_3d or ())]
    for box in found:
        allowed = (str(instance.class_id), instance.class_name)
        if _number(box.name) == label.instance_id and box.class_id not in allowed:
            yield f'class {box.class_id!r} in a detection'


def _drawn(provenance_json: str) -> dict[int, tuple[str, int, str]] | None:
    """Id to (name, class id, class name) of the drawn scene; ``None`` if it is not told.

    Objects that wait to fall in are not in the scene yet.
    """
    waiting = waiting_objects(provenance_json)
    try:
        items = json.loads(provenance_json)['scene']['objects']
        return {
            int(item['instance_id']): (
                str(item['name']),
                int(item['class_id']),
                str(item['class_name']),
            )
            for item in items
            if item['name'] not in waiting
        }
    except (ValueError, KeyError, TypeError):
        return None
