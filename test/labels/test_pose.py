"""Poses in the optical frame, by hand and by scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from small_frames import make_instance

from synth_ros.labels.pose import camera_from_box, camera_from_object

quarter = Rotation.from_euler('z', 90, degrees=True).as_matrix()


def _transform(rotation, translation):
    out = np.eye(4)
    out[:3, :3], out[:3, 3] = rotation, translation
    return out


def _instance(world_from_object, object_from_box=None):
    plain = make_instance(1)
    return type(plain)(
        instance_id=1,
        name=plain.name,
        class_id=1,
        class_name=plain.class_name,
        model_name=plain.model_name,
        world_from_object=world_from_object,
        object_from_box=np.eye(4) if object_from_box is None else object_from_box,
        size_m=np.ones(3),
    )


def test_an_object_before_a_camera_that_looks_along_world_x():
    # Optical axes in the world: z forward = +x, x right = -y, y down = -z (REP-103).
    rotation = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])
    camera = _transform(rotation, [1.0, 0, 0.5])
    item = _instance(_transform(np.eye(3), [3.0, 0.25, 0.4]))

    pose = camera_from_object(camera, item)

    # 2 m ahead, 0.25 m to the left, 0.1 m below the axis.
    assert pose[:3, 3] == pytest.approx([-0.25, 0.1, 2.0])
    assert pose[:3, :3] == pytest.approx(rotation.T)
    assert not pose.flags.writeable


def test_the_box_frame_follows_the_object_frame():
    item = _instance(_transform(quarter, [0.0, 0, 2]), _transform(np.eye(3), [0.1, 0, 0]))

    pose = camera_from_box(camera_from_object(np.eye(4), item), item)

    # A quarter turn about z carries the offset along x to y.
    assert pose[:3, 3] == pytest.approx([0, 0.1, 2])
    assert pose[:3, :3] == pytest.approx(quarter)


@given(st.integers(0, 2**32 - 1))
def test_chained_poses_equal_the_chain_of_matrices(seed):
    rng = np.random.default_rng(seed)
    world_from_camera, world_from_object, object_from_box = (
        _transform(Rotation.from_quat(rng.normal(size=4)).as_matrix(), rng.normal(size=3))
        for _ in range(3)
    )
    item = _instance(world_from_object, object_from_box)

    seen = camera_from_object(world_from_camera, item)
    box = camera_from_box(seen, item)

    assert np.allclose(world_from_camera @ seen, world_from_object, atol=1e-12)
    assert np.allclose(world_from_camera @ box, world_from_object @ object_from_box, atol=1e-12)
    assert np.allclose(seen[:3, :3] @ seen[:3, :3].T, np.eye(3), atol=1e-12)
