"""Floor, walls, ceiling, window, door and skirting; in the room's own frame."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.surface import Surface, from_grid, merge
from tools.make_assets.room.piece import FLOOR_TILE_M, WALL_TILE_M, Box, Part, Piece
from tools.make_assets.shapes.block import block, framed, textured

X0, X1 = -2.4, 4.2
Y0, Y1 = -3.2, 3.2
HEIGHT = 3.6
_MID_X, _MID_Y = (X0 + X1) / 2, (Y0 + Y1) / 2
_LONG_X, _LONG_Y = X1 - X0, Y1 - Y0

_WINDOW_Y, _WINDOW_Z = (0.15, 2.05), (0.95, 2.45)
_RECESS = 0.16
_SUNK = 0.004
"""How far skirting and door reach into the wall, which hides their rounded backs."""

_DOOR_X, _DOOR_HEIGHT = (-1.75, -0.85), 2.05


def room_shell() -> Piece:
    """Everything that does not move when one moves house."""
    parts = (
        Part('floor', 'random_floor.oak', _floor()),
        Part(
            'ceiling',
            'ceiling',
            block(
                (_LONG_X, _LONG_Y, 0.1),
                at=(_MID_X, _MID_Y, HEIGHT + 0.05),
                faces=('bottom',),
                cell_m=0.9,
            ),
        ),
        Part('walls', 'random_wall.plaster', _walls()),
        Part('trim', 'trim', _trim()),
        Part('door', 'door', _door()),
        Part('view', 'window_view', _view()),
        Part('curtains', 'random_curtain', _curtains()),
        Part('steel', 'steel', _hardware()),
    )
    wall = 0.2
    boxes = (
        Box((_LONG_X, _LONG_Y, 0.1), (_MID_X, _MID_Y, -0.05)),
        Box((wall, _LONG_Y, HEIGHT), (X1 + _RECESS + wall / 2, _MID_Y, HEIGHT / 2)),
        Box((wall, _LONG_Y, HEIGHT), (X0 - wall / 2, _MID_Y, HEIGHT / 2)),
        Box((_LONG_X, wall, HEIGHT), (_MID_X, Y1 + wall / 2, HEIGHT / 2)),
        Box((_LONG_X, wall, HEIGHT), (_MID_X, Y0 - wall / 2, HEIGHT / 2)),
    )
    return Piece('room', parts, boxes)


def _floor() -> Surface:
    sheet = block(
        (_LONG_X, _LONG_Y, 0.1),
        at=(_MID_X, _MID_Y, -0.05),
        faces=('top',),
        radius_m=0.001,
        cell_m=0.2,
    )
    return textured(sheet, FLOOR_TILE_M)


def _walls() -> Surface:
    """Only the inner faces, so that a view from outside looks into the room."""
    (a, b), (low, high) = _WINDOW_Y, _WINDOW_Z
    panels = [
        _far_panel(Y0, a, z=(0, HEIGHT)),
        _far_panel(b, Y1, z=(0, HEIGHT)),
        _far_panel(a, b, z=(0, low)),
        _far_panel(a, b, z=(high, HEIGHT)),
        _panel((0.1, _LONG_Y, HEIGHT), (X0 - 0.05, _MID_Y, HEIGHT / 2), face='right'),
        _panel((_LONG_X, 0.1, HEIGHT), (_MID_X, Y1 + 0.05, HEIGHT / 2), face='front'),
        _panel((_LONG_X, 0.1, HEIGHT), (_MID_X, Y0 - 0.05, HEIGHT / 2), face='back'),
        # The sides of the window recess.
        _panel(
            (_RECESS, 0.1, high - low), (X1 + _RECESS / 2, a - 0.05, (low + high) / 2), face='back'
        ),
        _panel(
            (_RECESS, 0.1, high - low),
            (X1 + _RECESS / 2, b + 0.05, (low + high) / 2),
            face='front',
        ),
        _panel((_RECESS, b - a, 0.1), (X1 + _RECESS / 2, (a + b) / 2, high + 0.05), face='bottom'),
    ]
    return textured(merge(*panels), WALL_TILE_M)


def _far_panel(y0: float, y1: float, *, z: tuple[float, float]) -> Surface:
    size = (0.1, y1 - y0, z[1] - z[0])
    return _panel(size, (X1 + 0.05, (y0 + y1) / 2, (z[0] + z[1]) / 2), face='left')


def _panel(
    size_m: tuple[float, float, float], at: tuple[float, float, float], *, face: str
) -> Surface:
    # Sheets reach a little into each other: their bevelled edges would leave slits.
    bevel = 0.0005
    x, y, z = (extent + 4 * bevel for extent in size_m)
    along = {'left': 0, 'right': 0, 'front': 1, 'back': 1, 'bottom': 2}[face]
    grown = tuple(size_m[k] if k == along else (x, y, z)[k] for k in range(3))
    return block((grown[0], grown[1], grown[2]), at=at, radius_m=bevel, cell_m=0.24, faces=(face,))


def _trim() -> Surface:
    """Skirting, window frame, window sill and door casing."""
    skirt, thick = 0.1, 0.016
    far, near = X1 + _SUNK - thick / 2, X0 - _SUNK + thick / 2
    left, right = Y1 + _SUNK, Y0 - _SUNK
    parts = [
        block((thick, _LONG_Y, skirt), at=(far, _MID_Y, skirt / 2), cell_m=1.0),
        block((thick, _LONG_Y, skirt), at=(near, _MID_Y, skirt / 2), cell_m=1.0),
    ]
    door_a, door_b = _DOOR_X[0] - 0.08, _DOOR_X[1] + 0.08
    for x0, x1, y in (
        (X0, door_a, left - thick / 2),
        (door_b, X1, left - thick / 2),
        (X0, X1, right + thick / 2),
    ):
        parts.append(block((x1 - x0, thick, skirt), at=((x0 + x1) / 2, y, skirt / 2), cell_m=1.0))
    parts.extend(
        block((0.08, 0.03, _DOOR_HEIGHT), at=(x, left - 0.015, _DOOR_HEIGHT / 2), cell_m=0.8)
        for x in (_DOOR_X[0] - 0.04, _DOOR_X[1] + 0.04)
    )
    parts.append(
        block(
            (door_b - door_a, 0.03, 0.08),
            at=((door_a + door_b) / 2, left - 0.015, _DOOR_HEIGHT + 0.04),
            cell_m=0.8,
        )
    )
    return merge(*parts, *_window_frame())


def _window_frame() -> list[Surface]:
    (a, b), (low, high) = _WINDOW_Y, _WINDOW_Z
    x, mid_y, mid_z = X1 + _RECESS - 0.04, (a + b) / 2, (low + high) / 2
    bar, deep = 0.055, 0.05
    frame = [
        block((deep, bar, high - low), at=(x, y, mid_z), cell_m=0.8)
        for y in (a + bar / 2, mid_y, b - bar / 2)
    ]
    frame += [
        block((deep, b - a, bar), at=(x, mid_y, z), cell_m=0.8)
        for z in (low + bar / 2, high - bar / 2)
    ]
    sill = block(
        (_RECESS + 0.06, b - a + 0.12, 0.03),
        at=(X1 + 0.04, mid_y, low - 0.012),
        radius_m=0.008,
        cell_m=0.8,
    )
    return [*frame, sill]


def _view() -> Surface:
    (a, b), (low, high) = _WINDOW_Y, _WINDOW_Z
    pane = block((0.02, b - a, high - low), faces=('left',), radius_m=0.001, cell_m=0.3)
    at = (X1 + _RECESS - 0.02, (a + b) / 2, (low + high) / 2)
    return framed(pane, (b - a, high - low)).moved(*at)


def _curtains() -> Surface:
    (a, b), high = _WINDOW_Y, _WINDOW_Z[1] + 0.2
    return merge(_curtain(a - 0.42, a + 0.1, high), _curtain(b - 0.1, b + 0.42, high))


def _curtain(y0: float, y1: float, top: float) -> Surface:
    """Folds that widen towards the floor."""
    across = np.linspace(0, 1, 57)
    heights = np.linspace(0.03, top, 6)
    y = y1 + (y0 - y1) * across
    depth = 0.028 * np.cos(across * 7 * 2 * np.pi) + 0.006 * np.sin(across * 17)
    fall = 0.75 + 0.25 * (1 - heights / top)
    points = np.empty((len(heights), len(across), 3))
    points[..., 0] = X1 - 0.1 + depth[None] * fall[:, None]
    points[..., 1] = y[None] + 0.02 * (1 - heights / top)[:, None] * np.sin(across * 9)[None]
    points[..., 2] = heights[:, None]
    return from_grid(points, heights, wrap=False)


def _door() -> Surface:
    x0, x1 = _DOOR_X
    mid, width = (x0 + x1) / 2, x1 - x0
    leaf = block((width, 0.02, _DOOR_HEIGHT), at=(mid, Y1 - 0.01, _DOOR_HEIGHT / 2), cell_m=0.3)
    panels = [
        block((width - 0.26, 0.012, height), at=(mid, Y1 - 0.022, z), radius_m=0.005, cell_m=0.3)
        for height, z in ((0.75, 0.52), (0.85, 1.46))
    ]
    return merge(leaf, *panels).moved(y=_SUNK)


def _hardware() -> Surface:
    """Door handle and curtain rod."""
    x = _DOOR_X[1] - 0.07
    a, b = _WINDOW_Y[0] - 0.5, _WINDOW_Y[1] + 0.5
    return merge(
        block((0.04, 0.02, 0.16), at=(x, Y1 - 0.025, 1.02), radius_m=0.006),
        block((0.02, 0.05, 0.02), at=(x, Y1 - 0.05, 1.05), radius_m=0.006),
        block((0.13, 0.018, 0.02), at=(x - 0.05, Y1 - 0.07, 1.05), radius_m=0.008),
        block(
            (0.025, b - a, 0.025),
            at=(X1 - 0.1, (a + b) / 2, _WINDOW_Z[1] + 0.22),
            radius_m=0.012,
            cell_m=0.5,
        ),
    )
