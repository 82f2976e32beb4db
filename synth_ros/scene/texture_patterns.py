"""Families of textures that are made by a formula, as solid patterns with period 1.

A pattern gives a colour to every point of space, so that a box shows it without seams on all
sides and a tile cut along the axes continues on the other side of its edges. Wood, marble and
noise follow Perlin (An Image Synthesizer, 1985), cells Worley (A Cellular Texture Basis
Function, 1996).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import scipy.spatial
from numpy.typing import NDArray

from synth_ros.config.textures import TextureFamily
from synth_ros.scene.texture_noise import Axes, make_noise
from synth_ros.types import FloatArray

Colors = NDArray[np.float32]
"""Screen colours (sRGB, 0 to 1), shape (nx, ny, nz, 3)."""
Pattern = Callable[[Axes], Colors]
_RAMP_STEPS = 1025
_Make = Callable[[np.random.Generator, FloatArray], Pattern]


def make_pattern(family: TextureFamily, *, seed: int, colors: FloatArray) -> Pattern:
    """The pattern that a seed stands for.

    Args:
        family: Which family.
        seed: All other choices come from it.
        colors: Screen colours, shape (3, 3).

    Returns:
        Gives the colours of a grid; the same pattern wherever it is asked.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    return _FAMILIES[family](rng, colors)


def _noise(rng: np.random.Generator, colors: FloatArray) -> Pattern:
    cells = int(rng.integers(2, 7))
    noise = make_noise(rng, (cells,) * 3, octaves=int(rng.integers(2, 6)))
    return lambda axes: _ramp(np.clip(1.6 * noise.at(axes) - 0.3, 0, 1), colors)


def _checker(rng: np.random.Generator, colors: FloatArray) -> Pattern:
    # An even number of fields, or the pattern would not close.
    fields = 2 * int(rng.integers(1, 5))
    phase = rng.random(3)

    def pattern(axes: Axes) -> Colors:
        x, y, z = (
            _square(fields / 2 * axis + shift, 0.5)
            for axis, shift in zip(axes, phase, strict=True)
        )
        signs = (2 * x - 1)[:, None, None] * (2 * y - 1)[None, :, None] * (2 * z - 1)
        return _ramp(0.5 + 0.5 * signs, colors[:2])

    return pattern


def _stripes(rng: np.random.Generator, colors: FloatArray) -> Pattern:
    wave = _wave(rng, most=6)
    phase, first, second = rng.random(3)
    ends = np.cumsum(0.15 + np.array([first, second, 1.0]))
    ends /= ends[-1]

    def pattern(axes: Axes) -> Colors:
        place = _along(axes, wave) + phase
        one, two = _square(place, ends[0]), _square(place, ends[1])
        shares = (one, two - one, 1 - two)
        mixed = sum(share[..., None] * color for share, color in zip(shares, colors, strict=True))
        return np.asarray(mixed, np.float32)

    return pattern


def _dots(rng: np.random.Generator, colors: FloatArray) -> Pattern:
    count = int(rng.integers(2, 7))
    radius = float(0.18 + 0.24 * rng.random())
    phase = rng.random(3)

    def pattern(axes: Axes) -> Colors:
        # Discs in the plane of the grid: balls would be cut at any height, or missed.
        squared = np.zeros([len(axis) for axis in axes])
        for number, axis in enumerate(axes):
            if len(axis) > 1:
                off = (count * axis + phase[number]) % 1.0 - 0.5
                squared = squared + _spread(off**2, number)
        edge = max(len(axis) for axis in axes) / count
        inside = np.clip((radius - np.sqrt(squared)) * edge + 0.5, 0, 1)
        return _ramp(inside, colors[:2])

    return pattern


def _gradient(rng: np.random.Generator, colors: FloatArray) -> Pattern:
    wave, phase = _wave(rng, most=1), float(rng.random())

    def pattern(axes: Axes) -> Colors:
        return _ramp(0.5 - 0.5 * np.cos(2 * np.pi * (_along(axes, wave) + phase)), colors)

    return pattern


def _wood(rng: np.random.Generator, colors: FloatArray) -> Pattern:
    rings = int(rng.integers(3, 9))
    bend = make_noise(rng, (1, 2, 2), octaves=3)
    fibre = make_noise(rng, (3, 48, 48), octaves=2)
    strength = float(0.6 + 1.4 * rng.random())
    tones = colors[np.argsort(colors.sum(axis=1))]

    def pattern(axes: Axes) -> Colors:
        across = rings * (axes[1][None, :, None] + axes[2][None, None, :])
        ring = (across + strength * rings * 0.35 * bend.at(axes)) % 1.0
        # Early wood darkens slowly towards late wood and starts anew.
        late = np.where(ring < 0.85, ring / 0.85, (1 - ring) / 0.15) ** 2
        grain = np.clip(1.8 * fibre.at(axes) - 0.4, 0, 1)
        return _ramp(np.clip(0.85 - 0.55 * late - 0.3 * grain, 0, 1), tones)

    return pattern


def _marble(rng: np.random.Generator, colors: FloatArray) -> Pattern:
    wave = _wave(rng, most=2)
    noise = make_noise(rng, (2, 2, 2), octaves=6, gain=0.6)
    strength, sharpness = 1.5 + 2.5 * float(rng.random()), 2.0 + 4.0 * float(rng.random())
    tones = colors[np.argsort(-colors.sum(axis=1))]

    def pattern(axes: Axes) -> Colors:
        cloud = noise.at(axes)
        veins = 1 - np.abs(np.sin(np.pi * (_along(axes, wave) + strength * cloud)))
        return _ramp(np.clip(0.75 * veins**sharpness + 0.35 * (cloud - 0.35), 0, 1), tones)

    return pattern


def _voronoi(rng: np.random.Generator, colors: FloatArray) -> Pattern:
    count = int(rng.integers(20, 140))
    points = rng.random((count, 3))
    shares = rng.random(count)
    seam = float(0.03 * rng.random()) if rng.random() < 0.6 else 0.0
    tree = scipy.spatial.cKDTree(points, boxsize=1.0)

    def pattern(axes: Axes) -> Colors:
        grid = np.stack(np.meshgrid(*axes, indexing='ij'), axis=-1) % 1.0
        distances, nearest = tree.query(grid.reshape(-1, 3), k=2)
        own = _ramp(shares[nearest[:, 0]], colors)
        edge = distances[:, 1] - distances[:, 0] < seam
        own[edge] *= 0.35
        return own.reshape(*grid.shape[:3], 3)

    return pattern


def _tartan(rng: np.random.Generator, colors: FloatArray) -> Pattern:
    count = int(rng.integers(3, 7))
    ends = np.sort(rng.random(count))
    bands = rng.integers(len(colors), size=count + 1)

    def pattern(axes: Axes) -> Colors:
        # Warp and weft: the mean of the bands along each axis of the grid's plane.
        shape = [len(axis) for axis in axes]
        out = np.zeros((*shape, 3), np.float32)
        for number, axis in enumerate(axes):
            if len(axis) > 1:
                band = bands[np.searchsorted(ends, axis % 1.0)]
                out += 0.5 * np.moveaxis(_spread(colors[band].T, number + 1), 0, -1)
        return out

    return pattern


_FAMILIES: Mapping[TextureFamily, _Make] = MappingProxyType(
    {
        'noise': _noise,
        'checker': _checker,
        'stripes': _stripes,
        'dots': _dots,
        'gradient': _gradient,
        'wood': _wood,
        'marble': _marble,
        'voronoi': _voronoi,
        'tartan': _tartan,
    }
)


def _wave(rng: np.random.Generator, *, most: int) -> NDArray[np.int64]:
    """Whole waves along x, y and z, at least one along x or y."""
    wave = rng.integers(-most, most + 1, size=3)
    if not wave[:2].any():
        wave[int(rng.integers(2))] = most
    return wave


def _along(axes: Axes, wave: NDArray[np.int64]) -> FloatArray:
    """Waves passed at each point of a grid, (nx, ny, nz)."""
    x, y, z = (count * axis for count, axis in zip(wave, axes, strict=True))
    return np.asarray(x[:, None, None] + y[None, :, None] + z[None, None, :])


def _square(place: FloatArray, duty: float) -> FloatArray:
    """A square wave: 1 for a share of each period, then 0; edges are a hundredth wide."""
    ring = place % 1.0
    up = np.clip(np.minimum(ring, 1 - ring) * 100 + 0.5, 0.5, 1)
    inside = ring < duty
    down = np.clip(np.abs(ring - duty) * 100 + 0.5, 0.5, 1)
    sure = np.minimum(up, down)
    return np.where(inside, sure, 1 - sure)


def _spread(values: FloatArray, axis: int) -> FloatArray:
    """Values along one axis of a grid with ``values.ndim - 1`` axes before those of space."""
    ahead = values.ndim - 1
    shape = [*values.shape[:ahead], 1, 1, 1]
    shape[axis] = values.shape[-1]
    return values.reshape(shape)


def _ramp(shares: NDArray[np.floating], colors: FloatArray) -> Colors:
    """Colours between those given, evenly spaced from 0 to 1."""
    # Out of a fine table: no picture shows steps below a thousandth.
    place = np.linspace(0, len(colors) - 1, _RAMP_STEPS)
    low = np.minimum(place.astype(np.int64), len(colors) - 2)
    t = (place - low)[:, None]
    table = (colors[low] * (1 - t) + colors[low + 1] * t).astype(np.float32)
    steps = np.clip(shares * (_RAMP_STEPS - 1) + 0.5, 0, _RAMP_STEPS - 1).astype(np.int64)
    return np.asarray(table[steps])
