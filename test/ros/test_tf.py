"""The chain world - link - camera - optical frame gives the pose that the camera really has."""

import numpy as np
import pytest
from tf_chain import matrix_of, world_from

from synth_ros.geometry.transforms import make_transform, matrix_from_rpy
from synth_ros.ros import tf
from synth_ros.ros.extrinsics import extrinsics_from_depth
from synth_ros.ros.names import camera_frames, link_frame

LINKS = {
    'base_link': make_transform(matrix_from_rpy([0, 0, 0.5]), [1.0, 2.0, 0.0]),
    'arm/lift_link': make_transform(matrix_from_rpy([0.1, -0.2, 0.7]), [1.0, 2.0, 0.9]),
    'arm/head_link': make_transform(matrix_from_rpy([-0.4, 0.2, 1.1]), [1.1, 2.2, 1.3]),
}
TREE = [
    tf.LinkNode('base_link', None),
    tf.LinkNode('arm/lift_link', 'base_link'),
    tf.LinkNode('arm/head_link', 'arm/lift_link'),
]
FRAMES = camera_frames('head', LINKS)
WORLD_FROM_CAMERA = make_transform(matrix_from_rpy([-1.9, 0.1, 0.3]), [1.3, 2.1, 1.4])


def all_edges(parent='arm/head_link'):
    mount = tf.mount_edge(
        FRAMES,
        parent,
        world_from_parent=LINKS.get(parent, np.eye(4)),
        world_from_camera=WORLD_FROM_CAMERA,
    )
    return [*tf.link_edges(TREE, LINKS), mount, *tf.sensor_edges(FRAMES)]


@pytest.mark.parametrize('parent', ['arm/head_link', 'base_link', 'world'])
@pytest.mark.parametrize('sensor', ['color', 'depth'])
def test_chain_to_the_optical_frame(parent, sensor):
    messages = tf.transform_messages(all_edges(parent), 1_500_000_000)
    assert {(m.header.stamp.sec, m.header.stamp.nanosec) for m in messages} == {(1, 500_000_000)}
    pose = world_from(f'head_{sensor}_optical_frame', messages)
    np.testing.assert_allclose(pose, WORLD_FROM_CAMERA, atol=1e-12)


def test_chain_to_each_link():
    messages = tf.transform_messages(all_edges(), 0)
    for name, pose in LINKS.items():
        np.testing.assert_allclose(world_from(link_frame(name), messages), pose, atol=1e-12)


def test_namespaces_become_underscores():
    assert link_frame('arm/head_link') == 'arm_head_link'
    assert {edge.parent for edge in all_edges()} >= {'world', 'base_link', 'arm_lift_link'}


@pytest.mark.parametrize('sensor', ['color', 'depth'])
def test_optical_quaternion_is_that_of_rep_103(sensor):
    frames = FRAMES._asdict()
    messages = {m.child_frame_id: m for m in tf.transform_messages(tf.sensor_edges(FRAMES), 0)}
    optical = messages[frames[f'{sensor}_optical']]
    assert optical.header.frame_id == frames[sensor]
    q = optical.transform.rotation
    assert np.allclose(np.array([q.x, q.y, q.z, q.w]) * np.sign(q.w), [-0.5, 0.5, -0.5, 0.5])
    still = messages[frames[sensor]]
    np.testing.assert_array_equal(matrix_of(still.transform), np.eye(4))
    assert still.header.frame_id == 'head_link'


def test_the_right_eye_is_to_the_right():
    edges = tf.sensor_edges(FRAMES, baseline_m=0.05)
    places = {edge.child: edge.parent_from_child for edge in edges}
    assert len(places) == 8
    left, right = (
        places[sensor] @ places[optical]
        for sensor, optical in (
            (FRAMES.infra1, FRAMES.infra1_optical),
            (FRAMES.infra2, FRAMES.infra2_optical),
        )
    )
    np.testing.assert_array_equal(left, places[FRAMES.color_optical])
    np.testing.assert_allclose((np.linalg.inv(left) @ right)[:3, 3], [0.05, 0, 0], atol=1e-15)
    # Extrinsics tell the same.
    told = extrinsics_from_depth(0.05)
    np.testing.assert_allclose(told['depth_to_infra2'], np.linalg.inv(right) @ left, atol=1e-15)
    np.testing.assert_array_equal(told['depth_to_infra1'], np.eye(4))


def test_axes_of_rep_103():
    """Optical z is the body's forward x, optical x its right, optical y its down."""
    *_, optical = tf.transform_messages(tf.sensor_edges(FRAMES), 0)
    x, y, z = matrix_of(optical.transform)[:3, :3].T
    np.testing.assert_allclose(z, [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(x, [0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(y, [0, 0, -1], atol=1e-12)


def test_a_camera_gives_way_to_a_link_of_its_name():
    assert camera_frames('head', ['base_link', 'torso_link']) == camera_frames('head')
    frames = camera_frames('head', ['base_link', 'head_link'])
    assert frames.link == 'head_camera_link'
    assert frames.color == 'head_camera_color_frame'
    assert frames.depth_optical == 'head_camera_depth_optical_frame'
    assert camera_frames('arm_eye', ['arm/eye_link']).link == 'arm_eye_camera_link'
    again = camera_frames('head', ['head_depth_frame', 'head_camera_link'])
    assert again.link == 'head_camera_camera_link'
