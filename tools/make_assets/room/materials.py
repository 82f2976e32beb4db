"""Textures and materials of the room.

A material ``random_<role>.<variant>`` may stand in for every other of its role: their textures
cover the same size on the surface.
"""

from __future__ import annotations

from collections.abc import Callable

from tools.make_assets.room.textures import cloth, pictures, surfaces, wood
from tools.make_assets.room.textures.indexed import Indexed
from tools.make_assets.shapes.mjcf import Material

TEXTURES: dict[str, Callable[[], Indexed]] = {
    'floor_oak': lambda: wood.planks(1, wood.HONEY),
    'floor_ash': lambda: wood.planks(21, wood.ASH, rows=10),
    'floor_tiles': lambda: surfaces.tiles(6),
    'floor_concrete': lambda: surfaces.concrete(7),
    'floor_carpet': lambda: surfaces.carpet(8),
    'wall_plaster': lambda: surfaces.plaster(9),
    'wall_wallpaper': lambda: surfaces.wallpaper(11),
    'wall_brick': lambda: surfaces.brick(10),
    'wood_oak': lambda: wood.staves(2, wood.OAK),
    'wood_walnut': lambda: wood.board(3, wood.WALNUT),
    'wood_ash': lambda: wood.board(22, wood.ASH, rings=9),
    'laminate': lambda: surfaces.laminate(5),
    'marble': lambda: surfaces.marble(4),
    'rug_shag': lambda: cloth.shag(14, ('#6f675b', '#b3a997', '#ddd5c6')),
    'rug_kilim': lambda: cloth.kilim(15),
    'rug_stripes': lambda: cloth.stripes(16),
    'fabric_linen': lambda: cloth.weave(12, ('#5f6468', '#8b9094', '#b5b9bb')),
    'fabric_teal': lambda: cloth.weave(23, ('#1d4248', '#2f626a', '#4d858c')),
    'fabric_tweed': lambda: cloth.herringbone(13, ('#3c3a38', '#6e6a64', '#a29b90')),
    'picture_hills': lambda: pictures.hills(17),
    'picture_abstract': lambda: pictures.abstract(18),
    'picture_botanical': lambda: pictures.botanical(19),
    'window_view': lambda: pictures.outside(20),
}


def _textured(variant: str, texture: str, roughness: float) -> Material:
    # White that is lit by several lamps should not lose its figure.
    tone = 0.86 if texture in {'laminate', 'marble'} else 1.0
    return Material(f'random_{variant}', (tone, tone, tone), texture=texture, roughness=roughness)


MATERIALS: tuple[Material, ...] = (
    _textured('floor.oak', 'floor_oak', 0.45),
    _textured('floor.ash', 'floor_ash', 0.5),
    _textured('floor.tiles', 'floor_tiles', 0.4),
    _textured('floor.concrete', 'floor_concrete', 0.55),
    _textured('floor.carpet', 'floor_carpet', 0.95),
    _textured('wall.plaster', 'wall_plaster', 0.9),
    _textured('wall.wallpaper', 'wall_wallpaper', 0.85),
    _textured('wall.brick', 'wall_brick', 0.85),
    _textured('table.oak', 'wood_oak', 0.5),
    _textured('table.walnut', 'wood_walnut', 0.4),
    _textured('table.ash', 'wood_ash', 0.5),
    _textured('table.white_laminate', 'laminate', 0.4),
    _textured('table.marble', 'marble', 0.25),
    _textured('worktop.oak', 'wood_oak', 0.5),
    _textured('worktop.marble', 'marble', 0.25),
    _textured('worktop.white_laminate', 'laminate', 0.4),
    _textured('furniture.oak', 'wood_oak', 0.55),
    _textured('furniture.walnut', 'wood_walnut', 0.5),
    _textured('furniture.ash', 'wood_ash', 0.55),
    _textured('furniture.white', 'laminate', 0.45),
    _textured('rug.shag', 'rug_shag', 0.95),
    _textured('rug.kilim', 'rug_kilim', 0.95),
    _textured('rug.stripes', 'rug_stripes', 0.95),
    _textured('fabric.linen', 'fabric_linen', 0.95),
    _textured('fabric.teal', 'fabric_teal', 0.95),
    _textured('fabric.tweed', 'fabric_tweed', 0.95),
    _textured('picture.hills', 'picture_hills', 0.7),
    _textured('picture.abstract', 'picture_abstract', 0.7),
    _textured('picture.botanical', 'picture_botanical', 0.7),
    Material('random_cabinet.white', (0.85, 0.85, 0.83), 0.4),
    Material('random_cabinet.sage', (0.48, 0.55, 0.46), 0.5),
    Material('random_cabinet.navy', (0.13, 0.18, 0.27), 0.45),
    Material('random_cabinet.graphite', (0.22, 0.23, 0.24), 0.5),
    Material('random_refrigerator', (0.72, 0.73, 0.74), 0.38),
    Material('random_curtain', (0.86, 0.83, 0.77), 0.95),
    Material('random_pillow', (0.72, 0.42, 0.22), 0.95),
    Material('random_pot', (0.82, 0.79, 0.73), 0.6),
    Material('random_leaves', (0.22, 0.42, 0.18), 0.6),
    Material('ceiling', (0.93, 0.93, 0.92), 0.95),
    Material('trim', (0.9, 0.9, 0.88), 0.5),
    Material('door', (0.85, 0.84, 0.81), 0.5),
    Material('window_view', (1.0, 1.0, 1.0), 0.9, texture='window_view', emission=0.22),
    Material('shade', (0.96, 0.89, 0.76), 0.9, emission=0.55),
    Material('steel', (0.68, 0.69, 0.7), 0.3, 1.0),
    Material('black', (0.06, 0.06, 0.065), 0.5),
    Material('grey', (0.2, 0.2, 0.21), 0.6),
    Material('glass', (0.03, 0.035, 0.04), 0.12),
    Material('soil', (0.16, 0.11, 0.08), 0.95),
)
