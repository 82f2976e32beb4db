"""Each target of looks, lights and cameras shows in the picture as it should."""

import itertools

import numpy as np
import pytest

from synth_ros.config.render import RenderConfig
from synth_ros.geometry.transforms import make_transform
from synth_ros.render.classic import ClassicRenderer
from synth_ros.render.filament import FilamentRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.scene.apply_motion import optical_turn

from .studio import LEFT, RIGHT, SIZE, Studio


@pytest.fixture(
    scope='module', params=['onepass', 'classic', pytest.param('filament', marks=pytest.mark.slow)]
)
def studio(request, tmp_path_factory, vulkan):
    config = RenderConfig(shadow_size=512, samples=0, soft_shadows=request.param != 'classic')
    if request.param == 'filament':
        made = FilamentRenderer(config, device=vulkan)
    elif request.param == 'classic':
        made = ClassicRenderer(config, SIZE)
    else:
        made = OnepassRenderer(config)
    with made as renderer:
        yield Studio(tmp_path_factory.mktemp('studio'), renderer)


@pytest.fixture
def physical(studio):
    """The studio of a renderer that knows metal and roughness."""
    if studio.renderer.name == 'classic':
        pytest.skip('classic OpenGL knows neither metal nor roughness')
    return studio


@pytest.fixture
def phong(studio):
    """The studio of a renderer that knows mirrors and highlights of lamps."""
    if studio.renderer.name != 'classic':
        pytest.skip('only classic OpenGL')
    return studio


def turn(one, other):
    """The difference of two hues."""
    return abs((one - other + 180) % 360 - 180)


def grows(numbers, least):
    return all(after > before + least for before, after in itertools.pairwise(numbers))


@pytest.mark.parametrize('hue', [0, 60, 120, 180, 240, 300])
def test_hue_is_seen(studio, hue):
    seen = studio.see(('object.hue_deg', LEFT, 'set', hue))
    assert turn(seen.hsv(LEFT)[0], hue) < 12
    assert turn(seen.hsv(RIGHT)[0], 0) < 12


def test_hue_turns(studio):
    seen = studio.see(('object.hue_deg', LEFT, 'add', -120), ('object.hue_deg', RIGHT, 'add', 480))
    assert turn(seen.hsv(LEFT)[0], 240) < 12
    assert turn(seen.hsv(RIGHT)[0], 120) < 12


def test_saturation_is_seen(studio):
    levels = (0.0, 0.3, 0.6, 1.0)
    seen = [studio.see(('object.saturation', LEFT, 'set', level)).hsv(LEFT)[1] for level in levels]
    assert seen[0] < 0.05
    assert grows(seen, 0.1)


def test_brightness_is_seen(studio):
    levels = (0.1, 0.3, 0.5, 0.7, 0.9)
    seen = [studio.see(('object.value', LEFT, 'set', level)).bright(LEFT) for level in levels]
    assert grows(seen, 0.003)
    half = studio.see(('object.value', LEFT, 'scale', 0.5 / 0.7)).bright(LEFT)
    assert half == pytest.approx(seen[2], rel=0.02)


def test_opacity_lets_what_is_behind_through(studio):
    solid, clear = studio.see(), studio.see(('object.opacity', LEFT, 'set', 0.2))
    np.testing.assert_array_equal(solid.mask(LEFT), clear.mask(LEFT))
    assert clear.hsv(LEFT)[1] < 0.6 * solid.hsv(LEFT)[1]


def test_only_the_chosen_object_changes(studio):
    """Both balls share an asset, but the one whose material varies has one of its own."""
    plain = studio.see()
    seen = studio.see(('object.emission', LEFT, 'set', 0.8))
    assert seen.bright(LEFT) > 1.5 * plain.bright(LEFT)
    np.testing.assert_allclose(seen.color(RIGHT), plain.color(RIGHT), atol=3)
    model = studio.world.scene.model
    materials = [int(model.geom_matid[part.geom_ids[0]]) for part in studio.world.scene.objects]
    assert materials[0] != materials[1]


def test_emission_is_seen(studio):
    seen = [studio.see(('object.emission', LEFT, 'set', e)).bright(LEFT) for e in (0, 0.2, 0.5)]
    assert grows(seen, 0.01)


def test_smooth_surfaces_have_a_small_highlight(physical):
    areas = []
    for roughness in (0.3, 0.5, 0.8):
        seen = physical.see(('object.roughness', LEFT, 'set', roughness)).pixels(LEFT).min(axis=1)
        shine = seen - np.percentile(seen, 25)
        areas.append((shine > shine.max() / 2).mean())
    assert grows(areas, 0.01)


def test_metal_has_no_colour_but_what_it_mirrors(physical):
    seen = [
        physical.see(('object.metallic', LEFT, 'set', m), ('object.roughness', LEFT, 'set', 0.3))
        for m in (0.0, 0.5, 1.0)
    ]
    # Away from the highlight there is nothing bright to mirror, and in it there is the lamp.
    shade = [np.median(s.pixels(LEFT).max(axis=1)) for s in seen]
    assert grows(shade[::-1], 20)
    assert grows(
        [s.pixels(LEFT).max(axis=1).max() - m for s, m in zip(seen, shade, strict=True)], 10
    )


def test_a_strong_highlight_is_bright(studio):
    peaks = []
    for specular in (0.0, 0.5, 1.0):
        seen = studio.see(('object.specular', LEFT, 'set', specular)).pixels(LEFT).min(axis=1)
        peaks.append(np.percentile(seen, 99.5))
    assert grows(peaks, 1)


def test_shininess_narrows_the_highlight(studio):
    areas = []
    for shininess in (0.05, 0.3, 0.9):
        draws = (
            ('object.specular', LEFT, 'set', 1.0),
            ('object.shininess', LEFT, 'set', shininess),
        )
        seen = studio.see(*draws).pixels(LEFT).min(axis=1)
        base = studio.see(('object.specular', LEFT, 'set', 0.0)).pixels(LEFT).min(axis=1)
        shine = seen - base
        areas.append(-(shine > shine.max() / 2).mean())
    assert grows(areas, 0.002)


@pytest.mark.parametrize('hue', [30, 150, 270])
def test_materials_of_the_environment_take_colours(studio, hue):
    seen = studio.see(
        ('material.hue_deg', 'floor', 'set', hue), ('material.saturation', 'floor', 'set', 0.8)
    )
    assert turn(seen.hsv('floor')[0], hue) < 15
    values = [
        studio.see(('material.value', 'floor', 'set', v)).bright('floor') for v in (0.2, 0.6)
    ]
    assert values[1] > 2 * values[0]


def test_materials_without_a_role_vary_too(studio):
    material = studio.world.scene.model.mat('env/shelf_paint').id
    studio.see(('material.hue_deg', 'shelf_paint', 'set', 240.0))
    rgb = studio.world.scene.model.mat_rgba[material, :3]
    np.testing.assert_allclose(rgb, (0.3, 0.3, 0.6), atol=1e-6)


def test_patterns_repeat_as_often_as_asked(studio):
    edges = []
    for factor in (0.5, 1.0, 2.0):
        seen = studio.see(('material.repeat', 'wall', 'scale', factor))
        rows = np.flatnonzero(seen.mask('wall').sum(axis=1) > 60)
        row = rows[len(rows) // 2]
        line = seen.rgb[row, seen.mask('wall')[row]].mean(axis=1)
        edges.append(int((np.abs(np.diff(line > np.median(line))) > 0).sum()))
    assert edges[0] < edges[1] < edges[2]


def test_environment_materials_take_up_light(physical):
    seen = [physical.see(('material.roughness', 'floor', 'set', r)) for r in (0.1, 0.9)]
    assert np.abs(seen[0].color('floor') - seen[1].color('floor')).max() > 2
    seen = [physical.see(('material.metallic', 'floor', 'set', m)) for m in (0.0, 1.0)]
    assert np.abs(seen[0].color('floor') - seen[1].color('floor')).max() > 5


def test_brightness_follows_the_lamp(studio):
    dark = ('ambient.intensity', 'scene', 'set', 0.02)
    seen = [
        studio.see(dark, ('light.intensity', 'lamp_0', 'set', level)).bright('floor')
        for level in (0.1, 0.2, 0.4)
    ]
    assert grows(seen, 0.002)
    same = studio.see(dark, ('light.intensity', 'lamp_0', 'scale', 0.8)).bright('floor')
    assert same == pytest.approx(seen[2], rel=0.01)


def test_brightness_follows_the_light_from_everywhere(studio):
    off = ('light.intensity', 'lamp_0', 'set', 0.01)
    seen = [
        studio.see(off, ('ambient.intensity', 'scene', 'set', level)).bright('floor')
        for level in (0.0, 0.2, 0.4, 0.8)
    ]
    assert grows(seen, 0.003)
    same = studio.see(off, ('ambient.intensity', 'scene', 'add', 0.1)).bright('floor')
    assert same == pytest.approx(seen[2], rel=0.01)


def test_colour_follows_the_temperature(studio):
    warmth = []
    for kelvin in (10_000, 6500, 4000, 2200):
        red, _, blue = studio.see(('light.temperature_k', 'lamp_0', 'set', kelvin)).color('floor')
        warmth.append(red / blue)
    assert grows(warmth, 0.03)


def test_lamps_take_colours(studio):
    for hue in (120, 240):
        seen = studio.see(
            ('ambient.intensity', 'scene', 'set', 0.0),
            ('light.hue_deg', 'lamp_0', 'set', hue), ('light.saturation', 'lamp_0', 'set', 0.9),
        )  # fmt: skip
        assert turn(seen.hsv('floor')[0], hue) < 20


def test_the_lit_side_follows_the_lamp(studio):
    plain, moved = studio.see(), studio.see(('light.y_m', 'lamp_0', 'add', -1.0))

    def lit(seen, name):
        """Where the light is on a ball, in columns from its middle."""
        mask = seen.mask(name)
        columns = np.nonzero(mask)[1]
        weight = seen.rgb[mask].sum(axis=1) ** 4
        return (columns * weight).sum() / weight.sum() - columns.mean()

    # The camera looks along x, so what is at smaller y is further right.
    assert lit(moved, LEFT) > lit(plain, LEFT) + 2
    assert studio.see(('light.z_m', 'lamp_0', 'set', 3.5)).bright('floor') != plain.bright('floor')
    np.testing.assert_allclose(
        studio.world.scene.model.light('lamp/0').pos, (-0.6, 0.5, 3.5), atol=1e-6
    )


def test_large_bulbs_make_soft_shadows(physical):
    if physical.renderer.name == 'filament':
        pytest.skip('Filament draws its own kind of soft shadows')

    def steepest(radius):
        seen = physical.see(('light.radius_m', 'lamp_0', 'set', radius))
        column, row = (int(at) for at in seen.middle(RIGHT))
        # Where the right ball's shadow ends on the floor.
        patch = (slice(row + 4, row + 15), slice(column + 10, column + 25))
        floor = np.where(seen.mask('floor')[patch], seen.rgb[patch].sum(axis=2), np.nan)
        return np.nanmax(np.abs(np.diff(floor, axis=1)))

    assert steepest(0.2) < 0.7 * steepest(0.005)


def test_highlights_of_lamps(phong):
    peaks = []
    for ratio in (0.0, 0.5, 1.5):
        seen = phong.see(('light.specular', 'lamp_0', 'set', ratio)).pixels(LEFT).min(axis=1)
        peaks.append(np.percentile(seen, 99.5))
    assert grows(peaks, 2)


def test_cameras_move_in_their_own_frame(studio):
    camera, world = studio.camera, studio.world
    studio.see()
    home = world.world_from_camera(camera)
    for axis, name in enumerate(('x_m', 'y_m', 'z_m')):
        plain, moved = studio.see(), studio.see((f'camera.{name}', 'eye', 'add', 0.05))
        shift = np.zeros(3)
        shift[axis] = 0.05
        expected = home @ make_transform(np.eye(3), shift)
        np.testing.assert_allclose(world.world_from_camera(camera), expected, atol=1e-9)
        before, after = np.array(plain.middle(LEFT)), np.array(moved.middle(LEFT))
        if axis < 2:
            # To the right, and what is seen goes left; downwards, and it goes up.
            assert after[axis] < before[axis] - 2
            assert abs(after[1 - axis] - before[1 - axis]) < 1
        else:
            assert moved.mask(LEFT).sum() > 1.05 * plain.mask(LEFT).sum()


def test_cameras_turn_as_their_names_say(studio):
    camera = studio.camera.model
    middle = np.array([(camera.width - 1) / 2, (camera.height - 1) / 2])
    for name, degrees, expected in (
        ('yaw_deg', 4.0, (-1, 0)),
        ('pitch_deg', 4.0, (0, 1)),
    ):
        plain, moved = studio.see(), studio.see((f'camera.{name}', 'eye', 'add', degrees))
        change = np.subtract(moved.middle(LEFT), plain.middle(LEFT))
        pixels = camera.fx * np.tan(np.radians(degrees))
        np.testing.assert_allclose(change, np.multiply(expected, pixels), atol=1.5)
    plain, moved = studio.see(), studio.see(('camera.roll_deg', 'eye', 'add', 10.0))
    before = np.array(plain.middle(LEFT)) - middle
    # The camera turns clockwise, so that what it sees turns counterclockwise.
    cos, sin = np.cos(np.radians(10)), np.sin(np.radians(10))
    expected = np.array([[cos, sin], [-sin, cos]]) @ before
    np.testing.assert_allclose(np.array(moved.middle(LEFT)) - middle, expected, atol=1)


def test_turns_add_up_from_right_to_clockwise():
    turned = optical_turn(np.radians(90), np.radians(90), np.radians(90))
    # Right: forward is x. Up: forward is -y, up is -x. Clockwise: right goes where down was.
    np.testing.assert_allclose(turned @ [0, 0, 1], [0, -1, 0], atol=1e-12)
