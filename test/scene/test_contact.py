"""Contacts bounce as asked: the formula against simulated drops."""

import math

import mujoco
import pytest

from synth_ros.scene.contact import Spring, bouncing, damping_ratio, restitution

MUJOCO_DEFAULT = Spring.from_solref(0.02, 1.0)

BALL = """
<mujoco>
  <option timestep="{step}" integrator="implicitfast" cone="elliptic" impratio="10"/>
  <worldbody>
    <geom type="plane" size="2 2 .1"/>
    <body pos="0 0 .33"><freejoint/>
      <geom size=".03" priority="1" condim="6" friction="1 .01 .001" mass="{mass}"/>
    </body>
  </worldbody>
</mujoco>
"""


def bounce(spring, *, step=0.002, mass=0.2):
    """Speed after over speed before the first bounce, and how deep the ball went."""
    model = mujoco.MjModel.from_xml_string(BALL.format(step=step, mass=mass))
    model.geom_solref[1] = spring.solref
    data = mujoco.MjData(model)
    down, up, depth = 0.0, 0.0, 0.0
    while data.time < 1.0 and not (up > 0 and data.qvel[2] < up - 0.05):
        mujoco.mj_step(model, data)
        down, up = min(down, data.qvel[2]), max(up, data.qvel[2])
        depth = max(depth, 0.03 - data.qpos[2])
    return up / -down, depth


@pytest.mark.parametrize('wanted', [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95])
def test_a_dropped_ball_keeps_the_speed_asked_for(wanted):
    spring = bouncing(MUJOCO_DEFAULT, wanted, timestep_s=0.002)
    got, depth = bounce(spring)
    assert got == pytest.approx(wanted, abs=0.02)
    assert depth < 0.016


def test_a_ball_bounces_alike_whatever_its_mass_and_the_time_step():
    for step, mass in ((0.001, 0.2), (0.004, 0.2), (0.002, 0.005), (0.002, 5.0)):
        spring = bouncing(MUJOCO_DEFAULT, 0.5, timestep_s=step)
        assert bounce(spring, step=step, mass=mass)[0] == pytest.approx(0.5, abs=0.04)


def test_the_formula_has_the_known_limits():
    assert restitution(1e-6) == pytest.approx(1, abs=1e-5)
    assert restitution(1.0) == pytest.approx(math.exp(-2))
    # Continuous where its cases meet.
    for ratio in (math.sqrt(0.5), 1.0):
        assert restitution(ratio - 1e-7) == pytest.approx(restitution(ratio + 1e-7), abs=1e-5)
    ratios = [k / 50 for k in range(1, 150)]
    falling = [restitution(ratio) for ratio in ratios]
    assert falling == sorted(falling, reverse=True)


@pytest.mark.parametrize('wanted', [0.05, 0.3, 0.7, 0.95])
def test_the_damping_ratio_is_the_inverse(wanted):
    assert restitution(damping_ratio(wanted)) == pytest.approx(wanted, abs=1e-9)


def test_a_contact_that_is_stiff_already_stays_as_stiff():
    stiff = Spring(400.0, 1.0)
    assert bouncing(stiff, 0.5, timestep_s=0.002).frequency_rad_s == 400.0
    assert bouncing(MUJOCO_DEFAULT, 0.5, timestep_s=0.002).frequency_rad_s == 150.0
    assert MUJOCO_DEFAULT.solref == (0.02, 1.0)
