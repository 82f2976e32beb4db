"""The pixel-centre rule and pinhole projection, against OpenCV and hand formulas."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.geometry.camera import (
    PixelWindow,
    camera_from_fovy,
    fovy_rad,
    frustum,
    pixel_rays,
    project,
)
from synth_ros.types import CameraModel

sizes = st.tuples(st.integers(1, 4000), st.integers(1, 4000))
focals = st.floats(5, 5000)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def cameras(draw, *, largest=4000):
    width, height = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return CameraModel(
        name='eye',
        width=width,
        height=height,
        fx=draw(focals),
        fy=draw(focals),
        cx=draw(st.floats(-0.5, 1.5)) * width,
        cy=draw(st.floats(-0.5, 1.5)) * height,
    )


@st.composite
def windows(draw):
    x0, y0 = draw(st.integers(-5000, 5000)), draw(st.integers(-5000, 5000))
    return PixelWindow(x0, y0, x0 + draw(st.integers(1, 3000)), y0 + draw(st.integers(1, 3000)))


@given(cameras(), seeds)
def test_projection_equals_opencv(camera, seed):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(20, 3))
    points[:, 2] = rng.uniform(0.1, 30, 20)

    expected, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), camera.matrix, None)

    assert np.allclose(project(camera, points), expected[:, 0], rtol=1e-9, atol=1e-6)


@given(cameras(), seeds)
def test_the_matrix_projects_too(camera, seed):
    points = np.random.default_rng(seed).uniform(0.1, 5, (6, 3))

    homogeneous = points @ camera.matrix.T

    assert np.allclose(
        homogeneous[:, :2] / homogeneous[:, 2:], project(camera, points), rtol=1e-12, atol=1e-6
    )


@given(cameras(largest=40))
def test_rays_through_pixels_project_to_those_pixels(camera):
    rays = pixel_rays(camera)

    assert rays.shape == (camera.height, camera.width, 3)
    assert np.all(rays[..., 2] == 1)
    v, u = np.mgrid[: camera.height, : camera.width]
    assert np.allclose(project(camera, rays), np.stack([u, v], axis=-1), atol=1e-9)


@given(cameras(largest=40), st.floats(0.01, 100))
def test_projection_does_not_depend_on_the_distance(camera, distance):
    rays = pixel_rays(camera)

    assert np.allclose(project(camera, rays * distance), project(camera, rays), atol=1e-6)


def test_projection_takes_any_number_of_leading_axes():
    camera = camera_from_fovy('eye', (64, 48), 1.0)

    assert project(camera, np.ones((2, 5, 8, 3))).shape == (2, 5, 8, 2)
    assert project(camera, np.array([0.0, 0, 2])) == pytest.approx([31.5, 23.5])


@given(sizes, st.floats(math.radians(1), math.radians(170)))
def test_a_field_of_view_makes_a_centred_camera_with_square_pixels(size, angle):
    camera = camera_from_fovy('eye', size, angle)

    assert camera.fx == camera.fy
    assert (camera.cx, camera.cy) == ((size[0] - 1) / 2, (size[1] - 1) / 2)
    assert fovy_rad(camera) == pytest.approx(angle)


@given(cameras())
def test_the_field_of_view_lies_between_the_outer_edges_of_the_image(camera):
    top = math.atan2(-0.5 - camera.cy, camera.fy)
    bottom = math.atan2(camera.height - 0.5 - camera.cy, camera.fy)

    assert fovy_rad(camera) == pytest.approx(bottom - top, abs=1e-12)


@given(st.integers(1, 4000), st.integers(1, 4000), focals, focals)
def test_a_centred_camera_has_a_symmetric_frustum(width, height, fx, fy):
    camera = CameraModel('eye', width, height, fx, fy, (width - 1) / 2, (height - 1) / 2)

    f = frustum(camera, 0.1, 20)

    assert f.left == pytest.approx(-f.right)
    assert f.bottom == pytest.approx(-f.top)
    assert f.right - f.left == pytest.approx(0.1 * width / fx)
    assert f.top - f.bottom == pytest.approx(0.1 * height / fy)
    assert (f.near, f.far) == (0.1, 20)


@given(cameras(), windows(), st.floats(1e-3, 1))
def test_a_window_samples_the_rays_of_its_pixel_centres(camera, window, near):
    """By hand: OpenGL samples column i of n at left + (right - left) (i + 1/2) / n."""
    f = frustum(camera, near, 50, window=window)

    for i in (0, window.width - 1):
        sampled = f.left + (f.right - f.left) * (i + 0.5) / window.width
        expected = near * (window.x0 + i - camera.cx) / camera.fx
        assert sampled == pytest.approx(expected, rel=1e-9, abs=1e-9 * near)
    for j in (0, window.height - 1):
        sampled = f.top - (f.top - f.bottom) * (j + 0.5) / window.height
        expected = -near * (window.y0 + j - camera.cy) / camera.fy
        assert sampled == pytest.approx(expected, rel=1e-9, abs=1e-9 * near)


@given(cameras())
def test_no_window_is_the_window_of_the_whole_image(camera):
    whole = PixelWindow(0, 0, camera.width, camera.height)

    assert frustum(camera, 0.1, 9) == frustum(camera, 0.1, 9, window=whole)


@given(cameras(), windows(), st.integers(1, 500))
def test_neighbouring_windows_share_an_edge(camera, window, more):
    right = PixelWindow(window.x1, window.y0, window.x1 + more, window.y1)
    below = PixelWindow(window.x0, window.y1, window.x1, window.y1 + more)

    f = frustum(camera, 0.05, 9, window=window)

    assert f.right == frustum(camera, 0.05, 9, window=right).left
    assert f.bottom == frustum(camera, 0.05, 9, window=below).top


def test_an_off_centre_frustum_by_hand():
    # 4 x 2 pixels, principal point on the centre of pixel (0, 0): half a pixel lies to the
    # left of and above the axis, 3.5 to the right, 1.5 below.
    camera = CameraModel('eye', 4, 2, 10.0, 5.0, 0.0, 0.0)

    assert frustum(camera, 1.0, 2.0)[:4] == pytest.approx((-0.05, 0.35, -0.3, 0.1))


def test_a_window_counts_its_pixels():
    window = PixelWindow(-3, 2, 5, 4)

    assert (window.width, window.height) == (8, 2)
