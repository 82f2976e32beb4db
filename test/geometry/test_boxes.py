"""Boxes overlap and rays meet them as MuJoCo's own geometry says."""

import mujoco
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from synth_ros.geometry.boxes import NO_BOXES, box, distance_along, joined, overlapping


def random_boxes(rng, count):
    return joined(
        [
            box(
                rng.uniform(-0.5, 0.5, 3),
                rng.uniform(0.02, 0.3, 3),
                # Some upright, so that edges are parallel.
                np.eye(3) if k % 4 == 0 else Rotation.random(rng=rng).as_matrix(),
            )
            for k in range(count)
        ]
    )


def model_of(boxes):
    spec = mujoco.MjSpec()
    for center, half, rotation in zip(*boxes, strict=True):
        x, y, z, w = Rotation.from_matrix(rotation).as_quat()
        spec.worldbody.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX, pos=center, size=half, quat=[w, x, y, z]
        )
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    return model, data


@pytest.mark.parametrize('margin_m', [0.0, 0.05])
def test_overlaps_are_those_of_a_general_method(margin_m):
    boxes = random_boxes(np.random.default_rng(0), 60)
    model, data = model_of(boxes)
    one = box(*(column[0] for column in boxes))
    found = overlapping(one, boxes, margin_m=margin_m)
    distances = np.array(
        [mujoco.mj_geomDistance(model, data, 0, other, 2.0, None) for other in range(1, 60)]
    )
    assert found[0]
    # Nearer than the margin is always found; farther than its corner's reach never.
    assert found[1:][distances < margin_m - 1e-6].all()
    assert not found[1:][distances > np.sqrt(3) * margin_m + 1e-6].any()
    assert 5 < found.sum() < 55


def test_upright_boxes_touch_where_their_faces_do():
    one = box((0, 0, 0), (1, 1, 1))
    others = joined([box((2.001, 0, 0), (1, 1, 1)), box((1.999, 0, 0), (1, 1, 1))])
    assert overlapping(one, others).tolist() == [False, True]
    assert overlapping(one, others, margin_m=0.01).tolist() == [True, True]


def test_nothing_overlaps_no_boxes():
    assert overlapping(box((0, 0, 0), (1, 1, 1)), NO_BOXES).tolist() == []
    assert distance_along((0, 0, 0), (0, 0, 1), NO_BOXES) == np.inf


def test_rays_travel_as_far_as_mujocos():
    rng = np.random.default_rng(1)
    boxes = random_boxes(rng, 30)
    model, data = model_of(boxes)
    hits = 0
    for _ in range(200):
        origin = rng.uniform(-2, 2, 3)
        direction = -origin / np.linalg.norm(origin) + rng.normal(0, 0.2, 3)
        direction /= np.linalg.norm(direction)
        hit = np.array([-1], np.int32)
        expected = mujoco.mj_ray(model, data, origin, direction, None, 1, -1, hit)
        inside = (
            np.abs(np.einsum('nji,nj->ni', boxes.rotation, origin - boxes.center_m))
            <= boxes.half_m
        ).all(axis=1)
        if inside.any():
            continue
        found = distance_along(origin, direction, boxes)
        assert found == (np.inf if expected < 0 else pytest.approx(expected, abs=1e-9))
        hits += expected >= 0
    assert hits > 50


def test_a_ray_along_a_face_enters_what_lies_before_it():
    wall = box((2, 0, 0), (1, 1, 1))
    assert distance_along((0, 1, 0), (1, 0, 0), wall) == pytest.approx(1.0)
    assert distance_along((0, 1.001, 0), (1, 0, 0), wall) == np.inf
