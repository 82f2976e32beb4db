"""The picking cell: a bench with a bin of parts, a tray beside it, a fence behind."""

from __future__ import annotations

from tools.make_assets.halls import goods
from tools.make_assets.halls.materials import PAINT_ROLES, SHARED, paints, textured_material
from tools.make_assets.halls.shell import Extent, shell
from tools.make_assets.halls.textures import cardboard, epoxy, hazard, panel, sign
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import merge
from tools.make_assets.room.piece import WOOD_TILE_M, Box, Part, Piece, Placed, upright_grain
from tools.make_assets.room.textures import surfaces, wood
from tools.make_assets.shapes.block import block, textured
from tools.make_assets.shapes.mjcf import Material
from tools.make_assets.shapes.scene import Environment, SurfaceSite

BENCH_CENTER_M = (0.84, 0.0)
BENCH_SIZE_M = (0.74, 1.5, 0.5)
BIN_SIZE_M = (0.424, 0.624, 0.22)
"""Outer extents; the room inside is 0.4 x 0.6 x 0.21 m."""
TRAY_SIZE_M = (0.44, 0.36, 0.05)
_TRAY_Y = 0.53
_SPARE_Y = -0.52
_EXTENT = Extent((-2.4, 4.2), (-3.2, 3.2), 3.8)

_BENCH_Z = BENCH_SIZE_M[2]
_INNER = tuple(extent - 2 * goods.WALL_M for extent in BIN_SIZE_M[:2])


def environment() -> Environment:
    """Everything in it; a robot at the origin faces the bin."""
    x, y = BENCH_CENTER_M
    inside = (_INNER[0] / 2, _INNER[1] / 2)
    tray = tuple(extent / 2 - 2 * goods.WALL_M for extent in TRAY_SIZE_M[:2])
    floor_m = _BENCH_Z + goods.FLOOR_M
    return Environment(
        name='bin_cell',
        comment='Made by tools/make_assets/halls; a robot at the origin faces the bin.',
        center_m=(x, y, 0.6),
        surfaces=(
            SurfaceSite('bin', (x, y, floor_m), inside),
            SurfaceSite('tray', (x, _TRAY_Y, floor_m), (tray[0], tray[1])),
            SurfaceSite('floor', (0.6, -1.6, 0.0), (0.5, 0.4)),
        ),
        pieces=_pieces(),
        materials=_MATERIALS,
        textures=_TEXTURES,
    )


def _pieces() -> tuple[Placed, ...]:
    x, y = BENCH_CENTER_M
    far, left, right = _EXTENT.x[1], _EXTENT.y[1], _EXTENT.y[0]
    bin_ = goods.crate('bin', BIN_SIZE_M, material='random_bin.grey')
    stacked = goods.crate('crate', (0.4, 0.6, 0.24), material='random_crate.blue')
    big = goods.carton('carton_big', (0.56, 0.76, 0.5))
    small = goods.carton('carton_small', (0.36, 0.5, 0.3))
    return (
        Placed('hall', shell(_EXTENT, dado_m=1.0, strips_m=(-1.1, 3.0))),
        Placed('bench', bench(), (x, y, 0.0)),
        Placed('bin', bin_, (x, y, _BENCH_Z)),
        Placed(
            'tray',
            goods.crate('tray', TRAY_SIZE_M, material='black', handles=False),
            (x, _TRAY_Y, _BENCH_Z),
        ),
        Placed('spare', goods.carton('carton_open', (0.3, 0.3, 0.2)), (0.9, _SPARE_Y, _BENCH_Z)),
        Placed('screwbox', parts_box(), (0.6, _SPARE_Y, _BENCH_Z)),
        Placed('upright', upright(), (x + BENCH_SIZE_M[0] / 2 - 0.03, y, _BENCH_Z)),
        Placed('fence_far', goods.fence('fence_far', 3.6), (2.45, 0.3, 0.0)),
        Placed('fence_side', goods.fence('fence_side', 2.4), (1.2, 2.1, 0.0), 90.0),
        Placed('marking', marking(), (0.5, 0.0, 0.0)),
        Placed('cabinet', cabinet(), (far - 0.28, -1.7, 0.0), 180.0),
        Placed('gate', gate(), (far, 1.1, 0.0), 180.0),
        Placed('pallet', goods.pallet(), (3.35, -0.45, 0.0)),
        Placed('carton_1', big, (3.4, -0.65, 0.144), 3.0),
        Placed('carton_2', small, (3.3, -0.1, 0.144), -5.0),
        Placed('carton_3', small, (3.42, -0.66, 0.644), 12.0),
        *(
            Placed(
                f'crate_{k}', stacked, (1.05 + 0.005 * k, right + 0.4, 0.24 * k), 90.0 + 1.5 * k
            )
            for k in range(3)
        ),
        Placed('drum_1', goods.drum(), (2.35, right + 0.45, 0.0), 20.0),
        Placed('drum_2', goods.drum(), (2.98, right + 0.42, 0.0), 75.0),
        Placed(
            'sign_far',
            goods.plate('sign_warning', 'random_sign.warning', (0.42, 0.42)),
            (far, -0.75, 1.75),
            180.0,
        ),
        Placed(
            'sign_left',
            goods.plate('sign_duty', 'random_notice.duty', (0.4, 0.4)),
            (2.2, left, 1.7),
            -90.0,
        ),
        Placed(
            'sign_right',
            goods.plate('sign_exit', 'random_notice.duty', (0.5, 0.5)),
            (0.2, right, 1.8),
            90.0,
        ),
    )


def bench() -> Piece:
    """A frame of aluminium profile with a thick board."""
    depth, width, height = BENCH_SIZE_M
    board, bar = 0.03, 0.045
    frame = [
        block(
            (bar, bar, height - board),
            at=(sx * (depth - bar) / 2, sy * (width - bar) / 2, (height - board) / 2),
        )
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    for z in (0.14, height - board - bar / 2):
        frame += [
            block((bar, width, bar), at=(s * (depth - bar) / 2, 0, z), cell_m=0.5) for s in (-1, 1)
        ]
        frame += [
            block((depth, bar, bar), at=(0, s * (width - bar) / 2, z), cell_m=0.5) for s in (-1, 1)
        ]
    slots = [
        block((0.006, width - 0.1, 0.008), at=(s * depth / 2, 0, z), radius_m=0.002)
        for s in (-1, 1)
        for z in (0.14, height - board - bar / 2)
    ]
    feet = [
        lathe(
            rounded([(0.0, 0.0), (0.035, 0.0, 0.004), (0.03, 0.02, 0.004), (0.0, 0.02)]), slices=18
        ).moved(sx * (depth - bar) / 2, sy * (width - bar) / 2)
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    top = block((depth, width, board), at=(0, 0, height - board / 2), radius_m=0.004, cell_m=0.1)
    legs = tuple(
        Box(
            (bar, bar, height - board),
            (sx * (depth - bar) / 2, sy * (width - bar) / 2, (height - board) / 2),
        )
        for sx in (-1, 1)
        for sy in (-1, 1)
    )
    return Piece(
        'bench',
        (
            Part(
                'top',
                'random_bench.laminate',
                textured(upright_grain(top), WOOD_TILE_M, (0.2, 0.1)),
            ),
            Part('frame', 'aluminium', merge(*frame)),
            Part('slots', 'black', merge(*slots, *feet)),
        ),
        (Box((depth, width, board), (0, 0, height - board / 2)), *legs),
    )


def parts_box() -> Piece:
    """A row of three small open-fronted boxes, as for screws."""
    shells, width = [], 0.1
    for k in (-1, 0, 1):
        y = k * (width + 0.004)
        shells += [
            block((0.16, width, 0.004), at=(0, y, 0.002), radius_m=0.001),
            block((0.004, width, 0.075), at=(0.078, y, 0.0375), radius_m=0.001),
            block((0.004, width, 0.035), at=(-0.078, y, 0.0175), radius_m=0.001),
            *(
                block((0.16, 0.003, 0.05), at=(0, y + s * width / 2, 0.025), radius_m=0.001)
                for s in (-1, 1)
            ),
        ]
    fill = block((0.14, 3 * width, 0.024), at=(0, 0, 0.014), radius_m=0.004)
    return Piece(
        'parts_box',
        (Part('shell', 'random_bin.grey', merge(*shells)), Part('screws', 'steel', fill)),
        (Box((0.164, 0.32, 0.075), (0, 0, 0.0375)),),
    )


def upright() -> Piece:
    """A frame at the back of the bench with a rail for tools and a lamp's switch box."""
    width, high, bar = 1.4, 0.5, 0.04
    bars = [block((bar, bar, high), at=(0, s * width / 2, high / 2), cell_m=0.5) for s in (-1, 1)]
    bars += [block((bar, width, bar), at=(0, 0, z), cell_m=0.5) for z in (0.2, high - bar / 2)]
    stripe = block((0.004, width - 0.1, 0.05), at=(-bar / 2, 0, high - bar / 2), radius_m=0.001)
    box = block((0.06, 0.16, 0.1), at=(-0.045, 0.42, 0.36), radius_m=0.006)
    knob = lathe(rounded([(0.02, 0.0), (0.02, 0.022, 0.006), (0.0, 0.022)]), slices=20)
    return Piece(
        'upright',
        (
            Part('frame', 'aluminium', merge(*bars)),
            Part('stripe', 'hazard', textured(stripe, 0.16)),
            Part('box', 'signal_yellow', box),
            Part('knob', 'signal_red', knob.rotated('y', -90).moved(-0.075, 0.42, 0.36)),
        ),
        (Box((bar, width + bar, high), (0, 0, high / 2)),),
    )


def marking() -> Piece:
    """Tape on the floor around the cell."""
    wide, x, y = 0.08, 2.6, 3.4
    lines = [
        block((x, wide, 0.0008), at=(0.3, s * y / 2, 0.0004), radius_m=0.0003, cell_m=0.3)
        for s in (-1, 1)
    ]
    lines += [
        block(
            (wide, y + wide, 0.0008), at=(0.3 + s * x / 2, 0, 0.0004), radius_m=0.0003, cell_m=0.3
        )
        for s in (-1, 1)
    ]
    return Piece('marking', (Part('tape', 'signal_yellow', merge(*lines)),))


def cabinet() -> Piece:
    """A control cabinet with two doors, and a signal tower on it."""
    depth, width, height, foot = 0.5, 1.0, 1.7, 0.1
    body = block(
        (depth - 0.02, width, height - foot),
        at=(-0.01, 0, (height + foot) / 2),
        radius_m=0.006,
        cell_m=0.3,
    )
    doors = [
        block(
            (0.024, width / 2 - 0.006, height - foot - 0.02),
            at=(depth / 2 - 0.012, s * width / 4, (height + foot) / 2),
            radius_m=0.005,
            cell_m=0.3,
        )
        for s in (-1, 1)
    ]
    vents = [
        block(
            (0.008, 0.26, 0.008), at=(depth / 2, s * width / 4, 0.28 + 0.024 * k), radius_m=0.002
        )
        for s in (-1, 1)
        for k in range(8)
    ]
    dark = [
        block((depth - 0.04, width - 0.02, foot), at=(0, 0, foot / 2)),
        block((0.02, 0.34, 0.22), at=(depth / 2, -width / 4, 1.32), radius_m=0.004),
        *(block((0.03, 0.03, 0.16), at=(depth / 2 + 0.01, s * 0.06, 0.9)) for s in (-1, 1)),
    ]
    screen = block((0.004, 0.28, 0.16), at=(depth / 2 + 0.0105, -width / 4, 1.32), radius_m=0.001)
    tower = []
    for k, material in enumerate(('light_green', 'light_amber', 'signal_red')):
        ring = lathe(
            rounded([(0.0, 0.0), (0.035, 0.0, 0.004), (0.035, 0.07, 0.004), (0.0, 0.07)]),
            slices=20,
        )
        tower.append(Part(f'lamp_{k}', material, ring.moved(0, 0.3, height + 0.12 + 0.072 * k)))
    stem = lathe(rounded([(0.0, 0.0), (0.014, 0.0), (0.014, 0.12), (0.0, 0.12)]), slices=12)
    return Piece(
        'cabinet',
        (
            Part('body', 'random_machine.blue', merge(body, *doors)),
            Part('dark', 'black', merge(*dark, *vents, stem.moved(0, 0.3, height))),
            Part('screen', 'screen', screen),
            *tower,
        ),
        (Box((depth, width, height), (0, 0, height / 2)),),
    )


def gate() -> Piece:
    """A roller gate in the wall behind it."""
    width, height = 1.9, 2.3
    slats = [
        block(
            (0.02, width, 0.094),
            at=(0.012, 0, 0.05 + 0.1 * k),
            radius_m=0.009,
            cell_m=0.4,
            steps=2,
        )
        for k in range(23)
    ]
    frame = [
        block(
            (0.05, 0.1, height + 0.1),
            at=(0.02, s * (width / 2 + 0.05), (height + 0.1) / 2),
            cell_m=0.6,
        )
        for s in (-1, 1)
    ]
    frame.append(
        block((0.24, width + 0.3, 0.26), at=(0.1, 0, height + 0.13), cell_m=0.4, radius_m=0.02)
    )
    foot = [
        block((0.012, 0.1, 0.6), at=(0.046, s * (width / 2 + 0.05), 0.3), radius_m=0.001)
        for s in (-1, 1)
    ]
    return Piece(
        'gate',
        (
            Part('slats', 'random_gate', merge(*slats)),
            Part('frame', 'frame', merge(*frame)),
            Part('stripes', 'hazard', textured(merge(*foot), 0.2)),
        ),
    )


_TEXTURES = {
    'floor_concrete': lambda: surfaces.concrete(7, size=768),
    'floor_epoxy': lambda: epoxy(41),
    'floor_tiles': lambda: surfaces.tiles(6, size=768),
    'wall_plaster': lambda: surfaces.plaster(9),
    'wall_brick': lambda: surfaces.brick(10, size=768),
    'wall_panel': lambda: panel(42),
    'wood_oak': lambda: wood.staves(2, wood.OAK, size=512),
    'wood_beech': lambda: wood.staves(26, ('#9a6c45', '#bb8a5d', '#d0a377', '#deb78f'), size=512),
    'laminate': lambda: surfaces.laminate(5),
    'carton_kraft': lambda: cardboard(43),
    'carton_print': lambda: cardboard(44, ink='#2b3f66'),
    'carton_white': lambda: cardboard(45, stops=('#b9b5ac', '#d4d1ca', '#e3e1db'), ink='#a5322b'),
    'hazard': hazard,
    'sign_warning': lambda: sign(46, ('#d9a514', '#f0bd28'), 'warning'),
    'sign_stop': lambda: sign(47, ('#a3211d', '#bd2e27'), 'exit'),
    'notice_duty': lambda: sign(48, ('#d8d7d2', '#efeee9'), 'duty'),
    'notice_exit': lambda: sign(49, ('#176b3a', '#1f8148'), 'exit'),
}


_MATERIALS = (
    textured_material('floor.concrete', 'floor_concrete', 0.5),
    textured_material('floor.epoxy', 'floor_epoxy', 0.35),
    textured_material('floor.tiles', 'floor_tiles', 0.4),
    textured_material('wall.plaster', 'wall_plaster', 0.9),
    textured_material('wall.brick', 'wall_brick', 0.85),
    textured_material('wall.panel', 'wall_panel', 0.6),
    textured_material('bench.oak', 'wood_oak', 0.5),
    textured_material('bench.beech', 'wood_beech', 0.5),
    textured_material('bench.laminate', 'laminate', 0.4, tone=0.78),
    textured_material('carton.kraft', 'carton_kraft', 0.85),
    textured_material('carton.print', 'carton_print', 0.85),
    textured_material('carton.white', 'carton_white', 0.8),
    textured_material('pallet', 'wood_beech', 0.8),
    textured_material('sign.warning', 'sign_warning', 0.5),
    textured_material('sign.stop', 'sign_stop', 0.5),
    textured_material('notice.duty', 'notice_duty', 0.5),
    textured_material('notice.exit', 'notice_exit', 0.5),
    Material('hazard', texture='hazard', roughness=0.6),
    *paints('bin', PAINT_ROLES['bin'], 0.45),
    *paints('crate', PAINT_ROLES['crate'], 0.45),
    *paints('machine', PAINT_ROLES['machine'], 0.45),
    Material('random_dado', (0.45, 0.53, 0.56), 0.6),
    Material('random_gate', (0.74, 0.76, 0.77), 0.45),
    *SHARED,
)
