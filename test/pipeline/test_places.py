"""Scenes with every kind of place, as they end up: checked by rays and by geometry alone."""

import json
from collections import Counter

import mujoco
import numpy as np
import pytest
from scipy import stats

from synth_ros.config.load import load_config_text
from synth_ros.geometry.camera import project
from synth_ros.geometry.transforms import inverse, make_transform, matrix_from_quat_wxyz
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.generate import open_stage
from synth_ros.pipeline.motion import RunningEpisode, Timing
from synth_ros.scene.build import SceneBuilder

CAMERAS = """
seed: 4
robot: {model: bot.xml, position_m: [0, 0, 0]}
cameras:
  - name: top
    mount: {link: world, position_m: [0.84, 0.0, 1.9], look_at_m: [0.84, 0.01, 0.5]}
    intrinsics: {fovy_deg: 50.0}
    width: 120
    height: 90
render: {backend: onepass, samples: 0}
output: {live: {rate_hz: 10.0, view_period_s: 0.3}, dataset: {views_per_episode: 3, episodes: 3}}
randomization: {robot: {joints: {pan: [-0.5, 0.5]}}}
"""
SHAPES = """
  classes:
    - {name: ball, primitives: [{shape: sphere, size_m: [0.06, 0.06, 0.06]}]}
    - {name: brick, primitives: [{shape: box, size_m: [0.12, 0.06, 0.05]}]}
    - {name: can, primitives: [{shape: cylinder, size_m: [0.07, 0.07, 0.12]}]}
"""
BIN = (
    CAMERAS
    + 'environment: {model: "builtin://bin_cell"}\nobjects:\n  count: [14, 14]'
    + SHAPES
    + """
  placement: {places: [{name: cell, kind: bin, surface: bin, upright_probability: 0.3}]}
"""
)
SHELF = (
    CAMERAS
    + 'environment: {model: "builtin://shelf"}\nobjects:\n  count: [24, 24]'
    + SHAPES
    + """
  placement:
    places:
      - {name: stock, kind: shelf, surface: 'shelf_a_*', weight: 9}
      - {name: aisle, kind: floor, distance_m: [0.5, 1.5]}
"""
)
ALL = (
    CAMERAS
    + 'environment: {model: "builtin://table"}\nobjects:\n  count: [5, 5]'
    + SHAPES
    + """
    - name: bowl
      primitives: [{shape: box, size_m: [0.22, 0.22, 0.03]}]
  placement:
    places:
      - {name: table, surface: table, classes: [ball, brick, can]}
      - {name: bowls, surface: table, classes: [bowl], count: 1}
      - {name: nuts, kind: container, container: bowl, classes: [brick], count: 1}
      - {name: air, kind: air, count: 3, classes: [ball, can],
         points: {in_box: {center_m: [0.8, 0.0, 1.35], size_m: [0.5, 0.5, 0.3]}}}
      - {name: hand, kind: gripper, count: 1, classes: [brick],
         grasp: {link: head_link, position_m: [0.3, 0.0, 0.2], turn_deg: [-40, 40]}}
"""
)


@pytest.fixture
def stage_of(write_config):
    """Opens a stage for config text beside the robot's file."""
    stages = []

    def build(text: str) -> Stage:
        loaded = load_config_text(text, base_dir=write_config().parent)
        stage = open_stage(loaded, SceneBuilder(loaded), seed=loaded.config.seed)
        stages.append(stage)
        return stage

    yield build
    for stage in stages:
        stage.renderer.close()


def centers(world):
    """Centre of each object's 3D box in the world, by name."""
    return {
        item.name: (item.world_from_object @ item.object_from_box)[:3, 3]
        for item in world.instances()
    }


def met(world, start, direction):
    """Name of the body whose solid shape a ray meets first, and how far away; no objects."""
    solid = np.array([0, 0, 0, 1, 0, 0], np.uint8)
    hit = np.array([-1], np.int32)
    model = world.model
    distance = mujoco.mj_ray(
        model, world.data, np.array(start, float), np.array(direction, float), solid, 1, -1, hit
    )
    body = int(model.geom_bodyid[int(hit[0])]) if hit[0] >= 0 else 0
    return model.body(body).name, distance


def test_objects_end_inside_the_bin_and_are_seen_there(stage_of):
    stage = stage_of(BIN)
    for episode in range(3):
        opened = stage.open(episode)
        world = opened.world
        for center in centers(world).values():
            # A wall of the bin on all four sides, by rays from the object's middle.
            for direction in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)):
                start = (*center[:2], 0.7)
                name, distance = met(world, start, direction)
                assert name == 'env/bin'
                assert distance < 0.65
            assert 0.51 < center[2] < 0.8
        (instant,) = opened.views([0])
        frame = instant.taken[0].frame
        rows, columns = np.nonzero(frame.instance_id)
        # The rectangle of the bin's rim as the camera sees it.
        rim = np.array([[0.84 + a, b, 0.72, 1] for a in (-0.21, 0.21) for b in (-0.31, 0.31)])
        seen = project(frame.camera, (rim @ inverse(frame.world_from_camera).T)[:, :3])
        assert len(rows) > 200
        assert columns.min() >= seen[:, 0].min() - 1
        assert columns.max() <= seen[:, 0].max() + 1
        assert rows.min() >= seen[:, 1].min() - 1
        assert rows.max() <= seen[:, 1].max() + 1


def test_shelved_objects_stand_above_boards_and_others_on_free_floor(stage_of):
    stage = stage_of(SHELF)
    used, floors = set(), 0
    for episode in range(3):
        opened = stage.open(episode)
        world, where = opened.world, centers(opened.world)
        for item in opened.sampled.objects:
            center = where[item.name]
            name, distance = met(world, center, (0, 0, -1))
            if item.place == 'stock':
                assert name == 'env/shelf_a'
                used.add(round(center[2] - distance, 2))
                # A board or the top is over it, and the back panel behind it.
                assert met(world, center, (0, 0, 1))[0] == 'env/shelf_a'
                assert met(world, (1.1, center[1], center[2]), (1, 0, 0))[0] == 'env/shelf_a'
            else:
                floors += 1
                assert name == 'env/hall'
                assert 0.0 < distance < 0.1
                assert np.hypot(*center[:2]) < 1.6
    assert used == {0.2, 0.56, 0.92, 1.28}
    assert floors > 2


def hanging_and_held(opened):
    """Largest distance of hanging and held objects from where they were drawn, metres."""
    world = opened.world
    links = {link.name: link.world_from_link for link in world.links()}
    instances = {item.instance_id: item for item in world.instances()}
    worst = {}
    for item in opened.sampled.objects:
        if not (item.hangs or item.link):
            continue
        found = instances[item.instance_id].world_from_object
        found = found @ instances[item.instance_id].object_from_box
        drawn = make_transform(matrix_from_quat_wxyz(item.quat_wxyz), item.position_m)
        expected = links[item.link] @ drawn if item.link else drawn
        worst[item.place] = max(np.abs(found - expected).max(), worst.get(item.place, 0.0))
    return worst


def test_hanging_and_held_objects_are_exact_in_every_view(stage_of):
    stage = stage_of(ALL)
    for episode in range(2):
        opened = stage.open(episode)
        poses = []
        for instant in opened.views(range(3)):
            worst = hanging_and_held(opened)
            assert worst.keys() == {'air', 'hand'}
            assert max(worst.values()) < 1e-12
            poses.append(
                {i.name: i.world_from_object.copy() for i in instant.taken[0].frame.instances}
            )
        moved = {n for n in poses[0] if np.abs(poses[0][n] - poses[1][n]).max() > 1e-6}
        assert moved == {item.name for item in opened.sampled.objects if item.link}


def test_hanging_and_held_objects_are_exact_in_sequences(stage_of):
    stage = stage_of(ALL)
    opened = stage.open(1)
    running = RunningEpisode(opened, Timing(stage.config))
    held = []
    for instant in running.instants(8):
        assert max(hanging_and_held(opened).values()) < 1e-12
        by_place = {item.instance_id: item.place for item in opened.sampled.objects}
        held += [
            item.world_from_object[:3, 3]
            for item in instant.taken[0].frame.instances
            if by_place[item.instance_id] == 'hand'
        ]
    assert np.ptp(held, axis=0).max() > 0.01


def test_what_was_put_into_a_container_is_carried_by_it(stage_of):
    stage = stage_of(ALL)
    opened = stage.open(0)
    places = {item.place: item.name for item in opened.sampled.objects}
    where = centers(opened.world)
    bowl, nut = where[places['bowls']], where[places['nuts']]
    assert np.abs(nut - bowl)[:2].max() < 0.11
    assert nut[2] > bowl[2] + 0.015
    touching = {
        frozenset((contact.first.name, contact.second.name))
        for contact in opened.world.state().contacts
    }
    assert frozenset((places['bowls'], places['nuts'])) in touching


def test_provenance_tells_places_and_refusals(stage_of):
    text = BIN.replace('count: [14, 14]', 'count: [3, 3]').replace(
        '    - {name: can,',
        '    - {name: beam, primitives: [{shape: box, size_m: [0.9, 0.05, 0.05]},'
        ' {shape: box, size_m: [0.1, 0.05, 0.05]}]}\n    - {name: can,',
    )
    stage = stage_of(text)
    refused = Counter()
    for episode in range(6):
        (sample,) = stage.open(episode).samples(0)
        scene = json.loads(sample.provenance_json)['scene']
        assert {item['place'] for item in scene['objects']} == {'cell'}
        refused.update((r['place'], r['reason']) for r in scene['refusals'])
    assert set(refused) == {('cell', 'too large')}


def test_a_place_replays_from_its_provenance(stage_of):
    stage = stage_of(ALL)
    opened = stage.open(2)
    again = stage.builder.build(opened.sampled)
    for part, item in zip(again.objects, opened.sampled.objects, strict=True):
        assert part.link == item.link
        assert part.is_free == (not item.hangs and not item.link)


def test_a_frame_is_the_same_whatever_came_before(stage_of):
    one, other = stage_of(ALL), stage_of(ALL)
    first = one.open(1).samples(1)
    other.open(0)
    second = other.open(1).samples(1)
    for a, b in zip(first, second, strict=True):
        assert a.provenance_json == b.provenance_json
        np.testing.assert_array_equal(a.rgb, b.rgb)
        np.testing.assert_array_equal(a.frame.instance_id, b.frame.instance_id)


FLYING = (
    CAMERAS
    + 'environment: {model: "builtin://table"}\nobjects:\n  count: 8\n  scale: 1.0'
    + """
  classes:
    - {name: ball, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}
  placement:
    places:
      - {name: air, kind: air,
         points: {in_box: {center_m: [0.84, 0.0, 1.2], size_m: [0.6, 0.6, 0.6]}}}
"""
)


def test_hanging_objects_are_seen_where_points_are_drawn(stage_of):
    """Places measured in the pictures alone are spread evenly over the box."""
    # From so high up that the whole box is in the image.
    text = FLYING.replace('width: 120', 'width: 480').replace('height: 90', 'height: 360')
    stage = stage_of(text.replace('[0.84, 0.0, 1.9]', '[0.84, 0.0, 3.0]'))
    measured = []
    for episode in range(10):
        (instant,) = stage.open(episode).views([0])
        frame = instant.taken[0].frame
        for item in frame.instances:
            mask = frame.instance_id == item.instance_id
            whole = frame.silhouettes.get(item.instance_id)
            if whole is None or mask.sum() < 80 or mask.sum() < whole.mask.sum():
                continue
            rows, columns = np.nonzero(mask)
            # The ball's centre lies behind the middle of its disc, a radius behind its nearest
            # point along the ray.
            u, v, camera = columns.mean(), rows.mean(), frame.camera
            ray = np.array([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, 1.0])
            along = np.linalg.norm(ray)
            near = np.median(frame.depth_m[mask & nearest(mask, u, v)]) * along
            center = frame.world_from_camera @ (*(ray / along * (near + 0.04)), 1.0)
            drawn = item.world_from_object[:3, 3]
            assert np.abs(center[:3] - drawn).max() < 0.004
            measured.append(center[:3])
    share = (np.array(measured) - (0.84, 0.0, 1.2)) / 0.6 + 0.5
    assert len(share) > 65
    for axis in range(3):
        assert stats.kstest(share[:, axis], 'uniform').pvalue > 0.01


def nearest(mask, u, v):
    """The pixels within one of a point."""
    rows, columns = np.indices(mask.shape)
    return (np.abs(rows - v) <= 1) & (np.abs(columns - u) <= 1)
