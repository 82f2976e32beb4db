"""Wrong keypoints, normals and flow, planted one by one: the audit names each and its frame."""

import numpy as np
import pytest
from planted_errors import blurred, planted_coco_keypoint, visible_keypoint
from planting import FRAME, caught, names


def test_moved_keypoint(planted):
    name, key, point = visible_keypoint(planted, 2)
    point['pixel'][0] += 0.1
    planted_coco_keypoint(planted, name, key)
    caught(planted, ('keypoint.pixel', name, f'{names(planted, key, name)}, {point["name"]}'))


def test_keypoint_of_another_place(planted):
    name, key, point = visible_keypoint(planted, 2)
    point['camera_from_point_m'][2] += 0.001
    caught(planted, ('keypoint.position', name, f'{names(planted, key, name)}, {point["name"]}'))


@pytest.mark.parametrize('given', [1, 2])
def test_wrong_keypoint_visibility(planted, given):
    name, key, point = visible_keypoint(planted, given)
    point['visibility'] = 3 - given
    planted_coco_keypoint(planted, name, key)
    subject = f'{names(planted, key, name)}, {point["name"]}'
    caught(planted, ('keypoint.visibility', name, subject))


def test_keypoint_in_the_image_said_to_be_outside(planted):
    name, key, point = visible_keypoint(planted, 2)
    point['visibility'] = 0
    planted_coco_keypoint(planted, name, key)
    subject = f'{names(planted, key, name)}, {point["name"]}'
    caught(planted, ('keypoint.visibility', name, subject))


def test_flipped_normals(planted):
    planted.edit_layer('normals', FRAME, lambda normals: -normals)
    caught(planted, ('normals.facing', FRAME, ''))


def test_normals_of_the_world(planted):
    rotation = np.array(planted.record(FRAME)['world_from_camera'])[:3, :3]
    planted.edit_layer('normals', FRAME, lambda normals: normals @ rotation.T)
    caught(planted, ('normals.planes', FRAME, ''))


def test_normals_from_finite_differences(planted, oracle):
    """Right on faces, wrong across edges."""
    planted.edit_layer('normals', FRAME, blurred)
    caught(planted, ('rays.normals', FRAME, ''), oracle=oracle)


@pytest.mark.parametrize('layer', ['flow_forward', 'flow_backward'])
def test_mirrored_flow(planted, layer):
    planted.edit_layer(layer, FRAME, lambda flow: -flow)
    caught(planted, ('flow.pixels', FRAME, layer.replace('_', ' ')))


def test_flow_of_the_camera_alone(planted):
    """Objects and robot move as well: here their flow is that of standing things."""
    planted.edit_layer('flow_forward', FRAME, lambda flow: np.roll(flow, 1, axis=1))
    caught(planted, ('flow.pixels', FRAME, 'flow forward'))


def test_wrong_flow_state(planted):
    planted.edit_layer('flow_forward_state', FRAME, lambda state: np.where(state == 1, 2, state))
    caught(planted, ('flow.state', FRAME, 'flow forward'))


def test_scene_flow_in_the_world(planted):
    planted.edit_layer('scene_flow_forward', FRAME, lambda flow: flow[..., ::-1])
    caught(planted, ('flow.scene', FRAME, 'scene flow forward'))


def test_shifted_point_cloud(planted):
    planted.edit_layer('points_m', FRAME, lambda points: points + np.float32([0.001, 0, 0]))
    caught(planted, ('points', FRAME, ''))


def test_missing_layer(planted):
    planted.record(FRAME)['layers'].remove('normals')
    caught(planted, ('files.layers', FRAME, ''))
