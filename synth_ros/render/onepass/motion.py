"""Motion of the surface point of each pixel since an earlier instant, from the surface layer."""

from __future__ import annotations

import moderngl
import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.transforms import inverse
from synth_ros.render.base import Shot
from synth_ros.render.onepass import textures
from synth_ros.render.onepass.paint import UNITS
from synth_ros.render.onepass.programs import Programs, defined
from synth_ros.render.onepass.screen import Screen
from synth_ros.scene.soft import soft_surfaces
from synth_ros.scene.surfaces import world_from_geom

_TABLE_WIDTH = 1024
# A row that puts every point behind the camera.
_UNKNOWN_M = -1e30


class MotionTarget:
    """Two 32-bit floats a pixel.

    Args:
        context: The GL context.
        size: (width, height), pixels.
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int]) -> None:
        self.size = size
        self._texture = context.texture(size, 2, dtype='f4')
        self.target = context.framebuffer([self._texture])

    def read(self) -> NDArray[np.float32]:
        """Wait for the drawing and copy it, (height, width, 2)."""
        motion = np.empty((self.size[1], self.size[0], 2), np.float32)
        self.target.read_into(motion, components=2, dtype='f4')
        return motion

    def free(self) -> None:
        """Delete it."""
        self.target.release()
        self._texture.release()


class MotionPass:
    """Draws motion of one model's surfaces.

    Args:
        context: The GL context.
        programs: Its programs.
        screen: Draws over all pixels.
    """

    def __init__(self, context: moderngl.Context, programs: Programs, screen: Screen) -> None:
        self._context, self._programs, self._screen = context, programs, screen

    def draw(
        self, motions: NDArray[np.float32], surface: moderngl.Texture, target: MotionTarget
    ) -> None:
        """Draw the motion of every pixel; the frame block is that of the picture.

        Args:
            motions: Of each surface, see ``surface_motions``.
            surface: The picture's surface layer.
            target: Where to draw.
        """
        table = textures.number_table(motions.reshape(-1, 4), width=_TABLE_WIDTH)
        target.target.use()
        self._context.enable_only(moderngl.NOTHING)
        surface.use(UNITS['surface_layer'])
        table.bind(UNITS['motions'])
        self._screen.draw(self._programs.get('screen.vert', 'motion.frag', defined()))
        table.free()


def surface_motions(model: mujoco.MjModel, data: mujoco.MjData, shot: Shot) -> NDArray[np.float32]:
    """How each surface has moved in the camera's frame, less the identity.

    Args:
        model: The model.
        data: Its state now.
        shot: The camera now, and everything then.

    Returns:
        Shape (surfaces, 3, 4), float32; the arithmetic before was in float64.
    """
    before = shot.before
    assert before is not None
    now = world_from_geom(data)
    then = np.asarray(before.world_from_geom, np.float64)[: len(now)]
    # Rigid poses: the inverse of a rotation is its transpose.
    rotation = then[:, :3, :3] @ now[:, :3, :3].transpose(0, 2, 1)
    carried = np.tile(np.eye(4), (len(now), 1, 1))
    carried[:, :3, :3] = rotation
    carried[:, :3, 3] = then[:, :3, 3] - np.einsum('nij,nj->ni', rotation, now[:, :3, 3])
    camera = inverse(before.world_from_camera)
    motions = np.zeros((len(now) + len(soft_surfaces(model)), 3, 4))
    motions[len(now) :, 2, 3] = _UNKNOWN_M
    whole = camera @ carried @ shot.viewpoint.world_from_camera
    motions[: len(now)] = (whole - np.eye(4))[:, :3]
    return motions.astype(np.float32)
