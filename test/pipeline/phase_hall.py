"""A hall to play phases in, and a robot on wheels."""

# A floor with a belt, and a wall in front of the robot.
HALL = """
<mujoco>
  <worldbody>
    <geom name="floor" type="box" size="5 5 .05" pos="0 0 -.05"/>
    <geom name="wall" type="box" size=".1 2 1" pos="2 0 1"/>
    <geom name="conveyor_line" type="box" size="1 .3 .02" pos="0 -1.5 .5" euler="0 0 90"/>
    <site name="surface_line" type="box" size=".2 .2 .001" pos="0 -1.5 .52"/>
    <site name="surface_far" type="box" size=".2 .2 .001" pos="-2 2 0"/>
  </worldbody>
</mujoco>
"""
STILL = {'robot: {joints: {pan: [-0.3, 0.3]}}': 'robot: {joints: {}}'}
WHEELED = """
<mujoco model="bot">
  <worldbody>
    <body name="base_link">
      <geom type="cylinder" size=".1 .2" pos="0 0 .3"/>
      <body name="left" pos="0 .2 .1">
        <joint name="left" axis="0 1 0"/><geom type="cylinder" size=".1 .02" euler="90 0 0"/>
      </body>
      <body name="right" pos="0 -.2 .1">
        <joint name="right" axis="0 -1 0"/><geom type="cylinder" size=".1 .02" euler="90 0 0"/>
      </body>
      <body name="head_link" pos="0 0 1.3"><geom type="box" size=".04 .06 .03"/>
        <camera name="head" pos=".06 0 0" xyaxes="0 -1 0 .55 0 .835" fovy="55"/>
      </body>
    </body>
  </worldbody>
</mujoco>
"""
