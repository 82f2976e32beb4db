"""Scenes and views: within their ranges, repeatable, and independent of each other."""

import math
from collections import Counter

import numpy as np
import pytest

from synth_ros.randomize.lamps import black_body_rgb
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.scene import SampledScene
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.view import sample_view

from .inventories import CONFIG, make_config, make_inventory


def draw(episode, *, text=CONFIG, seed=0, attempt=0):
    return sample_scene(
        make_config(text), make_inventory(), streams=Streams(seed, episode), attempt=attempt
    )


def test_a_scene_repeats_and_survives_json():
    scene = draw(7)
    assert scene == draw(7)
    assert SampledScene.model_validate_json(scene.model_dump_json()) == scene


def test_episodes_and_seeds_differ():
    texts = {draw(e, seed=s).model_dump_json() for e in range(20) for s in range(3)}
    assert len(texts) == 60


def test_instance_ids_count_from_one():
    for episode in range(20):
        ids = [item.instance_id for item in draw(episode).objects]
        assert ids == list(range(1, len(ids) + 1))


def test_every_draw_is_within_its_range():
    for episode in range(200):
        scene = draw(episode)
        assert 3 <= len(scene.objects) <= 9
        assert 1 <= len(scene.lamps) <= 3
        for item in scene.objects:
            assert 0.92 <= item.scale <= 1.08
            assert -15 <= item.hue_shift_deg <= 15
            assert 0.7 <= item.friction_scale <= 1.3
            assert 0.8 <= item.mass_scale <= 1.25
            assert math.isclose(np.linalg.norm(item.quat_wxyz), 1)
        assert 0.75 - 1e-9 <= sum(lamp.intensity for lamp in scene.lamps) <= 1.2 + 1e-9
        assert scene.lamps[0].cast_shadow


def test_weights_set_the_frequency_of_classes():
    counts = Counter(item.class_name for episode in range(800) for item in draw(episode).objects)
    share = counts['can'] / counts.total()
    # 3 of 4; about 4800 draws give a standard error of 0.6 %.
    assert share == pytest.approx(0.75, abs=0.025)


def test_another_attempt_moves_the_objects_and_nothing_else():
    first, second = draw(3), draw(3, attempt=1)
    assert first.lamps == second.lamps
    assert first.camera_offsets == second.camera_offsets
    for one, other in zip(first.objects, second.objects, strict=True):
        assert one.position_m != other.position_m
        moved = {'position_m': other.position_m, 'quat_wxyz': other.quat_wxyz}
        assert one.model_copy(update=moved) == other


def test_changing_the_lamps_moves_no_object():
    other = CONFIG + '\nenvironment: {lights: {count: [4, 4]}}\n'
    assert draw(5).objects == draw(5, text=other).objects


def test_one_more_joint_moves_no_other_joint():
    more = CONFIG.replace('tilt:', 'lift: [0.0, 0.3], tilt:')
    views = [
        sample_view(make_config(text), make_inventory(), streams=Streams(0, 1), view=2)
        for text in (CONFIG, more)
    ]
    assert views[1].joints.keys() == {'pan', 'lift', 'tilt'}
    for name in ('pan', 'tilt'):
        assert views[0].joints[name] == views[1].joints[name]
    assert views[0].yaw_rad == views[1].yaw_rad


def test_views_are_functions_of_their_number():
    config = make_config()
    drawn = [
        sample_view(config, make_inventory(), streams=Streams(0, 1), view=v) for v in (0, 1, 2, 1)
    ]
    assert drawn[1] == drawn[3]
    assert len({view.model_dump_json() for view in drawn}) == 3
    for view in drawn:
        assert abs(view.yaw_rad) <= math.radians(10)
        assert -0.5 <= view.joints['pan'] <= 0.5


def test_no_objects_is_a_valid_scene():
    text = 'cameras: [{name: head}]\nobjects: {count: [0, 0]}\n'
    inventory = make_inventory()._replace(classes=())
    scene = sample_scene(make_config(text), inventory, streams=Streams(0, 0))
    assert scene.objects == ()


@pytest.mark.parametrize(
    ('temperature_k', 'expected'),
    # Linear sRGB of the CIE 1931 2 degree black body, from the published chromaticities
    # (2856 K is illuminant A: x .4476, y .4074; 6504 K on the locus: x .3135, y .3237).
    [(2856, (0.4476, 0.4074)), (4000, (0.3805, 0.3768)), (6504, (0.3135, 0.3237))],
)
def test_black_body_colours_have_the_published_chromaticity(temperature_k, expected):
    xyz_from_rgb = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = xyz_from_rgb @ black_body_rgb(temperature_k)
    np.testing.assert_allclose(xyz[:2] / xyz.sum(), expected, atol=0.002)
