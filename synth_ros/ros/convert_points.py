"""Point clouds: organised as the image is, in its optical frame, NaN where nothing is."""

from __future__ import annotations

import array
import sys

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header

from synth_ros.errors import OutputError, RosError
from synth_ros.geometry.camera import pixel_rays
from synth_ros.types import Labels, Seen

_MAX_UINT16 = 65535
_FORMATS = {PointField.FLOAT32: 'f4', PointField.UINT16: 'u2'}

# realsense-ros pads xyz to 16 bytes; b, g, r are the low bytes of one float's bit pattern.
_COLORED = np.dtype(
    {
        'names': ['x', 'y', 'z', 'rgb'],
        'formats': ['f4', 'f4', 'f4', 'f4'],
        'offsets': [0, 4, 8, 16],
        'itemsize': 20,
    }
)
_LABELLED = np.dtype(
    [('x', 'f4'), ('y', 'f4'), ('z', 'f4'), ('instance_id', 'u2'), ('class_id', 'u2')]
)


def colored_points(seen: Seen, head: Header) -> PointCloud2:
    """The cloud of depth and colour as sensed, laid out as realsense-ros does.

    Args:
        seen: With colour and depth, which is 0 where it is invalid.
        head: Stamp and optical frame of the colour image.
    """
    rays = _rays(seen)
    depth_m = np.where(seen.depth_m > 0, seen.depth_m, np.float32(np.nan))
    cloud = np.zeros(depth_m.shape, _COLORED)
    for axis, name in enumerate('xyz'):
        cloud[name] = rays[..., axis] * depth_m
    red, green, blue = np.moveaxis(seen.rgb.astype(np.uint32), -1, 0)
    cloud['rgb'] = (red << 16 | green << 8 | blue).view(np.float32)
    return _message(cloud, head)


def labelled_points(points_m: NDArray[np.float32], labels: Labels, head: Header) -> PointCloud2:
    """The clean cloud with the instance id and class id of each point.

    Args:
        points_m: Optical frame, shape (height, width, 3), NaN where nothing is.
        labels: Masks of the same image.
        head: Stamp and optical frame.

    Raises:
        OutputError: If an id does not fit 16 bits.
    """
    highest = int(labels.instance_id.max(initial=0))
    if highest > _MAX_UINT16:
        raise OutputError(f'Instance id {highest} does not fit a point cloud (at most 65535).')
    cloud = np.empty(labels.instance_id.shape, _LABELLED)
    for axis, name in enumerate('xyz'):
        cloud[name] = points_m[..., axis]
    cloud['instance_id'] = labels.instance_id
    cloud['class_id'] = labels.class_id
    return _message(cloud, head)


def points_array(message: PointCloud2) -> NDArray[np.float32]:
    """Positions of an organised cloud, shape (height, width, 3).

    Raises:
        RosError: If it has no x, y, z of 32-bit floats, or its data does not fit its size.
    """
    cloud = cloud_array(message)
    names = cloud.dtype.names or ()
    if not {'x', 'y', 'z'} <= set(names) or any(
        cloud.dtype[name].newbyteorder('=') != np.float32 for name in 'xyz'
    ):
        raise RosError(f'A point cloud needs x, y, z as 32-bit floats, but has {names}.')
    return np.stack([cloud[name] for name in 'xyz'], axis=-1).astype(np.float32, copy=False)


def cloud_array(message: PointCloud2) -> NDArray[np.void]:
    """The points of a message with their fields by name, shape (height, width), a view.

    Raises:
        RosError: If a field's type is not one of ours, or the data does not fit the size.
    """
    order = '>' if message.is_bigendian else '<'
    for field in message.fields:
        if field.datatype not in _FORMATS or field.count != 1:
            raise RosError(
                f'Field {field.name} of a point cloud has type {field.datatype} x {field.count}, '
                'which is not one of ours (32-bit float or 16-bit unsigned, one each).'
            )
    width, height = message.width, message.height
    whole = message.row_step * height == len(message.data)
    if not whole or message.row_step != width * message.point_step:
        raise RosError(
            f'A point cloud of {width}x{height} carries {len(message.data)} bytes with row step '
            f'{message.row_step} and point step {message.point_step}; it is damaged.'
        )
    dtype = np.dtype(
        {
            'names': [field.name for field in message.fields],
            'formats': [order + _FORMATS[field.datatype] for field in message.fields],
            'offsets': [field.offset for field in message.fields],
            'itemsize': message.point_step,
        }
    )
    return np.frombuffer(message.data, dtype).reshape(height, width)


def _rays(seen: Seen) -> NDArray[np.float32]:
    return pixel_rays(seen.frame.camera).astype(np.float32)


def _message(cloud: NDArray[np.void], head: Header) -> PointCloud2:
    height, width = cloud.shape
    types = {np.dtype(text): kind for kind, text in _FORMATS.items()}
    fields = [
        PointField(name=name, offset=offset, datatype=types[dtype], count=1)
        for name, (dtype, offset, *_) in (cloud.dtype.fields or {}).items()
    ]
    data = array.array('B')
    data.frombytes(cloud.tobytes())
    return PointCloud2(
        header=head,
        height=height,
        width=width,
        fields=fields,
        is_bigendian=sys.byteorder == 'big',
        point_step=cloud.dtype.itemsize,
        row_step=cloud.dtype.itemsize * width,
        data=data,
        is_dense=False,
    )
