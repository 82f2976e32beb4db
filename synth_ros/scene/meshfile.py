"""Reads mesh files (OBJ, STL, PLY, GLB, DAE, ...) through trimesh, colours included."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from trimesh.visual import ColorVisuals, TextureVisuals

from synth_ros.errors import AssetError
from synth_ros.scene.meshnames import ObjNames, gltf_name
from synth_ros.scene.shading import bake_face_colors, smooth_corners
from synth_ros.scene.solid import SolidLook, SolidMesh, SolidTexture
from synth_ros.types import ByteImage, FloatArray

PLAIN_RGBA = (0.7, 0.7, 0.7, 1.0)

_Y_UP_FORMATS = ('.glb', '.gltf')
_Z_UP_FROM_Y_UP = np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])


class MeshPiece(NamedTuple):
    """A part of a mesh file that has one material.

    Attributes:
        mesh: Geometry in the file's frame, metres.
        look: Its material; its texture index is 0 where there is a texture.
        texture: The colour texture, or ``None``.
        is_plain: Whether the file gives no colour.
        part: Name of the glTF node, OBJ object or OBJ group, if the file names several.
    """

    mesh: SolidMesh
    look: SolidLook
    texture: SolidTexture | None
    is_plain: bool
    part: str = ''


class MeshFile(NamedTuple):
    """The pieces of a mesh file, and what was wrong with it, as clauses."""

    pieces: tuple[MeshPiece, ...]
    notes: tuple[str, ...]


def load_mesh_file(path: Path) -> MeshFile:
    """Read a mesh file.

    Its own axes are kept, but for glTF files (GLB), whose standard has y up: they are turned to
    z up. DAE units other than metres are converted, as RViz does.

    Raises:
        AssetError: If it is missing, unreadable, or has no triangles.
    """
    if not path.is_file():
        raise AssetError(path, 'there is no such mesh file.')
    scene, notes, obj = _read_scene(path)
    upright = _Z_UP_FROM_Y_UP if path.suffix.lower() in _Y_UP_FORMATS else np.eye(4)
    pieces = [
        _piece(mesh, path)._replace(part=obj.of_node(node) or gltf_name(scene, node, path))
        for node, mesh in _meshes(scene, upright)
        if len(mesh.faces)
    ]
    if not pieces:
        raise AssetError(path, 'the mesh file holds no triangles.')
    if len({piece.part for piece in pieces}) == 1:
        # One name for the whole says nothing.
        pieces = [piece._replace(part='') for piece in pieces]
    return MeshFile(tuple(pieces), notes)


def _read_scene(path: Path) -> tuple[trimesh.Scene, tuple[str, ...], ObjNames]:
    obj = ObjNames(path)
    if path.suffix.lower() == '.dae':
        try:
            return trimesh.load_scene(str(path), process=False, ignore_broken=False), (), obj
        except Exception:  # noqa: BLE001  each format raises its own; the second try reports
            notes = ('some of its references are broken, parts may be missing',)
            return _checked_parse(path, obj), notes, obj
    return _checked_parse(path, obj), (), obj


def _checked_parse(path: Path, obj: ObjNames) -> trimesh.Scene:
    try:
        if obj.names:
            return trimesh.load_scene(
                str(path),
                process=False,
                split_objects=obj.split_objects,
                split_groups=obj.split_groups,
            )
        return trimesh.load_scene(str(path), process=False)
    except Exception as error:
        if path.suffix.lower() == '.dae' and importlib.util.find_spec('collada') is None:
            raise AssetError(
                path, 'reading DAE needs pycollada; run `pip install pycollada`.'
            ) from error
        kinds = ', '.join(sorted(trimesh.available_formats()))
        raise AssetError(
            path, f'it cannot be read as a mesh: {error!s:.200} (readable formats: {kinds}).'
        ) from error


def _meshes(scene: trimesh.Scene, upright: FloatArray) -> list[tuple[str, trimesh.Trimesh]]:
    """All nodes with a mesh and their meshes, z up in metres, in the order of the file.

    Args:
        scene: What was read.
        upright: Rotation to z up from the file's frame, (4, 4).
    """
    out = []
    for node in scene.graph.nodes_geometry:
        transform, name = scene.graph[node]
        geometry = scene.geometry[name]
        if isinstance(geometry, trimesh.Trimesh):
            mesh = geometry.copy()
            mesh.apply_transform(upright @ transform)
            mesh.vertices = np.asarray(mesh.vertices) * _metres_per_unit(mesh)
            out.append((str(node), mesh))
    return out


def _metres_per_unit(mesh: trimesh.Trimesh) -> float:
    """DAE files state their unit, read as ``'0.01 * meters'``."""
    units = str(mesh.metadata.get('units') or '')
    factor, star, rest = units.partition('*')
    return float(factor) if star and rest.strip() == 'meters' else 1.0


def _piece(mesh: trimesh.Trimesh, path: Path) -> MeshPiece:
    vertices = np.asarray(mesh.vertices, np.float64)
    faces = np.asarray(mesh.faces, np.int64)
    if not np.isfinite(vertices).all():
        raise AssetError(path, 'the mesh has vertices that are not numbers.')
    corner_uv, look, texture, plain = _appearance(mesh, path)
    normals = smooth_corners(vertices, faces)
    return MeshPiece(_welded(vertices, faces, normals, uv=corner_uv), look, texture, plain)


def _welded(
    vertices: FloatArray,
    faces: NDArray[np.int64],
    normals: FloatArray,
    *,
    uv: FloatArray | None,
) -> SolidMesh:
    """One vertex for each different (position, normal, texture coordinate)."""
    corners = [vertices[faces].reshape(-1, 3), normals.reshape(-1, 3)]
    if uv is not None:
        corners.append(uv.reshape(-1, 2))
    rows = np.concatenate(corners, axis=1).astype(np.float32)
    rows32, inverse = np.unique(rows, axis=0, return_inverse=True)
    unique = rows32.astype(np.float64)
    return SolidMesh(
        unique[:, :3],
        inverse.reshape(-1, 3).astype(np.int32),
        normals=unique[:, 3:6],
        # trimesh counts v upwards, MuJoCo downwards.
        texcoords=None if uv is None else unique[:, 6:] * [1, -1] + [0, 1],
    )


def _appearance(
    mesh: trimesh.Trimesh, path: Path
) -> tuple[FloatArray | None, SolidLook, SolidTexture | None, bool]:
    """Texture coordinates per corner (f, 3, 2), material, texture, and whether it is plain."""
    visual = mesh.visual
    if isinstance(visual, TextureVisuals):
        return _textured(visual, np.asarray(mesh.faces), path)
    if isinstance(visual, ColorVisuals) and visual.kind is not None:
        colors = np.asarray(visual.vertex_colors, np.uint8)[mesh.faces]
        if visual.kind == 'face':
            colors = np.repeat(np.asarray(visual.face_colors, np.uint8)[:, None], 3, axis=1)
        if np.all(colors == colors[0, 0]):
            return None, SolidLook(_rgba(colors[0, 0])), None, False
        uv, pixels = bake_face_colors(colors[..., :3])
        return uv, SolidLook((1.0,) * 4, textures=_ROLE, tint='value'), _texture(pixels), False
    return None, SolidLook(PLAIN_RGBA), None, True


def _textured(
    visual: TextureVisuals, faces: NDArray[np.int64], path: Path
) -> tuple[FloatArray | None, SolidLook, SolidTexture | None, bool]:
    """The same for a mesh with texture coordinates or a material."""
    material, uv = visual.material, visual.uv
    image = getattr(material, 'baseColorTexture', None) or getattr(material, 'image', None)
    factor = getattr(material, 'baseColorFactor', None)
    if factor is None and image is None:
        factor = getattr(material, 'diffuse', None)
    rgba = (1.0,) * 4 if factor is None and image is not None else PLAIN_RGBA
    if factor is not None:
        rgba = _rgba(np.asarray(factor))
    if image is None or uv is None:
        return None, SolidLook(rgba), None, factor is None
    try:
        pixels = np.asarray(image.convert('RGB'), np.uint8)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise AssetError(path, f'its texture cannot be read: {error}.') from error
    corner_uv = np.nan_to_num(np.asarray(uv, np.float64))[faces]
    return corner_uv, SolidLook(rgba, textures=_ROLE, tint='value'), _texture(pixels), False


def _rgba(color: NDArray[np.generic]) -> tuple[float, float, float, float]:
    values = [float(c) for c in color]
    if np.issubdtype(color.dtype, np.integer):
        values = [value / 255 for value in values]
    red, green, blue, alpha = (*values, 1.0)[:4]
    return red, green, blue, alpha


def _texture(pixels: ByteImage) -> SolidTexture:
    return SolidTexture(
        np.ascontiguousarray(pixels),
        kind=int(mujoco.mjtTexture.mjTEXTURE_2D),
        colorspace=int(mujoco.mjtColorSpace.mjCOLORSPACE_AUTO),
    )


def _rgb_role() -> tuple[int, ...]:
    roles = [-1] * int(mujoco.mjtTextureRole.mjNTEXROLE)
    roles[int(mujoco.mjtTextureRole.mjTEXROLE_RGB)] = 0
    return tuple(roles)


_ROLE = _rgb_role()
