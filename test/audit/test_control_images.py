"""Wrong images and depth, planted one by one: the audit names each and its frame."""

import numpy as np
from planting import FRAME, OTHER, Planted, caught, names, rows


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
