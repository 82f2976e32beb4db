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
from synth_ros.ros.convert_layers import layer_array
from synth_ros.ros.images import image_array
from synth_ros.schema import convert as schema
from synth_ros.schema.layers import dense_of
from synth_ros.schema.records import FrameRecord
from synth_ros.types import CameraModel, DenseLabels, DepthImage, Frame, Labels, Sample


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

    The clean image is not transmitted: ``frame.rgb`` holds the sensed one, and so does
    ``frame.depth_m`` unless clean depth is among the labels. Silhouettes are reduced to what
    the labels say of them.

    Args:
        camera: Camera name.
        parts: CDR bytes for each of ``streams.sample_parts`` of the simulator's config.

    Raises:
        RosError: If a message is damaged or the parts contradict each other.
        UsageError: If masks or layers do not fit the record.
    """
    color: Image = deserialize_message(parts['color'], Image)
    info: CameraInfo = deserialize_message(parts['color_info'], CameraInfo)
    depth_m = depth_metres(deserialize_message(parts['depth'], Image))
    message = annotations.from_json(deserialize_message(parts['annotations'], String).data)
    record, stamp = message.frame, stamp_ns(color.header.stamp)
    if record.stamp_ns != stamp:
        raise RosError(
            f'Camera {camera}: annotations of {record.stamp_ns} ns came with the image of '
            f'{stamp} ns.'
        )
    model = camera_model(camera, info)
    if model != schema.camera_of(record):
        raise RosError(
            f'Camera {camera}: its annotations at {stamp} ns are of {schema.camera_of(record)}, '
            f'its calibration is {model}.'
        )
    rgb = np.asarray(image_array(color), dtype=np.uint8)
    labels = _labels(record, parts)
    clean_m = labels.dense.depth_m
    frame = Frame(
        camera=model,
        stamp_ns=stamp,
        world_from_camera=schema.world_from_camera(record),
        rgb=rgb,
        depth_m=depth_m if clean_m is None else clean_m,
        instance_id=labels.instance_id,
        instances=schema.instances(record),
    )
    sample = Sample(schema.key_of(record), frame, rgb, depth_m, labels, message.provenance)
    return Assembled(sample, message.session, message.run)


def _labels(record: FrameRecord, parts: Mapping[str, bytes]) -> Labels:
    instance: Image = deserialize_message(parts['instance'], Image)
    semantic: Image = deserialize_message(parts['semantic'], Image)
    return schema.labels_of(
        record,
        instance_id=image_array(instance).astype(np.int32),
        class_id=image_array(semantic).astype(np.uint16),
        dense=_dense(record, parts),
    )


def _dense(record: FrameRecord, parts: Mapping[str, bytes]) -> DenseLabels:
    """The layers that the record lists; a stream without one at this stamp came empty."""
    missing = [name for name in record.layers if name not in parts]
    if missing:
        raise RosError(
            f'The annotations list {", ".join(missing)}, which the config does not switch on. '
            'Give the recorder the config that the simulation runs.'
        )
    return dense_of({name: layer_array(name, parts[name]) for name in record.layers}, record)


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
