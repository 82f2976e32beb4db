"""A state that is kept stays while the world moves on, and is none of it."""

import numpy as np

from synth_ros.sim.kept import KeptState
from synth_ros.sim.paths import still


def test_what_is_kept_stays_until_the_next_is(make):
    world = make().world
    kept = KeptState(world)
    kept.take(world)
    before = {
        name: getattr(world.data, name).copy() for name in ('qpos', 'geom_xpos', 'geom_xmat')
    }
    ball = world.present[0]
    world.push(ball, np.array([0.0, 0.0, 50.0]))
    world.follow(still(world.postures.home), 50)
    assert not np.array_equal(world.data.qpos, before['qpos'])
    for name, values in before.items():
        np.testing.assert_array_equal(getattr(kept.data, name), values)
    kept.take(world)
    for name in before:
        np.testing.assert_array_equal(getattr(kept.data, name), getattr(world.data, name))
    assert not np.shares_memory(kept.data.qpos, world.data.qpos)
