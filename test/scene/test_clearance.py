"""What is solid becomes boxes, and surfaces know the room above and around them."""

import mujoco
import numpy as np
import pytest

from synth_ros.randomize.inventory import SurfaceInfo
from synth_ros.scene.clearance import measured, solid_boxes

CELL = """
<mujoco>
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1"/>
    <geom name="ghost" type="box" size=".1 .1 .1" pos="0 0 .3" contype="0" conaffinity="0"/>
    <geom name="ball" type="sphere" size=".2" pos="3 0 1"/>
    <body pos="1 0 .5" euler="0 0 30">
      <geom name="bottom" type="box" size=".3 .2 .01"/>
      <geom type="box" size=".01 .2 .08" pos=".31 0 .07"/>
      <geom type="box" size=".01 .2 .08" pos="-.31 0 .07"/>
      <geom type="box" size=".3 .01 .05" pos="0 .21 .04"/>
      <geom type="box" size=".3 .01 .08" pos="0 -.21 .07"/>
    </body>
    <body pos="1 0 1.2"><geom type="box" size=".5 .5 .02"/></body>
  </worldbody>
</mujoco>
"""


@pytest.fixture(scope='module')
def solids():
    model = mujoco.MjModel.from_xml_string(CELL)
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    return solid_boxes(model, data)


def surface(x, half, yaw_deg=0.0, z=0.51):
    return SurfaceInfo('x', (x, 0.0, z), half, np.radians(yaw_deg))


def test_boxes_are_those_that_collide(solids):
    assert len(solids.center_m) == 8
    ball = np.argmin(np.abs(solids.center_m[:, 0] - 3))
    np.testing.assert_allclose(solids.half_m[ball], 0.2)
    np.testing.assert_allclose(solids.center_m[ball], (3, 0, 1))


def test_below_a_plane_all_is_solid(solids):
    floor = solids.half_m[:, 0] > 10
    assert floor.sum() == 1
    top = solids.center_m[floor, 2] + solids.half_m[floor, 2]
    np.testing.assert_allclose(top, 0.0)


def test_a_bin_has_the_height_of_its_lowest_wall(solids):
    found = measured(surface(1.0, (0.3, 0.2), 30.0), solids)
    # The lowest wall ends at .59, its floor is at .51; found in steps of a centimetre.
    assert found.rim_m == pytest.approx(0.08, abs=0.0101)
    assert found.rim_m <= 0.08
    assert found.clear_height_m == pytest.approx(1.18 - 0.51)


def test_a_surface_without_walls_is_no_bin(solids):
    assert measured(surface(-1.0, (0.3, 0.2), z=0.0), solids).rim_m == 0
    assert measured(surface(-1.0, (0.3, 0.2), z=0.0), solids).clear_height_m == np.inf
