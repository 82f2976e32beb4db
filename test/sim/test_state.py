"""The state of a scene as plain data: right, complete, and free of MuJoCo's memory."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from synth_ros.geometry.transforms import make_transform


def test_geoms_links_and_joints_are_where_they_are(make):
    world = make().world
    world.set_posture(world.postures.home._replace(x_m=0.3, yaw_rad=0.7))
    state = world.state()
    assert len(state.world_from_geom) == world.model.ngeom
    for geom, pose in enumerate(state.world_from_geom):
        want = make_transform(world.data.geom_xmat[geom].reshape(3, 3), world.data.geom_xpos[geom])
        np.testing.assert_array_equal(pose, want)
    assert [link.name for link in state.links] == [link.name for link in state.geometry.links]
    assert state.joints == world.joints()
    assert len(state.joints) == 3


def test_skeleton_points_are_joint_anchors_by_hand(make):
    world = make().world
    world.set_posture(world.postures.home._replace(x_m=0.0, y_m=0.0, yaw_rad=0.0))
    state = world.state()
    assert [point.name for point in state.geometry.skeleton] == ['lift', 'swing', 'finger']
    assert [point.parent for point in state.geometry.skeleton] == [-1, 0, 1]
    lift, swing, finger = state.skeleton_world_m
    # A slide's anchor moves with it; the arm turns by 1.5 about the mast.
    np.testing.assert_allclose(lift, [0, 0, 0.9], atol=1e-9)
    np.testing.assert_allclose(swing, [0, 0, 0.9], atol=1e-9)
    np.testing.assert_allclose(finger, [-0.1 * np.sin(1.5), 0.1 * np.cos(1.5), 0.9], atol=1e-9)


def test_a_state_does_not_change_afterwards(make):
    made = make()
    world = made.world
    state = world.state()
    poses = state.world_from_geom.copy()
    points, links = state.skeleton_world_m.copy(), [link.world_from_link for link in state.links]
    kept = [pose.copy() for pose in links]
    world.set_posture(world.postures.home._replace(x_m=1.0, yaw_rad=1.0))
    for _ in range(20):
        mujoco.mj_step(world.model, world.data)
    np.testing.assert_array_equal(state.world_from_geom, poses)
    np.testing.assert_array_equal(state.skeleton_world_m, points)
    np.testing.assert_array_equal(links, kept)
    memory = [world.data.geom_xpos, world.data.geom_xmat, world.data.xanchor, world.data.xpos]
    for array in (state.world_from_geom, state.skeleton_world_m, *links):
        assert not any(np.shares_memory(array, other) for other in memory)
        with pytest.raises(ValueError, match='read-only'):
            array[...] = 0
