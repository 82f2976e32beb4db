"""Surface points against where rays hit, and the crop of an instance."""

import numpy as np
import pytest
from random_scenes import random_scene
from surface_truth import caster

from synth_ros.labels.points import instance_points, surface_points


@pytest.fixture(scope='module')
def seen():
    scene = random_scene(3, size=(49, 37))
    cast = caster(scene).image()
    return scene, scene.frame(cast.geom_id, cast.depth_m)


def test_points_lie_where_rays_hit(seen):
    scene, frame = seen

    points = surface_points(frame)

    # Put each point back into the world and look at it with the camera's numbers.
    v, u = np.nonzero(frame.depth_m > 0)
    x, y, z = points[v, u].astype(np.float64).T
    assert scene.camera.fx * x / z + scene.camera.cx == pytest.approx(u, abs=1e-4)
    assert scene.camera.fy * y / z + scene.camera.cy == pytest.approx(v, abs=1e-4)
    assert np.array_equal(points[v, u, 2], frame.depth_m[v, u])


def test_points_lie_on_the_surface_that_the_pixel_shows(seen):
    scene, frame = seen
    table = scene.model.geom('table').id
    v, u = np.nonzero(frame.geom_id == table)
    pose = scene.world_from_camera

    world = surface_points(frame)[v, u] @ pose[:3, :3].T + pose[:3, 3]

    local = (world - scene.data.geom_xpos[table]) @ scene.data.geom_xmat[table].reshape(3, 3)
    beyond = np.abs(local) - scene.model.geom_size[table]
    assert len(u) > 100
    assert beyond.max(axis=1) == pytest.approx(0, abs=1e-6)


def test_nothing_is_not_a_number(seen):
    scene, _ = seen
    depth = np.ones((37, 49))
    depth[3, 5] = 0
    frame = scene.frame(np.where(depth > 0, 0, -1).astype(np.int32), depth)

    points = surface_points(frame)

    assert points.dtype == np.float32
    assert np.isnan(points[3, 5]).all()
    assert np.isnan(points).sum() == 3
    assert not points.flags.writeable


def test_the_crop_holds_the_points_of_one_instance_in_reading_order(seen):
    _, frame = seen
    points = surface_points(frame)
    rgb = np.random.default_rng(0).integers(0, 255, (*frame.depth_m.shape, 3), dtype=np.uint8)
    key = int(np.unique(frame.instance_id)[1])

    crop = instance_points(points, frame.instance_id, key=key, rgb=rgb)

    pixels = [
        (v, u) for v in range(37) for u in range(49) if frame.instance_id[v, u] == key
    ]  # fmt: skip
    assert len(pixels) > 20
    assert crop.points_m.tolist() == [points[p].tolist() for p in pixels]
    assert crop.rgb.tolist() == [rgb[p].tolist() for p in pixels]


def test_an_instance_that_does_not_show_has_no_points(seen):
    _, frame = seen

    crop = instance_points(surface_points(frame), frame.instance_id, key=999)

    assert crop.points_m.shape == (0, 3)
    assert crop.rgb is None
