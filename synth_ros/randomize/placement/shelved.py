"""Objects on shelves: upright, facing the front, side by side, and in rows behind each other."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from synth_ros.config.distributions import uniform
from synth_ros.geometry.boxes import extents
from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.randomize.draws import quadruple, yaw_quat_wxyz
from synth_ros.randomize.inventory import SurfaceInfo
from synth_ros.randomize.placement.fits import HEADROOM_M
from synth_ros.randomize.placement.kit import Kit
from synth_ros.randomize.placement.room import NO_ROOM, Pose, Refused, boxed, on_surface

DROP_M = uniform(0.002, 0.008)
_GAPS_M = (0.01, 0.035)
_SETBACK_M = 0.012
_PLACES_TRIED = 6


class _Taken(NamedTuple):
    """A rectangle on a board, in the board's frame, metres."""

    x0: float
    x1: float
    y0: float
    y1: float


class Boards:
    """What stands on the boards of a shelf."""

    def __init__(self) -> None:
        self._taken: dict[str, list[_Taken]] = {}

    def stand(self, kit: Kit) -> Pose | Refused:
        """Put an object on a board: as far to the front as there is room."""
        boards = kit.place.surfaces
        order = kit.draws.generator('board').permutation(len(boards))
        yaw = math.radians(kit.draws.number(kit.place.config.facing_deg, 'facing_deg'))
        drop = kit.drop_m(DROP_M)
        tall = 2 * kit.item.half_m[2] + drop + HEADROOM_M
        for place in order.tolist():
            board = boards[place]
            if tall > board.clear_height_m:
                continue
            pose = self._on_board(kit, board, yaw_rad=yaw, drop_m=drop)
            if pose is not None:
                return pose
        return NO_ROOM

    def _on_board(
        self, kit: Kit, board: SurfaceInfo, *, yaw_rad: float, drop_m: float
    ) -> Pose | None:
        turn = matrix_from_quat_wxyz(yaw_quat_wxyz(yaw_rad))
        deep, wide, high = (float(v) for v in extents(turn, kit.item.half_m))
        quat = yaw_quat_wxyz(board.yaw_rad + yaw_rad)
        rng = kit.draws.generator(f'spot/{board.name}')
        gap = max(kit.gap_m, float(rng.uniform(*_GAPS_M)))
        taken = self._taken.setdefault(board.name, [])
        z = board.center_m[2] + drop_m + high
        for line in self._lines(board, gap):
            front = line - float(rng.random()) * _SETBACK_M
            back = front - 2 * deep
            if back < -board.half_size_m[0]:
                continue
            for _ in range(_PLACES_TRIED):
                side = float(rng.random())
                y = _free(
                    taken, board, depth=(back - gap, front + gap), share=side, wide=wide, gap=gap
                )
                if y is None:
                    break
                at = on_surface(board, front - deep, y)
                pose = Pose((*at, z), quadruple(quat))
                own = boxed(pose, kit.item.half_m)
                if kit.room.hits_solid(own) or kit.room.hits_object(own):
                    continue
                taken.append(_Taken(back, front, y - wide, y + wide))
                kit.room.take(pose, kit.item.half_m, falls_to_m=board.center_m[2])
                return pose
        return None

    def _lines(self, board: SurfaceInfo, gap: float) -> list[float]:
        """Where fronts of objects may be: at the board's edge, and behind each object."""
        behind = {taken.x0 - gap for taken in self._taken[board.name]}
        return [board.half_size_m[0], *sorted(behind, reverse=True)]


def _free(
    taken: list[_Taken],
    board: SurfaceInfo,
    *,
    depth: tuple[float, float],
    share: float,
    wide: float,
    gap: float,
) -> float | None:
    """Middle of a free stretch of a row, or ``None`` if the row is full.

    Args:
        taken: What stands on the board.
        board: The board.
        depth: From where to where along x the object reaches.
        share: Which of all free places to take, from 0 to 1.
        wide: Half its extent along the board.
        gap: Free space to both sides.
    """
    start, end = -board.half_size_m[1] + wide, board.half_size_m[1] - wide
    blocked = sorted(
        (t.y0 - gap - wide, t.y1 + gap + wide)
        for t in taken
        if t.x0 < depth[1] and t.x1 > depth[0]
    )
    stretches = []
    for low, high in blocked:
        if low > start:
            stretches.append((start, min(low, end)))
        start = max(start, high)
    stretches.append((start, end))
    lengths = np.array([max(high - low, 0.0) for low, high in stretches])
    if not lengths.sum() > 0:
        return None
    at = share * lengths.sum()
    k = int(np.searchsorted(np.cumsum(lengths), at, side='right'))
    k = min(k, len(stretches) - 1)
    return float(stretches[k][0] + at - lengths[:k].sum())
