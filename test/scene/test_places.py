"""Places are found in the environment and on the robot, or the config is told what is wrong."""

import math

import pytest

from synth_ros.errors import ConfigError
from synth_ros.scene.build import SceneBuilder

ROBOT = """
<mujoco>
  <worldbody>
    <body name="base">
      <geom type="cylinder" size=".2 .1" pos="0 0 .1"/>
      <body name="palm" pos=".3 0 .8">
        <geom type="box" size=".02 .08 .02"/>
        <camera name="eye"/>
        <body name="left" pos=".06 .05 0">
          <joint name="left" type="slide" axis="0 1 0" range="0 .04"/>
          <geom type="box" size=".04 .01 .02"/>
        </body>
        <body name="right" pos=".06 -.05 0">
          <joint name="right" type="slide" axis="0 -1 0" range="0 .04"/>
          <geom type="box" size=".04 .01 .02"/>
          <body name="tip"><joint name="free_spin" axis="1 0 0"/><geom size=".001"/></body>
        </body>
      </body>
    </body>
  </worldbody>
</mujoco>
"""

ROOM = """
<mujoco>
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1"/>
    <body name="crate" pos="1 0 0">
      <geom type="box" size=".2 .3 .01"/>
      <geom type="box" size=".01 .3 .1" pos=".21 0 .1"/>
      <geom type="box" size=".01 .3 .1" pos="-.21 0 .1"/>
      <geom type="box" size=".2 .01 .1" pos="0 .31 .1"/>
      <geom type="box" size=".2 .01 .1" pos="0 -.31 .1"/>
      <site name="surface_crate" type="box" size=".2 .3 .001" pos="0 0 .01"/>
    </body>
    <site name="surface_open" type="box" size=".5 .5 .001" pos="0 2 0"/>
    <body pos="0 -2 0">
      <geom type="box" size=".2 .4 .01" pos="0 0 .5"/>
      <geom type="box" size=".2 .4 .01" pos="0 0 .8"/>
      <site name="surface_shelf_low" type="box" size=".2 .4 .001" pos="0 0 .51"/>
      <site name="surface_shelf_top" type="box" size=".2 .4 .001" pos="0 0 .81"/>
    </body>
    <site name="lamps" pos=".3 .2 .1"/>
  </worldbody>
</mujoco>
"""

CONFIG = """
robot: {model: robot.xml, position_m: [0.5, 0.0, 0.0], yaw_deg: 90.0}
cameras: [{name: head, model_camera: eye, width: 64, height: 48}]
environment: {model: room.xml}
objects:
  count: [1, 1]
  scale: 1.0
  classes:
    - {name: cube, primitives: [{shape: box, size_m: [0.06, 0.06, 0.06]}]}
    - {name: tower, primitives: [{shape: box, size_m: [0.1, 0.1, 0.4]}]}
    - {name: plank, primitives: [{shape: box, size_m: [1.5, 0.2, 0.1]}]}
  placement:
    places:
"""
ELSEWHERE = '      - {name: open, surface: open}\n'


@pytest.fixture
def build(tmp_path, load):
    def make(*places: str, environment: str = ROOM) -> SceneBuilder:
        (tmp_path / 'robot.xml').write_text(ROBOT)
        (tmp_path / 'room.xml').write_text(environment)
        return SceneBuilder(load(CONFIG + ''.join(f'      - {place}\n' for place in places)))

    return make


def test_places_know_their_surfaces(build):
    places = build(
        '{name: open, surface: open}',
        '{name: crate, kind: bin, surface: crate, classes: [cube]}',
        '{name: shelf, kind: shelf, classes: [cube]}',
        '{name: top, kind: shelf, surface: "*_top", classes: [tower]}',
        '{name: floor, kind: floor}',
        '{name: air, kind: air, points: [0, 0, 1]}',
    ).inventory.places
    names = [[surface.name for surface in place.surfaces] for place in places]
    assert names == [['open'], ['crate'], ['shelf_low', 'shelf_top'], ['shelf_top'], [], []]
    assert places[1].surfaces[0].rim_m == pytest.approx(0.19, abs=0.011)
    assert places[2].surfaces[0].clear_height_m == pytest.approx(0.28)
    assert places[3].surfaces[0].clear_height_m == math.inf
    assert places[4].center_m == (0.5, 0.0, 0.0)


def test_lamps_point_where_the_environment_says(build):
    inventory = build('{name: open, surface: open}').inventory
    assert inventory.lamps_m == (0.3, 0.2, 0.1)
    assert inventory.surface.name == 'open'


def test_the_robot_is_an_obstacle_where_it_stands(build):
    boxes = build('{name: open, surface: open}').inventory.obstacles
    # The palm is 0.3 m before the base, which is turned to the left.
    near = abs(boxes.center_m - (0.5, 0.3, 0.8)).max(axis=1) < 1e-6
    assert near.sum() == 1
    assert boxes.half_m[near][0] == pytest.approx((0.02, 0.08, 0.02))


def test_a_hand_opens_as_far_as_its_fingers_go(build):
    hand = (
        '{name: hand, kind: gripper, classes: [cube], grasp: {link: palm, position_m: [0.06, 0, 0]'
    )
    (_, known) = build(
        '{name: open, surface: open}', hand + ', fingers: [left, right]}}'
    ).inventory.places
    # 2 x (0.05 + 0.04) between the middles, less the fingers' thickness.
    assert known.opening_m == pytest.approx(0.16)
    (_, unknown) = build('{name: open, surface: open}', hand + '}}').inventory.places
    assert unknown.opening_m == math.inf


@pytest.mark.parametrize(
    ('place', 'message'),
    [
        (
            '{name: x, surface: opne}',
            (
                r"config.yaml:\d+: objects.placement.places\[1\].surface: No surface 'opne'.*"
                r"Did you mean 'open'"
            ),
        ),
        (
            '{name: x, kind: bin, surface: open}',
            r'places\[1\].surface: "open" is no bin: it has no walls on all four sides',
        ),
        (
            '{name: x, kind: bin, region: {center_m: [0, 2, 0], size_m: [1, 1]}}',
            r'places\[1\].region: "region" is no bin',
        ),
        (
            '{name: x, kind: shelf, surface: "rack_*"}',
            r"places\[1\].surface: No surface 'rack_\*'.*Available: crate, open, shelf_low",
        ),
        (
            '{name: x, kind: gripper, grasp: {link: plam}}',
            r"places\[1\].grasp.link: No link 'plam'.*Did you mean 'palm'",
        ),
        (
            '{name: x, kind: gripper, grasp: {link: palm, fingers: [left, rihgt]}}',
            r"places\[1\].grasp.fingers\[1\]: No joint 'rihgt'.*Did you mean 'right'",
        ),
        (
            '{name: x, kind: gripper, grasp: {link: palm, fingers: [free_spin]}}',
            r'places\[1\].grasp.fingers\[0\]: joint "free_spin" has no limits',
        ),
        (
            '{name: x, kind: bin, surface: crate, classes: [cube, plank]}',
            (
                r'places\[1\].classes\[1\]: an object of class "plank" can never be here: it is '
                r'1.5 x 0.2 x 0.1 m, and the bin is 0.4 x 0.6 m'
            ),
        ),
        (
            '{name: x, kind: shelf, surface: shelf_low, classes: [tower]}',
            r'places\[1\].classes\[0\]: .* it is 0.1 x 0.1 x 0.4 m, and no board has that much',
        ),
        (
            '{name: x, kind: container, container: cube, classes: [tower]}',
            r'places\[1\].classes\[0\]: .*and no "cube" is wide enough',
        ),
        (
            (
                '{name: x, kind: gripper, classes: [plank], grasp: {link: palm, '
                'position_m: [0.06, 0.0, 0.0], fingers: [left, right]}}'
            ),
            r'places\[1\].classes\[0\]: .* 1.5 x 0.2 x 0.1 m, and the fingers open 0.16 m',
        ),
    ],
)
def test_places_that_cannot_be(build, place, message):
    with pytest.raises(ConfigError, match=message):
        build('{name: open, surface: open}', place)


def test_classes_that_fit_nowhere(build):
    message = (
        r'objects.classes\[2\].name: its objects fit no place \(crate: it is 1.5 x 0.2 x 0.1 m, '
        r'and the bin is 0.4 x 0.6 m\)'
    )
    with pytest.raises(ConfigError, match=message):
        build('{name: crate, kind: bin, surface: crate}')
