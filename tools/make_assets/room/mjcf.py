"""The room as MJCF, OBJ and PNG files."""

from __future__ import annotations

from collections.abc import Iterator

from tools.make_assets.objects.obj_file import obj_text
from tools.make_assets.room.layout import SURFACES, placed_pieces
from tools.make_assets.room.materials import MATERIALS, TEXTURES
from tools.make_assets.room.piece import Placed
from tools.make_assets.room.textures.indexed import png_bytes
from tools.make_assets.room.textures.pictures import sky
from tools.make_assets.shapes.files import text_bytes
from tools.make_assets.shapes.mjcf import numbers


def room_files() -> dict[str, bytes]:
    """All files of the room by relative path: ``scene.xml``, ``meshes/`` and ``textures/``."""
    pieces = placed_pieces()
    files = {'scene.xml': text_bytes(scene_lines(pieces))}
    for placed in _distinct(pieces):
        for part in placed.piece.parts:
            text = obj_text(part.surface)
            files[f'meshes/{placed.piece.name}_{part.name}.obj'] = text.encode('ascii')
    for name, paint in TEXTURES.items():
        files[f'textures/{name}.png'] = png_bytes(paint())
    files['textures/sky.png'] = png_bytes(sky())
    return files


def _distinct(pieces: tuple[Placed, ...]) -> list[Placed]:
    """One of each piece; a piece may stand in several places."""
    return list({placed.piece.name: placed for placed in reversed(pieces)}.values())[::-1]


def scene_lines(pieces: tuple[Placed, ...]) -> Iterator[str]:
    """The MJCF."""
    yield '<mujoco model="tabletop_room">'
    yield '  <!-- Made by tools/make_assets/room; a robot at the origin faces the table. -->'
    yield '  <compiler angle="radian" meshdir="meshes" texturedir="textures"/>'
    yield '  <option integrator="implicitfast"/>'
    yield '  <statistic center="0.85 0 0.7" extent="4"/>'
    yield '  <visual>'
    yield '    <headlight ambient="0.25 0.25 0.25" diffuse="0.15 0.15 0.15" specular="0 0 0"/>'
    yield '    <map znear="0.005" zfar="10"/>'
    yield '  </visual>'
    yield '  <default>'
    yield '    <default class="visual">'
    yield '      <geom type="mesh" group="2" contype="0" conaffinity="0" mass="0"/>'
    yield '      <mesh inertia="shell"/>'
    yield '    </default>'
    yield '    <default class="collision">'
    yield '      <geom type="box" group="3" friction="0.8 0.005 0.0001"/>'
    yield '    </default>'
    yield '    <default class="surface">'
    yield '      <site type="box" group="4" rgba="0.2 0.8 0.4 0.3"/>'
    yield '    </default>'
    yield '  </default>'
    yield from _asset_lines(pieces)
    yield '  <worldbody>'
    for surface in SURFACES:
        yield (
            f'    <site name="surface_{surface.name}" class="surface" '
            f'pos="{numbers(surface.center_m)}" size="{numbers((*surface.half_size_m, 0.001))}"/>'
        )
    for placed in pieces:
        yield from _body_lines(placed)
    yield '  </worldbody>'
    yield '</mujoco>'


def _asset_lines(pieces: tuple[Placed, ...]) -> Iterator[str]:
    yield '  <asset>'
    sky_faces = 'gridsize="6 1" gridlayout="RLUDFB"'
    yield f'    <texture name="sky" type="skybox" file="sky.png" {sky_faces}/>'
    for name in TEXTURES:
        yield f'    <texture name="{name}" type="2d" file="{name}.png"/>'
    for material in MATERIALS:
        yield f'    {material.xml()}'
    for placed in _distinct(pieces):
        for part in placed.piece.parts:
            mesh = f'{placed.piece.name}_{part.name}'
            yield f'    <mesh name="{mesh}" class="visual" file="{mesh}.obj"/>'
    yield '  </asset>'


def _body_lines(placed: Placed) -> Iterator[str]:
    yaw = f' euler="0 0 {numbers([placed.yaw_deg * 3.14159265358979 / 180], 6)}"'
    yield (
        f'    <body name="{placed.body}" pos="{numbers(placed.position_m)}"'
        f'{yaw if placed.yaw_deg else ""}>'
    )
    for part in placed.piece.parts:
        yield (
            f'      <geom name="{placed.body}_{part.name}" class="visual" '
            f'mesh="{placed.piece.name}_{part.name}" material="{part.material}"/>'
        )
    for number, box in enumerate(placed.piece.boxes):
        half = [extent / 2 for extent in box.size_m]
        yield (
            f'      <geom name="{placed.body}_collision_{number}" class="collision" '
            f'size="{numbers(half)}" pos="{numbers(box.center_m)}"/>'
        )
    yield '    </body>'
