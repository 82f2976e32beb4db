"""Postures in words of the config: where the robot starts, and what is drawn from there."""

import math

import numpy as np
import pytest
from small_bot import rotation_z, view


def test_home_is_the_configured_posture(make):
    world = make().world
    joints = {joint.name: joint.position for joint in world.joints()}
    assert joints == {'lift': 0.0, 'swing': 1.5, 'finger': pytest.approx(0.1 + 0.5 * 1.5)}
    root = dict(world.links())['base_link']
    np.testing.assert_allclose(root[:3, 3], [0, 0.1, 0], atol=1e-12)
    np.testing.assert_allclose(root[:3, :3], rotation_z(math.radians(30)), atol=1e-12)


def test_a_view_offsets_the_root_and_sets_named_joints(make):
    world = make().world
    world.set_posture(world.postures.of(view(lift=0.2)))
    joints = {joint.name: joint.position for joint in world.joints()}
    assert joints == {'lift': 0.2, 'swing': 1.5, 'finger': pytest.approx(0.1 + 0.5 * 1.5)}
    root = dict(world.links())['base_link']
    np.testing.assert_allclose(root[:3, 3], [0.1, -0.1, 0], atol=1e-12)
    np.testing.assert_allclose(root[:3, :3], rotation_z(math.radians(30) + 0.5), atol=1e-12)


def test_joints_that_follow_others_follow_drawn_ones(make):
    world = make().world
    for joints, finger in (({'swing': -1.0}, 0.1 - 0.5), ({'swing': 0.0, 'finger': 0.7}, 0.7)):
        world.set_posture(world.postures.of(view(**joints)))
        positions = {joint.name: joint.position for joint in world.joints()}
        assert positions['finger'] == pytest.approx(finger)
