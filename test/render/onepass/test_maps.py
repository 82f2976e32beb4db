"""Maps of a material: each does what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.render.base import Renderer
from synth_ros.render.onepass.renderer import OnepassRenderer

from .pictures import DARK, NO_LIGHT, linear, model_of, picture, view, write_png

CONFIG = RenderConfig(samples=0, shadow_size=0, shading='full', tone_mapping='none')
SIZE = (80, 80)
# Normals as pictures have them: half is 0, red to the right, green up, blue out of the surface.
TILTS = {
    'right': (218, 128, 218),
    'left': (37, 128, 218),
    'up': (128, 218, 218),
    'down': (128, 37, 218),
}
SIDES = {'right': (-1, 0), 'left': (1, 0), 'up': (0, -1), 'down': (0, 1)}
"""Which way light goes (x, y) that comes from a side."""
SURFACES = {
    'plane': '<geom type="plane" size=".3 .3 .1" material="paint"/>',
    'box': '<geom type="box" size=".3 .3 .1" material="paint"/>',
    'mesh': '<geom type="mesh" mesh="square" material="paint"/>',
}
SQUARE = (
    '<mesh name="square" vertex="-.3 -.3 0 .3 -.3 0 .3 .3 0 -.3 .3 0 0 0 -.2" '
    'texcoord="0 1 1 1 1 0 0 0 .5 .5" face="0 1 2 0 2 3 1 0 4 2 1 4 3 2 4 0 3 4"/>'
)
AMBIENT = 'ambient=".4 .4 .4" diffuse="0 0 0" specular="0 0 0"'


@pytest.fixture(scope='module')
def onepass() -> Iterator[Renderer]:
    with OnepassRenderer(CONFIG) as renderer:
        yield renderer


def constant(folder: Path, name: str, *rgb: int) -> str:
    return write_png(folder / f'{name}.png', np.full((8, 8, 3), rgb, np.uint8))


def material(values: str, layers: dict[str, str]) -> str:
    textures = ''.join(
        f'<texture name="{role}" type="2d" file="{file}" colorspace="linear"/>'
        for role, file in layers.items()
    )
    uses = ''.join(f'<layer role="{role}" texture="{role}"/>' for role in layers)
    return f'{textures}<material name="paint" {values}>{uses}</material>'


def lit_from(side: str) -> str:
    x, y = SIDES[side]
    return f'<light type="directional" dir="{x} {y} -1" intensity="20000" castshadow="false"/>'


def middle(renderer: Renderer, body: str, asset: str, head: str = DARK) -> np.ndarray:
    """Mean light about the middle of a picture from above, rows along -y, (3,)."""
    viewpoint = view((0, -0.001, 1.5), size=SIZE, fovy=0.5)
    seen = picture(renderer, model_of(body, asset=asset, head=head), viewpoint)
    return linear(seen.rgb[30:50, 30:50]).mean(axis=(0, 1))


@pytest.mark.parametrize('surface', SURFACES)
@pytest.mark.parametrize('tilt', TILTS)
def test_bumps_face_the_light_they_should(
    onepass: Renderer, tmp_path: Path, tilt: str, surface: str
) -> None:
    layers = {'normal': constant(tmp_path, 'normal', *TILTS[tilt])}
    asset = SQUARE + material('rgba=".5 .5 .5 1" metallic="0" roughness="1"', layers)
    light = {
        side: middle(onepass, lit_from(side) + SURFACES[surface], asset).mean() for side in SIDES
    }
    assert max(light, key=lambda side: light[side]) == tilt
    opposite = {'right': 'left', 'left': 'right', 'up': 'down', 'down': 'up'}[tilt]
    # 45 degrees to the surface and 45 degrees to the light: straight on, and along.
    assert light[opposite] < 0.1 * light[tilt]


def test_bumps_are_as_steep_as_they_say(onepass: Renderer, tmp_path: Path) -> None:
    asset = SQUARE + material(
        'rgba=".5 .5 .5 1" metallic="0" roughness="1"',
        {'normal': constant(tmp_path, 'normal', 192, 128, 238)},
    )
    flat = SQUARE + '<material name="paint" rgba=".5 .5 .5 1" metallic="0" roughness="1"/>'
    light = '<light type="directional" dir="0 0 -1" intensity="20000" castshadow="false"/>'
    for surface in SURFACES.values():
        tilted = middle(onepass, light + surface, asset).mean()
        straight = middle(onepass, light + surface, flat).mean()
        assert tilted / straight == pytest.approx(np.cos(np.radians(30)), abs=0.02)


def test_roughness_spreads_the_highlight(onepass: Renderer, tmp_path: Path) -> None:
    light = '<light type="directional" dir="0 0 -1" intensity="3000" castshadow="false"/>'
    sphere = '<geom type="sphere" size=".3" material="paint"/>'
    spread = []
    for value in (40, 120, 250):
        layers = {'roughness': constant(tmp_path, f'r{value}', value, value, value)}
        model = model_of(light + sphere, asset=material('rgba="1 1 1 1" metallic="1"', layers))
        seen = picture(onepass, model, view((0, -0.001, 1.5), size=SIZE, fovy=0.5))
        bright = linear(seen.rgb).mean(axis=-1)
        spread.append((bright > bright.max() / 2).sum())
        plain = f'<material name="paint" rgba="1 1 1 1" metallic="1" roughness="{value / 255}"/>'
        same = picture(
            onepass,
            model_of(light + sphere, asset=plain),
            view((0, -0.001, 1.5), size=SIZE, fovy=0.5),
        )
        assert np.abs(seen.rgb.astype(int) - same.rgb).max() <= 2
    assert spread[0] * 3 < spread[1] * 2 < spread[2]


def test_metal_colours_its_mirror_image(onepass: Renderer, tmp_path: Path) -> None:
    values = 'rgba="1 .5 .1 1" roughness=".3"'
    for value in (0, 255):
        layers = {'metallic': constant(tmp_path, f'm{value}', value, value, value)}
        mapped = middle(
            onepass, NO_LIGHT + SURFACES['box'], material(values, layers), head=AMBIENT
        )
        plain = f'<material name="paint" {values} metallic="{value // 255}"/>'
        said = middle(onepass, NO_LIGHT + SURFACES['box'], plain, head=AMBIENT)
        assert np.allclose(mapped, said, rtol=0.03, atol=0.002)


def test_occlusion_takes_light_from_all_around_and_none_of_a_lamp(
    onepass: Renderer, tmp_path: Path
) -> None:
    values = 'rgba=".5 .5 .5 1" metallic="0" roughness="1"'
    open_, shut = (
        material(values, {'occlusion': constant(tmp_path, f'o{v}', v, v, v)}) for v in (255, 51)
    )
    box = SURFACES['box']
    around = [
        middle(onepass, NO_LIGHT + box, asset, head=AMBIENT).mean() for asset in (open_, shut)
    ]
    assert around[1] / around[0] == pytest.approx(0.2, abs=0.02)
    lamp = [middle(onepass, lit_from('up') + box, asset).mean() for asset in (open_, shut)]
    assert lamp[1] == pytest.approx(lamp[0], rel=0.01)


def test_one_picture_says_occlusion_roughness_and_metal(onepass: Renderer, tmp_path: Path) -> None:
    values = 'rgba=".8 .5 .3 1"'
    packed = material(values, {'orm': constant(tmp_path, 'orm', 200, 90, 160)})
    apart = material(
        values,
        {
            'occlusion': constant(tmp_path, 'o', 200, 200, 200),
            'roughness': constant(tmp_path, 'r', 90, 90, 90),
            'metallic': constant(tmp_path, 'm', 160, 160, 160),
        },
    )
    body = lit_from('right') + SURFACES['box']
    ours, split = (middle(onepass, body, asset, head=AMBIENT) for asset in (packed, apart))
    assert np.allclose(ours, split, rtol=1e-3)
    assert ours.min() > 0.01


def test_what_an_emissive_map_shows_shines(onepass: Renderer, tmp_path: Path) -> None:
    file = constant(tmp_path, 'glow', 200, 100, 20)
    asset = (
        f'<texture name="glow" type="2d" file="{file}"/>'
        '<material name="paint" rgba="0 0 0 1" roughness="1" metallic="1">'
        '<layer role="emissive" texture="glow"/></material>'
    )
    seen = middle(onepass, NO_LIGHT + SURFACES['box'], asset)
    assert np.allclose(seen, linear(np.array([200, 100, 20])), rtol=0.02)
