"""Extrinsics as librealsense has them."""

import numpy as np
from tf_chain import matrix_of_extrinsics

from synth_ros.ros.extrinsics import extrinsics_message


def test_rotation_goes_column_after_column():
    turned = np.array([[0, -1, 0, 1.0], [1, 0, 0, 2.0], [0, 0, 1, 3.0], [0, 0, 0, 1]])
    message = extrinsics_message(turned)
    assert message.rotation.tolist() == [0, 1, 0, -1, 0, 0, 0, 0, 1]
    assert message.translation.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(matrix_of_extrinsics(message), turned)
