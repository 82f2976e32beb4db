"""Messages of an IMU: what is not told is marked so."""

import numpy as np
import pytest

from synth_ros.ros.convert_imu import accel_message, gyro_message, imu_message
from synth_ros.types import ImuSample

SAMPLE = ImuSample(1_500_000_001, np.array([1.0, 2, 3]), np.array([4.0, 5, 6]), 0.1, 0.2)


@pytest.mark.parametrize('make', [imu_message, accel_message, gyro_message])
def test_what_is_told_and_what_not(make):
    message = make(SAMPLE, 'head_imu_optical_frame')
    assert message.header.frame_id == 'head_imu_optical_frame'
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (1, 500_000_001)
    assert message.orientation_covariance[0] == -1
    turning, felt = message.angular_velocity, message.linear_acceleration
    if make is accel_message:
        assert (turning.x, turning.y, turning.z) == (0, 0, 0)
        assert message.angular_velocity_covariance[0] == -1
    else:
        assert (turning.x, turning.y, turning.z) == (1, 2, 3)
        expected = np.eye(3).ravel() * 0.01
        np.testing.assert_allclose(message.angular_velocity_covariance, expected)
    if make is gyro_message:
        assert (felt.x, felt.y, felt.z) == (0, 0, 0)
        assert message.linear_acceleration_covariance[0] == -1
    else:
        assert (felt.x, felt.y, felt.z) == (4, 5, 6)
        expected = np.eye(3).ravel() * 0.04
        np.testing.assert_allclose(message.linear_acceleration_covariance, expected)


def test_without_noise_the_covariance_is_unknown():
    clean = SAMPLE._replace(angular_sigma_rad_s=0.0, specific_sigma_m_s2=0.0)
    message = imu_message(clean, 'f')
    assert not any(message.angular_velocity_covariance)
    assert not any(message.linear_acceleration_covariance)
