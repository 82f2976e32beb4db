"""The belt of the conveyor with its frame, legs, rails and drive."""

from __future__ import annotations

from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import Rect, Surface, merge
from tools.make_assets.objects.sweep import prism, rounded_outline
from tools.make_assets.room.piece import Box, Part, Piece
from tools.make_assets.shapes.block import block, textured

LINE_SIZE_M = (3.4, 0.5)
"""Length and width of the belt; it runs to the robot's left."""
BELT_HEIGHT_M = 0.72
SIDE_M = 0.045
"""Width of a side frame."""
_LOOP_M = 0.1
_RAIL_M = 0.075
"""How far the side rails rise above the belt."""


def line() -> Piece:
    """The belt between its side frames, on three pairs of legs; it runs along x."""
    length, width = LINE_SIZE_M
    top, loop = BELT_HEIGHT_M, _LOOP_M
    side_y = width / 2 + SIDE_M / 2
    frames: list[Surface] = []
    for s in (-1, 1):
        frames += [
            block(
                (length - 0.04, SIDE_M, loop + 0.03),
                at=(0, s * side_y, top - loop / 2 + 0.01),
                radius_m=0.006,
                cell_m=0.4,
            ),
            # The lip over the edge of the belt.
            block(
                (length - 0.04, 0.02, 0.006),
                at=(0, s * (width / 2 - 0.008), top + 0.022),
                radius_m=0.002,
                cell_m=0.5,
            ),
        ]
    slots = [
        block((length - 0.2, 0.004, 0.01), at=(0, s * (side_y + SIDE_M / 2), z), radius_m=0.0015)
        for s in (-1, 1)
        for z in (top - 0.02, top - 0.06)
    ]
    steel = [part for s in (-1, 1) for part in _rail(s)]
    steel += [
        _roller(width + 0.01).moved(s * (length / 2 - loop / 2), 0, top - loop / 2)
        for s in (-1, 1)
    ]
    parts = (
        Part('belt', 'random_belt.black', _belt()),
        Part('frame', 'random_line.light', merge(*frames, *_legs())),
        Part('slots', 'black', merge(*slots, *_feet())),
        Part('rails', 'steel', merge(*steel)),
        Part('stripes', 'hazard', textured(merge(*_stripes()), 0.16)),
        Part('drive', 'random_machine.blue', merge(*_drive())),
        Part('stop', 'signal_red', _stop()),
        Part('stop_box', 'signal_yellow', block((0.07, 0.06, 0.07), at=(0.2, -0.335, top - 0.03))),
    )
    return Piece('line', parts, tuple(_line_boxes()))


def _belt() -> Surface:
    """The loop of the belt around both rollers."""
    length, width = LINE_SIZE_M
    outline = rounded_outline(length / 2, _LOOP_M / 2, _LOOP_M / 2 - 1e-4, steps=8)
    around = 2 * length + 0.12
    side = Rect(0, 0, around / 0.3, width / 0.3)
    loop = prism(outline, width - 0.012, (0.001, 0.001), rects=(Rect(0, 0, 1, 1), side, side))
    # Its axis along y, its upper run at the height of the belt.
    return loop.rotated('x', 90).moved(0, width / 2 - 0.006, BELT_HEIGHT_M - _LOOP_M / 2)


def _roller(width: float) -> Surface:
    profile = rounded([(0.0, 0.0), (0.042, 0.0, 0.003), (0.042, width, 0.003), (0.0, width)])
    return lathe(profile, slices=20).rotated('x', 90).moved(0, width / 2, 0)


def _rail(side: int) -> list[Surface]:
    """A guide rail on brackets, along one side."""
    length, width = LINE_SIZE_M
    y, top = side * (width / 2 + 0.004), BELT_HEIGHT_M
    outer = side * (width / 2 + SIDE_M)
    bars = [
        block(
            (length - 0.3, 0.012, 0.03),
            at=(0, y, top + _RAIL_M - 0.015),
            radius_m=0.004,
            cell_m=0.5,
        )
    ]
    for x in (-1.45, -0.75, 0.0, 0.75, 1.45):
        bars += [
            block((0.025, 0.008, 0.14), at=(x, outer + side * 0.004, top + 0.02), radius_m=0.002),
            block(
                (0.025, abs(outer - y) + 0.012, 0.008),
                at=(x, (outer + y) / 2, top + _RAIL_M + 0.006),
                radius_m=0.002,
            ),
            block((0.02, 0.01, 0.03), at=(x, y, top + _RAIL_M), radius_m=0.002),
        ]
    return bars


def _legs() -> list[Surface]:
    width, bar = LINE_SIZE_M[1], 0.045
    low, high = 0.03, BELT_HEIGHT_M - _LOOP_M - 0.005
    made: list[Surface] = []
    for x in (-1.35, 0.0, 1.35):
        for s in (-1, 1):
            at = (x, s * (width / 2 + SIDE_M / 2), (low + high) / 2)
            made.append(block((bar, bar, high - low), at=at, cell_m=0.4))
        made.extend(
            block((bar, width + SIDE_M, bar), at=(x, 0, z), cell_m=0.4)
            for z in (0.16, high - 0.04)
        )
    made += [
        block((2.7, 0.04, 0.04), at=(0, s * (width / 2 + SIDE_M / 2), 0.16), cell_m=0.5)
        for s in (-1, 1)
    ]
    return made


def _feet() -> list[Surface]:
    disc = rounded([(0.0, 0.0), (0.036, 0.0, 0.004), (0.03, 0.03, 0.004), (0.0, 0.03)])
    y = LINE_SIZE_M[1] / 2 + SIDE_M / 2
    return [lathe(disc, slices=18).moved(x, s * y) for x in (-1.35, 0.0, 1.35) for s in (-1, 1)]


def _stripes() -> list[Surface]:
    """Warning stripes where the belt goes around its rollers."""
    length, width = LINE_SIZE_M
    y = width / 2 + SIDE_M + 0.001
    return [
        block(
            (0.22, 0.003, 0.07),
            at=(sx * (length / 2 - 0.16), sy * y, BELT_HEIGHT_M - 0.04),
            radius_m=0.001,
        )
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]


def _drive() -> list[Surface]:
    """The motor with its gear, below the end of the belt."""
    x, z = LINE_SIZE_M[0] / 2 - 0.32, BELT_HEIGHT_M - 0.23
    can = rounded([(0.0, 0.0), (0.075, 0.0, 0.012), (0.075, 0.26, 0.012), (0.0, 0.26)])
    fins = [
        block((0.004, 0.2, 0.17), at=(x - 0.045 + 0.03 * k, -0.03, z), radius_m=0.001)
        for k in range(4)
    ]
    return [
        lathe(can, slices=28).rotated('x', 90).moved(x, 0.1, z),
        block((0.2, 0.12, 0.18), at=(x + 0.02, 0.17, z), radius_m=0.012, steps=2),
        block((0.1, 0.09, 0.06), at=(x, -0.06, z + 0.095), radius_m=0.006),
        *fins,
    ]


def _stop() -> Surface:
    knob = lathe(rounded([(0.022, 0.0), (0.022, 0.024, 0.007), (0.0, 0.024)]), slices=22)
    return knob.rotated('x', 90).moved(0.2, -0.365, BELT_HEIGHT_M - 0.03)


def _line_boxes() -> list[Box]:
    length, width = LINE_SIZE_M
    top = BELT_HEIGHT_M
    high = top - _LOOP_M - 0.005
    boxes = [Box((length, width, _LOOP_M), (0, 0, top - _LOOP_M / 2), 'conveyor_belt')]
    for s in (-1, 1):
        y = s * (width / 2 + SIDE_M / 2)
        boxes += [
            Box((length - 0.04, SIDE_M, _LOOP_M + 0.03), (0, y, top - _LOOP_M / 2 + 0.01)),
            # From the belt to the top of the rail: nothing slips out below.
            Box((length - 0.3, 0.012, _RAIL_M), (0, s * (width / 2 + 0.004), top + _RAIL_M / 2)),
        ]
        boxes += [Box((0.045, 0.045, high), (x, y, high / 2)) for x in (-1.35, 0.0, 1.35)]
    boxes += [
        Box((0.3, 0.32, 0.2), (length / 2 - 0.31, 0.05, top - 0.23)),
        Box((0.07, 0.07, 0.07), (0.2, -0.335, top - 0.03)),
    ]
    return boxes
