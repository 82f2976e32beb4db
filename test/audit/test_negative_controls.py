"""Wrong labels of every kind, planted one by one: the audit names each and its frame."""

import numpy as np
import pytest
from planting import FRAME, OTHER, Planted, audited, caught, findings, names, rows, told


def test_honest_dataset_is_fine(honest, oracle):
    result = audited(honest.dataset, oracle=oracle)
    assert result.fine, told(result)
    assert len(result.frames) == 12


def test_default_labels_are_fine(plain):
    result = audited(plain.dataset)
    assert result.fine, told(result)
    absent = {row.name for row in result.rows if row.status == 'not in this recording'}
    assert {'flow.pixels', 'normals.planes', 'points', 'panoptic', 'parts'} <= absent
    assert {row.status for row in result.rows if row.row.needs == 'config'} == {'needs --config'}


# Boxes and masks ------------------------------------------------------------------------------


def test_box_shifted_in_one_file(planted):
    key = planted.largest(FRAME)
    planted.annotation(FRAME, key)['bbox'][0] += 1
    caught(planted, ('files.values', FRAME, names(planted, key)))


def test_box_shifted_in_every_file(planted):
    key = planted.largest(FRAME)
    planted.annotation(FRAME, key)['bbox'][0] += 1
    box = planted.label(FRAME, key)['box']
    box[0], box[2] = box[0] + 1, box[2] + 1
    caught(planted, ('box.visible', FRAME, names(planted, key)))


def test_loose_box(planted):
    key = planted.largest(FRAME)
    box = planted.label(FRAME, key)['box']
    box[1] -= 1
    entry = planted.annotation(FRAME, key)['bbox']
    entry[1], entry[3] = entry[1] - 1, entry[3] + 1
    caught(planted, ('box.visible', FRAME, names(planted, key)))


def test_loose_amodal_box(planted):
    key = planted.largest(FRAME)
    box = planted.label(FRAME, key)['amodal_box']
    box[2] += 2
    planted.annotation(FRAME, key)['bbox_amodal'][2] += 2
    caught(planted, ('box.amodal', FRAME, names(planted, key)))


@pytest.mark.parametrize('side', [0, 1, 2, 3])
def test_loose_amodal_box_without_a_mask(plain, copy, plain_oracle, side):
    """The mask could tell; without it rays do that see the object alone."""
    planted = Planted(copy(plain.dataset))
    key = planted.largest(FRAME)
    box = planted.label(FRAME, key)['amodal_box']
    box[side] += 1 if side > 1 else -1
    x0, y0, x1, y1 = box
    planted.annotation(FRAME, key)['bbox_amodal'] = [x0, y0, x1 - x0, y1 - y0]
    caught(planted, ('rays.amodal', FRAME, names(planted, key)), oracle=plain_oracle)


def test_box_and_masks_shifted_together(planted, oracle):
    """The whole object one pixel to the right, in every file."""
    key = planted.largest(FRAME, class_name='brick')

    def shift(image):
        inside = image == key
        moved = np.roll(inside, 1, axis=1)
        return np.where(moved, key, np.where(inside, 0, image))

    planted.edit_image('instance_mask', FRAME, shift)
    box = planted.label(FRAME, key)['box']
    box[0], box[2] = box[0] + 1, box[2] + 1
    planted.annotation(FRAME, key)['bbox'][0] += 1
    caught(
        planted,
        ('rays.box', FRAME, names(planted, key)),
        ('again.masks', FRAME, 'instance ids'),
        oracle=oracle,
    )


def test_loose_oriented_box(planted):
    key = planted.largest(FRAME)
    planted.label(FRAME, key)['oriented_box']['width'] += 1.0
    caught(planted, ('box.oriented', FRAME, names(planted, key)))


def test_oriented_box_that_is_the_axis_box(planted):
    """It holds every pixel and touches four sides, and is not the least."""
    changed = []
    for name in planted.stems():
        for label in planted.record(name)['labels']:
            x0, y0, x1, y1 = label['box']
            box, axis = label['oriented_box'], (x1 - x0) * (y1 - y0)
            if box['width'] * box['height'] < 0.9 * axis and x1 - x0 >= y1 - y0:
                label['oriented_box'] = {
                    'center_x': (x0 + x1) / 2,
                    'center_y': (y0 + y1) / 2,
                    'width': x1 - x0 + 0.0,
                    'height': y1 - y0 + 0.0,
                    'angle_rad': 0.0,
                }
                changed.append((name, label['instance_id']))
    assert changed
    caught(planted, *(('box.oriented', name, names(planted, key, name)) for name, key in changed))


def test_swapped_ids_in_the_mask(planted):
    one, two = planted.largest(FRAME), planted.largest(FRAME, class_name='ball')
    one = one if one != two else planted.largest(FRAME, class_name='brick')
    planted.edit_image('instance_mask', FRAME, lambda image: swapped(image, one, two))
    caught(
        planted,
        ('mask.coco', FRAME, names(planted, one)),
        ('box.visible', FRAME, names(planted, two)),
        ('mask.classes', FRAME, names(planted, one)),
    )


def test_swapped_ids_in_every_mask_and_box(planted):
    """Everything in the image is exchanged; only geometry can tell."""
    one, two = (
        planted.largest(FRAME, class_name='brick'),
        planted.largest(FRAME, class_name='ball'),
    )
    planted.edit_image('instance_mask', FRAME, lambda image: swapped(image, one, two))
    flat = ('box', 'amodal_box', 'pixels_visible', 'pixels_in_image', 'pixels_full', 'visibility')
    flat += ('occlusion', 'truncation', 'oriented_box', 'amodal_mask')
    exchange(planted.label(FRAME, one), planted.label(FRAME, two), flat)
    coco = ('bbox', 'bbox_amodal', 'area', 'segmentation', 'visibility', 'occlusion')
    coco += ('truncation', 'pixels_visible', 'pixels_in_image', 'pixels_full', 'obb')
    coco += ('amodal_segmentation',)
    exchange(planted.annotation(FRAME, one), planted.annotation(FRAME, two), coco)
    caught(
        planted,
        ('box3d.points', FRAME, names(planted, one)),
        ('box3d.outline', FRAME, names(planted, two)),
    )


def test_swapped_names(planted):
    one, two = (
        planted.largest(FRAME, class_name='brick'),
        planted.largest(FRAME, class_name='ball'),
    )
    keys = ('name', 'class_id', 'class_name')
    exchange(planted.instance(FRAME, one), planted.instance(FRAME, two), keys)
    keys = ('instance_name', 'category_id')
    exchange(planted.annotation(FRAME, one), planted.annotation(FRAME, two), keys)
    caught(planted, ('files.scene', FRAME, f'(id {one})'), ('files.scene', FRAME, f'(id {two})'))


def test_missing_instance_in_one_file(planted):
    key = planted.largest(FRAME)
    planted.index['annotations'].remove(planted.annotation(FRAME, key))
    caught(planted, ('files.ids', FRAME, names(planted, key)))


def test_missing_instance_in_every_file(planted):
    key = planted.largest(FRAME)
    lose(planted, FRAME, key)
    caught(planted, ('mask.missing', FRAME, names(planted, key)))


def test_smallest_label_is_missing(planted):
    """Only the recorded thresholds say that it was large enough."""
    name, key = smallest_label(planted)
    lost = names(planted, key, name)
    lose(planted, name, key)
    caught(planted, ('mask.missing', name, lost))
    del planted.index['info']['thresholds']
    planted.save()
    assert 'mask.missing' not in rows(audited(planted.root, like=name))


@pytest.mark.parametrize('threshold', ['min_pixels', 'min_visibility'])
def test_label_below_a_threshold(planted, threshold):
    name, key = smallest_label(planted)
    label = planted.label(name, key)
    shown = {'min_pixels': label['pixels_visible'], 'min_visibility': label['visibility']}
    planted.index['info']['thresholds'][threshold] = shown[threshold]
    planted.save()
    at_the_bound = ('mask.below', name, names(planted, key, name))
    assert at_the_bound not in findings(audited(planted.root, like=name))
    step = {'min_pixels': 1, 'min_visibility': 1e-6}
    planted.index['info']['thresholds'][threshold] += step[threshold]
    caught(planted, at_the_bound)


def test_missing_instance_even_in_the_masks(planted, oracle):
    key = planted.largest(FRAME)
    lose(planted, FRAME, key)
    planted.edit_image('instance_mask', FRAME, lambda image: np.where(image == key, 0, image))
    caught(
        planted,
        ('rays.missing', FRAME, names(planted, key)),
        ('again.masks', FRAME, 'instance ids'),
        ('scene.missing', FRAME, names(planted, key)),
        oracle=oracle,
    )


def test_distractor_labelled(planted):
    """The table gets an id, a mask and a label, but the scene has no such object."""
    add_distractor(planted, FRAME, key=9, known=False)
    caught(planted, ('mask.ids', FRAME, 'id 9'), ('files.known', FRAME, 'id 9'))


def test_distractor_labelled_and_listed(planted, oracle):
    """Even listed among the objects it is not one of the drawn scene, and rays tell."""
    add_distractor(planted, FRAME, key=9, known=True)
    caught(
        planted,
        ('files.scene', FRAME, '(id 9)'),
        ('rays.unlabelled', FRAME, '(id 9)'),
        oracle=oracle,
    )


def test_wrong_semantic_mask(planted):
    planted.edit_image('semantic_mask', FRAME, lambda image: np.where(image == 1, 2, image))
    caught(planted, ('mask.classes', FRAME, 'ball'))


def test_wrong_run_lengths(planted):
    key = planted.largest(FRAME)
    other = planted.annotation(OTHER, key)
    planted.annotation(FRAME, key)['segmentation'] = other['segmentation']
    caught(planted, ('mask.coco', FRAME, names(planted, key)))


def test_wrong_amodal_mask(planted):
    key = planted.largest(FRAME)
    planted.label(FRAME, key)['amodal_mask']['x0'] += 1
    caught(planted, ('extent.mask', FRAME, names(planted, key)))


def test_wrong_share(planted):
    key = planted.largest(FRAME)
    planted.label(FRAME, key)['occlusion'] = 0.5
    planted.annotation(FRAME, key)['occlusion'] = 0.5
    caught(planted, ('extent.shares', FRAME, names(planted, key)))


def test_wrong_occluder(planted):
    name, key, occluders = hidden_object(planted)
    occluders[0]['pixels'] += 1
    caught(planted, ('occluders', name, names(planted, key, name)))


def test_occluders_blame_another(planted):
    name, key, occluders = hidden_object(planted)
    other = next(
        i['instance_id']
        for i in planted.record(name)['instances']
        if i['instance_id'] not in (key, occluders[0]['thing']['instance_id'])
    )
    thing = {'kind': 'object', 'name': planted.instance(name, other)['name']}
    occluders[0]['thing'] = {**thing, 'instance_id': other}
    caught(planted, ('occluders', name, names(planted, key, name)))


# Images ---------------------------------------------------------------------------------------


def test_stale_image(planted):
    stale = planted.read_image('rgb', FRAME)
    planted.edit_image('rgb', OTHER, lambda _: stale)
    caught(planted, ('image.copied', OTHER, 'colour'))


def test_every_image_one_frame_late(planted, oracle):
    """No image is there twice: each frame of an episode carries the one before."""
    late = [planted.read_image('rgb', name) for name in planted.stems()]
    for image, name in zip(late, planted.stems()[1:], strict=False):
        planted.edit_image('rgb', name, lambda _, image=image: image)
    planted.edit_image('rgb', planted.stems()[0], lambda _: late[-1])
    result = caught(
        planted,
        *(('again.rgb', name, 'colours') for name in planted.stems()),
        oracle=oracle,
    )
    assert 'image.stale' in rows(result)


def test_stale_depth(planted):
    stale = planted.read_image('depth', FRAME)
    planted.edit_image('depth', OTHER, lambda _: stale)
    caught(planted, ('depth.sensed', OTHER, ''))


def test_stale_masks(planted):
    stale = planted.read_image('instance_mask', FRAME)
    planted.edit_image('instance_mask', OTHER, lambda _: stale)
    caught(planted, ('mask.coco', OTHER, ''), ('box.visible', OTHER, ''))


def test_sensed_depth_in_another_unit(planted):
    planted.edit_image('depth', FRAME, lambda image: image * 10)
    caught(planted, ('depth.sensed', FRAME, ''))


def test_depth_in_another_unit_without_clean_depth(plain, copy):
    planted = Planted(copy(plain.dataset))
    planted.edit_image('depth', FRAME, lambda image: image // 10)
    key = planted.largest(FRAME)
    caught(planted, ('box3d.points', FRAME, names(planted, key)))


def test_clean_depth_shifted_by_a_pixel(planted):
    """Only outlines tell: they show the depth of what is beside."""
    key = planted.largest(FRAME, class_name='brick')
    planted.edit_layer('depth_m', FRAME, lambda depth: np.roll(depth, 1, axis=1))
    caught(planted, ('box3d.points', FRAME, names(planted, key)))


def test_clean_depth_in_another_unit(planted):
    planted.edit_layer('depth_m', FRAME, lambda depth: depth * 1000)
    planted.edit_layer('points_m', FRAME, lambda points: points * 1000)
    planted.edit_layer('distance_m', FRAME, lambda distance: distance * 1000)
    key = planted.largest(FRAME)
    caught(planted, ('box3d.points', FRAME, names(planted, key)))


def test_distance_instead_of_depth(planted):
    def along_the_ray(depth):
        k = planted.record(FRAME)['intrinsics']
        v, u = np.mgrid[0 : depth.shape[0], 0 : depth.shape[1]]
        return depth * np.hypot(np.hypot((u - k['cx']) / k['fx'], (v - k['cy']) / k['fy']), 1)

    planted.edit_layer('depth_m', FRAME, along_the_ray)
    caught(planted, ('distance', FRAME, ''), ('points', FRAME, ''))


# Poses and cameras ----------------------------------------------------------------------------


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


# Points, normals, flow ------------------------------------------------------------------------


def test_moved_keypoint(planted):
    name, key, point = visible_keypoint(planted, 2)
    point['pixel'][0] += 0.1
    planted_coco_keypoint(planted, name, key)
    caught(planted, ('keypoint.pixel', name, f'{names(planted, key, name)}, {point["name"]}'))


def test_keypoint_of_another_place(planted):
    name, key, point = visible_keypoint(planted, 2)
    point['camera_from_point_m'][2] += 0.001
    caught(planted, ('keypoint.position', name, f'{names(planted, key, name)}, {point["name"]}'))


@pytest.mark.parametrize('given', [1, 2])
def test_wrong_keypoint_visibility(planted, given):
    name, key, point = visible_keypoint(planted, given)
    point['visibility'] = 3 - given
    planted_coco_keypoint(planted, name, key)
    subject = f'{names(planted, key, name)}, {point["name"]}'
    caught(planted, ('keypoint.visibility', name, subject))


def test_keypoint_in_the_image_said_to_be_outside(planted):
    name, key, point = visible_keypoint(planted, 2)
    point['visibility'] = 0
    planted_coco_keypoint(planted, name, key)
    subject = f'{names(planted, key, name)}, {point["name"]}'
    caught(planted, ('keypoint.visibility', name, subject))


def test_flipped_normals(planted):
    planted.edit_layer('normals', FRAME, lambda normals: -normals)
    caught(planted, ('normals.facing', FRAME, ''))


def test_normals_of_the_world(planted):
    rotation = np.array(planted.record(FRAME)['world_from_camera'])[:3, :3]
    planted.edit_layer('normals', FRAME, lambda normals: normals @ rotation.T)
    caught(planted, ('normals.planes', FRAME, ''))


def test_normals_from_finite_differences(planted, oracle):
    """Right on faces, wrong across edges."""
    planted.edit_layer('normals', FRAME, blurred)
    caught(planted, ('rays.normals', FRAME, ''), oracle=oracle)


@pytest.mark.parametrize('layer', ['flow_forward', 'flow_backward'])
def test_mirrored_flow(planted, layer):
    planted.edit_layer(layer, FRAME, lambda flow: -flow)
    caught(planted, ('flow.pixels', FRAME, layer.replace('_', ' ')))


def test_flow_of_the_camera_alone(planted):
    """Objects and robot move as well: here their flow is that of standing things."""
    planted.edit_layer('flow_forward', FRAME, lambda flow: np.roll(flow, 1, axis=1))
    caught(planted, ('flow.pixels', FRAME, 'flow forward'))


def test_wrong_flow_state(planted):
    planted.edit_layer('flow_forward_state', FRAME, lambda state: np.where(state == 1, 2, state))
    caught(planted, ('flow.state', FRAME, 'flow forward'))


def test_scene_flow_in_the_world(planted):
    planted.edit_layer('scene_flow_forward', FRAME, lambda flow: flow[..., ::-1])
    caught(planted, ('flow.scene', FRAME, 'scene flow forward'))


def test_shifted_point_cloud(planted):
    planted.edit_layer('points_m', FRAME, lambda points: points + np.float32([0.001, 0, 0]))
    caught(planted, ('points', FRAME, ''))


def test_missing_layer(planted):
    planted.record(FRAME)['layers'].remove('normals')
    caught(planted, ('files.layers', FRAME, ''))


# Panoptic, parts, scene -----------------------------------------------------------------------


def test_wrong_panoptic_mask(planted):
    key = planted.largest(FRAME)
    planted.edit_image(
        'panoptic', FRAME, lambda image: np.where((image == [0, 0, key]).all(-1, keepdims=True),
                                                  [0, 0, 0], image)
    )  # fmt: skip
    caught(planted, ('panoptic', FRAME, names(planted, key)))


def test_part_on_the_wrong_thing(planted):
    part = planted.record(FRAME)['parts'][0]['part_id']
    planted.edit_image('part_mask', FRAME, lambda image: np.full_like(image, part))
    caught(planted, ('parts', FRAME, ''))


def test_wrong_track(planted):
    track = planted.record(FRAME)['tracks'][0]
    track['event'] = 'left'
    caught(planted, ('tracks', FRAME, names(planted, track['instance_id'])))


def test_contact_in_the_air(planted):
    contact = next(c for c in planted.record(FRAME)['contacts'] if c['first']['kind'] == 'object')
    contact['position_m'][2] += 0.2
    caught(planted, ('contacts', FRAME, contact['first']['name']))


def test_relation_without_contact(planted):
    record = planted.record(FRAME)
    relation = next(r for r in record['relations'] if r['kind'] == 'supported_by')
    other = {frozenset((c['first']['name'], c['second']['name'])) for c in record['contacts']}
    things = [
        {'kind': 'object', 'name': i['name'], 'instance_id': i['instance_id']}
        for i in record['instances']
    ]
    relation['target'] = next(
        t
        for t in things
        if t['name'] != relation['subject']['name']
        and frozenset((t['name'], relation['subject']['name'])) not in other
    )
    caught(planted, ('relations', FRAME, relation['subject']['name']))


def test_wrong_link_pose(planted, oracle):
    link = planted.record(FRAME)['robot']['links'][-1]
    link['camera_from_link'][0][3] += 0.001
    caught(planted, ('scene.links', FRAME, link['name']), oracle=oracle)


def test_damaged_file(planted):
    path = planted.root / planted.image(FRAME)['instance_mask_file']
    path.write_bytes(path.read_bytes()[:100])
    caught(planted, ('files.readable', FRAME, ''))


def test_record_of_a_wrong_type(planted):
    planted.record(FRAME)['labels'][0]['visibility'] = 1.5
    caught(planted, ('files.readable', FRAME, ''))


# Helpers --------------------------------------------------------------------------------------


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
