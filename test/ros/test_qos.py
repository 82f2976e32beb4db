"""QoS profiles by name."""

import pytest
from rclpy.qos import DurabilityPolicy, HistoryPolicy, ReliabilityPolicy

from synth_ros.errors import NotFoundError
from synth_ros.ros import qos


@pytest.mark.parametrize(
    ('name', 'reliability', 'durability', 'depth'),
    [
        ('DEFAULT', 'RELIABLE', 'VOLATILE', 10),
        ('SYSTEM_DEFAULT', 'RELIABLE', 'VOLATILE', 10),
        ('SENSOR_DATA', 'BEST_EFFORT', 'VOLATILE', 5),
        ('LATCHED', 'RELIABLE', 'TRANSIENT_LOCAL', 1),
    ],
)
def test_profiles(name, reliability, durability, depth):
    profile = qos.qos_profile(name)
    assert profile.reliability == ReliabilityPolicy[reliability]
    assert profile.durability == DurabilityPolicy[durability]
    assert profile.history == HistoryPolicy.KEEP_LAST
    assert profile.depth == depth
    assert name in qos.PROFILE_NAMES


def test_unknown_profile():
    with pytest.raises(NotFoundError, match=r"'SENSOR_DATE' in color_qos.*mean 'SENSOR_DATA'"):
        qos.qos_profile('SENSOR_DATE', parameter='color_qos')


def test_shorthands():
    assert qos.reliable() == qos.qos_profile('DEFAULT')
    assert qos.latched() == qos.qos_profile('LATCHED')
    assert qos.clock().reliability == ReliabilityPolicy.RELIABLE
