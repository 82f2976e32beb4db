"""Which object goes where: counts, classes, sizes, and draws that shift no other."""

from collections import Counter

import pytest

from synth_ros.config.placement import Place
from synth_ros.errors import PlacementError
from synth_ros.randomize.inventory import PlaceInfo
from synth_ros.randomize.picks import places_of
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.scene import SampledScene
from synth_ros.randomize.streams import Streams

from .inventories import make_config, make_inventory

CONFIG = """
cameras: [{name: head}, {name: wrist}]
objects:
  count: [5, 9]
  classes: [{name: mug}, {name: can, weight: 3.0}]
"""
PLACES = (
    CONFIG
    + """
  placement:
    places:
      - {name: left, weight: 3}
      - {name: right, classes: [can]}
      - {name: extra, kind: air, count: [2, 2], classes: [mug],
         points: {in_box: {center_m: [0, 0, 2], size_m: [1, 1, 1]}}}
"""
)


def draw(episode, *, text=PLACES, attempt=0, **changed):
    config = make_config(text)
    inventory = make_inventory((1.5, 1.5))
    places = tuple(
        PlaceInfo(place, () if place.kind == 'air' else (inventory.surface,))
        for place in config.objects.placement.all_places()
    )
    inventory = inventory._replace(places=places, **changed)
    return sample_scene(config, inventory, streams=Streams(0, episode), attempt=attempt)


def test_a_scene_repeats_and_survives_json():
    scene = draw(7)
    assert scene == draw(7)
    assert SampledScene.model_validate_json(scene.model_dump_json()) == scene


def test_without_places_there_is_one_surface():
    (place,) = places_of(make_config(CONFIG), make_inventory())
    assert place.config == Place(name='surface')
    assert place.surfaces[0].name == 'table'
    scene = sample_scene(make_config(CONFIG), make_inventory(), streams=Streams(0, 0))
    assert {item.place for item in scene.objects} == {'surface'}


def test_places_take_their_classes_by_weight_and_their_own_counts():
    counts = Counter()
    for episode in range(250):
        scene = draw(episode)
        own = [item for item in scene.objects if item.place == 'extra']
        assert len(own) == 2
        assert {item.class_name for item in own} == {'mug'}
        assert all(item.hangs for item in own)
        assert 5 <= len(scene.objects) - 2 <= 9
        counts.update((i.class_name, i.place) for i in scene.objects if i.place != 'extra')
    assert counts['mug', 'right'] == 0
    cans = counts['can', 'left'] + counts['can', 'right']
    # About 1300 cans: the standard error of three quarters is 1.2 %.
    assert counts['can', 'left'] / cans == pytest.approx(0.75, abs=0.04)
    assert cans / counts.total() == pytest.approx(0.75, abs=0.04)


def test_an_unrelated_place_moves_nothing():
    more = (
        PLACES
        + """
      - {name: other, count: [1, 1], kind: air, points: [9, 9, 9]}
"""
    )
    for episode in range(10):
        before, after = draw(episode), draw(episode, text=more)
        assert after.objects[: len(before.objects)] == before.objects
        assert after.objects[-1].place == 'other'


def test_a_places_own_objects_do_not_depend_on_how_many_there_are_besides():
    few = PLACES.replace('count: [5, 9]', 'count: [1, 1]')
    for episode in range(10):
        same = [
            {**item.model_dump(), 'instance_id': 0, 'name': ''}
            for scene in (draw(episode), draw(episode, text=few))
            for item in scene.objects
            if item.place == 'extra'
        ]
        assert same[:2] == same[2:]


def test_another_attempt_moves_objects_and_keeps_what_they_are():
    first, second = draw(3), draw(3, attempt=1)
    for one, other in zip(first.objects, second.objects, strict=True):
        assert one.position_m != other.position_m
        kept = {'position_m', 'quat_wxyz'}
        assert one.model_dump(exclude=kept) == other.model_dump(exclude=kept)


def test_what_does_not_fit_is_drawn_again_and_counted():
    text = (
        CONFIG.replace('count: [5, 9]', 'count: [60, 60]')
        + """
  placement: {places: [{name: shelf, kind: shelf}]}
"""
    )
    config, inventory = make_config(text), make_inventory((1.5, 1.5))
    # Room for the blue mug and for cans, but not for the tall mug.
    board = inventory.surface._replace(clear_height_m=0.16)
    inventory = inventory._replace(
        places=(PlaceInfo(config.objects.placement.all_places()[0], (board,)),)
    )
    scene = sample_scene(config, inventory, streams=Streams(0, 1))
    assert len(scene.objects) == 60
    assert 'tall' not in {item.variant for item in scene.objects}
    (refusal,) = scene.refusals
    assert (refusal.place, refusal.reason) == ('shelf', 'too large')
    assert refusal.count > 0


def test_when_nothing_fits_it_says_why():
    text = (
        CONFIG
        + """
  placement: {places: [{name: shelf, kind: shelf}]}
"""
    )
    config, inventory = make_config(text), make_inventory((1.5, 1.5))
    board = inventory.surface._replace(clear_height_m=0.05)
    inventory = inventory._replace(
        places=(PlaceInfo(config.objects.placement.all_places()[0], (board,)),)
    )
    message = r'Object 1: none of 25 objects drawn fits .* \(shelf: too large \(25 times\)\)'
    with pytest.raises(PlacementError, match=message):
        sample_scene(config, inventory, streams=Streams(0, 0))
