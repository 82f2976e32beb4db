"""Settling: rests where physics says, rejects what is not at rest, repeats bit for bit."""

import numpy as np
import pytest

from synth_ros.config.physics import SettleConfig
from synth_ros.sim.settle import Verdict, settle
from synth_ros.sim.verdict import Judge, Rest

ONE_BALL = {'count: [4, 4]': 'count: [1, 1]', '    - {name: brick': '    #'}


def run(made, drawings, *, threads=0, **config):
    return settle(
        made.world,
        drawings,
        config=SettleConfig(**config),
        places=made.builder.inventory.places,
        threads=threads,
    )


def at(drawn, x, y, z):
    return drawn.model_copy(update={'position_m': (x, y, z)})


def test_objects_come_to_rest_on_the_surface(make):
    for episode in range(4):
        made = make(episode=episode)
        (result,) = run(made, [made.sampled.objects])
        assert result.verdict is Verdict.VALID
        height = made.builder.inventory.surface.center_m[2]
        for part, drawn in zip(made.world.scene.objects, made.sampled.objects, strict=True):
            z = result.qpos[part.qpos_address + 2]
            lowest, highest = {'ball': (0.03, 0.03), 'brick': (0.02, 0.05)}[part.class_name]
            fell = z < height - 0.01
            assert fell or lowest * drawn.scale - 2e-3 <= z - height
            assert fell or z - height <= highest * drawn.scale + 0.08


def test_a_ball_rests_at_its_radius(make):
    made = make(**ONE_BALL)
    (ball,) = made.sampled.objects
    (result,) = run(made, [[ball]])
    assert result.verdict is Verdict.VALID
    height = made.builder.inventory.surface.center_m[2]
    part = made.world.scene.objects[0]
    z = result.qpos[part.qpos_address + 2]
    assert z - height == pytest.approx(0.03 * ball.scale, abs=1e-3)


def test_many_drawings_at_once_equal_one_by_one_at_any_thread_count(make):
    made = make()
    drawings = [made.drawing(attempt) for attempt in range(5)]
    together = run(made, drawings, threads=2)
    single = run(made, drawings, threads=1)
    alone = [run(made, [drawing])[0] for drawing in drawings]
    for one, other, third in zip(together, single, alone, strict=True):
        assert one.verdict is other.verdict is third.verdict
        np.testing.assert_array_equal(one.qpos, other.qpos)
        np.testing.assert_array_equal(one.qpos, third.qpos)


def test_the_world_is_left_as_it_was(make):
    made = make()
    before = made.world.data.qpos.copy()
    run(made, [made.sampled.objects])
    np.testing.assert_array_equal(made.world.data.qpos, before)
    assert made.world.time_s == 0


def test_no_objects_rest_at_once(make):
    made = make(**{'count: [4, 4]': 'count: [0, 0]'})
    (result,) = run(made, [made.sampled.objects])
    assert result.verdict is Verdict.VALID
    assert result.time_s == 0


def test_an_object_in_flight_is_unsettled(make):
    made = make(**ONE_BALL)
    (ball,) = made.sampled.objects
    x, y, z = ball.position_m
    (result,) = run(made, [[at(ball, x, y, z + 5.0)]], max_time_s=0.5)
    assert result.verdict is Verdict.UNSETTLED


def test_an_object_outside_the_world_is_rejected(make):
    made = make(**ONE_BALL)
    (ball,) = made.sampled.objects
    (result,) = run(made, [[at(ball, 80.0, 0.0, 1.0)]], max_time_s=0.6)
    assert result.verdict is Verdict.FELL_THROUGH


def test_objects_on_the_floor_are_counted(make):
    made = make()
    center = made.builder.inventory.surface.center_m
    spread = [
        at(item, center[0] + 0.2 * k, center[1] - 1.2, 0.1)
        for k, item in enumerate(made.sampled.objects)
    ]
    (result,) = run(made, [spread])
    assert result.verdict is Verdict.TOO_MANY_FALLEN
    assert result.fallen == 4
    (tolerated,) = run(made, [spread], max_fallen=1.0)
    assert tolerated.verdict is Verdict.VALID


def test_a_non_finite_state_is_unstable(make):
    made = make()
    bad = [at(made.sampled.objects[0], np.nan, 0, 1), *made.sampled.objects[1:]]
    good, broken = run(made, [made.sampled.objects, bad])
    assert broken.verdict is Verdict.UNSTABLE
    assert good.verdict is not Verdict.UNSTABLE


def test_objects_inside_each_other_are_rejected(make):
    made = make(**{'    - {name: ball': '    #'})
    (rested,) = run(made, [made.sampled.objects])
    assert rested.verdict is Verdict.VALID
    judge = Judge(made.world, SettleConfig(), made.builder.inventory.places)
    one, other = made.world.scene.objects[:2]
    stuck = rested.qpos.copy()
    here = slice(one.qpos_address, one.qpos_address + 7)
    stuck[other.qpos_address : other.qpos_address + 7] = stuck[here]
    drawn = made.sampled.objects
    assert judge.after(drawn, Rest(rested.qpos, 1.0)).verdict is Verdict.VALID
    assert judge.after(drawn, Rest(stuck, 1.0)).verdict is Verdict.INTERPENETRATING
