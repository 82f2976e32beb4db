"""Objects of the pose curriculum hang in the image, apart, as planned along their ray."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from synth_ros.config.curriculum import PoseCurriculum
from synth_ros.errors import PlacementError
from synth_ros.geometry.boxes import box, overlapping
from synth_ros.geometry.camera import project
from synth_ros.geometry.transforms import box_corners, make_transform, matrix_from_quat_wxyz
from synth_ros.randomize.pose_bins import PoseBin, directions
from synth_ros.randomize.pose_plan import Hanging, Scenery, hang, seen_from
from synth_ros.types import CameraModel

CAMERA = CameraModel('head', 320, 240, 300.0, 310.0, 150.0, 125.0)


def curriculum(**keys):
    usual = {'camera': 'head', 'distances_m': (0.5, 0.9), 'directions': 12, 'rolls': 2}
    return PoseCurriculum(**usual | keys)


def hanging(config, seed, radii=(0.05, 0.08, 0.03)):
    rng = np.random.default_rng(seed)
    objects = [
        Hanging(
            key,
            (radius * 0.8, radius * 0.6, 0.0),
            PoseBin(int(rng.integers(12)), key % 2, int(rng.integers(2))),
        )
        for key, radius in enumerate(radii, start=1)
    ]
    return objects, hang(config, objects, Scenery(CAMERA), rng=rng)


@pytest.mark.parametrize('seed', range(40))
def test_all_of_each_ball_is_in_the_image_and_no_two_touch(seed):
    config = curriculum()
    objects, poses = hanging(config, seed)
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
    corners = [
        np.array(pose.position_m)
        + box_corners(2 * np.array(item.half_m)) @ matrix_from_quat_wxyz(pose.quat_wxyz).T
        for item, pose in zip(objects, poses, strict=True)
    ]
    for one, other in itertools.combinations(corners, 2):
        assert _separated(one, other)


def _separated(one, other):
    """Whether some plane lies between two sets of points: the slow way, by linear programming."""
    # normal @ p <= offset - 1 for the one, >= offset + 1 for the other
    rows = np.concatenate([np.c_[one, -np.ones(len(one))], np.c_[-other, np.ones(len(other))]])
    found = linprog(np.zeros(4), rows, -np.ones(len(rows)), bounds=[(None, None)] * 4)
    return found.status == 0


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
    told = 'objects of the pose curriculum do not fit into the image 0.. m from head'
    with pytest.raises(PlacementError, match=told):
        hanging(config, 0, radii=(0.25,) * 9)


def test_nothing_hangs_in_the_scene():
    config = curriculum()
    world_from_camera = make_transform(
        matrix_from_quat_wxyz([0.3, -0.5, 0.2, 0.9]), [1.0, 2.0, 3.0]
    )
    # A wall that hides the left half of the image, in the world's frame.
    wall_in_camera = make_transform(np.eye(3), [-0.5, 0.0, 0.7])
    wall = world_from_camera @ wall_in_camera
    scene = box(wall[:3, 3], (0.5, 1.0, 0.5), wall[:3, :3])
    obstacles = seen_from(world_from_camera, scene)
    for seed in range(30):
        rng = np.random.default_rng(seed)
        item = Hanging(1, (0.05, 0.04, 0.03), PoseBin(seed % 12, 0, seed % 2))
        (pose,) = hang(config, [item], Scenery(CAMERA, obstacles), rng=rng)
        rotation = matrix_from_quat_wxyz(pose.quat_wxyz)
        assert not overlapping(box(pose.position_m, item.half_m, rotation), obstacles).any()
        assert pose.position_m[0] > 0


def test_a_scene_that_leaves_no_room_is_told():
    rng = np.random.default_rng(0)
    everywhere = box((0, 0, 0.7), (5.0, 5.0, 0.6))
    told = r'in (\d+) of \1 places something of the scene is in the way'
    item = Hanging(1, (0.05, 0.04, 0.03), PoseBin(0, 0, 0))
    with pytest.raises(PlacementError, match=told):
        hang(curriculum(), [item], Scenery(CAMERA, everywhere), rng=rng)
