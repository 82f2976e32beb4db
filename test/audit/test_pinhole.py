"""The formulas written out again, against libraries."""

import cv2
import numpy as np
import pytest
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from synth_ros.audit import pinhole
from synth_ros.types import CameraModel

CAMERA = CameraModel('eye', 320, 240, fx=250.0, fy=270.0, cx=150.25, cy=110.5)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_projection(rng):
    points = rng.uniform([-1, -1, 0.5], [1, 1, 3], (50, 3))
    matrix = np.array([[250.0, 0, 150.25], [0, 270, 110.5], [0, 0, 1]])
    expected, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), matrix, None)
    assert pinhole.to_pixels(CAMERA, points) == pytest.approx(expected[:, 0], abs=1e-9)
    u, v = pinhole.to_pixels(CAMERA, points).T
    assert pinhole.to_points(CAMERA, u, v, depth_m=points[:, 2]) == pytest.approx(points)


def test_image_points_hold_depth():
    depth = np.full((240, 320), 2, np.float32)
    points = pinhole.image_points(CAMERA, depth)
    assert (points[..., 2] == 2).all()
    assert points[110, 150] == pytest.approx([2 * -0.25 / 250, 2 * -0.5 / 270, 2])


def test_rigid_motions(rng):
    pose = np.eye(4)
    pose[:3, :3] = Rotation.random(random_state=1).as_matrix()
    pose[:3, 3] = rng.normal(size=3)
    points = rng.normal(size=(7, 3))
    assert pinhole.move(pinhole.invert(pose), pinhole.move(pose, points)) == pytest.approx(points)


def test_hull_and_area(rng):
    points = rng.normal(size=(40, 2))
    hull = pinhole.hull(points)
    expected = ConvexHull(points)
    assert {tuple(p) for p in hull} == {tuple(p) for p in points[expected.vertices]}
    assert pinhole.area(hull) == pytest.approx(expected.volume)


def test_hull_of_a_line_has_no_area():
    assert pinhole.area(pinhole.hull(np.array([[0.0, 0], [1, 1], [2, 2]]))) == 0


def test_bounds_are_half_open():
    mask = np.zeros((5, 6), bool)
    mask[1:3, 2] = True
    assert pinhole.bounds(mask) == (2, 1, 3, 3)


def test_corners_are_half_the_edges_away():
    corners = pinhole.corners((2.0, 4.0, 6.0))
    assert corners.shape == (8, 3)
    assert np.abs(corners).tolist() == [[1, 2, 3]] * 8
    assert len({tuple(corner) for corner in corners}) == 8
