"""Two moments of a scene as rendered, and what rays say of them: normals, motion, hiding.

Nothing here uses synth_ros.geometry or synth_ros.labels.
"""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray
from random_scenes import CURVED, MESHES, POLYHEDRA, Scene, random_scene, shake
from ray_reference import Cast, RayCaster
from render_agreement import FACET_PX, SNAP_PX

from synth_ros.config.render import RenderConfig
from synth_ros.render.base import Renderer, Viewpoint
from synth_ros.render.classic import ClassicRenderer
from synth_ros.render.devices import NoDevice
from synth_ros.render.filament import FilamentRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.render.probe import probe_vulkan
from synth_ros.types import FloatArray, Flow, FlowState, Frame, MaskImage

PLAIN = RenderConfig(shadow_size=0, samples=0)
# Rays this far around a point, in pixels, tell whether the pixel that holds it may show
# something else: a pixel's centre is at most 0.71 away.
AROUND_PX = 1.0

KINDS = tuple(dict.fromkeys((*POLYHEDRA, *CURVED, *MESHES)))


class Moment(NamedTuple):
    """One moment: its truth, and its picture by a renderer."""

    scene: Scene
    frame: Frame


class Pair(NamedTuple):
    """Two moments of one scene, and what rays say of the first."""

    before: Moment
    after: Moment
    cast: Cast
    normals: FloatArray


class Targets(NamedTuple):
    """Where points of the first moment are in the second, by hand; (n, ...) each.

    Attributes:
        v: Row of the pixel in the first frame.
        u: Column.
        geom: What it shows.
        pixel: The point's (u, v) in the second frame.
        depth_m: Its depth there.
        motion_m: Its motion in the optical frames.
    """

    v: NDArray[np.int64]
    u: NDArray[np.int64]
    geom: NDArray[np.int32]
    pixel: FloatArray
    depth_m: FloatArray
    motion_m: FloatArray

    def take(self, chosen: MaskImage) -> Targets:
        return Targets(*(array[chosen] for array in self))


def make_renderer(name: str) -> Renderer:
    """A renderer without effects; the caller closes it."""
    if name == 'classic':
        return ClassicRenderer(PLAIN, (97, 73))
    if name == 'onepass':
        return OnepassRenderer(PLAIN)
    device = probe_vulkan()
    assert not isinstance(device, NoDevice), f'Filament needs Vulkan: {device.reason}'
    return FilamentRenderer(PLAIN, device=device)


def pair(seed: int, renderer: Renderer) -> Pair:
    """Two moments of a random scene with joints."""
    before = random_scene(seed, kinds=KINDS, jointed=True)
    after = shake(before, seed)
    renderer.load(before.model)
    cast, normals = caster(before).image_surface()
    return Pair(
        Moment(before, picture(before, renderer)),
        Moment(after, picture(after, renderer)),
        cast,
        normals,
    )


def picture(scene: Scene, renderer: Renderer) -> Frame:
    """A frame by a renderer that has loaded the scene's model."""
    layers = renderer.render(scene.data, Viewpoint(scene.camera, scene.world_from_camera))
    return scene.frame(layers.geom_id, layers.depth_m)


def caster(scene: Scene) -> RayCaster:
    return RayCaster(
        scene.model, scene.data, camera=scene.camera, world_from_camera=scene.world_from_camera
    )


def angles_deg(a: FloatArray, b: FloatArray) -> FloatArray:
    """Angles between unit vectors, exact for small ones."""
    chord = np.linalg.norm(a.astype(np.float64) - b, axis=-1)
    return np.degrees(2 * np.arcsin(np.clip(chord / 2, 0, 1)))


def targets(found: Pair) -> Targets:
    """Follow the point that each pixel's ray hits, with its geom, in world coordinates."""
    one, two, cast = found.before.scene, found.after.scene, found.cast
    v, u = np.nonzero(cast.geom_id >= 0)
    geom, depth = cast.geom_id[v, u], cast.depth_m[v, u]
    camera = one.camera
    eye = np.stack([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, np.ones(len(u))], 1)
    eye *= depth[:, None]
    world = eye @ one.world_from_camera[:3, :3].T + one.world_from_camera[:3, 3]
    turn_one = one.data.geom_xmat.reshape(-1, 3, 3)[geom]
    turn_two = two.data.geom_xmat.reshape(-1, 3, 3)[geom]
    local = np.einsum('nji,nj->ni', turn_one, world - one.data.geom_xpos[geom])
    moved = np.einsum('nij,nj->ni', turn_two, local) + two.data.geom_xpos[geom]
    seen = (moved - two.world_from_camera[:3, 3]) @ two.world_from_camera[:3, :3]
    pixel = np.stack(
        [
            camera.fx * seen[:, 0] / seen[:, 2] + camera.cx,
            camera.fy * seen[:, 1] / seen[:, 2] + camera.cy,
        ],
        axis=1,
    )
    return Targets(v, u, geom, pixel, seen[:, 2], seen - eye)


class NormalErrors(NamedTuple):
    """Normals against rays, where image and rays show the same geom.

    Attributes:
        shapes_deg: Angles on analytic shapes.
        facets_deg: Angles on meshes, without the pixels of ``other_facet``.
        other_facet: Pixels of meshes with the normal of another facet, where a ray within
            ``SNAP_PX`` meets that facet.
        wrong: Those with a normal that no such ray meets.
    """

    shapes_deg: FloatArray
    facets_deg: FloatArray
    other_facet: int
    wrong: int


def normal_errors(
    scene: Scene, frame: Frame, *, normals: NDArray[np.float32], cast: Cast, truth: FloatArray
) -> NormalErrors:
    """Compare every pixel of a frame with its rays."""
    same = (cast.geom_id == frame.geom_id) & (cast.geom_id >= 0)
    mesh = np.append(scene.model.geom_type == mujoco.mjtGeom.mjGEOM_MESH.value, False)[
        cast.geom_id
    ]
    angle = angles_deg(normals, truth)
    other = same & mesh & (angle > 0.01)
    v, u = np.nonzero(other)
    near = np.zeros(len(u), np.bool_)
    for turn in np.arange(8) * np.pi / 4:
        _, around = caster(scene).surface(u + SNAP_PX * np.cos(turn), v + SNAP_PX * np.sin(turn))
        near |= angles_deg(normals[v, u], around) < 0.01
    return NormalErrors(
        angle[same & ~mesh], angle[same & mesh & ~other], int(near.sum()), int((~near).sum())
    )


class FlowErrors(NamedTuple):
    """Flow against rays, where image and rays show the same geom.

    Attributes:
        other_layer: Pixels on outlines that are left out: their depth is a hundredth off that of
            the ray. They show the geom's other layer, or a facet seen edge-on that the renderer
            continued beyond its edge.
        wrong_layer: Such pixels away from outlines.
        end_point_px: Distance of where flow leads from where the point is.
        scene_flow_m: The same in space.
        outside: Points whose state disagrees on whether they are in the image.
        hidden_right: Hidden points that are called so.
        seen_right: Visible points that are called so.
        wrong: Points with the other state.
        undecided: Points left out: an outline or an edge is within ``AROUND_PX``, or they are
            hidden by less than twice the tolerance.
    """

    other_layer: int
    wrong_layer: int
    end_point_px: FloatArray
    scene_flow_m: FloatArray
    outside: int
    hidden_right: int
    seen_right: int
    wrong: int
    undecided: int


def flow_errors(found: Pair, flow: Flow, *, samples: int) -> FlowErrors:
    """Compare every pixel's flow, and the states of some, with rays."""
    frame = found.before.frame
    assert frame.geom_id is not None
    assert flow.scene_flow_m is not None
    where = targets(found)
    where = where.take(frame.geom_id[where.v, where.u] == where.geom)
    shown_m, true_m = (image[where.v, where.u] for image in (frame.depth_m, found.cast.depth_m))
    layer = np.abs(shown_m - true_m) > 0.01 * true_m
    explained = _on_outline(found.before.scene, where.take(layer), true_m[layer])
    where = where.take(~layer)
    given = flow.flow_px[where.v, where.u] + np.stack([where.u, where.v], axis=1)
    state = flow.state[where.v, where.u]
    inside = ((where.pixel > -0.5) & (where.pixel < (96.5, 72.5))).all(axis=1)
    rng = np.random.default_rng(len(state))
    some = rng.permutation(np.flatnonzero(inside))[:samples]
    hidden, sure = hidden_points(caster(found.after.scene), where.pixel[some], where.depth_m[some])
    called = state[some] == FlowState.OCCLUDED
    motion = flow.scene_flow_m[where.v, where.u]
    return FlowErrors(
        other_layer=int(explained.sum()),
        wrong_layer=int((~explained).sum()),
        end_point_px=np.linalg.norm(given - where.pixel, axis=1),
        scene_flow_m=np.linalg.norm(motion - where.motion_m, axis=1),
        outside=int(((state == FlowState.OUTSIDE) == inside).sum()),
        hidden_right=int((sure & hidden & called).sum()),
        seen_right=int((sure & ~hidden & ~called).sum()),
        wrong=int((sure & (hidden != called)).sum()),
        undecided=int((~sure).sum()),
    )


def _on_outline(scene: Scene, where: Targets, depth_m: FloatArray) -> MaskImage:
    """Which pixels have a ray within ``FACET_PX`` that meets another geom or another layer."""
    near = np.zeros(len(depth_m), np.bool_)
    for turn in np.arange(8) * np.pi / 4:
        step = FACET_PX * np.array([np.cos(turn), np.sin(turn)])
        cast = caster(scene).pixels(where.u + step[0], where.v + step[1])
        near |= (cast.geom_id != where.geom) | (np.abs(cast.depth_m - depth_m) > 0.01 * depth_m)
    return near


def hidden_points(
    rays: RayCaster, pixel: FloatArray, depth_m: FloatArray
) -> tuple[MaskImage, MaskImage]:
    """Whether a ray to each point meets something nearer, and whether that is sure.

    It is when all rays around meet the same geom as that ray does, flat but for a share of 0.005
    in depth, and what hides the point is nearer by more than twice the tolerance.
    """
    middle = rays.pixels(*pixel.T)
    sure = np.ones(len(pixel), np.bool_)
    for turn in np.arange(4) * np.pi / 4:
        step = AROUND_PX * np.array([np.cos(turn), np.sin(turn)])
        one, two = (rays.pixels(*(pixel + s * step).T) for s in (-1, 1))
        sure &= (one.geom_id == middle.geom_id) & (two.geom_id == middle.geom_id)
        with np.errstate(divide='ignore', invalid='ignore'):
            bend = middle.depth_m * (1 / one.depth_m + 1 / two.depth_m) - 2
        sure &= np.abs(bend) < 0.005
    gap = depth_m - middle.depth_m
    hidden = (middle.geom_id >= 0) & (gap > 1e-5)
    return hidden, sure & (~hidden | (gap > 2 * np.maximum(0.002, 0.003 * depth_m)))
