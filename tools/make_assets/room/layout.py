"""Where everything stands: x forward from the robot at the origin, y left, z up."""

from __future__ import annotations

from tools.make_assets.room.piece import Placed
from tools.make_assets.room.pieces import architecture, decor, seating, storage
from tools.make_assets.room.pieces.architecture import X1, Y0, Y1
from tools.make_assets.shapes.scene import SurfaceSite

TABLE_CENTER_M = (0.85, 0.0)
_SIDEBOARD_X = X1 - 0.02 - storage.SIDEBOARD_SIZE_M[0] / 2
_SHELF_Y = Y1 - 0.02 - storage.SHELF_SIZE_M[0] / 2
_COUNTER_Y = Y0 + 0.02 + storage.COUNTER_SIZE_M[0] / 2

SURFACES = (
    SurfaceSite('table', (*TABLE_CENTER_M, seating.TABLE_HEIGHT_M), (0.34, 0.54)),
    SurfaceSite('floor', (0.8, -1.5, 0.0), (0.4, 0.35)),
    SurfaceSite('sideboard', (_SIDEBOARD_X, -1.1, storage.SIDEBOARD_SIZE_M[2]), (0.17, 0.35)),
    SurfaceSite('counter', (1.25, _COUNTER_Y + 0.05, storage.COUNTER_SIZE_M[2]), (0.45, 0.22)),
)
"""The first one is where objects go by default."""


def placed_pieces() -> tuple[Placed, ...]:
    """All furniture."""
    chair = seating.chair()
    return (
        Placed('room', architecture.room_shell()),
        Placed('table', seating.table(), (*TABLE_CENTER_M, 0.0)),
        Placed('rug', seating.rug(), (1.15, 0.0, 0.0)),
        Placed('chair_far', chair, (1.5, 0.16, 0.0), 172.0),
        Placed('chair_side', chair, (0.98, 0.86, 0.0), -104.0),
        Placed('sofa', seating.sofa(), (1.1, Y1 - 0.5, 0.0), -90.0),
        *_far_wall(),
        *_left_wall(),
        *_right_wall(),
    )


def _far_wall() -> tuple[Placed, ...]:
    top = storage.SIDEBOARD_SIZE_M[2]
    frame = 'black'
    return (
        Placed('sideboard', storage.sideboard(), (_SIDEBOARD_X, -1.15, 0.0), 180.0),
        Placed('table_lamp', decor.table_lamp(), (_SIDEBOARD_X, -1.72, top)),
        Placed('loudspeaker', decor.loudspeaker(), (_SIDEBOARD_X, -0.56, top), 172.0),
        Placed(
            'picture',
            decor.picture('picture', size_m=(0.6, 0.85), frame_material=frame),
            (X1, -1.15, 1.65),
            180.0,
        ),
        Placed(
            'plant_large',
            decor.plant('plant_large', height_m=1.0, leaves=21, seed=31),
            (3.55, 2.45, 0.0),
        ),
        Placed('floor_lamp', decor.floor_lamp(), (3.75, -2.65, 0.0)),
    )


def _left_wall() -> tuple[Placed, ...]:
    levels = storage.SHELF_LEVELS_M
    return (
        Placed('shelf', storage.shelf(), (2.75, _SHELF_Y, 0.0), -90.0),
        Placed('arch', decor.arch(), (2.95, _SHELF_Y, levels[2]), -90.0),
        Placed(
            'plant_small',
            decor.plant('plant_small', height_m=0.32, leaves=14, seed=32),
            (2.58, _SHELF_Y, levels[1]),
        ),
        Placed(
            'photo',
            decor.picture('photo', size_m=(0.16, 0.22), frame_material='trim'),
            (2.6, _SHELF_Y + 0.02, levels[3] + 0.13),
            -90.0,
        ),
        Placed('clock', decor.clock(), (0.2, Y1, 1.9), -90.0),
    )


def _right_wall() -> tuple[Placed, ...]:
    top = storage.COUNTER_SIZE_M[2]
    return (
        Placed('counter', storage.counter(), (1.1, _COUNTER_Y, 0.0), 90.0),
        Placed('refrigerator', storage.refrigerator(), (2.7, Y0 + 0.36, 0.0), 90.0),
        Placed('microwave', decor.microwave(), (2.0, _COUNTER_Y - 0.03, top), 90.0),
    )
