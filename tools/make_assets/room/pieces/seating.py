"""Table, chairs, sofa, rug."""

from __future__ import annotations

from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.room.piece import (
    CLOTH_TILE_M,
    WOOD_TILE_M,
    Box,
    Part,
    Piece,
    upright_grain,
)
from tools.make_assets.shapes.block import block, framed, textured
from tools.make_assets.shapes.loft import Ring, loft

TABLE_HEIGHT_M = 0.74
TABLE_SIZE_M = (0.8, 1.2)
"""Depth along x and width along y."""

RUG_SIZE_M = (1.5, 2.0)
RUG_HEIGHT_M = 0.008


def table() -> Piece:
    """A dining table: bevelled top, apron, tapered legs."""
    depth, width = TABLE_SIZE_M
    thick, leg, inset = 0.034, 0.058, 0.07
    under = TABLE_HEIGHT_M - thick
    top = block(
        (depth, width, thick),
        at=(0, 0, TABLE_HEIGHT_M - thick / 2),
        radius_m=0.007,
        cell_m=0.08,
        steps=2,
    )
    legs, boxes = [], [Box((depth, width, thick), (0, 0, TABLE_HEIGHT_M - thick / 2))]
    for number, (sx, sy) in enumerate(((-1, -1), (-1, 1), (1, -1), (1, 1))):
        x, y = sx * (depth / 2 - inset), sy * (width / 2 - inset)
        rings = [Ring(0.0, 0.019, 0.019, 0.006), Ring(under, leg / 2, leg / 2, 0.008)]
        shape = upright_grain(loft(rings, fillets_m=(0.004, 0.0), rows=2)).moved(x, y)
        legs.append(textured(shape, WOOD_TILE_M, (0.13 * number, 0.21 * number)))
        boxes.append(Box((leg, leg, under), (x, y, under / 2)))
    long, short = width - 2 * inset, depth - 2 * inset
    for side in (-1, 1):
        x, y = side * (depth / 2 - inset), side * (width / 2 - inset)
        rail = block((0.022, long, 0.075), at=(x, 0, under - 0.0375), cell_m=0.2)
        legs.append(textured(rail, WOOD_TILE_M, (0.4, 0.3)))
        rail = block((short, 0.022, 0.075), at=(0, y, under - 0.0375), cell_m=0.2)
        legs.append(textured(rail, WOOD_TILE_M, (0.1, 0.7)))
    # Grain along the long side.
    surface = merge(textured(upright_grain(top), WOOD_TILE_M, (0.5, 0.3)), *legs)
    return Piece('table', (Part('wood', 'random_table.oak', surface),), tuple(boxes))


def chair() -> Piece:
    """A wooden chair with an upholstered seat; one sits facing +x."""
    seat = 0.45
    wood = [_stick((-0.19, sy * 0.175, 0.0), (-0.235, sy * 0.185, 0.86)) for sy in (-1, 1)]
    wood += [_stick((0.185, sy * 0.18, 0.0), (0.175, sy * 0.175, seat - 0.03)) for sy in (-1, 1)]
    wood.append(_boards())
    cushion = block((0.41, 0.42, 0.045), at=(-0.0, 0, seat + 0.005), radius_m=0.02, cell_m=0.1)
    parts = (
        Part('wood', 'random_furniture.oak', merge(*wood)),
        Part('seat', 'random_fabric.linen', textured(cushion, CLOTH_TILE_M)),
    )
    boxes = (
        Box((0.44, 0.42, 0.05), (0, 0, seat)),
        Box((0.05, 0.42, 0.46), (-0.225, 0, 0.68)),
        Box((0.4, 0.38, 0.42), (0, 0, 0.21)),
    )
    return Piece('chair', parts, boxes)


def _stick(low: tuple[float, float, float], high: tuple[float, float, float]) -> Surface:
    rings = [
        Ring(low[2], 0.012, 0.012, 0.012, low[0], low[1]),
        Ring(
            (low[2] + high[2]) / 2,
            0.017,
            0.017,
            0.014,
            (low[0] + high[0]) / 2,
            (low[1] + high[1]) / 2,
        ),
        Ring(high[2], 0.014, 0.014, 0.013, high[0], high[1]),
    ]
    shape = loft(rings, fillets_m=(0.003, 0.008), rows=1)
    return textured(upright_grain(shape), WOOD_TILE_M, (low[0], low[1]))


def _boards() -> Surface:
    """Seat frame and back rest."""
    boards = [block((0.4, 0.38, 0.03), at=(0, 0, 0.435), radius_m=0.006, cell_m=0.2)]
    for z, height, x in ((0.81, 0.075, -0.232), (0.69, 0.045, -0.226), (0.6, 0.045, -0.221)):
        boards.append(block((0.016, 0.37, height), at=(x, 0, z), radius_m=0.006, cell_m=0.1))
    return textured(merge(*boards), WOOD_TILE_M, (0.2, 0.6))


def sofa() -> Piece:
    """A two-seater."""
    width, depth = 1.9, 0.88
    cushions = [
        block((depth - 0.1, width - 0.1, 0.22), at=(0, 0, 0.2), radius_m=0.03, cell_m=0.2),
        block((0.2, width, 0.62), at=(-depth / 2 + 0.1, 0, 0.42), radius_m=0.05, cell_m=0.2),
    ]
    for side in (-1, 1):
        cushions.append(
            block(
                (depth, 0.18, 0.5),
                at=(0, side * (width / 2 - 0.09), 0.34),
                radius_m=0.05,
                cell_m=0.2,
            )
        )
        cushions.append(
            block(
                (0.66, 0.75, 0.16),
                at=(0.1, side * 0.38, 0.37),
                radius_m=0.05,
                cell_m=0.15,
                steps=2,
            )
        )
        back = block((0.17, 0.74, 0.4), radius_m=0.06, cell_m=0.15, steps=2).rotated('y', -12)
        cushions.append(back.moved(-0.2, side * 0.38, 0.62))
    pillows = [
        block((0.11, 0.4, 0.38), radius_m=0.05, cell_m=0.1, steps=2)
        .rotated('y', -24)
        .rotated('z', turn)
        .moved(-0.02, y, 0.62)
        for y, turn in ((-0.6, 14), (0.62, -10))
    ]
    feet = [
        block((0.06, 0.06, 0.1), at=(sx * 0.36, sy * 0.85, 0.05))
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    parts = (
        Part('cloth', 'random_fabric.linen', textured(merge(*cushions), CLOTH_TILE_M)),
        Part('pillows', 'random_pillow', textured(merge(*pillows), CLOTH_TILE_M)),
        Part('feet', 'black', merge(*feet)),
    )
    boxes = (
        Box((depth, width, 0.45), (0, 0, 0.225)),
        Box((0.25, width, 0.4), (-depth / 2 + 0.125, 0, 0.6)),
    )
    return Piece('sofa', parts, boxes)


def rug() -> Piece:
    """A rug with one image all over."""
    depth, width = RUG_SIZE_M
    # The image's long side runs along y.
    sheet = block(
        (width, depth, RUG_HEIGHT_M),
        radius_m=0.003,
        cell_m=0.1,
        faces=('top', 'front', 'back', 'left', 'right'),
    )
    surface = framed(sheet, (width, depth)).rotated('z', 90).moved(z=RUG_HEIGHT_M / 2)
    box = Box((depth, width, RUG_HEIGHT_M), (0, 0, RUG_HEIGHT_M / 2))
    return Piece('rug', (Part('pile', 'random_rug.shag', surface),), (box,))
