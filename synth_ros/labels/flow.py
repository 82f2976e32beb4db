"""Optical flow and scene flow: where the surface point of each pixel is at another instant.

Every surface is rigid in its geom's frame, so the point moves with that frame: from the pixel
and its depth to the world, into the geom, with the geom to the other instant, into the camera
as it is then. The same arithmetic serves objects, links of a robot and the room, with a camera
that moves or not.
"""

from __future__ import annotations

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

    The state of a point that is in the image then is decided by the depth of the other frame: it
    is hidden when the pixel around it shows something nearer (``labels.hidden``). That may be the
    point's own body: a face that has turned away is ``OCCLUDED``, unless the body is thinner than
    the tolerance.

    Args:
        frame: Where the pixels are.
        other: Where they go: the frame after or before, of the same episode.
        scene_flow: Whether to give the motion in metres, too.

    Returns:
        The flow; its arrays are read-only.

    Raises:
        InternalError: A frame lacks its scene, or the two are of different scenes.
    """
    before, after = _points(frame, other)
    front = after[:, 2] > FRONT_M
    target = project(other.camera, np.where(front[:, None], after, (0.0, 0.0, 1.0)))
    height, width = frame.depth_m.shape
    flow_px = target.reshape(height, width, 2).astype(np.float64)
    flow_px[..., 0] -= np.arange(width)
    flow_px[..., 1] -= np.arange(height)[:, None]
    flow_px[~front.reshape(height, width)] = 0
    inside = np.flatnonzero(front & _inside(other, target))
    state = np.where(front, np.uint8(FlowState.OUTSIDE), np.uint8(FlowState.INVALID))
    behind = hidden(other, target[inside], after[inside, 2])
    state[inside] = np.where(behind, FlowState.OCCLUDED, FlowState.VISIBLE)
    motion = None
    if scene_flow:
        motion = (after - before).astype(np.float32).reshape(height, width, 3)
    return _locked(flow_px.astype(np.float32), state.reshape(height, width), motion)


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


def _points(frame: Frame, other: Frame) -> tuple[FloatArray, FloatArray]:
    """The surface points of all pixels in the optical frames of both instants.

    Returns:
        Shape (height * width, 3) each, metres; 0 where nothing is.
    """
    geom_id, scene = known_scene(frame)
    _, scene_then = known_scene(other)
    if scene.geometry is not scene_then.geometry:
        raise InternalError(
            'Flow was asked between frames of two scenes (different episodes?): '
            f'stamps {frame.stamp_ns} ns and {other.stamp_ns} ns of camera {frame.camera.name!r}.'
        )
    before = (pixel_rays(frame.camera) * frame.depth_m[..., None]).reshape(-1, 3)
    after = np.zeros_like(before)
    camera_from_world = inverse(other.world_from_camera)
    for geom, pixels in surface_pixels(geom_id):
        carried = scene_then.world_from_geom[geom] @ inverse(scene.world_from_geom[geom])
        motion = camera_from_world @ carried @ frame.world_from_camera
        after[pixels] = before[pixels] @ motion[:3, :3].T + motion[:3, 3]
    after[frame.depth_m.ravel() == 0] = 0
    return before, after


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
