from pathlib import Path

import pytest
from numpy.testing import assert_allclose

from synth_ros.config.robot import RobotConfig
from synth_ros.scene.posture import home_positions
from synth_ros.scene.robot import LoadedRobot, load_robot

FINGERS = ''.join(
    f'<body name="{name}"><joint name="{name}" axis="1 0 0" ref="{ref}"/><geom size=".1"/></body>'
    for name, ref in (('lead', 0.5), ('second', 0), ('third', 0), ('free', 0))
)
MJCF = f"""<mujoco><compiler angle="radian"/><worldbody><body name="hand"><geom size=".1"/>
{FINGERS}</body></worldbody>
<equality>
  <joint joint1="third" joint2="second" polycoef="0.1 1 0 0 0"/>
  <joint joint1="second" joint2="lead" polycoef="0 -2 1 0 0"/>
  <joint joint1="free" joint2="lead" active="false"/>
</equality></mujoco>"""

URDF = """<robot name="hand"><link name="palm"/><link name="a"/><link name="b"/>
<joint name="left" type="prismatic"><parent link="palm"/><child link="a"/>
  <limit lower="0" upper="1" effort="1" velocity="1"/></joint>
<joint name="right" type="prismatic"><parent link="palm"/><child link="b"/>
  <mimic joint="left" multiplier="-1" offset="0.2"/>
  <limit lower="-1" upper="1" effort="1" velocity="1"/></joint></robot>"""


@pytest.fixture
def hand(tmp_path: Path) -> LoadedRobot:
    path = tmp_path / 'hand.xml'
    path.write_text(MJCF)
    return load_robot(path)


def home(robot: LoadedRobot, **joints: float) -> dict[str, float]:
    positions = home_positions(RobotConfig(joints=joints), robot)
    return {name: value[0] for name, value in positions.items()}


def test_followers_go_along_in_a_chain(hand: LoadedRobot) -> None:
    found = home(hand, lead=1.5)
    # The leader's way is 1 from its zero of 0.5: -2 + 1; the third adds 0.1.
    assert_allclose([found['second'], found['third'], found['free']], [-1, -0.9, 0])


def test_a_joint_of_the_config_stays(hand: LoadedRobot) -> None:
    found = home(hand, lead=1.5, second=0.3)
    assert_allclose([found['second'], found['third']], [0.3, 0.4])


def test_without_config_the_model_is_taken_as_it_is(hand: LoadedRobot) -> None:
    assert home(hand) == {'lead': 0.5, 'second': 0, 'third': 0, 'free': 0}


def test_urdf_mimic(tmp_path: Path) -> None:
    path = tmp_path / 'hand.urdf'
    path.write_text(URDF)
    assert_allclose(home(load_robot(path), left=0.5)['right'], 0.2 - 0.5)
