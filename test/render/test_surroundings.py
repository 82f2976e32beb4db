"""Sky, light from all around and backdrops, measured in pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import mujoco
import numpy as np
import pytest
from PIL import Image

from synth_ros.geometry.camera import camera_from_fovy
from synth_ros.randomize.scene import (
    SampledBackdrop,
    SampledImage,
    SampledImageLight,
    SampledScene,
    SampledSky,
)
from synth_ros.render.base import Layers, Renderer
from synth_ros.scene.lighting import add_lights
from synth_ros.scene.pictures import PictureFiles, list_pictures
from synth_ros.scene.surroundings import add_surroundings, look_around

from .onepass.pictures import linear
from .scenes import look_at
from .test_lamps import FILAMENT_SLOWLY, _make, lamp

CAMERA = camera_from_fovy('test', (60, 44), 0.9)
# Directions and colours of six patches of the panorama: ahead, left, back, right, up, down.
PATCHES = {
    (1, 0, 0): (230, 30, 30),
    (0, 1, 0): (30, 230, 30),
    (-1, 0, 0): (30, 30, 230),
    (0, -1, 0): (220, 220, 30),
    (0, 0, 1): (30, 220, 220),
    (0, 0, -1): (220, 30, 220),
}
_SCENE = """<mujoco><statistic extent="1"/>
  <visual><map znear="0.002" zfar="30"/></visual>
  <asset>
    <material name="chalk" rgba=".5 .5 .5 1" roughness="1" metallic="0"/>
    <texture name="old" type="skybox" builtin="flat" width="8" height="8" rgb1=".02 .02 .02"
        rgb2=".02 .02 .02"/>
  </asset>
  <worldbody><geom type="sphere" size=".3" material="chalk"/></worldbody></mujoco>"""


def panorama() -> np.ndarray:
    """Each patch colours the part of the sphere that is nearest to it."""
    rows, columns = np.mgrid[0:64, 0:128]
    height = math.pi / 2 - (rows + 0.5) / 64 * math.pi
    turn = math.pi - (columns + 0.5) / 128 * 2 * math.pi
    directions = np.stack(
        [np.cos(height) * np.cos(turn), np.cos(height) * np.sin(turn), np.sin(height)], -1
    )
    nearest = np.argmax(directions @ np.array(list(PATCHES)).T, axis=-1)
    return np.array(list(PATCHES.values()), np.uint8)[nearest]


@pytest.fixture(scope='module')
def files(tmp_path_factory: pytest.TempPathFactory) -> PictureFiles:
    folder = tmp_path_factory.mktemp('pictures')
    for name in ('around', 'boards'):
        (folder / name).mkdir()
    Image.fromarray(panorama()).save(folder / 'around' / 'patches.png')
    sun = np.full((64, 128, 3), 0.05, np.float32)
    sun[20:24, 30:34] = (900, 700, 400)
    cv2.imwrite(str(folder / 'around' / 'sun.hdr'), sun[..., ::-1])
    # A board: red above left, green above right, blue below left, white below right.
    board = np.zeros((40, 60, 3), np.uint8)
    board[:20, :30], board[:20, 30:] = (230, 20, 20), (20, 230, 20)
    board[20:, :30], board[20:, 30:] = (20, 20, 230), (230, 230, 230)
    Image.fromarray(board).save(folder / 'boards' / 'board.png')
    return PictureFiles(
        [
            list_pictures('around', folder, panoramas=True),
            list_pictures('boards', folder, panoramas=False),
        ]
    )


def image(files: PictureFiles, name: str) -> SampledImage:
    found = {entry.file: entry for folder in files.folders for entry in folder.images}
    return SampledImage(file=name, sha256=found[name].sha256)


def build(
    files: PictureFiles,
    *,
    sky: SampledSky | None = None,
    light: SampledImageLight | None = None,
    backdrop: SampledBackdrop | None = None,
    ambient: float = 0.4,
    lit: bool = False,
) -> mujoco.MjModel:
    spec = mujoco.MjSpec.from_string(_SCENE)
    sampled = SampledScene(
        episode=0,
        attempt=0,
        objects=(),
        lamps=(lamp(),) if lit else (),
        ambient=ambient,
        materials=(),
        camera_offsets=(),
        sky=sky,
        image_light=light,
        backdrop=backdrop,
    )
    add_lights(spec, sampled)
    add_surroundings(spec, sampled, files)
    return spec.compile()


def shot(
    renderer: Renderer,
    model: mujoco.MjModel,
    *,
    eye: tuple[float, float, float],
    target: tuple[float, float, float],
) -> Layers:
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    renderer.load(model)
    return renderer.render(data, look_at(CAMERA, eye=eye, target=target))


@pytest.fixture(scope='module', params=['classic', FILAMENT_SLOWLY, 'onepass'])
def engine(request: pytest.FixtureRequest) -> Iterator[tuple[str, Renderer]]:
    with _make(request.param) as renderer:
        yield request.param, renderer


@pytest.mark.parametrize('yaw_deg', [0.0, 90.0])
def test_each_part_of_a_panorama_is_seen_where_it_is(
    engine: tuple[str, Renderer], files: PictureFiles, yaw_deg: float
) -> None:
    name, renderer = engine
    model = build(files, sky=SampledSky(image=image(files, 'patches.png'), yaw_deg=yaw_deg))
    turn = math.radians(yaw_deg)
    for (x, y, z), color in PATCHES.items():
        ahead = (
            x * math.cos(turn) - y * math.sin(turn),
            x * math.sin(turn) + y * math.cos(turn),
            float(z),
        )
        eye = (5.0, 5.0, 0.0)
        # Not straight up or down, where it is unclear what is to the right.
        target = (eye[0] + ahead[0] + 0.01, eye[1] + ahead[1], eye[2] + ahead[2])
        seen = shot(renderer, model, eye=eye, target=target)
        assert (seen.geom_id < 0).all()
        middle = seen.rgb[18:26, 26:34].reshape(-1, 3).mean(axis=0)
        np.testing.assert_allclose(middle, color, atol=12 if name == 'filament' else 3)


def test_a_gradient_runs_from_ground_to_zenith(
    engine: tuple[str, Renderer], files: PictureFiles
) -> None:
    _, renderer = engine
    sky = SampledSky(zenith=(0.1, 0.2, 0.8), horizon=(0.9, 0.8, 0.7), ground=(0.3, 0.5, 0.1))
    model = build(files, sky=sky)
    # The ground begins right below the horizon.
    slack = 20
    for target, color in (
        ((5.01, 5.0, 1.0), sky.zenith),
        ((6.0, 5.0, 0.0), sky.horizon),
        ((5.01, 5.0, -1.0), sky.ground),
    ):
        seen = shot(renderer, model, eye=(5.0, 5.0, 0.0), target=target).rgb[22, 28:32]
        np.testing.assert_allclose(seen.mean(axis=0), 255 * np.array(color), atol=slack)


@pytest.mark.parametrize('name', [FILAMENT_SLOWLY, 'onepass'])
def test_light_comes_from_where_the_panorama_is_bright(files: PictureFiles, name: str) -> None:
    """The sun of ``sun.hdr`` stands 28 degrees high, 90 degrees to the left of its middle."""
    with _make(name) as renderer:
        for yaw_deg in (0.0, 180.0):
            sky = SampledSky(image=image(files, 'sun.hdr'), yaw_deg=yaw_deg)
            model = build(files, light=SampledImageLight(source='sky', sky=sky))
            seen = shot(renderer, model, eye=(-1.5, 0.0, 0.0), target=(0.0, 0.0, 0.0))
            ball = linear(seen.rgb).mean(axis=-1) * (seen.geom_id == 0)
            # The camera looks along x, so y is to its left.
            left, right = ball[:, :30].sum(), ball[:, 30:].sum()
            assert (left > 2 * right) if yaw_deg == 0 else (right > 2 * left)
            assert ball[:22].sum() > 1.5 * ball[22:].sum()


def test_image_light_has_the_strength_of_the_room(
    engine: tuple[str, Renderer], files: PictureFiles
) -> None:
    name, renderer = engine
    sky = SampledSky(image=image(files, 'patches.png'))
    lights = {
        'room': None,
        'white': SampledImageLight(source='white'),
        'sky': SampledImageLight(source='sky', sky=sky, white_balance=1.0),
    }
    means = {}
    for source, light in lights.items():
        for ambient in (0.2, 0.4):
            model = build(files, light=light, ambient=ambient)
            # From all sides: means of six looks.
            looks = [
                shot(renderer, model, eye=eye, target=(0.0, 0.0, 0.0))
                for eye in ((1.5, 0, 0), (-1.5, 0, 0), (0.01, 0, 1.5), (0.01, 0, -1.5))
            ]
            shown = [s.rgb[s.geom_id == 0] for s in looks]
            # Classic adds up what the screen shows.
            values = [s / 255 if name == 'classic' else linear(s) for s in shown]
            means[source, ambient] = np.mean([value.mean() for value in values])
    for source in lights:
        assert means[source, 0.4] / means[source, 0.2] == pytest.approx(2, rel=0.08)
        assert means[source, 0.4] == pytest.approx(means['room', 0.4], rel=0.25)


def test_white_balance_takes_out_the_cast_of_a_sky(
    engine: tuple[str, Renderer], files: PictureFiles
) -> None:
    _, renderer = engine
    blue = SampledSky(zenith=(0.2, 0.4, 0.9), horizon=(0.3, 0.5, 0.9), ground=(0.2, 0.3, 0.8))
    casts = []
    for share in (0.0, 0.5, 1.0):
        light = SampledImageLight(source='sky', sky=blue, white_balance=share)
        seen = shot(renderer, build(files, light=light), eye=(0.01, 0, 1.5), target=(0, 0, 0))
        red, _, blueness = linear(seen.rgb[seen.geom_id == 0]).mean(axis=0)
        casts.append(math.log(blueness / red))
    assert casts[0] > casts[1] > casts[2]
    assert abs(casts[2]) < 0.35
    assert casts[0] > 0.8


@pytest.mark.parametrize('yaw_deg', [0.0, 135.0])
def test_a_backdrop_is_seen_upright_and_not_mirrored(
    engine: tuple[str, Renderer], files: PictureFiles, yaw_deg: float
) -> None:
    name, renderer = engine
    turn = math.radians(yaw_deg)
    ahead = np.array([math.cos(turn), math.sin(turn)])
    foot = 2 * ahead
    backdrop = SampledBackdrop(
        image=image(files, 'board.png'),
        foot_m=(*foot, 0.0),
        yaw_deg=yaw_deg,
        height_m=1.0,
        glow=0.5,
    )
    model = build(files, backdrop=backdrop, lit=True)
    eye = foot - 1.2 * ahead
    seen = shot(renderer, model, eye=(*eye, 0.5), target=(*foot, 0.5))
    board = model.geom('backdrop').id
    assert (seen.geom_id[22, 5:55] == board).all()
    np.testing.assert_allclose(seen.depth_m[22, 30], 1.2, atol=1e-3)
    corners = {
        (0, 'above left'): seen.rgb[12, 20],
        (1, 'above right'): seen.rgb[12, 40],
        (2, 'below left'): seen.rgb[32, 20],
    }
    for (channel, where), color in corners.items():
        others = np.delete(color.astype(int), channel)
        assert color[channel] > 2 * max(others.max(), 6), where
    white = seen.rgb[32, 40].astype(int)
    assert white.min() > (15 if name == 'filament' else 40)
    assert np.ptp(white) < 25


def test_looking_around_has_no_seam() -> None:
    smooth = np.cos(np.arange(128) / 128 * 2 * np.pi)[None, :, None]
    picture = np.broadcast_to(smooth, (64, 128, 3)).astype(np.float32)
    turns = np.linspace(-math.pi, math.pi, 999)
    directions = np.stack([np.cos(turns), np.sin(turns), np.zeros(999)], axis=1)
    seen = look_around(picture, 0.0, directions)[:, 0]
    assert np.abs(np.diff(seen)).max() < 0.02
    assert seen[0] == pytest.approx(seen[-1], abs=1e-3)


def test_other_light_from_all_around_after_a_refresh(
    engine: tuple[str, Renderer], files: PictureFiles
) -> None:
    """Another strength, or another picture on the sky, is taken over as after loading anew."""
    name, renderer = engine
    sky = SampledSky(image=image(files, 'patches.png'))
    model = build(files, sky=sky, light=SampledImageLight(source='sky', sky=sky), ambient=0.2)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    view = look_at(CAMERA, eye=(-1.5, 0.3, 0.6), target=(0.0, 0.0, 0.0))
    renderer.load(model)
    before = renderer.render(data, view)
    around = model.light('around').id
    model.light_intensity[around] *= 2
    model.vis.headlight.ambient *= 2
    renderer.refresh(model)
    after = renderer.render(data, view)
    renderer.load(model)
    fresh = renderer.render(data, view)
    difference = np.abs(after.rgb.astype(int) - fresh.rgb)
    assert difference.mean() < (0.8 if name == 'filament' else 1e-9)
    ball, empty = after.geom_id == 0, after.geom_id < 0
    assert after.rgb[ball].mean() > 1.2 * before.rgb[ball].mean()
    # The sky is as bright as before.
    assert abs(after.rgb[empty].mean() - before.rgb[empty].mean()) < 3
