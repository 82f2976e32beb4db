"""Logs of joint positions: read exactly, refused with the line."""

from pathlib import Path

import numpy as np
import pytest

from synth_ros.errors import AssetError
from synth_ros.scene.joint_log import load_joint_log
from synth_ros.scene.robot import LoadedRobot, load_robot

ROBOT = """
<mujoco model="bot">
  <compiler angle="radian"/>
  <worldbody>
    <body name="base">
      <geom size=".1"/>
      <body name="one"><joint name="elbow" range="-1 2" limited="true"/><geom size=".1"/></body>
      <body name="two"><joint name="wheel"/><geom size=".1"/></body>
      <body name="three"><joint name="ball" type="ball"/><geom size=".1"/></body>
    </body>
  </worldbody>
</mujoco>
"""


@pytest.fixture
def robot(tmp_path: Path) -> LoadedRobot:
    path = tmp_path / 'bot.xml'
    path.write_text(ROBOT)
    return load_robot(path)


def read(tmp_path: Path, robot: LoadedRobot, text: str, *, ignore: tuple[str, ...] = ()):
    path = tmp_path / 'log.csv'
    path.write_text(text)
    return load_joint_log(path, robot, ignore=ignore)


def test_a_csv_file(tmp_path: Path, robot: LoadedRobot) -> None:
    text = 'time, wheel, elbow\n0.0,7.5,0.25\n\n0.1,-9,2\n'
    log = read(tmp_path, robot, text, ignore=('time',))
    assert log.joints == ('wheel', 'elbow')
    assert log.rows.tolist() == [[7.5, 0.25], [-9.0, 2.0]]
    assert not log.rows.flags.writeable


def test_an_npz_file(tmp_path: Path, robot: LoadedRobot) -> None:
    path = tmp_path / 'log.npz'
    np.savez(path, elbow=np.array([0.5, 1.5], np.float32), header_seq=np.array([[1, 2]]))
    log = load_joint_log(path, robot, ignore=('header_*',))
    assert log.joints == ('elbow',)
    assert log.rows.tolist() == [[0.5], [1.5]]


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('elbw\n0\n', r"log\.csv:1: 'elbw' is no joint of robot .* Did you mean 'elbow'\?"),
        ('ball\n0\n', r"log\.csv:1: 'ball' is no joint"),
        ('elbow,elbow\n0,0\n', r"log\.csv:1: the column 'elbow' is there twice"),
        ('elbow,wheel\n0,0\n1\n', r'log\.csv:3: 1 values, but the first line has 2 names'),
        ('elbow\n0\nhalf\n', r"log\.csv:3: 'elbow' has 'half', which is no number"),
        ('elbow\n0\n\n\n2.5\n', r"log\.csv:5: 2\.5 is outside the limits of joint 'elbow'"),
        ('wheel\nnan\n', r"log\.csv:2: joint 'wheel' has nan, which is no position"),
        ('elbow\n', r'log\.csv: the joint log has no rows'),
        ('', r'log\.csv: the joint log has no column'),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(
    tmp_path: Path, robot: LoadedRobot, text: str, message: str
) -> None:
    with pytest.raises(AssetError, match=message):
        read(tmp_path, robot, text)


def test_arrays_that_are_no_lists_of_numbers(tmp_path: Path, robot: LoadedRobot) -> None:
    path = tmp_path / 'log.npz'
    np.savez(path, elbow=np.zeros((3, 2)))
    with pytest.raises(AssetError, match=r"array 'elbow' has shape \(3, 2\)"):
        load_joint_log(path, robot)
    np.savez(path, elbow=np.zeros(3), wheel=np.zeros(2))
    with pytest.raises(AssetError, match="array 'wheel' has 2 entries, others 3"):
        load_joint_log(path, robot)


def test_files_that_are_none(tmp_path: Path, robot: LoadedRobot) -> None:
    with pytest.raises(AssetError, match='it cannot be read'):
        load_joint_log(tmp_path / 'missing.csv', robot)
    broken = tmp_path / 'broken.npz'
    broken.write_bytes(b'PK not really')
    with pytest.raises(AssetError, match='it cannot be read'):
        load_joint_log(broken, robot)
    with pytest.raises(AssetError, match=r'a joint log is a \.csv or \.npz file, not \.bag'):
        load_joint_log(tmp_path / 'log.bag', robot)
