"""Exact surface normals: of the shape, or of the triangle, that each pixel's ray meets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synth_ros.geometry.camera import pixel_rays
from synth_ros.geometry.transforms import inverse
from synth_ros.labels.facet_search import find_facets
from synth_ros.labels.facets import facets
from synth_ros.labels.lookup import known_scene
from synth_ros.labels.shape_normals import Rays, shape_normals, towards_camera
from synth_ros.labels.surface_pixels import SurfacePixels, surface_pixels
from synth_ros.types import FloatArray, Frame, SceneState

# How far beyond its edges a facet is looked for: rounding, then a rasterizer's grid of 1/256
# pixel several times over, then where an outline moves by more than it should.
_MARGINS_PX = (1e-9, 0.02, 0.25)
# A pixel's facet is in doubt when their depths differ by more than this share.
_FAR = 1e-3


def surface_normals(frame: Frame) -> NDArray[np.float32]:
    """Geometric normal of the surface at the point that each pixel's centre shows.

    Planes, spheres, capsules, ellipsoids, cylinders and boxes: the normal of the true shape, not
    of the polygons that renderers draw for it. Meshes: the normal of the facet, whatever normals
    the mesh is shaded with. Nothing is taken from differences of depth.

    Args:
        frame: The clean frame, with surface ids and scene.

    Returns:
        Shape (height, width, 3), float32, unit, optical frame, towards the camera's side: its
        product with the pixel's ray is not positive. 0 where nothing is.

    Raises:
        InternalError: The frame lacks its scene, or a pixel shows a surface that is not drawn.
    """
    geom_id, scene = known_scene(frame)
    rays = pixel_rays(frame.camera).reshape(-1, 3)
    normals = np.zeros((rays.shape[0], 3), np.float32)
    meshes = []
    for shown in surface_pixels(geom_id):
        if scene.geometry.surfaces[shown.geom].shape == 'mesh':
            meshes.append(shown)
        else:
            normals[shown.pixels] = _analytic(frame, scene, shown, rays=rays[shown.pixels])
    if meshes:
        _of_facets(frame, scene, meshes, normals=normals)
    result = normals.reshape(*geom_id.shape, 3)
    result.flags.writeable = False
    return result


def _analytic(
    frame: Frame, scene: SceneState, shown: SurfacePixels, *, rays: FloatArray
) -> FloatArray:
    camera_from_geom = inverse(frame.world_from_camera) @ scene.world_from_geom[shown.geom]
    rotation = camera_from_geom[:3, :3]
    origin = -rotation.T @ camera_from_geom[:3, 3]
    local = Rays(origin, rays @ rotation)
    surface = scene.geometry.surfaces[shown.geom]
    normals = towards_camera(shape_normals(surface, local), local.directions)
    return np.asarray(normals @ rotation.T)


def _of_facets(
    frame: Frame, scene: SceneState, meshes: list[SurfacePixels], *, normals: NDArray[np.float32]
) -> None:
    """Fill in the normals of pixels that show meshes, in rounds with ever wider edges.

    Each round asks for the pixels that the one before left without a facet at their depth. A
    pixel keeps the facet whose depth is nearest; one that never finds any keeps no normal.
    """
    pending = np.full(frame.depth_m.shape, -1, np.int32)
    for shown in meshes:
        pending.ravel()[shown.pixels] = shown.geom
    error = np.full(pending.size, np.inf)
    for margin_px in _MARGINS_PX:
        candidates = facets(frame, scene, meshes, margin_px=margin_px)
        found = find_facets(candidates, pending, frame.depth_m, margin_px=margin_px)
        better = np.flatnonzero(found.error < error)
        error[better] = found.error[better]
        normals[better] = candidates.normals[found.facet[better]]
        off = np.flatnonzero((pending.ravel() >= 0) & (error > _FAR))
        if off.size == 0:
            return
        left = np.full(pending.size, -1, np.int32)
        left[off] = pending.ravel()[off]
        pending = left.reshape(pending.shape)
        meshes = list(surface_pixels(pending))
