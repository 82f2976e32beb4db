"""The named points of an object as one camera sees them."""

from __future__ import annotations

import numpy as np

from synth_ros.geometry.transforms import transform_points
from synth_ros.labels.pose import camera_from_object
from synth_ros.labels.sight import keypoint
from synth_ros.types import Frame, Instance, Keypoint


def keypoints(frame: Frame, instance: Instance) -> tuple[Keypoint, ...]:
    """Where each named point of an instance is in the image, and whether it is visible.

    Visibility is 0 where the point is not in front of the camera or its nearest pixel is outside
    the image, 1 where it is hidden, 2 where it is visible: see ``labels.sight``. A ``surface``
    point is hidden by whatever is nearer, a ``virtual`` one only by pixels that do not show its
    own instance.

    Args:
        frame: With clean depth and instance ids.
        instance: One of its instances.

    Returns:
        In the order of ``instance.keypoints``.
    """
    if not instance.keypoints:
        return ()
    points = transform_points(
        camera_from_object(frame.world_from_camera, instance),
        np.array([spec.object_from_point_m for spec in instance.keypoints]),
    )

    def shows_it(row: int, column: int) -> bool:
        return frame.instance_id.item(row, column) == instance.instance_id

    return tuple(
        keypoint(
            frame,
            spec.name,
            camera_from_point_m=point,
            is_own=shows_it if spec.kind == 'virtual' else _never,
        )
        for spec, point in zip(instance.keypoints, points, strict=True)
    )


def _never(_row: int, _column: int) -> bool:
    return False
