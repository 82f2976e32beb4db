"""A TF lookup by hand: chains the edges of received messages."""

import numpy as np


def matrix_of(transform):
    """(4, 4) from a geometry_msgs/Transform, by the formula of the unit quaternion."""
    q, t = transform.rotation, transform.translation
    x, y, z, w = q.x, q.y, q.z, q.w
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w), t.x],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w), t.y],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y), t.z],
            [0, 0, 0, 1],
        ]
    )


def matrix_of_extrinsics(message):
    """(4, 4) from an Extrinsics message, whose rotation is column after column."""
    matrix = np.eye(4)
    for column in range(3):
        matrix[:3, column] = message.rotation[3 * column : 3 * column + 3]
    matrix[:3, 3] = message.translation
    return matrix


def world_from(frame, transforms):
    """Pose of a frame in the world from TransformStamped messages, one for each child."""
    by_child = {t.child_frame_id: t for t in transforms}
    assert len(by_child) == len(transforms), 'a frame has two parents'
    pose = np.eye(4)
    while frame != 'world':
        edge = by_child[frame]
        pose = matrix_of(edge.transform) @ pose
        frame = edge.header.frame_id
    return pose
