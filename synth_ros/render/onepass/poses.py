"""Where every surface is in the frame of an eye, and which of them the eye can see."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.transforms import inverse
from synth_ros.render.onepass.blocks import Lens
from synth_ros.types import FloatArray

# A ball's bound is not exact; what is drawn in vain costs little.
_SLACK_M = 1e-3


class Placed(NamedTuple):
    """Where everything is in the world at one instant, copied from the simulation.

    Attributes:
        rotation: World from geom, (n, 3, 3), float64.
        position_m: (n, 3), float64.
        radius_m: Of a ball about the position that holds the surface, (n,); -inf for a slot
            that shows nothing now.
        light_m: Positions of the model's lights, (nlight, 3).
        light_direction: The way their light goes, (nlight, 3).
        bent: Differs where what bends has another form.
    """

    rotation: FloatArray
    position_m: FloatArray
    radius_m: FloatArray
    light_m: FloatArray
    light_direction: FloatArray
    bent: bytes = b''


class Seen(NamedTuple):
    """Surfaces in the frame of an eye.

    Attributes:
        poses: Eye from geom, (n, 3, 4), float32; the arithmetic before was in float64.
        center_m: Origins, (n, 3), float64.
    """

    poses: NDArray[np.float32]
    center_m: FloatArray


def seen_from(placed: Placed, world_from_eye: FloatArray) -> Seen:
    """Surfaces in the frame of an eye.

    Subtracting the eye's position before rounding to 32 bits keeps micrometres wherever in the
    world the robot stands.

    Args:
        placed: In the world.
        world_from_eye: Pose of the optical frame, (4, 4).
    """
    eye_from_world = inverse(world_from_eye)
    poses = np.empty((len(placed.position_m), 3, 4), np.float32)
    poses[:, :, :3] = eye_from_world[:3, :3] @ placed.rotation
    center = (placed.position_m - world_from_eye[:3, 3]) @ world_from_eye[:3, :3]
    poses[:, :, 3] = center
    return Seen(poses, center)


def in_view(
    seen: Seen, radius_m: NDArray[np.float64], lens: Lens, *, parallel: bool = False
) -> NDArray[np.bool_]:
    """Which balls about the surfaces' origins reach into the lens's frustum, (n,).

    Args:
        seen: Surfaces in the eye's frame.
        radius_m: Of a ball about the origin that holds the surface, (n,).
        lens: The eye's.
        parallel: Whether its rays are.
    """
    x, y, z = seen.center_m.T
    near, far = lens.depth_range[:2]
    reach = radius_m + _SLACK_M
    inside = (z + reach >= near) & (z - reach <= far)
    px, py, zx, zy = lens.projection
    depth = 1.0 if parallel else z
    for value, scale, skew in ((x, px, zx), (y, py, zy)):
        # The planes clip = w and clip = -w: scale * value + (skew -+ 1) * depth = 0.
        for sign in (1.0, -1.0):
            slope = skew - sign
            length = scale if parallel else np.hypot(scale, slope)
            inside &= sign * (scale * value + slope * depth) <= reach * length
    return np.asarray(inside)
