"""Ambient occlusion: darker where less of the surroundings is to be seen, and nowhere else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.geometry.camera import pixel_rays
from synth_ros.render.base import Layers
from synth_ros.render.onepass.renderer import OnepassRenderer

from .pictures import DARK, NO_LIGHT, linear, model_of, picture, view

OPEN = RenderConfig(samples=0, shadow_size=0, tone_mapping='none')
SHADED = OPEN.model_copy(update={'ambient_occlusion': True})
AROUND = 'ambient="1 1 1" diffuse="0 0 0" specular="0 0 0"'
GREY = '<material name="paint" rgba=".6 .6 .6 1" roughness="1" metallic="0"/>'
GLASS = '<material name="glass" rgba=".6 .6 .6 .5" roughness="1" metallic="0"/>'
FLOOR = '<geom type="box" size="2 2 .01" pos="0 0 -.01" material="paint"/>'
WALL = '<geom type="box" size="2 .01 1" pos="0 .5 1" material="paint"/>'
VIEW = view((0, -1, 0.9), target=(0, 0.1, 0.1), size=(321, 239), fovy=0.9)


def drawn(body: str, config: RenderConfig, head: str = AROUND) -> Layers:
    with OnepassRenderer(config) as renderer:
        return picture(renderer, model_of(NO_LIGHT + body, asset=GREY + GLASS, head=head), VIEW)


def share(body: str, *, samples: int = 0) -> tuple[np.ndarray, Layers, np.ndarray]:
    """What is left of the light in each pixel, the layers, and the points, world, metres."""
    update = {'samples': samples}
    open_, shaded = (drawn(body, config.model_copy(update=update)) for config in (OPEN, SHADED))
    rays = pixel_rays(VIEW.camera) * shaded.depth_m[..., None]
    pose = VIEW.world_from_camera
    points = rays @ pose[:3, :3].T + pose[:3, 3]
    before = linear(open_.rgb).mean(axis=-1)
    left = linear(shaded.rgb).mean(axis=-1) / np.maximum(before, 1e-6)
    return left, shaded, points


def test_a_corner_is_darkest_where_its_sides_meet() -> None:
    left, seen, points = share(FLOOR + WALL)
    floor = (seen.geom_id == 0) & (np.abs(points[..., 0]) < 0.4)
    distance = 0.49 - points[..., 1]
    bands = [(0.005, 0.02), (0.03, 0.05), (0.07, 0.1), (0.45, 0.7)]
    means = [left[floor & (distance > a) & (distance < b)].mean() for a, b in bands]
    # Half of the sky is behind the wall at its foot.
    assert means[0] == pytest.approx(0.5, abs=0.1)
    assert means[0] < means[1] - 0.05 < means[2] - 0.1
    assert means[-1] > 0.99
    wall = (seen.geom_id == 1) & (np.abs(points[..., 0]) < 0.4)
    low, high = (
        left[wall & (points[..., 2] > a) & (points[..., 2] < a + 0.02)].mean()
        for a in (0.01, 0.45)
    )
    assert low < 0.8
    assert high > 0.98


@pytest.mark.parametrize(
    'body',
    [
        FLOOR,
        '<geom type="sphere" size=".3" material="paint"/>',
        '<geom type="cylinder" size=".3 .2" material="paint"/>',
        '<geom type="box" size=".3 .3 .2" euler="0 0 30" material="paint"/>',
    ],
)
def test_what_is_convex_shades_nothing_of_itself(body: str) -> None:
    left, seen, _ = share(body)
    inside = cv2.erode((seen.geom_id >= 0).astype(np.uint8), np.ones((5, 5))) > 0
    assert inside.sum() > 3000
    assert left[inside].min() > 0.93
    assert left[inside].mean() > 0.995


def test_a_thing_darkens_the_floor_about_it_and_not_what_is_far_behind() -> None:
    # The ball hangs before a wall that is out of reach.
    near, seen, points = share(
        FLOOR + '<geom type="sphere" size=".15" pos="0 0 .15" material="paint"/>'
    )
    around = (seen.geom_id == 0) & (np.hypot(points[..., 0], points[..., 1]) < 0.12)
    assert near[around].mean() < 0.9
    far, seen, points = share(
        FLOOR + WALL + '<geom type="sphere" size=".1" pos="0 -.3 .55" material="paint"/>'
    )
    beside = (seen.geom_id == 1) & (points[..., 2] > 0.3)
    assert beside.sum() > 2000
    assert far[beside].mean() > 0.97


def test_lamps_are_not_dimmed() -> None:
    lamp = '<light type="directional" dir="0 .5 -1" intensity="9000" castshadow="false"/>'
    open_, shaded = (drawn(lamp + FLOOR + WALL, config, head=DARK) for config in (OPEN, SHADED))
    assert linear(open_.rgb).mean() > 0.02
    assert np.array_equal(open_.rgb, shaded.rgb)


def test_glass_takes_no_light() -> None:
    left, seen, points = share(
        FLOOR + '<geom type="box" size=".1 .1 .1" pos="0 0 .1" material="glass"/>'
    )
    floor = (seen.geom_id == 0) & (np.hypot(points[..., 0], points[..., 1]) < 0.3)
    assert floor.sum() > 500
    assert left[floor].min() > 0.97


def test_depth_and_ids_are_the_same() -> None:
    open_, shaded = (drawn(FLOOR + WALL, config) for config in (OPEN, SHADED))
    assert np.array_equal(open_.depth_m, shaded.depth_m)
    assert np.array_equal(open_.geom_id, shaded.geom_id)


def test_antialiasing_keeps_outlines_bright() -> None:
    # What is behind a bright outline is dark; a share read across it would darken it.
    body = FLOOR + WALL + '<geom type="box" size=".2 .02 .2" pos="0 -.3 .3" material="paint"/>'
    left, seen, _ = share(body, samples=4)
    plate = seen.geom_id == 2
    rim = plate & ~(cv2.erode(plate.astype(np.uint8), np.ones((3, 3))) > 0)
    assert rim.sum() > 200
    assert np.percentile(left[rim], 5) > 0.85


def test_it_repeats_bit_for_bit_and_for_every_size() -> None:
    body = FLOOR + WALL
    assert np.array_equal(drawn(body, SHADED).rgb, drawn(body, SHADED).rgb)
    model = model_of(NO_LIGHT + body, asset=GREY, head=AROUND)
    with OnepassRenderer(SHADED) as renderer:
        for size in ((1, 1), (33, 200), (200, 33)):
            seen = picture(renderer, model, view((0, -1, 0.9), size=size, fovy=0.9))
            assert seen.rgb.shape == (size[1], size[0], 3)
            assert (seen.rgb[seen.geom_id >= 0] > 0).all()
