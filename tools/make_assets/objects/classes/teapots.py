"""Teapots."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant, plastic
from tools.make_assets.objects.collision import (
    Shape,
    cylinder,
    tube_hulls,
    turned_hull,
)
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import Corner, rounded, smooth
from tools.make_assets.objects.surface import FULL, FloatArray, Rect, Surface, merge
from tools.make_assets.objects.sweep import superellipse, sweep
from tools.make_assets.objects.textures import motifs
from tools.make_assets.objects.textures.materials import (
    brushed,
    mottled,
    speckled,
)
from tools.make_assets.objects.textures.paint import Atlas, Panel, to_pixels


class PotSpec(NamedTuple):
    """A teapot: body outline (foot to lid opening), lid opening radius, colours."""

    outline: tuple[tuple[float, float], ...]
    paint: Callable[[np.random.Generator], Atlas]
    knob: str
    roughness: float
    spout_up_m: float
    metallic: float = 0.0
    density_kg_m3: float = 520.0


def _teapot(spec: PotSpec, rng: np.random.Generator) -> ObjectModel:
    outline = spec.outline
    foot, top = outline[0], outline[-1]
    wide = max(r for r, _ in outline)
    lid_top = top[1] + 0.0150
    spout, spout_path, spout_size = _spout(spec, wide)
    handle, handle_path = _pot_handle(outline, wide)
    trim = Rect(0.0, 0.965, 1.0, 0.995)
    body = merge(_pot_shell(outline), spout.mapped(trim), handle.mapped(trim))
    look = Material(
        'body',
        spec.paint(rng).pixels(),
        roughness=spec.roughness,
        metallic=spec.metallic,
        tint=True,
    )
    coarse = handle_path[np.linspace(0, len(handle_path) - 1, 6).astype(np.int64)]
    lid = ((top[0] * 0.62, top[1] + 0.0115), (0.0075, lid_top))
    shapes: list[Shape] = [
        cylinder(foot[0], 0.0, 0.01),
        turned_hull([(foot[0], 0.0), *outline[1:], *lid]),
        turned_hull([(0.005, lid_top), (0.0095, lid_top + 0.010), (0.006, lid_top + 0.0185)], 8),
        *tube_hulls(spout_path[::3], spout_size[::3]),
        *tube_hulls(coarse, np.tile([0.0048, 0.0075], (len(coarse), 1))),
    ]
    parts = (
        Part('body', body, look, spec.density_kg_m3),
        Part('knob', _knob(lid_top), plastic(rng, 'knob', spec.knob), 900.0),
    )
    return ObjectModel(parts, tuple(shapes))


def _pot_shell(outline: tuple[tuple[float, float], ...]) -> Surface:
    """Foot, belly and lid, with the texture divided among them at v = 0.12 and 0.80."""
    foot, (rim, top) = outline[0][0], outline[-1]
    stand = (foot - 0.005, 0.0, 0.001)
    under = rounded([(0.0, 0.003), (foot - 0.006, 0.003, 0.001), stand, (foot, 0.0)])
    lid = rounded(
        [
            (rim, top),
            (rim + 0.0015, top + 0.001, 0.0008),
            (rim + 0.001, top + 0.0035, 0.001),
            (rim * 0.62, top + 0.012, 0.02),
            (0.0075, top + 0.0155, 0.004),
            (0.0, top + 0.0155),
        ]
    )
    return merge(
        lathe(under, np.linspace(0.0, 0.12, 4), slices=36),
        lathe(smooth(outline, 4), np.linspace(0.12, 0.80, len(outline)), slices=36),
        lathe(lid, np.linspace(0.80, 0.95, 6), slices=36),
    )


def _knob(z: float) -> Surface:
    corners: list[Corner] = [
        (0, z - 0.002),
        (0.005, z - 0.002),
        (0.0045, z + 0.004, 0.003),
        (0.0095, z + 0.010, 0.005),
        (0.007, z + 0.0175, 0.005),
        (0, z + 0.0185),
    ]
    return lathe(rounded(corners), slices=24)


def _at(outline: tuple[tuple[float, float], ...], z: float) -> float:
    return float(np.interp(z, [p[1] for p in outline], [p[0] for p in outline]))


def _spout(spec: PotSpec, wide: float) -> tuple[Surface, FloatArray, FloatArray]:
    top = spec.outline[-1][1]
    z0 = top * 0.38
    start = _at(spec.outline, z0) - 0.012
    knots = [
        (start, z0),
        (start + 0.022, z0 + 0.008),
        (wide + 0.020, top * 0.72),
        (wide + 0.036, top * 0.95 + spec.spout_up_m),
    ]
    curve = smooth(knots, 4).points
    path = np.stack([-curve[:, 0], np.zeros(len(curve)), curve[:, 1]], axis=1)
    k = np.linspace(0, 1, len(path))
    size = np.stack([0.0175 * (1 - k) + 0.0068 * k, 0.0150 * (1 - k) + 0.0064 * k], axis=1)
    tube = sweep(path, superellipse(1.0, 1.0, 2.0, count=14), size)
    hole = sweep(
        path[-1] + np.array([[-0.0, 0, -0.0001], [-0.0004, 0, 0.0004]]),
        superellipse(0.0046, 0.0042, 2.0, count=18),
        np.array([1.0, 1.0]),
    )
    return merge(tube, hole.mapped(Rect(0.0, 0.0, 0.01, 0.01))), path, size


def _pot_handle(
    outline: tuple[tuple[float, float], ...], wide: float
) -> tuple[Surface, FloatArray]:
    top = outline[-1][1]
    high, low = top * 0.86, top * 0.26
    bend = 0.45 * (high - low)
    curve = rounded(
        [
            (_at(outline, high) - 0.003, high - 0.002),
            (wide + 0.036, high + 0.012, bend),
            (wide + 0.034, low + 0.002, bend),
            (_at(outline, low) - 0.003, low + 0.002),
        ],
        step_m=0.014,
    ).points
    path = np.stack([curve[:, 0], np.zeros(len(curve)), curve[:, 1]], axis=1)
    ends = np.abs(np.linspace(-1, 1, len(path))) ** 6
    return sweep(path, superellipse(0.0048, 0.0075, 2.4, count=12), 1 + 0.35 * ends), path


def _pot_bands(rng: np.random.Generator) -> Atlas:
    atlas = Atlas(512, 512, '#f3eee2')
    atlas.paste(to_pixels(mottled(rng, (256, 256), '#f3eee2', amount=0.02)), FULL)
    panel = Panel(480, 60, '#f3eee2')
    for k in range(12):
        x = 40 * k + 20
        motifs.flower(panel, (x, 30), 26, color='#2f5d94')
        motifs.leaf(panel, (x + 20, 22), 18, color='#6a93bd', angle_deg=35)
        motifs.leaf(panel, (x + 20, 40), 18, color='#6a93bd', angle_deg=-35)
    panel.rect((0, 2, 480, 4), '#2f5d94')
    panel.rect((0, 56, 480, 58), '#2f5d94')
    atlas.paste(panel, Rect(0, 0.36, 1, 0.58))
    atlas.fill(Rect(0, 0.79, 1, 0.81), '#2f5d94')
    atlas.fill(Rect(0, 0.0, 0.01, 0.01), '#2a2520')
    return atlas


def _pot_clay(rng: np.random.Generator) -> Atlas:
    atlas = Atlas(512, 512, '#8c4a32')
    atlas.paste(to_pixels(speckled(rng, (512, 512), '#8c4a32', speck='#5a2a1a', count=900)), FULL)
    atlas.fill(Rect(0, 0.0, 0.01, 0.01), '#20110b')
    return atlas


def _pot_green(rng: np.random.Generator) -> Atlas:
    atlas = Atlas(512, 512, '#4f7f6d')
    image = speckled(rng, (512, 512), '#4f7f6d', speck='#223a30', count=500)
    ribs = 0.94 + 0.06 * np.cos(np.arange(512) / 512 * 2 * np.pi * 24)
    atlas.paste(to_pixels(image * ribs[None, :, None]), FULL)
    atlas.fill(Rect(0, 0.79, 1, 0.82), '#c79a3c')
    atlas.fill(Rect(0, 0.0, 0.01, 0.01), '#16201b')
    return atlas


def _pot_steel(rng: np.random.Generator) -> Atlas:
    atlas = Atlas(256, 512, '#c9ccd0')
    atlas.paste(to_pixels(brushed(rng, (512, 256), '#c9ccd0')), FULL)
    atlas.fill(Rect(0, 0.0, 0.01, 0.01), '#202020')
    return atlas


def _teapots() -> tuple[Variant, ...]:
    specs = {
        'blue_flowers': PotSpec(
            ((0.042, 0.0), (0.060, 0.022), (0.067, 0.052), (0.056, 0.088), (0.034, 0.104)),
            _pot_bands,
            '#2f5d94',
            0.2,
            0.0,
        ),
        'clay': PotSpec(
            ((0.044, 0.0), (0.057, 0.014), (0.062, 0.036), (0.053, 0.062), (0.032, 0.072)),
            _pot_clay,
            '#6e3623',
            0.6,
            0.004,
        ),
        'green': PotSpec(
            ((0.046, 0.0), (0.053, 0.020), (0.056, 0.055), (0.050, 0.098), (0.036, 0.118)),
            _pot_green,
            '#c79a3c',
            0.25,
            -0.004,
        ),
        'steel': PotSpec(
            ((0.058, 0.0), (0.066, 0.012), (0.064, 0.045), (0.050, 0.092), (0.036, 0.106)),
            _pot_steel,
            '#1e1f22',
            0.28,
            0.004,
            0.6,
            640.0,
        ),
    }
    return tuple(Variant(name, partial(_teapot, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'teapot': _teapots()}
