"""Messages of inertial measurement units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from geometry_msgs.msg import Vector3
from sensor_msgs.msg import Imu

from synth_ros.ros.convert import header
from synth_ros.types import FloatArray, ImuSample

# What a message does not tell has -1 as the first number of its covariance.
_NOT_TOLD = [-1.0, *[0.0] * 8]


def imu_message(sample: ImuSample, frame: str) -> Imu:
    """Angular velocity and acceleration; no orientation, which such a sensor does not know."""
    message = accel_message(sample, frame)
    message.angular_velocity = _vector(sample.angular_rad_s)
    message.angular_velocity_covariance = _covariance(sample.angular_sigma_rad_s)
    return message


def accel_message(sample: ImuSample, frame: str) -> Imu:
    """Acceleration alone."""
    message = Imu(header=header(sample.stamp_ns, frame))
    message.orientation_covariance = _NOT_TOLD
    message.angular_velocity_covariance = _NOT_TOLD
    message.linear_acceleration = _vector(sample.specific_m_s2)
    message.linear_acceleration_covariance = _covariance(sample.specific_sigma_m_s2)
    return message


def gyro_message(sample: ImuSample, frame: str) -> Imu:
    """Angular velocity alone."""
    message = imu_message(sample, frame)
    message.linear_acceleration = Vector3()
    message.linear_acceleration_covariance = _NOT_TOLD
    return message


def _vector(values: FloatArray) -> Vector3:
    x, y, z = (float(value) for value in values)
    return Vector3(x=x, y=y, z=z)


def _covariance(sigma: float) -> list[float]:
    """Of white noise that is the same on each axis; all zero, which is 'unknown', without any."""
    square = sigma * sigma
    return [square, 0.0, 0.0, 0.0, square, 0.0, 0.0, 0.0, square]


FELT: Mapping[str, tuple[Callable[[ImuSample, str], Imu], str]] = MappingProxyType(
    {
        'imu': (imu_message, 'imu_optical'),
        'accel': (accel_message, 'accel_optical'),
        'gyro': (gyro_message, 'gyro_optical'),
    }
)
"""Streams of an IMU: how their messages are made, and in which of a camera's frames they are."""
