"""Start poses at every kind of place: inside it, apart from each other, as often as asked."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from synth_ros.config.distributions import constant, uniform
from synth_ros.config.placement import Place, Placement
from synth_ros.config.rotations import Rotations, Tilt
from synth_ros.geometry.boxes import box
from synth_ros.randomize.inventory import PlaceInfo
from synth_ros.randomize.placement.choose import by_weight

from .laid_out import (
    BIN,
    SMALL,
    SURFACE,
    TABLE,
    alike,
    config,
    corners,
    in_box,
    lay_out,
    local,
    poses_of,
    rotation,
)


@pytest.mark.parametrize('number', [1, 5, 12, 60])
@pytest.mark.parametrize('seed', range(4))
def test_boxes_start_apart_and_above_the_surface(number, seed):
    rng = np.random.default_rng(seed)
    halves = [tuple(rng.uniform(0.02, 0.12, 3)) for _ in range(number)]
    poses = poses_of(lay_out([('thing', half) for half in halves], TABLE, seed=seed))
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


@pytest.mark.parametrize('seed', range(6))
def test_objects_that_fit_start_over_the_surface(seed):
    for pose in poses_of(lay_out(alike(8, (0.05, 0.03, 0.06)), TABLE, seed=seed)):
        assert np.all(np.abs(local(SURFACE, pose.position_m)[:2]) <= SURFACE.half_size_m)


def test_an_object_larger_than_the_surface_is_dropped_on_its_middle():
    (pose,) = poses_of(lay_out([('thing', (2.0, 2.0, 0.1))], TABLE))
    np.testing.assert_allclose(pose.position_m[:2], SURFACE.center_m[:2])


@pytest.mark.parametrize(('probability', 'upright'), [(0.0, 0), (1.0, 40)])
def test_upright_probability(probability, upright):
    placement = Placement(upright_probability=probability)
    poses = poses_of(lay_out(alike(40), TABLE, placement=placement))
    assert sum(pose.quat_wxyz[1:3] == (0.0, 0.0) for pose in poses) == upright


def test_a_places_own_share_of_upright_objects_counts():
    place = config(TABLE, upright_probability=1.0)
    poses = poses_of(lay_out(alike(20), place, placement=Placement(upright_probability=0.0)))
    assert all(pose.quat_wxyz[1:3] == (0.0, 0.0) for pose in poses)


def test_another_object_at_the_end_moves_none_before_it():
    few, more = (
        poses_of(lay_out(items, TABLE)) for items in (alike(6), [*alike(6), ('x', (0.1,) * 3)])
    )
    assert more[:6] == few


def test_an_object_elsewhere_moves_none_at_a_place():
    items = alike(6)
    air = PlaceInfo(Place(name='air', kind='air', points=in_box((0, 0, 3), (1, 1, 1))))
    alone = poses_of(lay_out(items, TABLE))
    beside = poses_of(lay_out([*items, ('x', SMALL, 'air')], TABLE, air))
    assert beside[:6] == alone


def test_drop_heights_are_spread_as_asked():
    place = config(TABLE, drop_height_m=uniform(0.1, 0.3), upright_probability=1.0)
    heights = [
        poses_of(lay_out(alike(1), place, seed=seed))[0].position_m[2] - 0.05 - 0.74
        for seed in range(200)
    ]
    assert stats.kstest(heights, stats.uniform(0.1, 0.2).cdf).pvalue > 0.01


def test_spread_objects_cover_the_surface_evenly():
    place = config(TABLE, upright_probability=1.0)
    spots = np.array(
        [
            local(
                SURFACE, poses_of(lay_out(alike(1, (0.01,) * 3), place, seed=seed))[0].position_m
            )
            for seed in range(300)
        ]
    )
    radius = math.hypot(*extents_of_yawed(0.01))
    for axis, half in enumerate(SURFACE.half_size_m):
        share = spots[:, axis] / (half - radius)
        assert stats.kstest(share, stats.uniform(-1, 2).cdf).pvalue > 0.01


def extents_of_yawed(half):
    """Mean extents of a cube that is turned about the vertical: near enough for a share."""
    return (half * 4 / math.pi,) * 2


def test_spacing_is_kept_and_refuses_what_has_no_room():
    place = config(TABLE, spacing_m=0.05, upright_probability=1.0)
    drawing = lay_out(alike(60), place)
    placed = [p.pose for p in drawing.placed if not p.unplaced]
    assert 10 < len(placed) < 60
    for one, other in itertools.combinations(placed, 2):
        gap = math.dist(one.position_m[:2], other.position_m[:2])
        assert gap >= 2 * math.hypot(0.02, 0.03) + 0.05 - 1e-9
    assert drawing.refusals == {('table', 'no free room'): 60 - len(placed)}
    assert {p.unplaced for p in drawing.placed} == {'', 'no free room'}


def test_nothing_starts_inside_what_is_above_the_surface():
    arm = box((0.8, 0.1, 0.85), (0.3, 0.08, 0.06))
    for seed in range(12):
        for pose in poses_of(lay_out(alike(3), TABLE, seed=seed, solids=arm)):
            cloud = corners(SMALL, pose) - arm.center_m[0]
            assert not np.any(np.all(np.abs(cloud) < arm.half_m[0], axis=1))


def test_weights_set_how_often_a_place_is_first():
    places = [config(TABLE, name=name, weight=w) for name, w in (('a', 1.0), ('b', 3.0))]
    rng = np.random.default_rng(0)
    first = [by_weight(places, rng)[0].config.name for _ in range(4000)]
    # The standard error of a share of 3/4 over 4000 draws is 0.7 %.
    assert first.count('b') / 4000 == pytest.approx(0.75, abs=0.025)


@pytest.mark.parametrize('kind', ['surface', 'bin', 'pile', 'floor', 'air'])
def test_rotations_are_those_asked_for(kind):
    """Tilted by 30 degrees, whatever the heading."""
    rotations = Rotations(tilt=Tilt(angle_deg=constant(30)))
    points = {'points': in_box((0, 0, 5), (3, 3, 3))} if kind == 'air' else {}
    asked = Place(name='x', kind=kind, rotation=rotations, **points)
    place = PlaceInfo(asked, () if kind == 'air' else (BIN.surfaces[0],))
    ground = box((0, 0, 0.24), (9, 9, 0.5))
    turns = [
        rotation(poses_of(lay_out(alike(1), place, seed=seed, solids=ground))[0])
        for seed in range(30)
    ]
    up = [turn.apply((0, 0, 1))[2] for turn in turns]
    np.testing.assert_allclose(np.degrees(np.arccos(up)), 30, atol=1e-6)
    assert np.ptp([turn.as_euler('zyx')[0] for turn in turns]) > 3
