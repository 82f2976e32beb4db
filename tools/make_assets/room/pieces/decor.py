"""Plants, lamps, pictures, loudspeaker, radio, microwave, clock."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import Surface, from_grid, merge
from tools.make_assets.room.piece import Box, Part, Piece
from tools.make_assets.shapes.block import block, framed


def plant(name: str, *, height_m: float, leaves: int, seed: int) -> Piece:
    """A potted plant with arching leaves."""
    rng = np.random.default_rng(seed)
    pot_r, pot_h = 0.2 * height_m**0.8, 0.26 * height_m
    pot = lathe(
        rounded(
            [
                (0.0, 0.0),
                (pot_r * 0.72, 0.0, 0.01),
                (pot_r, pot_h, 0.006),
                (pot_r * 0.9, pot_h, 0.004),
                (pot_r * 0.88, pot_h * 0.88),
            ]
        ),
        slices=28,
    )
    soil = lathe(rounded([(pot_r * 0.89, pot_h * 0.88), (0.0, pot_h * 0.9)]), slices=20)
    blades = []
    for number in range(leaves):
        turn = 360.0 * number * 0.381966 + rng.uniform(-12, 12)
        rise = 1 - number / leaves
        blades.append(
            _leaf(
                length=height_m * (0.55 + 0.3 * rng.random()),
                width=height_m * (0.075 + 0.03 * rng.random()),
                lift_deg=28 + 55 * rise + rng.uniform(-6, 6),
            )
            .rotated('z', turn)
            .moved(z=pot_h * 0.85)
        )
    parts = (
        Part('pot', 'random_pot', merge(pot)),
        Part('soil', 'soil', soil),
        Part('leaves', 'random_leaves', merge(*blades)),
    )
    return Piece(name, parts, (Box((2 * pot_r, 2 * pot_r, pot_h), (0, 0, pot_h / 2)),))


def _leaf(*, length: float, width: float, lift_deg: float) -> Surface:
    """A blade that leaves the pot along +x and bends down; both sides."""
    s = np.linspace(0, 1, 9)
    bend = np.radians(lift_deg) - np.radians(75) * s**1.6
    step = length / (len(s) - 1)
    x = np.concatenate([[0], np.cumsum(np.cos(bend[:-1]) * step)])
    z = np.concatenate([[0], np.cumsum(np.sin(bend[:-1]) * step)])
    half = width * np.sin(np.pi * np.clip(s * 0.94 + 0.06, 0, 1)) ** 0.8 + 0.002
    across = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    points = np.empty((len(s), len(across), 3))
    points[..., 0] = x[:, None]
    points[..., 1] = -half[:, None] * across
    # A crease along the middle, as real blades have.
    points[..., 2] = z[:, None] + 0.35 * half[:, None] * np.abs(across)
    top = from_grid(points, s, wrap=False)
    below = from_grid(points[:, ::-1] - np.array([0, 0, 0.0012]), s, wrap=False)
    return merge(top, below)


def floor_lamp() -> Piece:
    """A lamp on a stem, with a lit drum shade."""
    stem = lathe(
        rounded(
            [
                (0.0, 0.0),
                (0.15, 0.0, 0.008),
                (0.15, 0.022, 0.01),
                (0.014, 0.032, 0.01),
                (0.011, 1.5),
                (0.0, 1.5),
            ],
            step_m=0.2,
        ),
        slices=28,
    )
    return Piece(
        'floor_lamp',
        (Part('stem', 'black', stem), Part('shade', 'shade', _shade(0.2, 0.3, 1.32))),
        (Box((0.3, 0.3, 0.03), (0, 0, 0.015)), Box((0.03, 0.03, 1.5), (0, 0, 0.75))),
    )


def table_lamp() -> Piece:
    """A lamp with a turned foot."""
    foot = lathe(
        rounded(
            [
                (0.0, 0.0),
                (0.075, 0.0, 0.006),
                (0.075, 0.02, 0.02),
                (0.03, 0.06, 0.03),
                (0.055, 0.14, 0.06),
                (0.012, 0.25, 0.04),
                (0.01, 0.34),
                (0.0, 0.34),
            ]
        ),
        slices=28,
    )
    return Piece(
        'table_lamp',
        (Part('foot', 'random_pot', foot), Part('shade', 'shade', _shade(0.13, 0.2, 0.3))),
        (Box((0.15, 0.15, 0.34), (0, 0, 0.17)),),
    )


def _shade(radius: float, height: float, z: float) -> Surface:
    """A conical shade, open at both ends."""
    top = z + height
    return lathe(
        rounded(
            [
                (radius * 0.78, top),
                (radius * 0.985, z),
                (radius, z),
                (radius * 0.8, top),
                (radius * 0.78, top),
            ],
            step_m=0.1,
        ),
        slices=32,
    )


def picture(name: str, *, size_m: tuple[float, float], frame_material: str) -> Piece:
    """A framed picture that hangs on a wall behind it, its middle at the origin."""
    width, height = size_m
    bar, deep = 0.028, 0.03
    frame = [
        block((deep, bar, height + bar), at=(deep / 2, side * width / 2, 0), cell_m=0.4)
        for side in (-1, 1)
    ]
    frame += [
        block((deep, width, bar), at=(deep / 2, 0, side * height / 2), cell_m=0.4)
        for side in (-1, 1)
    ]
    sheet = block((0.012, width, height), faces=('right',), radius_m=0.001, cell_m=0.3)
    return Piece(
        name,
        (
            Part('frame', frame_material, merge(*frame)),
            Part('sheet', 'random_picture.hills', framed(sheet, size_m).moved(x=0.008)),
        ),
    )


def loudspeaker() -> Piece:
    """A two-way loudspeaker."""
    body = block((0.2, 0.17, 0.3), at=(0, 0, 0.15), radius_m=0.012, cell_m=0.1)
    cones = [
        lathe(
            rounded(
                [
                    (radius, 0.0),
                    (radius, 0.006, 0.004),
                    (radius * 0.86, 0.008),
                    (radius * 0.4, -0.012),
                    (radius * 0.3, -0.002, 0.004),
                    (0.0, 0.0),
                ]
            ),
            slices=28,
        )
        .rotated('y', 90)
        .moved(0.1, 0, z)
        for radius, z in ((0.065, 0.1), (0.034, 0.225))
    ]
    return Piece(
        'loudspeaker',
        (Part('body', 'black', body), Part('cones', 'grey', merge(*cones))),
        (Box((0.2, 0.17, 0.3), (0, 0, 0.15)),),
    )


def arch() -> Piece:
    """A small sculpture: two nested arches."""
    arches: list[Surface] = []
    for radius in (0.11, 0.066):
        angle = np.linspace(0, np.pi, 25)
        inner, outer = radius - 0.018, radius + 0.018
        ring = np.array(
            [(inner, -0.03), (outer, -0.03), (outer, 0.03), (inner, 0.03), (inner, -0.03)]
        )
        points = np.empty((len(angle), len(ring), 3))
        points[..., 0] = ring[None, :, 1]
        points[..., 1] = np.cos(angle)[:, None] * ring[None, :, 0]
        points[..., 2] = np.sin(angle)[:, None] * ring[None, :, 0]
        arches.extend(
            from_grid(points[:, k : k + 2], angle, wrap=False) for k in range(len(ring) - 1)
        )
    return Piece(
        'arch',
        (Part('clay', 'random_pot', merge(*arches)),),
        (Box((0.06, 0.26, 0.13), (0, 0, 0.065)),),
    )


def microwave() -> Piece:
    """A microwave oven with a dark door."""
    size = (0.36, 0.48, 0.28)
    shell = block(size, at=(0, 0, 0.15), radius_m=0.008, cell_m=0.15)
    front = merge(
        block((0.012, 0.34, 0.23), at=(0.18, 0.055, 0.15), radius_m=0.004, cell_m=0.1),
        block((0.008, 0.08, 0.05), at=(0.18, -0.18, 0.24), radius_m=0.003),
        lathe(rounded([(0.022, 0.0), (0.022, 0.018, 0.004), (0.0, 0.018)]), slices=20)
        .rotated('y', 90)
        .moved(0.18, -0.18, 0.13),
    )
    return Piece(
        'microwave',
        (Part('shell', 'random_refrigerator', shell), Part('front', 'glass', front)),
        (Box(size, (0, 0, 0.15)),),
    )


def clock() -> Piece:
    """A wall clock, its back at the origin."""
    case = lathe(
        rounded([(0.16, 0.0), (0.16, 0.03, 0.006), (0.148, 0.03, 0.003), (0.145, 0.016)]),
        slices=40,
    )
    hands = merge(
        block((0.11, 0.007, 0.002), at=(0.045, 0, 0.021), radius_m=0.0008).rotated('z', 40),
        block((0.075, 0.01, 0.002), at=(0.03, 0, 0.019), radius_m=0.0008).rotated('z', 160),
        *(
            block((0.018, 0.006, 0.002), at=(0.128, 0, 0.017), radius_m=0.0008).rotated(
                'z', 30 * k
            )
            for k in range(12)
        ),
    )
    face = lathe(rounded([(0.146, 0.016), (0.0, 0.016)]), slices=40)
    return Piece(
        'clock',
        (
            Part('case', 'black', merge(case, hands).rotated('y', 90)),
            Part('face', 'trim', face.rotated('y', 90)),
        ),
    )
