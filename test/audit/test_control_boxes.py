"""Wrong boxes, masks and counts, planted one by one: the audit names each and its frame."""

import numpy as np
import pytest
from planted_errors import add_distractor, exchange, hidden_object, lose, smallest_label, swapped
from planting import FRAME, OTHER, Planted, audited, caught, findings, names, rows


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
