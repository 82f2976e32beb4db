"""Shadow maps keep what stands still, and are the same as if everything were drawn."""

import mujoco
import numpy as np
import pytest

from render.scenes import CONFIG, look_at, skewed_camera
from render.soft_scene import soft_scene
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.render.onepass.scene import OnepassScene
from synth_ros.render.onepass.shadow_layers import _RESTLESS, TileMemory

VIEW = look_at(skewed_camera())
LAMPS = {
    'spot': '<light type="spot" pos="0 -.3 2" cutoff="60" intensity="150000"/>',
    'parallel': '<light type="directional" dir=".3 .2 -1" intensity="40000"/>',
    'all around': '<light type="point" pos=".1 -.2 1" intensity="90000"/>',
    'two': (
        '<light type="spot" pos="0 -.3 2" cutoff="60" intensity="150000"/>'
        '<light type="spot" pos=".8 .5 1.5" dir="-.5 -.4 -1" cutoff="60" intensity="90000"/>'
    ),
}
BODIES = """
  <geom type="plane" size="0 0 1"/>
  <geom type="box" size="1 .02 .3" pos="0 .6 .3" rgba=".6 .6 .5 1"/>
  <body name="box" mocap="true" pos="0 0 .1"><geom type="box" size=".1 .08 .06"/></body>
  <body name="ball" mocap="true" pos=".3 .1 .1"><geom type="sphere" size=".08"/></body>
  <body name="can" mocap="true" pos="-.3 .1 .1"><geom type="cylinder" size=".06 .1"/></body>
  <body name="lamp" mocap="true" pos="0 0 0">{lamps}</body>
"""
BOX, BALL, CAN, LAMP = range(4)


def scene_of(lamps):
    model = mujoco.MjModel.from_xml_string(
        f'<mujoco><statistic extent="1"/><visual><map znear="0.002" zfar="30"/></visual>'
        f'<worldbody>{BODIES.format(lamps=lamps)}</worldbody></mujoco>'
    )
    return model, mujoco.MjData(model)


def moves(rng):
    """Which bodies move before each of many pictures."""
    yield ()
    for _ in range(4):
        yield (BOX,)
    yield (BOX, BALL)
    yield ()
    yield (BALL,)
    yield (LAMP,)
    for _ in range(3):
        yield (CAN,)
    for _ in range(_RESTLESS + 3):
        yield (BOX,)
    for _ in range(20):
        yield tuple(np.flatnonzero(rng.random(4) < (0.4, 0.3, 0.3, 0.05)))


@pytest.fixture
def tiles(monkeypatch):
    """How many slots each drawing into a shadow map shows."""
    drawn = []
    whole = OnepassScene._draw_tile

    def count(scene, eye, seen, visible):
        drawn.append(int(visible.sum()))
        whole(scene, eye, seen, visible)

    monkeypatch.setattr(OnepassScene, '_draw_tile', count)
    return drawn


@pytest.mark.parametrize('lamps', list(LAMPS))
def test_pictures_are_as_if_everything_was_drawn(lamps, tiles):
    model, data = scene_of(LAMPS[lamps])
    rng = np.random.default_rng(4)
    partly = []
    with OnepassRenderer(CONFIG) as keeps, OnepassRenderer(CONFIG) as anew:
        keeps.load(model)
        for moving in moves(rng):
            for body in moving:
                data.mocap_pos[body] += rng.uniform(-0.05, 0.05, 3)
            mujoco.mj_forward(model, data)
            tiles.clear()
            kept = keeps.render(data, VIEW)
            partly.append(tuple(tiles))
            anew.load(model)
            whole = anew.render(data, VIEW)
            assert np.array_equal(kept.rgb, whole.rgb)
            assert np.array_equal(kept.geom_id, whole.geom_id)
    if lamps != 'all around':
        assert partly[3] == (1,) * (2 if lamps == 'two' else 1), 'the box alone, on a layer'
    assert partly[6] == (), 'nothing moved'


def test_what_bends_is_drawn_anew():
    scene = soft_scene()
    with OnepassRenderer(CONFIG) as keeps, OnepassRenderer(CONFIG) as anew:
        keeps.load(scene.model)
        for _ in range(5):
            for _ in range(10):
                mujoco.mj_step(scene.model, scene.data)
            mujoco.mj_forward(scene.model, scene.data)
            anew.load(scene.model)
            assert np.array_equal(
                keeps.render(scene.data, VIEW).rgb, anew.render(scene.data, VIEW).rgb
            )


class Tile:
    """Four slots before one eye."""

    def __init__(self):
        self.memory = TileMemory()
        self.poses = np.zeros((4, 3, 4), np.float32)
        self.visible = np.ones(4, bool)

    def plan(self, *moving, eye=('lamp',), bent=()):
        self.poses = self.poses.copy()
        self.poses[list(moving)] += 1
        plan = self.memory.plan(
            eye, self.poses, visible=self.visible.copy(), bent=np.isin(np.arange(4), bent)
        )
        return tuple(
            part if part is None or isinstance(part, bool) else np.flatnonzero(part).tolist()
            for part in plan
        )


def test_a_layer_is_drawn_once_and_what_moves_over_copies_of_it():
    tile = Tile()
    assert tile.plan() == (None, False, [0, 1, 2, 3])
    assert tile.plan() == (None, False, None)
    assert tile.plan(1) == ([0, 2, 3], True, [1])
    assert tile.plan(1) == (None, True, [1])
    assert tile.plan(1, 2) == ([0, 3], True, [1, 2])
    assert tile.plan(1) == (None, True, [1, 2])
    assert tile.plan() == (None, False, None)


def test_another_eye_sees_everything_anew():
    tile = Tile()
    for eye in ('lamp',), ('lamp moved',), ('lamp',):
        assert tile.plan(1, eye=eye) == (None, False, [0, 1, 2, 3])
        assert tile.plan(1, eye=eye)[0] == [0, 2, 3]
    tile.memory.forget()
    assert tile.plan(eye=('lamp',)) == (None, False, [0, 1, 2, 3])


def test_what_rests_long_enough_goes_into_the_layer():
    tile = Tile()
    tile.plan()
    tile.plan(1, 2)
    plans = [tile.plan(1) for _ in range(_RESTLESS + 2)]
    assert plans[_RESTLESS - 2] == (None, True, [1, 2])
    assert plans[_RESTLESS - 1] == ([0, 2, 3], True, [1])
    assert plans[_RESTLESS] == (None, True, [1])


def test_no_layer_is_kept_when_everything_moves():
    tile = Tile()
    tile.plan()
    assert tile.plan(0, 1, 2, 3) == (None, False, [0, 1, 2, 3])
    assert tile.plan(0, 1, 2, 3) == (None, False, [0, 1, 2, 3])


def test_what_bends_or_appears_counts_as_moving():
    tile = Tile()
    tile.visible[3] = False
    tile.plan()
    assert tile.plan(bent=(2,)) == ([0, 1], True, [2])
    tile.visible[3] = True
    assert tile.plan() == ([0, 1], True, [2, 3])
