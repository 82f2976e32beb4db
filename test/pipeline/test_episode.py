"""An episode: one state per frame, a pure function of its number, errors that explain."""

import json

import mujoco
import numpy as np
import pytest

from synth_ros.errors import PlacementError
from synth_ros.pipeline.capture import instance_image


def assert_same(one, other):
    assert one.key == other.key
    for name in ('rgb', 'depth_m'):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(one.frame.instance_id, other.frame.instance_id)
    np.testing.assert_array_equal(one.frame.world_from_camera, other.frame.world_from_camera)
    assert one.frame.stamp_ns == other.frame.stamp_ns
    assert one.provenance_json == other.provenance_json
    assert [(i.box, i.pixels_full) for i in one.labels.instances] == [
        (i.box, i.pixels_full) for i in other.labels.instances
    ]


def test_frames_repeat_in_any_order_and_in_another_process_state(open_config):
    stage = open_config()
    episode = stage.open(2)
    forward = [episode.samples(view) for view in (0, 1, 2)]
    backward = [episode.samples(view) for view in (2, 1, 0)][::-1]
    stage.open(0).samples(0)
    fresh = open_config().open(2).samples(1)
    for view in range(3):
        for one, other in zip(forward[view], backward[view], strict=True):
            assert_same(one, other)
    for one, other in zip(forward[1], fresh, strict=True):
        assert_same(one, other)


def test_every_part_of_a_frame_is_of_one_state(open_config):
    """Ray casting from the frame's own poses finds the frame's own depth and ids."""
    stage = open_config()
    episode = stage.open(0)
    for view in range(2):
        for sample in episode.samples(view):
            frame, world = sample.frame, episode.world
            for instance, now in zip(frame.instances, world.instances(), strict=True):
                np.testing.assert_array_equal(instance.world_from_object, now.world_from_object)
            visible = [label.instance.instance_id for label in sample.labels.instances]
            assert visible == sorted(visible)
            for label in sample.labels.instances:
                _check_by_rays(frame, world, label)


def _check_by_rays(frame, world, label):
    """Cast a ray through inner pixels of a label."""
    mask = frame.instance_id == label.instance.instance_id
    inner = mask & np.roll(mask, 2, 0) & np.roll(mask, -2, 0)
    inner &= np.roll(mask, 2, 1) & np.roll(mask, -2, 1)
    geom = np.zeros(1, np.int32)
    camera, pose = frame.camera, frame.world_from_camera
    for v, u in np.argwhere(inner)[::37]:
        ray = [(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, 1.0]
        direction = pose[:3, :3] @ ray
        z = mujoco.mj_ray(world.model, world.data, pose[:3, 3], direction, None, 1, -1, geom, None)
        assert world.scene.geom_instance_id[geom[0]] == label.instance.instance_id
        assert frame.depth_m[v, u] == pytest.approx(z, abs=2e-3)


def test_stamps_tell_views_apart(open_config):
    episode = open_config().open(0)
    stamps = [episode.samples(view)[0].frame.stamp_ns for view in range(3)]
    assert stamps == [0, 300_000_000, 600_000_000]


def test_cameras_share_the_instant(open_config):
    head, top = open_config().open(1).samples(1)
    assert head.frame.stamp_ns == top.frame.stamp_ns
    for one, other in zip(head.frame.instances, top.frame.instances, strict=True):
        np.testing.assert_array_equal(one.world_from_object, other.world_from_object)
    assert top.frame.camera.fx == 90.0
    assert top.rgb.shape == (64, 80, 3)


def test_provenance_tells_how_the_frame_was_made(open_config):
    stage = open_config()
    sample = stage.open(1).samples(1)[0]
    record = json.loads(sample.provenance_json)
    assert record['seed'] == 11
    assert record['config_hash'] == stage.loaded.config_hash
    assert record['scene']['episode'] == 1
    assert record['view']['view'] == 1
    assert record['renderer'] == 'classic'
    assert record['redraws'][-1]['verdict'] == 'VALID'


def test_sensing_leaves_the_truth_clean(open_config):
    noisy = open_config().open(0).samples(0)[0]
    clean = (
        open_config(**{'{rgb_noise: 2.0, depth_noise_m: 0.001, depth_dropout: 0.01}': '{}'})
        .open(0)
        .samples(0)[0]
    )
    np.testing.assert_array_equal(noisy.frame.rgb, clean.frame.rgb)
    np.testing.assert_array_equal(noisy.frame.depth_m, clean.frame.depth_m)
    assert (noisy.rgb != clean.rgb).any()
    np.testing.assert_array_equal(clean.rgb, clean.frame.rgb)


def test_no_objects_give_valid_empty_frames(open_config):
    for sample in open_config(**{'count: [3, 5]': 'count: [0, 0]'}).open(0).samples(0):
        assert sample.labels.instances == ()
        assert not sample.labels.class_id.any()
        assert sample.frame.depth_m.any()


def test_a_camera_that_sees_nothing_gives_a_valid_empty_frame(open_config):
    stage = open_config(**{'look_at_m: [0.8, 0.01, 0.74]': 'look_at_m: [0.8, 0.01, 9.0]'})
    sample = stage.open(0).samples(0)[1]
    assert sample.labels.instances == ()
    assert not sample.frame.depth_m.any()


def test_a_scene_that_never_settles_is_an_error_with_its_reasons(open_config):
    settle = 'physics: {settle: {max_time_s: 0.3, max_attempts: 5}}'
    high = 'count: [3, 5]\n  placement: {drop_height_m: [3.0, 4.0]}'
    stage = open_config(**{'count: [3, 5]': high, 'render:': f'{settle}\nrender:'})
    with pytest.raises(
        PlacementError,
        match=r'Episode 4: none of 5 drawings .* still moved at the time limit \(5 times\)',
    ):
        stage.open(4)


def test_background_pixels_read_the_last_entry():
    table = np.array([0, 3, 1], np.int32)
    ids = instance_image(np.array([[-1, 0], [1, 2]], np.int32), table)
    assert ids.tolist() == [[0, 0], [3, 1]]
    assert ids.dtype == np.int32
