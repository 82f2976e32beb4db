"""Shapes without physics: what flies, hides objects or fills the background."""

from __future__ import annotations

from dataclasses import replace

import mujoco
import numpy as np
import scipy.spatial
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.randomize.scene import SampledShape
from synth_ros.scene import mass
from synth_ros.scene.compiled import ShapePart
from synth_ros.scene.retexture import retextured
from synth_ros.scene.solid import Solid, SolidGeom, SolidLook, SolidMesh, visible_bounds
from synth_ros.scene.solid_spec import add_looks, add_solid
from synth_ros.scene.texture_images import ImageFiles
from synth_ros.scene.texture_pixels import FACE_PIXELS
from synth_ros.types import FloatArray

PARKED_M = (0.0, 0.0, -50.0)
"""Where shapes wait that are not in use: below every floor, beyond every far plane."""

_PREFIX = 'hanging/'
# There are many in the background, none of them near.
_FACE_PIXELS = {'flying': FACE_PIXELS, 'occluder': FACE_PIXELS, 'background': 48}
_DENSITY_KG_M3 = 100.0
_SUBDIVISIONS = 3
_LUMPS = 5
_LEAF_CORNERS = 72
_LEAF_WAVES = 0.5


def add_shapes(spec: mujoco.MjSpec, shapes: tuple[SampledShape, ...], images: ImageFiles) -> None:
    """Add shapes to a scene, each a body that can be put anywhere at any time, all parked."""
    for shape in shapes:
        prefix = f'{_PREFIX}{shape.name}/'
        solid = shape_solid(shape)
        if shape.texture is not None:
            solid = retextured(solid, shape.texture, images, star_shaped=shape.shape == 'blob')
        add_looks(spec, solid, f'{prefix}look/')
        add_solid(spec, solid, prefix=prefix, parent=spec.worldbody)
        body = spec.body(f'{prefix}body')
        body.mocap = True
        body.pos = PARKED_M
        for number, geom in enumerate(solid.geoms):
            spec.geom(f'{prefix}geom{number}').material = f'{prefix}look/look{geom.look}'


def shape_part(model: mujoco.MjModel, shape: SampledShape) -> ShapePart:
    """Where a shape is in a compiled scene."""
    body = model.body(f'{_PREFIX}{shape.name}/body').id
    geom = int(model.body_geomadr[body])
    return ShapePart(
        name=shape.name,
        role=shape.role,
        body_id=int(body),
        mocap_id=int(model.body_mocapid[body]),
        geom_id=geom,
        radius_m=float(model.geom_rbound[geom] + np.linalg.norm(model.geom_pos[geom])),
    )


def shape_solid(shape: SampledShape) -> Solid:
    """The solid that a drawn shape stands for, in its drawn colour."""
    x, y, z = (extent / 2 for extent in shape.size_m)
    meshes: tuple[SolidMesh, ...] = ()
    match shape.shape:
        case 'box' | 'panel' | 'bar':
            geom = SolidGeom('box', (x, y, z), collides=False)
        case 'sphere':
            geom = SolidGeom('sphere', (x, 0.0, 0.0), collides=False)
        case 'ellipsoid':
            geom = SolidGeom('ellipsoid', (x, y, z), collides=False)
        case 'cylinder':
            geom = SolidGeom('cylinder', (x, z, 0.0), collides=False)
        case 'capsule':
            geom = SolidGeom('capsule', (x, max(z - x, 1e-6), 0.0), collides=False)
        case 'blob':
            meshes = (blob(shape.seed, (x, y, z)),)
            geom = SolidGeom('mesh', (0.0, 0.0, 0.0), mesh=0, collides=False)
        case 'leaf' | 'disc':
            waves = _LEAF_WAVES if shape.shape == 'leaf' else 0.0
            meshes = (leaf(shape.seed, (x, y, z), waves=waves),)
            geom = SolidGeom('mesh', (0.0, 0.0, 0.0), mesh=0, collides=False)
        case _:
            raise InternalError(f'There is no shape {shape.shape!r}.')
    gloss = 1 - shape.roughness
    look = SolidLook(
        (*shape.rgb, 1.0),
        specular=0.5 * gloss,
        shininess=gloss,
        metallic=shape.metallic,
        roughness=shape.roughness,
    )
    return Solid(
        geoms=(geom,),
        meshes=meshes,
        looks=(look,),
        textures=(),
        # It never moves by itself, but a body has some mass.
        mass=mass.from_geometry((replace(geom, collides=True),), meshes, _DENSITY_KG_M3),
        bounds=visible_bounds((geom,), meshes),
    )


def blob(seed: int, half_size_m: tuple[float, float, float]) -> SolidMesh:
    """A lump like a stone: a ball whose radius waves with direction.

    Args:
        seed: Its form.
        half_size_m: Half extents along its axes; each is met.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    directions, faces = _ball()
    waves = rng.standard_normal((_LUMPS, 3)) * 2.2
    phases = rng.random(_LUMPS) * 2 * np.pi
    lumps = np.cos(directions @ waves.T + phases).sum(axis=1) / _LUMPS
    points = directions * (1 + 0.45 * lumps)[:, None]
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    points = (points - middle) * (np.asarray(half_size_m) / (np.ptp(points, axis=0) / 2))
    return SolidMesh(points, faces, normals=_smooth_normals(points, faces))


def leaf(
    seed: int, half_size_m: tuple[float, float, float], *, waves: float = _LEAF_WAVES
) -> SolidMesh:
    """A flat piece with a wavy outline, of even thickness.

    Args:
        seed: Its form.
        half_size_m: Half extents along its axes; each is met.
        waves: How strong; 0 for an ellipse.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    angles = np.arange(_LEAF_CORNERS) * 2 * np.pi / _LEAF_CORNERS
    radius = np.ones(_LEAF_CORNERS)
    for count in range(2, 6):
        phase = 2 * np.pi * rng.random()
        radius += waves / count * rng.random() * np.cos(count * angles + phase)
    rim = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1)
    middle = (rim.max(axis=0) + rim.min(axis=0)) / 2
    factor = np.asarray(half_size_m[:2]) / (np.ptp(rim, axis=0) / 2)
    rim = (rim - middle) * factor
    centre = -middle * factor
    top = np.column_stack([np.vstack([rim, centre]), np.full(_LEAF_CORNERS + 1, half_size_m[2])])
    points = np.vstack([top, top * [1, 1, -1]])
    here = np.arange(_LEAF_CORNERS)
    after, below = np.roll(here, -1), _LEAF_CORNERS + 1
    hub = np.full(_LEAF_CORNERS, _LEAF_CORNERS)
    faces = np.concatenate(
        [
            np.stack([hub, here, after], axis=1),
            np.stack([hub + below, after + below, here + below], axis=1),
            np.stack([here, here + below, after + below], axis=1),
            np.stack([here, after + below, after], axis=1),
        ]
    )
    # Corners of its own for each face: flat sides, sharp edges.
    flat = np.arange(3 * len(faces), dtype=np.int32).reshape(-1, 3)
    corners = points[faces.ravel()]
    sides = np.cross(corners[1::3] - corners[0::3], corners[2::3] - corners[0::3])
    sides /= np.maximum(np.linalg.norm(sides, axis=1, keepdims=True), 1e-30)
    return SolidMesh(corners, flat, normals=np.repeat(sides, 3, axis=0))


def _ball() -> tuple[FloatArray, NDArray[np.int32]]:
    """An icosahedron whose faces were cut in four again and again: directions and faces."""
    golden = (1 + 5**0.5) / 2
    corners = [(0.0, a, b) for a in (-1.0, 1.0) for b in (-golden, golden)]
    points = [(p[k % 3], p[(k + 1) % 3], p[(k + 2) % 3]) for k in range(3) for p in corners]
    vertices = np.array(points) / np.linalg.norm(points[0])
    hull = scipy.spatial.ConvexHull(vertices)
    faces = hull.simplices.astype(np.int64)
    middle = vertices[faces]
    inward = np.einsum(
        'ij,ij->i',
        np.cross(middle[:, 1] - middle[:, 0], middle[:, 2] - middle[:, 0]),
        middle[:, 0],
    )
    faces[inward < 0] = faces[inward < 0][:, ::-1]
    for _ in range(_SUBDIVISIONS):
        vertices, faces = _quartered(vertices, faces)
    return vertices, faces.astype(np.int32)


def _quartered(
    vertices: FloatArray, faces: NDArray[np.int64]
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Each triangle as four, new corners on the unit sphere."""
    edges = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    unique, number = np.unique(edges, axis=0, return_inverse=True)
    halves = vertices[unique].sum(axis=1)
    halves /= np.linalg.norm(halves, axis=1, keepdims=True)
    ab, bc, ca = (number.reshape(-1, 3) + len(vertices)).T
    a, b, c = faces.T
    parts = [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
    return np.vstack([vertices, halves]), np.concatenate([np.stack(p, axis=1) for p in parts])


def _smooth_normals(points: FloatArray, faces: NDArray[np.int32]) -> FloatArray:
    """Mean normals of the faces around each vertex, weighted by area."""
    corners = points[faces]
    doubled = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(points)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], doubled)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30))
