"""Rigid transforms and quaternions, against scipy and by algebra."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from synth_ros.geometry.transforms import (
    GL_FROM_OPTICAL,
    LINK_FROM_OPTICAL,
    box_corners,
    inverse,
    make_transform,
    matrix_from_quat_wxyz,
    matrix_from_rotation_vector,
    matrix_from_rpy,
    quat_wxyz_from_matrix,
    quat_xyzw_from_matrix,
    rotation_vector_from_matrix,
    transform_points,
)

components = st.floats(-1, 1)
quats = st.tuples(components, components, components, components).filter(
    lambda q: np.linalg.norm(q) > 1e-3
)
points = st.tuples(*[st.floats(-100, 100)] * 3)
angles = st.floats(-2 * np.pi, 2 * np.pi)


@st.composite
def transforms(draw):
    return make_transform(matrix_from_quat_wxyz(draw(quats)), draw(points))


@given(quats)
def test_a_rotation_matrix_equals_scipys(quat):
    w, x, y, z = quat

    matrix = matrix_from_quat_wxyz(quat)

    assert np.allclose(matrix, Rotation.from_quat([x, y, z, w]).as_matrix(), atol=1e-12)
    assert np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1)


@given(st.tuples(components, components, components), st.floats(0, np.pi - 1e-6))
def test_rotation_vectors_survive_the_matrix(axis, angle):
    length = np.linalg.norm(axis)
    vector = np.array(axis) / length * angle if length > 1e-3 else np.zeros(3)
    back = rotation_vector_from_matrix(matrix_from_rotation_vector(vector))
    np.testing.assert_allclose(back, vector, atol=1e-9)


@given(quats)
def test_quaternions_survive_the_matrix(quat):
    unit = np.array(quat) / np.linalg.norm(quat)

    back = quat_wxyz_from_matrix(matrix_from_quat_wxyz(quat))

    assert back[0] >= 0
    assert np.linalg.norm(back) == pytest.approx(1)
    assert min(np.abs(back - unit).max(), np.abs(back + unit).max()) < 1e-9


@pytest.mark.parametrize(
    'quat',
    [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0, 1, 1, 0), (0, -1, 0, 1)],
)
@pytest.mark.parametrize('tilt', [0, 1e-9, -1e-7])
def test_half_turns_are_stable(quat, tilt):
    rotation = matrix_from_quat_wxyz((quat[0] + tilt, *quat[1:]))

    assert np.allclose(matrix_from_quat_wxyz(quat_wxyz_from_matrix(rotation)), rotation)


@given(quats)
def test_ros_order_puts_w_last(quat):
    rotation = matrix_from_quat_wxyz(quat)
    w, x, y, z = quat_wxyz_from_matrix(rotation)

    assert quat_xyzw_from_matrix(rotation).tolist() == [x, y, z, w]
    assert np.allclose(Rotation.from_quat([x, y, z, w]).as_matrix(), rotation, atol=1e-12)


@pytest.mark.parametrize('quat', [(0, 0, 0, 0), (1e-13, 0, 0, 0)])
def test_a_quaternion_without_length_is_refused(quat):
    with pytest.raises(ValueError, match='must not be zero'):
        matrix_from_quat_wxyz(quat)


@given(angles, angles, angles)
def test_roll_pitch_yaw_turn_about_fixed_axes(roll, pitch, yaw):
    expected = Rotation.from_euler('xyz', [roll, pitch, yaw]).as_matrix()

    assert np.allclose(matrix_from_rpy((roll, pitch, yaw)), expected, atol=1e-12)


@given(transforms())
def test_a_transform_times_its_inverse_is_the_identity(transform):
    assert np.allclose(inverse(transform) @ transform, np.eye(4), atol=1e-9)
    assert np.allclose(transform @ inverse(transform), np.eye(4), atol=1e-9)
    assert np.allclose(inverse(inverse(transform)), transform, atol=1e-9)
    assert inverse(transform)[3].tolist() == [0, 0, 0, 1]


@given(transforms(), transforms())
def test_the_inverse_of_a_chain_is_the_chain_of_inverses(a, b):
    assert np.allclose(inverse(a @ b), inverse(b) @ inverse(a), atol=1e-9)


@given(transforms(), transforms(), points)
def test_points_move_along_a_chain_one_step_at_a_time(a, b, point):
    together = transform_points(a @ b, np.array(point))

    assert np.allclose(together, transform_points(a, transform_points(b, np.array(point))))
    assert np.allclose(together, (a @ b @ [*point, 1])[:3])


@given(transforms(), st.lists(points, min_size=2, max_size=6))
def test_rigid_motion_keeps_distances_and_shape(transform, cloud):
    before = np.array(cloud)

    after = transform_points(transform, before)

    assert after.shape == before.shape
    assert np.allclose(
        np.linalg.norm(np.diff(after, axis=0), axis=1),
        np.linalg.norm(np.diff(before, axis=0), axis=1),
        atol=1e-9,
    )


def test_the_optical_frame_looks_along_minus_z_of_opengl_and_plus_x_of_the_link():
    forward, right, down = [0, 0, 1.0, 0], [1.0, 0, 0, 0], [0, 1.0, 0, 0]

    assert (GL_FROM_OPTICAL @ forward).tolist() == [0, 0, -1, 0]
    assert (GL_FROM_OPTICAL @ right).tolist() == [1, 0, 0, 0]
    assert (GL_FROM_OPTICAL @ down).tolist() == [0, -1, 0, 0]
    assert (LINK_FROM_OPTICAL @ forward).tolist() == [1, 0, 0, 0]
    assert (LINK_FROM_OPTICAL @ right).tolist() == [0, -1, 0, 0]
    assert (LINK_FROM_OPTICAL @ down).tolist() == [0, 0, -1, 0]


@pytest.mark.parametrize('constant', [GL_FROM_OPTICAL, LINK_FROM_OPTICAL])
def test_frame_constants_are_proper_rotations_and_locked(constant):
    assert np.linalg.det(constant[:3, :3]) == pytest.approx(1)
    with pytest.raises(ValueError, match='read-only'):
        constant[0, 0] = 2


def test_box_corners_count_x_fastest_then_y_then_z():
    corners = box_corners(np.array([2.0, 4.0, 6.0]))

    assert corners.tolist() == [
        [-1, -2, -3], [1, -2, -3], [-1, 2, -3], [1, 2, -3],
        [-1, -2, 3], [1, -2, 3], [-1, 2, 3], [1, 2, 3],
    ]  # fmt: skip
