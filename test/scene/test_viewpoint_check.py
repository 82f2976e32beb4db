"""What only the loaded robot can say about drawn postures and viewpoints."""

from collections.abc import Callable
from pathlib import Path

import pytest

from synth_ros.config.load import LoadedConfig
from synth_ros.errors import ConfigError
from synth_ros.scene.build import SceneBuilder

from .conftest import CONFIG

ROBOT = """
<mujoco>
  <compiler angle="radian" autolimits="true"/>
  <worldbody>
    <body name="base">
      <geom size=".2"/>
      <camera name="low" fovy="50"/>
      <body name="rail">
        <joint name="rail" type="slide"/>
        <geom size=".1"/>
        <camera name="cam/rgb" fovy="50"/>
      </body>
    </body>
  </worldbody>
</mujoco>
"""
FIXED = (
    '  - {name: dome, mount: {link: world}, intrinsics: {fovy_deg: 50}}\n'
    '  - {name: low}\n'
    'environment:'
)


@pytest.fixture
def check(robot_file: Path, load: Callable[[str], LoadedConfig]):
    """The problems of a config with something randomized."""

    def problems(randomization: str, *, robot: str = ROBOT) -> str:
        robot_file.write_text(robot)
        text = CONFIG.replace('environment:', FIXED) + f'randomization: {randomization}\n'
        with pytest.raises(ConfigError, match='randomization') as caught:
            SceneBuilder(load(text))
        return str(caught.value)

    return problems


def test_a_pattern_that_means_no_joint(check) -> None:
    text = check('{robot: {joints_within_limits: ["rails*"]}}')
    assert "randomization.robot.joints_within_limits[0]: No joint 'rails*'" in text
    assert 'Available: rail.' in text


def test_a_slide_without_limits_has_no_range(check) -> None:
    text = check('{robot: {joints_within_limits: ["r*"]}}')
    assert "joints_within_limits[0]: joint 'rail' slides without limits" in text


def test_joints_of_a_viewpoint(check) -> None:
    text = check('{viewpoints: [{camera: head, joints: [rail, ral]}]}')
    assert "viewpoints[0].joints[1]: No joint 'ral'" in text
    assert "Did you mean 'rail'?" in text


def test_a_camera_that_nothing_moves(check) -> None:
    text = check('{viewpoints: [{camera: low}]}')
    assert 'viewpoints[0].camera: no joint moves link \'base\' of camera "low"' in text


def test_a_camera_on_world_needs_a_whole_viewpoint(check) -> None:
    text = check(
        '{robot: {x_m: [0, 1]}, '
        'viewpoints: [{camera: dome, distance_m: 1, joints: [rail], base: true}]}'
    )
    for key in ('elevation_deg', 'azimuth_deg', 'joints', 'base'):
        assert f'viewpoints[0].{key}: camera "dome" is fixed to the world' in text
    assert 'viewpoints[0].distance_m' not in text


def test_a_joint_log_that_cannot_be_used(check, robot_file: Path) -> None:
    (robot_file.parent / 'log.csv').write_text('rail\n0.1\nfast\n')
    text = check('{robot: {joint_log: {path: log.csv}}}')
    assert 'randomization.robot.joint_log.path: ' in text
    assert "log.csv:3: 'rail' has 'fast', which is no number" in text


def test_a_joint_log_is_drawn_from(robot_file: Path, load: Callable[[str], LoadedConfig]) -> None:
    robot_file.write_text(ROBOT)
    (robot_file.parent / 'log.csv').write_text('t,rail\n0,0.1\n1,0.2\n')
    entry = 'randomization: {robot: {joint_log: {path: log.csv, ignore: [t]}}}\n'
    inventory = SceneBuilder(load(CONFIG + entry)).inventory
    assert inventory.joint_log is not None
    assert inventory.joint_log.rows.tolist() == [[0.1], [0.2]]
    (joint,) = inventory.joints
    assert (joint.name, joint.limits, joint.follows) == ('rail', None, False)


def test_only_viewpoints_of_robot_cameras_need_the_chain(
    robot_file: Path, load: Callable[[str], LoadedConfig]
) -> None:
    from synth_ros.randomize.sample import sample_scene
    from synth_ros.randomize.streams import Streams

    robot_file.write_text(ROBOT)
    text = CONFIG.replace('environment:', FIXED)
    dome = '{camera: dome, distance_m: 1, elevation_deg: 50, azimuth_deg: 0}'
    for entry, wanted in ((dome, False), ('{camera: head}', True)):
        builder = SceneBuilder(load(f'{text}randomization: {{viewpoints: [{entry}]}}\n'))
        config = builder.config
        sampled = sample_scene(config, builder.inventory, streams=Streams(0, 0))
        assert (builder.build(sampled).reach is not None) == wanted
