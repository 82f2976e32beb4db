"""An inertial measurement unit: what it measures on its way, from poses alone.

The way is known at every time step. A sample is the mean over its interval, as that of a real IMU
that samples fast and averages: what is integrated again is the very motion.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from synth_ros.geometry.transforms import (
    matrix_from_rotation_vector,
    rotation_vector_from_matrix,
)
from synth_ros.types import FloatArray


class ImuNoise(NamedTuple):
    """How wrong an IMU is: white noise by its density, and a bias that stays for a scene.

    Attributes:
        gyro_rad_s_sqrt_hz: Noise density of the angular velocity, rad / s / sqrt(Hz).
        accel_m_s2_sqrt_hz: Noise density of the acceleration, m / s^2 / sqrt(Hz).
        gyro_bias_rad_s: Standard deviation of the bias of each axis.
        accel_bias_m_s2: The same of the acceleration.
    """

    gyro_rad_s_sqrt_hz: float = 0.0
    accel_m_s2_sqrt_hz: float = 0.0
    gyro_bias_rad_s: float = 0.0
    accel_bias_m_s2: float = 0.0

    def sigmas(self, rate_hz: float) -> tuple[float, float]:
        """Standard deviations of the white noise of a sample: density * sqrt(rate)."""
        root = math.sqrt(rate_hz)
        return self.gyro_rad_s_sqrt_hz * root, self.accel_m_s2_sqrt_hz * root


class Motion(NamedTuple):
    """One sample, in the axes of the IMU.

    Attributes:
        number: Of the sample since the way began.
        half_steps: Middle of its interval, in halves of a time step since the way began.
        angular_rad_s: Mean angular velocity, (3,).
        specific_m_s2: Mean acceleration less gravity, (3,): what an accelerometer feels.
    """

    number: int
    half_steps: int
    angular_rad_s: FloatArray
    specific_m_s2: FloatArray


class _Pose(NamedTuple):
    rotation: FloatArray
    position_m: FloatArray


class ImuTrack:
    """Makes samples of a way whose poses come in, one a time step.

    Interval n lies between the time steps nearest to n / rate and (n + 1) / rate, so nothing
    drifts. Its angular velocity is the rotation over it, its acceleration the change of the
    velocity, both over its length; velocities are central differences. Gravity is turned into the
    axes in which the IMU stands in the middle. A sample comes one time step after its interval.

    Which samples there are depends on when poses come; what they say does not.

    Args:
        rate_hz: Samples a second; at most one a time step.
        timestep_s: Length of a time step.
        gravity_m_s2: In the world, (3,).
    """

    def __init__(self, rate_hz: float, timestep_s: float, gravity_m_s2: FloatArray) -> None:
        assert rate_hz * timestep_s <= 1 + 1e-9, 'two samples would fall on one time step'
        self.rate_hz = rate_hz
        self._timestep_s = timestep_s
        self._gravity = np.array(gravity_m_s2, np.float64)
        self._poses: dict[int, _Pose] = {}
        self._first = 0
        self._last = -2
        self._number = 0

    def feed(self, step: int, world_from_imu: FloatArray) -> list[Motion]:
        """Take the pose at a time step; steps grow.

        Args:
            step: Time steps since the way began. After a gap the samples go on with the first
                interval that is known as a whole.
            world_from_imu: (4, 4).

        Returns:
            The samples that it completes.
        """
        made: list[Motion] = []
        if step == self._last:
            return made
        if step != self._last + 1:
            self._poses.clear()
            self._first = step
        self._last = step
        self._poses[step] = _Pose(world_from_imu[:3, :3].copy(), world_from_imu[:3, 3].copy())
        while True:
            begin, end = self._edge(self._number), self._edge(self._number + 1)
            if begin > self._first or begin == 0 == self._first:
                if step < end + 1:
                    return made
                made.append(self._motion(begin, end))
                for old in [known for known in self._poses if known < end - 1]:
                    del self._poses[old]
            self._number += 1

    def _edge(self, number: int) -> int:
        return round(number / self.rate_hz / self._timestep_s)

    def _motion(self, begin: int, end: int) -> Motion:
        duration_s = (end - begin) * self._timestep_s
        start = self._poses[begin].rotation
        turn = rotation_vector_from_matrix(start.T @ self._poses[end].rotation)
        change = (self._velocity(end) - self._velocity(begin)) / duration_s
        middle = start @ matrix_from_rotation_vector(turn / 2)
        return Motion(
            number=self._number,
            half_steps=begin + end,
            angular_rad_s=turn / duration_s,
            specific_m_s2=middle.T @ (change - self._gravity),
        )

    def _velocity(self, step: int) -> FloatArray:
        """Of second order in the time step, in the world, (3,)."""
        if step == 0:
            here, then, later = (self._poses[k].position_m for k in range(3))
            ahead: FloatArray = (4 * (then - here) - (later - here)) / (2 * self._timestep_s)
            return ahead
        way = self._poses[step + 1].position_m - self._poses[step - 1].position_m
        central: FloatArray = way / (2 * self._timestep_s)
        return central


def draw_bias(noise: ImuNoise, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """The biases of gyroscope (rad / s) and accelerometer (m / s^2) in a scene, (3,) each."""
    gyro, accel = rng.standard_normal((2, 3))
    return gyro * noise.gyro_bias_rad_s, accel * noise.accel_bias_m_s2


def draw_noise(
    noise: ImuNoise, rate_hz: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """The white noise of one sample of gyroscope (rad / s) and accelerometer (m / s^2), (3,)."""
    gyro_sigma, accel_sigma = noise.sigmas(rate_hz)
    gyro, accel = rng.standard_normal((2, 3))
    return gyro * gyro_sigma, accel * accel_sigma
