"""Transforms of the robot and its cameras, from one simulation state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from geometry_msgs.msg import TransformStamped, Vector3

from synth_ros.geometry.transforms import LINK_FROM_OPTICAL, inverse, make_transform
from synth_ros.ros.convert import header, rotation_message
from synth_ros.ros.names import WORLD_FRAME, CameraFrames, link_frame
from synth_ros.types import FloatArray


class Edge(NamedTuple):
    """One edge of the TF tree.

    Attributes:
        parent: Parent frame.
        child: Child frame.
        parent_from_child: Pose of the child in the parent, (4, 4).
    """

    parent: str
    child: str
    parent_from_child: FloatArray


class LinkNode(NamedTuple):
    """One robot link and its place in the tree.

    Attributes:
        name: Link name in the robot's own model.
        parent: Name of its parent link, or ``None`` for the robot's root.
    """

    name: str
    parent: str | None


def link_edges(tree: Sequence[LinkNode], world_from_link: Mapping[str, FloatArray]) -> list[Edge]:
    """The robot's part of the tree.

    Args:
        tree: All links, parents first.
        world_from_link: Pose of each link in the world.
    """
    edges = []
    for node in tree:
        pose = world_from_link[node.name]
        if node.parent is None:
            edges.append(Edge(WORLD_FRAME, link_frame(node.name), pose))
        else:
            relative = inverse(world_from_link[node.parent]) @ pose
            edges.append(Edge(link_frame(node.parent), link_frame(node.name), relative))
    return edges


def mount_edge(
    frames: CameraFrames,
    parent_link: str,
    *,
    world_from_parent: FloatArray,
    world_from_camera: FloatArray,
) -> Edge:
    """Where a camera's body frame sits on its link.

    Args:
        frames: The camera's frames.
        parent_link: Link that carries it, or ``world``.
        world_from_parent: Pose of that link.
        world_from_camera: Pose of the optical frame.
    """
    world_from_link = world_from_camera @ inverse(LINK_FROM_OPTICAL)
    parent = WORLD_FRAME if parent_link == 'world' else link_frame(parent_link)
    return Edge(parent, frames.link, inverse(world_from_parent) @ world_from_link)


def sensor_edges(
    frames: CameraFrames, *, baseline_m: float | None = None, imu: bool = False
) -> list[Edge]:
    """The fixed frames inside a camera: one eye sees colour and depth.

    Args:
        frames: The camera's frames.
        baseline_m: Of its stereo pair, if it has one: how far the right eye is to the right.
        imu: Whether it has an inertial measurement unit.
    """
    still = np.eye(4)
    sensors = [
        (frames.color, frames.color_optical, still),
        (frames.depth, frames.depth_optical, still),
    ]
    if baseline_m is not None:
        right = make_transform(np.eye(3), (0.0, -baseline_m, 0.0))
        sensors += [
            (frames.infra1, frames.infra1_optical, still),
            (frames.infra2, frames.infra2_optical, right),
        ]
    if imu:
        sensors += [
            (frames.imu, frames.imu_optical, still),
            (frames.accel, frames.accel_optical, still),
            (frames.gyro, frames.gyro_optical, still),
        ]
    edges = []
    for sensor, optical, link_from_sensor in sensors:
        edges.append(Edge(frames.link, sensor, link_from_sensor))
        edges.append(Edge(sensor, optical, LINK_FROM_OPTICAL))
    return edges


def transform_messages(edges: Sequence[Edge], stamp_ns: int) -> list[TransformStamped]:
    """Messages of edges at one stamp."""
    return [_message(edge, stamp_ns) for edge in edges]


def _message(edge: Edge, stamp_ns: int) -> TransformStamped:
    message = TransformStamped(header=header(stamp_ns, edge.parent), child_frame_id=edge.child)
    x, y, z = (float(v) for v in edge.parent_from_child[:3, 3])
    message.transform.translation = Vector3(x=x, y=y, z=z)
    message.transform.rotation = rotation_message(edge.parent_from_child)
    return message
