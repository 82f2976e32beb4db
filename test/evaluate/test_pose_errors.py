"""Pose errors by hand, and against slow copies of their definitions."""

import math

import numpy as np
import pytest

from synth_ros.evaluate.pose_error import (
    MSSD_LIMITS,
    PoseModel,
    Shape,
    area_under_curve,
    match_poses,
    pose_errors,
    pose_model,
    symmetries_of,
)
from synth_ros.evaluate.pose_frames import PoseJudge
from synth_ros.evaluate.types import Box, FoundPose, FrameKey, Solid, TrueFrame, TrueObject
from synth_ros.geometry.shapes import ModelMesh, primitive_mesh
from synth_ros.geometry.transforms import make_transform, matrix_from_rpy, transform_points
from synth_ros.types import ContinuousSymmetry, Symmetry

K = np.array([[500.0, 0, 319.5], [0, 510, 239.5], [0, 0, 1]])
HALF_TURN = make_transform(np.diag([-1.0, -1, 1]), (0, 0, 0))
SPIN = Symmetry(continuous=(ContinuousSymmetry((0.0, 0.0, 1.0), (0.02, 0.0, 0.0)),))
SIZE = np.array([0.1, 0.08, 0.12])


def random_pose(rng, near=None, spread=0.02):
    if near is None:
        place = rng.uniform(-0.2, 0.2, 3) + np.array((0, 0, 1))
        return make_transform(matrix_from_rpy(rng.uniform(-3, 3, 3)), place)
    turn = make_transform(matrix_from_rpy(rng.normal(0, 0.2, 3)), rng.normal(0, spread, 3))
    return near @ turn


def some_model(rng, symmetry):
    points = rng.uniform(-0.06, 0.06, (40, 3))
    return PoseModel(points, 0.2, symmetries_of(symmetry), from_mesh=True)


@pytest.mark.parametrize('symmetry', [Symmetry(), Symmetry(discrete=(HALF_TURN,)), SPIN])
def test_as_bop_defines_them(symmetry):
    rng = np.random.default_rng(5)
    model = some_model(rng, symmetry)
    for _ in range(5):
        truth = random_pose(rng)
        estimate = random_pose(rng, near=truth)
        found = pose_errors(estimate, truth, model, intrinsics=K)
        est, gt = (transform_points(pose, model.points) for pose in (estimate, truth))
        assert found.add_m == pytest.approx(np.linalg.norm(est - gt, axis=1).mean())
        apart = np.linalg.norm(est[:, None] - gt[None], axis=2)
        assert found.adds_m == pytest.approx(apart.min(axis=0).mean())
        far, seen = [], []
        for motion in model.symmetries:
            twin = transform_points(truth @ motion, model.points)
            far.append(np.linalg.norm(est - twin, axis=1).max())
            pixels = [(p @ K.T)[:, :2] / p[:, 2:] for p in (est, twin)]
            seen.append(np.linalg.norm(pixels[0] - pixels[1], axis=1).max())
        assert found.mssd_m == pytest.approx(min(far))
        assert found.mspd_px == pytest.approx(min(seen))


def test_a_shift_by_hand():
    rng = np.random.default_rng(1)
    model, truth = some_model(rng, Symmetry()), random_pose(rng)
    estimate = truth.copy()
    estimate[:3, 3] += (0.03, 0.0, 0.04)
    found = pose_errors(estimate, truth, model, intrinsics=K)
    assert found.add_m == pytest.approx(0.05)
    assert found.mssd_m == pytest.approx(0.05)
    assert found.translation_m == pytest.approx(0.05)
    assert found.rotation_deg == pytest.approx(0.0, abs=1e-6)


def test_an_echo_has_no_error():
    rng = np.random.default_rng(2)
    truth = random_pose(rng)
    assert max(pose_errors(truth, truth, some_model(rng, SPIN), intrinsics=K)) < 1e-6


def test_a_turn_about_the_axis_is_forgiven_but_by_add():
    model = PoseModel(
        np.array([[0.1, 0, 0], [0, 0, 0.1]]), 0.2, symmetries_of(SPIN), from_mesh=True
    )
    truth = make_transform(np.eye(3), (0, 0, 1))
    estimate = truth @ model.symmetries[100]
    found = pose_errors(estimate, truth, model, intrinsics=K)
    assert found.mssd_m == pytest.approx(0, abs=1e-12)
    assert found.mspd_px == pytest.approx(0, abs=1e-9)
    assert found.rotation_deg == pytest.approx(0, abs=1e-5)
    assert found.add_m > 0.05


def test_bops_steps_and_twins():
    assert len(symmetries_of(SPIN)) == 315
    both = Symmetry(discrete=(HALF_TURN,), continuous=SPIN.continuous)
    assert len(symmetries_of(both)) == 630
    for motion in symmetries_of(SPIN)[::50]:
        # The axis stays where it is.
        assert transform_points(motion, np.array([0.02, 0, 0.3])) == pytest.approx([0.02, 0, 0.3])


def test_behind_the_camera_there_is_no_pixel():
    model = some_model(np.random.default_rng(0), Symmetry())
    truth = make_transform(np.eye(3), (0, 0, 1))
    behind = make_transform(np.eye(3), (0, 0, -1))
    found = pose_errors(behind, truth, model, intrinsics=K)
    assert math.isinf(found.mspd_px)
    assert found.add_m == pytest.approx(2.0)


def test_points_come_from_the_mesh_at_the_size_of_the_object():
    cube = ModelMesh(primitive_mesh('box', (0.5, 0.5, 0.5)), (1.0, 1.0, 1.0))
    shape = Shape('cube', np.eye(4), np.array([0.2, 0.2, 0.2]), Symmetry())
    model = pose_model(shape, {'cube': cube}.get)
    assert model.from_mesh
    assert np.abs(model.points) == pytest.approx(0.1)
    assert model.diameter_m == pytest.approx(0.2 * math.sqrt(3))
    boxed = pose_model(shape, None)
    assert not boxed.from_mesh
    assert boxed.diameter_m == pytest.approx(0.2 * math.sqrt(3))
    assert np.abs(boxed.points).max(axis=1) == pytest.approx(0.1)


def test_the_surest_pose_chooses_first():
    errors = np.array([[0.04, 0.02], [0.01, 0.03], [0.001, np.inf]])
    assert match_poses([0.9, 0.8, 0.7], errors, np.array([0.05]))[0].tolist() == [1, 0]
    # Below 0.02 alone, not at it.
    assert match_poses([0.9, 0.8, 0.7], errors, np.array([0.02]))[0].tolist() == [1, -1]
    assert match_poses([], np.zeros((0, 2)), MSSD_LIMITS).tolist() == [[-1, -1]] * 10


def test_area_under_the_curve():
    assert area_under_curve([0.0, 0.05, 0.2, math.inf], 0.1) == pytest.approx(1.5 / 4)
    assert area_under_curve([], 0.1) is None


def make_frame(poses, *, class_ids=None, box_shift=0.0):
    objects = tuple(
        TrueObject(
            k + 1,
            (class_ids or [1] * len(poses))[k],
            'brick',
            Box(0, 0, 10, 10),
            100.0,
            solid=Solid(pose, make_transform(np.eye(3), (0, 0, box_shift)), SIZE, Symmetry()),
        )
        for k, pose in enumerate(poses)
    )
    return TrueFrame(FrameKey(0, 0, 'head', 'one'), 640, 480, K, objects)


def test_a_frame_of_echoes_is_right_in_every_way():
    rng = np.random.default_rng(7)
    poses = [random_pose(rng) for _ in range(4)]
    echo = [FoundPose(1, 1.0, pose) for pose in poses[::-1]]
    outcomes = PoseJudge(None).judge(make_frame(poses), echo)
    for outcome in outcomes:
        assert max(outcome.errors) < 1e-5
        assert (outcome.mssd_right, outcome.mspd_right) == (10, 10)
        assert outcome.add_right
        assert outcome.adds_right


def test_classes_and_boxes_and_what_is_missing():
    rng = np.random.default_rng(8)
    poses = [random_pose(rng), random_pose(rng)]
    frame = make_frame(poses, class_ids=[1, 2], box_shift=0.05)
    boxes = [pose @ make_transform(np.eye(3), (0, 0, 0.05)) for pose in poses]
    judge = PoseJudge(None)
    wrong_class = judge.judge(frame, [FoundPose(2, 1.0, poses[0])])
    assert wrong_class[0].errors is None
    of_any = judge.judge(frame, [FoundPose(None, 1.0, poses[0])])
    assert of_any[0].errors.add_m < 1e-9
    assert of_any[1].errors is None
    of_box = judge.judge(frame, [FoundPose(2, 1.0, boxes[1], of_box=True)])
    assert of_box[1].errors.add_m < 1e-9
    assert [o.errors for o in judge.judge(frame, [])] == [None, None]


def test_how_many_limits_a_shift_passes():
    frame = make_frame([make_transform(np.eye(3), (0, 0, 1))])
    diameter = float(np.linalg.norm(SIZE))
    moved = make_transform(np.eye(3), (0, 0, 1 + 0.22 * diameter))
    outcome = PoseJudge(None).judge(frame, [FoundPose(1, 1.0, moved)])[0]
    # Right below 0.25, 0.30, ... 0.50 of the diameter.
    assert outcome.mssd_right == 6
    assert not outcome.add_right
