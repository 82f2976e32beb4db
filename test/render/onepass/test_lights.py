"""Lights shine as in Filament, MuJoCo's own physically based renderer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError
from synth_ros.render.base import Renderer
from synth_ros.render.devices import Device
from synth_ros.render.filament import FilamentRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.scene.environment_light import room_environment

from .pictures import DARK, linear, model_of, picture, view, write_png

CONFIG = RenderConfig(samples=0, shadow_size=1024, shading='full')
SIZE = (160, 120)
ROUGH = '<material name="paint" rgba=".5 .5 .5 1" roughness=".9" metallic="0"/>'
THINGS = (
    '<geom type="box" size="2 2 .01" pos="0 0 -.01" material="paint"/>'
    '<geom type="sphere" size=".15" pos="-.2 0 .15" material="paint"/>'
    '<geom type="box" size=".12 .12 .12" pos=".25 0 .12" material="paint"/>'
)
AMBIENT = 'ambient=".4 .4 .4" diffuse="0 0 0" specular="0 0 0"'
CLASSIC = 'ambient=".1 .1 .1" diffuse=".4 .4 .4" specular=".5 .5 .5"'
OPEN = 'castshadow="false"'
LIGHTS = {
    'parallel': f'<light type="directional" dir=".3 .2 -1" intensity="40000" {OPEN}/>',
    'wide spot': f'<light type="spot" pos="0 0 2" intensity="150000" cutoff="60" {OPEN}/>',
    'narrow spot': f'<light type="spot" pos="0 0 2" intensity="150000" cutoff="20" {OPEN}/>',
    'spot with a soft edge': (
        f'<light type="spot" pos="0 0 2" intensity="150000" cutoff="25" softness=".7" {OPEN}/>'
    ),
    'spot with shadows': '<light type="spot" pos=".5 -.5 2" dir="-.2 .2 -1" intensity="150000"/>',
    'point': f'<light type="point" pos="0 0 2" intensity="150000" {OPEN}/>',
    'point that ends': f'<light type="point" pos="0 0 2" range="3" intensity="150000" {OPEN}/>',
    'coloured': (f'<light type="spot" pos="0 0 2" intensity="150000" diffuse="1 .5 .2" {OPEN}/>'),
    'switched off': (
        f'<light type="point" pos="0 0 2" intensity="150000" {OPEN}/>'
        f'<light type="point" pos="1 0 2" intensity="900000" active="false" {OPEN}/>'
    ),
}
UNSAID = {
    'no light': '',
    'one light': '<light pos="0 0 2"/>',
    'two lights': '<light pos="0 0 2"/><light pos="1 0 2" dir="-.5 0 -1" diffuse=".3 .3 .3"/>',
    'parallel light': '<light type="directional" dir="0 0 -1"/>',
}
MATERIALS = {
    'polished metal': 'rgba=".95 .93 .88 1" metallic="1" roughness=".15"',
    'brushed metal': 'rgba=".96 .72 .35 1" metallic="1" roughness=".4"',
    'plastic': 'rgba=".75 .1 .08 1" metallic="0" roughness=".2"',
    'rubber': 'rgba=".2 .2 .22 1" metallic="0" roughness=".95"',
    'painted for the classic renderer': 'rgba=".3 .6 .4 1"',
}


@pytest.fixture(scope='module')
def both(vulkan: Device) -> Iterator[tuple[Renderer, Renderer]]:
    with (
        OnepassRenderer(CONFIG) as onepass,
        FilamentRenderer(CONFIG, device=vulkan) as filament,
    ):
        yield onepass, filament


def brightness(
    both: tuple[Renderer, Renderer], body: str, *, asset: str = ROUGH, head: str = DARK
) -> tuple[np.ndarray, np.ndarray]:
    """Mean light of each thing, (geoms, 3), by one pass and by Filament."""
    model = model_of(body, asset=asset, head=head)
    means = []
    for renderer in both:
        seen = picture(
            renderer, model, view((0, -1.2, 1.2), target=(0, 0, 0.05), size=SIZE, fovy=0.9)
        )
        means.append(
            [linear(seen.rgb[seen.geom_id == g]).mean(axis=0) for g in range(model.ngeom)]
        )
    return np.array(means[0]), np.array(means[1])


def assert_alike(ours: np.ndarray, theirs: np.ndarray, *, within: float = 0.15) -> None:
    assert theirs.mean(axis=1).min() > 0.003
    ratio = ours.mean(axis=1) / theirs.mean(axis=1)
    assert (ratio > 1 - within).all()
    assert (ratio < 1 + within).all()


@pytest.mark.parametrize('name', LIGHTS)
def test_lamps(both: tuple[Renderer, Renderer], name: str) -> None:
    ours, theirs = brightness(both, LIGHTS[name] + THINGS)
    assert_alike(ours, theirs)
    assert np.abs(ours - theirs).max() < 0.05


@pytest.mark.parametrize('name', UNSAID)
def test_models_that_say_no_intensities(both: tuple[Renderer, Renderer], name: str) -> None:
    assert_alike(*brightness(both, UNSAID[name] + THINGS, head=CLASSIC))


@pytest.mark.parametrize('name', MATERIALS)
def test_materials(both: tuple[Renderer, Renderer], name: str) -> None:
    asset = f'<material name="paint" {MATERIALS[name]}/>'
    body = LIGHTS['spot with shadows'] + THINGS
    # Between them lies the curve of ACES for saturated colours, too.
    assert_alike(*brightness(both, body, asset=asset, head=AMBIENT), within=0.25)


def test_light_from_all_around_alone(both: tuple[Renderer, Renderer]) -> None:
    dim = '<light type="point" pos="0 0 2" intensity="1" castshadow="false"/>'
    bright = AMBIENT.replace('.4', '1')
    assert_alike(*brightness(both, dim + THINGS, head=bright))


def test_an_environment_of_the_model(both: tuple[Renderer, Renderer], tmp_path: Path) -> None:
    file = tmp_path / 'room.ktx'
    file.write_bytes(room_environment())
    asset = f'<texture name="around" type="2d" file="{file}"/>' + ROUGH
    body = '<light type="image" texture="around" intensity="20000"/>' + THINGS
    assert_alike(*brightness(both, body, asset=asset))


def test_an_environment_of_six_pictures_is_mirrored(
    both: tuple[Renderer, Renderer], tmp_path: Path
) -> None:
    faces = [(220, 40, 40), (90, 0, 0), (60, 220, 60), (0, 90, 0), (200, 200, 255), (0, 0, 90)]
    rows = np.vstack([np.full((32, 32, 3), face, np.uint8) for face in faces])
    asset = (
        f'<texture name="around" type="cube" file="{write_png(tmp_path / "cube.png", rows)}" '
        'gridsize="6 1" gridlayout="RLUDFB"/>'
        '<material name="paint" rgba="1 1 1 1" metallic="1" roughness=".05"/>'
    )
    body = (
        '<light type="image" texture="around" intensity="20000"/>'
        '<geom type="sphere" size=".4" material="paint"/>'
    )
    ours, theirs = brightness(both, body, asset=asset)
    assert_alike(ours, theirs, within=0.25)
    assert np.allclose(ours / ours.sum(), theirs / theirs.sum(), atol=0.05)


def test_an_environment_of_six_pictures_shines_from_their_sides(
    both: tuple[Renderer, Renderer], tmp_path: Path
) -> None:
    # Right, left, up, down, front, back: red from +x, green from above, all else dark.
    faces = [(255, 0, 0), (0, 0, 0), (0, 255, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)]
    rows = np.vstack([np.full((32, 32, 3), face, np.uint8) for face in faces])
    asset = (
        f'<texture name="around" type="cube" file="{write_png(tmp_path / "cube.png", rows)}" '
        'gridsize="6 1" gridlayout="RLUDFB"/>'
        '<material name="paint" rgba="1 1 1 1" metallic="0" roughness="1"/>'
    )
    body = (
        '<light type="image" texture="around" intensity="20000"/>'
        '<geom type="sphere" size=".3" material="paint"/>'
    )
    model = model_of(body, asset=asset)
    seen = picture(both[0], model, view((0, -2, 0), size=(101, 101), fovy=0.4))
    light = linear(seen.rgb)
    right, left, top, bottom = light[50, 78], light[50, 22], light[22, 50], light[78, 50]
    assert right[0] > 4 * max(left[0], 0.01)
    assert top[1] > 4 * max(bottom[1], 0.01)
    assert right[0] > right[1]
    assert top[1] > top[0]


def test_an_environment_that_is_a_flat_picture_is_refused(
    both: tuple[Renderer, Renderer], tmp_path: Path
) -> None:
    file = write_png(tmp_path / 'flat.png', np.zeros((8, 8, 3), np.uint8))
    model = model_of(
        '<light name="sky" type="image" texture="around" intensity="9"/>' + THINGS,
        asset=ROUGH + f'<texture name="around" type="2d" file="{file}"/>',
    )
    with pytest.raises(RenderError, match='image light sky is a flat picture'):
        both[0].load(model)
