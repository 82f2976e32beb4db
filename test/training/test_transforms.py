"""Labels move with pixels: every number after a transform is what the moved pixels say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_ros.errors import UsageError
from synth_ros.training import (
    ColorJitter,
    Compose,
    Crop,
    HorizontalFlip,
    Letterbox,
    RandomCrop,
    Resize,
)

CODE = 40  # a pixel of object n is CODE * n in every channel
MIRROR = (1, 0, 2)


def scene(seed, *, size=(24, 32), objects=4):
    """An image whose pixels say which object they are, and a target made from it by hand."""
    rng = np.random.default_rng(seed)
    height, width = size
    ids = np.zeros(size, np.int32)
    for number in range(1, objects + 1):
        y, x = rng.integers(0, height - 1), rng.integers(0, width - 1)
        high, wide = rng.integers(1, height // 2), rng.integers(1, width // 2)
        ids[y : y + high, x : x + wide] = number
        ids[y + high // 3 : y + high // 2, x + wide // 2 : x + wide] = 0  # not convex
    found = [number for number in range(1, objects + 1) if (ids == number).any()]
    masks = np.array([ids == number for number in found], np.uint8).reshape(-1, height, width)
    image = np.broadcast_to((CODE * ids).astype(np.uint8), (3, *size)).copy()
    k = np.array([[50, 0, (width - 1) / 2], [0, 55, (height - 1) / 2], [0, 0, 1]], np.float32)
    points, keypoints = pointed(rng, k, size, len(found))
    target = {
        'boxes': np.array([tight(mask) for mask in masks], np.float32).reshape(-1, 4),
        'labels': np.array(found, np.int64),
        'masks': masks,
        'area': masks.sum((1, 2)).astype(np.float32),
        'iscrowd': np.zeros(len(found), np.int64),
        'image_id': 7,
        'keypoints': keypoints,
        'amodal_boxes': np.array([tight(mask) for mask in masks], np.float32).reshape(-1, 4) + 3,
        'visibility': np.full(len(found), 0.5, np.float32),
        'depth_m': (1 + 0.1 * ids).astype(np.float32),
        'semantic': (2 * ids).astype(np.int64),
        'instances': ids,
        'intrinsics': k,
    }
    return image, target, points


def pointed(rng, k, size, count):
    """Points in space, (count, 3, 3), and their pixels, all of them inside the image."""
    pixels = rng.uniform(-0.5, [size[1] - 0.5, size[0] - 0.5], (count, 3, 2)) * 0.999
    depth = rng.uniform(0.5, 2, (count, 3, 1))
    points = np.concatenate([pixels, np.ones((count, 3, 1))], 2) @ np.linalg.inv(k).T * depth
    keypoints = np.concatenate([pixels, np.full((count, 3, 1), 2.0)], 2).astype(np.float32)
    return points, keypoints


def tight(mask):
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def check_images(image, target):
    """All images of the target say what the pixels say."""
    ids = image[0] // CODE
    np.testing.assert_array_equal(target['instances'], ids)
    np.testing.assert_array_equal(target['semantic'], 2 * target['instances'])
    np.testing.assert_array_equal(
        target['depth_m'], np.where(ids, 1 + np.float32(0.1) * ids, target['depth_m'])
    )
    for label, mask in zip(target['labels'], target['masks'], strict=True):
        np.testing.assert_array_equal(mask, ids == label)


def check_rows(target):
    """Every object has a row everywhere, and something of it is left."""
    count = len(target['labels'])
    for name in ('boxes', 'masks', 'area', 'iscrowd', 'keypoints', 'amodal_boxes', 'visibility'):
        assert len(target[name]) == count, name
    assert (target['boxes'][:, 2:] > target['boxes'][:, :2]).all()
    assert (target['area'] > 0).all()
    assert target['image_id'] == 7


def check_projection(target, points, *, mirrored=False):
    """The moved intrinsics project the points onto the moved keypoints."""
    seen = target['keypoints'][..., 2] > 0
    rows = points[[int(label) - 1 for label in target['labels']]] if len(points) else points
    if mirrored:
        rows = (rows * [-1, 1, 1])[:, MIRROR]
    pixels = rows @ target['intrinsics'].astype(np.float64).T
    pixels = pixels[..., :2] / pixels[..., 2:]
    np.testing.assert_allclose(pixels[seen], target['keypoints'][..., :2][seen], atol=2e-3)
    assert (target['keypoints'][~seen] == 0).all()


def by_label(points, target):
    """Points so that row n - 1 belongs to label n."""
    full = np.zeros((int(target['labels'].max(initial=0)), *points.shape[1:]))
    full[target['labels'] - 1] = points
    return full


seeds = st.integers(0, 2**32 - 1)
windows = st.tuples(st.integers(0, 20), st.integers(0, 14), st.integers(1, 12), st.integers(1, 10))


@settings(deadline=None)
@given(seeds, windows)
def test_crop(seed, window):
    image, target, points = scene(seed)
    before = {name: np.copy(value) for name, value in target.items()}
    cropped, moved = Crop(window)(image, target)
    left, top, width, height = window
    np.testing.assert_array_equal(cropped, image[:, top : top + height, left : left + width])
    check_images(cropped, moved)
    check_rows(moved)
    there = set((cropped[0] // CODE).ravel().tolist()) - {0}
    assert set(moved['labels'].tolist()) == there
    for mask, box, area in zip(moved['masks'], moved['boxes'], moved['area'], strict=True):
        assert tuple(box) == tight(mask)
        assert area == pytest.approx(mask.sum(), rel=1e-5)
    check_projection(moved, by_label(points, target))
    for name, value in target.items():
        np.testing.assert_array_equal(value, before[name], err_msg=f'{name} was changed in place')


@settings(deadline=None)
@given(seeds, windows)
def test_crop_without_masks_cuts_boxes(seed, window):
    image, target, _ = scene(seed)
    del target['masks']
    _, moved = Crop(window)(image, target)
    left, top, width, height = window
    kept = set(moved['labels'].tolist())
    for label, (x0, y0, x1, y1) in zip(target['labels'], target['boxes'], strict=True):
        inner = (
            max(x0, left) - left,
            max(y0, top) - top,
            min(x1, left + width) - left,
            min(y1, top + height) - top,
        )
        assert (label in kept) == (inner[2] > inner[0] and inner[3] > inner[1])
        if label in kept:
            assert tuple(moved['boxes'][moved['labels'] == label][0]) == inner


@settings(deadline=None)
@given(seeds)
def test_flip(seed):
    image, target, points = scene(seed)
    flip = HorizontalFlip(np.random.default_rng(0), 1.0, keypoint_flip=MIRROR)
    flipped, moved = flip(image, target)
    np.testing.assert_array_equal(flipped, image[..., ::-1])
    check_images(flipped, moved)
    check_rows(moved)
    for mask, box in zip(moved['masks'], moved['boxes'], strict=True):
        assert tuple(box) == tight(mask)
    check_projection(moved, by_label(points, target), mirrored=True)
    again, back = flip(flipped, moved)
    np.testing.assert_array_equal(again, image)
    for name in target:
        np.testing.assert_allclose(back[name], target[name], atol=1e-4, err_msg=name)


@settings(deadline=None)
@given(seeds, st.integers(1, 4), st.integers(1, 4))
def test_enlarged_by_whole_numbers_every_pixel_becomes_a_block(seed, down, along):
    image, target, points = scene(seed)
    height, width = image.shape[1:]
    resized, moved = Resize((height * down, width * along))(image, target)
    assert resized.shape == (3, height * down, width * along)
    for name in ('masks', 'instances', 'semantic', 'depth_m'):
        blocks = target[name].repeat(down, -2).repeat(along, -1)
        np.testing.assert_array_equal(moved[name], blocks)
    for mask, box, area in zip(moved['masks'], moved['boxes'], moved['area'], strict=True):
        assert tuple(box) == tight(mask)
        assert area == mask.sum()
    check_projection(moved, by_label(points, target))


sizes = st.tuples(st.integers(5, 70), st.integers(5, 70))


@settings(deadline=None)
@given(seeds, sizes)
def test_resize_to_any_size(seed, size):
    image, target, points = scene(seed)
    resized, moved = Resize(size)(image, target)
    assert resized.shape == (3, *size)
    assert resized.dtype == np.uint8
    assert len(moved['labels']) == len(target['labels'])
    for mask, box in zip(moved['masks'], moved['boxes'], strict=True):
        if mask.any():
            # A pixel belongs to what its centre shows, so nothing reaches half a pixel beyond.
            reach = np.subtract(tight(mask), box) * [-1, -1, 1, 1]
            assert reach.max() <= 0.5 + 1e-5
            # What is narrower than a pixel may be lost when it shrinks.
            assert min(size[0] / 24, size[1] / 32) < 1 or reach.min() >= -0.5 - 1e-5
    ids = moved['instances']
    for label, mask in zip(moved['labels'], moved['masks'], strict=True):
        np.testing.assert_array_equal(mask, ids == label)
    check_projection(moved, by_label(points, target))


@settings(deadline=None)
@given(seeds, st.tuples(st.integers(12, 90), st.integers(12, 90)))
def test_letterbox_keeps_the_aspect_ratio(seed, size):
    image, target, points = scene(seed)
    boxed, moved = Letterbox(size, fill=9)(image, target)
    assert boxed.shape == (3, *size)
    check_rows(moved)
    check_projection(moved, by_label(points, target))
    k, old = moved['intrinsics'], target['intrinsics']
    # Sides are rounded to whole pixels.
    scale = min(size[0] / 24, size[1] / 32)
    assert abs(k[0, 0] / old[0, 0] - scale) <= 0.5 / 32 + 1e-6
    assert abs(k[1, 1] / old[1, 1] - scale) <= 0.5 / 24 + 1e-6
    inner = round(24 * scale), round(32 * scale)
    top, left = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    border = np.ones(size, bool)
    border[top : top + inner[0], left : left + inner[1]] = False
    assert (boxed[:, border] == 9).all()
    assert not moved['instances'][border].any()
    assert not moved['depth_m'][border].any()


@settings(deadline=None)
@given(seeds, st.integers(1, 40), st.integers(1, 40))
def test_random_crop_is_a_crop_and_pads_what_is_missing(seed, height, width):
    image, target, points = scene(seed)
    crop = RandomCrop((height, width), np.random.default_rng(seed))
    cropped, moved = crop(image, target)
    assert cropped.shape == (3, height, width)
    check_images(cropped, moved)
    check_rows(moved)
    check_projection(moved, by_label(points, target))
    again, _ = RandomCrop((height, width), np.random.default_rng(seed))(image, target)
    np.testing.assert_array_equal(again, cropped)


@settings(deadline=None)
@given(seeds)
def test_one_after_the_other_stays_true(seed):
    image, target, points = scene(seed)
    rng = np.random.default_rng(seed)
    transform = Compose(
        [
            Resize((48, 64)),
            RandomCrop((40, 40), rng),
            HorizontalFlip(rng, 1.0, keypoint_flip=MIRROR),
            ColorJitter(rng, brightness=0.3, contrast=0.3, saturation=0.3),
        ]
    )
    _, moved = transform(image, target)
    check_rows(moved)
    for label, mask, box in zip(moved['labels'], moved['masks'], moved['boxes'], strict=True):
        np.testing.assert_array_equal(mask, moved['instances'] == label)
        assert tuple(box) == tight(mask)
    check_projection(moved, by_label(points, target), mirrored=True)


def test_colours_change_and_labels_stay():
    image, target, _ = scene(3)
    changed, moved = ColorJitter(np.random.default_rng(0), brightness=0.5)(image, target)
    factor = np.random.default_rng(0).uniform(0.5, 1.5)
    np.testing.assert_array_equal(changed, np.clip(np.rint(image * factor), 0, 255))
    assert moved.keys() == target.keys()
    assert all(moved[name] is target[name] for name in target)
    same, _ = ColorJitter(np.random.default_rng(0))(image, target)
    np.testing.assert_array_equal(same, image)


def test_without_saturation_all_channels_are_equal():
    image = np.random.default_rng(0).integers(0, 256, (3, 9, 11), np.uint8)
    rng = np.random.default_rng(0)

    class Least:
        def uniform(self, low, high):
            return low

    grey, _ = ColorJitter(Least(), saturation=1.0)(image, {})
    assert (grey == grey[:1]).all()
    luma = np.rint(np.float32([0.299, 0.587, 0.114]) @ image.reshape(3, -1).astype(np.float32))
    assert np.abs(grey[0].ravel() - luma).max() <= 1
    jitter = ColorJitter(rng, contrast=0.5)
    jitter.reseed(np.random.default_rng(5))
    one, _ = jitter(image, {})
    other, _ = ColorJitter(np.random.default_rng(5), contrast=0.5)(image, {})
    np.testing.assert_array_equal(one, other)


def test_three_changes_of_colour_are_one_after_the_other():
    image = np.random.default_rng(1).integers(60, 120, (3, 9, 11)).astype(np.uint8)

    class Given:
        def __init__(self, *values):
            self.values = list(values)

        def uniform(self, low, high):
            return self.values.pop(0)

    ranges = {'brightness': 0.5, 'contrast': 0.5, 'saturation': 0.5}
    once, _ = ColorJitter(Given(1.2, 0.8, 1.3), **ranges)(image, {})
    weights = np.array([0.299, 0.587, 0.114])
    pixels = image * 1.2
    mean = np.tensordot(weights, pixels, 1).mean()
    pixels = mean + 0.8 * (pixels - mean)
    grey = np.tensordot(weights, pixels, 1)
    pixels = grey + 1.3 * (pixels - grey)
    assert np.abs(once - pixels).max() <= 0.51


def test_a_chance_of_nothing_flips_nothing():
    image, target, _ = scene(1)
    flip = HorizontalFlip(np.random.default_rng(0), 0.0, keypoint_flip=MIRROR)
    same, moved = flip(image, target)
    np.testing.assert_array_equal(same, image)
    np.testing.assert_array_equal(moved['boxes'], target['boxes'])


def test_what_cannot_be_is_refused():
    image, target, _ = scene(1)
    rng = np.random.default_rng(0)
    with pytest.raises(UsageError, match=r'give keypoint_flip=dataset\.keypoint_flip'):
        HorizontalFlip(rng)(image, target)
    posed = {'camera_from_object': np.tile(np.eye(4, dtype=np.float32), (2, 1, 1))}
    with pytest.raises(UsageError, match='cannot mirror camera_from_object'):
        HorizontalFlip(rng)(image, posed)
    with pytest.raises(UsageError, match='leaves the image, which is 32 pixels wide and 24 high'):
        Crop((20, 0, 20, 10))(image, target)
    with pytest.raises(UsageError, match='without boxes or masks'):
        Crop((0, 0, 8, 8))(image, {'labels': target['labels']})
    with pytest.raises(UsageError, match=r'\(0, 5\) is no size'):
        Resize((0, 5))


def test_a_crop_needs_no_objects():
    image, _, _ = scene(1)
    cropped, moved = Crop((1, 2, 8, 8))(image, {'image_id': 3})
    assert cropped.shape == (3, 8, 8)
    assert moved == {'image_id': 3}
