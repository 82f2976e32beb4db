"""Optical flow and scene flow: where the surface point of each pixel is at another instant.

Every surface is rigid in its geom's frame, so the point moves with that frame: from the pixel
and its depth to the world, into the geom, with the geom to the other instant, into the camera
as it is then. The same arithmetic serves objects, links of a robot and the room, with a camera
that moves or not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.geometry.camera import pixel_rays, project
from synth_ros.geometry.transforms import inverse
from synth_ros.labels.hidden import hidden
from synth_ros.labels.lookup import known_scene
from synth_ros.labels.surface_pixels import surface_pixels
from synth_ros.types import FloatArray, Flow, FlowState, Frame, MaskImage

FRONT_M = 1e-6
"""A point counts as in front of the camera from this depth on."""


def flow(frame: Frame, other: Frame, *, scene_flow: bool) -> Flow:
    """Follow the surface point of every pixel from one frame to another.

    The state of a point that is in the image then is decided by the depth of the other frame:
    it is hidden when something lies nearer at all pixels around it (``labels.hidden``). That
    includes the point's own body: a face that has turned away is ``OCCLUDED``.

    Args:
        frame: Where the pixels are.
        other: Where they go: the frame after or before, of the same episode.
        scene_flow: Whether to give the motion in metres, too.

    Returns:
        The flow; its arrays are read-only.

    Raises:
        InternalError: A frame lacks its scene, or the two are of different scenes.
    """
    moved = _moved(frame, other)
    height, width = frame.depth_m.shape
    flow_px = np.zeros((height * width, 2), np.float32)
    state = np.zeros(height * width, np.uint8)
    front = moved.after_m[:, 2] > FRONT_M
    where, points = moved.pixels[front], moved.after_m[front]
    target = project(other.camera, points)
    row, column = np.divmod(where, width)
    flow_px[where] = target - np.stack([column, row], axis=-1)
    inside = _inside(other, target)
    state[where] = np.where(inside, FlowState.VISIBLE, FlowState.OUTSIDE)
    behind = hidden(other, target[inside], points[inside, 2])
    state[where[inside][behind]] = FlowState.OCCLUDED
    motion = None
    if scene_flow:
        motion = np.zeros((height * width, 3), np.float32)
        motion[moved.pixels] = moved.after_m - moved.before_m
        motion = motion.reshape(height, width, 3)
    return _locked(flow_px.reshape(height, width, 2), state.reshape(height, width), motion)


def no_flow(frame: Frame, *, scene_flow: bool) -> Flow:
    """The flow of a frame that has no neighbour: ``INVALID`` everywhere.

    Args:
        frame: The first or the last of a sequence.
        scene_flow: Whether to give (zero) motion in metres, too.
    """
    size = frame.depth_m.shape
    return _locked(
        np.zeros((*size, 2), np.float32),
        np.full(size, FlowState.INVALID, np.uint8),
        np.zeros((*size, 3), np.float32) if scene_flow else None,
    )


class _Moved(NamedTuple):
    """The points of all pixels that show a surface.

    Attributes:
        pixels: Flat pixel indices, shape (n,).
        before_m: Optical frame of the one instant, shape (n, 3).
        after_m: Optical frame of the other, shape (n, 3).
    """

    pixels: NDArray[np.int64]
    before_m: FloatArray
    after_m: FloatArray


def _moved(frame: Frame, other: Frame) -> _Moved:
    geom_id, scene = known_scene(frame)
    _, scene_then = known_scene(other)
    if scene.geometry is not scene_then.geometry:
        raise InternalError(
            'Flow was asked between frames of two scenes (different episodes?): '
            f'stamps {frame.stamp_ns} ns and {other.stamp_ns} ns of camera {frame.camera.name!r}.'
        )
    rays = pixel_rays(frame.camera).reshape(-1, 3)
    depth = frame.depth_m.ravel().astype(np.float64)
    order, before, after = [], [], []
    camera_from_world = inverse(other.world_from_camera)
    for geom, pixels in surface_pixels(np.where(frame.depth_m > 0, geom_id, -1)):
        points = rays[pixels] * depth[pixels, None]
        world = scene_then.world_from_geom[geom] @ inverse(scene.world_from_geom[geom])
        motion = camera_from_world @ world @ frame.world_from_camera
        order.append(pixels)
        before.append(points)
        after.append(points @ motion[:3, :3].T + motion[:3, 3])
    if not order:
        return _Moved(np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros((0, 3)))
    return _Moved(np.concatenate(order), np.concatenate(before), np.concatenate(after))


def _inside(frame: Frame, target: FloatArray) -> MaskImage:
    """Which image points (n, 2) lie inside the image: within its outer pixel edges."""
    u, v = target.T
    width, height = frame.camera.width, frame.camera.height
    inside: MaskImage = (u >= -0.5) & (u < width - 0.5) & (v >= -0.5) & (v < height - 0.5)
    return inside


def _locked(
    flow_px: NDArray[np.float32],
    state: NDArray[np.uint8],
    motion: NDArray[np.float32] | None,
) -> Flow:
    for array in (flow_px, state, motion):
        if array is not None:
            array.flags.writeable = False
    return Flow(flow_px, state, motion)
