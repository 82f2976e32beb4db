"""Wrong poses and cameras, planted one by one: the audit names each and its frame."""

import numpy as np
from planted_errors import move, off_by_half, turn_labels
from planting import FRAME, OTHER, Planted, caught, names, rows


def test_flipped_axis(planted):
    """The camera frame of OpenGL instead of the optical one, y and z turned."""
    key = planted.largest(FRAME)
    flip = np.diag([1.0, -1, -1, 1])
    for entry in (planted.label(FRAME, key), planted.annotation(FRAME, key)):
        entry['camera_from_object'] = (flip @ np.array(entry['camera_from_object'])).tolist()
    caught(planted, ('pose.roads', FRAME, names(planted, key)))


def test_mirrored_axis(planted):
    key = planted.largest(FRAME)
    item = planted.instance(FRAME, key)
    item['world_from_object'] = (
        np.array(item['world_from_object']) @ np.diag([1.0, -1, 1, 1])
    ).tolist()
    caught(planted, ('pose.rigid', FRAME, names(planted, key)))


def test_flipped_axis_in_every_pose(planted):
    """All objects stand mirrored through the optical axis, each pose for itself plausible."""
    flip = np.diag([-1.0, -1, 1, 1])
    record = planted.record(FRAME)
    world_from_camera = np.array(record['world_from_camera'])
    turn = world_from_camera @ flip @ np.linalg.inv(world_from_camera)
    for item in record['instances']:
        item['world_from_object'] = (turn @ np.array(item['world_from_object'])).tolist()
    turn_labels(planted, FRAME, flip)
    key = planted.largest(FRAME)
    caught(
        planted,
        ('box3d.points', FRAME, names(planted, key)),
        ('box3d.outline', FRAME, names(planted, key)),
    )


def test_object_turned_about_its_own_axis(planted, oracle):
    """The 3D box is the same again; only the simulation knows."""
    key = planted.largest(FRAME, class_name='mug')
    turn = np.diag([-1.0, -1, 1, 1])
    item = planted.instance(FRAME, key)
    box = np.array(item['object_from_box'])
    turn = box @ turn @ np.linalg.inv(box)
    item['world_from_object'] = (np.array(item['world_from_object']) @ turn).tolist()
    for entry in (planted.label(FRAME, key), planted.annotation(FRAME, key)):
        entry['camera_from_object'] = (np.array(entry['camera_from_object']) @ turn).tolist()
    label, coco = planted.label(FRAME, key), planted.annotation(FRAME, key)
    label['camera_from_box'] = (np.array(label['camera_from_object']) @ box).tolist()
    coco['box3d']['camera_from_box'] = label['camera_from_box']
    caught(planted, ('scene.poses', FRAME, names(planted, key)), oracle=oracle)


def test_loose_3d_box(planted, oracle):
    """Larger by a tenth in every file: what lies inside still does."""
    key = planted.largest(FRAME)
    for name in planted.stems('head') + planted.stems('top'):
        if name.startswith('000000'):
            item = planted.instance(name, key)
            item['size_m'] = [1.1 * edge for edge in item['size_m']]
            for entry in planted.annotations(name):
                if entry['instance_id'] == key:
                    entry['box3d']['size_m'] = item['size_m']
    caught(planted, ('scene.box3d', FRAME, names(planted, key)), oracle=oracle)


def test_3d_box_in_the_world_frame(planted):
    key = planted.largest(FRAME)
    item = planted.instance(FRAME, key)
    world_from_box = np.array(item['world_from_object']) @ np.array(item['object_from_box'])
    planted.label(FRAME, key)['camera_from_box'] = world_from_box.tolist()
    planted.annotation(FRAME, key)['box3d']['camera_from_box'] = world_from_box.tolist()
    caught(planted, ('pose.roads', FRAME, names(planted, key)))


def test_principal_point_off_by_half_in_one_file(planted):
    planted.image(FRAME)['intrinsics'][0][2] += 0.5
    caught(planted, ('camera.intrinsics', FRAME, 'annotations.json'))


def test_principal_point_off_by_half_in_every_file(planted, oracle):
    off_by_half(planted, FRAME)
    caught(
        planted,
        ('keypoint.pixel', FRAME, 'brick'),
        ('points', FRAME, ''),
        ('scene.camera', FRAME, 'head'),
        oracle=oracle,
    )


def test_principal_point_off_by_half_in_all_labels_too(plain, copy):
    """Whatever is made with the wrong camera agrees with it; only the pixels do not."""
    planted = Planted(copy(plain.dataset))
    for name in planted.stems('top'):
        off_by_half(planted, name)
        for label in planted.record(name)['labels']:
            for point in label['keypoints'] or []:
                move(point)
        for point in planted.record(name)['robot']['skeleton']:
            move(point)
        for entry in planted.annotations(name):
            for k in range(0, len(entry.get('keypoints') or []), 3):
                if entry['keypoints'][k + 2]:
                    entry['keypoints'][k] += 0.5
                    entry['keypoints'][k + 1] += 0.5
    # Now and then a moved point comes to lie on another surface's pixel as well.
    assert {'box3d.outline'} <= rows(caught(planted)) <= {'box3d.outline', 'keypoint.visibility'}


def test_camera_pose_of_the_frame_before(planted):
    stale = planted.record(FRAME)['world_from_camera']
    planted.record(OTHER)['world_from_camera'] = stale
    planted.image(OTHER)['world_from_camera'] = stale
    key = planted.largest(OTHER)
    caught(
        planted,
        ('pose.roads', OTHER, names(planted, key, OTHER)),
        ('box3d.points', OTHER, names(planted, key, OTHER)),
    )


def test_stale_stamp(planted):
    planted.image(OTHER)['stamp_ns'] = planted.image(FRAME)['stamp_ns']
    caught(planted, ('camera.stamps', OTHER, 'annotations.json'))


def test_stale_stamp_in_every_file(planted):
    planted.image(OTHER)['stamp_ns'] = planted.image(FRAME)['stamp_ns']
    planted.record(OTHER)['stamp_ns'] = planted.record(FRAME)['stamp_ns']
    caught(planted, ('camera.stamps', OTHER, 'frame before'))
