"""Motion of the surface point of each pixel against flow computed in 64 bits, and by hand."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from render.scenes import CONFIG, Scene, compile_scene, look_at, skewed_camera
from render.soft_scene import CLOTH, SOFT, soft_scene
from synth_ros.geometry.camera import pixel_rays, project
from synth_ros.geometry.transforms import inverse
from synth_ros.labels.flow import flow
from synth_ros.render.base import Before, Layers, Shot, Viewpoint
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.scene.surfaces import GeomOwners, surfaces_and_meshes, world_from_geom
from synth_ros.types import FlowState, Frame, SceneGeometry, SceneState, Thing

CAMERA = skewed_camera()
THEN = look_at(CAMERA, eye=(0.05, -0.95, 0.78), target=(0.02, 0.0, 0.03))
NOW = look_at(CAMERA)


def moved(scene: Scene) -> mujoco.MjData:
    """Another state of a scene: every body a little further and turned."""
    data = mujoco.MjData(scene.model)
    data.qpos[:] = scene.data.qpos
    rng = np.random.default_rng(11)
    mujoco.mj_integratePos(scene.model, data.qpos, rng.normal(size=scene.model.nv), 0.05)
    mujoco.mj_forward(scene.model, data)
    return data


def geometry_of(model: mujoco.MjModel) -> SceneGeometry:
    none = np.zeros(model.ngeom, np.int32)
    surfaces, meshes = surfaces_and_meshes(model, GeomOwners(none, none, none))
    return SceneGeometry((Thing('environment', 'world'),), surfaces, meshes)


def frame_of(
    geometry: SceneGeometry, data: mujoco.MjData, viewpoint: Viewpoint, layers: Layers
) -> Frame:
    state = SceneState(geometry, world_from_geom(data), (), (), np.zeros((0, 3)), ())
    return Frame(
        camera=viewpoint.camera,
        stamp_ns=0,
        world_from_camera=viewpoint.world_from_camera,
        rgb=layers.rgb,
        depth_m=layers.depth_m,
        instance_id=np.zeros_like(layers.geom_id),
        instances=(),
        silhouettes={},
        geom_id=layers.geom_id,
        scene=state,
    )


def shoot(renderer: OnepassRenderer, data: mujoco.MjData, shot: Shot) -> Layers:
    return renderer.submit(data, [shot]).collect()[0].layers


def test_as_flow_in_64_bits(tabletop: Scene) -> None:
    later = moved(tabletop)
    before = Before(world_from_geom(tabletop.data), THEN.world_from_camera)
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(tabletop.model)
        earlier = shoot(renderer, tabletop.data, Shot(THEN))
        seen = shoot(renderer, later, Shot(NOW, before=before))
    assert earlier.motion_px is None
    assert seen.motion_px is not None
    geometry = geometry_of(tabletop.model)
    truth = flow(
        frame_of(geometry, later, NOW, seen),
        frame_of(geometry, tabletop.data, THEN, earlier),
        scene_flow=False,
    )
    shown = truth.state != FlowState.INVALID
    assert shown.sum() > 50_000
    assert np.abs(truth.flow_px[shown]).max() > 10
    error = np.abs(seen.motion_px - truth.flow_px).max(axis=-1)
    assert np.median(error[shown]) < 1e-4
    assert error[shown].max() < 2e-3


def test_the_motion_of_each_pixel_by_hand(tabletop: Scene) -> None:
    later = moved(tabletop)
    then, now = world_from_geom(tabletop.data), world_from_geom(later)
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(tabletop.model)
        shot = Shot(NOW, before=Before(then, THEN.world_from_camera))
        seen = shoot(renderer, later, shot)
    assert seen.motion_px is not None
    rows, columns = np.nonzero(seen.geom_id >= 0)
    some = np.random.default_rng(0).choice(len(rows), 300, replace=False)
    for v, u in zip(rows[some], columns[some], strict=True):
        geom = seen.geom_id[v, u]
        here = np.append(pixel_rays(CAMERA)[v, u] * seen.depth_m[v, u], 1.0)
        local = inverse(now[geom]) @ NOW.world_from_camera @ here
        there = inverse(THEN.world_from_camera) @ then[geom] @ local
        expected = project(CAMERA, there[None, :3])[0] - (u, v)
        assert seen.motion_px[v, u] == pytest.approx(expected, abs=2e-3)


def test_nothing_moves_by_exactly_nothing(tabletop: Scene) -> None:
    before = Before(world_from_geom(tabletop.data), NOW.world_from_camera)
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(tabletop.model)
        seen = shoot(renderer, tabletop.data, Shot(NOW, before=before))
    assert seen.motion_px is not None
    assert np.abs(seen.motion_px).max() < 1e-5
    assert (seen.motion_px[seen.geom_id < 0] == 0).all()


def test_unknown_where_it_was_behind_the_camera() -> None:
    scene = compile_scene('<geom type="box" size=".1 .1 .1"/>')
    then = world_from_geom(scene.data).copy()
    # Where the camera stands now, and a metre further back.
    then[:, :3, 3] = NOW.world_from_camera[:3, 3] - NOW.world_from_camera[:3, 2]
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(scene.model)
        before = Before(then, NOW.world_from_camera)
        seen = shoot(renderer, scene.data, Shot(NOW, before=before))
    assert seen.motion_px is not None
    assert np.isnan(seen.motion_px[seen.geom_id == 0]).all()
    assert (seen.motion_px[seen.geom_id < 0] == 0).all()


def test_unknown_for_what_bends() -> None:
    scene = soft_scene()
    before = Before(world_from_geom(scene.data), THEN.world_from_camera)
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(scene.model)
        seen = shoot(renderer, scene.data, Shot(NOW, before=before))
    assert seen.motion_px is not None
    bends = np.isin(seen.geom_id, SOFT)
    assert (seen.geom_id == CLOTH).sum() > 1000
    assert np.array_equal(np.isnan(seen.motion_px).all(axis=-1), bends)


def test_motion_repeats_and_leaves_the_picture_alone(tabletop: Scene) -> None:
    later = moved(tabletop)
    before = Before(world_from_geom(tabletop.data), THEN.world_from_camera)
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(tabletop.model)
        plain = shoot(renderer, later, Shot(NOW))
        pending = renderer.submit(later, [Shot(NOW, before=before), Shot(THEN), Shot(NOW)])
        first, other, last = (picture.layers for picture in pending.collect())
        again = shoot(renderer, later, Shot(NOW, before=before))
    assert other.motion_px is None
    assert last.motion_px is None
    assert first.motion_px is not None
    assert again.motion_px is not None
    assert np.array_equal(first.motion_px, again.motion_px)
    for layers in (first, last):
        assert all(np.array_equal(a, b) for a, b in zip(plain[:3], layers[:3], strict=True))


def test_a_submission_that_is_dropped_frees_its_motion(tabletop: Scene) -> None:
    before = Before(world_from_geom(tabletop.data), THEN.world_from_camera)
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(tabletop.model)
        renderer.submit(tabletop.data, [Shot(NOW, before=before)])
        renderer.load(tabletop.model)
        seen = shoot(renderer, tabletop.data, Shot(NOW, before=before))
    assert seen.motion_px is not None
    assert np.isfinite(seen.motion_px).all()
