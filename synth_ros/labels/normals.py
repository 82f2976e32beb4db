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
from synth_ros.types import FloatArray, Frame, IdImage, MaskImage, SceneState

# How far beyond its edges a facet is looked for: rounding, then a rasterizer's grid of 1/256
# pixel several times over, then where an outline moves by more than it should.
_MARGINS_PX = (1e-9, 0.02, 0.25, 2.0)
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
    normals = np.zeros((geom_id.size, 3), np.float32)
    meshes: list[SurfacePixels] = []
    shapes: list[SurfacePixels] = []
    for shown in surface_pixels(np.where(frame.depth_m > 0, geom_id, -1)):
        mesh = scene.geometry.surfaces[shown.geom].shape == 'mesh'
        (meshes if mesh else shapes).append(shown)
    if shapes:
        rays = pixel_rays(frame.camera).reshape(-1, 3)
        for shown in shapes:
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
    error = np.full(normals.shape[0], np.inf)
    for margin_px in _MARGINS_PX:
        candidates = facets(frame, scene, meshes, margin_px=margin_px)
        wanted = _image_of(meshes, frame.depth_m.shape)
        found = find_facets(candidates, wanted, frame.depth_m, margin_px=margin_px)
        better = np.flatnonzero(found.error < error)
        normals[better] = candidates.normals[found.facet[better]]
        error[better] = found.error[better]
        meshes = [_only(shown, error[shown.pixels] > _FAR) for shown in meshes]
        meshes = [shown for shown in meshes if shown.pixels.size]
        if not meshes:
            return


def _image_of(shown: list[SurfacePixels], shape: tuple[int, ...]) -> IdImage:
    """The surface ids of some pixels, -1 elsewhere."""
    image = np.full(shape, -1, np.int32)
    for one in shown:
        image.ravel()[one.pixels] = one.geom
    return image


def _only(shown: SurfacePixels, chosen: MaskImage) -> SurfacePixels:
    return SurfacePixels(shown.geom, shown.pixels[chosen])
