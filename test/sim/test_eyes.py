"""What a view changes of cameras."""

import math

import numpy as np
import pytest

from synth_ros.geometry.transforms import make_transform, matrix_from_rpy
from synth_ros.randomize.scene import Pose, SampledCamera
from synth_ros.sim.eyes import changed_lens, changed_mount, glide, matrix
from synth_ros.types import CameraModel

CAMERA = CameraModel('eye', 64, 48, fx=50.0, fy=60.0, cx=31.0, cy=24.0)


def test_a_lens_is_scaled_and_shifted():
    change = SampledCamera(camera='eye', focal_scale=(1.1, 0.9), principal_px=(2.0, -3.0))
    lens = changed_lens(CAMERA, change)
    assert (lens.fx, lens.fy, lens.cx, lens.cy) == pytest.approx((55.0, 54.0, 33.0, 21.0))
    assert (lens.name, lens.width, lens.height) == ('eye', 64, 48)
    assert changed_lens(CAMERA, None) is CAMERA


def test_a_mount_error_is_in_the_cameras_own_frame():
    pose = make_transform(matrix_from_rpy([0.3, -0.2, 1.0]), [1.0, 2.0, 3.0])
    change = SampledCamera(camera='eye', position_m=(0.01, 0.0, 0.0), rotation_rad=(0.0, 0.0, 0.2))
    moved = changed_mount(pose, change)
    assert moved[:3, 3] == pytest.approx(pose[:3, 3] + 0.01 * pose[:3, 0])
    turn = pose[:3, :3].T @ moved[:3, :3]
    assert turn == pytest.approx(matrix_from_rpy([0.0, 0.0, 0.2]))


def test_a_placed_camera_has_no_mount_error():
    at = Pose(position_m=(1.0, 0.0, 2.0), quat_wxyz=(1.0, 0.0, 0.0, 0.0))
    change = SampledCamera(camera='eye', position_m=(0.5, 0.0, 0.0), world_from_camera=at)
    assert changed_mount(np.eye(4), change) == pytest.approx(matrix(at))


def turned(yaw_rad, x_m, **more):
    half = yaw_rad / 2
    at = Pose(position_m=(x_m, 0.0, 0.0), quat_wxyz=(math.cos(half), 0.0, 0.0, math.sin(half)))
    return SampledCamera(camera='eye', world_from_camera=at, **more)


def test_placed_cameras_go_straight_and_turn_evenly():
    start, end = turned(0.2, 0.0, focal_scale=(1.1, 1.1)), turned(1.0, 2.0, focal_scale=(2.0, 2.0))
    for share in (0.0, 0.25, 0.5, 1.0):
        (camera,) = glide([start], [end], share)
        assert camera.world_from_camera.position_m[0] == pytest.approx(2 * share)
        want = matrix_from_rpy([0.0, 0.0, 0.2 + 0.8 * share])
        assert matrix(camera.world_from_camera)[:3, :3] == pytest.approx(want)
        assert camera.focal_scale == (1.1, 1.1)


def test_placed_cameras_turn_the_shorter_way():
    start, end = turned(math.radians(170), 0.0), turned(math.radians(-170), 0.0)
    (camera,) = glide([start], [end], 0.5)
    turn = matrix(camera.world_from_camera)[:3, :3]
    assert turn == pytest.approx(matrix_from_rpy([0.0, 0.0, math.pi]), abs=1e-9)


def test_other_cameras_stay_as_at_the_start():
    start = SampledCamera(camera='eye', focal_scale=(1.1, 1.1))
    end = SampledCamera(camera='eye', focal_scale=(0.9, 0.9))
    assert glide([start], [end], 0.7) == (start,)
