"""Textures lie where MuJoCo's classic renderer puts them, on every shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.render.base import Renderer
from synth_ros.render.classic import ClassicRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer

from .pictures import NO_LIGHT, model_of, picture, view, write_png

CONFIG = RenderConfig(samples=0, shadow_size=0, tone_mapping='none', shading='full')
SIZE = (100, 100)
SHAPES = {
    'plane': 'type="plane" size=".3 .2 .1"',
    'endless plane': 'type="plane" size="0 0 .1" pos=".13 .21 0"',
    'box': 'type="box" size=".3 .2 .1"',
    'sphere': 'type="sphere" size=".25"',
    'cylinder': 'type="cylinder" size=".2 .15"',
    'capsule': 'type="capsule" size=".15 .2"',
    'ellipsoid': 'type="ellipsoid" size=".3 .2 .15"',
    'mesh with coordinates': 'type="mesh" mesh="mapped"',
    'mesh': 'type="mesh" mesh="bare"',
    'height field': 'type="hfield" hfield="hills"',
}
LAYOUTS = {
    'flat': 'texture="flat"',
    'flat, repeated': 'texture="flat" texrepeat="1.4 0.8"',
    'flat, by the metre': 'texture="flat" texrepeat="3 2" texuniform="true"',
    'cube': 'texture="cube"',
    'cube, by the metre': 'texture="cube" texuniform="true"',
}
# A cube has nothing to say where coordinates are given, nor a size where there is none.
CASES = [
    (shape, layout)
    for shape in SHAPES
    for layout in LAYOUTS
    if not (shape == 'mesh with coordinates' and 'cube' in layout)
    and (shape, layout) != ('endless plane', 'cube, by the metre')
]


def flat_pixels() -> np.ndarray:
    """A smooth picture without edges when repeated; every place has its own colour."""
    v, u = np.mgrid[:64, :64] / 64 * 2 * np.pi
    waves = (np.sin(u), np.cos(u + 0.7 * np.sin(v)), np.sin(v))
    return np.stack([130 + 70 * wave for wave in waves], axis=-1).astype(np.uint8)


def cube_pixels() -> np.ndarray:
    """Six faces, one below the other, each with its own red and its own directions."""
    v, u = np.mgrid[:64, :64] / 63
    faces = [
        np.stack([np.full_like(u, 60 + 30 * k), 60 + 120 * u, 60 + 120 * v], axis=-1)
        for k in range(6)
    ]
    return np.vstack(faces).astype(np.uint8)


@pytest.fixture(scope='module')
def asset(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp('textures')
    flat = write_png(folder / 'flat.png', flat_pixels())
    cube = write_png(folder / 'cube.png', cube_pixels())
    heights = ' '.join(f'{abs(np.sin(0.7 * i)):.2f}' for i in range(72))
    shape = 'vertex="-.3 -.2 0 .3 -.2 0 .3 .2 0 -.3 .2 0 0 0 .2"'
    return (
        f'<texture name="flat" type="2d" file="{flat}"/>'
        f'<texture name="cube" type="cube" file="{cube}" gridsize="6 1" gridlayout="RLUDFB"/>'
        f'<mesh name="mapped" {shape} texcoord="0 0 1 0 1 1 0 1 .5 .5"/>'
        f'<mesh name="bare" {shape}/>'
        f'<hfield name="hills" nrow="8" ncol="9" size=".3 .2 .1 .02" elevation="{heights}"/>'
    )


@pytest.fixture(scope='module')
def both() -> Iterator[tuple[Renderer, Renderer]]:
    with OnepassRenderer(CONFIG) as onepass, ClassicRenderer(CONFIG, SIZE) as classic:
        yield onepass, classic


@pytest.mark.parametrize(('shape', 'layout'), CASES)
def test_every_shape_shows_the_texture_as_the_classic_renderer_does(
    asset: str, both: tuple[Renderer, Renderer], shape: str, layout: str
) -> None:
    material = f'<material name="paint" emission="1" specular="0" {LAYOUTS[layout]}/>'
    model = model_of(f'{NO_LIGHT}<geom {SHAPES[shape]} material="paint"/>', asset=asset + material)
    # From below, the classic renderer shows planes half transparent.
    eyes = [(0.5, -1.0, 0.7)] if 'plane' in shape else [(0.5, -1.0, 0.7), (-0.6, 0.8, -0.8)]
    for eye in eyes:
        ours, theirs = (picture(renderer, model, view(eye)) for renderer in both)
        shown = (ours.geom_id == 0) & (theirs.geom_id == 0)
        # Where faces of a cube, or of the shape, meet, the two filter differently.
        high, low = (f(theirs.rgb, np.ones((3, 3))) for f in (cv2.dilate, cv2.erode))
        smooth = (high.astype(int) - low).max(axis=-1) < 40
        inside = cv2.erode((shown & smooth).astype(np.uint8), np.ones((3, 3))) > 0
        assert inside.sum() > 150
        assert theirs.rgb[inside].std(axis=0).max() > 10
        apart = np.abs(ours.rgb[inside].astype(int) - theirs.rgb[inside]).max(axis=-1)
        assert np.median(apart) <= 1
        assert np.percentile(apart, 99) <= 4


def test_the_sky_is_the_classic_renderer_s(
    tmp_path: Path, both: tuple[Renderer, Renderer]
) -> None:
    file = write_png(tmp_path / 'sky.png', cube_pixels())
    model = model_of(
        f'{NO_LIGHT}<geom type="sphere" size=".01" pos="0 0 -9"/>',
        asset=f'<texture type="skybox" file="{file}" gridsize="6 1" gridlayout="RLUDFB"/>',
    )
    seen = 0
    for target in [
        (1.0, 0.1, 0),
        (-1, 0.2, 0.1),
        (0.1, 1, 0),
        (0, -1, 0),
        (0.1, 0, 1),
        (0, 0.1, -1),
    ]:
        ours, theirs = (
            picture(renderer, model, view((0, 0, 0), target=target, fovy=1.2)) for renderer in both
        )
        high, low = (f(theirs.rgb, np.ones((5, 5))) for f in (cv2.dilate, cv2.erode))
        smooth = (high.astype(int) - low).max(axis=-1) < 25
        apart = np.abs(ours.rgb.astype(int) - theirs.rgb).max(axis=-1)[smooth]
        assert np.percentile(apart, 99) <= 3
        seen += smooth.sum()
    assert seen > 40_000
