"""Lamps and ambient light, in the terms of both of MuJoCo's renderers."""

from __future__ import annotations

import mujoco
import numpy as np

from synth_ros.randomize.lamps import FULL_ILLUMINANCE_LUX
from synth_ros.randomize.scene import SampledLamp, SampledScene

# The classic renderer adds up unitless colours without falloff; this much diffuse light on a
# surface that faces the lamp leaves room for the ambient light below white.
DIFFUSE = 1.1
AMBIENT = 1.2
AMBIENT_LUX = 5_000.0
"""Strength of the light from all around per unit of the headlight's ambient part. With 0.3, a
usual value, shadows of a well-lit room keep about a quarter of the light around them."""
LEAST_AMBIENT_LUX = 1e-3
"""Of an image light, so that it counts as one."""
_RANGE_M = 30.0
_KINDS = {
    'spot': mujoco.mjtLightType.mjLIGHT_SPOT,
    'point': mujoco.mjtLightType.mjLIGHT_POINT,
    'directional': mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
}

LAMP_PREFIX = 'lamp/'
"""In front of the number of a lamp."""


def add_lights(spec: mujoco.MjSpec, sampled: SampledScene) -> None:
    """Add the sampled lamps and the ambient light.

    The ambient light is the headlight's ambient part; its other parts are off.
    """
    headlight = spec.visual.headlight
    headlight.ambient = [sampled.ambient * AMBIENT] * 3
    headlight.diffuse = [0.0] * 3
    headlight.specular = [0.0] * 3
    for number, lamp in enumerate(sampled.lamps):
        _add_lamp(spec, lamp, name=f'{LAMP_PREFIX}{number}')
    if not sampled.lamps:
        # Without any intensity the model would count as one for the classic renderer, which
        # others light as they think fit.
        spec.worldbody.add_light(name='no_lamp', active=False, intensity=1.0)


def _add_lamp(spec: mujoco.MjSpec, lamp: SampledLamp, *, name: str) -> None:
    towards = np.subtract(lamp.target_m, lamp.position_m)
    distance = float(np.linalg.norm(towards))
    diffuse = np.array(lamp.rgb) * lamp.intensity * DIFFUSE
    # Candela, but lux of parallel light: equal light on the target from every distance, as in the
    # classic renderer.
    square = 1.0 if lamp.kind == 'directional' else distance**2
    spec.worldbody.add_light(
        name=name,
        type=_KINDS[lamp.kind],
        pos=lamp.position_m,
        dir=towards / distance,
        diffuse=diffuse,
        specular=diffuse * lamp.specular,
        ambient=[0.0, 0.0, 0.0],
        attenuation=[1.0, 0.0, 0.0],
        cutoff=lamp.cutoff_deg,
        exponent=1.0 if lamp.kind == 'spot' else 0.0,
        castshadow=lamp.cast_shadow,
        intensity=FULL_ILLUMINANCE_LUX * lamp.intensity * square,
        range=_RANGE_M,
        bulbradius=lamp.radius_m,
    )
