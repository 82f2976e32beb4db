"""Folders of pictures, and what is built around a scene."""

from __future__ import annotations

import colorsys

import cv2
import mujoco
import numpy as np
import pytest
from PIL import Image

from synth_ros.config.load import LoadedConfig
from synth_ros.errors import ConfigError, NotFoundError
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.scene import SampledImage, SampledMaterial
from synth_ros.randomize.streams import Streams
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.compiled import CompiledScene
from synth_ros.scene.pictures import PictureFiles, list_pictures
from synth_ros.scene.recolor import changes_colors, recolored

from .conftest import CONFIG

ENVIRONMENT = "environment: {model: 'builtin://table'"


def with_keys(text: str) -> str:
    assert ENVIRONMENT in CONFIG
    return CONFIG.replace(ENVIRONMENT, f'{ENVIRONMENT}, {text}')


@pytest.fixture
def folder(robot_file):
    """A folder of two good panoramas beside the config."""
    folder = robot_file.parent / 'skies'
    folder.mkdir()
    for name, color in (('a.png', (200, 60, 20)), ('b.jpg', (20, 60, 200))):
        Image.fromarray(np.full((32, 64, 3), color, np.uint8)).save(folder / name)
    return folder


def built(loaded: LoadedConfig, episode: int = 0) -> CompiledScene:
    builder = SceneBuilder(loaded)
    sampled = sample_scene(loaded.config, builder.inventory, streams=Streams(5, episode))
    return builder.build(sampled)


FOLDERS = {
    'sky': 'sky: {folder: skies}',
    'image_light': 'image_light: {source: folder, folder: skies}',
    'backdrop': 'backdrop: {folder: skies}',
}


@pytest.mark.parametrize('key', FOLDERS)
def test_a_missing_folder_is_told_with_its_key(load, key):
    with pytest.raises(ConfigError, match=rf'environment\.{key}\.folder: .*skies.*no such folder'):
        SceneBuilder(load(with_keys(FOLDERS[key])))


@pytest.mark.parametrize('key', FOLDERS)
def test_a_folder_without_pictures_is_told(load, robot_file, key):
    (robot_file.parent / 'skies').mkdir()
    (robot_file.parent / 'skies' / 'notes.txt').write_text('none')
    with pytest.raises(ConfigError, match=rf'environment\.{key}\.folder: .*holds no picture'):
        SceneBuilder(load(with_keys(FOLDERS[key])))


@pytest.mark.parametrize('key', FOLDERS)
@pytest.mark.parametrize('name', ['broken.png', 'cut.jpg', 'bad.hdr'])
def test_a_broken_picture_is_told_by_its_name(load, folder, key, name):
    whole = (folder / 'b.jpg').read_bytes()
    content = {'broken.png': b'no picture', 'cut.jpg': whole[: len(whole) // 2], 'bad.hdr': b'#?'}
    (folder / name).write_bytes(content[name])
    with pytest.raises(ConfigError, match=rf'environment\.{key}\.folder: .*{name}.*broken'):
        SceneBuilder(load(with_keys(FOLDERS[key])))


def test_a_panorama_is_twice_as_wide_as_high(load, folder):
    Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(folder / 'photo.png')
    with pytest.raises(ConfigError, match=r'photo\.png.*1\.50 times as wide as high'):
        SceneBuilder(load(with_keys('sky: {folder: skies}')))
    SceneBuilder(load(with_keys('backdrop: {folder: skies}')))


def test_pictures_with_more_than_8_bits_keep_their_light(folder):
    sun = np.full((32, 64, 3), 0.1, np.float32)
    sun[3, 4] = (50, 40, 30)
    cv2.imwrite(str(folder / 'sun.hdr'), sun[..., ::-1])
    listed = list_pictures('skies', folder.parent, panoramas=True)
    assert [image.file for image in listed.info.images] == ['a.png', 'b.jpg', 'sun.hdr']
    sampled = SampledImage(file='sun.hdr', sha256=listed.info.images[2].sha256)
    picture = PictureFiles([listed]).picture(sampled)
    np.testing.assert_allclose(picture.light[3, 4], (50, 40, 30), rtol=0.02)
    assert picture.screen[3, 4].min() == 255
    assert 60 < picture.screen[20, 20].mean() < 200


def test_a_picture_of_another_config_is_told(folder):
    files = PictureFiles([list_pictures('skies', folder.parent, panoramas=True)])
    with pytest.raises(NotFoundError, match=r'picture.*a\.png'):
        files.picture(SampledImage(file='a.png', sha256='0' * 64))


def test_nothing_is_added_unless_asked_for(load):
    model = built(load(CONFIG)).model
    assert 'around' not in [model.light(k).name for k in range(model.nlight)]
    assert 'backdrop' not in [model.geom(k).name for k in range(model.ngeom)]


def test_surroundings_repeat_and_leave_the_rest_alone(load, folder):
    plain = load(CONFIG)
    rich = load(
        with_keys(
            'sky: {folder: skies}, image_light: {source: sky}, backdrop: {folder: skies}, '
            'exposure_ev: [-1, 1]'
        )
    )
    builders = SceneBuilder(plain), SceneBuilder(rich)
    for episode in range(3):
        before, after = (
            sample_scene(each.config, builder.inventory, streams=Streams(5, episode))
            for each, builder in zip((plain, rich), builders, strict=True)
        )
        added = {'sky', 'image_light', 'backdrop'}
        assert before.model_dump(exclude=added) == after.model_dump(exclude=added)
        assert after.sky is not None
        assert after.image_light.sky == after.sky
        one, two = (builders[1].build(after).model for _ in range(2))
        assert np.array_equal(one.tex_data, two.tex_data)
        assert np.array_equal(one.light_intensity, two.light_intensity)


def test_every_picture_of_a_folder_comes(load, folder):
    loaded = load(with_keys('sky: {folder: skies}'))
    inventory = SceneBuilder(loaded).inventory
    files = [
        sample_scene(loaded.config, inventory, streams=Streams(5, episode)).sky.image.file
        for episode in range(40)
    ]
    assert 8 < files.count('a.png') < 32


def test_a_backdrop_stands_behind_the_surface_and_is_of_the_surroundings(load, folder):
    loaded = load(with_keys('backdrop: {folder: skies, distance_m: 1.5, height_m: 2}'))
    scene = built(loaded)
    model = scene.model
    geom = model.geom('backdrop').id
    np.testing.assert_allclose(model.geom_size[geom, :2], (2, 1))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    surface = SceneBuilder(loaded).inventory.surface.center_m
    robot = np.array(loaded.config.robot.position_m[:2])
    away = data.geom_xpos[geom][:2] - surface[:2]
    assert np.linalg.norm(away) == pytest.approx(1.5)
    towards = (surface[:2] - robot) / np.linalg.norm(surface[:2] - robot)
    assert away @ towards == pytest.approx(1.5)
    assert data.geom_xpos[geom][2] == pytest.approx(1)
    assert (model.geom_contype[geom], model.geom_conaffinity[geom]) == (0, 0)
    assert scene.geom_instance_id[geom] == 0
    thing = scene.geometry.things[scene.geom_thing[geom]]
    assert (thing.kind, thing.name) == ('environment', 'backdrop')
    assert scene.geometry.surfaces[geom].stuff_id == 0


def look(**changes: float) -> SampledMaterial:
    return SampledMaterial(role='wall', variant='random_wall.a', rgb=(1, 1, 1), **changes)


def test_pixels_turn_in_hue_and_scale_in_saturation_and_value():
    rng = np.random.default_rng(4)
    pixels = rng.integers(40, 200, (16, 16, 3), np.uint8)
    changed = recolored(pixels, look(hue_shift_deg=100, saturation_scale=0.5, value_scale=1.2))
    for before, after in zip(pixels.reshape(-1, 3), changed.reshape(-1, 3), strict=True):
        h0, s0, v0 = colorsys.rgb_to_hsv(*(before / 255))
        h1, s1, v1 = colorsys.rgb_to_hsv(*(after / 255))
        assert v1 == pytest.approx(v0 * 1.2, abs=0.01)
        assert s1 == pytest.approx(s0 * 0.5, abs=0.02)
        if s1 > 0.1:
            turn = (h1 - h0 - 100 / 360 + 0.5) % 1 - 0.5
            assert abs(turn) < 0.03
    assert not changes_colors(look())
    assert not changes_colors(look(hue_shift_deg=360))
    assert changes_colors(look(value_scale=0.9))


def test_colours_of_roles_with_textures_and_without_are_changed(load):
    room = "environment: {model: 'builtin://tabletop_room', "
    text = CONFIG.replace("environment: {model: 'builtin://table'", room + 'colors: {%s}')
    grey = 'tint_saturation: 0, tint_value: 1, saturation_scale: 0'
    plain, changed = (
        built(load(text % keys)).model for keys in ('tint_saturation: 0, tint_value: 1', grey)
    )
    roles = 0
    for material in range(changed.nmat):
        name = changed.material(material).name
        if not name.startswith('env/random_'):
            continue
        roles += 1
        texture = int(changed.mat_texid[material, mujoco.mjtTextureRole.mjTEXROLE_RGB])
        if texture < 0:
            assert np.ptp(changed.mat_rgba[material, :3]) < 1e-6
            continue
        first, channels = int(changed.tex_adr[texture]), int(changed.tex_nchannel[texture])
        size = int(changed.tex_height[texture]) * int(changed.tex_width[texture])
        pixels = changed.tex_data[first : first + size * channels].reshape(size, channels)
        assert np.ptp(pixels[:, :3].astype(int), axis=1).max() <= 1
        own = int(plain.mat_texid[plain.material(name).id, mujoco.mjtTextureRole.mjTEXROLE_RGB])
        start = int(plain.tex_adr[own])
        before = plain.tex_data[start : start + size * channels].reshape(size, channels)
        # The brightness of HSV is the largest channel, which stays.
        assert np.abs(before.max(axis=1).astype(int) - pixels.max(axis=1)).max() <= 1
    assert roles >= 5
