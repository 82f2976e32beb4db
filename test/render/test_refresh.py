"""Values of a loaded model change: pictures afterwards are those after loading it anew."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np
import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.errors import InternalError
from synth_ros.render.base import Layers, Renderer, Shot
from synth_ros.render.classic import ClassicRenderer
from synth_ros.render.fake import RaycastRenderer
from synth_ros.render.filament import FilamentRenderer
from synth_ros.render.looks import Looks, copy_looks
from synth_ros.render.onepass.renderer import OnepassRenderer

from .onepass.pictures import write_png
from .scenes import CONFIG, Scene, look_at, skewed_camera
from .soft_scene import CLOTH, ROPE, SLEEVE, soft_scene

VIEW = look_at(skewed_camera(120, 90), eye=(0.1, -1.1, 0.7))
SMALL = look_at(skewed_camera(24, 18), eye=(0.1, -1.1, 0.7))
_PARALLEL = mujoco.mjtLightType.mjLIGHT_DIRECTIONAL.value
Edit = Callable[[mujoco.MjModel], None]

_BODY = """
<geom name="floor" type="box" size=".7 .5 .01" pos="0 0 -.01" material="tiles"/>
<geom name="ball" type="sphere" size=".12" pos="-.3 0 .12" material="paint"/>
<geom name="box" type="box" size=".1 .1 .1" pos="0 0 .1" rgba=".2 .5 .8 1"/>
<geom name="wedge" type="mesh" mesh="wedge" pos=".25 -.1 0" material="wood"/>
<geom name="pin" type="cylinder" size=".08 .14" pos=".1 .35 .1" material="maps"/>
<geom name="die" type="box" size=".06 .06 .06" pos=".4 .25 .06" material="faces"/>
<geom name="glass" type="capsule" size=".06 .08" pos="-.05 -.3 .16" rgba=".9 .9 .9 .4"/>
<geom name="gone" type="ellipsoid" size=".1 .05 .05" pos="-.35 -.3 .1" rgba=".9 .1 .1 0"/>
<light name="key" type="spot" pos="0 -.3 2" cutoff="50" intensity="120000" diffuse=".8 .8 .8"/>
<light name="fill" type="directional" dir=".4 .3 -1" intensity="6000" diffuse=".2 .2 .2"
    castshadow="false"/>
<light name="off" type="spot" pos="-1 0 1.5" dir="1 0 -1" intensity="90000"
    diffuse=".3 .3 .3" active="false" castshadow="false"/>
"""


_BLOCK = np.ones((8, 8, 1), np.uint8)


def _assets(folder: Path) -> str:
    rng = np.random.default_rng(11)
    names = ('tiles', 'wood', 'bumps', 'rough', 'other')
    files = {
        name: write_png(
            folder / f'{name}.png', np.kron(rng.integers(0, 255, (4, 4, 3), np.uint8), _BLOCK)
        )
        for name in names
    }
    flat = ''.join(
        f'<texture name="{name}" type="2d" file="{path}"/>' for name, path in files.items()
    )
    cubes = ''.join(
        f'<texture name="{name}" type="{kind}" builtin="gradient" width="16" height="16" '
        f'rgb1="{rgb}" rgb2=".1 .1 .2"/>'
        for name, kind, rgb in (('faces', 'cube', '.9 .6 .2'), ('sky', 'skybox', '.4 .6 .9'))
    )
    return f"""{flat}{cubes}
    <mesh name="wedge" vertex="0 0 0 .2 0 0 0 .2 0 0 0 .2 .1 .12 .14"/>
    <material name="tiles" texture="tiles" texrepeat="4 4"/>
    <material name="paint" rgba=".8 .3 .3 1"/>
    <material name="wood" texture="wood" texuniform="true" texrepeat="3 3" rgba=".3 .3 .3 1"
        roughness=".9" metallic="0"/>
    <material name="faces" texture="faces"/>
    <material name="maps" rgba=".7 .7 .7 1">
      <layer role="normal" texture="bumps"/><layer role="roughness" texture="rough"/>
    </material>"""


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    model = mujoco.MjModel.from_xml_string(
        f"""<mujoco><statistic extent="1"/>
        <visual><map znear="0.002" zfar="30"/>
          <headlight ambient=".3 .3 .3" diffuse="0 0 0" specular="0 0 0"/></visual>
        <asset>{_assets(tmp_path)}</asset><worldbody>{_BODY}</worldbody></mujoco>"""
    )
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return Scene(model, data)


FILAMENT_SLOWLY = pytest.param('filament', marks=pytest.mark.slow)
ENGINES = ['classic', FILAMENT_SLOWLY, 'onepass', 'raycast']


def _make(name: str) -> Renderer:
    if name == 'raycast':
        return RaycastRenderer()
    if name == 'onepass':
        return OnepassRenderer(CONFIG)
    return FilamentRenderer(CONFIG) if name == 'filament' else ClassicRenderer(CONFIG, (9, 9))


@pytest.fixture(scope='module', params=ENGINES)
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[str, Renderer, Renderer]]:
    with _make(request.param) as first, _make(request.param) as second:
        yield request.param, first, second


class Case(NamedTuple):
    """A change, and the engines whose pictures it reaches."""

    edit: Edit
    seen_by: frozenset[str]


def _set(field: str, item: str, value: object) -> Edit:
    kind = {'geom': 'geom', 'mat': 'material', 'light': 'light'}[field.partition('_')[0]]

    def edit(model: mujoco.MjModel) -> None:
        getattr(model, field)[getattr(model, kind)(item).id] = value

    return edit


def _headlight(model: mujoco.MjModel) -> None:
    model.vis.headlight.ambient = (0.6, 0.6, 0.6)


def _dress(geom: str, material: str) -> Edit:
    def edit(model: mujoco.MjModel) -> None:
        model.geom_matid[model.geom(geom).id] = model.material(material).id

    return edit


def _texture_of(material: str, texture: str) -> Edit:
    def edit(model: mujoco.MjModel) -> None:
        row = model.mat_texid[model.material(material).id]
        row[row == row.max()] = model.texture(texture).id

    return edit


def _invert(texture: str) -> Edit:
    def edit(model: mujoco.MjModel) -> None:
        number = model.texture(texture).id
        start = model.tex_adr[number]
        size = model.tex_width[number] * model.tex_height[number] * model.tex_nchannel[number]
        # The middle of a face; the first and the last pixel stay as they are.
        pixels = model.tex_data[start + size // 7 : start + size - size // 7]
        pixels[:] = 255 - pixels

    return edit


def _nearer(model: mujoco.MjModel) -> None:
    model.vis.map.zfar = 1.2


RAYS, CLASSIC, FILAMENT, ONEPASS = 'raycast', 'classic', 'filament', 'onepass'
ALL = frozenset({RAYS, CLASSIC, FILAMENT, ONEPASS})
LIT = ALL - {RAYS}
PHYSICAL = LIT - {CLASSIC}
PHONG = frozenset({CLASSIC, ONEPASS})
CASES = {
    'colour of a geom': Case(_set('geom_rgba', 'box', (0.9, 0.4, 0.1, 1)), ALL),
    'colour of a material': Case(_set('mat_rgba', 'paint', (0.1, 0.8, 0.2, 1)), ALL),
    'opacity': Case(_set('geom_rgba', 'box', (0.2, 0.5, 0.8, 0.5)), LIT),
    'clear to solid': Case(_set('geom_rgba', 'glass', (0.9, 0.9, 0.9, 1)), LIT),
    'out of sight': Case(_set('geom_rgba', 'box', (0.2, 0.5, 0.8, 0)), ALL),
    'out of sight by group': Case(_set('geom_group', 'ball', 4), ALL),
    'into sight': Case(_set('geom_rgba', 'gone', (0.9, 0.1, 0.1, 1)), ALL),
    'metallic': Case(_set('mat_metallic', 'paint', 1), PHYSICAL),
    'roughness': Case(_set('mat_roughness', 'wood', 0.1), PHYSICAL),
    'specular': Case(_set('mat_specular', 'paint', 1), LIT),
    'shininess': Case(_set('mat_shininess', 'paint', 1), PHONG),
    'emission': Case(_set('mat_emission', 'paint', 0.8), LIT),
    'strong emission': Case(_set('mat_emission', 'wood', 1.5), PHONG),
    'repeat': Case(_set('mat_texrepeat', 'tiles', (2, 7)), LIT),
    'uniform': Case(_set('mat_texuniform', 'tiles', 1), LIT),
    'another material': Case(_dress('ball', 'tiles'), ALL),
    'another texture': Case(_texture_of('tiles', 'other'), LIT),
    'pixels': Case(_invert('tiles'), LIT),
    'pixels of a cube': Case(_invert('faces'), LIT),
    'pixels of the sky': Case(_invert('sky'), LIT),
    'pixels of bumps': Case(_invert('bumps'), PHYSICAL),
    'pixels of roughness': Case(_invert('rough'), frozenset({ONEPASS})),
    'intensity': Case(_set('light_intensity', 'key', 60_000), PHYSICAL),
    'diffuse': Case(_set('light_diffuse', 'key', (0.8, 0.4, 0.2)), LIT),
    'light off': Case(_set('light_active', 'key', 0), LIT),
    'light on': Case(_set('light_active', 'off', 1), LIT),
    'no shadow': Case(_set('light_castshadow', 'key', 0), LIT),
    'shadow': Case(_set('light_castshadow', 'fill', 1), LIT),
    'cutoff': Case(_set('light_cutoff', 'key', 12), LIT),
    'softness': Case(_set('light_softness', 'key', 0.9), PHYSICAL),
    'range': Case(_set('light_range', 'key', 2.2), PHYSICAL),
    'kind': Case(_set('light_type', 'key', _PARALLEL), LIT),
    'light specular': Case(_set('light_specular', 'key', (1, 1, 1)), frozenset({CLASSIC})),
    'ambient': Case(_headlight, LIT),
    'far plane': Case(_nearer, ALL),
}
# Largest difference of a channel that is no noise.
NOISE = {RAYS: 3, CLASSIC: 3, FILAMENT: 40, ONEPASS: 3}


def assert_same(name: str, ours: Layers, fresh: Layers) -> None:
    assert np.array_equal(ours.geom_id, fresh.geom_id)
    assert np.array_equal(ours.depth_m, fresh.depth_m)
    difference = np.abs(ours.rgb.astype(int) - fresh.rgb)
    if name == FILAMENT:
        # Its dithering goes on.
        assert difference.mean() < 0.8
        assert np.percentile(difference, 99.5) <= 8
    else:
        assert difference.max() == 0


def assert_fresh(pair: tuple[str, Renderer, Renderer], scene: Scene, edit: Edit) -> int:
    """Compare with another renderer that loads the model after the change.

    Returns:
        The largest difference to the picture before the change.
    """
    name, renderer, reference = pair
    view = SMALL if name == RAYS else VIEW
    groups = [[k] for k in range(3, scene.model.ngeom, 1 if name == ONEPASS else 4)]
    renderer.load(scene.model)
    before = renderer.render(scene.data, view)
    edit(scene.model)
    renderer.refresh(scene.model)
    after = renderer.render(scene.data, view)
    reference.load(scene.model)
    assert_same(name, after, reference.render(scene.data, view))
    apart = [r.silhouettes(scene.data, view, groups) for r in (renderer, reference)]
    for ours, fresh in zip(*apart, strict=True):
        assert (ours is None) == (fresh is None)
        assert ours is None or (ours.x0, ours.y0) == (fresh.x0, fresh.y0)
        assert ours is None or np.array_equal(ours.mask, fresh.mask)
    return int(np.abs(after.rgb.astype(int) - before.rgb).max())


@pytest.mark.parametrize('what', CASES)
def test_equals_a_fresh_load(
    pair: tuple[str, Renderer, Renderer], scene: Scene, what: str
) -> None:
    case, name = CASES[what], pair[0]
    if name in case.seen_by:
        assert assert_fresh(pair, scene, case.edit) > NOISE[name]
    elif name == ONEPASS:
        assert assert_fresh(pair, scene, case.edit) <= NOISE[name]


def test_all_at_once_and_back(pair: tuple[str, Renderer, Renderer], scene: Scene) -> None:
    name, renderer, _ = pair
    view = SMALL if name == RAYS else VIEW
    original = copy.copy(scene.model)
    renderer.load(scene.model)
    before = renderer.render(scene.data, view)

    def everything(model: mujoco.MjModel) -> None:
        for what, case in CASES.items():
            if what not in ('far plane', 'light off'):
                case.edit(model)

    assert assert_fresh(pair, scene, everything) > NOISE[name]
    copy_looks(original, scene.model)
    scene.model.tex_data[:] = original.tex_data
    renderer.refresh(scene.model)
    assert_same(name, renderer.render(scene.data, view), before)


def test_light_that_moves(pair: tuple[str, Renderer, Renderer], scene: Scene) -> None:
    name = pair[0]

    def edit(model: mujoco.MjModel) -> None:
        model.light_pos[model.light('key').id] = (1.0, 0.5, 1.5)
        mujoco.mj_forward(model, scene.data)

    assert (assert_fresh(pair, scene, edit) > NOISE[name]) == (name != RAYS)


@pytest.mark.parametrize(('field', 'number'), [('flex_rgba', 0), ('skin_rgba', 0)])
def test_soft_surfaces(pair: tuple[str, Renderer, Renderer], field: str, number: int) -> None:
    name, renderer, reference = pair
    scene = soft_scene()
    view = look_at(skewed_camera(30, 24) if name == RAYS else skewed_camera(120, 90))
    renderer.load(scene.model)
    renderer.render(scene.data, view)
    getattr(scene.model, field)[number] = (0.1, 0.9, 0.9, 1)
    scene.model.tendon_rgba[0, 3] = 0
    renderer.refresh(scene.model)
    reference.load(scene.model)
    seen = renderer.render(scene.data, view)
    assert_same(name, seen, reference.render(scene.data, view))
    assert not (seen.geom_id == ROPE).any()
    mine = seen.rgb[seen.geom_id == {'flex_rgba': CLOTH, 'skin_rgba': SLEEVE}[field]]
    assert mine[:, 2].mean() > 1.5 * mine[:, 0].mean()


def test_shots_on_their_way_keep_the_old_look(
    pair: tuple[str, Renderer, Renderer], scene: Scene
) -> None:
    name, renderer, _ = pair
    view = SMALL if name == RAYS else VIEW
    model = scene.model
    renderer.load(model)
    looks, pending = [], []
    for k in range(4):
        model.geom_rgba[model.geom('box').id] = (0.2 * k, 1 - 0.2 * k, 0.5, 1)
        model.geom_rgba[model.geom('gone').id, 3] = k % 2
        model.light_intensity[model.light('key').id] = 60_000 * (k + 1)
        model.light_castshadow[model.light('fill').id] = k % 2
        _invert('tiles')(model)
        renderer.refresh(model)
        looks.append(renderer.render(scene.data, view))
        pending.append(renderer.submit(scene.data, [Shot(view, [[4]])]))
    for look, submitted in zip(looks, pending, strict=True):
        assert_same(name, submitted.collect()[0].layers, look)
    assert not np.array_equal(looks[0].rgb, looks[1].rgb)


def test_shots_survive_a_scene_made_anew(scene: Scene) -> None:
    with OnepassRenderer(CONFIG) as renderer:
        renderer.load(scene.model)
        expected = renderer.render(scene.data, VIEW)
        pending = renderer.submit(scene.data, [Shot(VIEW, [[1]])])
        _nearer(scene.model)
        renderer.refresh(scene.model)
        near = renderer.render(scene.data, VIEW)
        assert_same(ONEPASS, pending.collect()[0].layers, expected)
    assert (near.depth_m > 0).sum() < (expected.depth_m > 0).sum()


def test_soft_shadows_follow_the_bulb(scene: Scene) -> None:
    with OnepassRenderer(RenderConfig(soft_shadows=True, shadow_size=512)) as renderer:
        renderer.load(scene.model)
        hard = renderer.render(scene.data, VIEW)
        scene.model.light_bulbradius[0] = 0.3
        renderer.refresh(scene.model)
        soft = renderer.render(scene.data, VIEW)
        renderer.load(scene.model)
        assert_same(ONEPASS, soft, renderer.render(scene.data, VIEW))
    assert np.abs(soft.rgb.astype(int) - hard.rgb).max() > 20


def test_another_structure_is_refused(pair: tuple[str, Renderer, Renderer], scene: Scene) -> None:
    name, renderer, _ = pair
    renderer.load(scene.model)
    other = soft_scene().model
    if name == RAYS:
        renderer.refresh(other)
        return
    with pytest.raises(InternalError, match='another structure needs load'):
        renderer.refresh(other)


@pytest.mark.parametrize('name', [CLASSIC, FILAMENT, ONEPASS, RAYS])
def test_nothing_is_loaded(scene: Scene, name: str) -> None:
    with _make(name) as renderer, pytest.raises(InternalError, match=r'before load\(model\)'):
        renderer.refresh(scene.model)


def test_what_changed_is_found(scene: Scene) -> None:
    model = scene.model
    looks = Looks(model)
    assert not looks.update(model).any
    _set('mat_rgba', 'paint', (0, 0, 0, 1))(model)
    _invert('rough')(model)
    changes = looks.update(model)
    assert np.flatnonzero(changes.geoms).tolist() == [model.geom('ball').id]
    assert changes.textures == (model.texture('rough').id,)
    assert (changes.lights, changes.soft, changes.visual) == (False, False, False)
    assert not looks.update(model).any
    model.vis.headlight.diffuse = (0.1, 0, 0)
    assert looks.update(model).lights
    model.tex_data[-1] ^= 1
    assert looks.update(model).textures == (model.ntex - 1,)
