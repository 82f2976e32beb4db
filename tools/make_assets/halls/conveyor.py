"""The conveyor: a belt that runs past the robot into a crate, under a gate for cameras."""

from __future__ import annotations

from tools.make_assets.halls import goods
from tools.make_assets.halls.bin_cell import cabinet, gate
from tools.make_assets.halls.materials import PAINT_ROLES, SHARED, Rgb, paints, textured_material
from tools.make_assets.halls.shell import Extent, shell
from tools.make_assets.halls.textures import belt_weave, cardboard, epoxy, hazard, panel, sign
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import Rect, Surface, merge
from tools.make_assets.objects.sweep import prism, rounded_outline
from tools.make_assets.room.piece import Box, Part, Piece, Placed
from tools.make_assets.room.textures import surfaces, wood
from tools.make_assets.shapes.block import block, textured
from tools.make_assets.shapes.mjcf import Material
from tools.make_assets.shapes.scene import Environment, SurfaceSite

LINE_CENTER_M = (0.86, -0.35)
LINE_SIZE_M = (3.4, 0.5)
"""Length and width of the belt; it runs to the robot's left."""
BELT_HEIGHT_M = 0.72
GATE_HEIGHT_M = 1.66
"""Height of the gate's beam; a camera hangs below it, over the middle of the belt."""
GATE_Y_M = 0.62
"""Where the gate stands: behind the robot's place, as seen from what comes along."""
_LOOP_M = 0.1
_SIDE_M = 0.045
_RAIL_M = 0.075
"""How far the side rails rise above the belt."""
_CRATE_M = (0.64, 0.44, 0.26)
_EXTENT = Extent((-2.2, 4.4), (-3.6, 3.4), 3.8)
_FRAMES: dict[str, Rgb] = {
    'light': (0.8, 0.81, 0.81),
    'grey': (0.52, 0.54, 0.55),
    'blue': (0.14, 0.28, 0.5),
    'green': (0.2, 0.4, 0.3),
}
_BELTS: dict[str, Rgb] = {
    'black': (0.27, 0.275, 0.28),
    'green': (0.13, 0.36, 0.25),
    'blue': (0.15, 0.36, 0.62),
    'grey': (0.52, 0.53, 0.53),
    'white': (0.88, 0.87, 0.84),
}


def environment() -> Environment:
    """Everything in it; a robot at the origin faces the belt."""
    x, y = LINE_CENTER_M
    length, width = LINE_SIZE_M
    across = width / 2 - 0.05
    end = y + length / 2
    crate_z = BELT_HEIGHT_M - 0.12 - _CRATE_M[2]
    return Environment(
        name='conveyor',
        comment='Made by tools/make_assets/halls; a robot at the origin faces the belt.',
        center_m=(x, 0.0, 0.8),
        surfaces=(
            SurfaceSite('belt', (x, -0.35, BELT_HEIGHT_M), (across, 0.75)),
            SurfaceSite('infeed', (x, y - length / 2 + 0.4, BELT_HEIGHT_M), (across, 0.25)),
            SurfaceSite('crate', (x, end + 0.3, crate_z + goods.FLOOR_M), (0.25, 0.18)),
            SurfaceSite('floor', (-0.2, 1.3, 0.0), (0.5, 0.4)),
        ),
        pieces=_pieces(crate_z),
        materials=_MATERIALS,
        textures=_TEXTURES,
        lamps_m=(x, 0.0, BELT_HEIGHT_M),
    )


def _pieces(crate_z: float) -> tuple[Placed, ...]:
    x, y = LINE_CENTER_M
    end = y + LINE_SIZE_M[0] / 2
    far, left, right = _EXTENT.x[1], _EXTENT.y[1], _EXTENT.y[0]
    big = goods.carton('carton_big', (0.56, 0.76, 0.5))
    small = goods.carton('carton_small', (0.36, 0.5, 0.3))
    return (
        Placed('hall', shell(_EXTENT, dado_m=1.1, strips_m=(-0.9, 1.0, 3.1))),
        Placed('line', line(), (x, y, 0.0), 90.0),
        Placed('portal', portal(), (x, GATE_Y_M, 0.0), 90.0),
        Placed('stand', stand(crate_z), (x, end + 0.3, 0.0)),
        Placed(
            'crate',
            goods.crate('crate', _CRATE_M, material='random_crate.blue'),
            (x, end + 0.3, crate_z),
        ),
        Placed('control', control(), (1.42, 0.92, 0.0), 180.0),
        Placed('fence_far', goods.fence('fence_far', 4.8), (2.3, -0.2, 0.0)),
        Placed('cabinet', cabinet(), (far - 0.28, 1.5, 0.0), 180.0),
        Placed('gate', gate(), (far, -1.5, 0.0), 180.0),
        Placed('pallet', goods.pallet(), (3.3, 0.1, 0.0)),
        Placed('carton_1', big, (3.35, -0.1, 0.144), 3.0),
        Placed('carton_2', small, (3.25, 0.45, 0.144), -5.0),
        Placed('carton_3', small, (3.37, -0.1, 0.644), 12.0),
        Placed('carton_4', big, (0.4, right + 0.5, 0.0), 84.0),
        Placed('carton_5', small, (0.42, right + 0.46, 0.5), 97.0),
        Placed('drum_1', goods.drum(), (2.9, left - 0.45, 0.0), 20.0),
        Placed('drum_2', goods.drum(), (3.56, left - 0.42, 0.0), 75.0),
        Placed(
            'sign_far',
            goods.plate('sign_warning', 'random_sign.warning', (0.42, 0.42)),
            (far, 0.35, 1.8),
            180.0,
        ),
        Placed(
            'sign_left',
            goods.plate('sign_duty', 'random_notice.duty', (0.4, 0.4)),
            (1.6, left, 1.7),
            -90.0,
        ),
        Placed(
            'sign_right',
            goods.plate('sign_exit', 'random_notice.duty', (0.5, 0.5)),
            (1.9, right, 1.8),
            90.0,
        ),
    )


def line() -> Piece:
    """The belt between its side frames, on three pairs of legs; it runs along x."""
    length, width = LINE_SIZE_M
    top, loop = BELT_HEIGHT_M, _LOOP_M
    side_y = width / 2 + _SIDE_M / 2
    frames: list[Surface] = []
    for s in (-1, 1):
        frames += [
            block(
                (length - 0.04, _SIDE_M, loop + 0.03),
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
        block((length - 0.2, 0.004, 0.01), at=(0, s * (side_y + _SIDE_M / 2), z), radius_m=0.0015)
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
    outer = side * (width / 2 + _SIDE_M)
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
            at = (x, s * (width / 2 + _SIDE_M / 2), (low + high) / 2)
            made.append(block((bar, bar, high - low), at=at, cell_m=0.4))
        made.extend(
            block((bar, width + _SIDE_M, bar), at=(x, 0, z), cell_m=0.4)
            for z in (0.16, high - 0.04)
        )
    made += [
        block((2.7, 0.04, 0.04), at=(0, s * (width / 2 + _SIDE_M / 2), 0.16), cell_m=0.5)
        for s in (-1, 1)
    ]
    return made


def _feet() -> list[Surface]:
    disc = rounded([(0.0, 0.0), (0.036, 0.0, 0.004), (0.03, 0.03, 0.004), (0.0, 0.03)])
    y = LINE_SIZE_M[1] / 2 + _SIDE_M / 2
    return [lathe(disc, slices=18).moved(x, s * y) for x in (-1.35, 0.0, 1.35) for s in (-1, 1)]


def _stripes() -> list[Surface]:
    """Warning stripes where the belt goes around its rollers."""
    length, width = LINE_SIZE_M
    y = width / 2 + _SIDE_M + 0.001
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
        y = s * (width / 2 + _SIDE_M / 2)
        boxes += [
            Box((length - 0.04, _SIDE_M, _LOOP_M + 0.03), (0, y, top - _LOOP_M / 2 + 0.01)),
            # From the belt to the top of the rail: nothing slips out below.
            Box((length - 0.3, 0.012, _RAIL_M), (0, s * (width / 2 + 0.004), top + _RAIL_M / 2)),
        ]
        boxes += [Box((0.045, 0.045, high), (x, y, high / 2)) for x in (-1.35, 0.0, 1.35)]
    boxes += [
        Box((0.3, 0.32, 0.2), (length / 2 - 0.31, 0.05, top - 0.23)),
        Box((0.07, 0.07, 0.07), (0.2, -0.335, top - 0.03)),
    ]
    return boxes


def portal() -> Piece:
    """A gate over the belt: posts beside it, a beam with a light and a rail for cameras."""
    width = LINE_SIZE_M[1]
    high, bar = GATE_HEIGHT_M, 0.06
    post_y = width / 2 + _SIDE_M + 0.08
    bars = [
        block((bar, bar, high), at=(0, s * post_y, high / 2), radius_m=0.005, cell_m=0.4)
        for s in (-1, 1)
    ]
    bars += [
        block((bar, 2 * post_y + bar, bar), at=(0, 0, high - bar / 2), cell_m=0.4),
        block((bar, 2 * post_y, bar), at=(0, 0, 0.09), cell_m=0.4),
    ]
    plates = [
        block((0.22, 0.14, 0.012), at=(0, s * post_y, 0.006), radius_m=0.002) for s in (-1, 1)
    ]
    plates += [
        block((0.07, 0.008, 0.12), at=(0, s * (post_y - 0.034), high - 0.1), radius_m=0.002)
        for s in (-1, 1)
    ]
    # A flat housing for the camera, and the eye of a light barrier on each post.
    dark = [
        block((0.09, 0.13, 0.05), at=(0, 0, high - bar - 0.025), radius_m=0.008, steps=2),
        *(
            block((0.03, 0.03, 0.05), at=(0.05, s * (post_y - 0.02), BELT_HEIGHT_M + 0.09))
            for s in (-1, 1)
        ),
    ]
    strips = [
        block((0.035, 0.42, 0.016), at=(s * 0.075, 0, high - 0.05), radius_m=0.004)
        for s in (-1, 1)
    ]
    holders = [
        block((0.18, 0.03, 0.012), at=(0, s * 0.17, high - 0.036), radius_m=0.002) for s in (-1, 1)
    ]
    return Piece(
        'portal',
        (
            Part('frame', 'aluminium', merge(*bars)),
            Part('plates', 'steel', merge(*plates, *holders)),
            Part('dark', 'black', merge(*dark)),
            Part('strips', 'light', merge(*strips)),
        ),
        (
            *(Box((bar, bar, high), (0, s * post_y, high / 2)) for s in (-1, 1)),
            Box((bar, 2 * post_y + bar, bar), (0, 0, high - bar / 2)),
            Box((bar, 2 * post_y, bar), (0, 0, 0.09)),
        ),
    )


def stand(height: float) -> Piece:
    """A low frame that carries the crate."""
    x, y = _CRATE_M[0] + 0.02, _CRATE_M[1] + 0.02
    bar = 0.04
    bars = [
        block(
            (bar, bar, height - 0.012),
            at=(sx * (x - bar) / 2, sy * (y - bar) / 2, (height - 0.012) / 2),
            cell_m=0.4,
        )
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    for z in (0.08, height - 0.035):
        bars += [block((x, bar, bar), at=(0, s * (y - bar) / 2, z), cell_m=0.4) for s in (-1, 1)]
        bars += [block((bar, y, bar), at=(s * (x - bar) / 2, 0, z), cell_m=0.4) for s in (-1, 1)]
    board = block((x, y, 0.012), at=(0, 0, height - 0.006), radius_m=0.002, cell_m=0.3)
    return Piece(
        'stand',
        (Part('frame', 'frame', merge(*bars)), Part('board', 'black', board)),
        (Box((x, y, height), (0, 0, height / 2)),),
    )


def control() -> Piece:
    """A post with a small screen and two buttons."""
    post = block((0.06, 0.06, 1.05), at=(0, 0, 0.525), cell_m=0.4)
    foot = block((0.26, 0.26, 0.014), at=(0, 0, 0.007), radius_m=0.003)
    body = block((0.09, 0.3, 0.24), at=(0.01, 0, 1.17), radius_m=0.012, steps=2)
    screen = block((0.004, 0.2, 0.12), at=(0.056, 0.03, 1.2), radius_m=0.001)
    button = lathe(rounded([(0.013, 0.0), (0.013, 0.012, 0.004), (0.0, 0.012)]), slices=16)
    green = button.rotated('y', 90).moved(0.055, -0.02, 1.09)
    red = button.rotated('y', 90).moved(0.055, 0.06, 1.09)
    return Piece(
        'control',
        (
            Part('post', 'aluminium', merge(post, foot)),
            Part('body', 'random_machine.blue', body),
            Part('screen', 'screen', screen),
            Part('green', 'light_green', green),
            Part('red', 'signal_red', red),
        ),
        (Box((0.08, 0.08, 1.05), (0, 0, 0.525)), Box((0.1, 0.3, 0.24), (0.01, 0, 1.17))),
    )


_TEXTURES = {
    'belt_weave': lambda: belt_weave(61),
    'floor_concrete': lambda: surfaces.concrete(7, size=768),
    'floor_epoxy': lambda: epoxy(41),
    'floor_tiles': lambda: surfaces.tiles(6, size=768),
    'wall_plaster': lambda: surfaces.plaster(9),
    'wall_brick': lambda: surfaces.brick(10, size=768),
    'wall_panel': lambda: panel(42),
    'wood_beech': lambda: wood.staves(26, ('#9a6c45', '#bb8a5d', '#d0a377', '#deb78f'), size=512),
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
    *(
        Material(f'random_belt.{name}', rgb, 0.75, texture='belt_weave')
        for name, rgb in _BELTS.items()
    ),
    textured_material('floor.concrete', 'floor_concrete', 0.5),
    textured_material('floor.epoxy', 'floor_epoxy', 0.35),
    textured_material('floor.tiles', 'floor_tiles', 0.4),
    textured_material('wall.plaster', 'wall_plaster', 0.9),
    textured_material('wall.brick', 'wall_brick', 0.85),
    textured_material('wall.panel', 'wall_panel', 0.6),
    textured_material('carton.kraft', 'carton_kraft', 0.85),
    textured_material('carton.print', 'carton_print', 0.85),
    textured_material('carton.white', 'carton_white', 0.8),
    textured_material('pallet', 'wood_beech', 0.8),
    textured_material('sign.warning', 'sign_warning', 0.5),
    textured_material('sign.stop', 'sign_stop', 0.5),
    textured_material('notice.duty', 'notice_duty', 0.5),
    textured_material('notice.exit', 'notice_exit', 0.5),
    Material('hazard', texture='hazard', roughness=0.6),
    *paints('crate', PAINT_ROLES['crate'], 0.45),
    *paints('machine', PAINT_ROLES['machine'], 0.45),
    *paints('line', _FRAMES, 0.4),
    Material('random_dado', (0.45, 0.53, 0.56), 0.6),
    Material('random_gate', (0.74, 0.76, 0.77), 0.45),
    *SHARED,
)
