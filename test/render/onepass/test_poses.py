"""Nothing that can be seen is left out, and poses keep their digits far from the origin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_ros.geometry.camera import project
from synth_ros.geometry.transforms import make_transform
from synth_ros.render.onepass.blocks import picture_lens
from synth_ros.render.onepass.poses import Placed, Seen, in_view, seen_from
from synth_ros.types import CameraModel

CAMERA = CameraModel('test', 64, 48, 60.0, 66.0, 20.3, 30.9)
CLIP_M = (0.05, 10.0)
NO_LIGHTS = (np.zeros((0, 3)), np.zeros((0, 3)))
coordinate = st.floats(-6.0, 6.0)


@given(st.tuples(coordinate, coordinate, st.floats(-1.0, 12.0)), st.floats(0.0, 2.0))
def test_a_ball_with_a_point_in_the_image_is_in_view(center, radius):
    seen = Seen(np.zeros((1, 3, 4), np.float32), np.array([center]))
    kept = in_view(seen, np.array([radius]), picture_lens(CAMERA, CLIP_M))[0]
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(400, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    points = np.array(center) + radius * rng.uniform(0, 1, (400, 1)) * directions
    points = points[(points[:, 2] > CLIP_M[0]) & (points[:, 2] < CLIP_M[1])]
    u, v = project(CAMERA, points).T
    inside = (u > -0.5) & (u < CAMERA.width - 0.5) & (v > -0.5) & (v < CAMERA.height - 0.5)
    assert kept or not inside.any()


@pytest.mark.parametrize(
    ('center', 'expected'),
    [((0, 0, 1), True), ((0, 0, -1), False), ((0, 0, 30), False), ((9, 0, 1), False)],
)
def test_what_is_behind_beside_or_beyond_is_left_out(center, expected):
    seen = Seen(np.zeros((1, 3, 4), np.float32), np.array([center], np.float64))
    assert in_view(seen, np.array([0.3]), picture_lens(CAMERA, CLIP_M))[0] == expected


def test_poses_far_from_the_origin_keep_micrometres():
    far = np.array([1234.5, -987.6, 43.2])
    world_from_camera = make_transform(np.eye(3), far)
    offset = np.array([0.123456789, -0.2, 0.7])
    placed = Placed(np.eye(3)[None], (far + offset)[None], np.ones(1), *NO_LIGHTS)
    seen = seen_from(placed, world_from_camera)
    assert np.abs(seen.poses[0, :, 3] - offset).max() < 1e-6
