"""A robot that loads in no time: a post with a head that pans and carries a camera."""

ROBOT = """
<mujoco model="bot">
  <compiler angle="radian"/>
  <worldbody>
    <body name="base_link">
      <geom type="cylinder" size=".1 .2" pos="0 0 .2"/>
      <body name="head_link" pos="0 0 1.3">
        <joint name="pan" axis="0 0 1" range="-1 1"/>
        <geom type="box" size=".04 .06 .03"/>
        <camera name="head" pos=".06 0 0" xyaxes="0 -1 0 .55 0 .835" fovy="55"/>
      </body>
    </body>
  </worldbody>
</mujoco>
"""
