"""Lamps: where they hang, how bright and of which colour."""

from __future__ import annotations

import math

import numpy as np

from synth_ros.config.lights import LAMP_KINDS, LampKind, LightsConfig
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.scene import SampledLamp, Triple

FULL_ILLUMINANCE_LUX = 60_000.0
"""Light on a surface at the target that faces a lamp of intensity 1: it makes a lit room with
exposure_ev 0, a camera set for f/16 and 1/125 s at ISO 100 and 1.7 stops more."""


def black_body_rgb(temperature_k: float) -> tuple[float, float, float]:
    """Linear sRGB colour of a black body, its largest component 1.

    The chromaticity follows Kang et al. 2002, a cubic fit of the Planckian locus that is good
    to 0.001 in x from 1667 K to 25000 K; the matrix is that of IEC 61966-2-1 (sRGB, D65).

    Args:
        temperature_k: Colour temperature, kelvin; clamped to 1667..25000.
    """
    t = min(max(temperature_k, 1667.0), 25000.0)
    if t <= 4000:
        x = -0.2661239e9 / t**3 - 0.2343589e6 / t**2 + 0.8776956e3 / t + 0.179910
    else:
        x = -3.0258469e9 / t**3 + 2.1070379e6 / t**2 + 0.2226347e3 / t + 0.240390
    if t <= 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif t <= 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    xyz = np.array([x / y, 1.0, (1 - x - y) / y])
    rgb_from_xyz = np.array(
        [
            [3.2404542, -1.5371385, -0.4985314],
            [-0.9692660, 1.8760108, 0.0415560],
            [0.0556434, -0.2040259, 1.0572252],
        ]
    )
    rgb = np.clip(rgb_from_xyz @ xyz, 0, None)
    red, green, blue = (float(c) for c in rgb / rgb.max())
    return red, green, blue


def draw_lamps(
    config: LightsConfig, target_m: tuple[float, float, float], *, draws: Draws
) -> tuple[SampledLamp, ...]:
    """Draw the lamps of a scene.

    Args:
        config: Ranges to draw from.
        target_m: The middle of the placement surface, at which lamps aim.
        draws: Draws of the lamps.

    Returns:
        The lamps, brightest job first: their intensities sum to the drawn brightness.
    """
    lamps = draws.whole(config.count, 'count')
    total = _brightness(config, draws)
    drawn = [_draw_one(config, target_m, draws=draws.below(f'{i}/')) for i in range(lamps)]
    shares = 0.6 ** np.arange(lamps)
    shares *= total / max(float(shares.sum()), 1.0)
    return tuple(
        lamp.model_copy(
            update={
                'intensity': float(share),
                'cast_shadow': lamp.cast_shadow or index == 0,
            }
        )
        for index, (lamp, share) in enumerate(zip(drawn, shares, strict=True))
    )


def lamp_color(temperature_k: float, *, white_balance: float = 0.5) -> Triple:
    """Colour of a lamp as a camera shows it, its largest component 1.

    Automatic white balance takes out most of a cast but not all of it; the default, a square root,
    halves it on a logarithmic scale.

    Args:
        temperature_k: Of the black body.
        white_balance: Share of the cast that is taken out, 0 to 1.
    """
    red, green, blue = (c ** (1 - white_balance) for c in black_body_rgb(temperature_k))
    return red, green, blue


def _brightness(config: LightsConfig, draws: Draws) -> float:
    """Of all lamps together, relative to a well-lit room."""
    if config.illuminance_lux is not None:
        return draws.number(config.illuminance_lux, 'illuminance_lux') / FULL_ILLUMINANCE_LUX
    return draws.number(config.intensity, 'intensity')


def _draw_one(
    config: LightsConfig, target_m: tuple[float, float, float], *, draws: Draws
) -> SampledLamp:
    azimuth = math.radians(draws.number(config.azimuth_deg, 'azimuth'))
    elevation = math.radians(draws.number(config.elevation_deg, 'elevation_deg'))
    distance = draws.number(config.distance_m, 'distance_m')
    aside = draws.numbers(config.aim_offset_m, 'target', 2)
    temperature_k = draws.number(config.color_temperature_k, 'color_temperature_k')
    shadow = draws.generator('cast_shadow').random() < config.cast_shadow_probability
    x, y, z = target_m
    return SampledLamp(
        position_m=(
            x + distance * math.cos(elevation) * math.cos(azimuth),
            y + distance * math.cos(elevation) * math.sin(azimuth),
            z + distance * math.sin(elevation),
        ),
        target_m=(x + float(aside[0]), y + float(aside[1]), z),
        rgb=lamp_color(temperature_k, white_balance=config.white_balance),
        intensity=1.0,
        cast_shadow=bool(shadow),
        kind=_draw_kind(config, draws),
        cutoff_deg=draws.number(config.cutoff_deg, 'cutoff_deg'),
        radius_m=draws.number(config.radius_m, 'radius_m'),
        specular=draws.number(config.specular, 'specular'),
    )


def _draw_kind(config: LightsConfig, draws: Draws) -> LampKind:
    weights = np.array(config.kinds.weights())
    place = draws.generator('kind').choice(len(weights), p=weights / weights.sum())
    return LAMP_KINDS[int(place)]
