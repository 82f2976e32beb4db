"""Clouds, surfaces, normals and flow of what --save writes, compared with the recording."""

import cv2
import numpy as np
from rrd_contents import pinhole

from synth_ros.geometry.transforms import matrix_from_quat_wxyz
from synth_ros.view import paths


def test_the_viewers_cloud_of_depth_lies_on_the_recorded_points(saved, frames):
    """Backprojected as the viewer's shader does it: pixel (i, j) itself, no half pixel."""
    for number, frame in frames:
        entity = paths.depth(frame.record.camera)
        blob = saved.blob(f'{entity}/depth', 'EncodedDepthImage:blob', number)
        depth_m = cv2.imdecode(np.frombuffer(blob, np.uint8), cv2.IMREAD_UNCHANGED) / 1000
        k = pinhole(saved, entity, number)
        v, u = np.mgrid[: depth_m.shape[0], : depth_m.shape[1]]
        cloud = np.stack(
            [(u - k[0, 2]) * depth_m / k[0, 0], (v - k[1, 2]) * depth_m / k[1, 1], depth_m], 2
        )
        there = (depth_m > 0) & np.isfinite(frame.layers.points_m).all(2)
        apart = cloud[there] - frame.layers.points_m[there]
        # Noise of the sensor is along the ray; half a pixel would be 3 mm aside in the mean.
        aside = (
            apart
            - apart[:, 2:] * frame.layers.points_m[there] / (frame.layers.points_m[there][:, 2:])
        )
        assert np.abs(aside).max() < 1e-4


def test_recorded_points_have_the_colours_of_their_pixels(saved, frames):
    number, frame = frames[0]
    entity = paths.points(frame.record.camera)
    there = np.isfinite(frame.layers.points_m).all(2)
    logged = saved.array(entity, 'Points3D:positions', number)
    assert (logged == frame.layers.points_m[there]).all()
    colours = np.array(saved.value(entity, 'Points3D:colors', number), np.uint32)
    rgb = np.stack([colours >> 24, colours >> 16 & 255, colours >> 8 & 255], 1)
    assert (rgb == frame.rgb[there]).all()


def test_surfaces_fill_the_boxes_of_their_objects(saved, frames, recording):
    seen = 0
    for number, frame in frames:
        by_model = {}
        for item in frame.record.instances:
            by_model.setdefault(item.model_name, []).append(item)
        for model, items in by_model.items():
            entity = paths.below(paths.MODELS, model)
            vertices = saved.array(entity, 'Mesh3D:vertex_positions', number)
            faces = saved.array(entity, 'Mesh3D:triangle_indices', number)
            normals = saved.array(entity, 'Mesh3D:vertex_normals', number)
            assert faces.max() == len(vertices) - 1
            assert np.abs(np.linalg.norm(normals, axis=1) - 1).max() < 1e-5
            assert ((vertices - vertices.mean(0)) * normals).sum() > 0  # outwards
            at = saved.array(entity, 'InstancePoses3D:translations', number)
            turns = saved.value(entity, 'InstancePoses3D:quaternions', number)
            scales = saved.array(entity, 'InstancePoses3D:scales', number)
            assert len(at) == len(items)
            for item, moved, (x, y, z, w), scale in zip(items, at, turns, scales, strict=True):
                world = (vertices * scale) @ matrix_from_quat_wxyz((w, x, y, z)).T + moved
                box = np.linalg.inv(np.array(item.world_from_object) @ item.object_from_box)
                inside = world @ box[:3, :3].T + box[:3, 3]
                half = np.array(item.size_m) / 2
                assert np.abs(inside.max(0) - half).max() < 0.02 * half.max()
                assert np.abs(inside.min(0) + half).max() < 0.02 * half.max()
                seen += 1
    assert seen > 20


def test_a_surface_is_logged_once_and_vanishes_with_its_objects(saved, frames):
    models = {x.model_name for _, frame in frames for x in frame.record.instances}
    for model in models:
        entity = paths.below(paths.MODELS, model)
        assert len(saved.rows(entity, 'Mesh3D:vertex_positions')) == 1
    absent = 0
    for number, frame in frames:
        there = {x.model_name for x in frame.record.instances}
        for model in models - there:
            scales = saved.value(
                paths.below(paths.MODELS, model), 'InstancePoses3D:scales', number
            )
            assert scales in (None, [[0, 0, 0]])
            absent += 1
    assert absent


def test_normals_and_flow_are_pictures_and_arrows_from_pixel_to_pixel(saved, frames):
    arrows = 0
    for number, frame in frames:
        parent = paths.image(frame.record.camera)
        shown = picture_at(saved, f'{parent}/normals', number)
        expected = np.rint(127.5 * (frame.layers.normals * [1, -1, -1] + 1))
        there = frame.layers.normals.any(2)
        assert np.abs(shown[there] - expected[there]).max() <= 1
        flow, state = frame.layers.flow_forward, frame.layers.flow_forward_state
        if flow is None:
            continue
        shown = picture_at(saved, f'{parent}/flow_forward', number)
        assert shown.shape == (*state.shape, 3)
        origins = saved.array(f'{parent}/flow_forward/arrows', 'Arrows2D:origins', number)
        vectors = saved.array(f'{parent}/flow_forward/arrows', 'Arrows2D:vectors', number)
        origins, vectors = origins.reshape(-1, 2), vectors.reshape(-1, 2)
        columns, rows = (origins - 0.5).astype(int).T
        assert (columns + 0.5 == origins[:, 0]).all()
        assert (state[rows, columns] != 0).all()
        assert (vectors == flow[rows, columns]).all()
        arrows += len(origins)
    assert arrows > 500


def picture_at(contents, entity, frame):
    blob = np.frombuffer(contents.blob(entity, 'EncodedImage:blob', frame), np.uint8)
    return cv2.imdecode(blob, cv2.IMREAD_COLOR)[..., ::-1].astype(int)
