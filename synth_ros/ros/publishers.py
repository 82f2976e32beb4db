"""All publishers of the simulation: a live frame goes out whole, under one stamp."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rclpy.node import Node
from rclpy.publisher import Publisher
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2DArray, Detection3DArray, LabelInfo

from synth_ros.pipeline.live import LiveFrame
from synth_ros.ros import annotations, convert, qos, tf
from synth_ros.ros.convert import ClassIdFormat, DepthEncoding
from synth_ros.ros.names import CameraFrames, camera_frames, camera_topics
from synth_ros.scene.compiled import CameraPart, CompiledScene
from synth_ros.types import Category, FloatArray, Sample


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """How streams are published.

    Attributes:
        depth_encoding: ``16UC1`` or ``32FC1``.
        class_id_format: ``id`` or ``name``.
        color_qos: QoS profile name of colour images and their calibration.
        depth_qos: The same for depth.
        labels_qos: The same for masks, detections and annotations.
        mounts_move: Whether camera mounts change between episodes; they then go to ``/tf``.
        session: Name of this run of the simulator, for the annotations.
    """

    depth_encoding: DepthEncoding
    class_id_format: ClassIdFormat
    color_qos: str = 'DEFAULT'
    depth_qos: str = 'DEFAULT'
    labels_qos: str = 'DEFAULT'
    mounts_move: bool = False
    session: str = ''


class CameraPublishers:
    """The topics of one camera.

    Args:
        node: The node that publishes.
        camera: Camera name.
        frames: Its TF frames.
        categories: All classes, for ``label_info``.
        options: How streams are published.
    """

    def __init__(
        self,
        node: Node,
        camera: str,
        *,
        frames: CameraFrames,
        categories: Sequence[Category],
        options: StreamOptions,
    ) -> None:
        topics, self._frames = camera_topics(camera), frames
        self._categories, self._options = tuple(categories), options
        color = qos.qos_profile(options.color_qos, parameter='color_qos')
        depth = qos.qos_profile(options.depth_qos, parameter='depth_qos')
        labels = qos.qos_profile(options.labels_qos, parameter='labels_qos')
        make = node.create_publisher
        self._color = make(Image, topics.color, color)
        self._color_info = make(CameraInfo, topics.color_info, color)
        self._depth = make(Image, topics.depth, depth)
        self._depth_info = make(CameraInfo, topics.depth_info, depth)
        self._aligned = make(Image, topics.aligned_depth, depth)
        self._aligned_info = make(CameraInfo, topics.aligned_depth_info, depth)
        self._instance = make(Image, topics.instance, labels)
        self._semantic = make(Image, topics.semantic, labels)
        self._detections_2d = make(Detection2DArray, topics.detections_2d, labels)
        self._detections_3d = make(Detection3DArray, topics.detections_3d, labels)
        self._annotations = make(String, topics.annotations, labels)
        self._label_info = make(LabelInfo, topics.label_info, qos.latched())
        head = convert.header(0, self._frames.color_optical)
        self._label_info.publish(convert.label_info(self._categories, head))

    @property
    def streams(self) -> tuple[Publisher, ...]:
        """The publishers a recorder must be connected to before the first frame."""
        return (
            self._color,
            self._color_info,
            self._depth,
            self._depth_info,
            self._instance,
            self._semantic,
            self._detections_2d,
            self._detections_3d,
            self._annotations,
        )

    def publish(self, sample: Sample, *, run: int) -> None:
        """Publish everything one camera has for one instant."""
        stamp, frame = sample.frame.stamp_ns, sample.frame
        color = convert.header(stamp, self._frames.color_optical)
        depth = convert.header(stamp, self._frames.depth_optical)
        self._color_info.publish(convert.camera_info(frame.camera, color))
        self._depth_info.publish(convert.camera_info(frame.camera, depth))
        self._color.publish(convert.image_message(sample.rgb, 'rgb8', color))
        encoding = self._options.depth_encoding
        image = convert.depth_image(sample.depth_m, encoding, depth)
        self._depth.publish(image)
        if self._aligned.get_subscription_count():
            # Colour and depth share one eye, so aligning changes the frame's name alone.
            image.header = color
            self._aligned.publish(image)
            self._aligned_info.publish(convert.camera_info(frame.camera, color))
        self._publish_labels(sample, run=run)

    def _publish_labels(self, sample: Sample, *, run: int) -> None:
        head = convert.header(sample.frame.stamp_ns, self._frames.color_optical)
        labels, form = sample.labels, self._options.class_id_format
        self._instance.publish(convert.instance_mask(labels, head))
        self._semantic.publish(convert.semantic_mask(labels, self._categories, head))
        self._detections_2d.publish(
            convert.detections_2d(labels.instances, head, class_id_format=form)
        )
        self._detections_3d.publish(
            convert.detections_3d(labels.instances, head, class_id_format=form)
        )
        text = annotations.to_json(sample, session=self._options.session, run=run)
        self._annotations.publish(String(data=text))


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
        mounts = [self._mount(part, sample, poses) for part, sample in _pairs(frame, scene)]
        static = [edge for frames in self._frames.values() for edge in tf.sensor_edges(frames)]
        (moving if self._options.mounts_move else static).extend(mounts)
        if moving:
            self._tf.publish(TFMessage(transforms=tf.transform_messages(moving, frame.stamp_ns)))
        if not self._sent_static:
            self._sent_static = tuple(static)
            self._tf_static.publish(
                TFMessage(transforms=tf.transform_messages(static, frame.stamp_ns))
            )

    def _mount(self, part: CameraPart, sample: Sample, poses: Mapping[str, FloatArray]) -> tf.Edge:
        world_from_parent = poses.get(part.parent_link)
        return tf.mount_edge(
            self._frames[part.model.name],
            part.parent_link,
            world_from_parent=np.eye(4) if world_from_parent is None else world_from_parent,
            world_from_camera=sample.frame.world_from_camera,
        )


def link_tree(scene: CompiledScene) -> list[tf.LinkNode]:
    """The robot's links with their parents, parents first."""
    names = {body: name for name, body in scene.robot.links}
    parents = scene.model.body_parentid
    return [tf.LinkNode(name, names.get(int(parents[body]))) for name, body in scene.robot.links]


def _pairs(frame: LiveFrame, scene: CompiledScene) -> list[tuple[CameraPart, Sample]]:
    return list(zip(scene.cameras, frame.samples, strict=True))


def _joint_state(frame: LiveFrame) -> JointState:
    return JointState(
        header=convert.header(frame.stamp_ns, ''),
        name=[joint.name for joint in frame.joints],
        position=[joint.position for joint in frame.joints],
        velocity=[joint.velocity for joint in frame.joints],
    )
