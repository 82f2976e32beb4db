"""Scenes that are planned or told: objects are where they should be, in picture and labels."""

import json
import math
from collections import Counter

import numpy as np
import pytest

from synth_ros.config.load import load_config
from synth_ros.errors import ConfigError
from synth_ros.geometry.transforms import inverse, matrix_from_rpy
from synth_ros.pipeline.generate import GenerateRequest, generate
from synth_ros.pipeline.live import LiveSession
from synth_ros.randomize.pose_bins import directions
from synth_ros.readers.coco import CocoDataset
from synth_ros.scene.build import SceneBuilder

LIVE = 'output:\n'
FLOATING = {"'builtin://table'": "'builtin://empty'"}
POSES = """
curriculum:
  poses: {camera: head, distances_m: [0.5, 0.8], directions: 3, rolls: 2, objects: 2}
labels: {min_pixels: 1, min_visibility: 0}
output:
"""
SCRIPT = """
script:
  settle: false
  objects:
    - {class_name: brick, position_m: [0.8, 0.1, 1.0], rpy_deg: [10, 20, 30], scale: 1.5}
    - {class_name: ball, position_m: [0.8, -0.1, 0.9]}
  views:
    - {joints: {pan: 0.1}}
    - {x_m: 0.05, yaw_deg: 3}
output:
"""


@pytest.fixture
def planned(write_config, tmp_path):
    config = write_config(**{LIVE: POSES, 'episodes: 3': 'episodes: 6'}, **FLOATING)
    generate(GenerateRequest(config, tmp_path / 'one'), lambda _: None)
    return config, CocoDataset(tmp_path / 'one')


def test_every_object_is_in_every_pose_once(planned):
    _, dataset = planned
    seen = Counter()
    for image in dataset.images:
        if image.camera != 'head':
            continue
        view = dataset.read_provenance(image)['view']
        found = {a.instance_id: a for a in dataset.annotations_of(image)}
        for pose in view['planned']:
            annotation = found[pose['instance_id']]
            place = (pose['direction'], pose['roll'], pose['distance'])
            seen[annotation.model, place] += 1
            # What the label says of the object is what was planned.
            box = np.array(annotation.box3d.camera_from_box)
            distance = (0.5, 0.8)[pose['distance']]
            assert np.linalg.norm(box[:3, 3]) == pytest.approx(distance, abs=1e-6)
            towards = inverse(np.array(annotation.camera_from_object))[:3, 3]
            wanted = directions(3)[pose['direction']]
            assert np.allclose(towards / np.linalg.norm(towards), wanted, atol=1e-3)
    # 6 episodes x 2 views x 2 objects: each of 2 models in each of 12 poses.
    assert set(seen.values()) == {1}
    assert len(seen) == 24


def test_planned_scenes_are_the_same_by_two_workers(planned, contents, tmp_path):
    config, _ = planned
    generate(GenerateRequest(config, tmp_path / 'two', workers=2), lambda _: None)
    assert contents(tmp_path / 'two') == contents(tmp_path / 'one')


def test_scripted_objects_hang_where_they_are_told(open_config):
    stage = open_config(**{LIVE: SCRIPT})
    episode = stage.open(0)
    for view in range(3):
        sample = episode.samples(view)[0]
        brick, ball = sample.frame.instances
        assert (brick.class_name, ball.class_name) == ('brick', 'ball')
        middle = brick.world_from_object @ brick.object_from_box
        assert np.allclose(middle[:3, 3], [0.8, 0.1, 1.0])
        turned = matrix_from_rpy([math.radians(a) for a in (10, 20, 30)])
        assert np.allclose(middle[:3, :3], turned)
        assert np.allclose(brick.size_m, 1.5 * np.array([0.14, 0.08, 0.06]))
        told = json.loads(sample.provenance_json)['view']
        assert told['joints'] == ({'pan': 0.1} if view % 2 == 0 else {})
        assert told['x_m'] == (0.0 if view % 2 == 0 else 0.05)


def test_scripted_objects_fall_unless_they_hang(open_config):
    stage = open_config(**{LIVE: SCRIPT.replace('settle: false', 'settle: true')})
    heights = [item.world_from_object[2, 3] for item in stage.prepare(0).world.instances()]
    assert all(0.72 < height < 0.85 for height in heights)


def told_of(write_config, text, **more):
    with pytest.raises(ConfigError, match=r'config\.yaml:\d+: ') as caught:
        SceneBuilder(load_config(write_config(**{LIVE: text}, **more)))
    return '\n'.join(caught.value.problems)


@pytest.mark.parametrize(
    ('old', 'new', 'told'),
    [
        ('class_name: ball', 'class_name: bal', 'there is no class "bal". Did you mean \'ball\'?'),
        ('class_name: ball', 'class_name: ball, variant: red', 'red'),
        ('pan: 0.1', 'pam: 0.1', 'pan'),
        ('pan: 0.1', 'pan: 3.0', 'pan'),
    ],
)
def test_mistakes_in_a_script_are_told(write_config, old, new, told):
    assert old in SCRIPT
    problems = told_of(write_config, SCRIPT.replace(old, new))
    assert told in problems
    assert 'script' in problems


@pytest.mark.parametrize(
    ('old', 'new', 'told'),
    [
        ('camera: head', 'camera: hed', 'there is no camera "hed". Did you mean \'head\'?'),
        ('[0.5, 0.8]', '[0.05, 0.8]', 'so at 0.05 m the camera would be inside it'),
        ('[0.5, 0.8]', '[0.8, 0.5]', 'distances must grow from entry to entry'),
    ],
)
def test_mistakes_in_a_curriculum_are_told(write_config, old, new, told):
    assert told in told_of(write_config, POSES.replace(old, new))


def test_a_live_session_hangs_objects_anew_for_every_view(open_config):
    stage = open_config(**{LIVE: POSES, 'view_period_s: 0.3': 'view_period_s: 0.2'}, **FLOATING)
    session = LiveSession(stage)
    seen = {}
    for _ in range(6):
        head = session.advance().samples[0]
        view = json.loads(head.provenance_json)['view']
        assert len(view['planned']) == 2
        poses = [item.world_from_object.tobytes() for item in head.frame.instances]
        seen.setdefault(view['view'], set()).add(tuple(poses))
        # They are before the camera, not where they wait.
        assert all(np.linalg.norm(i.world_from_object[:3, 3]) < 5 for i in head.frame.instances)
    # Between two views they stay where they are.
    assert len(seen) >= 3
    assert all(len(places) == 1 for places in seen.values())
    assert len(set.union(*seen.values())) == len(seen)
