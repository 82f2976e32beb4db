"""Start poses at every kind of place: inside it, apart from each other, as often as asked."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.transform import Rotation

from synth_ros.config.distributions import constant, uniform
from synth_ros.config.placement import Grasp, Place, Placement
from synth_ros.config.points import InBox, Points
from synth_ros.config.rotations import Rotations, Tilt
from synth_ros.geometry.boxes import NO_BOXES, box
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.inventory import PlaceInfo, SurfaceInfo
from synth_ros.randomize.placement.choose import by_weight
from synth_ros.randomize.placement.fits import misfit
from synth_ros.randomize.placement.poses import Layout
from synth_ros.randomize.placement.room import Item, Room
from synth_ros.randomize.streams import Streams

SURFACE = SurfaceInfo('table', (0.8, 0.1, 0.74), (0.5, 0.3), 0.4)
TABLE = PlaceInfo(Place(name='table'), (SURFACE,))
BIN = PlaceInfo(
    Place(name='cell', kind='bin'), (SURFACE._replace(half_size_m=(0.2, 0.3), rim_m=0.2),)
)
BOARDS = tuple(
    SurfaceInfo(f'board_{k}', (1.0, 0.0, z), (0.2, 0.5), math.pi, clear_height_m=0.35)
    for k, z in enumerate((0.4, 0.8))
)
SHELF = PlaceInfo(Place(name='shelf', kind='shelf'), BOARDS)
SMALL = (0.03, 0.02, 0.05)


def lay_out(items, *places, seed=0, solids=NO_BOXES, placement=None, attempt=0):
    """A drawing of items (class, half extents) that all go to the first place, or to their own."""
    draws = Draws(Streams(seed, 0))
    layout = Layout(
        placement or Placement(),
        places,
        room=Room(solids),
        draws=draws.below(f'{attempt}/'),
        held=draws.below('held/'),
    )
    return layout.place(
        [
            Item(k, str(k), *(item if len(item) == 3 else (*item, places[0].config.name)))
            for k, item in enumerate(items, start=1)
        ]
    )


def alike(number, half=SMALL):
    return [('thing', half)] * number


def in_box(center_m, size_m):
    return Points(in_box=InBox(center_m=center_m, size_m=size_m))


def config(place, **changes):
    return place._replace(config=place.config.model_copy(update=changes))


def rotation(pose):
    w, x, y, z = pose.quat_wxyz
    return Rotation.from_quat([x, y, z, w])


def corners(half, pose):
    signs = np.array(list(itertools.product((-1, 1), repeat=3)))
    return rotation(pose).apply(signs * half) + pose.position_m


def local(surface, points):
    """World points in a surface's frame."""
    turn = Rotation.from_euler('z', -surface.yaw_rad)
    return turn.apply(np.asarray(points) - surface.center_m)


def apart(one, other, half):
    """Whether two boxes are apart along one of 15 axes (a slow reference)."""
    turns = [rotation(pose).as_matrix() for pose in (one, other)]
    axes = [*turns[0].T, *turns[1].T]
    axes += [np.cross(a, b) for a in turns[0].T for b in turns[1].T]
    clouds = [corners(half, pose) for pose in (one, other)]
    for axis in axes:
        if np.linalg.norm(axis) > 1e-9:
            spans = [cloud @ axis for cloud in clouds]
            if spans[0].max() < spans[1].min() or spans[1].max() < spans[0].min():
                return True
    return False


def poses_of(drawing):
    assert not any(placed.unplaced for placed in drawing.placed)
    return [placed.pose for placed in drawing.placed]


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


def test_a_hand_may_hold_at_any_rotation():
    grasp = Grasp(link='palm', rotation=Rotations(yaw_deg=constant(90)))
    place = PlaceInfo(Place(name='hand', kind='gripper', grasp=grasp))
    (pose,) = poses_of(lay_out([('thing', SMALL)], place))
    np.testing.assert_allclose(rotation(pose).apply((1, 0, 0)), (0, 1, 0), atol=1e-9)
