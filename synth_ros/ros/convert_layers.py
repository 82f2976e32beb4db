"""Dense annotations to messages and back, one stream a layer.

Where a layer has no value its image holds NaN, as depth images do (REP-118); in memory that is
0. A layer that a frame does not have goes out empty, so that every stream has a message of every
stamp; the annotations list those it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import Image, PointCloud2
from std_msgs.msg import Header

from synth_ros.ros.convert_points import labelled_points, points_array
from synth_ros.ros.images import Encoding, image_array, image_message
from synth_ros.schema.layers import LAYERS, layers_of
from synth_ros.schema.records import LayerName
from synth_ros.types import FlowState, MaskImage, Sample

_ENCODINGS: Mapping[tuple[type[np.generic], int], Encoding] = MappingProxyType(
    {
        (np.uint8, 1): 'mono8',
        (np.uint16, 1): '16UC1',
        (np.int32, 1): '32SC1',
        (np.float32, 1): '32FC1',
        (np.float32, 2): '32FC2',
        (np.float32, 3): '32FC3',
    }
)


def layer_encoding(name: LayerName) -> Encoding:
    """Encoding of a layer's image."""
    spec = LAYERS[name]
    return _ENCODINGS[spec.dtype, spec.channels]


def layer_type(name: LayerName) -> type[Image | PointCloud2]:
    """Message type of a layer's stream."""
    return PointCloud2 if name == 'points_m' else Image


def layer_message(name: LayerName, sample: Sample, head: Header) -> Image | PointCloud2:
    """The message of one layer.

    Args:
        name: Which layer.
        sample: With its labels.
        head: Stamp and optical frame of the colour image.

    Raises:
        OutputError: If an instance id does not fit a point cloud.
    """
    found = layers_of(sample.labels.dense)
    pixels = found[name] if name in found else _empty(name, sample)
    if name == 'points_m':
        return labelled_points(pixels.astype(np.float32, copy=False), sample.labels, head)
    if LAYERS[name].dtype is np.float32:
        nothing = _nothing(name, found)
        pixels = np.where(nothing, np.float32(np.nan), pixels)
    return image_message(pixels, layer_encoding(name), head)


def layer_array(name: LayerName, cdr: bytes) -> NDArray[np.generic]:
    """A layer from its serialised message, as it is in memory.

    Raises:
        RosError: If the message is damaged.
    """
    message = deserialize_message(cdr, layer_type(name))
    if isinstance(message, PointCloud2):
        return points_array(message)
    pixels = image_array(message)
    if LAYERS[name].dtype is np.float32:
        return np.nan_to_num(pixels, nan=0.0)
    return pixels


def _nothing(name: LayerName, found: Mapping[LayerName, NDArray[np.generic]]) -> MaskImage:
    """Where an image of floats has no value; shaped to stretch over its channels."""
    layer = found.get(name)
    if layer is None:
        return np.ones((1,), bool)
    if name in ('depth_m', 'distance_m'):
        return np.asarray(layer == 0)
    if name == 'normals':
        nothing: MaskImage = (layer == 0).all(-1)
    else:
        forward = name.endswith('forward')
        state = found['flow_forward_state' if forward else 'flow_backward_state']
        nothing = state == FlowState.INVALID
        if name.startswith('scene_flow'):
            # A point that passes behind the camera has moved, although its flow is invalid.
            nothing = nothing & (layer == 0).all(-1)
    return nothing[..., np.newaxis]


def _empty(name: LayerName, sample: Sample) -> NDArray[np.generic]:
    camera = sample.frame.camera
    spec = LAYERS[name]
    shape = spec.shape(height=camera.height, width=camera.width)
    fill = np.nan if name == 'points_m' else 0
    return np.full(shape, fill, spec.dtype)
