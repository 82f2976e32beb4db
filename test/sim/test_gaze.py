"""Cameras that are put in their place see the point as asked, by hand projection."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.sim.gaze import Gaze, bearing, measure, placed, roll_of
from synth_ros.types import CameraModel

CAMERA = CameraModel('c', 320, 240, fx=300.0, fy=310.0, cx=150.0, cy=125.0)
TARGET = np.array([0.4, -0.3, 0.8])
STRAIGHT = (150.0 - 159.5, 125.0 - 119.5)  # at the principal point


def gaze(**asked):
    towards = bearing(
        CAMERA, asked.pop('offset_px', (0.0, 0.0)), aim_error_rad=0.0, aim_direction_rad=0.0
    )
    return Gaze('world', np.eye(4), TARGET, towards, **asked)


def pixel(pose, point):
    """Where a point is in the image, written out."""
    x, y, z = pose[:3, :3].T @ (point - pose[:3, 3])
    assert z > 0
    return np.array([300.0 * x / z + 150.0, 310.0 * y / z + 125.0])


@given(
    distance_m=st.floats(0.05, 5),
    elevation_deg=st.floats(-85, 85),
    azimuth_deg=st.floats(-180, 180),
    roll_deg=st.floats(-175, 175),
    offset_px=st.tuples(st.floats(-150, 150), st.floats(-110, 110)),
)
def test_a_placed_camera_sees_the_target_where_asked(
    distance_m, elevation_deg, azimuth_deg, roll_deg, offset_px
):
    elevation, azimuth = math.radians(elevation_deg), math.radians(azimuth_deg)
    asked = gaze(
        distance_m=distance_m,
        elevation_rad=elevation,
        azimuth_rad=azimuth,
        roll_rad=math.radians(roll_deg),
        offset_px=offset_px,
    )
    pose = placed(asked)
    assert pixel(pose, TARGET) == pytest.approx(
        [159.5 + offset_px[0], 119.5 + offset_px[1]], abs=1e-6
    )
    way = pose[:3, 3] - TARGET
    assert np.linalg.norm(way) == pytest.approx(distance_m, abs=1e-9)
    assert math.asin(way[2] / distance_m) == pytest.approx(elevation, abs=1e-6)
    flat = distance_m * math.cos(elevation)
    assert way[:2] / flat == pytest.approx([math.cos(azimuth), math.sin(azimuth)], abs=1e-6)
    assert np.linalg.det(pose[:3, :3]) == pytest.approx(1)
    assert max(map(abs, measure(pose, asked))) < 1e-6


@pytest.mark.parametrize(('roll_deg', 'side'), [(0, (0, -1)), (30, (-0.5, -0.866)), (180, (0, 1))])
def test_roll_turns_the_camera_clockwise_so_that_up_leans_to_the_left(roll_deg, side):
    asked = gaze(
        distance_m=1.0,
        elevation_rad=0.3,
        azimuth_rad=2.0,
        roll_rad=math.radians(roll_deg),
        offset_px=STRAIGHT,
    )
    pose = placed(asked)
    ahead = pose[:3, 3] + pose[:3, 2]
    above = pixel(pose, ahead + np.array([0, 0, 1e-4])) - pixel(pose, ahead)
    above /= [300.0, 310.0]
    assert above / np.linalg.norm(above) == pytest.approx(side, abs=5e-3)


def test_straight_down_the_top_of_the_image_is_along_x():
    asked = gaze(distance_m=0.5, elevation_rad=math.pi / 2, azimuth_rad=1.0, offset_px=STRAIGHT)
    pose = placed(asked)
    assert pose[:3, 3] == pytest.approx(TARGET + np.array([0, 0, 0.5]))
    ahead = pixel(pose, TARGET + np.array([0.01, 0, 0])) - pixel(pose, TARGET)
    assert ahead == pytest.approx([0, -0.01 / 0.5 * 310.0], abs=1e-6)


def test_an_aim_error_is_the_angle_to_the_wanted_direction():
    true = bearing(CAMERA, (20.0, -30.0), aim_error_rad=0.0, aim_direction_rad=0.0)
    right = bearing(CAMERA, (20.0, -30.0), aim_error_rad=0.2, aim_direction_rad=0.0)
    below = bearing(CAMERA, (20.0, -30.0), aim_error_rad=0.2, aim_direction_rad=math.pi / 2)
    for other in (right, below):
        assert math.acos(true @ other) == pytest.approx(0.2)
    assert right[0] / right[2] > true[0] / true[2]
    assert right[1] == pytest.approx(true[1] * math.cos(0.2))
    assert below[1] / below[2] > true[1] / true[2]


def test_a_miss_is_told_in_metres_and_radians():
    asked = gaze(distance_m=1.0, elevation_rad=0.5, azimuth_rad=0.0, roll_rad=0.1)
    pose = placed(asked)
    further = asked._replace(distance_m=1.02)
    assert measure(pose, further).distance_m == pytest.approx(0.02)
    steeper = asked._replace(elevation_rad=0.53)
    assert measure(pose, steeper).side_rad == pytest.approx(0.03)
    turned = asked._replace(roll_rad=0.14)
    assert measure(pose, turned).roll_rad == pytest.approx(-0.04 * math.cos(0.5))
    aside = asked._replace(bearing=np.array([0.0, 0.0, 1.0]))
    angle = math.acos(asked.bearing[2])
    assert measure(pose, aside).aim_rad == pytest.approx(angle)


def test_what_is_free_is_never_missed():
    free = gaze()
    pose = placed(free._replace(distance_m=0.7, elevation_rad=0.2, azimuth_rad=-2.0, roll_rad=1.0))
    assert max(map(abs, measure(pose, free))) < 1e-9
    assert measure(pose, free._replace(roll_rad=1.0)).roll_rad == pytest.approx(0)
    assert roll_of(pose[:3, :3]) == pytest.approx(1.0, abs=0.1)
