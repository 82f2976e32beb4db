"""Topic and frame names: realsense's for what a camera gives, ours for what only we know."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

WORLD_FRAME = 'world'


class CameraTopics(NamedTuple):
    """Topics of one camera, relative to the node's namespace.

    Attributes:
        color: Colour image, rgb8.
        color_info: Its calibration.
        depth: Depth along the optical axis, 16UC1 mm or 32FC1 m.
        depth_info: Its calibration.
        aligned_depth: Depth in the colour camera's frame.
        aligned_depth_info: Its calibration.
        instance: Instance ids, 16UC1, 0 background.
        semantic: Class ids, mono8 (16UC1 beyond 254 classes), 0 background.
        label_info: Names of the class ids, latched.
        detections_2d: Tight visible boxes.
        detections_3d: Oriented boxes and poses in the optical frame.
        annotations: Every label of the frame as JSON, and how the frame was made.
    """

    color: str
    color_info: str
    depth: str
    depth_info: str
    aligned_depth: str
    aligned_depth_info: str
    instance: str
    semantic: str
    label_info: str
    detections_2d: str
    detections_3d: str
    annotations: str


def camera_topics(camera: str) -> CameraTopics:
    """Topics of a camera by its name in the config."""
    return CameraTopics(
        color=f'{camera}/color/image_raw',
        color_info=f'{camera}/color/camera_info',
        depth=f'{camera}/depth/image_rect_raw',
        depth_info=f'{camera}/depth/camera_info',
        aligned_depth=f'{camera}/aligned_depth_to_color/image_raw',
        aligned_depth_info=f'{camera}/aligned_depth_to_color/camera_info',
        instance=f'{camera}/labels/instance',
        semantic=f'{camera}/labels/semantic',
        label_info=f'{camera}/labels/label_info',
        detections_2d=f'{camera}/labels/detections_2d',
        detections_3d=f'{camera}/labels/detections_3d',
        annotations=f'{camera}/labels/annotations',
    )


class CameraFrames(NamedTuple):
    """TF frames of one camera.

    Attributes:
        link: Body frame: x forward, y left, z up.
        color: Colour sensor, same axes.
        color_optical: Colour image: z forward, x right, y down.
        depth: Depth sensor, same axes as the link.
        depth_optical: Depth image.
    """

    link: str
    color: str
    color_optical: str
    depth: str
    depth_optical: str


def camera_frames(camera: str, links: Collection[str] = ()) -> CameraFrames:
    """TF frames of a camera by its name in the config.

    A frame has one parent, so a camera whose frame is a link of the robot already (camera
    ``head`` on ``head_link``) gets frames that begin with ``head_camera`` instead.

    Args:
        camera: Camera name.
        links: Names of the robot's links.
    """
    taken = {WORLD_FRAME, *map(link_frame, links)}
    prefix = camera
    while not taken.isdisjoint(frames := _frames(prefix)):
        prefix += '_camera'
    return frames


def _frames(prefix: str) -> CameraFrames:
    return CameraFrames(
        link=f'{prefix}_link',
        color=f'{prefix}_color_frame',
        color_optical=f'{prefix}_color_optical_frame',
        depth=f'{prefix}_depth_frame',
        depth_optical=f'{prefix}_depth_optical_frame',
    )


def link_frame(link: str) -> str:
    """TF frame of a robot link: its name, with the slashes of MJCF namespaces replaced."""
    return link.replace('/', '_')
