"""Keypoints: projection by hand, visibility by definition and against rays."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from numpy.testing import assert_allclose
from random_scenes import Scene, random_scene
from ray_reference import RayCaster
from small_frames import make_frame, make_instance

from synth_ros.labels.keypoints import keypoints
from synth_ros.labels.sight import NEAR_M, slack_m
from synth_ros.types import CameraModel, FloatArray, IdImage, Instance, Keypoint, KeypointSpec

SCENES = 300
SIZE = (1280, 960)
CIRCLE = np.exp(1j * np.arange(16) * np.pi / 8)
AROUND = np.concatenate([[0], 0.4 * CIRCLE, 0.8 * CIRCLE, 1.1 * CIRCLE, 1.42 * CIRCLE])


class Case(NamedTuple):
    """A keypoint, what was said of it, and whether it is a surface point."""

    scene: Scene
    caster: RayCaster
    instance: Instance
    spec: KeypointSpec
    label: Keypoint


def points_on(scene: Scene, key: int, rng: np.random.Generator) -> list[FloatArray]:
    """World points on an instance's surface: where rays from all around first meet it."""
    found = []
    center = scene.instances[key - 1].world_from_object[:3, 3]
    for _ in range(6):
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        side = np.cross(direction, [0.3, 0.5, 0.8])
        side /= np.linalg.norm(side)
        pose = np.eye(4)
        pose[:3, :3] = np.stack([side, np.cross(direction, side), direction], axis=1)
        pose[:3, 3] = center - 0.4 * direction
        lens = CameraModel('probe', 1, 1, 1.0, 1.0, 0.0, 0.0)
        probe = RayCaster(scene.model, scene.data, camera=lens, world_from_camera=pose)
        at = rng.uniform(-0.1, 0.1, (2, 1))
        depth = probe.pixels(at[0], at[1], only=scene.geoms[key]).depth_m[0]
        if depth > 0:
            local = np.array([at[0, 0] * depth, at[1, 0] * depth, depth, 1.0])
            found.append((pose @ local)[:3])
    return found


def with_points(scene: Scene, rng: np.random.Generator) -> Scene:
    """The scene with surface points and box corners as keypoints of its instances."""
    dressed = []
    for item in scene.instances:
        object_from_world = np.linalg.inv(item.world_from_object)
        specs = [
            KeypointSpec(f's{k}', tuple((object_from_world @ [*at, 1.0])[:3].tolist()), 'surface')
            for k, at in enumerate(points_on(scene, item.instance_id, rng))
        ]
        for k, corner in enumerate([(0, 0, 0), (1, 1, 1), (-1, 1, -1)]):
            at = item.object_from_box @ [*(np.array(corner) * item.size_m / 2), 1.0]
            specs.append(KeypointSpec(f'v{k}', tuple(at[:3].tolist()), 'virtual'))
        dressed.append(replace(item, keypoints=tuple(specs)))
    return scene._replace(instances=tuple(dressed))


def cases(seed: int) -> list[Case]:
    scene = with_points(random_scene(seed, size=SIZE), np.random.default_rng(seed))
    caster = RayCaster(
        scene.model,
        scene.data,
        camera=scene.camera,
        world_from_camera=scene.world_from_camera,
    )
    frame = scene.frame(*pixels_around(scene, caster))
    return [
        Case(scene, caster, item, spec, label)
        for item in scene.instances
        for spec, label in zip(item.keypoints, keypoints(frame, item), strict=True)
    ]


def pixels_around(scene: Scene, caster: RayCaster) -> tuple[IdImage, FloatArray]:
    """Surface ids and depth of the pixels around every keypoint; nothing elsewhere."""
    width, height = SIZE
    geom_id, depth = np.full((height, width), -1, np.int32), np.zeros((height, width))
    camera_from_world = np.linalg.inv(scene.world_from_camera)
    camera = scene.camera
    for item in scene.instances:
        points = np.array([[*spec.object_from_point_m, 1] for spec in item.keypoints])
        x, y, z, _ = camera_from_world @ item.world_from_object @ points.T
        u, v = camera.fx * x / z + camera.cx, camera.fy * y / z + camera.cy
        columns = np.floor(u)[:, None] + [-1, 0, 1, 2, -1, 0, 1, 2, -1, 0, 1, 2, -1, 0, 1, 2]
        rows = np.floor(v)[:, None] + np.repeat([-1, 0, 1, 2], 4)
        inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        at = rows[inside].astype(int), columns[inside].astype(int)
        cast = caster.pixels(columns[inside], rows[inside])
        geom_id[at], depth[at] = cast
    return geom_id, depth


def hidden(case: Case, u: FloatArray, v: FloatArray) -> FloatArray:
    """Whether something on the ray through each image point hides the keypoint."""
    cast = case.caster.pixels(u, v)
    z = case.label.camera_from_point_m[2]
    nearer = (cast.geom_id >= 0) & (cast.depth_m < z - slack_m(case.scene.camera, z))
    if case.spec.kind == 'virtual':
        nearer &= case.scene.instance_image(cast.geom_id) != case.instance.instance_id
    return nearer


def test_visibility_of_random_scenes_is_that_of_rays():
    """Right for all points farther than the diagonal of a pixel from every outline.

    Of the others, some that are hidden count as visible.
    """
    counted = {0: 0, 1: 0, 2: 0}
    wrong, doubtful, shown, missed = [], 0, 0, 0
    for seed in range(SCENES):
        for case in cases(seed):
            counted[case.label.visibility] += 1
            if case.label.visibility == 0:
                continue
            u, v = case.label.pixel
            truth = hidden(case, u + AROUND.real, v + AROUND.imag)
            label = case.label.visibility == 1
            shown += truth[0] and not label
            missed += label and not truth[0]
            if truth.any() and not truth.all():
                doubtful += 1
            elif truth[0] != label:
                wrong.append((seed, case.instance.name, case.spec))
    in_image = counted[1] + counted[2]
    assert wrong == []
    assert min(counted.values()) > 100
    assert doubtful < 0.12 * in_image
    assert shown < 0.02 * in_image
    assert missed == 0


@pytest.mark.parametrize('seed', range(5))
def test_pixels_are_projected_by_hand(seed):
    for case in cases(seed):
        world = case.instance.world_from_object @ [*case.spec.object_from_point_m, 1.0]
        x, y, z, _ = np.linalg.inv(case.scene.world_from_camera) @ world
        camera = case.scene.camera
        assert_allclose(case.label.camera_from_point_m, (x, y, z), atol=1e-12)
        pixel = camera.fx * x / z + camera.cx, camera.fy * y / z + camera.cy
        assert_allclose(case.label.pixel, pixel, rtol=0, atol=1e-9)


def seen(point, *, kind='surface', depth_m=0.0, ids=None) -> Keypoint:
    """One keypoint of instance 1, whose frame is the camera's, in an image of 8 x 6 pixels."""
    frame = make_frame(np.zeros((6, 8), np.int32) if ids is None else ids)
    instance = replace(
        make_instance(1),
        world_from_object=np.linalg.inv(np.linalg.inv(frame.world_from_camera)),
        keypoints=(KeypointSpec('point', point, kind),),
    )
    depth = np.broadcast_to(np.float32(depth_m), (6, 8)).astype(np.float32)
    (label,) = keypoints(replace(frame, depth_m=depth), instance)
    return label


def at_pixel(u: float, v: float, z: float = 1.0) -> tuple[float, float, float]:
    camera = make_frame(np.zeros((6, 8), np.int32)).camera
    return (u - camera.cx) / camera.fx * z, (v - camera.cy) / camera.fy * z, z


def test_an_instance_without_points_has_no_keypoints():
    assert keypoints(make_frame(np.zeros((6, 8), np.int32)), make_instance(1)) == ()


@pytest.mark.parametrize('z', [-1.0, 0.0, NEAR_M])
def test_a_point_that_is_not_in_front_of_the_camera_has_no_pixel(z):
    label = seen((0.1, 0.2, z))
    assert label == Keypoint('point', (0.1, 0.2, z), None, 0)


@pytest.mark.parametrize(
    ('u', 'v', 'inside'),
    [
        (-0.499, 2, True),
        (-0.501, 2, False),
        (7.499, 2, True),
        (7.501, 2, False),
        (3, -0.499, True),
        (3, -0.501, False),
        (3, 5.499, True),
        (3, 5.501, False),
        (1e7, 2, False),
    ],
)
def test_the_image_reaches_half_a_pixel_beyond_the_outer_centres(u, v, inside):
    label = seen(at_pixel(u, v))
    assert label.pixel == pytest.approx((u, v))
    assert label.visibility == (2 if inside else 0)


def test_nothing_hides_a_point_where_nothing_is():
    assert seen(at_pixel(3.5, 2.5), depth_m=0.0).visibility == 2


def test_a_surface_hides_a_point_from_the_slack_on():
    camera = make_frame(np.zeros((6, 8), np.int32)).camera
    slack = slack_m(camera, 1.0)
    assert seen(at_pixel(3.5, 2.5), depth_m=1 - 1.01 * slack).visibility == 1
    assert seen(at_pixel(3.5, 2.5), depth_m=1 - 0.99 * slack).visibility == 2
    assert seen(at_pixel(3.5, 2.5), depth_m=2).visibility == 2


@pytest.mark.parametrize(('u', 'v'), [(3.5, 2.5), (4.0, 2.5), (4.0, 3.0)])
def test_one_free_pixel_around_a_point_shows_it(u, v):
    depth = np.full((6, 8), 0.5, np.float32)
    assert seen(at_pixel(u, v), depth_m=depth).visibility == 1
    depth[3, 4] = 0.0
    assert seen(at_pixel(u, v), depth_m=depth).visibility == 2
    # Pixels that are not around it change nothing.
    depth[3, 4] = 0.5
    depth[4, :] = depth[:, 5] = depth[1, :] = depth[:, 2] = 0.0
    assert seen(at_pixel(u, v), depth_m=depth).visibility == 1


def test_its_own_surface_hides_a_surface_point_but_no_virtual_one():
    own, other = np.full((6, 8), 1, np.int32), np.full((6, 8), 2, np.int32)
    center = at_pixel(3.5, 2.5)
    assert seen(center, depth_m=0.5, ids=own).visibility == 1
    assert seen(center, kind='virtual', depth_m=0.5, ids=own).visibility == 2
    assert seen(center, kind='virtual', depth_m=0.5, ids=other).visibility == 1
    assert seen(center, kind='virtual', depth_m=0.5, ids=0 * own).visibility == 1


def test_the_slack_is_the_largest_of_three():
    camera = CameraModel('c', 640, 480, 2000.0, 1000.0, 319.5, 239.5)
    assert slack_m(camera, 0.5) == 0.002
    assert slack_m(camera, 3.0) == pytest.approx(0.006)
    assert slack_m(replace(camera, fx=100.0), 1.0) == pytest.approx(0.01)
