"""All publishers of the simulation: a live frame goes out whole, under one stamp."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from tf2_msgs.msg import TFMessage

from synth_ros.pipeline.live import LiveFrame
from synth_ros.ros import convert, qos, tf
from synth_ros.ros.camera_publishers import CameraPublishers
from synth_ros.ros.messages import StreamOptions
from synth_ros.ros.names import camera_frames
from synth_ros.scene.compiled import CameraPart, CompiledScene
from synth_ros.types import Category, FloatArray


class SimPublishers:
    """Everything the simulation node publishes.

    Args:
        node: The node.
        cameras: Camera names.
        links: Names of the robot's links.
        categories: All classes.
        options: How streams are published.
    """

    def __init__(
        self,
        node: Node,
        cameras: Sequence[str],
        *,
        links: Collection[str],
        categories: Sequence[Category],
        options: StreamOptions,
    ) -> None:
        self._options = options
        self._frames = {name: camera_frames(name, links) for name in cameras}
        self._cameras = {
            name: CameraPublishers(
                node, name, frames=frames, categories=categories, options=options
            )
            for name, frames in self._frames.items()
        }
        self._clock = node.create_publisher(Clock, '/clock', qos.clock())
        self._tf = node.create_publisher(TFMessage, '/tf', qos.reliable())
        self._tf_static = node.create_publisher(TFMessage, '/tf_static', qos.latched())
        self._joints = node.create_publisher(JointState, 'joint_states', qos.reliable())
        self._sent_static: tuple[tf.Edge, ...] = ()

    def unmatched(self) -> list[str]:
        """Topics that a recorder takes and nobody subscribes to yet."""
        streams = [stream for camera in self._cameras.values() for stream in camera.streams]
        return [
            publisher.topic_name
            for publisher in (*streams, self._clock, self._tf, self._joints)
            if not publisher.get_subscription_count()
        ]

    def publish(self, frame: LiveFrame, scene: CompiledScene) -> None:
        """Publish one instant: clock and transforms first, so that consumers find them."""
        self._clock.publish(Clock(clock=convert.stamp_message(frame.stamp_ns)))
        self._publish_tf(frame, scene)
        if frame.joints:
            self._joints.publish(_joint_state(frame))
        for sample in frame.samples:
            self._cameras[sample.key.camera].publish(sample, run=frame.run)

    def _publish_tf(self, frame: LiveFrame, scene: CompiledScene) -> None:
        tree = link_tree(scene)
        poses = {link.name: link.world_from_link for link in frame.links}
        moving = tf.link_edges(tree, poses)
        cameras = zip(scene.cameras, frame.world_from_cameras, strict=True)
        mounts = [self._mount(part, pose, poses) for part, pose in cameras]
        static = [edge for frames in self._frames.values() for edge in tf.sensor_edges(frames)]
        (moving if self._options.mounts_move else static).extend(mounts)
        if moving:
            self._tf.publish(TFMessage(transforms=tf.transform_messages(moving, frame.stamp_ns)))
        if not self._sent_static:
            self._sent_static = tuple(static)
            self._tf_static.publish(
                TFMessage(transforms=tf.transform_messages(static, frame.stamp_ns))
            )

    def _mount(
        self, part: CameraPart, world_from_camera: FloatArray, poses: Mapping[str, FloatArray]
    ) -> tf.Edge:
        world_from_parent = poses.get(part.parent_link)
        return tf.mount_edge(
            self._frames[part.model.name],
            part.parent_link,
            world_from_parent=np.eye(4) if world_from_parent is None else world_from_parent,
            world_from_camera=world_from_camera,
        )


def link_tree(scene: CompiledScene) -> list[tf.LinkNode]:
    """The robot's links with their parents, parents first."""
    names = {body: name for name, body in scene.robot.links}
    parents = scene.model.body_parentid
    return [tf.LinkNode(name, names.get(int(parents[body]))) for name, body in scene.robot.links]


def _joint_state(frame: LiveFrame) -> JointState:
    return JointState(
        header=convert.header(frame.stamp_ns, ''),
        name=[joint.name for joint in frame.joints],
        position=[joint.position for joint in frame.joints],
        velocity=[joint.velocity for joint in frame.joints],
    )
