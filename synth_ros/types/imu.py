"""What an inertial measurement unit tells."""

from __future__ import annotations

from typing import NamedTuple

from synth_ros.types.arrays import FloatArray


class ImuSample(NamedTuple):
    """One sample in the axes of the camera's optical frame, as the sensor gives it.

    Attributes:
        stamp_ns: Simulated time in the middle of its interval, nanoseconds.
        angular_rad_s: Angular velocity, (3,).
        specific_m_s2: Acceleration less gravity, (3,): at rest it points up.
        angular_sigma_rad_s: Standard deviation of the white noise of each axis.
        specific_sigma_m_s2: The same of the acceleration.
    """

    stamp_ns: int
    angular_rad_s: FloatArray
    specific_m_s2: FloatArray
    angular_sigma_rad_s: float = 0.0
    specific_sigma_m_s2: float = 0.0
