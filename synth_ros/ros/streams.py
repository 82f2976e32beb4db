"""Which streams of a camera there are, which of them a config switches on, and what for."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from synth_ros.config.cameras import CameraConfig
from synth_ros.config.labels import Annotation, LabelsConfig
from synth_ros.schema.layers import LAYERS

Use = Literal['sample', 'bag', 'view']
Device = Literal['stereo', 'imu']

DEVICES: frozenset[Device] = frozenset(get_args(Device))


class Stream(NamedTuple):
    """One stream of every camera.

    Attributes:
        name: As in ``CameraTopics``.
        use: ``sample``: a recorded sample is made of it. ``bag``: the bag holds it, and a sample
            follows from others. ``view``: for watching; follows from others, and is not recorded.
        annotation: The switch that makes it; ``None`` for what is there without one.
        device: The part of the camera that gives it, a section of the camera's config; ``None``
            for what every camera has.
    """

    name: str
    use: Use
    annotation: Annotation | None = None
    device: Device | None = None


STREAMS = (
    Stream('color', 'sample'),
    Stream('color_info', 'sample'),
    Stream('color_compressed', 'view'),
    Stream('depth', 'sample'),
    Stream('depth_info', 'bag'),
    Stream('depth_compressed', 'view'),
    Stream('aligned_depth', 'view'),
    Stream('aligned_depth_info', 'view'),
    Stream('aligned_depth_compressed', 'view'),
    Stream('color_points', 'view'),
    Stream('depth_to_color', 'bag'),
    Stream('infra1', 'bag', device='stereo'),
    Stream('infra1_info', 'bag', device='stereo'),
    Stream('infra2', 'bag', device='stereo'),
    Stream('infra2_info', 'bag', device='stereo'),
    Stream('depth_to_infra1', 'bag', device='stereo'),
    Stream('depth_to_infra2', 'bag', device='stereo'),
    Stream('imu', 'bag', device='imu'),
    Stream('accel', 'view', device='imu'),
    Stream('gyro', 'view', device='imu'),
    Stream('depth_to_accel', 'bag', device='imu'),
    Stream('depth_to_gyro', 'bag', device='imu'),
    Stream('instance', 'sample'),
    Stream('semantic', 'sample'),
    Stream('label_info', 'bag'),
    Stream('detections_2d', 'bag'),
    Stream('detections_2d_oriented', 'bag', 'oriented_boxes'),
    Stream('detections_3d', 'bag'),
    Stream('keypoints', 'bag', 'keypoints'),
    Stream('annotations', 'sample'),
    Stream('depth_m', 'sample', 'clean_depth'),
    Stream('distance_m', 'sample', 'distance'),
    Stream('normals', 'sample', 'normals'),
    Stream('points_m', 'sample', 'points'),
    Stream('part_id', 'sample', 'parts'),
    Stream('panoptic_id', 'sample', 'panoptic'),
    Stream('panoptic_info', 'bag', 'panoptic'),
    Stream('flow_forward', 'sample', 'flow'),
    Stream('flow_forward_state', 'sample', 'flow'),
    Stream('flow_backward', 'sample', 'flow'),
    Stream('flow_backward_state', 'sample', 'flow'),
    Stream('scene_flow_forward', 'sample', 'scene_flow'),
    Stream('scene_flow_backward', 'sample', 'scene_flow'),
    Stream('markers', 'view'),
    Stream('image_annotated', 'view'),
)


def layer_streams(labels: LabelsConfig) -> dict[Annotation, frozenset[str]]:
    """The images and clouds of each dense annotation that a config switches on, by name."""
    found: dict[Annotation, frozenset[str]] = {}
    for stream in STREAMS:
        if stream.annotation is not None and stream.name in LAYERS and _wanted(stream, labels):
            mine = found.get(stream.annotation, frozenset())
            found[stream.annotation] = mine | {stream.name}
    return found


def devices_of(camera: CameraConfig) -> frozenset[Device]:
    """What a camera has beside its colour and depth eye."""
    return frozenset(name for name in DEVICES if getattr(camera, name) is not None)


def published(labels: LabelsConfig, devices: frozenset[Device] = frozenset()) -> frozenset[str]:
    """Names of the streams that a config switches on, of a camera with some devices."""
    return frozenset(s.name for s in STREAMS if _wanted(s, labels, devices))


def recorded(labels: LabelsConfig, devices: frozenset[Device] = frozenset()) -> frozenset[str]:
    """Names of those that a bag holds."""
    return frozenset(s.name for s in STREAMS if s.use != 'view' and _wanted(s, labels, devices))


def sample_parts(labels: LabelsConfig) -> frozenset[str]:
    """Names of those that a recorded sample is made of."""
    return frozenset(s.name for s in STREAMS if s.use == 'sample' and _wanted(s, labels))


def _wanted(
    stream: Stream, labels: LabelsConfig, devices: frozenset[Device] = frozenset()
) -> bool:
    if stream.device is not None and stream.device not in devices:
        return False
    return stream.annotation is None or labels.wants(stream.annotation)
