"""The named points of objects as one camera sees them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from synth_ros.labels.pose import camera_from_objects
from synth_ros.labels.sight import Pixels, sight
from synth_ros.types import FloatArray, Frame, Instance, Keypoint, MaskImage


def keypoints(frame: Frame, instance: Instance) -> tuple[Keypoint, ...]:
    """The named points of one instance; see ``keypoints_of_all``."""
    poses = camera_from_objects(frame.world_from_camera, (instance,))
    return keypoints_of_all(frame, (instance,), camera_from_object=poses)[0]


def keypoints_of_all(
    frame: Frame, items: Sequence[Instance], *, camera_from_object: FloatArray
) -> list[tuple[Keypoint, ...]]:
    """Where each named point of each instance is in the image, and whether it is visible.

    Visibility is 0 where the point is not in front of the camera or its nearest pixel is outside
    the image, 1 where it is hidden, 2 where it is visible: see ``labels.sight``. A ``surface``
    point is hidden by whatever is nearer, a ``virtual`` one only by pixels that do not show its
    own instance.

    Args:
        frame: With clean depth and instance ids.
        items: Some of its instances.
        camera_from_object: Their poses, shape (n, 4, 4).

    Returns:
        Of each instance, in the order of ``instance.keypoints``.
    """
    specs = [spec for item in items for spec in item.keypoints]
    if not specs:
        return [()] * len(items)
    counts = [len(item.keypoints) for item in items]
    poses = np.repeat(camera_from_object, counts, axis=0)
    points = np.array([spec.object_from_point_m for spec in specs])
    placed = np.einsum('nij,nj->ni', poses[:, :3, :3], points) + poses[:, :3, 3]
    keys = np.repeat([item.instance_id for item in items], counts)[:, None]
    virtual = np.array([spec.kind == 'virtual' for spec in specs])[:, None]

    def shows_it(around: Pixels) -> MaskImage:
        owned: MaskImage = virtual & (frame.instance_id[around.row, around.column] == keys)
        return owned

    seen = (
        Keypoint(spec.name, *shown)
        for spec, shown in zip(specs, sight(frame, placed, is_own=shows_it), strict=True)
    )
    return [tuple(islice(seen, count)) for count in counts]
