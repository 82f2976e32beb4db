"""Objects of the pose curriculum hang in the image, apart, as planned along their ray."""

import itertools

import numpy as np
import pytest

from synth_ros.config.curriculum import PoseCurriculum
from synth_ros.errors import PlacementError
from synth_ros.geometry.camera import project
from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.randomize.pose_bins import PoseBin, directions
from synth_ros.randomize.pose_plan import Hanging, hang
from synth_ros.types import CameraModel

CAMERA = CameraModel('head', 320, 240, 300.0, 310.0, 150.0, 125.0)


def curriculum(**keys):
    usual = {'camera': 'head', 'distances_m': (0.5, 0.9), 'directions': 12, 'rolls': 2}
    return PoseCurriculum(**usual | keys)


def hanging(config, seed, radii=(0.05, 0.08, 0.03)):
    rng = np.random.default_rng(seed)
    objects = [
        Hanging(key, radius, PoseBin(int(rng.integers(12)), key % 2, int(rng.integers(2))))
        for key, radius in enumerate(radii, start=1)
    ]
    return objects, hang(config, objects, CAMERA, rng=rng)


@pytest.mark.parametrize('seed', range(40))
def test_all_of_each_ball_is_in_the_image_and_no_two_touch(seed):
    config = curriculum()
    objects, poses = hanging(config, seed)
    balls = []
    for item, pose in zip(objects, poses, strict=True):
        center = np.array(pose.position_m)
        assert pose.instance_id == item.instance_id
        assert np.linalg.norm(center) == pytest.approx(config.distances_m[pose.distance])
        shell = center + item.radius_m * directions(200)
        u, v = project(CAMERA, shell).T
        assert u.min() >= -0.5
        assert u.max() <= CAMERA.width - 0.5
        assert v.min() >= -0.5
        assert v.max() <= CAMERA.height - 0.5
        balls.append((center, item.radius_m))
    for (one, r1), (other, r2) in itertools.combinations(balls, 2):
        assert np.linalg.norm(one - other) >= r1 + r2


@pytest.mark.parametrize('seed', range(10))
def test_the_object_is_seen_from_its_direction(seed):
    _, poses = hanging(curriculum(), seed)
    for pose in poses:
        camera_from_object = matrix_from_quat_wxyz(pose.quat_wxyz)
        seen_from = camera_from_object.T @ -np.array(pose.position_m)
        seen_from /= np.linalg.norm(seen_from)
        assert np.allclose(seen_from, directions(12)[pose.direction], atol=1e-9)


def test_jitter_turns_by_no_more_than_asked():
    config = curriculum(jitter_deg=10.0)
    angles = []
    for seed in range(60):
        for pose in hanging(config, seed)[1]:
            camera_from_object = matrix_from_quat_wxyz(pose.quat_wxyz)
            seen_from = camera_from_object.T @ -np.array(pose.position_m)
            seen_from /= np.linalg.norm(seen_from)
            angles.append(np.degrees(np.arccos(seen_from @ directions(12)[pose.direction])))
    assert max(angles) <= 10
    assert max(angles) > 6


def test_spots_cover_the_image():
    poses = [hanging(curriculum(), seed, radii=(0.03,))[1][0] for seed in range(150)]
    u, v = project(CAMERA, np.array([pose.position_m for pose in poses])).T
    for values, size in ((u, CAMERA.width), (v, CAMERA.height)):
        counts, _ = np.histogram(values, np.linspace(0, size, 5))
        assert counts.min() > 15


def test_too_many_objects_are_told():
    config = curriculum(overlap=0.0)
    told = 'objects of the pose curriculum do not fit into the image of head'
    with pytest.raises(PlacementError, match=told):
        hanging(config, 0, radii=(0.12,) * 9)
