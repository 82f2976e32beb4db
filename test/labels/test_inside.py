"""Who is inside whom: built-in objects, simulated; each state also against the slow reference."""

from __future__ import annotations

import pytest
from simulated_scenes import block, box_of, simulate

BOWLS = ['bowl/dotted', 'bowl/banded', 'bowl/stoneware']
PLATES = ['plate/ringed', 'plate/flowers', 'plate/reactive']
MUGS = ['mug/enamel', 'mug/printed', 'cup/dots', 'cup/party_red']


def standing(name: str) -> float:
    """Height of the origin of an object that stands on the table."""
    return float(box_of(name)[1][2] / 2) + 0.001


def inside(*assets, seconds: float = 2.0, bodies: str = '', boxes=()) -> set[tuple[int, int]]:
    """Pairs of places in the list of objects, from 1: the first is inside the second."""
    keyed = [(key, *asset) for key, asset in enumerate(assets, start=1)]
    made = simulate(bodies, assets=keyed, seconds=seconds)
    known = {key: box_of(asset[0]) for key, asset in enumerate(assets, start=1)} | dict(boxes)
    found = made.relations(known)
    return {(int(a[1:]), int(b[1:])) for a, kind, b in found if kind == 'inside'}


@pytest.mark.parametrize('bowl', BOWLS)
@pytest.mark.parametrize('turn', [[0, 0, 0], [70, 20, 0]])
def test_an_apple_is_inside_every_bowl(bowl, turn):
    """Of the shallow one it reaches over the rim by half."""
    at_rest = (bowl, [0, 0, standing(bowl)])
    assert inside(('apple/red', [0.01, 0, 0.09], turn), at_rest) == {(1, 2)}


@pytest.mark.parametrize('bowl', BOWLS[1:])
def test_oranges_in_a_bowl_are_inside_and_the_one_on_top_is_not(bowl):
    """The upper one lies above the rim with more than half of it."""
    oranges = [
        ('orange/mandarin', [0.035, 0, 0.06]),
        ('orange/mandarin', [-0.03, 0.03, 0.06]),
        ('orange/mandarin', [-0.03, -0.04, 0.06]),
        ('orange/mandarin', [0, 0, 0.13]),
    ]
    found = inside(*oranges, (bowl, [0, 0, standing(bowl)]))
    assert found == {(1, 5), (2, 5), (3, 5)}


def test_an_orange_on_others_is_inside_a_deep_bowl():
    """Below the rim, though only the others carry it."""
    pot = 'cup/party_red'
    oranges = [('orange/mandarin', [0, 0, 0.06]), ('orange/mandarin', [0.01, 0, 0.13])]
    assert inside(*oranges, (pot, [0, 0, standing(pot)])) == {(1, 3), (2, 3)}


@pytest.mark.parametrize('plate', PLATES)
@pytest.mark.parametrize('x_m', [0, 0.08])
@pytest.mark.parametrize(
    'flat', ['tape_roll/electrical', 'screwdriver/stubby_blue', 'banana/ripe', 'sponge/pink']
)
def test_nothing_is_inside_a_plate(plate, x_m, flat):
    """Even what lies lower than its rim, as a roll of tape of 2 cm does."""
    things = (flat, [x_m, 0, 0.04]), (plate, [0, 0, standing(plate)])
    assert inside(*things, seconds=1.0) == set()


@pytest.mark.parametrize('teapot', ['clay', 'green', 'steel', 'blue_flowers'])
@pytest.mark.parametrize('roll', ['duct', 'painter', 'electrical'])
@pytest.mark.parametrize('x_m', [0, 0.012])
def test_a_ring_around_the_knob_of_a_lid_is_not_inside_the_teapot(teapot, roll, x_m):
    pot = f'teapot/{teapot}'
    height = float(box_of(pot)[1][2])
    things = (f'tape_roll/{roll}', [x_m, 0, height + 0.02]), (pot, [0, 0, standing(pot)])
    assert inside(*things, seconds=0.7) == set()


@pytest.mark.parametrize('mug', MUGS)
@pytest.mark.parametrize(
    ('name', 'turn'), [('screwdriver/stubby_blue', [0, 80, 0]), ('orange/mandarin', [0, 0, 0])]
)
def test_things_in_a_mug(mug, name, turn):
    things = (name, [0, 0, 2 * standing(mug) + 0.03], turn), (mug, [0, 0, standing(mug)])
    assert inside(*things) == {(1, 2)}


def test_a_sponge_that_sticks_out_of_a_cup_is_inside_by_its_greater_part():
    cup = 'cup/party_red'
    things = ('sponge/pink', [0, 0, 0.15], [0, 80, 0]), (cup, [0, 0, standing(cup)])
    assert inside(*things) == {(1, 2)}


def test_a_key_in_a_cup_and_in_a_mug_that_lies_on_its_side():
    key = {3: ((0, 0, 0), (0.05, 0.016, 0.004))}
    half = (0.025, 0.008, 0.002)
    cup = ('cup/dots', [0.3, 0, standing('cup/dots')])
    mug = ('mug/printed', [0, 0, 0.045], [90, 0, 0])
    in_cup = block(3, (0.3, 0, 0.05), half, mass=0.01)
    assert inside(mug, cup, bodies=in_cup, boxes=key) == {(3, 2)}
    in_mug = block(3, (0, 0, 0.04), half, mass=0.01)
    assert inside(mug, cup, bodies=in_mug, boxes=key) == {(3, 1)}


def boards(key: int, *walls: tuple[str, str]) -> str:
    geoms = ''.join(f'<geom type="box" size="{s}" pos="{p}" mass=".5"/>' for s, p in walls)
    return f'<body name="o{key}" pos="0 0 .2"><freejoint/>{geoms}</body>'


SEAT = ('.2 .2 .01', '0 0 0')
BACK = ('.01 .2 .2', '-.19 0 .2')
LEGS = [('.01 .01 .095', f'{x} {y} -.105') for x in (-0.19, 0.19) for y in (-0.19, 0.19)]


@pytest.mark.parametrize('x_m', [0, -0.12])
def test_a_mug_on_a_chair_is_not_inside_it(x_m):
    mug = ('mug/enamel', [x_m, 0, 0.26])
    chair = {2: ((0, 0, 0.1), (0.4, 0.4, 0.6))}
    assert inside(mug, bodies=boards(2, SEAT, BACK, *LEGS), boxes=chair) == set()


@pytest.mark.parametrize('sides', [2, 1])
def test_a_mug_in_a_shelf_is_inside_it_if_that_has_more_than_one_side(sides):
    """Floor, top and one side leave the other three open."""
    top = ('.2 .2 .01', '0 0 .2')
    upright = [('.2 .01 .1', f'0 {y} .1') for y in (-0.19, 0.19)][:sides]
    shelf = {2: ((0, 0, 0.1), (0.4, 0.4, 0.22))}
    bodies = boards(2, SEAT, top, *upright).replace('pos="0 0 .2"', 'pos="0 0 .011"', 1)
    found = inside(('mug/enamel', [0, 0, 0.065]), bodies=bodies, boxes=shelf)
    assert found == ({(1, 2)} if sides == 2 else set())


def test_a_mug_in_a_box():
    walls = [
        ('.1 .1 .005', '0 0 -.195'),
        *((f'{a} .06', f'{p} -.13') for a, p in [('.1 .005', '0 .1'), ('.1 .005', '0 -.1')]),
        *((f'{a} .06', f'{p} -.13') for a, p in [('.005 .1', '.1 0'), ('.005 .1', '-.1 0')]),
    ]
    box = {2: ((0, 0, -0.13), (0.21, 0.21, 0.14))}
    found = inside(('mug/enamel', [0, 0, 0.05]), bodies=boards(2, *walls), boxes=box)
    assert found == {(1, 2)}


def test_a_can_in_the_hole_of_a_roll_of_tape_stands_on_the_table():
    things = (
        ('can/tuna', [0, 0, 0.03]),
        ('tape_roll/packing', [0, 0, standing('tape_roll/packing')]),
    )
    assert inside(*things, seconds=0.5) == set()
