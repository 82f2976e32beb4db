"""A scene with all that bends: cloth, a soft body, a cable, two tendons and a skin."""

from __future__ import annotations

import mujoco
import numpy as np

from .scenes import Scene

FLOOR, BASE, TIP, WRAP, CLOTH, JELLY, CABLE, SLEEVE, ROPE, SLACK = range(10)
"""Surface ids: geoms, flexes, skins, tendons."""
SOFT = (CLOTH, JELLY, CABLE, SLEEVE, ROPE, SLACK)

_FLEX = '<edge equality="true"/><contact selfcollide="none"/>'
_MODEL = f"""<mujoco>
  <statistic extent="1"/>
  <visual>
    <map znear="0.002" zfar="30"/>
    <headlight ambient=".3 .3 .3" diffuse="0 0 0" specular="0 0 0"/>
  </visual>
  <worldbody>
    <light type="spot" pos="0 -.3 2" castshadow="true" cutoff="60" intensity="150000"/>
    <geom type="box" size="1 1 .01" pos="0 0 -.01" rgba=".6 .6 .5 1"/>
    <flexcomp name="cloth" type="grid" dim="2" count="9 9 1" spacing=".05 .05 .05"
        pos="-.35 0 .3" radius=".004" mass=".2" rgba=".8 .2 .2 1">{_FLEX}</flexcomp>
    <flexcomp name="jelly" type="grid" dim="3" count="4 4 4" spacing=".05 .05 .05"
        pos=".3 0 .2" radius=".005" mass=".2" rgba=".2 .8 .2 1">{_FLEX}</flexcomp>
    <flexcomp name="cable" type="grid" dim="1" count="12 1 1" spacing=".04 .05 .05"
        pos="0 -.35 .2" radius=".01" mass=".1" rgba=".2 .2 .8 1">{_FLEX}</flexcomp>
    <body name="base" pos="0 .35 .1">
      <geom type="box" size=".02 .02 .02"/>
      <body name="tip" pos="0 0 .2">
        <joint name="bend" type="hinge" axis="1 0 0"/>
        <geom type="box" size=".02 .02 .02" pos="0 0 .05"/>
      </body>
    </body>
    <geom name="wrap" type="sphere" size=".06" pos=".3 .35 .2" rgba=".7 .7 .2 1"/>
    <site name="t0" pos=".15 .3 .2"/>
    <site name="t1" pos=".5 .3 .25"/>
    <site name="side" pos=".3 .2 .2"/>
    <site name="u0" pos="-.5 .35 .4"/>
    <site name="u1" pos="-.2 .35 .4"/>
  </worldbody>
  <tendon>
    <spatial name="rope" width=".01" rgba="1 .5 0 1">
      <site site="t0"/><geom geom="wrap" sidesite="side"/><site site="t1"/>
    </spatial>
    <spatial name="slack" width=".008" rgba="0 1 1 1" limited="true" range="0 .4">
      <site site="u0"/><site site="u1"/>
    </spatial>
  </tendon>
  <deformable>
    <skin name="sleeve" rgba=".5 .1 .7 1" face="0 1 5 0 5 4 4 5 3 4 3 2"
        vertex="-.05 0 0 .05 0 0 -.05 0 .2 .05 0 .2 -.05 .03 .1 .05 .03 .1">
      <bone body="base" bindpos="0 0 0" bindquat="1 0 0 0" vertid="0 1 4 5"
          vertweight="1 1 .5 .5"/>
      <bone body="tip" bindpos="0 0 .2" bindquat="1 0 0 0" vertid="2 3 4 5"
          vertweight="1 1 .5 .5"/>
    </skin>
  </deformable>
</mujoco>"""


def soft_scene() -> Scene:
    model = mujoco.MjModel.from_xml_string(_MODEL)
    data = mujoco.MjData(model)
    rng = np.random.default_rng(3)
    for joint in range(model.njnt):
        # Every vertex of cloth, jelly and cable a little off its grid.
        data.qpos[model.jnt_qposadr[joint]] = rng.uniform(-0.008, 0.008)
    data.qpos[model.jnt_qposadr[model.joint('bend').id]] = 0.5
    mujoco.mj_forward(model, data)
    return Scene(model, data)
