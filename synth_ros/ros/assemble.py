"""Messages of one instant back to a sample: the inverse of ``publishers``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import String

from synth_ros.errors import RosError
from synth_ros.ros import annotations
from synth_ros.ros.convert import stamp_ns
from synth_ros.ros.images import image_array
from synth_ros.types import CameraModel, DepthImage, Frame, Sample, SampleKey

PARTS = frozenset({'color', 'color_info', 'depth', 'instance', 'semantic', 'annotations'})
"""The streams of a camera that a sample is made of, by their name in ``CameraTopics``."""


class Assembled(NamedTuple):
    """A sample and the scene that it belongs to.

    Attributes:
        sample: The sample, its key as in the simulator.
        session: Which run of the simulator.
        run: Which scene of that run.
    """

    sample: Sample
    session: str
    run: int


def sample_from_parts(camera: str, parts: Mapping[str, bytes]) -> Assembled:
    """A sample from the serialised messages of one stamp.

    The clean image is not transmitted: ``frame.rgb`` and ``frame.depth_m`` hold the sensed
    ones. Silhouettes are reduced to what the labels say of them.

    Args:
        camera: Camera name.
        parts: CDR bytes for each of ``PARTS``.

    Raises:
        RosError: If a message is damaged or the parts contradict each other.
    """
    color: Image = deserialize_message(parts['color'], Image)
    info: CameraInfo = deserialize_message(parts['color_info'], CameraInfo)
    depth: Image = deserialize_message(parts['depth'], Image)
    instance: Image = deserialize_message(parts['instance'], Image)
    semantic: Image = deserialize_message(parts['semantic'], Image)
    record = annotations.from_json(deserialize_message(parts['annotations'], String).data)
    stamp = stamp_ns(color.header.stamp)
    if record.stamp_ns != stamp:
        raise RosError(
            f'Camera {camera}: annotations of {record.stamp_ns} ns came with the image of '
            f'{stamp} ns.'
        )
    rgb = np.asarray(image_array(color), dtype=np.uint8)
    depth_m = depth_metres(depth)
    labels = annotations.labels_of(record, image_array(instance), image_array(semantic))
    frame = Frame(
        camera=camera_model(camera, info),
        stamp_ns=stamp,
        world_from_camera=annotations.matrix(record.world_from_camera),
        rgb=rgb,
        depth_m=depth_m,
        instance_id=labels.instance_id,
        instances=tuple(label.instance for label in labels.instances),
    )
    key = SampleKey(record.episode, record.view, camera)
    sample = Sample(key, frame, rgb, depth_m, labels, record.provenance)
    return Assembled(sample, record.session, record.run)


def camera_model(name: str, info: CameraInfo) -> CameraModel:
    """Intrinsics of a calibration message."""
    k = info.k
    return CameraModel(
        name,
        int(info.width),
        int(info.height),
        float(k[0]),
        float(k[4]),
        float(k[2]),
        float(k[5]),
    )


def depth_metres(message: Image) -> DepthImage:
    """Metres, 0 invalid, from either encoding of REP-118.

    Raises:
        RosError: If the encoding is neither.
    """
    values = image_array(message)
    if message.encoding == '16UC1':
        return np.asarray(values, dtype=np.float32) * np.float32(0.001)
    if message.encoding == '32FC1':
        return np.nan_to_num(np.asarray(values, dtype=np.float32), nan=0.0, posinf=0.0)
    raise RosError(f'Depth encoding {message.encoding!r} is not known; use 16UC1 or 32FC1.')
