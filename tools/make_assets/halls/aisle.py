"""The shelf aisle: one shelf before the robot, one behind it, stocked ones to the sides."""

from __future__ import annotations

import numpy as np

from tools.make_assets.halls import goods
from tools.make_assets.halls.materials import PAINT_ROLES, SHARED, paints, textured_material
from tools.make_assets.halls.shell import Extent, shell
from tools.make_assets.halls.textures import cardboard, epoxy, panel, pegboard, rail, sign
from tools.make_assets.objects.surface import merge
from tools.make_assets.room.piece import Box, Part, Piece, Placed
from tools.make_assets.room.textures import surfaces, wood
from tools.make_assets.shapes.block import block, framed, textured
from tools.make_assets.shapes.mjcf import Material
from tools.make_assets.shapes.scene import Environment, SurfaceSite

SHELF_SIZE_M = (0.46, 1.6, 1.9)
BOARDS_M = (0.2, 0.56, 0.92, 1.28)
"""Height of the upper side of each board."""
BOARD_M = 0.03
_POST = 0.045
_BACK_M = 0.02
_FRONT_M = 0.03
"""Width of the price rail before each board."""
_A_X, _B_X = 0.78 + SHELF_SIZE_M[0] / 2, -1.05 - SHELF_SIZE_M[0] / 2
_EXTENT = Extent((-3.4, 3.6), (-4.6, 4.6), 3.5)
_NEIGHBOUR_Y = SHELF_SIZE_M[1] + 0.04


def environment() -> Environment:
    """Everything in it; a robot at the origin faces shelf a."""
    return Environment(
        name='shelf',
        comment='Made by tools/make_assets/halls; a robot at the origin faces shelf a.',
        center_m=(_A_X, 0.0, 0.9),
        surfaces=_surfaces(),
        pieces=_pieces(),
        materials=_MATERIALS,
        textures=_TEXTURES,
        lamps_m=(-0.1, 0.0, 1.0),
    )


def _surfaces() -> tuple[SurfaceSite, ...]:
    depth, width, _ = SHELF_SIZE_M
    # What can be stood on: before the back panel, behind the price rail, between the posts.
    half = ((depth - _BACK_M - 0.03) / 2, (width - 2 * _POST - 0.02) / 2)
    middle = (_BACK_M - 0.01) / 2
    boards = [
        SurfaceSite(f'shelf_{name}_{number}', (x - side * -middle, 0.0, z), half, yaw)
        for name, x, side, yaw in (('a', _A_X, -1.0, 180.0), ('b', _B_X, 1.0, 0.0))
        for number, z in enumerate(BOARDS_M, start=1)
    ]
    # At the height of a hand first: where objects go by default.
    boards.insert(0, boards.pop(2))
    return (*boards, SurfaceSite('floor', (-0.15, 1.3, 0.0), (0.45, 0.5)))


def _pieces() -> tuple[Placed, ...]:
    far, left, right = _EXTENT.x[1], _EXTENT.y[1], _EXTENT.y[0]
    empty = shelf()
    rows = []
    for name, x, yaw in (('a', _A_X, 180.0), ('b', _B_X, 0.0)):
        rows.append(Placed(f'shelf_{name}', empty, (x, 0.0, 0.0), yaw))
        for side, y in (('left', _NEIGHBOUR_Y), ('right', -_NEIGHBOUR_Y)):
            neighbour = f'shelf_{name}_{side}'
            rows.append(Placed(neighbour, empty, (x, y, 0.0), yaw))
            seed = {'a': 0, 'b': 2}[name] + (side == 'right')
            rows.append(Placed(f'stock_{name}_{side}', stock(seed), (x, y, 0.0), yaw))
    return (
        Placed('hall', shell(_EXTENT, dado_m=0.0, strips_m=(-0.6, 0.5))),
        *rows,
        Placed('board_a', board('board_a', 'random_header.blue'), (_A_X - 0.16, 0.0, 2.2), 180.0),
        Placed('board_b', board('board_b', 'random_header.blue'), (_B_X + 0.16, 0.0, 2.2), 0.0),
        Placed(
            'exit',
            goods.plate('sign_exit', 'random_notice.exit', (0.5, 0.5)),
            (-0.1, left, 2.0),
            -90.0,
        ),
        Placed(
            'warning',
            goods.plate('sign_warning', 'random_sign.warning', (0.5, 0.5)),
            (-0.1, right, 1.7),
            90.0,
        ),
        Placed('trolley', trolley(), (-0.1, -2.6, 0.0), 80.0),
        Placed('pallet', goods.pallet(), (-0.15, left - 0.75, 0.0), 90.0),
        Placed(
            'carton_1',
            goods.carton('carton_big', (0.56, 0.76, 0.5)),
            (-0.32, left - 0.7, 0.144),
            88.0,
        ),
        Placed(
            'carton_2',
            goods.carton('carton_tall', (0.36, 0.4, 0.62)),
            (0.24, left - 0.72, 0.144),
            84.0,
        ),
        Placed('far_column', column(), (far - 0.4, 0.0, 0.0)),
    )


def shelf() -> Piece:
    """A shelf whose front faces +x: posts, boards, a perforated back, price rails."""
    depth, width, height = SHELF_SIZE_M
    posts = [
        block(
            (_POST, _POST, height),
            at=(sx * (depth - _POST) / 2, sy * (width - _POST) / 2, height / 2),
            cell_m=0.5,
        )
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    # The front posts stand a little back, so that the rails run through before them.
    boards = [
        block(
            (depth - 0.01, width - 2 * _POST, BOARD_M),
            at=(-0.005, 0, z - BOARD_M / 2),
            radius_m=0.003,
            cell_m=0.12,
        )
        for z in BOARDS_M
    ]
    top = block((depth, width, 0.03), at=(0, 0, height - 0.015), radius_m=0.004, cell_m=0.3)
    plinth = block(
        (depth - 0.05, width - 2 * _POST, BOARDS_M[0] - BOARD_M - 0.01),
        at=(-0.02, 0, (BOARDS_M[0] - BOARD_M) / 2),
        cell_m=0.3,
    )
    low = BOARDS_M[0] - BOARD_M
    back = block(
        (_BACK_M, width - _POST, height - low),
        at=(-depth / 2 + _BACK_M / 2 + 0.004, 0, (height + low) / 2),
        radius_m=0.002,
        cell_m=0.15,
    )
    sides = [
        block((depth - 2 * _POST, 0.004, 0.05), at=(0, s * (width - _POST) / 2, z), radius_m=0.001)
        for s in (-1, 1)
        for z in (*BOARDS_M, height - 0.05)
    ]
    rail = (0.006, width - 2 * _POST, 0.04)
    tags = block(rail, radius_m=0.001, cell_m=0.2, faces=('right',))
    rails = [
        framed(tags, (1.2, 0.04)).moved(depth / 2 - 0.001, 0, z - BOARD_M / 2) for z in BOARDS_M
    ]
    behind = [
        block(
            (0.0055, rail[1], 0.0395),
            at=(depth / 2 - 0.0015, 0, z - BOARD_M / 2),
            cell_m=0.4,
            radius_m=0.001,
        )
        for z in BOARDS_M
    ]
    return Piece(
        'shelf',
        (
            Part(
                'frame', 'random_shelf.grey', merge(*posts, *boards, top, plinth, *sides, *behind)
            ),
            Part('back', 'random_back.pegboard', textured(back, 0.5)),
            Part('rails', 'random_rail.grey', merge(*rails)),
        ),
        _shelf_boxes(),
    )


def _shelf_boxes() -> tuple[Box, ...]:
    depth, width, height = SHELF_SIZE_M
    low = BOARDS_M[0] - BOARD_M
    posts = (
        Box(
            (_POST, _POST, height),
            (sx * (depth - _POST) / 2, sy * (width - _POST) / 2, height / 2),
        )
        for sx in (-1, 1)
        for sy in (-1, 1)
    )
    return (
        *(
            Box((depth - 0.01, width - 2 * _POST, BOARD_M), (-0.005, 0, z - BOARD_M / 2))
            for z in BOARDS_M
        ),
        Box((depth, width, 0.03), (0, 0, height - 0.015)),
        Box((depth - 0.05, width - 2 * _POST, low - 0.01), (-0.02, 0, low / 2)),
        Box(
            (_BACK_M, width - _POST, height - low),
            (-depth / 2 + _BACK_M / 2 + 0.004, 0, (height + low) / 2),
        ),
        *posts,
    )


def stock(seed: int) -> Piece:
    """Cartons that fill a shelf, drawn once; nothing reaches them, so nothing collides."""
    rng = np.random.default_rng(100 + seed)
    depth, width, height = SHELF_SIZE_M
    bounds = (*BOARDS_M, height - 0.03)
    shapes: tuple[list[goods.Surface], list[goods.Surface]] = ([], [])
    for level, z in enumerate(BOARDS_M):
        clear = bounds[level + 1] - z - BOARD_M
        y = -width / 2 + _POST + 0.02
        while True:
            size = (
                float(rng.uniform(0.2, 0.34)),
                float(rng.uniform(0.14, 0.34)),
                float(rng.uniform(0.45, 0.9)) * clear,
            )
            if y + size[1] > width / 2 - _POST - 0.01:
                break
            x = depth / 2 - 0.05 - size[0] / 2 - float(rng.uniform(0, 0.04))
            box = goods.carton_surface(size).rotated('z', float(rng.normal(0, 2.0)))
            shapes[int(rng.random() < 0.45)].append(box.moved(x, y + size[1] / 2, z))
            y += size[1] + float(rng.uniform(0.012, 0.06))
    return Piece(
        f'stock_{seed}',
        (
            Part('kraft', 'random_carton.kraft', merge(*shapes[0])),
            Part('colour', 'random_packet.blue', merge(*shapes[1])),
        ),
    )


def board(name: str, material: str) -> Piece:
    """A sign above a shelf that hangs on two rods from the ceiling."""
    plate = block((0.02, 1.5, 0.26), radius_m=0.006, cell_m=0.2)
    rods = [block((0.01, 0.01, 1.15), at=(0, s * 0.6, 0.7), radius_m=0.004) for s in (-1, 1)]
    words = [
        block((0.004, wide, 0.05), at=(0.0115, y, 0.02), radius_m=0.001)
        for y, wide in ((-0.42, 0.3), (-0.08, 0.28), (0.28, 0.34))
    ]
    words.append(block((0.004, 0.9, 0.012), at=(0.0115, -0.1, -0.06), radius_m=0.001))
    return Piece(
        name,
        (
            Part('plate', material, plate),
            Part('rods', 'steel', merge(*rods)),
            Part('words', 'paper', merge(*words)),
        ),
    )


def trolley() -> Piece:
    """A picking trolley with two decks and a handle."""
    deck = (0.5, 0.8, 0.025)
    decks = [block(deck, at=(0, 0, z), radius_m=0.006, cell_m=0.3) for z in (0.22, 0.7)]
    posts = [
        block((0.025, 0.025, high - 0.1), at=(sx * 0.23, sy * 0.38, (high + 0.1) / 2))
        for sx in (-1, 1)
        for sy, high in ((-1, 1.02), (1, 0.75))
    ]
    handle = block((0.49, 0.028, 0.028), at=(0, -0.38, 1.02), radius_m=0.012)
    wheels = [
        block((0.03, 0.1, 0.1), at=(sx * 0.2, sy * 0.34, 0.05), radius_m=0.04, steps=4)
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    load = goods.carton_surface((0.3, 0.4, 0.24)).moved(0.02, 0.1, 0.7125)
    return Piece(
        'trolley',
        (
            Part('decks', 'random_shelf.grey', merge(*decks)),
            Part('posts', 'steel', merge(*posts, handle)),
            Part('wheels', 'black', merge(*wheels)),
            Part('load', 'random_carton.kraft', load),
        ),
        (Box((0.5, 0.8, 0.72), (0, 0, 0.36)), Box((0.49, 0.03, 0.32), (0, -0.38, 0.88))),
    )


def column() -> Piece:
    """A pillar with a band of warning colour."""
    pillar = block((0.4, 0.4, _EXTENT.height), at=(0, 0, _EXTENT.height / 2), cell_m=0.4)
    band = block((0.41, 0.41, 0.3), at=(0, 0, 1.1), cell_m=0.3)
    return Piece(
        'column',
        (Part('pillar', 'frame', pillar), Part('band', 'signal_yellow', band)),
        (Box((0.4, 0.4, _EXTENT.height), (0, 0, _EXTENT.height / 2)),),
    )


_TEXTURES = {
    'floor_tiles': lambda: surfaces.tiles(6, size=768),
    'floor_epoxy': lambda: epoxy(41),
    'floor_concrete': lambda: surfaces.concrete(7, size=768),
    'wall_plaster': lambda: surfaces.plaster(9),
    'wall_brick': lambda: surfaces.brick(10, size=768),
    'wall_panel': lambda: panel(42),
    'wood_beech': lambda: wood.staves(26, ('#9a6c45', '#bb8a5d', '#d0a377', '#deb78f'), size=512),
    'back_pegboard': lambda: pegboard(51),
    'back_laminate': lambda: surfaces.laminate(5),
    'back_beech': lambda: wood.board(27, ('#9a6c45', '#bb8a5d', '#d0a377', '#deb78f'), size=512),
    'rail_grey': lambda: rail(52, ('#8f9497', '#a3a8ab')),
    'rail_red': lambda: rail(53, ('#9c211c', '#b32a24')),
    'rail_blue': lambda: rail(54, ('#1c3f78', '#274f8d')),
    'carton_kraft': lambda: cardboard(43),
    'carton_print': lambda: cardboard(44, ink='#2b3f66'),
    'carton_white': lambda: cardboard(45, stops=('#b9b5ac', '#d4d1ca', '#e3e1db'), ink='#a5322b'),
    'packet_blue': lambda: cardboard(55, stops=('#27466f', '#325a8c', '#4473a8'), ink='#e9e6da'),
    'packet_green': lambda: cardboard(56, stops=('#2d5b3f', '#3a7250', '#538e68'), ink='#eee9d2'),
    'packet_orange': lambda: cardboard(57, stops=('#a85420', '#c56a2b', '#d98a4a'), ink='#2a2019'),
    'sign_warning': lambda: sign(46, ('#d9a514', '#f0bd28'), 'warning'),
    'sign_stop': lambda: sign(47, ('#a3211d', '#bd2e27'), 'exit'),
    'notice_duty': lambda: sign(48, ('#d8d7d2', '#efeee9'), 'duty'),
    'notice_exit': lambda: sign(49, ('#176b3a', '#1f8148'), 'exit'),
}


_MATERIALS = (
    textured_material('floor.tiles', 'floor_tiles', 0.4),
    textured_material('floor.epoxy', 'floor_epoxy', 0.35),
    textured_material('floor.concrete', 'floor_concrete', 0.5),
    textured_material('wall.plaster', 'wall_plaster', 0.9),
    textured_material('wall.brick', 'wall_brick', 0.85),
    textured_material('wall.panel', 'wall_panel', 0.6),
    textured_material('back.pegboard', 'back_pegboard', 0.6, tone=0.9),
    textured_material('back.laminate', 'back_laminate', 0.5, tone=0.8),
    textured_material('back.beech', 'back_beech', 0.55),
    textured_material('rail.grey', 'rail_grey', 0.4),
    textured_material('rail.red', 'rail_red', 0.4),
    textured_material('rail.blue', 'rail_blue', 0.4),
    textured_material('carton.kraft', 'carton_kraft', 0.85),
    textured_material('carton.print', 'carton_print', 0.85),
    textured_material('carton.white', 'carton_white', 0.8),
    textured_material('packet.blue', 'packet_blue', 0.7),
    textured_material('packet.green', 'packet_green', 0.7),
    textured_material('packet.orange', 'packet_orange', 0.7),
    textured_material('pallet', 'wood_beech', 0.8),
    textured_material('sign.warning', 'sign_warning', 0.5),
    textured_material('sign.stop', 'sign_stop', 0.5),
    textured_material('notice.duty', 'notice_duty', 0.5),
    textured_material('notice.exit', 'notice_exit', 0.5),
    *paints('shelf', PAINT_ROLES['shelf'], 0.4),
    Material('random_header.blue', (0.09, 0.22, 0.46), 0.45),
    Material('random_header.green', (0.1, 0.33, 0.2), 0.45),
    Material('random_header.red', (0.55, 0.1, 0.08), 0.45),
    Material('paper', (0.9, 0.9, 0.87), 0.8),
    *SHARED,
)
