"""The room as MJCF, OBJ and PNG files."""

from __future__ import annotations

from tools.make_assets.room.layout import SURFACES, placed_pieces
from tools.make_assets.room.materials import MATERIALS, TEXTURES
from tools.make_assets.shapes.scene import Environment, scene_files


def room_files() -> dict[str, bytes]:
    """All files of the room by relative path: ``scene.xml``, ``meshes/`` and ``textures/``."""
    return scene_files(
        Environment(
            name='tabletop_room',
            comment='Made by tools/make_assets/room; a robot at the origin faces the table.',
            center_m=(0.85, 0.0, 0.7),
            surfaces=SURFACES,
            pieces=placed_pieces(),
            materials=MATERIALS,
            textures=TEXTURES,
        )
    )
