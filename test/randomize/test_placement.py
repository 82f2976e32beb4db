"""Drop poses: nothing starts inside something else, all start above the surface."""

import itertools
import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from synth_ros.config.objects import Placement
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.inventory import SurfaceInfo
from synth_ros.randomize.placement import draw_drop_poses
from synth_ros.randomize.streams import Streams

SURFACE = SurfaceInfo('table', (0.8, 0.1, 0.74), (0.5, 0.3), 0.4)


def draws(seed):
    return Draws(Streams(seed, 0))


def corners(half_size_m, pose):
    signs = np.array(list(itertools.product((-1, 1), repeat=3)))
    w, x, y, z = pose.quat_wxyz
    rotation = Rotation.from_quat([x, y, z, w])
    return rotation.apply(signs * half_size_m) + pose.position_m


@pytest.mark.parametrize('number', [1, 5, 12, 60])
@pytest.mark.parametrize('seed', range(5))
def test_boxes_start_apart_and_above_the_surface(number, seed):
    rng = np.random.default_rng(seed)
    halves = [tuple(rng.uniform(0.02, 0.12, 3)) for _ in range(number)]
    poses = draw_drop_poses(halves, SURFACE, placement=Placement(), draws=draws(seed))
    clouds = [corners(half, pose) for half, pose in zip(halves, poses, strict=True)]
    for cloud in clouds:
        assert cloud[:, 2].min() >= 0.74 + 0.02 - 1e-9
    for one, other in itertools.combinations(clouds, 2):
        # Apart when their enclosing upright cylinders are: by height or by distance.
        apart_in_height = (
            one[:, 2].min() > other[:, 2].max() or other[:, 2].min() > one[:, 2].max()
        )
        centers = [(c.min(0) + c.max(0))[:2] / 2 for c in (one, other)]
        radii = [
            np.linalg.norm(c[:, :2] - m, axis=1).max()
            for c, m in zip((one, other), centers, strict=True)
        ]
        assert apart_in_height or math.dist(*centers) >= sum(radii) - 1e-9


@pytest.mark.parametrize('seed', range(10))
def test_objects_that_fit_start_over_the_surface(seed):
    half = (0.05, 0.03, 0.06)
    for pose in draw_drop_poses([half] * 8, SURFACE, placement=Placement(), draws=draws(seed)):
        offset = np.subtract(pose.position_m, SURFACE.center_m)[:2]
        cos, sin = math.cos(-0.4), math.sin(-0.4)
        local = [cos * offset[0] - sin * offset[1], sin * offset[0] + cos * offset[1]]
        assert np.all(np.abs(local) <= SURFACE.half_size_m)


def test_an_object_larger_than_the_surface_is_dropped_on_its_middle():
    (pose,) = draw_drop_poses([(2.0, 2.0, 0.1)], SURFACE, placement=Placement(), draws=draws(0))
    np.testing.assert_allclose(pose.position_m[:2], SURFACE.center_m[:2])


@pytest.mark.parametrize(('probability', 'upright'), [(0.0, 0), (1.0, 40)])
def test_upright_probability(probability, upright):
    placement = Placement(upright_probability=probability)
    poses = draw_drop_poses(
        [(0.02, 0.02, 0.05)] * 40, SURFACE, placement=placement, draws=draws(1)
    )
    assert sum(pose.quat_wxyz[1:3] == (0.0, 0.0) for pose in poses) == upright


def test_another_object_at_the_end_moves_none_before_it():
    halves = [(0.04, 0.04, 0.05)] * 6
    few, more = (
        draw_drop_poses(h, SURFACE, placement=Placement(), draws=draws(2))
        for h in (halves, [*halves, (0.1, 0.1, 0.1)])
    )
    assert more[:6] == few
