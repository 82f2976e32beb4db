"""Cameras that look at targets, and lenses that differ: rendered, stored and audited."""

import json
from contextlib import closing

import numpy as np
import pytest

from synth_ros.audit.run import AuditRequest, audit
from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import GenerateRequest, generate, open_stage
from synth_ros.pipeline.live import LiveSession
from synth_ros.pipeline.oracle import ConfigOracle
from synth_ros.readers.recording_dataset import DatasetRecording
from synth_ros.scene.build import SceneBuilder

DOME = """
  viewpoints:
    - {camera: top, distance_m: [0.5, 0.9], elevation_deg: [45, 80], azimuth_deg: [-180, 180],
       roll_deg: [-15, 15], center_offset_px: [-8, 8], visibility: [0.3, 1.0]}
"""
LENSES = (
    'cameras: {position_m: 0.002, rotation_deg: 0.3, per: view, intrinsics: '
    '{focal_scale: [0.9, 1.1], aspect_scale: [0.98, 1.02], principal_px: [-4, 4], per: view}}'
)
CHANGES = {
    '  cameras: {position_m: 0.002, rotation_deg: 0.3}': '  ' + LENSES + DOME.rstrip(),
    'backend: classic': 'backend: onepass',
}


@pytest.fixture
def opened(open_config):
    return open_config(**CHANGES)


def test_the_target_is_at_its_pixel_at_its_distance(opened):
    episode = opened.open(0)
    for view in range(4):
        sample = next(s for s in episode.samples(view) if s.key.camera == 'top')
        drawn = json.loads(sample.provenance_json)['view']
        (asked,) = drawn['viewpoints']
        frame = sample.frame
        k = frame.camera
        seen = np.linalg.inv(frame.world_from_camera) @ [*asked['target_m'], 1.0]
        pixel = np.array([k.fx * seen[0] / seen[2] + k.cx, k.fy * seen[1] / seen[2] + k.cy])
        middle = [(k.width - 1) / 2, (k.height - 1) / 2]
        assert pixel - middle == pytest.approx(asked['offset_px'], abs=1e-6)
        # The surface along the ray lies before the middle of the object, by half its size.
        column, row = (round(c) for c in pixel)
        instance = next(i for i in frame.instances if i.name == asked['target'])
        if frame.instance_id[row, column] == instance.instance_id:
            gap = seen[2] - frame.depth_m[row, column]
            assert 0 < gap < np.linalg.norm(instance.size_m) / 2
        label = next(
            entry
            for entry in sample.labels.instances
            if entry.instance.instance_id == instance.instance_id
        )
        # Rays through some points against all pixels of a small picture.
        assert label.visibility == pytest.approx(asked['visibility'], abs=0.08)


def test_every_frame_has_the_lens_of_its_view(opened):
    episode = opened.open(0)
    nominal = {part.model.name: part.model for part in episode.world.scene.cameras}
    focal = set()
    for view in range(3):
        for sample in episode.samples(view):
            drawn = json.loads(sample.provenance_json)['view']['cameras']
            change = next(c for c in drawn if c['camera'] == sample.key.camera)
            base, k = nominal[sample.key.camera], sample.frame.camera
            assert k.fx == pytest.approx(base.fx * change['focal_scale'][0])
            assert k.fy == pytest.approx(base.fy * change['focal_scale'][1])
            assert k.cx == pytest.approx(base.cx + change['principal_px'][0])
            assert k.cy == pytest.approx(base.cy + change['principal_px'][1])
            focal.add(k.fx)
    assert len(focal) == 6


def test_views_in_any_order_are_the_same(opened):
    one_way = [opened.open(1).samples(view) for view in (0, 1)]
    episode = opened.open(1)
    other_way = [episode.samples(view) for view in (1, 0)][::-1]
    for before, after in zip(one_way, other_way, strict=True):
        for one, other in zip(before, after, strict=True):
            assert np.array_equal(one.rgb, other.rgb)
            assert np.array_equal(one.depth_m, other.depth_m)
            assert np.array_equal(one.frame.world_from_camera, other.frame.world_from_camera)
            assert one.provenance_json == other.provenance_json


def made(write_config, tmp_path, **more):
    config = write_config(**{'episodes: 3': 'episodes: 1', **CHANGES, **more})
    generate(GenerateRequest(config, tmp_path / 'dataset'), lambda progress: None)
    return config, DatasetRecording(tmp_path / 'dataset')


def test_the_dataset_has_them_and_an_audit_finds_nothing_wrong(write_config, tmp_path):
    # Flow too, between views whose lenses differ.
    everything = {'render: {': 'labels: {everything: true}\nrender: {'}
    config, recording = made(write_config, tmp_path, **everything)
    frames = [recording.read(key) for key in recording.frames]
    assert len({frame.record.intrinsics.fx for frame in frames}) == len(frames) == 4
    loaded = load_config(config)
    builder = SceneBuilder(loaded)
    stage = open_stage(loaded, builder, seed=loaded.config.seed)
    with closing(stage.renderer):
        oracle = ConfigOracle(loaded, builder, stage=stage)
        result = audit(recording, AuditRequest(), oracle=oracle)
    assert result.problems == ()
    assert [row.name for row in result.rows if row.status == 'broken'] == []
    assert sum(row.frames > 0 for row in result.rows if 'flow' in row.name) > 0
    (row,) = (row for row in result.rows if row.name == 'scene.camera')
    assert (row.frames, row.broken) == (4, 0)
    assert row.worst is not None


def test_in_a_sequence_lenses_stay_and_placed_cameras_glide(write_config, tmp_path):
    text = 'views_per_episode: 2'
    config, recording = made(
        write_config, tmp_path, **{text: 'motion: sequence', 'count: [3, 5]': 'count: [2, 2]'}
    )
    frames = [recording.read(key) for key in recording.frames if key.camera == 'top']
    assert len(frames) == 5
    assert len({frame.record.intrinsics.fx for frame in frames}) == 1
    centres = np.array([np.array(f.record.world_from_camera)[:3, 3] for f in frames])
    steps = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    assert steps.max() > 0.02
    # From one place to the next in three frames, along a line.
    first, second = centres[1] - centres[0], centres[2] - centres[0]
    assert np.linalg.norm(np.cross(first, second)) < 1e-9
    for frame in frames:
        (change,) = (
            c for c in json.loads(frame.provenance_json)['view']['cameras'] if c['camera'] == 'top'
        )
        base = load_config(config).config.cameras[1].intrinsics.fx
        assert frame.record.intrinsics.fx == pytest.approx(base * change['focal_scale'][0])


def test_where_a_gliding_camera_arrives_it_sees_its_target_with_its_lens(opened):
    session = LiveSession(opened)
    frames = [session.advance() for _ in range(4)]
    # A view takes three frames: the third moves to where the fourth is.
    before, there = (
        next(s for s in frame.samples if s.key.camera == 'top') for frame in frames[2:]
    )
    (asked,) = json.loads(before.provenance_json)['view']['viewpoints']
    k, pose = there.frame.camera, there.frame.world_from_camera
    x, y, z = pose[:3, :3].T @ (np.array(asked['target_m']) - pose[:3, 3])
    pixel = np.array([k.fx * x / z + k.cx, k.fy * y / z + k.cy])
    middle = [(k.width - 1) / 2, (k.height - 1) / 2]
    assert pixel - middle == pytest.approx(asked['offset_px'], abs=1e-6)
    assert np.linalg.norm([x, y, z]) == pytest.approx(asked['distance_m'], abs=1e-6)


def test_a_live_session_does_the_same(opened):
    session = LiveSession(opened)
    frames = [session.advance() for _ in range(3)]
    poses = [
        next(s for s in frame.samples if s.key.camera == 'top').frame.world_from_camera
        for frame in frames
    ]
    assert not np.array_equal(poses[0], poses[2])
    again = [sample for frame in frames for sample in frame.samples]
    assert len({sample.frame.camera.fx for sample in again}) == 2


def test_refusals_are_counted_for_the_run(open_config):
    stage = open_config(
        **CHANGES, **{'robot: {joints: {pan: [-0.3, 0.3]}}': 'robot: {joints: {pan: 0}}'}
    )
    episode = stage.open(0)
    views = [episode.find_view(view) for view in range(12)]
    counted = {}
    for view in views:
        for reason, count in view.refused.items():
            counted[reason] = counted.get(reason, 0) + count
    assert dict(episode.refusals) == counted
    assert sum(view.attempt for view in views) == sum(counted.values())
