"""Bananas, apples and oranges."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.collision import Hull, Shape, cylinder, tube_hulls
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part, Pixels
from tools.make_assets.objects.profile import Corner, rounded, smooth
from tools.make_assets.objects.surface import FloatArray, from_grid
from tools.make_assets.objects.sweep import superellipse, sweep
from tools.make_assets.objects.textures.materials import mottled
from tools.make_assets.objects.textures.noise import fractal, spots, value_noise
from tools.make_assets.objects.textures.paint import blend, plain, to_pixels

FLESH = 900.0


class BananaSpec(NamedTuple):
    """A banana lying on its side: length along the arc, thickest radius, bend."""

    length_m: float
    radius_m: float
    bend_deg: float
    skin: str
    shade: str
    tips: str
    freckles: int


def _banana(spec: BananaSpec, rng: np.random.Generator) -> ObjectModel:
    count = 30
    s = np.linspace(0, 1, count)
    bend = np.radians(spec.bend_deg)
    heading = bend * (s - 0.5) * (0.75 + 0.5 * np.abs(s - 0.5))
    step = spec.length_m / (count - 1)
    path = np.zeros((count, 3))
    path[1:, 0] = np.cumsum(np.cos((heading[1:] + heading[:-1]) / 2)) * step
    path[1:, 1] = np.cumsum(np.sin((heading[1:] + heading[:-1]) / 2)) * step
    knots = [0.0, 0.03, 0.07, 0.14, 0.24, 0.45, 0.7, 0.86, 0.94, 0.975, 1.0]
    widths = [0.24, 0.21, 0.23, 0.42, 0.78, 1.0, 0.97, 0.72, 0.40, 0.20, 0.17]
    width = np.interp(s, knots, widths)
    kernel = np.array([1, 2, 3, 2, 1]) / 9
    width[2:-2] = np.convolve(width, kernel, 'valid')
    a = np.linspace(0, 2 * np.pi, 26)
    # Five soft ridges run along the fruit.
    r = spec.radius_m * (1 + 0.035 * np.cos(5 * a) + 0.008 * np.cos(10 * a))
    section = np.stack([r * np.cos(a), 0.94 * r * np.sin(a)], axis=1)
    section[-1] = section[0]
    body = sweep(path, section, width, side=(0, 0, 1), domes=(0.12, 0.25))
    look = Material('body', _banana_skin(spec, rng), roughness=0.5, tint=True)
    flat = path[[0, 2, 6, 11, 17, 22, 26, 29]]
    upright = np.stack([flat[:, 0], flat[:, 2], flat[:, 1]], axis=1)
    radii = np.stack([width, 0.94 * width], axis=1)[[0, 2, 6, 11, 17, 22, 26, 29]]
    hulls: list[Shape] = [
        Hull(h.points_m[:, [0, 2, 1]])
        for h in tube_hulls(upright, radii * spec.radius_m * 1.02, 10)
    ]
    return ObjectModel((Part('body', body, look, FLESH),), tuple(hulls), rolls=True)


def _banana_skin(spec: BananaSpec, rng: np.random.Generator) -> Pixels:
    shape = (512, 256)
    image = plain(shape, spec.skin)
    image = blend(image, spec.shade, 0.55 * fractal(rng, shape, (3, 4), octaves=3))
    fibres = value_noise(rng, shape, (6, 64))
    image *= 0.96 + 0.07 * fibres[..., None]
    angle = np.linspace(0, 2 * np.pi, shape[1])[None]
    image = blend(image, spec.shade, 0.35 * np.clip(np.cos(5 * angle), 0, 1) ** 8 * np.ones(shape))
    v = 1 - (np.arange(512) + 0.5) / 512
    ends = np.clip((0.16 - v) / 0.10, 0, 1) + np.clip((v - 0.86) / 0.12, 0, 1)
    image = blend(
        image,
        spec.tips,
        (0.75 * ends[:, None] * (0.7 + 0.6 * fractal(rng, shape, (8, 8)))).clip(0, 1),
    )
    dark = np.clip((0.045 - v) / 0.02, 0, 1) + np.clip((v - 0.965) / 0.015, 0, 1)
    image = blend(image, '#2e2114', dark[:, None] * np.ones(shape))
    cover = spots(rng, shape, count=spec.freckles, radius_px=(0.6, 5.5))
    cover = cover * (fractal(rng, shape, (24, 12), octaves=2) > 0.35)
    return to_pixels(blend(image, '#5a3716', 0.8 * cover))


def _bananas() -> tuple[Variant, ...]:
    specs = {
        'ripe': BananaSpec(0.205, 0.0185, 95, '#f0c41f', '#dba312', '#8f8a2a', 60),
        'green': BananaSpec(0.185, 0.0175, 78, '#b9c43c', '#8da62c', '#5f7f22', 8),
        'spotted': BananaSpec(0.192, 0.0195, 110, '#e6b022', '#c68d17', '#6b4a1c', 520),
    }
    return tuple(Variant(name, partial(_banana, spec)) for name, spec in specs.items())


class AppleSpec(NamedTuple):
    """An apple: widest radius, height to width, colours of ground, blush and stripes."""

    radius_m: float
    tall: float
    lean: float
    ground: str
    blush: str
    amount: float
    striped: bool


_APPLE = (
    (0.0, 0.10),
    (0.16, 0.055),
    (0.34, 0.0),
    (0.58, 0.05),
    (0.84, 0.30),
    (0.985, 0.68),
    (1.0, 0.98),
    (0.90, 1.38),
    (0.66, 1.66),
    (0.38, 1.72),
    (0.17, 1.60),
    (0.05, 1.42),
    (0.0, 1.38),
)


def _apple(spec: AppleSpec, rng: np.random.Generator) -> ObjectModel:
    curve = smooth(_APPLE, 3).points
    # Central differences want rows that are evenly spread.
    run = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    even = np.linspace(0, run[-1], 34)
    r, z = np.interp(even, run, curve[:, 0]), np.interp(even, run, curve[:, 1])
    a = np.linspace(0, 2 * np.pi, 41)
    lobes = 1 + 0.028 * np.cos(5 * a)[None] * np.clip(1 - z / 0.9, 0, 1)[:, None]
    lobes = lobes * (1 + 0.012 * np.cos(2 * a + 1)[None] + 0.01 * np.cos(3 * a)[None])
    rr = r[:, None] * lobes * spec.radius_m
    height = z * spec.radius_m * spec.tall
    lift = 0.05 * spec.radius_m * np.cos(5 * a)[None] * np.clip(1 - z / 0.35, 0, 1)[:, None]
    lift = lift * np.clip(r / 0.35, 0, 1)[:, None]
    tilt = spec.lean * rr * np.cos(a + 0.7)[None] * np.clip(z - 0.8, 0, 1)[:, None]
    points = np.stack([rr * np.cos(a), rr * np.sin(a), height[:, None] + lift + tilt], axis=-1)
    points[:, -1] = points[:, 0]
    points[..., 2] -= points[..., 2].min()
    body = from_grid(points, even / run[-1])
    top = points[-1, 0]
    k = np.linspace(0, 1, 6)
    path = top + np.stack([0.10 * k**2, 0 * k, 0.42 * k - 0.06], axis=1) * spec.radius_m
    stem = sweep(path, superellipse(0.0016, 0.0016, 2, count=8), 0.85 + 0.6 * k**4, domes=(0, 0.4))
    parts = (
        Part(
            'body', body, Material('body', _apple_skin(spec, rng), roughness=0.3, tint=True), 830.0
        ),
        Part('stem', stem, Material('stem', rgb=(0.27, 0.19, 0.10), roughness=0.8), 700.0),
    )
    skin = points[[5, 8, 11, 14, 16, 17, 18, 20, 23, 26, 29], ::5].reshape(-1, 3)
    low = points[2:9, ::2].reshape(-1, 3)
    stem_hull = Hull(
        np.concatenate([path[[1, 5]] + d for d in np.eye(3)[:2] * 0.0015] + [path[[1, 5]] - 0.001])
    )
    shapes: list[Shape] = [Hull(np.concatenate([skin, low])), stem_hull]
    return ObjectModel(parts, tuple(shapes), rolls=True)


def _apple_skin(spec: AppleSpec, rng: np.random.Generator) -> Pixels:
    shape = (256, 512)
    v = 1 - (np.arange(256) + 0.5)[:, None] / 256
    angle = np.linspace(0, 2 * np.pi, 512)[None]
    image = mottled(rng, shape, spec.ground, amount=0.08)
    sun = 0.55 + 0.45 * np.cos(angle - 1.0) + 0.5 * (fractal(rng, shape, (4, 8)) - 0.5)
    sun = np.maximum(sun, 0.42) if spec.striped else sun
    amount = np.clip(sun * spec.amount * 1.7, 0, 1) * np.clip((v - 0.08) / 0.15, 0, 1)
    if spec.striped:
        streaks = value_noise(rng, shape, (3, 90)) * 0.6 + value_noise(rng, shape, (5, 40)) * 0.4
        amount = amount * np.clip((streaks - 0.32) * 3.2, 0.08, 1)
    else:
        amount = np.maximum(amount, min(1.0, spec.amount - 0.1) * np.clip((v - 0.06) / 0.12, 0, 1))
        amount = amount * (0.9 + 0.2 * value_noise(rng, shape, (4, 120)))
    image = blend(image, spec.blush, amount.clip(0, 1))
    dip = np.clip((v - 0.86) / 0.1, 0, 1) * (0.6 + 0.5 * fractal(rng, shape, (8, 24)))
    image = blend(image, '#a58a3e', (0.75 * dip * np.ones(shape)).clip(0, 1))
    image = blend(image, '#4a3a20', np.clip((0.035 - v) / 0.02, 0, 1) * np.ones(shape))
    image = blend(image, '#f2dfae', 0.42 * spots(rng, shape, count=420, radius_px=(0.5, 1.3)))
    return to_pixels(image)


def _apples() -> tuple[Variant, ...]:
    specs = {
        'red': AppleSpec(0.0385, 1.0, 0.05, '#b83a22', '#8f1019', 0.95, striped=False),
        'green': AppleSpec(0.0370, 0.97, -0.06, '#8fb52e', '#a9bf3c', 0.35, striped=False),
        'striped': AppleSpec(0.0405, 0.92, 0.03, '#e3bf57', '#c1271f', 0.75, striped=True),
    }
    return tuple(Variant(name, partial(_apple, spec)) for name, spec in specs.items())


class OrangeSpec(NamedTuple):
    """A citrus fruit: radius, height to width, peel and pore colours."""

    radius_m: float
    flat: float
    skin: str
    pores: str
    rough: float
    neck: float


def _orange(spec: OrangeSpec, rng: np.random.Generator) -> ObjectModel:
    points = _bumpy_ball(spec, rng)
    body = from_grid(points, np.linspace(0, 1, len(points)))
    button: list[Corner] = [
        (0, -0.002),
        (0.0042, -0.002),
        (0.0045, 0.0006, 0.0008),
        (0.0016, 0.0009, 0.0006),
        (0.0012, 0.0022, 0.0006),
        (0, 0.0022),
    ]
    calyx = lathe(rounded(button), slices=10).moved(z=float(points[-1, 0, 2]) + 0.0002)
    look = Material('body', _peel(spec, rng), roughness=0.45, tint=True)
    green = Material('calyx', rgb=(0.33, 0.40, 0.18), roughness=0.8)
    middle = points[len(points) // 2, ::3]
    skin = np.concatenate([points[1:-1:3, ::3].reshape(-1, 3), middle, points[[0, -1], 0]])
    shapes: tuple[Shape, ...] = (
        Hull(skin),
        cylinder(0.004, 0.0, float(calyx.points[:, 2].max())),
    )
    parts = (Part('body', body, look, 920.0), Part('calyx', calyx, green, 700.0))
    return ObjectModel(parts, shapes, rolls=True)


def _bumpy_ball(spec: OrangeSpec, rng: np.random.Generator) -> FloatArray:
    """Grid (rows, columns, 3) from pole to pole, dented at both."""
    rows, columns = 25, 37
    polar = np.linspace(-np.pi / 2, np.pi / 2, rows)
    a = np.linspace(0, 2 * np.pi, columns)
    bump = (value_noise(rng, (rows, columns - 1), (7, 10)) - 0.5) * 0.02 * spec.rough
    bump = np.concatenate([bump, bump[:, :1]], axis=1) * np.cos(polar)[:, None]
    dent = 1 - 0.05 * np.exp(-(((polar - np.pi / 2) / 0.22) ** 2))
    dent = dent - 0.02 * np.exp(-(((polar + np.pi / 2) / 0.15) ** 2))
    radius = spec.radius_m * (1 + bump) * dent[:, None]
    across = radius * np.cos(polar)[:, None]
    neck = spec.neck * np.exp(-(((polar - np.pi / 2) / 0.3) ** 2))
    height = radius * (np.sin(polar) * spec.flat + neck)[:, None]
    points = np.stack([across * np.cos(a), across * np.sin(a), height], axis=-1)
    points[:, -1] = points[:, 0]
    points[0], points[-1] = points[0].mean(axis=0), points[-1].mean(axis=0)
    return points


def _peel(spec: OrangeSpec, rng: np.random.Generator) -> Pixels:
    shape = (384, 512)
    image = mottled(rng, shape, spec.skin, amount=0.07)
    stretch = np.cos((np.arange(384) / 384 - 0.5) * np.pi)[:, None]
    deep = spots(rng, shape, count=3600, radius_px=(1.0, 2.4))
    light = np.roll(deep, (-2, -2), axis=(0, 1))
    keep = np.clip(stretch * 1.5, 0.15, 1)
    image = blend(image, '#ffe0a0', 0.28 * light * keep)
    image = blend(image, spec.pores, 0.5 * deep * keep)
    v = 1 - (np.arange(384) + 0.5)[:, None] / 384
    image = blend(image, '#8a9a3a', 0.5 * np.clip((v - 0.955) / 0.03, 0, 1) * np.ones(shape))
    image = blend(image, '#7a4a18', 0.7 * np.clip((0.022 - v) / 0.012, 0, 1) * np.ones(shape))
    return to_pixels(image)


def _oranges() -> tuple[Variant, ...]:
    specs = {
        'navel': OrangeSpec(0.0385, 0.97, '#ee8012', '#c45a06', 1.0, 0.0),
        'mandarin': OrangeSpec(0.0300, 0.80, '#f2700f', '#c04c04', 2.2, 0.06),
        'blood': OrangeSpec(0.0350, 0.99, '#dd5a1c', '#9c2c12', 1.2, 0.0),
    }
    return tuple(Variant(name, partial(_orange, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {
    'banana': _bananas(),
    'apple': _apples(),
    'orange': _oranges(),
}
