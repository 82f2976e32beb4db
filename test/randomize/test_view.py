"""Draws of views: joints, lenses, mounts and viewpoints, each with streams of its own."""

import math

import numpy as np
import pytest
from scipy import stats

from synth_ros.randomize.inventory import JointInfo, JointLog
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.scene import SampledView
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.view import POINT, sample_view

from .inventories import CONFIG, make_config, make_inventory

JOINTS = (
    JointInfo('arm_1', (-1.0, 2.0), follows=False),
    JointInfo('arm_2', None, follows=False),
    JointInfo('grip', (0.0, 0.1), follows=False),
    JointInfo('grip_mirror', (0.0, 0.1), follows=True),
    JointInfo('head', (-0.5, 0.5), follows=False),
)
PLAIN = 'cameras: [{name: head}, {name: wrist}]\nobjects: {count: [0, 0]}\nrandomization: '


def drawn(randomization, *, view=0, attempt=0, episode=0, log=None, objects=()):
    inventory = make_inventory()._replace(joints=JOINTS, joint_log=log)
    return sample_view(
        make_config(PLAIN + randomization),
        inventory,
        streams=Streams(0, episode),
        view=view,
        attempt=attempt,
        objects=objects,
    )


def test_joints_within_limits_are_uniform_within_their_own():
    text = '{robot: {joints_within_limits: ["arm_*", "grip*"]}}'
    rows = [drawn(text, view=v).joints for v in range(300)]
    assert all(row.keys() == {'arm_1', 'arm_2', 'grip'} for row in rows)
    for name, low, high in (('arm_1', -1, 2), ('arm_2', -math.pi, math.pi), ('grip', 0, 0.1)):
        values = [row[name] for row in rows]
        assert stats.kstest(values, 'uniform', args=(low, high - low)).pvalue > 1e-3


def test_rows_of_the_log_are_drawn_whole_and_equally_often():
    log = JointLog(('arm_1', 'head'), np.array([[0.1, 0.2], [0.3, 0.4], [0.5, -0.1]]))
    rows = [drawn('{}', view=v, log=log).joints for v in range(300)]
    counts = dict.fromkeys(((0.1, 0.2), (0.3, 0.4), (0.5, -0.1)), 0)
    for row in rows:
        counts[row['arm_1'], row['head']] += 1
    assert stats.chisquare(list(counts.values())).pvalue > 1e-3


def test_ranges_have_precedence_over_the_log_and_that_over_the_limits():
    log = JointLog(('arm_1', 'head'), np.array([[0.1, 0.2]]))
    text = '{robot: {joints_within_limits: ["*"], joints: {arm_1: 0.7}}}'
    joints = drawn(text, log=log).joints
    assert (joints['arm_1'], joints['head']) == (0.7, 0.2)
    assert 0 <= joints['grip'] <= 0.1


def test_a_log_moves_no_other_joint():
    log = JointLog(('head',), np.array([[0.1], [0.2]]))
    text = '{robot: {joints_within_limits: ["arm_*"]}}'
    with_log = drawn(text, log=log).joints
    assert {name: with_log[name] for name in ('arm_1', 'arm_2')} == drawn(text).joints


def test_lenses_per_view_differ_and_per_episode_do_not():
    lens = '{focal_scale: [0.9, 1.1], principal_px: [-5, 5], per: %s}'
    for per, number in (('view', 20), ('episode', 1)):
        text = f'{{cameras: {{intrinsics: {lens % per}}}}}'
        views = [drawn(text, view=v).cameras for v in range(20)]
        assert len({cameras[0].focal_scale for cameras in views}) == number
        assert [camera.camera for camera in views[0]] == ['head', 'wrist']
        assert views[0][0].focal_scale != views[0][1].focal_scale
        other = drawn(text, episode=1).cameras
        assert other[0].focal_scale != views[0][0].focal_scale
    scales = np.array([cameras[0].focal_scale for cameras in views])
    assert np.array_equal(scales[:, 0], scales[:, 1])


def test_the_lens_does_not_depend_on_what_was_refused():
    text = (
        '{cameras: {position_m: 0.1, per: view, intrinsics: {focal_scale: [0.9, 1.1], per: view}}}'
    )
    assert drawn(text, view=3).cameras == drawn(text, view=3, attempt=7).cameras


def test_mounts_per_view_are_normal_with_the_deviation_asked():
    text = '{cameras: {position_m: 0.01, rotation_deg: 2, per: view}}'
    views = [drawn(text, view=v).cameras[1] for v in range(200)]
    shifts = np.array([camera.position_m for camera in views]).ravel()
    turns = np.array([camera.rotation_rad for camera in views]).ravel()
    assert stats.kstest(shifts / 0.01, 'norm').pvalue > 1e-3
    assert stats.kstest(turns / math.radians(2), 'norm').pvalue > 1e-3


def test_mounts_per_view_replace_those_of_the_episode():
    def scene(per):
        text = CONFIG.replace('position_m: 0.01', f'per: {per}, position_m: 0.01')
        return sample_scene(make_config(text), make_inventory(), streams=Streams(0, 0))

    assert scene('view').camera_offsets == ()
    assert len(scene('episode').camera_offsets) == 2


def test_nothing_is_told_of_cameras_that_stay_as_built():
    assert drawn('{cameras: {position_m: 0.01, intrinsics: {focal_scale: [1, 1]}}}').cameras == ()


VIEWPOINT = """
  viewpoints:
    - {camera: wrist, distance_m: [0.2, 0.5], elevation_deg: {normal: {mean: 60, std: 5, within:
       [45, 75]}}, azimuth_deg: [0, 90], center_offset_px: [-30, 30], aim_error_deg: 2,
       targets: {classes: [can]}}
"""
CLASSES = 'objects:\n  count: [3, 9]\n  classes: [{name: mug}, {name: can}]\n'


def scene_and_views(text, count=1):
    config, inventory = make_config(text), make_inventory()
    scene = sample_scene(config, inventory, streams=Streams(0, 4))
    views = [
        sample_view(config, inventory, streams=Streams(0, 4), view=v, objects=scene.objects)
        for v in range(count)
    ]
    return scene, views


def test_viewpoints_are_drawn_from_their_distributions_and_targets():
    scene, views = scene_and_views(
        f'cameras: [{{name: wrist}}]\n{CLASSES}randomization:{VIEWPOINT}', 200
    )
    cans = {item.name for item in scene.objects if item.class_name == 'can'}
    points = [view.viewpoints[0] for view in views]
    assert {point.target for point in points} == cans
    assert stats.kstest([p.distance_m for p in points], 'uniform', args=(0.2, 0.3)).pvalue > 1e-3
    assert (
        stats.kstest([math.degrees(p.azimuth_rad) for p in points], 'uniform', args=(0, 90)).pvalue
        > 1e-3
    )
    elevations = [math.degrees(p.elevation_rad) for p in points]
    assert stats.kstest(elevations, stats.truncnorm(-3, 3, 60, 5).cdf).pvalue > 1e-3
    assert all(p.roll_rad is None for p in points)
    assert all(p.aim_error_rad == pytest.approx(math.radians(2)) for p in points)
    offsets = np.array([p.offset_px for p in points])
    assert abs(np.corrcoef(offsets.T)[0, 1]) < 0.2
    assert SampledView.model_validate_json(views[0].model_dump_json()) == views[0]


def test_a_viewpoint_shifts_no_other_draw():
    cameras = 'cameras: [{name: wrist}]\n'
    robot = '  robot: {x_m: [0, 1], joints: {arm_1: [0, 1]}}\n'
    _, (without,) = scene_and_views(f'{cameras}{CLASSES}randomization:\n{robot}')
    _, (with_one,) = scene_and_views(f'{cameras}{CLASSES}randomization:\n{robot}{VIEWPOINT}')
    assert with_one.model_copy(update={'viewpoints': ()}) == without


def test_a_scene_without_the_class_has_no_viewpoint():
    scene, _ = scene_and_views(f'cameras: [{{name: wrist}}]\n{CLASSES}')
    text = f'{{{VIEWPOINT.strip().replace("viewpoints:", "viewpoints: [").replace("- ", "")}]}}'
    mugs = [item for item in scene.objects if item.class_name == 'mug']
    config = make_config(f'cameras: [{{name: wrist}}]\n{CLASSES}randomization: {text}')
    view = sample_view(config, make_inventory(), streams=Streams(0, 0), view=0, objects=mugs)
    assert view.viewpoints == ()


def test_a_point_is_a_target_too():
    text = '{viewpoints: [{camera: head, targets: {point_m: [1, 2, 3]}}]}'
    (viewpoint,) = drawn(text).viewpoints
    assert viewpoint.target == POINT
    assert viewpoint.target_m == (1, 2, 3)
    assert (viewpoint.distance_m, viewpoint.elevation_rad) == (None, None)
    box = '{in_box: {center_m: [1, 0, 1], size_m: [0.4, 0, 0]}}'
    text = f'{{viewpoints: [{{camera: head, targets: {{point_m: {box}}}}}]}}'
    points = [drawn(text, view=v).viewpoints[0].target_m for v in range(100)]
    assert stats.kstest([p[0] for p in points], 'uniform', args=(0.8, 0.4)).pvalue > 1e-3
    assert {p[1:] for p in points} == {(0, 1)}


def test_objects_are_chosen_by_tag():
    classes = CLASSES.replace('{name: can}', '{name: can, tags: [tall]}')
    text = f'cameras: [{{name: wrist}}]\n{classes}randomization:{VIEWPOINT}'
    config = make_config(text.replace('classes: [can]', 'tags: [tall]'))
    inventory = make_inventory()
    scene = sample_scene(config, inventory, streams=Streams(0, 4))
    tall = [item.model_copy(update={'tags': ('target', 'tall')}) for item in scene.objects[:2]]
    objects = (*tall, *scene.objects[2:])
    targets = {
        sample_view(config, inventory, streams=Streams(0, 4), view=v, objects=objects)
        .viewpoints[0]
        .target
        for v in range(30)
    }
    assert targets == {item.name for item in tall}
