"""Rotations: Haar measure and the other kinds, by Kolmogorov-Smirnov tests and against scipy."""

import json
import math

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.transform import Rotation

from synth_ros.config.base import Section
from synth_ros.config.rotations import Rotations
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.rotations import draw_quat_wxyz, draw_quats_wxyz, product
from synth_ros.randomize.streams import Streams

COUNT = 4000
UP = np.array([0.0, 0.0, 1.0])


class _Fields(Section):
    turn: Rotations


def make(value) -> Rotations:
    return _Fields.model_validate_json(json.dumps({'turn': value})).turn


def draws(seed=1, episode=0):
    return Draws(Streams(seed, episode))


def sample(value, seed=1):
    quats = draw_quats_wxyz(make(value), 'r', COUNT, draws=draws(seed))
    np.testing.assert_allclose(np.linalg.norm(quats, axis=1), 1)
    return rotation(quats)


def rotation(quats_wxyz):
    return Rotation.from_quat(np.roll(quats_wxyz, -1, axis=-1))


def assert_uniform(values, low, high):
    assert values.min() >= low - 1e-9
    assert values.max() <= high + 1e-9
    assert stats.kstest(values, stats.uniform(low, high - low).cdf).pvalue > 0.01


def heading(vectors):
    return np.arctan2(vectors[:, 1], vectors[:, 0])


class TestUniform:
    """Haar measure: no rotation before or after it changes the distribution."""

    def test_the_angle_has_the_density_of_haar_measure(self):
        # p(a) = (1 - cos a) / pi, so F(a) = (a - sin a) / pi.
        angle = sample({'uniform': 'so3'}).magnitude()
        assert stats.kstest(angle, lambda a: (a - np.sin(a)) / math.pi).pvalue > 0.01

    @pytest.mark.parametrize('axis', [*np.eye(3).tolist(), [0.6, 0.0, 0.8]])
    def test_any_vector_goes_anywhere(self, axis):
        turned = sample({'uniform': 'so3'}).apply(axis)
        for each in turned.T:
            assert_uniform(each, -1, 1)
        assert_uniform(heading(turned), -math.pi, math.pi)

    def test_a_fixed_rotation_changes_nothing(self):
        fixed = Rotation.from_euler('xyz', [0.3, 1.1, -2.0])
        drawn = sample({'uniform': 'so3'})
        for turned in (fixed * drawn, drawn * fixed):
            angle = turned.magnitude()
            assert stats.kstest(angle, lambda a: (a - np.sin(a)) / math.pi).pvalue > 0.01

    def test_across_episodes_it_is_even(self):
        value = make({'uniform': 'so3', 'across': 'episodes'})
        quats = [draw_quat_wxyz(value, 'r', draws=draws(episode=n)) for n in range(256)]
        angle = rotation(np.array(quats)).magnitude()
        even = stats.kstest(angle, lambda a: (a - np.sin(a)) / math.pi).statistic
        assert even < 0.03  # independent draws reach 0.05 on average
        tops = rotation(np.array(quats)).apply(UP)
        assert np.abs(tops.mean(axis=0)).max() < 0.02


def test_headings():
    drawn = sample({'yaw_deg': {'normal': {'mean': 90, 'std': 10}}})
    np.testing.assert_allclose(drawn.apply(UP), np.tile(UP, (COUNT, 1)), atol=1e-12)
    angle = np.degrees(heading(drawn.apply([1, 0, 0])))
    assert stats.kstest(angle, stats.norm(90, 10).cdf).pvalue > 0.01


def test_angles_about_fixed_axes():
    drawn = sample({'rpy_deg': {'roll_deg': [-20, 20], 'pitch_deg': [10, 30], 'yaw_deg': 40}})
    roll, pitch, yaw = drawn.as_euler('xyz', degrees=True).T
    assert_uniform(roll, -20, 20)
    assert_uniform(pitch, 10, 30)
    np.testing.assert_allclose(yaw, 40)
    assert abs(np.corrcoef(roll, pitch)[0, 1]) < 0.05


def test_a_quaternion_is_normalised():
    quat = draw_quat_wxyz(make({'quat_wxyz': [0, 0, 3, 4]}), 'r', draws=draws())
    np.testing.assert_allclose(quat, [0, 0, 0.6, 0.8])


@pytest.mark.parametrize('axis', [(0, 0, 1), (0, 0, -1), (1, 0, 0), (1, -2, 0.5)])
def test_cones_are_filled_evenly(axis):
    drawn = sample({'cone': {'half_angle_deg': 25, 'axis': axis}})
    tops = drawn.apply(UP)
    unit = np.array(axis) / np.linalg.norm(axis)
    assert_uniform(tops @ unit, math.cos(math.radians(25)), 1)
    aside = np.cross(unit, [0.3, 0.5, 0.7])
    right = aside / np.linalg.norm(aside)
    assert_uniform(np.arctan2(tops @ np.cross(unit, right), tops @ right), -math.pi, math.pi)


def test_a_cone_of_half_a_turn_is_any_rotation():
    angle = sample({'cone': {'half_angle_deg': 180}}).magnitude()
    assert stats.kstest(angle, lambda a: (a - np.sin(a)) / math.pi).pvalue > 0.01


def test_tilts():
    drawn = sample({'tilt': {'angle_deg': [0, 30], 'spin_deg': 0}})
    tops = drawn.apply(UP)
    assert_uniform(np.degrees(np.arccos(np.clip(tops[:, 2], -1, 1))), 0, 30)
    assert_uniform(heading(tops), -math.pi, math.pi)


def test_the_spin_comes_before_the_tilt():
    drawn = sample({'tilt': {'angle_deg': 90, 'spin_deg': 37}})
    # Undo the tilt, the smallest rotation to where the top went: the spin is left.
    tops = drawn.apply(UP)
    for one, top in zip(drawn[:20], tops[:20], strict=True):
        axis = np.cross(UP, top)
        tilt = Rotation.from_rotvec(axis / np.linalg.norm(axis) * math.pi / 2)
        spin = (tilt.inv() * one).as_rotvec(degrees=True)
        np.testing.assert_allclose(spin, [0, 0, 37], atol=1e-6)


def test_small_rotations_have_the_standard_deviation_on_each_axis():
    drawn = sample({'near': {'rpy_deg': [0, 0, 90], 'std_deg': 2}})
    error = (drawn * Rotation.from_euler('z', 90, degrees=True).inv()).as_rotvec(degrees=True)
    for axis in error.T:
        assert stats.kstest(axis, stats.norm(0, 2).cdf).pvalue > 0.01
    exact = sample({'near': {'rpy_deg': [0, 0, 90], 'std_deg': 0}})
    np.testing.assert_allclose(exact.as_euler('xyz', degrees=True)[0], [0, 0, 90], atol=1e-9)


def test_each_of_six_sides_comes_to_the_top_equally_often():
    drawn = sample({'sides': {}})
    up_in_object = drawn.inv().apply(UP)
    sides = np.argmax(np.abs(up_in_object), axis=1) * 2 + (up_in_object.sum(axis=1) > 0)
    np.testing.assert_allclose(np.abs(up_in_object).max(axis=1), 1)
    assert stats.chisquare(np.bincount(sides, minlength=6)).pvalue > 0.01
    upright = drawn[up_in_object[:, 2] > 0.5]
    assert_uniform(heading(upright.apply([1, 0, 0])), -math.pi, math.pi)


def test_mixtures_have_their_shares():
    value = {'mixture': {'of': [{'yaw_deg': [-180, 180]}, {'uniform': 'so3'}], 'weights': [7, 3]}}
    upright = np.isclose(sample(value).apply(UP)[:, 2], 1)
    assert upright.mean() == pytest.approx(0.7, abs=0.03)


def test_a_draw_depends_on_its_name_alone():
    value = make({'uniform': 'so3'})
    here = draws()
    first = draw_quat_wxyz(value, 'a', draws=here)
    assert draw_quat_wxyz(value, 'b', draws=here) != first
    assert draw_quat_wxyz(value, 'a', draws=here) == first
    few, many = (draw_quats_wxyz(value, 'a', count, draws=here) for count in (2, 5))
    np.testing.assert_array_equal(few, many[:2])


def test_products_are_those_of_scipy():
    rng = np.random.default_rng(0)
    one, other = (rng.standard_normal((50, 4)) for _ in range(2))
    expected = (rotation(one) * rotation(other)).as_matrix()
    np.testing.assert_allclose(rotation(product(one, other)).as_matrix(), expected, atol=1e-12)
