"""The small robot of these tests, its scene, and views of it."""

from scipy.spatial.transform import Rotation

from synth_ros.randomize.scene import SampledView

ROBOT = """
<mujoco model="bot">
  <compiler angle="radian"/>
  <worldbody>
    <body name="base_link">
      <geom type="box" size=".1 .1 .1" pos="0 0 .1"/>
      <body name="lift_link" pos="0 0 .9">
        <joint name="lift" type="slide" axis="0 0 1" range="-.3 .5" stiffness="50" damping="1"/>
        <geom type="box" size=".05 .05 .05"/>
        <body name="arm_link">
          <joint name="swing" axis="0 0 1" range="-2 2"/>
          <geom name="arm" type="capsule" size=".03" fromto=".06 0 0 .8 0 0"/>
          <body name="finger_link" pos="0 .1 0">
            <joint name="finger" axis="0 0 1"/>
            <geom size=".02" contype="0" conaffinity="0"/>
          </body>
          <camera name="eye" pos=".1 0 .1" xyaxes="0 -1 0 .5 0 .866" fovy="60"/>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator><motor joint="swing"/></actuator>
  <equality><joint joint1="finger" joint2="swing" polycoef="0.1 0.5 0 0 0"/></equality>
</mujoco>
"""

CONFIG = """
robot: {model: bot.xml, position_m: [0.0, 0.1, 0.0], yaw_deg: 30.0, joints: {swing: 1.5}}
cameras: [{name: eye}]
environment: {model: 'builtin://table'}
objects:
  count: [4, 4]
  classes:
    - {name: ball, primitives: [{shape: sphere, size_m: [0.06, 0.06, 0.06]}]}
    - {name: brick, primitives: [{shape: box, size_m: [0.1, 0.06, 0.04]}]}
"""


def view(**joints):
    """A view that offsets the root and sets joints."""
    return SampledView(view=0, attempt=0, x_m=0.1, y_m=-0.2, yaw_rad=0.5, joints=joints)


def rotation_z(angle):
    """Matrix of a turn about z."""
    return Rotation.from_euler('z', angle).as_matrix()
