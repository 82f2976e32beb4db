"""Exact surface normals: of the shape, or of the triangle, that each pixel's ray meets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError
from synth_ros.geometry.transforms import inverse
from synth_ros.labels.boxes import VisibleRegion
from synth_ros.labels.lookup import known_scene
from synth_ros.labels.runs import surface_regions
from synth_ros.types import NO_MESH, FloatArray, Frame, SceneState, TriangleMesh

_NO_FORMULA = frozenset({'mesh', 'soft'})
_ROUND = frozenset({'sphere', 'ellipsoid', 'cylinder', 'capsule'})


def surface_normals(frame: Frame) -> NDArray[np.float32]:
    """Geometric normal of the surface at the point that each pixel's centre shows.

    Planes, spheres, capsules, ellipsoids, cylinders and boxes: the normal of the true shape, not
    of the polygons that renderers draw for it. Meshes: the normal of the facet, whatever normals
    the mesh is shaded with. What bends is a mesh or a chain of capsules of this instant. Nothing
    is taken from differences of depth.

    A frame that brings the normals of the facets that were drawn (``frame.normals``) keeps those
    of all that has flat faces and does not bend; else the facet of each pixel is looked for
    (``facet_kernel``).

    Args:
        frame: The clean frame, with surface ids and scene.

    Returns:
        Shape (height, width, 3), float32, unit, optical frame, towards the camera's side: its
        product with the pixel's ray is not positive. 0 where nothing is.

    Raises:
        InternalError: The frame lacks its scene, or a pixel shows a surface that is not drawn.
    """
    geom_id, scene = known_scene(frame)
    shown = surface_regions(frame)
    surfaces = scene.geometry.surfaces
    if frame.normals is None:
        normals = np.zeros((*geom_id.shape, 3), np.float32)
        meshes = [geom for geom in shown if _triangles(scene, geom) is not None]
        formulas = [geom for geom in shown if surfaces[geom].shape not in _NO_FORMULA]
        _of_tubes(frame, scene, normals=normals)
    else:
        formulas = [geom for geom in shown if surfaces[geom].shape in _ROUND]
        # Of what bends, renderers give what it is shaded with.
        meshes = [geom for geom in shown if surfaces[geom].shape == 'soft']
        meshes = [geom for geom in meshes if _triangles(scene, geom) is not None]
        nothing = (frame.depth_m <= 0) | (geom_id < 0)
        if not formulas and not meshes and not nothing.any():
            return frame.normals
        normals = frame.normals.copy()
        normals[nothing] = 0
    if formulas:
        _of_shapes(frame, scene, formulas, normals=normals)
    if meshes:
        _of_facets(frame, scene, {geom: shown[geom] for geom in meshes}, normals=normals)
    normals.flags.writeable = False
    return normals


def _of_shapes(
    frame: Frame, scene: SceneState, geoms: list[int], *, normals: NDArray[np.float32]
) -> None:
    """Fill in the normals of pixels that show shapes with a formula."""
    from synth_ros.labels.compiled import constant
    from synth_ros.labels.picture import picture, rays
    from synth_ros.labels.shape_kernel import Shapes, shape_image
    from synth_ros.labels.shape_normals import kind_of, size_of

    count = len(scene.geometry.surfaces)
    kind, size = np.zeros(count, np.int8), np.ones((count, 3))
    wanted = np.zeros(count, np.bool_)
    for geom in geoms:
        kind[geom] = kind_of(scene.geometry.surfaces[geom])
        size[geom] = size_of(scene.geometry.surfaces[geom])
        wanted[geom] = True
    pose = _camera_from_geom(frame, scene)
    rotation = pose[:, :3, :3]
    origin = -np.einsum('nji,nj->ni', rotation, pose[:, :3, 3])
    shapes = Shapes(*(constant(array) for array in (kind, size, rotation, origin, wanted)))
    shape_image(shapes, (picture(frame), rays(frame)), normals)


def _of_facets(
    frame: Frame,
    scene: SceneState,
    shown: dict[int, VisibleRegion],
    *,
    normals: NDArray[np.float32],
) -> None:
    """Fill in the normals of pixels that show meshes."""
    from synth_ros.labels.compiled import constant
    from synth_ros.labels.facet_kernel import Found, Mesh, find_facets
    from synth_ros.labels.picture import picture

    size = normals.shape[:2]
    found = Found(np.full(size, np.inf), np.zeros(size, np.uint8), normals)
    view = picture(frame)
    pose = _camera_from_geom(frame, scene)
    for geom, region in shown.items():
        triangles = _triangles(scene, geom)
        assert triangles is not None
        box = region.box
        mesh = Mesh(
            geom,
            region.pixels,
            constant(triangles.vertices_m),
            constant(triangles.faces),
            constant(pose[geom, :3]),
            *box,
        )
        find_facets(mesh, view, found)


def _of_tubes(frame: Frame, scene: SceneState, *, normals: NDArray[np.float32]) -> None:
    """Fill in the normals of pixels that show cables and tendons."""
    from synth_ros.labels.soft_normals import tube_normals

    first = len(scene.geometry.surfaces) - len(scene.soft)
    for number, shape in enumerate(scene.soft):
        pixels = np.flatnonzero(frame.geom_id == first + number)
        if pixels.size and shape.mesh is None and shape.tubes is None:
            raise InternalError(f'A pixel shows the soft surface {number}, which is not drawn.')
        if pixels.size and shape.tubes is not None:
            normals.reshape(-1, 3)[pixels] = tube_normals(frame, shape.tubes, pixels)


def _triangles(scene: SceneState, surface: int) -> TriangleMesh | None:
    """The mesh that a surface is now; ``None`` for what is none."""
    soft = scene.soft_shape(surface)
    if soft is not None:
        return soft.mesh
    mesh = scene.geometry.surfaces[surface].mesh
    return None if mesh == NO_MESH else scene.geometry.meshes[mesh]


def _camera_from_geom(frame: Frame, scene: SceneState) -> FloatArray:
    """Of all surfaces, shape (n, 4, 4)."""
    pose: FloatArray = inverse(frame.world_from_camera) @ scene.world_from_geom
    return pose
