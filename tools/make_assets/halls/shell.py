"""The hall around a workplace: floor, walls, ceiling, light strips, columns."""

from __future__ import annotations

from typing import NamedTuple

from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.room.piece import FLOOR_TILE_M, WALL_TILE_M, Box, Part, Piece
from tools.make_assets.shapes.block import block, textured


class Extent(NamedTuple):
    """Inner size of a hall, metres.

    Attributes:
        x: From the wall behind the robot to the far one.
        y: From the right wall to the left one.
        height: Of the ceiling.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """Middle of the floor."""
        return (self.x[0] + self.x[1]) / 2, (self.y[0] + self.y[1]) / 2

    @property
    def size(self) -> tuple[float, float]:
        """Length along x and y."""
        return self.x[1] - self.x[0], self.y[1] - self.y[0]


def shell(extent: Extent, *, dado_m: float = 0.0, strips_m: tuple[float, ...] = ()) -> Piece:
    """Everything that stays when the furniture is moved out.

    Args:
        extent: Inner size.
        dado_m: Height of a coloured band at the foot of the walls, 0 for none.
        strips_m: Where along x light strips hang below the ceiling.
    """
    (mid_x, mid_y), (long_x, long_y) = extent.middle, extent.size
    high, thick = extent.height, 0.2
    floor = block(
        (long_x, long_y, 0.1),
        at=(mid_x, mid_y, -0.05),
        faces=('top',),
        radius_m=0.001,
        cell_m=0.2,
    )
    ceiling = block(
        (long_x, long_y, 0.1), at=(mid_x, mid_y, high + 0.05), faces=('bottom',), cell_m=0.9
    )
    parts = [
        Part('floor', 'random_floor.concrete', textured(floor, FLOOR_TILE_M)),
        Part('ceiling', 'ceiling', ceiling),
        Part('walls', 'random_wall.plaster', textured(_sheets(extent), WALL_TILE_M)),
        Part('frame', 'frame', _frame(extent)),
    ]
    if dado_m:
        parts.append(Part('dado', 'random_dado', _band(extent, dado_m)))
    if strips_m:
        lamps = [
            block((0.16, long_y * 0.72, 0.06), at=(x, mid_y, high - 0.2), cell_m=0.5)
            for x in strips_m
        ]
        parts.append(Part('strips', 'light', merge(*lamps)))
    boxes = (
        Box((long_x, long_y, 0.1), (mid_x, mid_y, -0.05)),
        *(
            Box((thick, long_y, high), (x, mid_y, high / 2))
            for x in (extent.x[0] - thick / 2, extent.x[1] + thick / 2)
        ),
        *(
            Box((long_x, thick, high), (mid_x, y, high / 2))
            for y in (extent.y[0] - thick / 2, extent.y[1] + thick / 2)
        ),
    )
    return Piece('hall', tuple(parts), boxes)


def _sheets(extent: Extent) -> Surface:
    """The inner faces of the four walls."""
    (mid_x, mid_y), (long_x, long_y), high = extent.middle, extent.size, extent.height
    grown, radius = 0.002, 0.0005
    along_y = (0.1, long_y + grown, high + grown)
    along_x = (long_x + grown, 0.1, high + grown)
    sheets = (
        (along_y, (extent.x[1] + 0.05, mid_y, high / 2), 'left'),
        (along_y, (extent.x[0] - 0.05, mid_y, high / 2), 'right'),
        (along_x, (mid_x, extent.y[1] + 0.05, high / 2), 'front'),
        (along_x, (mid_x, extent.y[0] - 0.05, high / 2), 'back'),
    )
    return merge(
        *(
            block(size, at=at, radius_m=radius, cell_m=0.24, faces=(face,))
            for size, at, face in sheets
        )
    )


def _band(extent: Extent, height: float) -> Surface:
    """A thin coat on the foot of the walls."""
    (mid_x, mid_y), (long_x, long_y), coat = extent.middle, extent.size, 0.006
    return merge(
        *(
            block((coat, long_y, height), at=(x, mid_y, height / 2), radius_m=0.001, cell_m=0.3)
            for x in extent.x
        ),
        *(
            block((long_x, coat, height), at=(mid_x, y, height / 2), radius_m=0.001, cell_m=0.3)
            for y in extent.y
        ),
    )


def _frame(extent: Extent) -> Surface:
    """Columns in the corners and along the long walls, beams below the ceiling."""
    (mid_x, mid_y), (long_x, long_y), high = extent.middle, extent.size, extent.height
    columns = [
        block((0.16, 0.16, high), at=(x, y, high / 2), radius_m=0.006, cell_m=0.6)
        for x in (extent.x[0] + 0.08, mid_x, extent.x[1] - 0.08)
        for y in (extent.y[0] + 0.08, extent.y[1] - 0.08)
    ]
    beams = [
        block((0.12, long_y, 0.22), at=(x, mid_y, high - 0.11), radius_m=0.006, cell_m=0.8)
        for x in (extent.x[0] + long_x * share for share in (0.02, 0.26, 0.5, 0.74, 0.98))
    ]
    beams += [
        block((long_x, 0.1, 0.14), at=(mid_x, y, high - 0.07), radius_m=0.006, cell_m=0.8)
        for y in (extent.y[0] + 0.05, mid_y, extent.y[1] - 0.05)
    ]
    return merge(*columns, *beams)
