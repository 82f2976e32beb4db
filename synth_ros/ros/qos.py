"""Quality of service by name, as realsense's ``<stream>_qos`` parameters take it."""

from __future__ import annotations

from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    QoSProfile,
    ReliabilityPolicy,
)

from synth_ros.errors import NotFoundError
from synth_ros.ros.declare import Choice

_DEPTH = 10

BURST = 2000
"""Messages that may come at once on topics of which many belong to one instant."""

# A best-effort publisher is invisible to rviz, rqt and message_filters with their defaults,
# so images are reliable unless asked otherwise.
_PROFILES = {
    'SYSTEM_DEFAULT': (ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, _DEPTH),
    'DEFAULT': (ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, _DEPTH),
    'SENSOR_DATA': (ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE, 5),
    'LATCHED': (ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL, 1),
}

PROFILE_NAMES = tuple(_PROFILES)


def profile(what: str) -> Choice:
    """The parameter that names the QoS profile of something."""
    return Choice(f'QoS profile of the {what}', default='DEFAULT', allowed=PROFILE_NAMES)


def qos_profile(name: str, *, parameter: str = 'qos') -> QoSProfile:
    """A profile by name.

    Args:
        name: ``SYSTEM_DEFAULT``, ``DEFAULT``, ``SENSOR_DATA`` or ``LATCHED``.
        parameter: The parameter that holds the name, for the error.

    Raises:
        NotFoundError: If there is no such profile.
    """
    if name not in _PROFILES:
        raise NotFoundError('QoS profile', name, available=list(_PROFILES), where=parameter)
    reliability, durability, depth = _PROFILES[name]
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=reliability,
        durability=durability,
    )


def deep(profile: QoSProfile) -> QoSProfile:
    """The same with room for all samples of an IMU between two frames of a slow camera."""
    profile.depth = BURST
    return profile


def reliable() -> QoSProfile:
    """Reliable, volatile, the last ten messages."""
    return qos_profile('DEFAULT')


def latched() -> QoSProfile:
    """Reliable, and kept for those who subscribe later."""
    return qos_profile('LATCHED')


def clock() -> QoSProfile:
    """What ``/clock`` subscribers use: best effort would do, reliable serves both."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=_DEPTH,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.VOLATILE,
    )
