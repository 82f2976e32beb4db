"""Dresses a solid in a drawn texture instead of its own look."""

from __future__ import annotations

from dataclasses import replace

import mujoco
import numpy as np

from synth_ros.randomize.scene import SampledTexture
from synth_ros.scene.solid import Solid, SolidGeom, SolidLook, SolidMesh, SolidTexture
from synth_ros.scene.texture_images import ImageFiles
from synth_ros.scene.texture_pixels import FACE_PIXELS, cube_texture, flat_texture
from synth_ros.types import FloatArray

_ROLE = int(mujoco.mjtTextureRole.mjTEXROLE_RGB)
_ROLES = int(mujoco.mjtTextureRole.mjNTEXROLE)


def retextured(
    solid: Solid,
    drawn: SampledTexture,
    images: ImageFiles,
    *,
    scale: float = 1.0,
    star_shaped: bool = False,
    face_pixels: int = FACE_PIXELS,
) -> Solid:
    """The same solid with a drawn texture all over it.

    A mesh gets a tile at the texture's own scale: texture coordinates are laid onto it along
    that axis of its frame which its faces look at most; an image keeps the coordinates that the
    mesh has. A primitive gets a cube that shows a solid pattern without seams.

    Args:
        solid: Any solid.
        drawn: The texture.
        images: The images of the config.
        scale: Factor on the solid's size in the scene: the pattern keeps its own.
        star_shaped: Whether its meshes are such that a ray from the middle leaves them once:
            they then get a cube, too.
        face_pixels: Edge of each side of a cube.
    """
    flat = [g.shape == 'mesh' and not star_shaped for g in solid.geoms]
    textures: list[SolidTexture] = []
    number_of: dict[str, int] = {}
    shown = [g for g in solid.geoms if g.visible]
    if any(is_flat and g.visible for is_flat, g in zip(flat, solid.geoms, strict=True)):
        number_of['flat'] = len(textures)
        textures.append(flat_texture(drawn, images))
    if any(g.shape != 'mesh' or star_shaped for g in shown):
        number_of['cube'] = len(textures)
        largest = max(shown, key=lambda g: float(np.prod(_half_size(g, solid))))
        x, y, z = (scale * half for half in _half_size(largest, solid))
        textures.append(cube_texture(drawn, images, half_size_m=(x, y, z), pixels=face_pixels))
    repeat = (1.0, 1.0)
    own = drawn.family == 'image' and all(
        solid.meshes[g.mesh].texcoords is not None for g in shown if g.mesh >= 0
    )
    meshes = solid.meshes
    if 'flat' in number_of and not own:
        repeat = (scale / drawn.tile_m, scale / drawn.tile_m)
        seen = {g.mesh for g in shown}
        meshes = tuple(
            box_mapped(mesh) if number in seen else mesh for number, mesh in enumerate(meshes)
        )
    looks, geoms = [], []
    for geom, is_flat in zip(solid.geoms, flat, strict=True):
        texture = number_of.get('flat' if is_flat else 'cube', -1)
        look = solid.looks[geom.look] if is_flat else _without_pbr(solid.looks[geom.look])
        look = _dressed(look, texture, repeat if is_flat else (1.0, 1.0))
        if look not in looks:
            looks.append(look)
        geoms.append(replace(geom, look=looks.index(look)))
    return replace(
        solid, geoms=tuple(geoms), meshes=meshes, looks=tuple(looks), textures=tuple(textures)
    )


def box_mapped(mesh: SolidMesh) -> SolidMesh:
    """The mesh with texture coordinates in metres along the axes of its own frame.

    Each face is seen along the axis that its normal is nearest to, as if pictures were
    projected on it from six sides; vertices are doubled where the side changes.
    """
    corners = mesh.vertices_m[mesh.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    axis = np.abs(normals).argmax(axis=1)
    key = (mesh.faces.astype(np.int64) * 3 + axis[:, None]).ravel()
    used, faces = np.unique(key, return_inverse=True)
    vertex, side = used // 3, used % 3
    points: FloatArray = mesh.vertices_m[vertex]
    # Columns to the right, rows downwards where z is up; from above, y is up.
    across = np.where(side == 0, points[:, 1], points[:, 0])
    down = -np.where(side == 2, points[:, 1], points[:, 2])
    return SolidMesh(
        vertices_m=points,
        faces=faces.reshape(-1, 3).astype(np.int32),
        normals=None if mesh.normals is None else mesh.normals[vertex],
        texcoords=np.stack([across, down], axis=1),
    )


def _half_size(geom: SolidGeom, solid: Solid) -> tuple[float, float, float]:
    """Half extents of a shape along its own axes."""
    x, y, z = geom.size_m
    match geom.shape:
        case 'sphere':
            return x, x, x
        case 'cylinder':
            return x, x, y
        case 'capsule':
            return x, x, x + y
        case 'mesh':
            spread = np.ptp(solid.meshes[geom.mesh].vertices_m, axis=0) / 2
            return float(spread[0]), float(spread[1]), float(spread[2])
        case _:
            return x, y, z


def _without_pbr(look: SolidLook) -> SolidLook:
    """A look of like gloss in classic terms: Filament dies of a cube on a physical material."""
    if look.metallic < 0 and look.roughness < 0:
        return look
    gloss = 1 - look.roughness if look.roughness >= 0 else 0.0
    # As the one-pass renderer reads it: roughness is 1 - 0.7 shininess.
    return replace(
        look, metallic=-1.0, roughness=-1.0, specular=0.5, shininess=min(gloss / 0.7, 1.0)
    )


def _dressed(look: SolidLook, texture: int, repeat: tuple[float, float]) -> SolidLook:
    """A look whose colour is the texture's alone; its gloss and opacity stay."""
    roles = [-1] * _ROLES
    roles[_ROLE] = texture
    return replace(
        look,
        rgba=(1.0, 1.0, 1.0, look.rgba[3]),
        textures=tuple(roles) if texture >= 0 else (),
        texrepeat=repeat,
        texuniform=False,
        tint='value',
    )
