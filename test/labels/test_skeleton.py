"""The robot's links, joints and skeleton in the image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from small_frames import make_frame
from small_scenes import make_state, make_surface

from synth_ros.errors import InternalError
from synth_ros.labels.skeleton import robot_label
from synth_ros.types import (
    Frame,
    JointState,
    Link,
    LinkPose,
    SkeletonPoint,
    Thing,
)

# Geom ids: 0 to 3 belong to the links, 4 to an object, 5 to the table.
LINKS = (Link('base', -1), Link('arm', 0), Link('tool', 1), Link('hand', 1))
THINGS = (
    Thing('object', 'mug_01', 1),
    *(Thing('robot', link.name) for link in LINKS),
    Thing('environment', 'table'),
)
SKELETON = (SkeletonPoint('lift', 1, -1), SkeletonPoint('turn', 2, 0), SkeletonPoint('grip', 3, 0))
JOINTS = (JointState('lift', 0.25, 0.5), JointState('turn', -1.0, 0.0), JointState('grip', 0, 0))
BASE, ARM, TOOL, HAND, MUG, TABLE, NOTHING = 0, 1, 2, 3, 4, 5, -1


def turned(axis: int, angle_rad: float, position) -> np.ndarray:
    pose = np.eye(4)
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    a, b = (axis + 1) % 3, (axis + 2) % 3
    pose[a, a] = pose[b, b] = c
    pose[a, b], pose[b, a] = -s, s
    pose[:3, 3] = position
    return pose


WORLD_FROM_CAMERA = turned(2, 0.4, (0.3, -0.2, 0.1)) @ turned(0, -0.7, (0, 0, 0))
LINK_POSES = tuple(
    LinkPose(link.name, turned(k % 3, 0.3 * k, (0.1 * k, 0.2, -0.1)))
    for k, link in enumerate(LINKS)
)


def frame_of(geom: int, *, points=None, depth_m: float = 0.5) -> Frame:
    """A frame of 8 x 6 pixels that shows one surface everywhere."""
    order = [1, 2, 3, 4, 0, 5]
    base = make_state(THINGS, [make_surface(thing) for thing in order])
    world = np.array([[0, 0, 1.0, 1.0]] * 3 if points is None else points) @ WORLD_FROM_CAMERA.T
    state = replace(
        base,
        geometry=replace(base.geometry, links=LINKS, skeleton=SKELETON),
        links=LINK_POSES,
        joints=JOINTS,
        skeleton_world_m=world[:, :3].copy(),
    )
    plain = make_frame(np.zeros((6, 8), np.int32))
    return replace(
        plain,
        world_from_camera=WORLD_FROM_CAMERA.copy(),
        depth_m=np.full((6, 8), depth_m, np.float32),
        geom_id=np.full((6, 8), geom, np.int32),
        scene=state,
    )


def test_links_are_given_in_the_optical_frame():
    label = robot_label(frame_of(NOTHING))
    assert [link.name for link in label.links] == ['base', 'arm', 'tool', 'hand']
    for link, pose in zip(label.links, LINK_POSES, strict=True):
        assert_allclose(
            WORLD_FROM_CAMERA @ link.camera_from_link, pose.world_from_link, atol=1e-12
        )
        assert not link.camera_from_link.flags.writeable


def test_joints_and_bones_are_those_of_the_scene():
    label = robot_label(frame_of(NOTHING))
    assert label.joints == JOINTS
    assert label.bones == ((0, 1), (0, 2))


def test_points_are_projected_by_hand():
    camera = make_frame(np.zeros((6, 8), np.int32)).camera
    given = [(0.01, -0.02, 0.8, 1), (-0.03, 0.01, 1.5, 1), (0.5, 0.1, -1.0, 1)]
    label = robot_label(frame_of(NOTHING, points=given))
    assert [point.name for point in label.skeleton] == ['lift', 'turn', 'grip']
    for point, (x, y, z, _) in zip(label.skeleton[:2], given[:2], strict=True):
        assert_allclose(point.camera_from_point_m, (x, y, z), atol=1e-12)
        by_hand = camera.fx * x / z + camera.cx, camera.fy * y / z + camera.cy
        assert_allclose(point.pixel, by_hand, atol=1e-9)
    assert label.skeleton[2].pixel is None
    assert label.skeleton[2].visibility == 0


@pytest.mark.parametrize(
    ('geom', 'visible'),
    [
        (BASE, {'lift'}),
        (ARM, {'lift', 'turn', 'grip'}),
        (TOOL, {'turn'}),
        (HAND, {'grip'}),
        (MUG, set()),
        (TABLE, set()),
    ],
)
def test_only_the_links_that_a_joint_joins_do_not_hide_it(geom, visible):
    label = robot_label(frame_of(geom))
    assert {point.name for point in label.skeleton if point.visibility == 2} == visible
    assert {point.visibility for point in label.skeleton} <= {1, 2}


def test_what_is_behind_a_joint_does_not_hide_it():
    label = robot_label(frame_of(TABLE, depth_m=1.5))
    assert {point.visibility for point in label.skeleton} == {2}


def test_nothing_hides_a_joint_before_empty_space():
    label = robot_label(frame_of(NOTHING, depth_m=0.0))
    assert {point.visibility for point in label.skeleton} == {2}


def test_an_object_of_a_link_s_name_still_hides():
    """Links and objects may share a name; only the robot's surfaces are its own."""
    frame = frame_of(MUG)
    things = (Thing('object', 'arm', 1), *THINGS[1:])
    scene = replace(frame.scene, geometry=replace(frame.scene.geometry, things=things))
    label = robot_label(replace(frame, scene=scene))
    assert {point.visibility for point in label.skeleton} == {1}


def test_a_robot_without_joints_has_no_skeleton():
    frame = frame_of(NOTHING)
    bare = replace(frame.scene.geometry, skeleton=())
    scene = replace(frame.scene, geometry=bare, skeleton_world_m=np.zeros((0, 3)))
    label = robot_label(replace(frame, scene=scene))
    assert label.skeleton == ()
    assert label.bones == ()


def test_a_frame_without_its_scene_is_refused():
    with pytest.raises(InternalError, match='without its scene'):
        robot_label(make_frame(np.zeros((6, 8), np.int32)))
