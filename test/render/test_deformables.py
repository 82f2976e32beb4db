"""Cloth, soft bodies, cables, skins and tendons: every engine against rays and each other."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from synth_ros.render.base import Layers, Renderer, Shot
from synth_ros.render.classic import ClassicRenderer
from synth_ros.render.fake import RaycastRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.sim.memory import return_free_memory
from synth_ros.sim.rays import camera_rays, cast_as_drawn, model_for_rays

from .scenes import CONFIG, Scene, compile_scene, look_at, skewed_camera
from .soft_scene import CABLE, CLOTH, FLOOR, JELLY, ROPE, SLACK, SLEEVE, SOFT, soft_scene
from .test_renderers import intersection_over_union, near_edges, resident_mb

FRONT = look_at(skewed_camera())
ASIDE = look_at(skewed_camera(), eye=(0.4, -0.6, 0.1), target=(0.0, 0.1, 0.22))


@pytest.fixture(scope='module')
def soft() -> Scene:
    return soft_scene()


def rays(scene: Scene) -> list[Layers]:
    with RaycastRenderer() as renderer:
        renderer.load(scene.model)
        return [renderer.render(scene.data, viewpoint) for viewpoint in (FRONT, ASIDE)]


def test_every_kind_matches_rays(renderer: Renderer, soft: Scene) -> None:
    renderer.load(soft.model)
    seen = [renderer.render(soft.data, viewpoint) for viewpoint in (FRONT, ASIDE)]
    truth = rays(soft)
    assert set(SOFT) < set(np.unique([layers.geom_id for layers in truth]))
    for mine, theirs in zip(seen, truth, strict=True):
        assert ((mine.depth_m > 0) == (mine.geom_id >= 0)).all()
        inside = ~near_edges(theirs.geom_id)
        assert np.mean((mine.geom_id == theirs.geom_id)[inside]) > 0.9999
        for surface in SOFT:
            a, b = mine.geom_id == surface, theirs.geom_id == surface
            if b.sum() < 200:
                continue
            # MuJoCo's engines draw tubes as polygons, Filament cables with few sides.
            assert intersection_over_union(a, b) > (0.93 if surface == CABLE else 0.97), surface
            error = np.abs(mine.depth_m - theirs.depth_m)[a & b]
            assert np.median(error) < 1e-3, surface


def test_one_pass_draws_what_mujoco_draws(soft: Scene) -> None:
    viewpoint = look_at(skewed_camera(640, 480))
    seen = []
    for renderer in (ClassicRenderer(CONFIG, (640, 480)), OnepassRenderer(CONFIG)):
        with renderer:
            renderer.load(soft.model)
            seen.append(renderer.render(soft.data, viewpoint))
    classic, onepass = seen
    for surface in SOFT:
        a, b = onepass.geom_id == surface, classic.geom_id == surface
        assert b.sum() > 500, surface
        assert intersection_over_union(a, b) > 0.99, surface
        assert np.median(np.abs(onepass.depth_m - classic.depth_m)[a & b]) < 1e-4, surface


def test_one_pass_is_exact(soft: Scene) -> None:
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(soft.model)
        seen = [renderer.render(soft.data, viewpoint) for viewpoint in (FRONT, ASIDE)]
    for mine, theirs in zip(seen, rays(soft), strict=True):
        same = mine.geom_id == theirs.geom_id
        assert same.mean() > 0.9995
        error = np.abs(mine.depth_m - theirs.depth_m)[same]
        assert np.median(error) < 1e-6
        assert np.quantile(error, 0.999) < 1e-4


def test_what_bends_casts_and_takes_shadows(renderer: Renderer) -> None:
    scene = compile_scene(
        '<geom type="box" size="1 1 .01" pos="0 0 -.01" rgba=".8 .8 .8 1"/>'
        '<flexcomp name="cloth" type="grid" dim="2" count="5 5 1" spacing=".1 .1 .1" mass="1"'
        ' pos="0 0 .4" radius=".005" rgba=".8 .8 .8 1"><edge equality="true"/></flexcomp>'
        '<geom type="box" size=".08 .08 .01" pos="0 0 .7"/>'
    )
    viewpoint = look_at(skewed_camera(), eye=(0.0, -1.3, 1.2), target=(0.0, 0.0, 0.2))
    renderer.load(scene.model)
    seen = renderer.render(scene.data, viewpoint)
    for surface in (0, 2):
        light = seen.rgb[seen.geom_id == surface].astype(float).mean(axis=-1)
        dark = light < 0.6 * np.median(light)
        assert 0.02 < dark.mean() < 0.5, surface


def test_falling_cloth_changes_the_picture(renderer: Renderer) -> None:
    scene = compile_scene(
        '<geom type="box" size="1 1 .01" pos="0 0 -.01"/>'
        '<geom type="sphere" size=".1" pos="0 0 .1"/>'
        '<flexcomp name="cloth" type="grid" dim="2" count="9 9 1" spacing=".05 .05 .05" mass=".2"'
        ' pos="0 0 .3" radius=".004" rgba=".8 .2 .2 1"><edge equality="true"/></flexcomp>'
    )
    renderer.load(scene.model)
    before = renderer.render(scene.data, FRONT)
    for _ in range(110):
        mujoco.mj_step(scene.model, scene.data)
    mujoco.mj_forward(scene.model, scene.data)
    after = renderer.render(scene.data, FRONT)
    cloth = scene.model.ngeom
    rows = [np.nonzero(layers.geom_id == cloth)[0].mean() for layers in (before, after)]
    assert rows[1] > rows[0] + 10
    with RaycastRenderer() as caster:
        caster.load(scene.model)
        truth = caster.render(scene.data, FRONT)
    assert intersection_over_union(after.geom_id == cloth, truth.geom_id == cloth) > 0.99


def test_silhouettes_know_geoms_alone(renderer: Renderer) -> None:
    # A ball behind the cloth: hidden in the picture, whole in its silhouette.
    scene = compile_scene(
        '<geom type="sphere" size=".08" pos="0 .2 .1"/>'
        '<flexcomp name="cloth" type="grid" dim="2" count="9 9 1" spacing=".05 .05 .05" mass=".2"'
        ' pos="0 0 .3" euler="90 0 0" radius=".004"><edge equality="true"/></flexcomp>'
    )
    renderer.load(scene.model)
    seen = renderer.render(scene.data, FRONT)
    found = renderer.silhouettes(scene.data, FRONT, [[0]])[0]
    assert found is not None
    assert found.mask.sum() > 1.5 * (seen.geom_id == 0).sum()
    assert (seen.geom_id == 1).any()
    again = renderer.render(scene.data, FRONT)
    assert np.array_equal(again.geom_id, seen.geom_id)


def test_hidden_groups_and_no_opacity_are_not_drawn(renderer: Renderer) -> None:
    scene = soft_scene()
    scene.model.flex_group[0] = 3
    scene.model.flex_rgba[1, 3] = 0
    scene.model.skin_group[0] = 4
    scene.model.tendon_group[1] = 5
    renderer.load(scene.model)
    shown = set(np.unique(renderer.render(scene.data, look_at(skewed_camera(640, 480))).geom_id))
    assert not shown & {CLOTH, JELLY, SLEEVE, SLACK}
    assert shown > {FLOOR, CABLE}


def test_a_skin_has_one_side(renderer: Renderer, soft: Scene) -> None:
    renderer.load(soft.model)
    behind = look_at(skewed_camera(), eye=(0.0, 1.2, 0.4), target=(0.0, 0.3, 0.2))
    assert not (renderer.render(soft.data, behind).geom_id == SLEEVE).any()


def test_bits_repeat_and_nothing_is_edited(renderer: Renderer, soft: Scene) -> None:
    size = mujoco.mj_sizeModel(soft.model)
    before, after = np.empty(size, np.uint8), np.empty(size, np.uint8)
    mujoco.mj_saveModel(soft.model, None, before)
    state = soft.data.qpos.copy(), soft.data.flexvert_xpos.copy(), soft.data.wrap_xpos.copy()
    runs = []
    for _ in range(2):
        renderer.load(soft.model)
        runs.append([*renderer.render(soft.data, FRONT), *renderer.render(soft.data, ASIDE)])
    assert all(np.array_equal(a, b) for a, b in zip(*runs, strict=True))
    mujoco.mj_saveModel(soft.model, None, after)
    assert np.array_equal(before, after)
    now = soft.data.qpos, soft.data.flexvert_xpos, soft.data.wrap_xpos
    assert all(np.array_equal(a, b) for a, b in zip(state, now, strict=True))


@pytest.mark.slow
def test_memory_stays_over_loads(renderer: Renderer, soft: Scene) -> None:
    viewpoint = look_at(skewed_camera(64, 48))

    def used_mb() -> float:
        # Other tests may have asked this process to keep what is free.
        return_free_memory()
        return resident_mb()

    def grown_mb() -> float:
        before = used_mb()
        for _ in range(3):
            renderer.load(soft.model)
            renderer.render(soft.data, viewpoint)
        return used_mb() - before

    # The heap grows at first and then stays; a leak goes on.
    assert min(grown_mb() for _ in range(6)) < 15


def test_a_texture_lies_as_in_mujoco(renderer: Renderer) -> None:
    corners = ' '.join(f'{x / 4} {y / 4}' for x in range(5) for y in range(5))
    scene = compile_scene(
        '<flexcomp name="cloth" type="grid" dim="2" count="5 5 1" spacing=".1 .1 .1" mass=".2"'
        f' material="halves" texcoord="{corners}"><edge equality="true"/></flexcomp>',
        asset='<texture name="halves" type="2d" builtin="gradient" rgb1="1 0 0" rgb2="0 0 1"'
        ' width="64" height="64"/><material name="halves" texture="halves"/>',
    )
    viewpoint = look_at(skewed_camera(), eye=(0.0, -0.7, 0.7))
    renderer.load(scene.model)
    seen = renderer.render(scene.data, viewpoint)
    with ClassicRenderer(CONFIG, (320, 240)) as classic:
        classic.load(scene.model)
        theirs = classic.render(scene.data, viewpoint)
    cloth = ~near_edges(theirs.geom_id, 3) & (theirs.geom_id == 0)
    assert cloth.sum() > 2000
    redder = [
        layers.rgb[cloth][:, 0].astype(int) - layers.rgb[cloth][:, 2] for layers in (seen, theirs)
    ]
    assert np.corrcoef(redder[0], redder[1])[0, 1] > 0.9


def test_states_that_are_pending_do_not_mix(renderer: Renderer) -> None:
    scene = soft_scene()
    renderer.load(scene.model)
    states = []
    for step in range(3):
        data = mujoco.MjData(scene.model)
        data.qpos[:] = scene.data.qpos + 0.03 * step
        mujoco.mj_forward(scene.model, data)
        states.append(data)
    pending = [renderer.submit(data, [Shot(FRONT, [[0]]), Shot(ASIDE)]) for data in states]
    together = [[picture.layers for picture in item.collect()] for item in pending]
    for data, pair in zip(states, together, strict=True):
        alone = [renderer.render(data, viewpoint) for viewpoint in (FRONT, ASIDE)]
        for mine, theirs in zip(pair, alone, strict=True):
            assert np.array_equal(mine.geom_id, theirs.geom_id)
            assert np.array_equal(mine.depth_m, theirs.depth_m)
    ids = [pair[0].geom_id for pair in together]
    assert (ids[0] != ids[1]).mean() > 0.01


def test_normals_of_tubes_in_one_pass(soft: Scene) -> None:
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(soft.model)
        seen = renderer.submit(soft.data, [Shot(ASIDE, normals=True)]).collect()[0].layers
    assert seen.normals is not None
    camera, pose = ASIDE.camera, ASIDE.world_from_camera
    v, u = (a.ravel().astype(float) for a in np.mgrid[0 : camera.height, 0 : camera.width])
    origin, directions = camera_rays(camera, pose, u=u, v=v)
    hits = cast_as_drawn(
        model_for_rays(soft.model),
        soft.data,
        origin=origin,
        directions=directions,
        clip=(0.02, 30),
    )
    truth = (hits.normal @ pose[:3, :3]).reshape(*seen.normals.shape)
    met = hits.geom_id.reshape(seen.geom_id.shape)
    for surface in (CABLE, ROPE, SLACK):
        mine = (seen.geom_id == surface) & (met == surface)
        assert mine.sum() > 50, surface
        chord = np.linalg.norm(seen.normals[mine] - truth[mine], axis=1)
        degrees = np.degrees(2 * np.arcsin(np.clip(chord / 2, 0, 1)))
        assert np.quantile(degrees, 0.95) < 0.05, surface
