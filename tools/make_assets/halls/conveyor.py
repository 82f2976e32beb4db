"""The conveyor: a belt that runs past the robot into a crate, under a gate for cameras."""

from __future__ import annotations

from tools.make_assets.halls import goods
from tools.make_assets.halls.bin_cell import cabinet, gate
from tools.make_assets.halls.conveyor_line import BELT_HEIGHT_M, LINE_SIZE_M, SIDE_M, line
from tools.make_assets.halls.materials import PAINT_ROLES, SHARED, Rgb, paints, textured_material
from tools.make_assets.halls.shell import Extent, shell
from tools.make_assets.halls.textures import belt_weave, cardboard, epoxy, hazard, panel, sign
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import merge
from tools.make_assets.room.piece import Box, Part, Piece, Placed
from tools.make_assets.room.textures import surfaces, wood
from tools.make_assets.shapes.block import block
from tools.make_assets.shapes.mjcf import Material
from tools.make_assets.shapes.scene import Environment, SurfaceSite

LINE_CENTER_M = (0.86, -0.35)
GATE_HEIGHT_M = 1.66
"""Height of the gate's beam; a camera hangs below it, over the middle of the belt."""
GATE_Y_M = 0.62
"""Where the gate stands: behind the robot's place, as seen from what comes along."""
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


def portal() -> Piece:
    """A gate over the belt: posts beside it, a beam with a light and a rail for cameras."""
    width = LINE_SIZE_M[1]
    high, bar = GATE_HEIGHT_M, 0.06
    post_y = width / 2 + SIDE_M + 0.08
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
