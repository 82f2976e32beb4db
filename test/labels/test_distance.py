"""Ray distance against the distance that rays travel."""

import numpy as np
import pytest
from random_scenes import random_scene
from surface_truth import caster

from synth_ros.labels.distance import ray_distance


@pytest.mark.parametrize('seed', range(3))
def test_distance_is_the_length_of_the_ray(seed):
    scene = random_scene(seed, size=(49, 37))
    cast = caster(scene).image()
    frame = scene.frame(cast.geom_id, cast.depth_m)

    distance = ray_distance(frame)

    camera = scene.camera
    for v in range(camera.height):
        for u in range(camera.width):
            x, y = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
            expected = cast.depth_m[v, u] * (x * x + y * y + 1) ** 0.5
            assert distance[v, u] == pytest.approx(expected, rel=3e-7)


def test_nothing_is_at_distance_zero():
    scene = random_scene(0, size=(9, 7))
    frame = scene.frame(np.full((7, 9), -1, np.int32), np.zeros((7, 9)))

    distance = ray_distance(frame)

    assert distance.dtype == np.float32
    assert not distance.any()
    assert not distance.flags.writeable
