"""All publishers of the simulation: an instant goes out whole, under one stamp."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from nav_msgs.msg import Odometry
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage

from synth_ros.config.labels import Annotation
from synth_ros.pipeline.commands import Commanded
from synth_ros.pipeline.demand import FramePart
from synth_ros.pipeline.live import LiveFrame
from synth_ros.ros import convert, qos, tf
from synth_ros.ros.camera_publishers import CameraPublishers
from synth_ros.ros.messages import StreamOptions
from synth_ros.ros.names import WORLD_FRAME, camera_frames
from synth_ros.ros.odometry import odometry_message
from synth_ros.ros.outlets import Outlets
from synth_ros.scene.compiled import CompiledScene
from synth_ros.types import Category, FloatArray, ImuSample, LinkPose, Seen
from synth_ros.types import JointState as Joint


class Rig(NamedTuple):
    """How the robot and its cameras hang together.

    Attributes:
        tree: Links with their parents, parents first.
        mounts: Link that carries each camera, or ``world``, by camera name.
    """

    tree: Sequence[tf.LinkNode]
    mounts: Mapping[str, str]


class Moment(NamedTuple):
    """Everything to publish of one instant.

    Attributes:
        stamp_ns: Of all its messages.
        run: Scenes that were opened before.
        seen: What cameras gave, as far as it was made.
        world_from_cameras: Poses of optical frames by camera name, (4, 4).
        links: World poses of the robot's bodies.
        joints: Joint states of the robot.
        dataset_stamp_ns: Stamp of the frames in the dataset that they come from; ``None`` for
            live ones.
        felt: Samples of IMUs since the instant before, by camera.
        commanded: How the robot goes, if it obeys commands.
    """

    stamp_ns: int
    run: int
    seen: Sequence[Seen]
    world_from_cameras: Mapping[str, FloatArray]
    links: Sequence[LinkPose]
    joints: Sequence[Joint]
    dataset_stamp_ns: int | None = None
    felt: Mapping[str, Sequence[ImuSample]] = MappingProxyType({})
    commanded: Commanded | None = None


class SimPublishers:
    """Everything the simulation node publishes.

    Args:
        node: The node, or a bag.
        cameras: Camera names.
        links: Names of the robot's links.
        categories: All classes.
        options: How streams are published.
        description: The robot as URDF; without one, it has no topic.
        odometry: Whether the robot's base has odometry, which is the truth.
    """

    def __init__(
        self,
        node: Outlets,
        cameras: Sequence[str],
        *,
        links: Collection[str],
        categories: Sequence[Category],
        options: StreamOptions,
        description: str = '',
        odometry: bool = False,
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
        self._odom = node.create_publisher(Odometry, 'odom', qos.reliable()) if odometry else None
        self._sent_static = False
        if description:
            self._robot = node.create_publisher(String, 'robot_description', qos.latched())
            self._robot.publish(String(data=description))

    def unmatched(self, count: int = 1) -> list[str]:
        """Topics that a recorder takes and that have less than ``count`` subscribers yet."""
        streams = [stream for camera in self._cameras.values() for stream in camera.streams]
        return [
            publisher.topic_name
            for publisher in (*streams, self._clock, self._tf, self._joints)
            if publisher.get_subscription_count() < count
        ]

    def idle(self, camera: str) -> frozenset[Annotation]:
        """Annotations of a camera that nobody subscribes to; its next frame goes without them.

        To be asked before each frame is labelled, on the thread that publishes it.
        """
        return self._cameras[camera].idle()

    def parts(self, camera: str) -> frozenset[FramePart]:
        """What somebody wants of a camera's next frame; any thread may ask."""
        return self._cameras[camera].parts()

    def feels(self, camera: str) -> bool:
        """Whether somebody wants what a camera's IMU measures; any thread may ask."""
        return self._cameras[camera].feels()

    @property
    def switchable(self) -> tuple[str, ...]:
        """Names of the streams of any camera that flow."""
        names = (name for camera in self._cameras.values() for name in camera.switchable)
        return tuple(dict.fromkeys(names))

    def switch_off(self, names: frozenset[str]) -> None:
        """Publish all streams but these from the next frame on; any thread may ask."""
        for camera in self._cameras.values():
            camera.off = names

    def subscriptions(self) -> dict[str, int]:
        """How many subscriptions the streams of each camera have."""
        return {name: camera.subscriptions for name, camera in self._cameras.items()}

    def made(self, camera: str) -> dict[str, object]:
        """What is made of a camera's frames now, and for whom, for diagnostics."""
        return self._cameras[camera].made()

    @property
    def is_watched(self) -> bool:
        """Whether anybody subscribes to any stream of a camera."""
        return any(self.subscriptions().values())

    def publish(self, frame: LiveFrame, scene: CompiledScene) -> None:
        """Publish one instant of the simulation."""
        names = [part.model.name for part in scene.cameras]
        moment = Moment(
            stamp_ns=frame.stamp_ns,
            run=frame.run,
            seen=frame.seen,
            world_from_cameras=dict(zip(names, frame.world_from_cameras, strict=True)),
            links=frame.links,
            joints=frame.joints,
            felt=frame.felt,
            commanded=frame.commanded,
        )
        self.send(moment, rig_of(scene))

    def send(self, now: Moment, rig: Rig) -> None:
        """Publish one instant: clock and transforms first, so that consumers find them."""
        self._clock.publish(Clock(clock=convert.stamp_message(now.stamp_ns)))
        self._publish_tf(now, rig)
        if now.joints:
            self._joints.publish(_joint_state(now))
        for name, felt in now.felt.items():
            self._cameras[name].publish_felt(felt)
        if self._odom is not None and now.commanded is not None and now.links:
            first = now.links[0]
            self._odom.publish(odometry_message(now.stamp_ns, first, now.commanded))
        for seen in now.seen:
            self._cameras[seen.key.camera].publish(
                seen, run=now.run, dataset_stamp_ns=now.dataset_stamp_ns
            )

    def settle(self) -> None:
        """Wait until everything is out, and end the threads; the last call.

        Raises:
            OutputError: Something could not be encoded.
        """
        for camera in self._cameras.values():
            camera.settle()

    def _publish_tf(self, now: Moment, rig: Rig) -> None:
        poses = {link.name: link.world_from_link for link in now.links}
        moving = tf.link_edges(rig.tree, poses) if poses else []
        mounts = [
            self._mount(name, pose, rig=rig, poses=poses)
            for name, pose in now.world_from_cameras.items()
        ]
        options = self._options
        static = [
            edge
            for name, frames in self._frames.items()
            for edge in tf.sensor_edges(
                frames, baseline_m=options.baselines_m.get(name), imu=name in options.imus
            )
        ]
        (moving if self._options.mounts_move else static).extend(mounts)
        if moving:
            self._tf.publish(TFMessage(transforms=tf.transform_messages(moving, now.stamp_ns)))
        if not self._sent_static:
            self._sent_static = True
            self._tf_static.publish(
                TFMessage(transforms=tf.transform_messages(static, now.stamp_ns))
            )

    def _mount(
        self,
        camera: str,
        world_from_camera: FloatArray,
        *,
        rig: Rig,
        poses: Mapping[str, FloatArray],
    ) -> tf.Edge:
        parent = rig.mounts.get(camera, WORLD_FRAME)
        world_from_parent = poses.get(parent)
        return tf.mount_edge(
            self._frames[camera],
            WORLD_FRAME if world_from_parent is None else parent,
            world_from_parent=np.eye(4) if world_from_parent is None else world_from_parent,
            world_from_camera=world_from_camera,
        )


def rig_of(scene: CompiledScene) -> Rig:
    """How a scene's robot and cameras hang together."""
    return Rig(link_tree(scene), {part.model.name: part.parent_link for part in scene.cameras})


def link_tree(scene: CompiledScene) -> list[tf.LinkNode]:
    """The robot's links with their parents, parents first."""
    names = {body: name for name, body in scene.robot.links}
    parents = scene.model.body_parentid
    return [tf.LinkNode(name, names.get(int(parents[body]))) for name, body in scene.robot.links]


def _joint_state(now: Moment) -> JointState:
    return JointState(
        header=convert.header(now.stamp_ns, ''),
        name=[joint.name for joint in now.joints],
        position=[joint.position for joint in now.joints],
        velocity=[joint.velocity for joint in now.joints],
    )
