"""The bare chain moves as the robot in the scene does."""

from pathlib import Path

import mujoco
import numpy as np
import pytest

from synth_ros.config.robot import RobotConfig
from synth_ros.scene.reach import make_reach
from synth_ros.scene.resolve import resolve_robot
from synth_ros.scene.robot import home_qpos, load_robot

FLOATING = """
<mujoco model="bot">
  <compiler angle="degree"/>
  <worldbody>
    <body name="trunk" pos="0 0 3">
      <freejoint/>
      <geom type="box" size=".2 .1 .1"/>
      <body name="leg" pos="0 .1 -.1">
        <joint name="hip" type="ball"/>
        <joint name="knee" type="slide" pos="0 0 .1" axis="0 0 1" range="-.1 .2"/>
        <geom type="capsule" size=".03" fromto="0 0 0 0 0 -.4"/>
      </body>
    </body>
  </worldbody>
</mujoco>
"""


def poses(model, bodies, q):
    data = mujoco.MjData(model)
    data.qpos[:] = q
    mujoco.mj_kinematics(model, data)
    return {name: (data.xpos[b].copy(), data.xmat[b].reshape(3, 3)) for name, b in bodies.items()}


@pytest.mark.parametrize('source', ['builtin', 'floating'])
def test_every_link_is_where_the_robot_has_it(tmp_path: Path, source: str) -> None:
    path = tmp_path / 'bot.xml'
    path.write_text(FLOATING)
    if source == 'builtin':
        path = resolve_robot('builtin://mobile_manipulator', tmp_path)
    robot = load_robot(path)
    reach = make_reach(robot, RobotConfig(position_m=(5.0, 6.0, 0.3), yaw_deg=70.0))
    q = home_qpos(robot.model, robot.joints)
    alone = poses(robot.model, {n: robot.model.body(n).id for n in robot.links}, q)
    x, y, yaw = 1.5, -0.5, 0.4
    chain = poses(reach.model, reach.bodies, reach.qpos((x, y, yaw), q))
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    for name, (position, rotation) in alone.items():
        where = [x, y, 0.3 + robot.lift_m] + turn @ position
        assert chain[name][0] == pytest.approx(where, abs=1e-9)
        assert chain[name][1] == pytest.approx(turn @ rotation, abs=1e-9)


def test_the_chain_to_a_link() -> None:
    robot = load_robot(resolve_robot('builtin://mobile_manipulator', Path()))
    reach = make_reach(robot, RobotConfig())
    head = ('torso_lift_joint', 'head_pan_joint', 'head_tilt_joint')
    assert reach.chain('head_tilt_link') == head
    assert reach.chain('base_link') == ()
    assert reach.model.ngeom == 0
