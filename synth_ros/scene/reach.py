"""The robot as a bare chain of joints, for inverse kinematics.

A scene has hundreds of degrees of freedom that no camera depends on. The chain has those of the
robot and, in front of them, three that move its base in the plane; and no shapes.
"""

from __future__ import annotations

import mujoco

from synth_ros.config.robot import RobotConfig
from synth_ros.errors import InternalError
from synth_ros.scene.compiled import BASE_JOINTS, Reach
from synth_ros.scene.mjspec import adopt_globals, attach, drop
from synth_ros.scene.robot import LoadedRobot

_PREFIX = 'robot/'


def make_reach(robot: LoadedRobot, config: RobotConfig) -> Reach:
    """Compile the chain of a robot.

    Args:
        robot: The robot.
        config: Where it stands; its height is kept.
    """
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    plane = spec.worldbody.add_body(name='base/plane', pos=[0.0, 0.0, config.position_m[2]])
    root = plane.add_body(name='base/root')
    slide, hinge = mujoco.mjtJoint.mjJNT_SLIDE, mujoco.mjtJoint.mjJNT_HINGE
    plane.add_joint(name=BASE_JOINTS[0], type=slide, axis=[1, 0, 0])
    plane.add_joint(name=BASE_JOINTS[1], type=slide, axis=[0, 1, 0])
    root.add_joint(name=BASE_JOINTS[2], type=hinge, axis=[0, 0, 1])
    for body in (plane, root):
        _make_weighty(body)
    bare = _bare(robot.spec)
    adopt_globals(bare, spec)
    attach(spec, bare, body=root, prefix=_PREFIX, lift_m=robot.lift_m)
    model = spec.compile()
    joints = {name: int(model.joint(_PREFIX + name).id) for name in robot.joints}
    order = [model.joint(j).name for j in range(model.njnt)]
    if order != [*BASE_JOINTS, *(_PREFIX + name for name in robot.joints)]:
        raise InternalError(f'{robot.path}: the chain has its joints in another order: {order}.')
    bodies = {name: int(model.body(_PREFIX + name).id) for name in robot.links}
    return Reach(model, bodies, joints)


def _bare(spec: mujoco.MjSpec) -> mujoco.MjSpec:
    """A copy without shapes; every body weighs something, as compiling demands."""
    bare = spec.copy()
    drop(bare, bare.geoms, bare.sites, bare.pairs, bare.excludes, bare.flexes, bare.skins)
    drop(bare, bare.cameras, bare.meshes, bare.hfields, bare.materials, bare.textures)
    for body in bare.bodies:
        if body.name != 'world':
            _make_weighty(body)
    return bare


def _make_weighty(body: mujoco.MjsBody) -> None:
    body.explicitinertial = True
    body.mass = 1.0
    body.ipos, body.inertia = [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]
    body.iquat = [1.0, 0.0, 0.0, 0.0]
