"""The lights of a model in the shaders' terms.

As MuJoCo's physically based renderer has it: when any light has an intensity, all are
photometric (candela; lux for parallel light), their diffuse colour is only the hue, and nothing
else lights the scene but image light. Otherwise the model was made for classic OpenGL: a default
environment, a headlight, and a default intensity shared by the lights.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import NamedTuple

import mujoco
import numpy as np

from synth_ros.errors import RenderError
from synth_ros.render.onepass.image_light import image_environment
from synth_ros.render.onepass.poses import Placed
from synth_ros.scene.environment_light import Environment, classic_environment, room
from synth_ros.scene.lighting import AMBIENT_LUX
from synth_ros.types import FloatArray

_SPOT = mujoco.mjtLightType.mjLIGHT_SPOT.value
_PARALLEL = mujoco.mjtLightType.mjLIGHT_DIRECTIONAL.value
_POINT = mujoco.mjtLightType.mjLIGHT_POINT.value
_IMAGE = mujoco.mjtLightType.mjLIGHT_IMAGE.value

# Defaults of MuJoCo for models without intensities (filament.fallback.* in its manual).
_CLASSIC_TOTAL = 80_000.0
_CLASSIC_HEADLIGHT_LUX = 40_000.0
_CLASSIC_ENVIRONMENT = 5_000.0
# As many as MuJoCo draws, and as a uniform block holds on every driver.
MAX_LAMPS = 101
_WIDEST_RAD = math.radians(80)


class Lamp(NamedTuple):
    """A light that does not change while a model is loaded.

    Attributes:
        light: Its number in the model; -1 for the headlight, which moves with the camera.
        parallel: Whether its rays are parallel.
        color: Candela, or lux of parallel light, per channel, (3,).
        cutoff_rad: Half the angle of its cone; pi where it shines all around.
        inner_rad: Up to here it shines with all its strength.
        range_m: Where it ends; 0 for never.
        bulb_radius_m: Of what shines: how soft its shadows are.
        casts_shadow: Whether things stand in its way.
    """

    light: int
    parallel: bool
    color: FloatArray
    cutoff_rad: float
    inner_rad: float
    range_m: float
    bulb_radius_m: float
    casts_shadow: bool

    @property
    def all_around(self) -> bool:
        """Whether it shines too wide for one flat image: six take up what it sees."""
        return not self.parallel and self.cutoff_rad > _WIDEST_RAD


class Lighting(NamedTuple):
    """All light of a model.

    Attributes:
        lamps: Its lamps that shine, those that cast shadows first.
        environment: Strength of the light from all around.
        around: What that light looks like.
        source: Where that comes from: an image light and its texture, -1 for a built-in one.
    """

    lamps: tuple[Lamp, ...]
    environment: float
    around: Environment
    source: tuple[int, int]


def lighting(
    model: mujoco.MjModel, *, known: Lighting | None = None, repainted: Collection[int] = ()
) -> Lighting:
    """The lights of a model.

    Args:
        model: The model.
        known: Its lights before; an environment of theirs that is still right is taken over, for
            one takes long to make.
        repainted: Numbers of textures whose pixels have changed since.

    Raises:
        RenderError: There are too many lights, or an image light without an image.
    """
    kinds = model.light_type
    active = np.flatnonzero(model.light_active & (kinds != _IMAGE))
    photometric = bool((model.light_intensity > 0).any())
    if photometric:
        lamps = [_lamp(model, int(i), float(model.light_intensity[i])) for i in active]
        images = np.flatnonzero(kinds == _IMAGE)
        if images.size:
            # As in Filament, one environment at a time: the last.
            image = int(images[-1])
            strength, texture = float(model.light_intensity[image]), int(model.light_texid[image])
            source = (image, texture)
            if known is not None and known.source == source and texture not in repainted:
                return Lighting(_in_order(lamps), strength, known.around, source)
            return Lighting(_in_order(lamps), strength, image_environment(model, image), source)
        ambient = float(np.mean(model.vis.headlight.ambient)) * AMBIENT_LUX
        return Lighting(_in_order(lamps), ambient, room(), (-1, -1))
    share = _CLASSIC_TOTAL / max(len(active), 1)
    lamps = [_lamp(model, int(i), share) for i in active]
    head = model.vis.headlight
    if head.active:
        color = _CLASSIC_HEADLIGHT_LUX * np.array(head.diffuse, np.float64)
        lamps.append(
            Lamp(
                -1,
                parallel=True,
                color=color,
                cutoff_rad=math.pi,
                inner_rad=math.pi,
                range_m=0.0,
                bulb_radius_m=0.0,
                casts_shadow=False,
            )
        )
    return Lighting(_in_order(lamps), _CLASSIC_ENVIRONMENT, classic_environment(), (-1, -1))


def _in_order(lamps: list[Lamp]) -> tuple[Lamp, ...]:
    """Lamps that shine, those with shadows first: the shaders loop over each kind.

    Raises:
        RenderError: There are too many.
    """
    lit = [lamp for lamp in lamps if lamp.color.any()]
    if len(lit) > MAX_LAMPS:
        raise RenderError(
            f'The model has {len(lit)} lights that shine; the one-pass renderer draws at most '
            f'{MAX_LAMPS}, the headlight among them. Make the others inactive (active="false").'
        )
    return tuple(sorted(lit, key=lambda lamp: not lamp.casts_shadow))


def _lamp(model: mujoco.MjModel, light: int, intensity: float) -> Lamp:
    hue = np.array(model.light_diffuse[light], np.float64)
    if model.light_intensity[light] > 0:
        hue /= max(float(hue.max()), 1e-9)
    kind = int(model.light_type[light])
    cutoff = math.radians(float(model.light_cutoff[light])) if kind == _SPOT else math.pi
    return Lamp(
        light,
        kind == _PARALLEL,
        hue * intensity,
        min(cutoff, math.pi),
        min(cutoff, math.pi) * (1 - float(model.light_softness[light])),
        0.0 if kind == _PARALLEL else float(model.light_range[light]),
        float(model.light_bulbradius[light]),
        bool(model.light_castshadow[light]),
    )


def cone_scale(lamp: Lamp) -> tuple[float, float]:
    """Factor and offset that turn the cosine to the axis into 1 inside and 0 outside."""
    if lamp.parallel or lamp.cutoff_rad >= math.pi / 2:
        return 0.0, 1.0
    inner, outer = math.cos(lamp.inner_rad), math.cos(lamp.cutoff_rad)
    scale = 1 / max(inner - outer, 1e-4)
    return scale, -outer * scale


def place(
    lamp: Lamp, placed: Placed, world_from_camera: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Position (3,) and unit direction (3,) of a lamp in the world."""
    if lamp.light < 0:
        return world_from_camera[:3, 3], world_from_camera[:3, 2]
    direction = placed.light_direction[lamp.light]
    return placed.light_m[lamp.light], direction / np.linalg.norm(direction)
