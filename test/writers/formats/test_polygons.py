"""Polygons give every pixel back, by our rule and by that of COCO's own tools."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from id_samples import id_images
from pycocotools import mask as coco_mask

from synth_ros.writers.formats.polygons import fill, joined, mask_polygon, mask_rings


def masks(text):
    return np.array([[letter == '#' for letter in line] for line in text.split()])


def slow_fill(points, size):
    """A pixel is inside if a ray to the right of its centre meets the line an odd number of times.

    One pixel and one edge at a time.
    """
    out = np.zeros(size, bool)
    for row in range(size[0]):
        for column in range(size[1]):
            x, y = column + 0.5, row + 0.5
            hits = 0
            for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
                if (y0 <= y) != (y1 <= y):
                    hits += x0 + (y - y0) * (x1 - x0) / (y1 - y0) > x
            out[row, column] = hits % 2
    return out


@settings(max_examples=150, deadline=None)
@given(id_images())
def test_every_mask_comes_back_exactly(ids):
    for k in np.unique(ids[ids > 0]):
        mask = ids == k
        polygon = mask_polygon(mask)
        assert np.array_equal(fill(polygon.points, mask.shape), mask)
        rows, columns = np.nonzero(mask)
        assert polygon.points.min(axis=0).tolist() == [columns.min(), rows.min()]
        assert polygon.points.max(axis=0).tolist() == [columns.max() + 1, rows.max() + 1]
        assert len(polygon.points) >= 3


@settings(max_examples=40, deadline=None)
@given(id_images(largest=12))
def test_filling_agrees_with_one_pixel_and_one_edge_at_a_time(ids):
    mask = ids > 0
    if mask.any():
        points = mask_polygon(mask).points
        assert np.array_equal(fill(points, mask.shape), slow_fill(points, mask.shape))


@settings(max_examples=60, deadline=None)
@given(id_images())
def test_rounding_to_six_decimals_moves_no_pixel(ids):
    size = np.array(ids.shape[::-1])
    for k in np.unique(ids[ids > 0]):
        points = np.round(mask_polygon(ids == k).points / size / 150, 6) * size * 150
        assert np.array_equal(fill(points, ids.shape), ids == k)


@settings(max_examples=60, deadline=None)
@given(id_images())
def test_an_inset_moves_lines_inwards_and_no_pixel(ids):
    for k in np.unique(ids[ids > 0]):
        mask = ids == k
        plain, inset = (mask_polygon(mask, inset_px=distance).points for distance in (0, 0.02))
        assert np.array_equal(fill(inset, mask.shape), mask)
        assert (inset.min(axis=0) > plain.min(axis=0)).all()
        assert (inset.max(axis=0) < plain.max(axis=0)).all()
        assert np.abs(inset.min(axis=0) - plain.min(axis=0)).max() < 0.041


@pytest.mark.parametrize('seed', range(4))
def test_coco_tools_fill_smooth_masks_alike(seed):
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:120, :160]
    (u, v), radius = rng.uniform(40, 80, 2), rng.uniform(15, 35)
    mask = (columns - u) ** 2 + 1.7 * (rows - v) ** 2 < radius**2
    polygon = mask_polygon(mask)
    theirs = coco_mask.frPyObjects([polygon.points.ravel().tolist()], 120, 160)
    # Their rasterizer works on a grid of fifths of a pixel: pixels at the very edge may differ.
    iou = coco_mask.iou(theirs, [coco_mask.encode(np.asfortranarray(mask, np.uint8))], [0])
    assert iou[0, 0] > 0.99


def test_diagonal_pixels_are_one_piece_and_a_hole_is_joined():
    diagonal = masks('#... .#.. ..#. ...#')
    assert len(mask_rings(diagonal)) == 1
    ring = masks('.###. ##.## #...# ##.## .###.')
    polygon = mask_polygon(ring)
    assert polygon.rings == 2
    assert np.array_equal(fill(polygon.points, ring.shape), ring)


def test_outlines_run_clockwise_around_pieces_and_back_around_holes():
    outer, hole = mask_rings(masks('##### #...# #...# #...# #####'))
    assert signed_area(outer) > 0 > signed_area(hole)


def signed_area(points):
    """Positive clockwise on the screen, where y points down."""
    following = np.roll(points, -1, axis=0)
    return float((points[:, 0] * following[:, 1] - points[:, 1] * following[:, 0]).sum() / 2)


@pytest.mark.parametrize(('width', 'height'), [(1, 1), (1, 5), (300, 200)])
def test_a_rectangle_has_its_four_corners(width, height):
    points = mask_polygon(np.ones((height, width), bool), offset=(7, 3)).points.tolist()
    x, y = 7 + width, 3 + height
    assert sorted(map(tuple, points)) == [(7, 3), (7, y), (x, 3), (x, y)]


def test_stairs_become_a_straight_line_and_true_corners_stay():
    points = mask_polygon(np.tri(40, dtype=bool)).points.tolist()
    assert [0.0, 40.0] in points
    assert len(points) <= 6


@pytest.mark.parametrize('radius', [4, 20, 90])
def test_a_disc_keeps_its_area_with_few_points(radius):
    rows, columns = np.mgrid[-100:100, -100:100] + 0.3
    mask = np.hypot(rows, columns) < radius
    points = mask_polygon(mask).points
    assert signed_area(points) == pytest.approx(mask.sum(), rel=0.01)
    assert len(points) < 3 * radius + 5


def test_bridges_are_short_and_passed_once_each_way():
    mask = masks(' '.join(['####...####...####'] * 5))
    rings = mask_rings(mask)
    line = joined(rings)
    # Three pieces, two bridges, each of which repeats its two ends.
    assert len(line) == 3 * 4 + 4
    steps = np.linalg.norm(np.roll(line, -1, axis=0) - line, axis=1)
    assert np.count_nonzero((steps > 2.9) & (steps < 3.1)) == 4


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.95))
def test_speckle_of_hundreds_of_pieces_comes_back(seed, share):
    mask = np.random.default_rng(seed).random((30, 40)) < share
    polygon = mask_polygon(mask)
    assert np.array_equal(fill(polygon.points, mask.shape), mask)
