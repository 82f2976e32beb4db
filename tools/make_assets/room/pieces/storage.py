"""Sideboard, shelf, kitchen counter, refrigerator."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.objects.sweep import superellipse, sweep
from tools.make_assets.room.piece import WOOD_TILE_M, Box, Part, Piece, upright_grain
from tools.make_assets.shapes.block import block, textured

SIDEBOARD_SIZE_M = (0.42, 1.6, 0.72)
COUNTER_SIZE_M = (0.62, 2.4, 0.9)
SHELF_SIZE_M = (0.32, 0.9, 1.9)
SHELF_LEVELS_M = (0.06, 0.46, 0.83, 1.2, 1.55)
"""Height of the upper side of each board of the shelf."""


def _wood(*blocks: Surface, shift: float = 0.0) -> Surface:
    return textured(merge(*blocks), WOOD_TILE_M, (shift, 0.37 + shift))


def sideboard() -> Piece:
    """A low cupboard with three fronts on a steel frame."""
    depth, width, height = SIDEBOARD_SIZE_M
    low = 0.16
    middle = (height + low) / 2
    carcass = block((depth - 0.02, width, height - low), at=(-0.01, 0, middle), cell_m=0.4)
    third = width / 3
    fronts = [
        block(
            (0.02, third - 0.012, height - low - 0.036),
            at=(depth / 2 - 0.008, y, middle),
            radius_m=0.003,
            cell_m=0.4,
        )
        for y in (-third, 0.0, third)
    ]
    frame = [
        block((0.024, 0.024, low), at=(sx * (depth / 2 - 0.05), sy * (width / 2 - 0.1), low / 2))
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    frame += [
        block((0.016, 0.012, 0.12), at=(depth / 2 + 0.008, y + third / 2 - 0.05, middle + 0.1))
        for y in (-third, 0.0, third)
    ]
    parts = (
        Part('wood', 'random_furniture.oak', merge(_wood(carcass), _wood(*fronts, shift=0.31))),
        Part('frame', 'black', merge(*frame)),
    )
    return Piece('sideboard', parts, (Box(SIDEBOARD_SIZE_M, (0, 0, height / 2)),))


def shelf() -> Piece:
    """An open shelf; two drawers fill the lowest level."""
    depth, width, height = SHELF_SIZE_M
    sides = [
        upright_grain(
            block(
                (depth, 0.025, height), at=(0, side * (width / 2 - 0.0125), height / 2), cell_m=0.4
            )
        )
        for side in (-1, 1)
    ]
    boards = [
        block((depth - 0.01, width - 0.05, 0.022), at=(-0.005, 0, z - 0.011), cell_m=0.4)
        for z in (*SHELF_LEVELS_M, height - 0.01)
    ]
    back = block(
        (0.01, width - 0.05, height - 0.06),
        at=(-depth / 2 + 0.01, 0, height / 2 + 0.02),
        cell_m=0.3,
        faces=('right',),
    )
    drawers = [
        block((depth - 0.03, width - 0.06, 0.18), at=(0.005, 0, z), radius_m=0.004, cell_m=0.4)
        for z in (0.155, 0.343)
    ]
    knobs = [block((0.03, 0.14, 0.014), at=(depth / 2 + 0.004, 0, z)) for z in (0.175, 0.363)]
    parts = (
        Part(
            'wood',
            'random_furniture.oak',
            merge(_wood(*sides), _wood(*boards, shift=0.17), _wood(back, *drawers, shift=0.55)),
        ),
        Part('knobs', 'black', merge(*knobs)),
    )
    return Piece('shelf', parts, (Box(SHELF_SIZE_M, (0, 0, height / 2)),))


def counter() -> Piece:
    """A kitchen counter with a sink in its left third, seen from the front."""
    depth, width, height = COUNTER_SIZE_M
    top, kick = 0.04, 0.1
    units = 4
    unit = width / units
    body = height - top - kick
    doors = [block((depth - 0.06, width, body), at=(-0.03, 0, kick + body / 2), cell_m=0.3)]
    steel = []
    for number in range(units):
        y = -width / 2 + (number + 0.5) * unit
        for z, tall in ((kick + body - 0.075, 0.14), (kick + (body - 0.16) / 2, body - 0.17)):
            doors.append(
                block(
                    (0.02, unit - 0.006, tall),
                    at=(depth / 2 - 0.05, y, z),
                    radius_m=0.003,
                    cell_m=0.4,
                )
            )
            handle_z = z + (0.0 if tall < 0.2 else tall / 2 - 0.05)
            steel.append(
                block((0.022, 0.16, 0.012), at=(depth / 2 - 0.03, y, handle_z), radius_m=0.005)
            )
    slab = block((depth, width, top), at=(0, 0, height - top / 2), radius_m=0.005, cell_m=0.4)
    steel += _sink(height)
    parts = (
        Part('fronts', 'random_cabinet.white', merge(*doors)),
        Part('worktop', 'random_worktop.oak', _wood(upright_grain(slab), shift=0.2)),
        Part('steel', 'steel', merge(*steel)),
        Part('kick', 'black', block((depth - 0.1, width, kick), at=(-0.05, 0, kick / 2))),
    )
    return Piece('counter', parts, (Box(COUNTER_SIZE_M, (0, 0, height / 2)),))


def _sink(height: float) -> list[Surface]:
    """Rim and tap; the basin is a dark sheet inside the rim."""
    y = 0.75
    rim = [
        block((0.4, 0.02, 0.012), at=(0.03, y + side * 0.27, height + 0.003), radius_m=0.004)
        for side in (-1, 1)
    ]
    rim += [
        block((0.02, 0.56, 0.012), at=(0.03 + side * 0.2, y, height + 0.003), radius_m=0.004)
        for side in (-1, 1)
    ]
    angle = np.linspace(0, np.pi, 12)
    arc = np.stack([0.1 - 0.1 * np.cos(angle), 0 * angle, 0.26 + 0.1 * np.sin(angle)], axis=1)
    path = np.concatenate([[[0, 0, 0.0]], [[0, 0, 0.14]], arc, [[0.2, 0, 0.2]]])
    tap = sweep(path, superellipse(0.013, 0.013, power=2, count=12), np.ones(len(path)))
    return [*rim, tap.moved(-0.22, y, height)]


def refrigerator() -> Piece:
    """A tall refrigerator with a freezer below."""
    depth, width, height = 0.66, 0.68, 1.82
    front = depth / 2 - 0.035
    parts = [
        block(
            (depth - 0.07, width, height - 0.03),
            at=(-0.035, 0, height / 2 + 0.015),
            radius_m=0.008,
            cell_m=0.3,
        )
    ]
    for z0, z1 in ((0.06, 0.66), (0.668, height)):
        parts.append(
            block(
                (0.06, width, z1 - z0),
                at=(front, 0, (z0 + z1) / 2),
                radius_m=0.014,
                cell_m=0.4,
                steps=2,
            )
        )
    handles = [
        block((0.03, 0.022, tall), at=(depth / 2 + 0.02, width / 2 - 0.07, z), radius_m=0.009)
        for z, tall in ((0.48, 0.26), (1.0, 0.5))
    ]
    return Piece(
        'refrigerator',
        (
            Part('body', 'random_refrigerator', merge(*parts)),
            Part('handles', 'steel', merge(*handles)),
        ),
        (Box((depth, width, height), (0, 0, height / 2)),),
    )
