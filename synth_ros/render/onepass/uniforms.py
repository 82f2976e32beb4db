"""The uniform blocks of a model: what its shaders know of camera, environment and lamps."""

from __future__ import annotations

import moderngl
import numpy as np
from numpy.typing import NDArray

from synth_ros.render.base import Viewpoint
from synth_ros.render.onepass.blocks import (
    FRAME,
    FRAME_BINDING,
    LAMP,
    LAMPS_BINDING,
    Lens,
    frame_block,
)
from synth_ros.render.onepass.lamps import Lamp, Lighting, cone_scale, place
from synth_ros.render.onepass.poses import Placed
from synth_ros.render.onepass.shadows import ShadowAtlas
from synth_ros.scene.environment_light import turned_coefficients
from synth_ros.types import FloatArray

# As bright as MuJoCo's Filament: its camera of f/16, 1/125 s, ISO 100 comes out a stop brighter
# than by the formula, and its scenes get 0.7 on top (see filament_scene.py).
_EXPOSURE = 2**1.7 / (1.2 * 16**2 * 125)


class Uniforms:
    """Buffers of the uniform blocks.

    Args:
        context: The GL context.
        lighting: All light of the model.
        atlas: Its shadow maps.
    """

    def __init__(self, context: moderngl.Context, lighting: Lighting, atlas: ShadowAtlas) -> None:
        self._lighting = lighting
        self._atlas = atlas
        self._frame = context.buffer(reserve=FRAME.itemsize, dynamic=True)
        lamps = max(len(lighting.lamps), 1)
        self._lamps = context.buffer(reserve=lamps * LAMP.itemsize, dynamic=True)

    def set_camera(self, lens: Lens, viewpoint: Viewpoint) -> None:
        """A camera with a lens, in the light of the environment."""
        block = frame_block(lens)
        world_from_camera, gain = viewpoint.world_from_camera, 2.0**viewpoint.exposure_ev
        around = self._lighting.around
        strength, levels = self._lighting.environment, len(around.levels)
        block['light_scale'] = (_EXPOSURE * gain, strength, gain, levels)
        block['world_from_camera'][0, :3, :3] = world_from_camera[:3, :3].T
        block['irradiance'][0, :, :3] = turned_coefficients(
            around.irradiance, world_from_camera[:3, :3]
        )
        self._put_frame(block)

    def set_eye(self, lens: Lens) -> None:
        """A lamp that draws its shadow map."""
        self._put_frame(frame_block(lens))

    def set_lamps(self, placed: Placed, world_from_camera: FloatArray) -> None:
        """All lamps, as the camera sees them."""
        lamps = self._lighting.lamps
        if not lamps:
            return
        records = np.zeros(len(lamps), LAMP)
        for number, lamp in enumerate(lamps):
            self._fill(records[number], lamp, (placed, world_from_camera))
            if number in self._atlas.tiles:
                self._fill_shadow(records[number], number, world_from_camera)
        self._lamps.orphan(self._lamps.size)
        self._lamps.write(records)
        self._lamps.bind_to_uniform_block(LAMPS_BINDING)

    def free(self) -> None:
        """Delete the buffers."""
        self._frame.release()
        self._lamps.release()

    def _put_frame(self, block: NDArray[np.void]) -> None:
        self._frame.orphan(self._frame.size)
        self._frame.write(block)
        self._frame.bind_to_uniform_block(FRAME_BINDING)

    @staticmethod
    def _fill(record: np.void, lamp: Lamp, where: tuple[Placed, FloatArray]) -> None:
        placed, world_from_camera = where
        turn, origin = world_from_camera[:3, :3], world_from_camera[:3, 3]
        position, direction = place(lamp, placed, world_from_camera)
        reach = 1 / lamp.range_m**2 if lamp.range_m > 0 else 0.0
        record['position'] = (*((position - origin) @ turn), 0.0 if lamp.parallel else 1.0)
        record['direction'] = (*(direction @ turn), reach)
        record['color'] = (*lamp.color, lamp.bulb_radius_m)
        record['cone'] = (*cone_scale(lamp), 0.0, 0.0)

    def _fill_shadow(self, record: np.void, number: int, world_from_camera: FloatArray) -> None:
        eye = self._atlas.eyes[number]
        near, far, scale, offset = eye.lens.depth_range
        record['cone'][2:] = (float(len(self._atlas.tiles[number]) > 1), eye.texel)
        record['shadow'] = self._atlas.place_from_camera(number, world_from_camera).T
        record['tile'] = self._atlas.area(number)
        record['depths'] = (scale, offset, far - near, self._atlas.first[number])
