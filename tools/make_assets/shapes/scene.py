"""An environment as MJCF, OBJ and PNG files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tools.make_assets.objects.obj_file import obj_text
from tools.make_assets.room.piece import Placed
from tools.make_assets.room.textures.indexed import Indexed, png_bytes
from tools.make_assets.room.textures.pictures import sky
from tools.make_assets.shapes.files import text_bytes
from tools.make_assets.shapes.mjcf import Material, numbers

_RADIANS = 3.14159265358979 / 180


class SurfaceSite(NamedTuple):
    """A rectangle to drop objects on.

    Attributes:
        name: Without its prefix.
        center_m: Its middle, at the height of the surface.
        half_size_m: Half extents along its own x and y, clear of edges and furniture.
        yaw_deg: Its heading; x of a shelf's board points to the front.
    """

    name: str
    center_m: tuple[float, float, float]
    half_size_m: tuple[float, float]
    yaw_deg: float = 0.0


class Environment(NamedTuple):
    """What an environment consists of.

    Attributes:
        name: Of the model.
        comment: What a reader of the MJCF should know.
        center_m: Middle of what matters.
        surfaces: Where objects go; the first one by default.
        pieces: All furniture.
        materials: All materials.
        textures: What paints each texture, by name.
        lamps_m: Where the lamps of a scene point to; the first surface if ``None``.
    """

    name: str
    comment: str
    center_m: tuple[float, float, float]
    surfaces: Sequence[SurfaceSite]
    pieces: Sequence[Placed]
    materials: Sequence[Material]
    textures: Mapping[str, Callable[[], Indexed]]
    lamps_m: tuple[float, float, float] | None = None


def scene_files(source: Environment) -> dict[str, bytes]:
    """All files by relative path: ``scene.xml``, ``meshes/`` and ``textures/``."""
    files = {'scene.xml': text_bytes(scene_lines(source))}
    for placed in _distinct(source.pieces):
        for part in placed.piece.parts:
            text = obj_text(part.surface)
            files[f'meshes/{placed.piece.name}_{part.name}.obj'] = text.encode('ascii')
    for name, paint in source.textures.items():
        files[f'textures/{name}.png'] = png_bytes(paint())
    files['textures/sky.png'] = png_bytes(sky())
    return files


def _distinct(pieces: Sequence[Placed]) -> list[Placed]:
    """One of each piece; a piece may stand in several places."""
    return list({placed.piece.name: placed for placed in reversed(pieces)}.values())[::-1]


def scene_lines(source: Environment) -> Iterator[str]:
    """The MJCF."""
    yield f'<mujoco model="{source.name}">'
    yield f'  <!-- {source.comment} -->'
    yield '  <compiler angle="radian" meshdir="meshes" texturedir="textures"/>'
    yield '  <option integrator="implicitfast"/>'
    yield f'  <statistic center="{numbers(source.center_m)}" extent="4"/>'
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
    yield from _asset_lines(source)
    yield '  <worldbody>'
    yield from _site_lines(source)
    for placed in source.pieces:
        yield from _body_lines(placed)
    yield '  </worldbody>'
    yield '</mujoco>'


def _asset_lines(source: Environment) -> Iterator[str]:
    yield '  <asset>'
    sky_faces = 'gridsize="6 1" gridlayout="RLUDFB"'
    yield f'    <texture name="sky" type="skybox" file="sky.png" {sky_faces}/>'
    for name in source.textures:
        yield f'    <texture name="{name}" type="2d" file="{name}.png"/>'
    for material in source.materials:
        yield f'    {material.xml()}'
    for placed in _distinct(source.pieces):
        for part in placed.piece.parts:
            mesh = f'{placed.piece.name}_{part.name}'
            yield f'    <mesh name="{mesh}" class="visual" file="{mesh}.obj"/>'
    yield '  </asset>'


def _site_lines(source: Environment) -> Iterator[str]:
    for surface in source.surfaces:
        yield (
            f'    <site name="surface_{surface.name}" class="surface" '
            f'pos="{numbers(surface.center_m)}" size="{numbers((*surface.half_size_m, 0.001))}"'
            f'{_heading(surface.yaw_deg)}/>'
        )
    if source.lamps_m is not None:
        yield f'    <site name="lamps" group="4" pos="{numbers(source.lamps_m)}"/>'


def _heading(yaw_deg: float) -> str:
    return f' euler="0 0 {numbers([yaw_deg * _RADIANS], 6)}"' if yaw_deg else ''


def _body_lines(placed: Placed) -> Iterator[str]:
    yield (
        f'    <body name="{placed.body}" pos="{numbers(placed.position_m)}"'
        f'{_heading(placed.yaw_deg)}>'
    )
    for part in placed.piece.parts:
        yield (
            f'      <geom name="{placed.body}_{part.name}" class="visual" '
            f'mesh="{placed.piece.name}_{part.name}" material="{part.material}"/>'
        )
    for number, box in enumerate(placed.piece.boxes):
        half = [extent / 2 for extent in box.size_m]
        name = box.name or f'{placed.body}_collision_{number}'
        yield (
            f'      <geom name="{name}" class="collision" '
            f'size="{numbers(half)}" pos="{numbers(box.center_m)}"/>'
        )
    yield '    </body>'
