"""Things of a workplace that stand about: crates, cartons, pallet, drum, signs, fence."""

from __future__ import annotations

from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.room.piece import WOOD_TILE_M, Box, Part, Piece, upright_grain
from tools.make_assets.shapes.block import block, framed, textured


def carton(name: str, size_m: tuple[float, float, float]) -> Piece:
    """A closed cardboard box; one image on each side."""
    return Piece(name, (carton_part(size_m),), (Box(size_m, (0, 0, size_m[2] / 2)),))


def carton_part(
    size_m: tuple[float, float, float], *, at: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> Part:
    """The drawn part of a carton that stands at a place."""
    return Part('board', 'random_carton.kraft', carton_surface(size_m).moved(*at))


def carton_surface(size_m: tuple[float, float, float]) -> Surface:
    """A box on the ground whose sides show the whole image each."""
    x, y, z = size_m
    sides = {
        'front': (x, z),
        'back': (x, z),
        'left': (y, z),
        'right': (y, z),
        'top': (x, y),
        'bottom': (x, y),
    }
    made = [
        framed(block(size_m, faces=(face,), radius_m=0.004, cell_m=0.3), extent)
        for face, extent in sides.items()
    ]
    return merge(*made).moved(z=z / 2)


def pallet() -> Piece:
    """A wooden pallet of 1.2 x 0.8 m, long side along y."""
    boards = [
        block((0.1, 1.2, 0.022), at=(x, 0, 0.133), radius_m=0.003)
        for x in (-0.35, -0.175, 0.0, 0.175, 0.35)
    ]
    boards += [block((0.1, 1.2, 0.02), at=(x, 0, 0.01), radius_m=0.003) for x in (-0.35, 0, 0.35)]
    across = [block((0.8, 0.1, 0.022), at=(0, y, 0.111), radius_m=0.003) for y in (-0.55, 0, 0.55)]
    blocks = [
        block((0.1, 0.14, 0.08), at=(x, y, 0.06), radius_m=0.003)
        for x in (-0.35, 0, 0.35)
        for y in (-0.53, 0, 0.53)
    ]
    wood = merge(upright_grain(merge(*boards)), *across, *blocks)
    return Piece(
        'pallet',
        (Part('wood', 'random_pallet', textured(wood, WOOD_TILE_M)),),
        (Box((0.8, 1.2, 0.144), (0, 0, 0.072)),),
    )


def drum() -> Piece:
    """A steel drum with two ribs."""
    r = 0.29
    shape = lathe(
        rounded(
            [
                (0.0, 0.0),
                (r, 0.0, 0.012),
                (r, 0.27, 0.006),
                (r + 0.012, 0.285, 0.006),
                (r, 0.3, 0.006),
                (r, 0.57, 0.006),
                (r + 0.012, 0.585, 0.006),
                (r, 0.6, 0.006),
                (r, 0.86, 0.004),
                (r + 0.008, 0.868, 0.004),
                (r + 0.008, 0.88, 0.004),
                (r - 0.02, 0.872, 0.004),
                (0.0, 0.872),
            ]
        ),
        slices=40,
    )
    caps = [
        lathe(rounded([(0.032, 0.872), (0.032, 0.886, 0.004), (0.0, 0.886)]), slices=20).moved(
            x=x, y=y
        )
        for x, y in ((0.17, 0.05), (-0.16, -0.06))
    ]
    return Piece(
        'drum',
        (Part('steel', 'random_machine.blue', merge(shape)), Part('caps', 'steel', merge(*caps))),
        (Box((2 * r, 2 * r, 0.88), (0, 0, 0.44)),),
    )


def plate(name: str, material: str, size_m: tuple[float, float]) -> Piece:
    """A sign on a wall behind it, facing +x, its middle at the origin."""
    width, height = size_m
    sheet = block((0.012, width, height), faces=('right',), radius_m=0.001, cell_m=0.3)
    back = block((0.01, width + 0.02, height + 0.02), radius_m=0.003)
    return Piece(
        name,
        (Part('sheet', material, framed(sheet, size_m)), Part('back', 'frame', back)),
    )


def fence(name: str, length_m: float, *, height_m: float = 1.5) -> Piece:
    """Safety fence along y: yellow posts, a dark frame with a grid of rods."""
    half, low = length_m / 2, 0.12
    panels = max(1, round(length_m / 1.2))
    posts = [
        block((0.06, 0.06, height_m), at=(0, -half + length_m * k / panels, height_m / 2))
        for k in range(panels + 1)
    ]
    feet = [
        block((0.12, 0.14, 0.01), at=(0, -half + length_m * k / panels, 0.005), radius_m=0.002)
        for k in range(panels + 1)
    ]
    bars = [
        block((0.03, length_m, 0.03), at=(0, 0, z), cell_m=1.0) for z in (low, height_m - 0.03)
    ]
    rows, columns = round((height_m - low) / 0.16), round(length_m / 0.075)
    bars += [
        block(
            (0.006, length_m, 0.006),
            at=(0, 0, low + (height_m - low) * k / rows),
            cell_m=2.0,
            radius_m=0.002,
        )
        for k in range(1, rows)
    ]
    bars += [
        block(
            (0.005, 0.005, height_m - low),
            at=(0.004, -half + length_m * k / columns, (height_m + low) / 2),
            radius_m=0.002,
            cell_m=2.0,
        )
        for k in range(1, columns)
    ]
    return Piece(
        name,
        (
            Part('posts', 'signal_yellow', merge(*posts, *feet)),
            Part('grid', 'black', merge(*bars)),
        ),
        (Box((0.06, length_m + 0.06, height_m), (0, 0, height_m / 2)),),
    )


def crate(
    name: str, size_m: tuple[float, float, float], *, material: str, handles: bool = True
) -> Piece:
    """An open plastic crate that stands on its frame's xy plane.

    Args:
        name: Of the piece.
        size_m: Outer extents; the rim reaches ``RIM_M`` farther on each side.
        material: Of all of it.
        handles: Whether the short sides have handles.
    """
    x, y, z = size_m
    # The walls end below the rim's upper side: two surfaces in one place flicker.
    wall, top = WALL_M, z - 0.003
    walls = [
        *(
            block((wall, y, top), at=(s * (x - wall) / 2, 0, top / 2), cell_m=0.12)
            for s in (-1, 1)
        ),
        *(
            block((x, wall, top), at=(0, s * (y - wall) / 2, top / 2), cell_m=0.12)
            for s in (-1, 1)
        ),
    ]
    floor = block(
        (x - wall, y - wall, FLOOR_M), at=(0, 0, FLOOR_M / 2), radius_m=0.002, cell_m=0.1
    )
    rim = [
        *(
            block(
                (RIM_M + wall, y + 2 * RIM_M, 0.012),
                at=(s * (x + RIM_M - wall) / 2, 0, z - 0.006),
                cell_m=0.2,
            )
            for s in (-1, 1)
        ),
        *(
            block(
                (x - 2 * wall + 0.002, RIM_M + wall, 0.0118),
                at=(0, s * (y + RIM_M - wall) / 2, z - 0.006),
                cell_m=0.2,
            )
            for s in (-1, 1)
        ),
    ]
    ribs = [
        block((0.012, 0.008, z - 0.03), at=(s * (x / 2 + 0.004), y * k, z / 2), radius_m=0.002)
        for s in (-1, 1)
        for k in (-0.42, -0.25, -0.08, 0.08, 0.25, 0.42)
    ]
    ribs += [
        block((0.008, 0.012, z - 0.03), at=(x * k, s * (y / 2 + 0.004), z / 2), radius_m=0.002)
        for s in (-1, 1)
        for k in (-0.4, -0.2, 0.2, 0.4)
    ]
    ribs += [
        block((x + 0.012, y + 0.012, 0.008), at=(0, 0, h), radius_m=0.002, faces=_SIDES)
        for h in (0.03, z * 0.55)
    ]
    parts = [Part('shell', material, merge(*walls, floor, *rim, *ribs))]
    if handles:
        grips = [
            block((0.12, 0.006, 0.03), at=(0, s * (y / 2 + 0.006), z * 0.77), radius_m=0.002)
            for s in (-1, 1)
        ]
        parts.append(Part('grips', 'black', merge(*grips)))
    return Piece(name, tuple(parts), crate_boxes(size_m))


RIM_M = 0.018
WALL_M = 0.012
FLOOR_M = 0.01
_SIDES = ('front', 'back', 'left', 'right')


def crate_boxes(size_m: tuple[float, float, float]) -> tuple[Box, ...]:
    """What is touched of a crate: its floor, its walls, its rim."""
    x, y, z = size_m
    long_x, long_y = x + 2 * RIM_M, y + 2 * RIM_M
    return (
        Box((x, y, FLOOR_M), (0, 0, FLOOR_M / 2)),
        *(Box((WALL_M, y, z), (s * (x - WALL_M) / 2, 0, z / 2)) for s in (-1, 1)),
        *(Box((x - 2 * WALL_M, WALL_M, z), (0, s * (y - WALL_M) / 2, z / 2)) for s in (-1, 1)),
        *(Box((RIM_M, long_y, 0.012), (s * (x + RIM_M) / 2, 0, z - 0.006)) for s in (-1, 1)),
        *(Box((long_x, RIM_M, 0.012), (0, s * (y + RIM_M) / 2, z - 0.006)) for s in (-1, 1)),
    )
