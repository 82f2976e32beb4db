"""Makes the robot follow its posture exactly, whatever leans on it."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import mujoco
import numpy as np

from synth_ros.scene.compiled import CompiledScene
from synth_ros.sim.grip import SOFT_SOLREF

# Added to the inertia of each robot joint, kg m^2 or kg: the robot then moves as told, and
# pushes objects without being pushed. Small enough to keep the solver well conditioned
# beside objects of a few grams (ratio 1e8, double precision leaves 1e-8 relative).
_ARMATURE = 1e6


def kinematic_model(scene: CompiledScene) -> mujoco.MjModel:
    """A copy of the scene's model in which the robot obeys its posture alone.

    Actuators, springs, friction, gravity and equality constraints no longer act on the
    robot; its joints carry an inertia that no contact can move. Joints that are driven are left
    as they are, and so is the weight of a robot that has some.

    Args:
        scene: The compiled scene; not changed.

    Returns:
        The model to simulate. Geometry and ids are those of ``scene.model``.
    """
    model = copy.copy(scene.model)
    robot = scene.robot
    # By default MuJoCo answers a non-finite state by silently starting the scene anew, which
    # would pass for a scene that has settled.
    model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET
    # What waits to fall in must not fall yet.
    model.body_gravcomp[[part.body_id for part in scene.objects if part.waits]] = 1
    driven = [joint.dof_address for joint in robot.driven]
    dofs = np.setdiff1d(robot.dof_addresses, driven)
    model.eq_active0[:] = 0
    if driven:
        followers = [joint.equality_id for joint in robot.driven if joint.equality_id >= 0]
        model.eq_active0[followers] = 1
    else:
        model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_ACTUATION
    if not len(robot.dof_addresses):
        mujoco.mj_setConst(model, mujoco.MjData(model))
        return model
    model.dof_armature[dofs] = _ARMATURE
    model.dof_damping[dofs] = 0
    model.dof_frictionloss[dofs] = 0
    joints = np.unique(model.dof_jntid[dofs])
    model.jnt_stiffness[joints] = 0
    model.jnt_limited[joints] = 0
    held = [part.body_id for part in scene.held_objects]
    weightless = held if driven else [*(body for _, body in robot.links), *held]
    model.body_gravcomp[weightless] = 1
    _soften_grips(model, held, driven)
    data = mujoco.MjData(model)
    # Derived inertias decide how soft contacts with the robot are.
    mujoco.mj_setConst(model, data)
    return model


def _soften_grips(model: mujoco.MjModel, held: Sequence[int], driven: Sequence[int]) -> None:
    """Let fingers press as hard as a gripper's where neither they nor the object can give way.

    Args:
        model: Whose pairs to change.
        held: Bodies of held objects.
        driven: Degrees of freedom that motors move; their fingers do give way.
    """
    ends = model.geom_bodyid[np.stack([model.pair_geom1, model.pair_geom2])]
    grips = np.isin(ends, held).any(axis=0)
    yields = np.isin(model.body_dofadr[ends], driven)
    model.pair_solref[grips & ~yields.any(axis=0)] = SOFT_SOLREF
