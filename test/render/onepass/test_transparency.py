"""See-through surfaces: blended far to near, solid in depth and ids."""

from __future__ import annotations

import numpy as np
import pytest

from render.scenes import Scene, compile_scene, look_at, skewed_camera
from synth_ros.config.render import RenderConfig
from synth_ros.render.base import Layers
from synth_ros.render.fake import RaycastRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.types import ByteImage, CameraModel

from ..test_renderers import near_edges

# The camera looks along the world's y from the origin.
CAMERA = CameraModel('eye', 61, 61, 60.0, 60.0, 30.0, 30.0)
EYE = look_at(CAMERA, eye=(0.0, 0.0, 0.0), target=(0.0, 1.0, 0.0))
_SKY = '<texture type="skybox" builtin="flat" rgb1=".1 .2 .9" width="16" height="16"/>'


def pane(y: float, rgba: str, *, extra: str = '') -> str:
    return f'<geom type="box" size=".2 .001 .2" pos="0 {y} 0" rgba="{rgba}" {extra}/>'


def render(scene: Scene, *, samples: int = 0) -> Layers:
    # Light alone from all around: what is seen does not depend on shadows.
    config = RenderConfig(shadow_size=0, samples=samples, tone_mapping='none')
    with OnepassRenderer(config) as renderer:
        renderer.load(scene.model)
        return renderer.render(scene.data, EYE)


def middle(scene: Scene, **options: int) -> np.ndarray:
    return linear(render(scene, **options).rgb)[30, 30]


def linear(rgb: ByteImage) -> np.ndarray:
    """Light from screen colours (sRGB)."""
    share = rgb / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize('samples', [0, 4])
def test_one_pane_mixes_the_light_of_both(samples: int) -> None:
    wall = '<geom type="box" size=".2 .001 .2" pos="0 1 0" rgba="0 1 0 1"/>'
    alone = middle(compile_scene(wall))
    glass = middle(compile_scene(pane(0.6, '1 0 0 1')))
    mixed = middle(compile_scene(wall + pane(0.6, '1 0 0 .3')), samples=samples)
    assert mixed == pytest.approx(0.3 * glass + 0.7 * alone, abs=0.01)


@pytest.mark.parametrize('order', [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
@pytest.mark.parametrize('samples', [0, 4])
def test_panes_are_blended_far_to_near(order: tuple[int, ...], samples: int) -> None:
    panes = [pane(0.9, '1 0 0 .5'), pane(0.7, '0 1 0 .5'), pane(0.5, '0 0 1 .5')]
    found = middle(compile_scene(''.join(panes[i] for i in order)), samples=samples)
    red, green, blue = found
    # Half of each, dimmed by half for each pane before it.
    assert 0 < red < green < blue
    assert green / red == pytest.approx(2, rel=0.25)
    assert blue / green == pytest.approx(2, rel=0.25)


def test_panes_of_several_kinds_are_sorted_together() -> None:
    # A textured pane between two plain ones: two programs, one order.
    texture = (
        '<texture name="t" type="2d" builtin="flat" rgb1="0 1 0" width="8" height="8"/>'
        '<material name="green" texture="t" rgba="1 1 1 .5"/>'
    )
    between = '<geom type="box" size=".2 .001 .2" pos="0 .7 0" material="green"/>'
    panes = [pane(0.9, '1 0 0 .5'), between, pane(0.5, '0 0 1 .5')]
    seen = [
        middle(compile_scene(''.join(panes[i] for i in order), asset=texture))
        for order in ((0, 1, 2), (2, 0, 1))
    ]
    assert seen[0] == pytest.approx(seen[1], abs=1e-6)
    red, green, blue = seen[0]
    assert 0 < red < green < blue


def test_equal_depths_are_drawn_in_the_order_of_the_model() -> None:
    both = pane(0.6, '1 0 0 .5') + pane(0.6, '0 0 1 .5')
    first, again = render(compile_scene(both)), render(compile_scene(both))
    assert np.array_equal(first.rgb, again.rgb)
    assert first.geom_id[30, 30] == 0


def test_depth_and_ids_count_it_as_solid() -> None:
    balls = ''.join(
        f'<geom type="{kind}" size=".06 .05 .04" pos="{x} 1 {z}" rgba="1 0 0 {alpha}"/>'
        for kind, x, z, alpha in (
            ('sphere', -0.2, 0.1, 0.01),
            ('capsule', 0.0, 0.1, 0.3),
            ('ellipsoid', 0.2, 0.1, 0.5),
            ('cylinder', -0.1, -0.15, 0.7),
            ('box', 0.1, -0.15, 0.9),
        )
    )
    scene = compile_scene(balls + '<geom type="box" size="1 .01 1" pos="0 1.5 0"/>')
    seen = render(scene)
    with RaycastRenderer() as rays:
        rays.load(scene.model)
        truth = rays.render(scene.data, EYE)
    assert set(np.unique(truth.geom_id)) == set(range(6))
    inside = ~near_edges(truth.geom_id)
    assert np.array_equal(seen.geom_id[inside], truth.geom_id[inside])
    assert np.abs(seen.depth_m - truth.depth_m)[inside].max() < 1e-5


def test_what_has_no_opacity_is_not_drawn() -> None:
    wall = '<geom type="box" size=".2 .001 .2" pos="0 1 0" rgba="0 1 0 1"/>'
    plain = render(compile_scene(wall))
    covered = render(compile_scene(wall + pane(0.5, '1 0 0 0')))
    assert all(np.array_equal(a, b) for a, b in zip(plain[:3], covered[:3], strict=True))


@pytest.mark.parametrize('samples', [0, 4])
def test_a_round_shape_shows_what_is_behind(samples: int) -> None:
    wall = '<geom type="box" size="1 .001 1" pos="0 1.2 0" rgba="0 1 0 1"/>'
    ball = '<geom type="sphere" size=".2" pos="0 .8 0" rgba="1 0 0 {}"/>'
    alone = middle(compile_scene(wall))
    red = middle(compile_scene(ball.format(1)))
    found = middle(compile_scene(wall + ball.format(0.4)), samples=samples)
    # One surface is met, the front: its back is not drawn.
    assert found == pytest.approx(0.4 * red + 0.6 * alone, abs=0.01)


@pytest.mark.parametrize('samples', [0, 4])
def test_glass_before_the_sky_shows_the_sky(samples: int) -> None:
    sky = middle(compile_scene('<geom type="box" size=".1 .1 .1" pos="0 -5 0"/>', asset=_SKY))
    glass = middle(compile_scene(pane(0.6, '1 0 0 1')))
    scene = compile_scene(pane(0.6, '1 0 0 .3'), asset=_SKY)
    seen = render(scene, samples=samples)
    assert linear(seen.rgb)[30, 30] == pytest.approx(0.3 * glass + 0.7 * sky, abs=0.01)
    # The sky is no surface; the glass is.
    assert seen.geom_id[30, 30] == 0
    assert seen.geom_id[2, 2] == -1
    assert seen.depth_m[2, 2] == 0


def test_antialiasing_smooths_the_outline_of_glass() -> None:
    scene = compile_scene(
        '<geom type="box" size="1 .001 1" pos="0 1.2 0" rgba="1 1 1 1"/>'
        '<geom type="box" size=".1 .001 .1" pos="0 .8 0" rgba="0 0 0 .8" euler="0 20 0"/>'
    )
    crisp, smooth = render(scene), render(scene, samples=4)
    assert np.array_equal(crisp.geom_id, smooth.geom_id)
    edge = near_edges(crisp.geom_id)
    away = ~near_edges(crisp.geom_id, 3)
    assert np.abs(crisp.rgb.astype(int) - smooth.rgb)[away].max() <= 2
    steps = [len(np.unique(layers.rgb[edge][:, 0] // 8)) for layers in (crisp, smooth)]
    assert steps[1] > steps[0]


def test_an_object_of_glass_has_its_whole_silhouette() -> None:
    scene = compile_scene(
        '<geom type="sphere" size=".1" pos="0 0 .1" rgba="1 1 1 .2"/>'
        '<geom type="box" size="1 1 .01" pos="0 0 -.01"/>'
    )
    viewpoint = look_at(skewed_camera())
    with OnepassRenderer(RenderConfig(shadow_size=0)) as renderer:
        renderer.load(scene.model)
        found = renderer.silhouettes(scene.data, viewpoint, [[0]])[0]
        seen = renderer.render(scene.data, viewpoint)
    assert found is not None
    assert found.mask.sum() == (seen.geom_id == 0).sum()
