"""What a piece of furniture consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.surface import Surface

FLOOR_TILE_M = 2.0
WALL_TILE_M = 2.0
WOOD_TILE_M = 1.28
CLOTH_TILE_M = 0.3
"""Size of one repeat of every texture of a role, so that variants are interchangeable."""


class Part(NamedTuple):
    """Surface of one material.

    Attributes:
        name: Unique within the piece.
        material: Full name of the material.
        surface: Its shape.
    """

    name: str
    material: str
    surface: Surface


class Box(NamedTuple):
    """A collision box, metres.

    Attributes:
        size_m: Full extents.
        center_m: Its centre.
        name: Of its geom; numbered by its body if empty.
    """

    size_m: tuple[float, float, float]
    center_m: tuple[float, float, float]
    name: str = ''


@dataclass(frozen=True)
class Piece:
    """Furniture in its own frame.

    Attributes:
        name: Prefix of its meshes.
        parts: What is drawn.
        boxes: What is touched.
    """

    name: str
    parts: tuple[Part, ...]
    boxes: tuple[Box, ...] = ()


class Placed(NamedTuple):
    """A piece in the room.

    Attributes:
        body: Name of its body.
        piece: The piece.
        position_m: Where its frame is.
        yaw_deg: Its heading.
    """

    body: str
    piece: Piece
    position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw_deg: float = 0.0


def upright_grain(surface: Surface) -> Surface:
    """Exchanges the texture axes, so that the grain of wood runs along the other one."""
    return Surface(
        surface.points, surface.normals, np.ascontiguousarray(surface.uv[:, ::-1]), surface.faces
    )
