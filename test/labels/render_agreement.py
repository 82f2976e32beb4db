"""How far a renderer's pixels are from the ray-cast truth, scene by scene."""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np
from random_scenes import CURVED, Scene
from ray_reference import Cast, RayCaster, brute_box
from small_frames import on_canvas

from synth_ros.render.base import Layers, Renderer, Viewpoint
from synth_ros.types import Frame, MaskImage, Silhouette

# A rasterizer snaps vertices to 1/256 pixel, so an outline may move by about half of that.
SNAP_PX = 0.004
# Round geoms are drawn as polygons inside the true surface: with n slices the outline lies
# up to r (1 - cos(pi / n)) inside, 0.02 pixels for r = 60 and n = 128.
FACET_PX = 0.03
# Where one surface cuts another, facets decide which is in front: as shares of depth.
TOUCH = 1e-4


class Agreement(NamedTuple):
    """Counts and errors of one scene.

    Attributes:
        pixels: Pixels compared.
        different: Pixels whose instance differs.
        unexplained: Those whose ray passes no outline within ``SNAP_PX`` (``FACET_PX`` when a
            round geom is on either side) and no two surfaces within ``TOUCH``.
        interior: Those whose 3 x 3 neighbourhood is all of one instance in the truth.
        edges: Box edges compared, of instances with 16 visible pixels or more.
        edges_different: Those that differ.
        worst_iou: Smallest mask IoU of instances with 1000 visible pixels or more; else 1.
        flat_depth: Largest median depth error of a polyhedron, as a share of depth.
        round_depth: The same for round objects.
        canvas_different: Amodal pixels that differ on the extended canvas.
        canvas_unexplained: Those that no outline explains.
    """

    pixels: int
    different: int
    unexplained: int
    interior: int
    edges: int
    edges_different: int
    worst_iou: float
    flat_depth: float
    round_depth: float
    canvas_different: int
    canvas_unexplained: int


class Rendered(NamedTuple):
    """A scene as rendered and as cast."""

    frame: Frame
    layers: Layers
    cast: Cast
    caster: RayCaster


def render(scene: Scene, renderer: Renderer) -> Rendered:
    """Make the frame as the pipeline does, and its truth."""
    renderer.load(scene.model)
    viewpoint = Viewpoint(scene.camera, scene.world_from_camera)
    layers = renderer.render(scene.data, viewpoint)
    crops = renderer.silhouettes(scene.data, viewpoint, list(scene.geoms.values()))
    frame = Frame(
        camera=scene.camera,
        stamp_ns=0,
        world_from_camera=scene.world_from_camera,
        rgb=layers.rgb,
        depth_m=layers.depth_m,
        instance_id=scene.instance_image(layers.geom_id),
        instances=scene.instances,
        silhouettes={k: crop for k, crop in zip(scene.geoms, crops, strict=True) if crop},
        geom_id=layers.geom_id,
        scene=scene.state(),
    )
    caster = RayCaster(
        scene.model, scene.data, camera=scene.camera, world_from_camera=scene.world_from_camera
    )
    return Rendered(frame, layers, caster.image(), caster)


def agreement(scene: Scene, rendered: Rendered) -> Agreement:
    """Compare every pixel."""
    truth = scene.instance_image(rendered.cast.geom_id)
    image = rendered.frame.instance_id
    different = truth != image
    boxes, ious = [], [1.0]
    for key in scene.geoms:
        a, b = truth == key, image == key
        if a.sum() >= 16:
            boxes += [x != y for x, y in zip(brute_box(a), brute_box(b), strict=True)]
        if a.sum() >= 1000:
            ious.append((a & b).sum() / (a | b).sum())
    canvas = [
        _canvas_difference(scene, rendered, key=key, crop=rendered.frame.silhouettes.get(key))
        for key in scene.geoms
    ]
    return Agreement(
        pixels=truth.size,
        different=int(different.sum()),
        unexplained=_unexplained(scene, rendered, truth != image),
        interior=int((different & _interior(truth)).sum()),
        edges=len(boxes),
        edges_different=sum(boxes),
        worst_iou=float(min(ious)),
        flat_depth=_depth_error(scene, rendered, curved=False),
        round_depth=_depth_error(scene, rendered, curved=True),
        canvas_different=sum(count for count, _ in canvas),
        canvas_unexplained=sum(count for _, count in canvas),
    )


def _unexplained(scene: Scene, rendered: Rendered, different: MaskImage) -> int:
    """Differing pixels that are too far from every outline and every contact."""
    v, u = np.nonzero(different)
    geoms = np.stack([rendered.cast.geom_id[v, u], rendered.layers.geom_id[v, u]])
    curved = np.append(_is_round(scene.model), False)[geoms].any(axis=0)
    reach = np.where(curved, FACET_PX, SNAP_PX)
    near = rendered.caster.undecided(u, v, reach_px=reach, same=scene.instance_of)
    true, drawn = rendered.cast.depth_m[v, u], rendered.layers.depth_m[v, u]
    touching = (geoms >= 0).all(axis=0) & (np.abs(drawn - true) < TOUCH * true)
    return int(np.count_nonzero(~near & ~touching))


def _canvas_difference(
    scene: Scene, rendered: Rendered, *, key: int, crop: Silhouette | None
) -> tuple[int, int]:
    """Amodal pixels of one instance that differ, and those that no outline explains."""
    size = (scene.camera.width, scene.camera.height)
    geoms = scene.geoms[key]
    v, u = np.nonzero(rendered.caster.canvas(geoms) != on_canvas(crop, size))
    reach = FACET_PX if _is_round(scene.model)[geoms].any() else SNAP_PX
    near = rendered.caster.undecided(
        u - size[0], v - size[1], reach_px=reach, same=scene.instance_of, only=geoms
    )
    return len(u), int(np.count_nonzero(~near))


def _is_round(model: mujoco.MjModel) -> MaskImage:
    flat = (mujoco.mjtGeom.mjGEOM_BOX.value, mujoco.mjtGeom.mjGEOM_MESH.value)
    return ~np.isin(model.geom_type, flat)


def _interior(truth) -> MaskImage:
    """Pixels whose 3 x 3 neighbourhood, cut at the image border, shows one instance."""
    padded = np.pad(truth, 1, mode='edge')
    h, w = truth.shape
    shifts = [padded[i : i + h, j : j + w] for i in range(3) for j in range(3)]
    return np.all([shift == truth for shift in shifts], axis=0)


def _depth_error(scene: Scene, rendered: Rendered, *, curved: bool) -> float:
    """Largest median of |error| / depth over the objects, where both see the same geom."""
    same = rendered.layers.geom_id == rendered.cast.geom_id
    true = rendered.cast.depth_m
    worst = 0.0
    for key, geoms in scene.geoms.items():
        pixels = same & np.isin(rendered.cast.geom_id, geoms)
        if (scene.kinds[key] in CURVED) == curved and pixels.sum() >= 16:
            error = np.abs(rendered.layers.depth_m[pixels] - true[pixels]) / true[pixels]
            worst = max(worst, float(np.median(error)))
    return worst
