"""Shadows: their edges are as wide as geometry has it; what is lit does not shade itself."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.geometry.camera import pixel_rays
from synth_ros.render.base import Layers, Viewpoint
from synth_ros.render.onepass.renderer import OnepassRenderer

from .pictures import linear, model_of, picture, view

SOFT = RenderConfig(samples=0, shadow_size=2048, soft_shadows=True, tone_mapping='none')
HARD = SOFT.model_copy(update={'soft_shadows': False})
GREY = '<material name="paint" rgba=".5 .5 .5 1" roughness="1" metallic="0"/>'
FLOOR = '<geom type="box" size="3 3 .01" pos="0 0 -.01" material="paint"/>'
HEIGHT_M = 2.0


def lamp(bulb_m: float, *, kind: str = 'spot') -> str:
    intensity = 60_000 if kind == 'spot' else 15_000
    return (
        f'<light type="{kind}" pos="0 0 {HEIGHT_M}" dir="0 0 -1" cutoff="40" '
        f'intensity="{intensity}" bulbradius="{bulb_m}"/>'
    )


def screen(height_m: float) -> str:
    """Half of the room below it is in its shadow, up to x = 0."""
    return f'<geom type="box" size=".5 .8 .002" pos="-.5 0 {height_m}" material="paint"/>'


def drawn(body: str, config: RenderConfig) -> tuple[Layers, Viewpoint]:
    # From the side, below the screen.
    viewpoint = view((0.9, -0.9, 0.3), target=(0.05, 0, 0), size=(320, 240), fovy=0.7)
    with OnepassRenderer(config) as renderer:
        return picture(renderer, model_of(body, asset=GREY), viewpoint), viewpoint


def penumbra_m(body: str, config: RenderConfig) -> tuple[float, float]:
    """Middle and width of a shadow's edge along x, metres.

    A round bulb lights with the share of its disk that shows: from 10 % to 90 % of the light lie
    0.687 of its width.
    """
    seen, viewpoint = drawn(body, config)
    rays = pixel_rays(viewpoint.camera) * seen.depth_m[..., None]
    pose = viewpoint.world_from_camera
    points = rays @ pose[:3, :3].T + pose[:3, 3]
    floor = (seen.geom_id == 0) & (np.abs(points[..., 1]) < 0.15) & (np.abs(points[..., 0]) < 0.4)
    x, light = points[floor][:, 0], linear(seen.rgb[floor]).mean(axis=-1)
    # The light falls off to the side, but slowly.
    edges = np.linspace(-0.4, 0.4, 161)
    middles = (edges[1:] + edges[:-1]) / 2
    number = np.digitize(x, edges) - 1
    mean = np.array([light[number == k].mean() for k in range(160)])
    share = mean / mean.max()
    low, half, high = (np.interp(level, share, middles) for level in (0.1, 0.5, 0.9))
    return float(half), float((high - low) / 0.687)


@pytest.mark.parametrize('bulb_m', [0.05, 0.12])
@pytest.mark.parametrize('height_m', [0.2, 0.5, 0.8])
def test_an_edge_is_as_wide_as_the_bulb_and_the_distance_make_it(
    bulb_m: float, height_m: float
) -> None:
    middle, width = penumbra_m(lamp(bulb_m) + FLOOR + screen(height_m), SOFT)
    expected = 2 * bulb_m * height_m / (HEIGHT_M - height_m)
    assert width == pytest.approx(expected, rel=0.2, abs=0.012)
    assert middle == pytest.approx(0, abs=0.1 * expected + 0.01)


def test_parallel_light_softens_with_the_distance_alone() -> None:
    widths = [
        penumbra_m(lamp(0.1, kind='directional') + FLOOR + screen(height), SOFT)[1]
        for height in (0.2, 0.6)
    ]
    assert widths[0] == pytest.approx(2 * 0.1 * 0.2, rel=0.25, abs=0.02)
    assert widths[1] == pytest.approx(2 * 0.1 * 0.6, rel=0.25)


def test_hard_shadows_have_hard_edges() -> None:
    middle, width = penumbra_m(lamp(0.12) + FLOOR + screen(0.8), HARD)
    assert abs(middle) < 0.01
    assert width < 0.03


THINGS = (
    '<geom type="sphere" size=".12" pos="-.3 0 .4" material="paint"/>'
    '<geom type="cylinder" size=".1 .1" pos="0 .1 .5" euler="20 30 0" material="paint"/>'
    '<geom type="box" size=".1 .1 .1" pos=".3 0 .4" euler="30 20 10" material="paint"/>'
)


@pytest.mark.parametrize('config', [SOFT, HARD], ids=['soft', 'hard'])
def test_what_faces_the_lamp_does_not_shade_itself(config: RenderConfig) -> None:
    # Each thing alone is convex: all that faces the lamp is lit as if nothing cast shadows.
    open_ = config.model_copy(update={'shadow_size': 0})
    viewpoint = view((0.2, -1, 1.6), target=(0, 0, 0.4), size=(320, 240), fovy=0.6)
    model = model_of(lamp(0.05) + THINGS, asset=GREY)
    shown = []
    for setting in (config, open_):
        with OnepassRenderer(setting) as renderer:
            shown.append(linear(picture(renderer, model, viewpoint).rgb).mean(axis=-1))
    bright = shown[1] > 0.1
    assert bright.sum() > 3000
    share = shown[0][bright] / shown[1][bright]
    assert np.mean(share < 0.9) < 0.002
    assert share.min() > 0.3


@pytest.mark.parametrize('config', [SOFT, HARD], ids=['soft', 'hard'])
def test_things_on_the_floor_touch_their_shadows(config: RenderConfig) -> None:
    light = '<light type="spot" pos="1.4 0 1.4" dir="-1 0 -1" cutoff="40" intensity="60000"/>'
    box = '<geom type="box" size=".05 .3 .1" pos="0 0 .1" material="paint"/>'
    viewpoint = view((-0.6, -0.1, 0.8), size=(320, 240), fovy=0.6)
    with OnepassRenderer(config) as renderer:
        seen = picture(renderer, model_of(light + FLOOR + box, asset=GREY), viewpoint)
    rays = pixel_rays(viewpoint.camera) * seen.depth_m[..., None]
    pose = viewpoint.world_from_camera
    points = rays @ pose[:3, :3].T + pose[:3, 3]
    behind = (
        (seen.geom_id == 0)
        & (np.abs(points[..., 1]) < 0.2)
        & (points[..., 0] < -0.053)
        & (points[..., 0] > -0.13)
    )
    assert behind.sum() > 500
    assert linear(seen.rgb[behind]).max() < 0.01


def test_soft_shadows_repeat_bit_for_bit() -> None:
    body = lamp(0.1) + FLOOR + screen(0.5)
    assert np.array_equal(drawn(body, SOFT)[0].rgb, drawn(body, SOFT)[0].rgb)


ROOM = ''.join(
    f'<geom type="box" size="{sizes}" pos="{x} {y} {z}" material="paint"/>'
    for sizes, places in (
        ('.01 1 1', ((1, 0, 0), (-1, 0, 0))),
        ('1 .01 1', ((0, 1, 0), (0, -1, 0))),
        ('1 1 .01', ((0, 0, 1), (0, 0, -1))),
    )
    for x, y, z in places
)
DIRECTIONS = [(1, 0.1, 0.1), (-1, 0, 0.2), (0.1, 1, 0), (0, -1, 0), (0.1, 0, 1), (0, 0.1, -1)]


@pytest.mark.parametrize(
    'kind', ['type="point"', 'type="spot" dir=".3 .2 .5" cutoff="179" softness="0"']
)
def test_a_lamp_that_shines_all_around_casts_shadows_all_around(kind: str) -> None:
    # Balls before every wall, edge and corner: where two of the lamp's six images meet, too.
    near = np.array([(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)])
    balls = ''.join(
        f'<geom type="sphere" size=".06" pos="{x} {y} {z}" material="paint"/>'
        for x, y, z in 0.5 * near[np.abs(near).sum(axis=1) > 0]
    )
    place = np.array([0.02, 0.03, 0.01])
    light = f'<light {kind} pos=".02 .03 .01" intensity="9000"/>'
    model = model_of(light + ROOM + balls, asset=GREY)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    wrong = dark = 0
    with OnepassRenderer(HARD) as renderer:
        renderer.load(model)
        for target in DIRECTIONS:
            viewpoint = view((0.2, -0.16, 0.12), target=target, size=(90, 90), fovy=1.6)
            seen = renderer.render(data, viewpoint)
            rays = pixel_rays(viewpoint.camera) * seen.depth_m[..., None]
            pose = viewpoint.world_from_camera
            points = (rays @ pose[:3, :3].T + pose[:3, 3])[
                (seen.geom_id >= 0) & (seen.geom_id < 6)
            ]
            light_seen = linear(seen.rgb[(seen.geom_id >= 0) & (seen.geom_id < 6)]).mean(axis=-1)
            hit = np.zeros(1, np.int32)
            for point, lit in zip(points[::3], light_seen[::3], strict=True):
                way = point - place
                reach = mujoco.mj_ray(model, data, place, way, None, 1, -1, hit)
                hidden = reach < 0.98
                # At the edge of a shadow either is right.
                wrong += (lit < 0.01) != hidden
                dark += hidden
    assert dark > 400
    assert wrong < 0.03 * dark
