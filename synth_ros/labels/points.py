"""Surface points: the organised cloud of a frame, and the crop of one instance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.types import ByteImage, Frame, IdImage


class InstancePoints(NamedTuple):
    """The points of one instance, in reading order of their pixels.

    Attributes:
        points_m: Shape (n, 3), float32, metres, in the frame of the cloud they come from.
        rgb: Their colours, shape (n, 3), uint8; ``None`` if none were given.
    """

    points_m: NDArray[np.float32]
    rgb: ByteImage | None


def surface_points(frame: Frame) -> NDArray[np.float32]:
    """The point of the surface behind each pixel's centre, in the optical frame.

    Args:
        frame: The clean frame.

    Returns:
        Shape (height, width, 3), float32, metres; z is the frame's depth to the bit. NaN where
        nothing is.
    """
    from synth_ros.labels.compiled import constant
    from synth_ros.labels.depth_kernel import fill_points
    from synth_ros.labels.picture import rays

    points = np.empty((*frame.depth_m.shape, 3), np.float32)
    fill_points(constant(frame.depth_m), rays(frame), points)
    points.flags.writeable = False
    return points


def instance_points(
    points_m: NDArray[np.float32],
    instance_id: IdImage,
    *,
    key: int,
    rgb: ByteImage | None = None,
) -> InstancePoints:
    """Cut one instance out of an organised cloud.

    Args:
        points_m: Organised cloud, shape (height, width, 3); NaN where nothing is.
        instance_id: Instance of each pixel, shape (height, width).
        key: The instance.
        rgb: Colour of each pixel, shape (height, width, 3), uint8.

    Returns:
        The instance's points; none when no pixel shows it.
    """
    chosen = (instance_id == key) & ~np.isnan(points_m[..., 2])
    return InstancePoints(points_m[chosen], None if rgb is None else rgb[chosen])
