"""Reads a labelled object from a mesh file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from synth_ros.config.objects import CollisionMode
from synth_ros.scene import mass
from synth_ros.scene.collision import collision_shape
from synth_ros.scene.solid import LoadedSolid, Solid, SolidGeom, SolidLook, visible_bounds
from synth_ros.types import FloatArray

if TYPE_CHECKING:
    from synth_ros.scene.meshfile import MeshPiece


def load_mesh_object(path: Path, *, density_kg_m3: float, collision: CollisionMode) -> LoadedSolid:
    """Read one rigid object; the file's own frame becomes the object's frame.

    Args:
        path: OBJ, STL, PLY, GLB or another format that trimesh reads.
        density_kg_m3: Density of the collision shape.
        collision: How the collision shape is made.

    Raises:
        AssetError: If the file is missing, unreadable, empty or flat.
    """
    # Half a second of imports that only mesh files need.
    from synth_ros.scene.meshfile import load_mesh_file

    loaded = load_mesh_file(path)
    shape = collision_shape(*_joined(loaded.pieces), mode=collision, path=path)
    visible = [
        SolidGeom('mesh', (0.0, 0.0, 0.0), mesh=i, look=i, collides=False, part=piece.part)
        for i, piece in enumerate(loaded.pieces)
    ]
    first = len(visible)
    hulls = [
        SolidGeom('mesh', (0.0, 0.0, 0.0), mesh=first + i, visible=False)
        for i in range(len(shape.parts))
    ]
    geoms = (*visible, *hulls)
    meshes = (*(piece.mesh for piece in loaded.pieces), *shape.parts)
    textures = [piece.texture for piece in loaded.pieces if piece.texture is not None]
    solid = Solid(
        geoms=geoms,
        meshes=meshes,
        looks=_looks(loaded.pieces),
        textures=tuple(textures),
        mass=mass.from_geometry(geoms, meshes, density_kg_m3),
        bounds=visible_bounds(geoms, meshes),
    )
    return LoadedSolid(solid, (*loaded.notes, *shape.notes))


def _joined(pieces: tuple[MeshPiece, ...]) -> tuple[FloatArray, NDArray[np.int32]]:
    """All pieces as one list of vertices and faces."""
    counts = np.cumsum([0, *(len(piece.mesh.vertices_m) for piece in pieces)])
    vertices = np.concatenate([piece.mesh.vertices_m for piece in pieces])
    faces = [piece.mesh.faces + start for piece, start in zip(pieces, counts[:-1], strict=True)]
    return vertices, np.concatenate(faces).astype(np.int32)


def _looks(pieces: tuple[MeshPiece, ...]) -> tuple[SolidLook, ...]:
    """Materials whose texture index counts through the object's textures."""
    looks, number = [], 0
    for piece in pieces:
        look = piece.look
        if piece.texture is not None:
            look = look.with_texture(number)
            number += 1
        looks.append(look)
    return tuple(looks)
