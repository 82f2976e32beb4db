"""Edits that several tests plant, and where to plant them."""

import numpy as np


def swapped(image, one, two):
    return np.where(image == one, two, np.where(image == two, one, image))


def exchange(one, two, keys):
    for key in keys:
        one[key], two[key] = two[key], one[key]


def lose(planted, name, key):
    """Remove an object's label from every file, and from the tracks."""
    planted.index['annotations'].remove(planted.annotation(name, key))
    record = planted.record(name)
    record['labels'].remove(planted.label(name, key))
    for track in record['tracks']:
        if track['instance_id'] == key:
            track.update(state='outside', event=None)


def smallest_label(planted):
    """Frame and instance id of the label with fewest pixels of those that show enough of it."""
    return min(
        (
            (name, label['instance_id'])
            for name in planted.stems('head') + planted.stems('top')
            for label in planted.record(name)['labels']
            if label['visibility'] > 0.3
        ),
        key=lambda found: planted.label(*found)['pixels_visible'],
    )


def add_distractor(planted, name, *, key, known):
    """Label a patch of the table as if it were an object."""
    model = planted.largest(name, class_name='brick')
    image = planted.read_image('instance_mask', name)
    v, u = next(
        (v, u)
        for v in range(60, 110)
        for u in range(10, 140)
        if not image[v : v + 6, u : u + 8].any()
    )

    def paint(pixels):
        pixels[v : v + 6, u : u + 8] = key
        return pixels

    planted.edit_image('instance_mask', name, paint)
    label = {**planted.label(name, model), 'instance_id': key, 'box': [u, v, u + 8, v + 6]}
    label.update(amodal_box=label['box'], pixels_visible=48, pixels_in_image=48, pixels_full=48)
    label.update(visibility=1.0, occlusion=0.0, truncation=0.0, amodal_mask=None, occluders=None)
    planted.record(name)['labels'].append(label)
    entry = {**planted.annotation(name, model), 'instance_id': key, 'id': 10_000}
    entry.update(bbox=[u, v, 8, 6], area=48, instance_name='table_09')
    planted.index['annotations'].append(entry)
    if known:
        item = {**planted.instance(name, model), 'instance_id': key, 'name': 'table_09'}
        planted.record(name)['instances'].append(item)


def hidden_object(planted):
    for name in planted.stems('head') + planted.stems('top'):
        for label in planted.record(name)['labels']:
            first = (label['occluders'] or [{'thing': {'kind': ''}}])[0]
            if first['thing']['kind'] == 'object':
                return name, label['instance_id'], label['occluders']
    raise AssertionError('nothing hides anything')


def turn_labels(planted, name, turn):
    for label in planted.record(name)['labels']:
        entry = planted.annotation(name, label['instance_id'])
        for key in ('camera_from_object', 'camera_from_box'):
            label[key] = (turn @ np.array(label[key])).tolist()
        entry['camera_from_object'] = label['camera_from_object']
        entry['box3d']['camera_from_box'] = label['camera_from_box']


def off_by_half(planted, name):
    planted.image(name)['intrinsics'][0][2] += 0.5
    planted.image(name)['intrinsics'][1][2] += 0.5
    planted.record(name)['intrinsics']['cx'] += 0.5
    planted.record(name)['intrinsics']['cy'] += 0.5


def move(point):
    if point['pixel'] is not None:
        point['pixel'] = [value + 0.5 for value in point['pixel']]


def visible_keypoint(planted, visibility):
    """A keypoint of a brick that is well inside the image, and seen or hidden."""
    for name in planted.stems('top') + planted.stems('head'):
        record = planted.record(name)
        for label in record['labels']:
            kind = planted.instance(name, label['instance_id'])['class_name']
            for point in label['keypoints'] if kind == 'brick' else []:
                if point['visibility'] != visibility or point['pixel'] is None:
                    continue
                u, v = point['pixel']
                if 3 < u < record['width'] - 4 and 3 < v < record['height'] - 4:
                    return name, label['instance_id'], point
    raise AssertionError(f'no keypoint of visibility {visibility}')


def planted_coco_keypoint(planted, name, key):
    """Copy what the label says now into annotations.json."""
    entry, label = planted.annotation(name, key), planted.label(name, key)
    order = [point['name'] for point in planted.instance(name, key)['keypoints']]
    values = []
    for point in sorted(label['keypoints'], key=lambda point: order.index(point['name'])):
        shown = point['visibility'] > 0
        values += [*point['pixel'], point['visibility']] if shown else [0, 0, 0]
    entry['keypoints'] = values


def blurred(normals):
    """Means of neighbours where they differ, as differences of depth across an edge give."""
    mean = (normals + np.roll(normals, 1, axis=1) + np.roll(normals, 1, axis=0)) / 3
    length = np.linalg.norm(mean, axis=2, keepdims=True)
    return np.where(length > 0.5, mean / np.maximum(length, 1e-6), normals)
