"""What every renderer makes of things that are clear, hidden, behind, around or countless."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import mujoco
import numpy as np
import pytest

from synth_ros.render.base import Layers, Renderer
from synth_ros.render.classic import ClassicRenderer
from synth_ros.render.devices import Device
from synth_ros.render.fake import RaycastRenderer
from synth_ros.render.filament import FilamentRenderer
from synth_ros.types import CameraModel, Silhouette

from .scenes import CONFIG, Scene, compile_scene, look_at

CAMERA = CameraModel('test', 48, 36, 40.0, 42.0, 23.5, 17.5)
EYE = (0.0, 0.0, 0.0)
AHEAD = (0.0, 1.0, 0.0)
WALL = '<geom name="wall" type="box" size="9 .5 9" pos="0 4.5 0"/>'


@pytest.fixture(scope='module', params=['classic', 'filament', 'raycast'])
def any_renderer(request: pytest.FixtureRequest, vulkan: Device) -> Iterator[Renderer]:
    made: Renderer
    if request.param == 'classic':
        made = ClassicRenderer(CONFIG, (64, 64))
    elif request.param == 'filament':
        made = FilamentRenderer(CONFIG, device=vulkan)
    else:
        made = RaycastRenderer()
    with made:
        yield made


def look(renderer: Renderer, scene: Scene, *, eye: tuple[float, float, float] = EYE) -> Layers:
    renderer.load(scene.model)
    target = tuple(np.add(eye, AHEAD))
    return renderer.render(scene.data, look_at(CAMERA, eye=eye, target=target))


def alone(renderer: Renderer, scene: Scene, names: Sequence[str]) -> list[Silhouette | None]:
    """Silhouettes of some geoms; the scene must be loaded."""
    groups = [[int(scene.model.geom(name).id)] for name in names]
    return renderer.silhouettes(scene.data, look_at(CAMERA, eye=EYE, target=AHEAD), groups)


def seen_names(scene: Scene, layers: Layers) -> set[str]:
    return {scene.model.geom(int(g)).name if g >= 0 else '' for g in np.unique(layers.geom_id)}


LOOKS = {
    'solid': '', 'faint': 'rgba="1 0 0 .02"', 'glass': 'material="glass"',
    'own_color': 'material="clear" rgba="0 1 0 1"', 'clear': 'rgba="1 0 0 0"',
    'clear_material': 'material="clear"', 'own_clear': 'material="glass" rgba="0 1 0 0"',
    'group_3': 'group="3"', 'group_4': 'group="4"', 'group_5': 'group="5"',
}  # fmt: skip
DRAWN = {'solid', 'faint', 'glass', 'own_color'}


def test_opacity_and_groups(any_renderer: Renderer) -> None:
    """Any opacity above 0 is solid in ids and depth; 0 and groups 3 to 5 are not there."""
    materials = '<material name="clear" rgba="1 0 0 0"/><material name="glass" rgba="0 0 1 .3"/>'
    balls = ''.join(
        f'<geom name="{name}" size=".2" pos="{(k % 4 - 1.5) * 0.5} 2 {(k // 4 - 1) * 0.5}" {how}/>'
        for k, (name, how) in enumerate(LOOKS.items())
    )
    scene = compile_scene(WALL + balls, asset=materials)
    layers = look(any_renderer, scene)
    assert seen_names(scene, layers) == {'wall', *DRAWN}
    covered = dict(zip(LOOKS, alone(any_renderer, scene, list(LOOKS)), strict=True))
    assert {name for name, silhouette in covered.items() if silhouette} == DRAWN
    for name in DRAWN:
        mine = layers.geom_id == scene.model.geom(name).id
        silhouette = covered[name]
        assert silhouette is not None
        # Nothing is in front: what can be seen is the whole.
        assert mine.sum() == silhouette.mask.sum() > 30
        assert 1.8 <= layers.depth_m[mine].min() < 1.83
        assert layers.depth_m[mine].max() < 2.1
    wall = layers.geom_id == scene.model.geom('wall').id
    np.testing.assert_allclose(layers.depth_m[wall], 4.0, atol=2e-3)


def test_behind_the_camera(any_renderer: Renderer) -> None:
    scene = compile_scene(
        WALL + '<geom name="back" size=".3" pos="0 -2 0"/>'
        '<geom name="beside" type="box" size="1 .1 .1" pos="3 0 0"/>'
        '<geom name="close" size=".005" pos="0 .01 0"/>'
    )
    assert seen_names(scene, look(any_renderer, scene)) == {'wall'}
    # ``close`` lies wholly before the near plane, 2 cm from the lens.
    assert alone(any_renderer, scene, ['back', 'beside', 'close']) == [None, None, None]


@pytest.mark.parametrize('side', [-1, 1])
def test_across_the_border(any_renderer: Renderer, side: int) -> None:
    # The left and right edges of the image are 0.6 m from its middle, 1 m ahead.
    scene = compile_scene(
        WALL + f'<geom name="cut" type="box" size=".201 .001 .1" pos="{side * 0.6} 1.001 0"/>'
        f'<geom name="out" type="box" size=".02 .001 .1" pos="{side * 1.2} 1.001 0"/>'
    )
    layers = look(any_renderer, scene)
    assert seen_names(scene, layers) == {'wall', 'cut'}
    mine = layers.geom_id == scene.model.geom('cut').id
    columns = np.flatnonzero(mine.any(axis=0))
    assert (columns[0] == 0) if side < 0 else (columns[-1] == CAMERA.width - 1)
    cut, out = alone(any_renderer, scene, ['cut', 'out'])
    assert cut is not None
    assert out is not None
    left, right = cut.x0, cut.x0 + cut.mask.shape[1]
    # From 0.4 to 0.8 m aside: columns 16 to 32 from the middle, half of them outside.
    if side > 0:
        assert (left, right) == (40, 56)
        assert out.x0 > CAMERA.width
    else:
        assert (left, right) == (-8, 8)
        assert out.x0 + out.mask.shape[1] < 0
    inside = cut.mask[:, : CAMERA.width - left] if side > 0 else cut.mask[:, -left:]
    assert inside.sum() == mine.sum()


TETRAHEDRON = 'vertex="-1 -1 -1 4 -1 -1 -1 4 -1 -1 -1 4"'
OUTWARD = 'face="0 2 1 0 1 3 0 3 2 1 2 3"'
INWARD = 'face="0 1 2 0 3 1 0 2 3 1 3 2"'


@pytest.mark.parametrize(
    'shape',
    [
        'size="1"',
        'type="box" size="1 1 1"',
        'type="cylinder" size="1 1"',
        'type="capsule" size="1 1"',
        'type="ellipsoid" size="1 1.5 1"',
        'type="mesh" mesh="shell"',
    ],
)
def test_around_the_camera(any_renderer: Renderer, shape: str) -> None:
    """From inside, a thing shows its back faces, which nobody draws."""
    asset = f'<mesh name="shell" inertia="shell" {TETRAHEDRON} {OUTWARD}/>'
    scene = compile_scene(WALL + f'<geom name="around" {shape}/>', asset=asset)
    layers = look(any_renderer, scene)
    assert seen_names(scene, layers) == {'wall'}
    np.testing.assert_allclose(layers.depth_m, 4.0, atol=2e-3)
    assert alone(any_renderer, scene, ['around']) == [None]


def test_a_room_drawn_from_inside_is_seen(any_renderer: Renderer) -> None:
    """Faces that point inwards are seen from inside and not from outside."""
    asset = f'<mesh name="room" inertia="shell" {TETRAHEDRON} {INWARD}/>'
    scene = compile_scene(WALL + '<geom name="room" type="mesh" mesh="room"/>', asset=asset)
    assert seen_names(scene, look(any_renderer, scene)) == {'room'}
    (whole,) = alone(any_renderer, scene, ['room'])
    assert whole is not None
    assert whole.mask.all()


def test_partly_around_the_camera(any_renderer: Renderer) -> None:
    """A box from behind the camera to before it hides nothing; beside it, its outside shows."""
    scene = compile_scene(
        WALL + '<geom name="tunnel" type="box" size=".3 2 .3"/>'
        '<geom name="beam" type="box" size=".1 2 .1" pos=".5 0 0"/>'
    )
    layers = look(any_renderer, scene)
    assert seen_names(scene, layers) == {'wall', 'beam'}
    tunnel, beam = alone(any_renderer, scene, ['tunnel', 'beam'])
    assert tunnel is None
    assert beam is not None


def test_nothing_but_a_wall_hides_nothing_and_everything(any_renderer: Renderer) -> None:
    """A thing without a visible pixel has a silhouette all the same."""
    scene = compile_scene(WALL + '<geom name="lost" size=".5" pos="0 7 0"/>')
    assert seen_names(scene, look(any_renderer, scene)) == {'wall'}
    (lost,) = alone(any_renderer, scene, ['lost'])
    assert lost is not None
    # A disk of radius 40 * 0.5 / sqrt(49 - 0.25) pixels.
    assert 15 < lost.mask.sum() < 35


@pytest.mark.parametrize('eye_z', [0.0, -1.0])
def test_a_plane_has_two_sides(any_renderer: Renderer, eye_z: float) -> None:
    scene = compile_scene(WALL + '<geom name="floor" type="plane" size="3 3 1" pos="0 3 -.5"/>')
    layers = look(any_renderer, scene, eye=(0.0, 0.0, eye_z))
    floor = layers.geom_id == scene.model.geom('floor').id
    # Half a metre below or above: where |v - 17.5| > 42 * 0.5 / 4.
    rows = np.arange(CAMERA.height) - 17.5
    expected = (rows if eye_z == 0 else -rows) > 42 * 0.5 / 4
    np.testing.assert_array_equal(floor.any(axis=1), expected)
    np.testing.assert_allclose(
        layers.depth_m[floor.any(axis=1)],
        np.broadcast_to(21 / np.abs(rows[expected])[:, None], (expected.sum(), CAMERA.width)),
        rtol=1e-3,
    )


def test_sites_are_not_drawn(any_renderer: Renderer) -> None:
    """They leave no trace in any image."""
    plain, adorned = without_and_with_sites()
    layers = look(any_renderer, adorned)
    assert seen_names(adorned, layers) == {'wall'}
    np.testing.assert_allclose(layers.depth_m, 4.0, atol=2e-3)
    np.testing.assert_array_equal(layers.rgb, look(any_renderer, plain).rgb)


def without_and_with_sites() -> tuple[Scene, Scene]:
    sites = '<site name="a" size=".3" pos="0 2 0"/><site name="b" size=".3" pos="1 2 0"/>'
    scenes = []
    for inner in ('', sites):
        model = mujoco.MjModel.from_xml_string(
            f"""<mujoco>
              <statistic extent="1" center="0 0 0" meansize=".1"/>
              <visual><map znear="0.002" zfar="30"/></visual>
              <worldbody><light pos="0 0 3"/>{WALL}{inner}</worldbody>
            </mujoco>"""
        )
        data = mujoco.MjData(model)
        mujoco.mj_forward(model, data)
        scenes.append(Scene(model, data))
    assert model.nsite == 2
    return scenes[0], scenes[1]


@pytest.fixture(scope='module')
def crowd() -> Scene:
    """A wall of 50 by 40 boxes of four pixels each, before a wall."""
    boxes = ''.join(
        f'<body pos="{(k % 50 - 24.5) * 0.08} 2 {(k // 50 - 19.5) * 0.08}"><freejoint/>'
        '<geom type="box" size=".04 .0001 .04" contype="0" conaffinity="0"/></body>'
        for k in range(2000)
    )
    return compile_scene(WALL + boxes)


def test_two_thousand_things(any_renderer: Renderer, crowd: Scene) -> None:
    camera = CameraModel('test', 100, 80, 49.9975, 49.9975, 49.5, 39.5)
    start = time.perf_counter()
    any_renderer.load(crowd.model)
    viewpoint = look_at(camera, eye=EYE, target=AHEAD)
    layers = any_renderer.render(crowd.data, viewpoint)
    # Their front faces, 1.9999 m away, fill the image with squares of 2 by 2 pixels.
    rows, columns = np.mgrid[:80, :100]
    expected = 1 + columns // 2 + 50 * ((79 - rows) // 2)
    np.testing.assert_array_equal(layers.geom_id, expected)
    some = [0, 254, 255, 256, 1023, 1999]
    found = any_renderer.silhouettes(crowd.data, viewpoint, [[k + 1] for k in some])
    for k, silhouette in zip(some, found, strict=True):
        assert silhouette is not None
        v, u = np.argwhere(expected == k + 1)[0]
        assert (silhouette.x0, silhouette.y0) == (u, v)
        assert silhouette.mask.shape == (2, 2)
        assert silhouette.mask.all()
    assert time.perf_counter() - start < 60
