"""What a config varies: found by drawing, with the streams that are really used."""

import json

import numpy as np
import pytest
from scipy import stats

from synth_ros.config.base import Section
from synth_ros.config.points import Points
from synth_ros.config.rotations import Rotations
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.explain import _values, explain_config, histogram, unit_of
from synth_ros.randomize.listen import listen, pattern
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.streams import Streams

from .inventories import CONFIG, make_config, make_inventory
from .test_draw import config_with

PLAIN = CONFIG.replace(
    'count: [3, 9]', 'count: [3, 9]\n  scale: {normal: {mean: 1, std: 0.1, within: [0.8, 1.2]}}'
)


def spelled_out(config):
    """As the loader does it: no two keys share a distribution."""
    return type(config).model_validate_json(config.model_dump_json())


@pytest.fixture(scope='module')
def explained():
    config = spelled_out(make_config(PLAIN))
    return explain_config(config, make_inventory(), seed=0, draws=400)


def by_path(explained):
    return {each.path: each for each in explained.variations}


def test_everything_that_varies_is_listed_in_the_order_of_the_config(explained):
    paths = [each.path for each in explained.variations]
    assert paths.index('environment.lights.count') < paths.index('objects.count')
    assert paths.index('objects.count') < paths.index('randomization.robot.joints.pan')
    assert len(set(paths)) == len(paths)


def test_streams_and_how_often(explained):
    found = by_path(explained)
    assert found['objects.count'].streams == ('objects/count',)
    assert found['objects.count'].per == 'once a scene'
    assert found['objects.scale'].streams == ('objects/<n>/scale',)
    assert found['objects.scale'].per.endswith('times a scene')
    assert found['randomization.robot.joints.pan'].streams == ('view/<n>/joint/pan/<n>',)
    assert found['randomization.robot.joints.pan'].per == 'for every view'


def test_words_and_units(explained):
    found = by_path(explained)
    assert found['objects.scale'].words == 'normal, mean 1, std 0.1, within 0.8 to 1.2'
    assert found['objects.count'].words == 'any whole number from 3 to 9'
    assert found['environment.lights.distance_m'].unit == 'm'
    assert found['environment.lights.color_temperature_k'].unit == 'K'
    assert found['objects.scale'].unit == ''
    assert found['randomization.robot.joints.pan'].unit == 'rad or m'


def test_what_always_is_the_same_or_switched_off_is_told_apart(explained):
    fixed = dict(explained.fixed)
    assert fixed['randomization.robot.x_m'] == '0'
    assert fixed['randomization.sensor.rgb_gain'] == '1'
    off = dict(explained.off)
    assert off['distractors.flying'] == 'count'
    assert not any(each.path.startswith('distractors.flying') for each in explained.variations)
    assert not by_path(explained).keys() & fixed.keys()


def test_ranges_that_nothing_is_drawn_from_are_told_apart():
    # Nothing lights the room but the lamps, so no panorama is turned.
    config = spelled_out(make_config(PLAIN))
    found = explain_config(config, make_inventory(), seed=0, draws=50)
    assert 'environment.image_light.yaw_deg' in found.unused
    assert all(each.streams for each in found.variations)


def test_other_draws_are_named_by_their_streams(explained):
    assert 'objects/<n>/variant' in explained.others
    assert 'material/wall/variant' in explained.others
    assert 'camera/head' in explained.others
    listed = {name for each in explained.variations for name in each.streams}
    assert not listed & set(explained.others)


def test_histograms_are_of_real_draws(explained):
    scale = by_path(explained)['objects.scale'].histogram
    assert sum(scale.counts) == 400
    scenes = [
        sample_scene(make_config(PLAIN), make_inventory(), streams=Streams(seed, episode))
        for seed in range(40)
        for episode in range(10)
    ]
    first = [scene.objects[0].scale for scene in scenes]
    assert (scale.low, scale.high) == (min(first), max(first))
    np.testing.assert_array_equal(scale.counts, np.histogram(first, 24)[0])


def test_counts_have_a_bar_for_each_number(explained):
    count = by_path(explained)['objects.count'].histogram
    assert count.values == (3, 4, 5, 6, 7, 8, 9)
    assert stats.chisquare(count.counts).pvalue > 0.01


def test_schedules_show_the_whole_run():
    config = spelled_out(
        config_with({'a': {'schedule': [[0, [0, 1]], [1, [9, 10]]]}}, episodes=50)
    )
    for draws in (30, 200):  # fewer and more than episodes
        found = explain_config(config, make_inventory(), seed=0, draws=draws)
        shown = by_path(found)['randomization.variables.a'].histogram
        assert shown.low < 1.5
        assert shown.high > 8.5
        assert sum(shown.counts) == draws


def test_listening_changes_no_draw():
    config, inventory = make_config(), make_inventory()
    before = sample_scene(config, inventory, streams=Streams(0, 3))
    heard = listen(config, inventory, seed=0, episodes=[3])
    assert heard.others
    assert sample_scene(config, inventory, streams=Streams(0, 3)) == before


@pytest.mark.parametrize(
    ('name', 'expected'),
    [
        ('objects/3/scale', 'objects/<n>/scale'),
        ('view/12/joint/arm_1_joint/0', 'view/<n>/joint/arm_1_joint/<n>'),
        ('vary/shine/mug_03', 'vary/shine/mug_<n>'),
        ('12', '<n>'),
        ('lamps/count', 'lamps/count'),
    ],
)
def test_numbers_in_names_are_left_open(name, expected):
    assert pattern(name) == expected


def test_histograms_of_few_values():
    few = histogram(np.array([1.0, 2.0, 2.0, 5.0] * 10))
    assert few == (1, 5, (10, 20, 10), (1, 2, 5))
    even = histogram(np.linspace(0, 1, 240))
    assert set(even.counts) == {10}
    assert even.values == ()


def test_units_come_from_the_key_nearest_to_the_value():
    assert unit_of(('sequence', 'phases', 0, 'robot', 'drive', 'angular_rad_s')) == 'rad/s'
    assert unit_of(('place', 'on_sphere', 'radius_m')) == 'm'
    assert unit_of(('objects', 'scale')) == ''


class Places(Section):
    place: Points
    turn: Rotations


def test_points_and_rotations_are_shown_by_their_coordinates():
    data = {'place': {'in_box': {'size_m': [2, 0, 4]}}, 'turn': {'tilt': {'angle_deg': [0, 30]}}}
    places = Places.model_validate_json(json.dumps(data))
    runs = [Draws(Streams(2, episode)) for episode in range(500)]
    shown = {name: values for name, _, values in _values(places.place, 'p', runs)}
    assert stats.kstest(shown['x_m'], stats.uniform(-1, 2).cdf).pvalue > 0.01
    assert not shown['y_m'].any()
    shown = {name: values for name, _, values in _values(places.turn, 'r', runs)}
    assert stats.kstest(shown['tilt_deg'], stats.uniform(0, 30).cdf).pvalue > 0.01
    assert shown['heading_deg'].min() < -150
