"""Start poses in bins, piles and shelves, on the floor, in the air, in containers and hands."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.transform import Rotation

from synth_ros.config.distributions import constant, uniform
from synth_ros.config.placement import Grasp, Place
from synth_ros.config.points import InBox, Points
from synth_ros.config.rotations import Rotations
from synth_ros.geometry.boxes import box
from synth_ros.randomize.inventory import PlaceInfo
from synth_ros.randomize.placement.fits import misfit

from .laid_out import (
    BIN,
    BOARDS,
    SHELF,
    SMALL,
    SURFACE,
    TABLE,
    alike,
    apart,
    config,
    corners,
    lay_out,
    local,
    poses_of,
    rotation,
)


@pytest.mark.parametrize('seed', range(4))
def test_a_bins_walls_are_not_met_at_the_start(seed):
    rng = np.random.default_rng(seed)
    items = [('thing', tuple(rng.uniform(0.01, 0.15, 3))) for _ in range(30)]
    drawing = lay_out(items, BIN, seed=seed)
    for (_, half), placed in zip(items, drawing.placed, strict=True):
        cloud = local(BIN.surfaces[0], corners(half, placed.pose))
        assert np.all(np.abs(cloud[:, :2]) < (0.2, 0.3))
        assert cloud[:, 2].min() > 0.019


def test_a_bin_refuses_what_is_too_large():
    assert misfit(BIN, (0.19, 0.29, 0.01)) == ''
    reason = misfit(BIN, (0.05, 0.21, 0.25))
    assert reason == 'it is 0.1 x 0.42 x 0.5 m, and the bin is 0.4 x 0.6 m'


def test_a_pile_is_narrow_and_its_objects_start_one_upon_another():
    place = config(TABLE, kind='pile', radius_m=0.03)
    poses = poses_of(lay_out(alike(15), place))
    spots = np.array([pose.position_m for pose in poses])
    middle = (spots[:, :2].min(0) + spots[:, :2].max(0)) / 2
    assert np.linalg.norm(spots[:, :2] - middle, axis=1).max() <= 0.03 + 1e-9
    assert np.all(np.diff(spots[:, 2]) > 0.02)
    other = poses_of(lay_out(alike(15), place, attempt=1))
    assert math.dist(other[0].position_m[:2], poses[0].position_m[:2]) > 0.06


@pytest.mark.parametrize('seed', range(4))
def test_shelved_objects_stand_on_a_board_and_face_the_front(seed):
    items = alike(30, (0.03, 0.04, 0.1))
    poses = poses_of(lay_out(items, SHELF, seed=seed))
    heights = {round(pose.position_m[2] - 0.1, 1) for pose in poses}
    assert heights == {0.4, 0.8}
    for pose in poses:
        board = min(BOARDS, key=lambda b: abs(pose.position_m[2] - 0.1 - b.center_m[2]))
        cloud = local(board, corners(items[0][1], pose))
        assert np.all(np.abs(cloud[:, :2]) <= (0.2, 0.5))
        assert 0.002 <= cloud[:, 2].min() <= 0.008
        # The board's x axis points to its front, and so does the object's, within 12 degrees.
        forward = rotation(pose).apply((1, 0, 0)) @ (math.cos(math.pi), 0, 0)
        assert forward >= math.cos(math.radians(12))
    for one, other in itertools.combinations(poses, 2):
        assert apart(one, other, items[0][1])


def test_shelves_fill_from_the_front():
    poses = poses_of(lay_out(alike(8, (0.03, 0.04, 0.1)), SHELF))
    fronts = [local(BOARDS[0], pose.position_m)[0] for pose in poses]
    assert min(fronts) > 0.2 - 0.012 - 0.05
    many = poses_of(lay_out(alike(40, (0.03, 0.04, 0.1)), SHELF))
    assert min(local(BOARDS[0], pose.position_m)[0] for pose in many) < 0.05


def test_low_objects_come_to_the_front_if_asked():
    rng = np.random.default_rng(3)
    items = [('thing', (0.03, 0.03, float(h))) for h in rng.uniform(0.03, 0.15, 36)]
    place = config(SHELF, depth_order='low_first')
    depth = [local(BOARDS[0], pose.position_m)[0] for pose in poses_of(lay_out(items, place))]
    height = [half[2] for _, half in items]
    assert stats.spearmanr(height, depth).statistic < -0.6


def test_what_is_too_tall_for_a_board_is_not_put_there():
    mixed = SHELF._replace(surfaces=(BOARDS[0], BOARDS[1]._replace(clear_height_m=0.15)))
    poses = poses_of(lay_out(alike(12, (0.03, 0.03, 0.1)), mixed))
    assert all(pose.position_m[2] < 0.55 for pose in poses)
    assert 'no board has that much room' in misfit(mixed, (0.05, 0.05, 0.2))


def test_the_floor_is_used_around_what_stands_on_it():
    place = PlaceInfo(Place(name='floor', kind='floor'), center_m=(0.0, 0.0, 0.0))
    ground = box((0, 0, -0.5), (1.6, 1.6, 0.5))
    turned = Rotation.from_euler('z', 20, degrees=True).as_matrix()
    crate = box((1.0, 0.0, 0.3), (0.3, 0.6, 0.3), turned)
    solids = type(ground)(*(np.concatenate(c) for c in zip(ground, crate, strict=True)))
    for seed in range(5):
        drawing = lay_out(alike(12, (0.08, 0.05, 0.1)), place, seed=seed, solids=solids)
        for pose in poses_of(drawing):
            x, y, z = pose.position_m
            assert 0.6 <= math.hypot(x, y) <= 2.0
            # On the ground, not beyond its edge, and clear of the crate.
            assert max(abs(x), abs(y)) < 1.6
            assert z < 0.12 + 0.2
            cloud = (corners((0.08, 0.05, 0.1), pose) - (1.0, 0.0, 0.0)) @ crate.rotation[0]
            assert not np.any(np.all(np.abs(cloud[:, :2]) < (0.3, 0.6), axis=1))


def test_a_floor_without_room_refuses():
    place = PlaceInfo(Place(name='floor', kind='floor'), center_m=(0.0, 0.0, 0.0))
    drawing = lay_out(alike(2), place, solids=box((0, 0, 5), (9, 9, 5)))
    assert drawing.refusals == {('floor', 'no free room'): 2}


def test_hanging_objects_fill_their_volume_and_touch_nothing():
    volume = InBox(center_m=(1.0, 0.0, 1.5), size_m=(1.0, 2.0, 0.8))
    place = PlaceInfo(Place(name='air', kind='air', points=Points(in_box=volume)))
    pillar = box((1.0, 0.3, 1.5), (0.1, 0.1, 1.0))
    spots = []
    for seed in range(25):
        poses = poses_of(lay_out(alike(8, (0.1, 0.06, 0.04)), place, seed=seed, solids=pillar))
        for one, other in itertools.combinations(poses, 2):
            assert apart(one, other, (0.1, 0.06, 0.04))
        for pose in poses:
            cloud = np.abs(corners((0.1, 0.06, 0.04), pose) - pillar.center_m[0])
            assert not np.any(np.all(cloud < pillar.half_m[0], axis=1))
        spots += [pose.position_m for pose in poses]
    share = (np.array(spots) - volume.center_m) / volume.size_m
    assert np.abs(share).max() <= 0.5
    # Height is independent of the pillar, which reaches from floor to ceiling.
    assert stats.kstest(share[:, 2], stats.uniform(-0.5, 1).cdf).pvalue > 0.01


def test_nothing_hangs_where_others_fall():
    volume = InBox(center_m=(0.8, 0.1, 1.0), size_m=(0.6, 0.4, 0.3))
    air = PlaceInfo(Place(name='air', kind='air', points=Points(in_box=volume)))
    table = config(TABLE, drop_height_m=uniform(0.4, 0.5))
    drawing = lay_out([*alike(6), *([('x', SMALL, 'air')] * 4)], table, air)
    for falls in drawing.placed[:6]:
        for hangs in drawing.placed[6:]:
            assert hangs.hangs
            aside = math.dist(falls.pose.position_m[:2], hangs.pose.position_m[:2])
            # The box below a falling object is at least as wide as its narrowest half.
            assert aside > 0.02 or hangs.pose.position_m[2] > falls.pose.position_m[2]


def test_objects_start_over_their_container_and_it_stands_upright():
    bowl = ('bowl', (0.12, 0.12, 0.05), 'table')
    place = PlaceInfo(Place(name='in', kind='container', container='bowl'))
    wide = TABLE._replace(surfaces=(SURFACE._replace(half_size_m=(2.0, 2.0)),))
    table = config(wide, upright_probability=0.0)
    for seed in range(6):
        items = [*[('nut', (0.02,) * 3, 'in')] * 3, bowl, bowl]
        poses = poses_of(lay_out(items, table, place, seed=seed))
        bowls, nuts = poses[3:], poses[:3]
        assert all(pose.quat_wxyz[1:3] == (0.0, 0.0) for pose in bowls)
        for nut in nuts:
            over = [p for p in bowls if math.dist(p.position_m[:2], nut.position_m[:2]) < 0.1]
            assert len(over) == 1
            assert corners((0.02,) * 3, nut)[:, 2].min() > over[0].position_m[2] + 0.05


def test_without_a_container_an_object_goes_elsewhere():
    place = PlaceInfo(Place(name='in', kind='container', container='bowl', weight=1e6))
    drawing = lay_out([('nut', SMALL, 'in')], TABLE, place)
    assert drawing.placed[0].place == 'table'
    assert drawing.refusals == {('in', 'no "bowl" in the scene'): 1}
    alone = lay_out([('nut', SMALL, 'in')], place)
    assert alone.placed[0].unplaced == 'no "bowl" in the scene'


@pytest.mark.parametrize('half', [(0.02, 0.05, 0.1), (0.05, 0.02, 0.1)])
@pytest.mark.parametrize('axis', [(0.0, 1.0, 0.0), (0.0, 0.0, 2.0), (1.0, 1.0, 0.0)])
def test_a_hand_holds_the_narrower_side_between_its_fingers(half, axis):
    upward = (0.0, 0.0, 1.0) if axis[2] == 0 else (1.0, 0.0, 0.0)
    grasp = Grasp(link='palm', position_m=(0.1, 0.2, 0.3), jitter_m=0.01, axis=axis, up=upward)
    place = PlaceInfo(Place(name='hand', kind='gripper', grasp=grasp))
    turns = []
    for seed in range(40):
        drawing = lay_out([('thing', half)], place, seed=seed)
        (placed,) = drawing.placed
        assert placed.link == 'palm'
        assert np.abs(np.subtract(placed.pose.position_m, grasp.position_m)).max() <= 0.01
        turn = rotation(placed.pose).as_matrix()
        assert np.linalg.det(turn) == pytest.approx(1.0)
        narrow = turn[:, int(np.argmin(half[:2]))]
        assert narrow @ axis / np.linalg.norm(axis) == pytest.approx(1.0)
        up = turn[:, 2] @ upward
        turns.append(math.degrees(math.acos(min(up, 1.0))))
        again = lay_out([('thing', half)], place, seed=seed, attempt=3)
        assert again.placed == drawing.placed
    assert 7 < max(turns) <= 10


def test_a_hand_refuses_what_its_fingers_cannot_span():
    grasp = Grasp(link='palm', fingers=('left', 'right'))
    place = PlaceInfo(Place(name='hand', kind='gripper', grasp=grasp), opening_m=0.08)
    assert misfit(place, (0.2, 0.03, 0.2)) == ''
    assert 'the fingers open 0.08 m' in misfit(place, (0.05, 0.05, 0.01))


def test_a_hand_may_hold_at_any_rotation():
    grasp = Grasp(link='palm', rotation=Rotations(yaw_deg=constant(90)))
    place = PlaceInfo(Place(name='hand', kind='gripper', grasp=grasp))
    (pose,) = poses_of(lay_out([('thing', SMALL)], place))
    np.testing.assert_allclose(rotation(pose).apply((1, 0, 0)), (0, 1, 0), atol=1e-9)
