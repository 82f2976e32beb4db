"""Optical flow and scene flow: where the surface point of each pixel goes.

A pixel shows a point of a surface; the point stays on its surface, the surface moves as a rigid
body, and the camera may move. So the point's place at the other instant is known, hidden or not:
out of the camera into the surface's frame as it is now, and back out of it into the camera
as it is then. The same arithmetic serves objects, links of a robot and the room, with a camera
that moves or not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.geometry.transforms import inverse
from synth_ros.labels.lookup import known_scene
from synth_ros.types import FloatArray, Flow, FlowState, Frame


def flow(frame: Frame, other: Frame, *, scene_flow: bool) -> Flow:
    """Follow the surface point of every pixel from one frame to another.

    The state of a point that is in the image then is decided by the depth of the other frame: it
    is hidden when the pixel around it shows something nearer by more than the tolerance
    (``flow_kernel``). That may be the point's own body: a face that has turned away is
    ``OCCLUDED``, unless the body is thinner than the tolerance. Points of what bends go with
    their triangle or capsule; a tendon that takes another way round is ``INVALID``.

    Args:
        frame: Where the pixels are.
        other: Where they go: the frame after or before, of the same episode.
        scene_flow: Whether to give the motion in metres, too.

    Returns:
        The flow; its arrays are read-only.

    Raises:
        InternalError: A frame lacks its scene, or the two are of different scenes.
    """
    from synth_ros.labels.compiled import constant
    from synth_ros.labels.flow_kernel import Followed, Motions, follow
    from synth_ros.labels.picture import picture, rays

    motions = constant(_motions(frame, other))
    size = frame.depth_m.shape
    out = Followed(
        np.empty((*size, 2), np.float32),
        np.empty(size, np.uint8),
        np.empty((*(size if scene_flow else (0, 0)), 3), np.float32),
    )
    bent = _bent(frame, other)
    follow(Motions(picture(frame), rays(frame), picture(other), motions, constant(bent)), out)
    if scene_flow and bent.size:
        geom_id, _ = known_scene(frame)
        lost = (geom_id >= len(motions)) & ~bent.any(axis=2)
        out.motion_m[lost] = 0
    gone = known_scene(other)[1].absent
    if scene_flow and gone:
        out.motion_m[np.isin(known_scene(frame)[0], gone)] = 0
    return _locked(out.flow_px, out.state, out.motion_m if scene_flow else None)


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


def _motions(frame: Frame, other: Frame) -> FloatArray:
    """How each surface moves from the optical frame of one instant to that of the other.

    Returns:
        Of each rigid surface, shape (geoms, 3, 4), metres; NaN for what is not there then.
    """
    _, scene = known_scene(frame)
    _, scene_then = known_scene(other)
    if scene.geometry is not scene_then.geometry:
        raise InternalError(
            'Flow was asked between frames of two scenes (different episodes?): '
            f'stamps {frame.stamp_ns} ns and {other.stamp_ns} ns of camera {frame.camera.name!r}.'
        )
    rigid = len(scene.geometry.surfaces) - len(scene.soft)
    now, then = scene.world_from_geom[:rigid], scene_then.world_from_geom[:rigid]
    rotation = then[:, :3, :3] @ now[:, :3, :3].transpose(0, 2, 1)
    carried = np.tile(np.eye(4), (len(now), 1, 1))
    carried[:, :3, :3] = rotation
    carried[:, :3, 3] = then[:, :3, 3] - np.einsum('nij,nj->ni', rotation, now[:, :3, 3])
    motions: FloatArray = inverse(other.world_from_camera) @ carried @ frame.world_from_camera
    motions[list(scene_then.absent)] = np.nan
    return motions[:, :3]


def _bent(frame: Frame, other: Frame) -> FloatArray:
    """The points of what bends at the other instant, (height, width, 3), or none, (0, 0, 3)."""
    geom_id, scene = known_scene(frame)
    if not scene.soft or geom_id.max(initial=-1) < len(scene.geometry.surfaces) - len(scene.soft):
        return np.zeros((0, 0, 3))
    from synth_ros.labels.soft_motion import soft_points

    return soft_points(frame, other)


def _locked(
    flow_px: NDArray[np.float32],
    state: NDArray[np.uint8],
    motion: NDArray[np.float32] | None,
) -> Flow:
    for array in (flow_px, state, motion):
        if array is not None:
            array.flags.writeable = False
    return Flow(flow_px, state, motion)
