"""Points: each kind is uniform over its line, area or volume, by Kolmogorov-Smirnov tests."""

import json
import math

import numpy as np
import pytest
from scipy import stats

from synth_ros.config.base import Section
from synth_ros.config.points import Points
from synth_ros.errors import UsageError
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.points import draw_point, draw_points
from synth_ros.randomize.streams import Streams

COUNT = 4000


class _Fields(Section):
    place: Points


def make(value) -> Points:
    return _Fields.model_validate_json(json.dumps({'place': value})).place


def draws(seed=1, episode=0):
    return Draws(Streams(seed, episode))


def sample(value, seed=1, count=COUNT):
    return draw_points(make(value), 'p', count, draws=draws(seed))


def assert_uniform(values, low, high):
    assert values.min() >= low - 1e-9
    assert values.max() <= high + 1e-9
    assert stats.kstest(values, stats.uniform(low, high - low).cdf).pvalue > 0.01


def azimuth(points):
    return np.arctan2(points[:, 1], points[:, 0])


def test_a_constant_is_always_the_same():
    np.testing.assert_array_equal(sample([1, 2, 3], count=3), [[1, 2, 3]] * 3)


def test_boxes_are_filled_evenly():
    points = sample({'in_box': {'center_m': [1, 2, 3], 'size_m': [2, 4, 0.5]}}) - [1, 2, 3]
    for axis, size in enumerate((2, 4, 0.5)):
        assert_uniform(points[:, axis], -size / 2, size / 2)
    assert np.abs(np.corrcoef(points.T) - np.eye(3)).max() < 0.05


def test_boxes_turn_about_their_middle():
    points = sample({'in_box': {'center_m': [1, 2, 3], 'size_m': [2, 0, 0], 'yaw_deg': 30}})
    along = (points - [1, 2, 3]) @ [math.cos(math.pi / 6), 0.5, 0]
    np.testing.assert_allclose(np.linalg.norm(points - [1, 2, 3], axis=1), np.abs(along))
    assert_uniform(along, -1, 1)


def test_faces_of_a_box_have_points_in_proportion_to_their_areas():
    size = np.array([1.0, 2.0, 3.0])
    points = sample({'on_box': {'size_m': size.tolist()}})
    on_face = np.isclose(np.abs(points), size / 2)
    assert on_face.any(axis=1).all()
    areas = np.array([2 * 3, 1 * 3, 1 * 2]) / 11
    np.testing.assert_allclose(on_face.mean(axis=0), areas, atol=0.02)
    for axis in range(3):
        rest = points[~on_face[:, axis]][:, axis]
        assert_uniform(rest, -size[axis] / 2, size[axis] / 2)
        sides = points[on_face[:, axis]][:, axis] > 0
        assert sides.mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize('inner', [0.0, 1.5])
def test_balls_are_filled_evenly(inner):
    points = sample({'in_ball': {'radius_m': 2, 'inner_radius_m': inner}})
    radius = np.linalg.norm(points, axis=1)
    assert_uniform((radius**3 - inner**3) / (8 - inner**3), 0, 1)
    assert_uniform(points[:, 2] / radius, -1, 1)
    assert_uniform(azimuth(points), -math.pi, math.pi)


def test_spheres_are_covered_evenly():
    points = sample({'on_sphere': {'center_m': [0, 0, 5], 'radius_m': 2}}) - [0, 0, 5]
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 2)
    for axis in range(3):  # Archimedes, along any axis
        assert_uniform(points[:, axis], -2, 2)


def test_the_radius_of_a_sphere_may_be_drawn():
    points = sample(
        {'on_sphere': {'radius_m': {'normal': {'mean': 5, 'std': 0.5, 'within': [0, 9]}}}}
    )
    radius = np.linalg.norm(points, axis=1)
    assert stats.kstest(radius, stats.norm(5, 0.5).cdf).pvalue > 0.01
    assert_uniform(points[:, 2] / radius, -1, 1)


def test_domes_are_covered_evenly_between_their_angles():
    dome = {'radius_m': 3, 'elevation_deg': [20, 70], 'azimuth_deg': [-30, 90]}
    points = sample({'on_dome': dome})
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 3)
    low, high = np.sin(np.radians([20, 70])) * 3
    assert_uniform(points[:, 2], low, high)
    assert_uniform(np.degrees(azimuth(points)), -30, 90)


@pytest.mark.parametrize('normal', [(0, 0, 1), (0, 1, 0), (1, 2, -3)])
def test_discs_are_covered_evenly(normal):
    disc = {'center_m': [1, 0, 0], 'radius_m': 2, 'inner_radius_m': 1, 'normal': normal}
    points = sample({'on_disc': disc}) - [1, 0, 0]
    assert np.abs(points @ normal).max() < 1e-12
    radius = np.linalg.norm(points, axis=1)
    assert_uniform((radius**2 - 1) / 3, 0, 1)
    helper = np.cross(normal, [0.3, 0.5, 0.7])
    right = helper / np.linalg.norm(helper)
    forward = np.cross(normal, right) / np.linalg.norm(normal)
    assert_uniform(np.arctan2(points @ forward, points @ right), -math.pi, math.pi)


def test_cylinders_are_filled_evenly():
    points = sample({'in_cylinder': {'radius_m': 2, 'height_m': 3, 'inner_radius_m': 1}})
    radius = np.linalg.norm(points[:, :2], axis=1)
    assert_uniform((radius**2 - 1) / 3, 0, 1)
    assert_uniform(azimuth(points), -math.pi, math.pi)
    assert_uniform(points[:, 2], -1.5, 1.5)


def test_lines_are_covered_evenly():
    points = sample({'on_line': {'start_m': [0, 0, 1], 'end_m': [2, 4, 1]}})
    assert_uniform(points[:, 0], 0, 2)
    np.testing.assert_allclose(points[:, 1], 2 * points[:, 0])
    np.testing.assert_allclose(points[:, 2], 1)


def test_coordinates_are_drawn_by_themselves():
    points = sample({'coordinates': {'x_m': [0, 1], 'y_m': {'normal': {'std': 2}}, 'z_m': 7}})
    assert_uniform(points[:, 0], 0, 1)
    assert stats.kstest(points[:, 1], stats.norm(0, 2).cdf).pvalue > 0.01
    np.testing.assert_array_equal(points[:, 2], 7)
    assert abs(np.corrcoef(points[:, 0], points[:, 1])[0, 1]) < 0.05


def test_rows_of_a_file_stay_together():
    rows = [(0.0, 1.0, 2.0), (3.0, 4.0, 5.0)]
    points = make({'file': {'path': 'p.csv'}})
    points.file.attach(tuple(zip(*rows, strict=True)))
    drawn = draw_points(points, 'p', 400, draws=draws())
    assert {tuple(point) for point in drawn.tolist()} == set(rows)
    assert np.mean(drawn[:, 0] == 0) == pytest.approx(0.5, abs=0.1)
    in_order = make({'file': {'path': 'p.csv', 'order': 'episode'}})
    in_order.file.attach(tuple(zip(*rows, strict=True)))
    got = [draw_point(in_order, 'p', draws=draws(episode=n)) for n in range(3)]
    assert got == [rows[0], rows[1], rows[0]]


def test_a_file_of_points_that_was_not_read_is_an_error():
    with pytest.raises(UsageError, match=r'The points of p\.csv have not been read\. Load'):
        sample({'file': {'path': 'p.csv'}})


def test_mixtures_have_their_shares_and_their_shapes():
    value = {'mixture': {'of': [[9, 9, 9], {'in_ball': {'radius_m': 1}}], 'weights': [1, 3]}}
    points = sample(value)
    fixed = (points == 9).all(axis=1)
    assert fixed.mean() == pytest.approx(0.25, abs=0.03)
    assert_uniform(np.linalg.norm(points[~fixed], axis=1) ** 3, 0, 1)


def test_a_draw_depends_on_its_name_alone():
    ball = make({'in_ball': {'radius_m': 1}})
    here = draws()
    first = draw_point(ball, 'a', draws=here)
    assert draw_point(ball, 'b', draws=here) != first
    assert draw_point(ball, 'a', draws=here) == first
    few, many = (draw_points(ball, 'a', count, draws=here) for count in (2, 5))
    np.testing.assert_array_equal(few, many[:2])
    np.testing.assert_array_equal(few[0], first)


def test_across_episodes_points_fill_their_space_evenly():
    value = {'in_box': {'size_m': [1, 1, 1]}, 'across': 'episodes'}
    drawn = np.array([draw_point(make(value), 'p', draws=draws(episode=n)) for n in range(64)])
    cells = {tuple(cell) for cell in np.floor((drawn[:, :2] + 0.5) * 8).astype(int)}
    assert len(cells) == 64
    for axis in range(3):
        assert sorted(np.floor((drawn[:, axis] + 0.5) * 64)) == list(range(64))
