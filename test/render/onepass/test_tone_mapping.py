"""From light to the finished pixel: the curves, and colours that come out as they went in."""

from __future__ import annotations

import numpy as np
import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.render.onepass.renderer import OnepassRenderer

from .pictures import NO_LIGHT, encoded, linear, model_of, picture, view

COLORS = np.array(
    [(0, 0, 0), (8, 8, 8), (40, 60, 90), (128, 128, 128), (200, 30, 20), (30, 90, 220),
     (250, 240, 60), (255, 255, 255)]
)  # fmt: skip
# What shines at least as bright as its own colour is lit at once, what shines less with the rest.
STRENGTHS = (0.5, 1.0, 4.0)


def aces(x: np.ndarray) -> np.ndarray:
    to_film = np.array([(0.597, 0.355, 0.048), (0.076, 0.908, 0.016), (0.028, 0.134, 0.838)])
    from_film = np.array(
        [(1.605, -0.531, -0.074), (-0.102, 1.108, -0.006), (-0.003, -0.073, 1.076)]
    )
    film = 0.515 * x @ to_film.T
    film = film * (2.51 * film + 0.03) / (film * (2.43 * film + 0.59) + 0.14)
    return film @ from_film.T


def neutral(x: np.ndarray) -> np.ndarray:
    """Khronos PBR Neutral, as its specification has it."""
    low = x.min(axis=-1, keepdims=True)
    x = x - np.where(low < 0.08, low - 6.25 * low**2, 0.04)
    peak = x.max(axis=-1, keepdims=True)
    start, room = 0.8 - 0.04, 1 - (0.8 - 0.04)
    bent_peak = 1 - room**2 / (peak + room - start)
    pale = 1 - 1 / (0.15 * (peak - bent_peak) + 1)
    bent = x * bent_peak / np.maximum(peak, 1e-9)
    return np.where(peak < start, x, bent * (1 - pale) + bent_peak * pale)


def patches(config: RenderConfig, strength: float) -> np.ndarray:
    """The middle of squares that shine in ``COLORS`` and reflect nothing, (n, 3)."""
    asset = ''.join(
        f'<material name="m{k}" rgba="{r / 255} {g / 255} {b / 255} 1" emission="{strength}"/>'
        for k, (r, g, b) in enumerate(COLORS)
    )
    body = ''.join(
        f'<geom type="box" size=".04 .01 .2" pos="{0.1 * (k - 3.5)} 0 0" material="m{k}"/>'
        for k in range(len(COLORS))
    )
    model = model_of(NO_LIGHT + body, asset=asset)
    with OnepassRenderer(config) as renderer:
        seen = picture(renderer, model, view((0, -1, 0), size=(160, 40), fovy=0.25))
    middles = []
    for k in range(len(COLORS)):
        rows, columns = np.nonzero(seen.geom_id == k)
        middles.append(seen.rgb[int(np.median(rows)), int(np.median(columns))])
    return np.array(middles, np.float64)


@pytest.mark.parametrize('shading', ['full', 'lean'])
def test_what_shines_comes_out_in_its_own_colour(shading: str) -> None:
    config = RenderConfig(tone_mapping='none', shading=shading)
    assert np.abs(patches(config, 1.0) - COLORS).max() <= 1


@pytest.mark.parametrize('strength', STRENGTHS)
@pytest.mark.parametrize(
    ('name', 'curve'), [('aces', aces), ('neutral', neutral), ('none', lambda x: x)]
)
def test_curves_are_those_of_the_formula(name: str, curve, strength: float) -> None:
    expected = encoded(curve(strength * linear(COLORS)))
    # Colours are kept with the eye's precision on their way, and curves steepen what is dark.
    assert np.abs(patches(RenderConfig(tone_mapping=name), strength) - expected).max() <= 2.5
