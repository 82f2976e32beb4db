"""Models at the edges of what MuJoCo allows, against rays."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from render.scenes import CONFIG, Scene, compile_scene, look_at, skewed_camera
from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError
from synth_ros.render.base import Layers, Viewpoint
from synth_ros.render.fake import RaycastRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer

from ..test_renderers import near_edges

CAMERA = skewed_camera(160, 120)
VIEW = look_at(CAMERA)


def render(scene: Scene, viewpoint: Viewpoint = VIEW, config: RenderConfig = CONFIG) -> Layers:
    with OnepassRenderer(config) as renderer:
        renderer.load(scene.model)
        return renderer.render(scene.data, viewpoint)


def agree_with_rays(
    scene: Scene, viewpoint: Viewpoint = VIEW, *, ids: set[int], error_m: float = 1e-5
) -> None:
    """Ids and depth are those of rays but at outlines, and only these ids are seen."""
    seen = render(scene, viewpoint)
    with RaycastRenderer() as rays:
        rays.load(scene.model)
        truth = rays.render(scene.data, viewpoint)
    assert set(np.unique(truth.geom_id).tolist()) == ids
    assert np.mean(seen.geom_id == truth.geom_id) > 0.998
    inside = ~near_edges(truth.geom_id)
    assert np.mean((seen.geom_id == truth.geom_id)[inside]) > 0.9995
    same = inside & (seen.geom_id == truth.geom_id)
    error = np.abs(seen.depth_m - truth.depth_m)[same]
    assert np.quantile(error / np.maximum(truth.depth_m[same], 1), 0.999) < error_m
    assert ((seen.depth_m > 0) == (seen.geom_id >= 0)).all()


def with_mesh(vertices: np.ndarray, faces: np.ndarray, *, mesh: str = '') -> Scene:
    points = ' '.join(f'{value:.6f}' for value in np.ravel(vertices))
    corners = ' '.join(str(index) for index in np.ravel(faces))
    return compile_scene(
        '<geom type="mesh" mesh="m" contype="0" conaffinity="0" pos="0 0 .1"/>'
        '<geom type="box" size="1 1 .01" pos="0 0 -.01"/>',
        asset=f'<mesh name="m" inertia="shell" vertex="{points}" face="{corners}" {mesh}/>',
    )


def tetrahedron() -> tuple[np.ndarray, np.ndarray]:
    vertices = np.array([[0, 0, 0], [0.4, 0, 0.05], [0.05, 0.3, 0], [0.1, 0.1, 0.35]])
    return vertices, np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]])


@pytest.mark.parametrize('sky', ['', '<texture type="skybox" builtin="flat" rgb1="0 0 1"/>'])
def test_a_model_without_any_geom(sky: str) -> None:
    scene = compile_scene('', asset=sky.replace('/>', ' width="8" height="8"/>'))
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(scene.model)
        seen = renderer.render(scene.data, VIEW)
        assert renderer.silhouettes(scene.data, VIEW, []) == []
        assert renderer.silhouettes(scene.data, VIEW, [[]]) == [None]
    assert (seen.geom_id == -1).all()
    assert (seen.depth_m == 0).all()
    assert (seen.rgb[..., 2] > 100).all() if sky else (seen.rgb == 0).all()


def test_the_sky_fills_a_view_of_nothing() -> None:
    scene = compile_scene(
        '<geom type="box" size=".1 .1 .1" pos="0 -9 0"/>',
        asset='<texture type="skybox" builtin="flat" rgb1="0 0 1" width="8" height="8"/>',
    )
    assert (render(scene).rgb[..., 2] > 100).all()


def test_planes_from_above_below_and_beyond() -> None:
    planes = compile_scene(
        '<geom type="plane" size="0 0 1" pos="0 0 -.2"/>'
        '<geom type="plane" size=".3 .2 1" euler="10 20 30"/>'
        '<geom type="box" size=".05 .05 .05" pos=".3 .3 0"/>'
    )
    agree_with_rays(planes, ids={0, 1, 2})
    below = look_at(CAMERA, eye=(0.0, -0.9, -0.9))
    agree_with_rays(planes, below, ids={0})
    under = look_at(CAMERA, eye=(0.0, -0.7, -0.15), target=(0.0, 0.0, 0.0))
    agree_with_rays(planes, under, ids={-1, 0, 1, 2})


def test_endless_planes_reach_wherever_the_camera_is() -> None:
    scene = compile_scene(
        '<geom type="plane" size="0 0 1"/><geom type="box" size=".1 .1 .1" pos="500 -300 .1"/>'
    )
    viewpoint = look_at(CAMERA, eye=(500.0, -301.0, 0.4), target=(500.0, -300.0, 0.1))
    # 580 m from the plane's origin, 32 bits are that coarse.
    agree_with_rays(scene, viewpoint, ids={-1, 0, 1}, error_m=5e-5)


def test_endless_planes_are_exact() -> None:
    scene = compile_scene('<geom type="plane" size="0 0 1" euler="3 5 0"/>')
    seen = render(scene)
    with RaycastRenderer() as rays:
        rays.load(scene.model)
        truth = rays.render(scene.data, VIEW)
    assert (seen.geom_id == 0).all()
    assert np.abs(seen.depth_m / truth.depth_m - 1).max() < 3e-7


def test_height_fields() -> None:
    heights = np.random.default_rng(5).uniform(0.1, 1, (9, 12))
    scene = compile_scene(
        '<geom type="hfield" hfield="f" euler="0 0 20"/>'
        '<geom type="sphere" size=".1" pos="0 0 .2"/>',
        asset='<hfield name="f" nrow="9" ncol="12" size=".5 .4 .2 .1"'
        f' elevation="{" ".join(f"{h:.4f}" for h in heights.ravel())}"/>',
    )
    agree_with_rays(scene, ids={-1, 0, 1})
    below = look_at(CAMERA, eye=(0.0, -0.9, -0.6))
    agree_with_rays(scene, below, ids={-1, 0})


def test_groups_are_those_that_are_visible() -> None:
    boxes = ''.join(
        f'<geom type="box" size=".05 .05 .05" pos="{0.15 * (k - 2.5)} 0 0" group="{k}"/>'
        for k in range(6)
    )
    scene = compile_scene(boxes)
    assert set(np.unique(render(scene).geom_id).tolist()) == {-1, 0, 1, 2}
    agree_with_rays(scene, ids={-1, 0, 1, 2})


@pytest.mark.parametrize('scale', ['1 1 1', '-1 1 1', '-.5 -1 .7', '1 -1 -1'])
def test_meshes_of_any_scale(scale: str) -> None:
    scene = with_mesh(*tetrahedron(), mesh=f'scale="{scale}"')
    agree_with_rays(scene, ids={-1, 0, 1})


def test_degenerate_triangles() -> None:
    vertices, faces = tetrahedron()
    flat = [[0, 0, 1], [1, 3, 1], [2, 2, 2]]
    scene = with_mesh(vertices, np.concatenate([faces, flat]))
    plain = with_mesh(vertices, faces)
    agree_with_rays(scene, ids={-1, 0, 1})
    assert np.array_equal(render(scene).geom_id, render(plain).geom_id)


def test_a_mesh_without_normals_is_shaded() -> None:
    vertices, faces = tetrahedron()
    scene = with_mesh(vertices, faces, mesh='smoothnormal="false"')
    seen = render(scene)
    # Three faces, three lights: not one grey.
    assert len(np.unique(seen.rgb[~near_edges(seen.geom_id) & (seen.geom_id == 0)][:, 0])) > 1
    assert seen.rgb[seen.geom_id == 0].max() > 20


def test_a_model_without_lights_shows_everything() -> None:
    model = mujoco.MjModel.from_xml_string(
        '<mujoco><statistic extent="1"/><visual><headlight active="0"/></visual><worldbody>'
        '<geom type="box" size=".2 .2 .1" rgba="1 1 1 1"/></worldbody></mujoco>'
    )
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    scene = Scene(model, data)
    agree_with_rays(scene, ids={-1, 0})
    seen = render(scene)
    assert seen.rgb[seen.geom_id == 0].min() > 5


def lit_by(count: int) -> Scene:
    """A floor with spots of light in rows of ten, the last one far from the others."""
    lights = ''.join(
        f'<light type="spot" pos="{0.1 * (k % 10) - 0.45} {0.12 * (k // 10) - 0.5} .5" cutoff="8"'
        ' intensity="3000" castshadow="false"/>'
        for k in range(count - 1)
    )
    last = '<light type="spot" pos=".2 .35 .5" cutoff="8" intensity="3000"/>' if count else ''
    model = mujoco.MjModel.from_xml_string(
        '<mujoco><statistic extent="1"/><visual><headlight ambient=".1 .1 .1" diffuse="0 0 0"/>'
        f'</visual><worldbody>{lights}{last}<geom type="box" size="1 1 .01" pos="0 0 -.01"/>'
        '</worldbody></mujoco>'
    )
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return Scene(model, data)


@pytest.mark.parametrize('count', [20, 100])
def test_every_one_of_many_lights_shines(count: int) -> None:
    scene = lit_by(count)
    without = lit_by(count)
    without.model.light_active[count - 1] = 0
    viewpoint = look_at(CAMERA, eye=(0.0, -0.6, 1.2), target=(0.0, 0.05, 0.0))
    lit, dark = render(scene, viewpoint), render(without, viewpoint)
    brighter = lit.rgb.astype(int).sum(axis=-1) - dark.rgb.astype(int).sum(axis=-1) > 60
    assert 20 < brighter.sum() < 2000


def test_too_many_lights_are_refused() -> None:
    with pytest.raises(RenderError, match=r'has 120 lights that shine; .* at most 101'):
        render(lit_by(120))


@pytest.mark.slow
def test_a_million_triangles() -> None:
    # A wavy sheet with a thickness, finer than the pixels.
    side = 708
    x, y = np.meshgrid(np.linspace(-0.4, 0.4, side), np.linspace(-0.4, 0.4, side))
    top = np.stack([x, y, 0.05 * np.sin(9 * x) * np.cos(7 * y)], axis=-1).reshape(-1, 3)
    index = np.arange(side * side).reshape(side, side)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    faces = np.concatenate([np.stack(f, -1).reshape(-1, 3) for f in ((a, b, c), (a, c, d))])
    assert len(faces) > 999_000
    spec = mujoco.MjSpec()
    spec.stat.extent = 1
    spec.add_mesh(
        name='sheet',
        uservert=top.ravel(),
        userface=faces.ravel(),
        inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL,
    )
    spec.worldbody.add_geom(
        type=mujoco.mjtGeom.mjGEOM_MESH, meshname='sheet', contype=0, conaffinity=0
    )
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    agree_with_rays(Scene(model, data), ids={-1, 0})
