"""Lamps and ambient light, in the terms of both of MuJoCo's renderers."""

from __future__ import annotations

import mujoco
import numpy as np

from synth_ros.randomize.scene import SampledLamp, SampledScene

# The classic renderer adds up unitless colours without falloff; this much diffuse light on a
# surface that faces the lamp leaves room for the ambient light below white.
DIFFUSE = 1.1
_SPECULAR = 0.3
AMBIENT = 1.2
# Filament works in candela with inverse-square falloff. This illuminance at the target gives
# a lit room at its default exposure.
_ILLUMINANCE_LUX = 60_000.0
_CUTOFF_DEG = 60.0

LAMP_PREFIX = 'lamp/'
"""In front of the number of a lamp."""


def add_lights(spec: mujoco.MjSpec, sampled: SampledScene) -> None:
    """Add the sampled lamps as spot lights, and the ambient light.

    The ambient light is the headlight's ambient part; its other parts are off.
    """
    headlight = spec.visual.headlight
    headlight.ambient = [sampled.ambient * AMBIENT] * 3
    headlight.diffuse = [0.0] * 3
    headlight.specular = [0.0] * 3
    for number, lamp in enumerate(sampled.lamps):
        _add_lamp(spec, lamp, name=f'{LAMP_PREFIX}{number}')


def _add_lamp(spec: mujoco.MjSpec, lamp: SampledLamp, *, name: str) -> None:
    towards = np.subtract(lamp.target_m, lamp.position_m)
    distance = float(np.linalg.norm(towards))
    color = np.array(lamp.rgb)
    spec.worldbody.add_light(
        name=name,
        type=mujoco.mjtLightType.mjLIGHT_SPOT,
        pos=lamp.position_m,
        dir=towards / distance,
        diffuse=color * lamp.intensity * DIFFUSE,
        specular=color * lamp.intensity * _SPECULAR,
        ambient=[0.0, 0.0, 0.0],
        attenuation=[1.0, 0.0, 0.0],
        cutoff=_CUTOFF_DEG,
        exponent=1.0,
        castshadow=lamp.cast_shadow,
        # Equal light on the target from every distance, as in the classic renderer.
        intensity=_ILLUMINANCE_LUX * lamp.intensity * distance**2,
        range=30.0,
        bulbradius=0.06,
    )
