"""A rigid labelled object as plain data: what every source of objects is turned into.

Everything is in the object's own frame, in metres and at scale 1. MJCF, mesh files and
primitives all end here, so that scaling, tinting, collision and mass have one meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synth_ros.config.objects import SymmetryConfig
from synth_ros.geometry.transforms import make_transform, matrix_from_quat_wxyz
from synth_ros.types import ByteImage, FloatArray, KeypointSpec

Shape = Literal['box', 'sphere', 'cylinder', 'capsule', 'ellipsoid', 'mesh']
Tint = Literal['hue', 'value', 'none']

IDENTITY_QUAT = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class SolidMesh:
    """A triangle mesh; vertices are doubled along seams of normals and texture.

    (MuJoCo 4.0 ignores separate normal indices of a mesh that is passed as arrays.)

    Attributes:
        vertices_m: Shape (n, 3).
        faces: Vertex indices, shape (f, 3), int32, counter-clockwise from outside.
        normals: Shape (n, 3), or ``None``: computed from the faces.
        texcoords: Shape (n, 2), v downwards as MuJoCo stores it, or ``None``.
    """

    vertices_m: FloatArray
    faces: NDArray[np.int32]
    normals: FloatArray | None = None
    texcoords: FloatArray | None = None


@dataclass(frozen=True)
class SolidTexture:
    """Decoded texture pixels.

    Attributes:
        pixels: Shape (height, width, channels), uint8, first row first in MuJoCo's order.
        kind: MuJoCo's ``mjtTexture`` value (2d or cube).
        colorspace: MuJoCo's ``mjtColorSpace`` value.
    """

    pixels: ByteImage
    kind: int
    colorspace: int


@dataclass(frozen=True)
class SolidLook:
    """The material of a surface.

    Attributes:
        rgba: Colour, multiplied with the texture.
        textures: Index into the solid's textures for each MuJoCo texture role, -1 for none.
        texrepeat: Texture repeats along u and v.
        texuniform: Whether repeats are per metre.
        emission: Phong emission.
        specular: Phong specular strength.
        shininess: Phong shininess.
        reflectance: Mirror strength.
        metallic: Physically based metallic factor, negative when unset.
        roughness: Physically based roughness, negative when unset.
        tint: What colour randomization does: turn hue and value, value only, or nothing.
    """

    rgba: tuple[float, float, float, float]
    textures: tuple[int, ...] = ()
    texrepeat: tuple[float, float] = (1.0, 1.0)
    texuniform: bool = False
    emission: float = 0.0
    specular: float = 0.4
    shininess: float = 0.5
    reflectance: float = 0.0
    metallic: float = -1.0
    roughness: float = -1.0
    tint: Tint = 'none'

    def with_texture(self, index: int) -> SolidLook:
        """The same look with another texture in every role that has one."""
        return replace(self, textures=tuple(index if old >= 0 else -1 for old in self.textures))


@dataclass(frozen=True)
class SolidGeom:
    """One shape of an object.

    Attributes:
        shape: Kind of shape.
        size_m: MuJoCo's size numbers for the shape (half extents, radius and half length).
        position_m: Centre in the object frame.
        quat_wxyz: Object from shape.
        mesh: Index into the solid's meshes, -1 for other shapes.
        look: Index into the solid's looks.
        visible: Whether it is drawn.
        collides: Whether it touches other things.
        friction: Sliding, torsional (m) and rolling (m) coefficients.
        part: Name of the part it belongs to, empty if it has none.
    """

    shape: Shape
    size_m: tuple[float, float, float]
    position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    quat_wxyz: tuple[float, float, float, float] = IDENTITY_QUAT
    mesh: int = -1
    look: int = 0
    visible: bool = True
    collides: bool = True
    friction: tuple[float, float, float] = (0.7, 0.01, 0.001)
    part: str = ''


class MassProperties(NamedTuple):
    """Mass, centre of mass in the object frame, and inertia (3, 3) about that centre."""

    mass_kg: float
    center_m: FloatArray
    inertia_kg_m2: FloatArray


class Bounds(NamedTuple):
    """An axis-aligned box in the object frame: its centre and half extents, metres."""

    center_m: FloatArray
    half_size_m: FloatArray


@dataclass(frozen=True)
class Solid:
    """A rigid object.

    Attributes:
        geoms: At least one visible and one colliding.
        meshes: Meshes the geoms point to.
        looks: Materials the geoms point to.
        textures: Textures the looks point to.
        mass: Mass properties at scale 1.
        bounds: Tight box of the visible geoms.
    """

    geoms: tuple[SolidGeom, ...]
    meshes: tuple[SolidMesh, ...]
    looks: tuple[SolidLook, ...]
    textures: tuple[SolidTexture, ...]
    mass: MassProperties
    bounds: Bounds


class LoadedSolid(NamedTuple):
    """An object as its file has it.

    Attributes:
        solid: The object.
        notes: What was mended on the way, as clauses without the file's name.
        keypoints: Named points, object frame, metres.
        symmetry: Symmetries that the file declares; ``None`` if it does not say.
    """

    solid: Solid
    notes: tuple[str, ...]
    keypoints: tuple[KeypointSpec, ...] = ()
    symmetry: SymmetryConfig | None = None


def scaled(solid: Solid, factor: float) -> Solid:
    """The solid with all lengths multiplied, at constant density."""
    if factor == 1:
        return solid
    return replace(
        solid,
        geoms=tuple(
            replace(
                geom,
                size_m=_times(geom.size_m, factor),
                position_m=_times(geom.position_m, factor),
            )
            for geom in solid.geoms
        ),
        meshes=tuple(replace(mesh, vertices_m=mesh.vertices_m * factor) for mesh in solid.meshes),
        mass=scaled_mass(solid.mass, factor),
        bounds=Bounds(solid.bounds.center_m * factor, solid.bounds.half_size_m * factor),
    )


def scaled_mass(mass: MassProperties, factor: float) -> MassProperties:
    """Mass properties after scaling all lengths at constant density (m ~ s^3, I ~ s^5)."""
    return MassProperties(
        mass.mass_kg * factor**3, mass.center_m * factor, mass.inertia_kg_m2 * factor**5
    )


def visible_bounds(geoms: tuple[SolidGeom, ...], meshes: tuple[SolidMesh, ...]) -> Bounds:
    """Tight axis-aligned box of the visible geoms in the object frame, exact for each shape."""
    boxes = [_extent(geom, meshes) for geom in geoms if geom.visible]
    low: FloatArray = np.stack([box[0] for box in boxes]).min(axis=0)
    high: FloatArray = np.stack([box[1] for box in boxes]).max(axis=0)
    return Bounds((low + high) / 2, (high - low) / 2)


def geom_transform(geom: SolidGeom) -> FloatArray:
    """Object from shape, (4, 4)."""
    return make_transform(matrix_from_quat_wxyz(geom.quat_wxyz), geom.position_m)


def _extent(geom: SolidGeom, meshes: tuple[SolidMesh, ...]) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest coordinates of one geom."""
    transform = geom_transform(geom)
    rotation, centre = transform[:3, :3], transform[:3, 3]
    if geom.shape == 'mesh':
        points = meshes[geom.mesh].vertices_m @ rotation.T + centre
        return points.min(axis=0), points.max(axis=0)
    half = _support(geom, rotation)
    return centre - half, centre + half


def _support(geom: SolidGeom, rotation: FloatArray) -> FloatArray:
    """Half extents of a rotated primitive along the object's axes: its support function."""
    x, y, z = geom.size_m
    axis = rotation[:, 2]
    match geom.shape:
        case 'box':
            half = np.abs(rotation) @ np.array([x, y, z])
        case 'sphere':
            half = np.full(3, x)
        case 'capsule':
            half = x + y * np.abs(axis)
        case 'cylinder':
            half = x * np.sqrt(np.clip(1 - axis**2, 0, None)) + y * np.abs(axis)
        case _:
            half = np.sqrt((rotation**2) @ np.array([x, y, z]) ** 2)
    return np.asarray(half, dtype=np.float64)


def _times(values: tuple[float, float, float], factor: float) -> tuple[float, float, float]:
    return values[0] * factor, values[1] * factor, values[2] * factor
