"""Oriented boxes against every rectangle along every line of two pixel corners."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from synth_ros.errors import InternalError
from synth_ros.labels.boxes import row_runs, visible_regions
from synth_ros.labels.oriented import oriented_box, oriented_boxes, pixel_hulls
from synth_ros.types import Box2D

masks = hnp.arrays(
    np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8)
).filter(np.any)


def _fit(mask, at=(0, 0)):
    x, y = at
    return oriented_box(mask, Box2D(x, y, x + mask.shape[1], y + mask.shape[0]))


def _corners(mask):
    """All four corners of every pixel, one by one."""
    return {
        (u + du, v + dv)
        for v, u in zip(*(c.tolist() for c in np.nonzero(mask)), strict=True)
        for du, dv in itertools.product((0, 1), repeat=2)
    }


def _least_area(mask):
    """Over all directions between two corners: the hull's edges are among them."""
    corners = sorted(_corners(mask))
    directions = {(b[0] - a[0], b[1] - a[1]) for a, b in itertools.combinations(corners, 2)}
    areas = []
    for dx, dy in directions:
        along = [x * dx + y * dy for x, y in corners]
        across = [y * dx - x * dy for x, y in corners]
        spans = (max(along) - min(along)) * (max(across) - min(across))
        areas.append(spans / (dx * dx + dy * dy))
    return min(areas)


def _place(fit, points):
    """Coordinates of points from the rectangle's centre along its two edges."""
    c, s = math.cos(fit.angle_rad), math.sin(fit.angle_rad)
    offset = np.array(sorted(points), float) - (fit.center_x, fit.center_y)
    return offset @ [c, s], offset @ [-s, c]


@given(masks)
def test_the_area_is_the_least_of_all_directions(mask):
    fit = _fit(mask)

    assert fit.width * fit.height == pytest.approx(_least_area(mask), rel=1e-12)


@given(masks, st.integers(0, 700), st.integers(0, 700))
def test_it_holds_every_pixel_square_and_touches_the_outermost(mask, x, y):
    fit = _fit(mask, (x, y))

    along, across = _place(fit, {(u + x, v + y) for u, v in _corners(mask)})

    assert np.abs(along).max() == pytest.approx(fit.width / 2, abs=1e-9)
    assert np.abs(across).max() == pytest.approx(fit.height / 2, abs=1e-9)
    assert along.min() + along.max() == pytest.approx(0, abs=1e-9)
    assert across.min() + across.max() == pytest.approx(0, abs=1e-9)


@given(masks)
def test_the_width_is_the_longer_edge_and_the_angle_is_in_range(mask):
    fit = _fit(mask)

    assert fit.width >= fit.height >= 1
    assert -math.pi / 2 <= fit.angle_rad < math.pi / 2
    if fit.width == fit.height:
        assert -math.pi / 4 <= fit.angle_rad < math.pi / 4


@given(masks)
def test_moving_a_mask_moves_its_box(mask):
    fit, moved = _fit(mask), _fit(mask, (1000, 30))

    assert moved[2:] == fit[2:]
    assert moved.center_x - fit.center_x == pytest.approx(1000, abs=1e-9)
    assert moved.center_y - fit.center_y == pytest.approx(30, abs=1e-9)


@given(masks)
def test_a_mirrored_mask_has_the_mirrored_box_unless_it_lies_at_the_end_of_the_range(mask):
    fit = _fit(mask)
    bound = math.pi / 4 if fit.width == fit.height else math.pi / 2
    assume(fit.angle_rad != -bound)
    mirrored = _fit(mask[:, ::-1])

    assert mirrored.width == pytest.approx(fit.width)
    assert abs(mirrored.angle_rad) == pytest.approx(abs(fit.angle_rad))


@pytest.mark.parametrize(
    ('mask', 'expected'),
    [
        ([[1]], (0.5, 0.5, 1, 1, 0)),
        ([[1, 1, 1]], (1.5, 0.5, 3, 1, 0)),
        ([[1], [1]], (0.5, 1, 2, 1, -math.pi / 2)),
        (np.eye(5), (2.5, 2.5, 5 * math.sqrt(2), math.sqrt(2), math.pi / 4)),
        (np.eye(5)[::-1], (2.5, 2.5, 5 * math.sqrt(2), math.sqrt(2), -math.pi / 4)),
        (np.ones((4, 4)), (2, 2, 4, 4, 0)),
    ],
)
def test_known_shapes(mask, expected):
    assert _fit(np.array(mask, bool)) == pytest.approx(expected)


def test_of_equal_rectangles_the_least_turned_is_taken():
    # A plus: 3 x 3 upright, and 9 again turned by an eighth.
    plus = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)
    assert _least_area(plus) == pytest.approx(8)
    assert _fit(plus).angle_rad == -math.pi / 4  # the square's own end of the range

    # Two pixels across a corner: 4 upright, 4 along the diagonal.
    pair = np.array([[1, 0], [0, 1]], bool)
    assert _fit(pair) == (1, 1, 2, 2, 0)


def test_the_hull_of_a_large_mask_is_exact():
    # At 8000 pixels single precision would no longer tell these corners from a straight line.
    mask = np.zeros((3, 8000), bool)
    mask[1] = True
    mask[0, 4000] = True
    mask[2, 3999] = True

    (key,), (corners,) = pixel_hulls(row_runs(mask.astype(np.int32)), [1])
    hull = {tuple(point) for point in corners.tolist()}

    assert key == 1
    assert hull == {
        (0, 1), (4000, 0), (4001, 0), (8000, 1), (8000, 2), (4000, 3), (3999, 3), (0, 2),
    }  # fmt: skip


def test_no_pixel_is_an_error():
    with pytest.raises(InternalError, match='at least one pixel'):
        _fit(np.zeros((2, 2), bool))


@given(
    hnp.arrays(
        np.int32,
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
        elements=st.sampled_from([0, 0, 1, 2, 65535, 2**31 - 1]),
    )
)
def test_all_boxes_of_an_image_equal_those_of_each_mask(image):
    runs = row_runs(image)
    asked = [65535, 1, 2**31 - 1, 77]

    found = oriented_boxes(runs, asked)

    regions = visible_regions(runs)
    assert list(found) == [key for key in regions if key in asked]
    for key, fit in found.items():
        box = regions[key].box
        crop = image[box.y0 : box.y1, box.x0 : box.x1] == key
        assert fit == pytest.approx(oriented_box(crop, box), abs=1e-9)


def test_an_image_without_instances_has_no_boxes():
    assert oriented_boxes(row_runs(np.zeros((3, 4), np.int32)), [1]) == {}
    assert oriented_boxes(row_runs(np.ones((3, 4), np.int32)), []) == {}
