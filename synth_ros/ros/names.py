"""Topic and frame names: realsense's for what a camera gives, ours for what only we know."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

WORLD_FRAME = 'world'


class CameraTopics(NamedTuple):
    """Topics of one camera, relative to the node's namespace.

    ``streams`` says which of them a config switches on. Dense annotations have the names of
    ``schema.records.LayerName`` here.

    Attributes:
        color: Colour image, rgb8.
        color_info: Its calibration.
        color_compressed: The colour image as JPEG.
        depth: Depth along the optical axis, 16UC1 mm or 32FC1 m.
        depth_info: Its calibration.
        depth_compressed: The depth image as PNG behind a header, as image_transport has it.
        aligned_depth: Depth in the colour camera's frame.
        aligned_depth_info: Its calibration.
        aligned_depth_compressed: Depth in the colour camera's frame, as PNG behind a header.
        color_points: Coloured point cloud of depth and colour as sensed.
        depth_to_color: Points of the depth camera's frame in that of the colour camera, latched.
        infra1: Grey image of the left eye of a stereo pair, mono8.
        infra1_info: Its calibration.
        infra2: Grey image of the right eye.
        infra2_info: Its calibration.
        depth_to_infra1: Points of the depth camera's frame in that of the left eye, latched.
        depth_to_infra2: The same in that of the right eye.
        imu: Samples of the inertial measurement unit.
        accel: Their accelerations alone.
        gyro: Their angular velocities alone.
        depth_to_accel: Points of the depth camera's frame in that of the accelerometer, latched.
        depth_to_gyro: The same in that of the gyroscope.
        instance: Instance ids, 16UC1, 0 background.
        semantic: Class ids, mono8 (16UC1 beyond 254 classes), 0 background.
        label_info: Names of the class ids, latched.
        detections_2d: Tight visible boxes.
        detections_2d_oriented: Rectangles of least area around the visible pixels.
        detections_3d: Oriented boxes and poses in the optical frame.
        keypoints: Named points of objects and joints of the robot, one detection each.
        annotations: Every label of the frame as JSON, and how the frame was made.
        depth_m: Depth without sensor effects, 32FC1 m.
        distance_m: Length of each pixel's ray, 32FC1 m.
        normals: Surface normals, 32FC3.
        points_m: Point cloud of the clean depth with instance and class ids.
        part_id: Part ids, 16UC1, 0 none.
        panoptic_id: Segment ids, 32SC1, 0 void.
        panoptic_info: Names of all class ids, those of stuff included, latched.
        flow_forward: Optical flow to the next frame, 32FC2 pixels.
        flow_forward_state: ``FlowState`` of its pixels, mono8.
        flow_backward: Optical flow to the frame before.
        flow_backward_state: Its states.
        scene_flow_forward: Motion of the points to the next frame, 32FC3 m.
        scene_flow_backward: Motion of the points to the frame before.
        markers: 3D boxes, names, skeleton and contacts for RViz.
        image_annotated: The colour image with the labels drawn on it, rgb8.
    """

    color: str
    color_info: str
    color_compressed: str
    depth: str
    depth_info: str
    depth_compressed: str
    aligned_depth: str
    aligned_depth_info: str
    aligned_depth_compressed: str
    color_points: str
    depth_to_color: str
    infra1: str
    infra1_info: str
    infra2: str
    infra2_info: str
    depth_to_infra1: str
    depth_to_infra2: str
    imu: str
    accel: str
    gyro: str
    depth_to_accel: str
    depth_to_gyro: str
    instance: str
    semantic: str
    label_info: str
    detections_2d: str
    detections_2d_oriented: str
    detections_3d: str
    keypoints: str
    annotations: str
    depth_m: str
    distance_m: str
    normals: str
    points_m: str
    part_id: str
    panoptic_id: str
    panoptic_info: str
    flow_forward: str
    flow_forward_state: str
    flow_backward: str
    flow_backward_state: str
    scene_flow_forward: str
    scene_flow_backward: str
    markers: str
    image_annotated: str


_CAMERA_TOPICS = {
    'color': 'color/image_raw',
    'color_info': 'color/camera_info',
    'color_compressed': 'color/image_raw/compressed',
    'depth': 'depth/image_rect_raw',
    'depth_info': 'depth/camera_info',
    'depth_compressed': 'depth/image_rect_raw/compressedDepth',
    'aligned_depth': 'aligned_depth_to_color/image_raw',
    'aligned_depth_info': 'aligned_depth_to_color/camera_info',
    'aligned_depth_compressed': 'aligned_depth_to_color/image_raw/compressedDepth',
    'color_points': 'depth/color/points',
    'depth_to_color': 'extrinsics/depth_to_color',
    'infra1': 'infra1/image_rect_raw',
    'infra1_info': 'infra1/camera_info',
    'infra2': 'infra2/image_rect_raw',
    'infra2_info': 'infra2/camera_info',
    'depth_to_infra1': 'extrinsics/depth_to_infra1',
    'depth_to_infra2': 'extrinsics/depth_to_infra2',
    'imu': 'imu',
    'accel': 'accel/sample',
    'gyro': 'gyro/sample',
    'depth_to_accel': 'extrinsics/depth_to_accel',
    'depth_to_gyro': 'extrinsics/depth_to_gyro',
    'depth_m': 'labels/depth',
    'distance_m': 'labels/distance',
    'points_m': 'labels/points',
    'part_id': 'labels/parts',
    'panoptic_id': 'labels/panoptic',
}


def camera_topics(camera: str) -> CameraTopics:
    """Topics of a camera by its name in the config."""
    return CameraTopics(
        *(
            f'{camera}/{_CAMERA_TOPICS.get(stream, f"labels/{stream}")}'
            for stream in CameraTopics._fields
        )
    )


class CameraFrames(NamedTuple):
    """TF frames of one camera.

    Attributes:
        link: Body frame: x forward, y left, z up.
        color: Colour sensor, same axes.
        color_optical: Colour image: z forward, x right, y down.
        depth: Depth sensor, same axes as the link.
        depth_optical: Depth image.
        infra1: Left eye of a stereo pair, same axes as the link; in the tree only if there is one.
        infra1_optical: Its image.
        infra2: Right eye of a stereo pair.
        infra2_optical: Its image.
        imu: Inertial measurement unit, where the colour sensor is; in the tree only if there is
            one. So are its parts:
        imu_optical: Axes of its samples: z forward, x right, y down.
        accel: Accelerometer.
        accel_optical: Axes of its samples.
        gyro: Gyroscope.
        gyro_optical: Axes of its samples.
    """

    link: str
    color: str
    color_optical: str
    depth: str
    depth_optical: str
    infra1: str
    infra1_optical: str
    infra2: str
    infra2_optical: str
    imu: str
    imu_optical: str
    accel: str
    accel_optical: str
    gyro: str
    gyro_optical: str


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
        *(
            f'{prefix}_{name}' if name == 'link' else f'{prefix}_{name}_frame'
            for name in CameraFrames._fields
        )
    )


def link_frame(link: str) -> str:
    """TF frame of a robot link: its name, with the slashes of MJCF namespaces replaced."""
    return link.replace('/', '_')
