"""Loads a robot from MJCF or URDF, to be placed kinematically by its root.

Only what can be seen, touched and posed is kept: bodies, joints, geoms, cameras and contact
exclusions. Free joints are removed (the root is placed by a mocap body); actuators, sensors,
tendons, equalities and keyframes go, where postures are set, not driven; which joint follows
which is remembered. Of a robot that is driven, position servos and what couples joints stay. Of a
scene file, infinite planes, height fields, lights, skyboxes and mocap targets are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import mujoco
import numpy as np

from synth_ros.errors import AssetError
from synth_ros.scene.actuation import keep_joint_equalities, keep_servos
from synth_ros.scene.compiled import Coupling
from synth_ros.scene.coupling import joint_couplings
from synth_ros.scene.mjspec import (
    HIDDEN_GROUP,
    LAST_VISIBLE_GROUP,
    compile_spec,
    drop,
    drop_keyframes,
    read_spec,
)
from synth_ros.scene.urdf import is_urdf, read_urdf, velocity_limits
from synth_ros.types import FloatArray


@dataclass(frozen=True)
class RobotJoint:
    """A joint of the robot's model.

    Attributes:
        name: As in the model.
        home: Keyframe position, one number for hinge and slide, a quaternion for ball.
        limits: (low, high) in radians or metres; ``None`` if unlimited or a ball.
        is_scalar: Whether it has one degree of freedom.
        coupling: How it follows another joint, or ``None``.
        is_slide: Whether it shifts and does not turn.
        max_velocity: The most that its file allows, rad/s or m/s; MJCF says nothing of it.
    """

    name: str
    home: tuple[float, ...]
    limits: tuple[float, float] | None
    is_scalar: bool
    coupling: Coupling | None = None
    is_slide: bool = False
    max_velocity: float | None = None


@dataclass(frozen=True)
class LoadedRobot:
    """A robot ready to be attached.

    Attributes:
        path: Its file.
        spec: The cleaned model.
        model: The same, compiled alone, for reading names and cameras.
        links: Names of all bodies, parents first.
        joints: By name, in model order.
        lift_m: How far a free-floating robot is raised so that its lowest point at home
            stands on the root's plane; 0 for robots with a fixed base.
        warnings: What was left out or mended, as sentences.
        actuated: Whether its position servos were kept.
    """

    path: Path
    spec: mujoco.MjSpec = field(repr=False)
    model: mujoco.MjModel = field(repr=False)
    links: tuple[str, ...]
    joints: Mapping[str, RobotJoint]
    lift_m: float
    warnings: tuple[str, ...]
    actuated: bool = False


def load_robot(path: Path, *, actuated: bool = False) -> LoadedRobot:
    """Read a robot.

    Args:
        path: Its file.
        actuated: Whether to keep its position servos.

    Raises:
        AssetError: If the file or one of its meshes cannot be read.
    """
    spec = read_urdf(path) if is_urdf(path) else read_spec(path)
    spec.compiler.fusestatic = False
    spec.compiler.discardvisual = False
    _name_everything(spec)
    original = compile_spec(spec, path)
    keyframe = _home_keyframe(original)
    floating = any(joint.type == mujoco.mjtJoint.mjJNT_FREE for joint in spec.joints)
    warnings = _clean(spec, path, actuated=actuated)
    _sort_visibility(spec)
    model = compile_spec(spec, path)
    if model.nbody < 2:
        raise AssetError(path, 'the robot has no body.')
    joints = _joints(model, keyframe, joint_couplings(original))
    if is_urdf(path):
        for name, most in velocity_limits(path).items():
            if name in joints:
                joints[name] = replace(joints[name], max_velocity=most)
    return LoadedRobot(
        path=path,
        spec=spec,
        model=model,
        links=tuple(model.body(i).name for i in range(1, model.nbody)),
        joints=MappingProxyType(joints),
        lift_m=-_lowest_point(model, joints) if floating else 0.0,
        warnings=tuple(warnings),
        actuated=actuated,
    )


def _name_everything(spec: mujoco.MjSpec) -> None:
    """Links and joints are addressed by name; unnamed ones get their number."""
    for number, body in enumerate(spec.bodies):
        if not body.name:
            body.name = f'link_{number}'
    for number, joint in enumerate(spec.joints):
        if not joint.name:
            joint.name = f'joint_{number}'


def _home_keyframe(model: mujoco.MjModel) -> dict[str, tuple[float, ...]]:
    """Joint positions of the keyframe ``home``, or of the first one, by joint name."""
    if not model.nkey:
        return {}
    names = [model.key(k).name for k in range(model.nkey)]
    key = names.index('home') if 'home' in names else 0
    qpos = model.key_qpos[key]
    return {
        model.joint(j).name: tuple(float(q) for q in qpos[_qpos_slice(model, j)])
        for j in range(model.njnt)
    }


def _qpos_slice(model: mujoco.MjModel, joint: int) -> slice:
    sizes = {mujoco.mjtJoint.mjJNT_FREE: 7, mujoco.mjtJoint.mjJNT_BALL: 4}
    start = int(model.jnt_qposadr[joint])
    return slice(start, start + sizes.get(mujoco.mjtJoint(int(model.jnt_type[joint])), 1))


def _clean(spec: mujoco.MjSpec, path: Path, *, actuated: bool) -> list[str]:
    """Delete what is not needed; sentences about what a user may miss."""
    warnings = []
    drop_keyframes(spec)
    if actuated:
        warnings += keep_servos(spec, path)
        keep_joint_equalities(spec)
        drop(spec, spec.sensors, spec.tendons)
    else:
        drop(spec, spec.sensors, spec.actuators, spec.equalities, spec.tendons)
    drop(spec, spec.lights, spec.numerics, spec.texts, spec.tuples)
    free = [j for j in spec.joints if j.type == mujoco.mjtJoint.mjJNT_FREE]
    if len(free) > 1:
        names = ', '.join(joint.parent.name for joint in free[1:])
        warnings.append(f'{path}: loose bodies ({names}) were fixed to the robot root.')
    for joint in free:
        spec.delete(joint)
    for body in list(spec.worldbody.bodies):
        if body.mocap:
            warnings.append(f'{path}: the mocap body {body.name!r} was left out.')
            spec.delete(body)
    _clean_world(spec)
    return warnings


def _clean_world(spec: mujoco.MjSpec) -> None:
    """Delete grounds and skies, which the environment brings."""
    unbounded = (mujoco.mjtGeom.mjGEOM_PLANE, mujoco.mjtGeom.mjGEOM_HFIELD)
    for geom in list(spec.worldbody.geoms):
        if geom.type in unbounded:
            spec.delete(geom)
    for texture in list(spec.textures):
        if texture.type == mujoco.mjtTexture.mjTEXTURE_SKYBOX:
            spec.delete(texture)


def _sort_visibility(spec: mujoco.MjSpec) -> None:
    """Move what should not be drawn to a hidden group, and make sure something is drawn."""
    for geom in spec.geoms:
        if geom.rgba[3] == 0:
            # Filament draws ids and depth even where alpha is 0.
            geom.group = HIDDEN_GROUP
    drawn = [geom for geom in spec.geoms if geom.group <= LAST_VISIBLE_GROUP]
    # URDF and robosuite: group 0 holds the collision shapes, group 1 the visual ones.
    visual = [geom for geom in drawn if not (geom.contype or geom.conaffinity)]
    solid = [geom for geom in drawn if geom.contype or geom.conaffinity]
    if (
        visual
        and all(geom.group == 1 for geom in visual)
        and all(geom.group == 0 for geom in solid)
    ):
        for geom in solid:
            geom.group = HIDDEN_GROUP
    if not drawn:
        for geom in spec.geoms:
            if geom.rgba[3] > 0:
                geom.group = LAST_VISIBLE_GROUP


def _joints(
    model: mujoco.MjModel,
    keyframe: Mapping[str, tuple[float, ...]],
    couplings: Mapping[str, Coupling],
) -> dict[str, RobotJoint]:
    joints = {}
    for j in range(model.njnt):
        name = model.joint(j).name
        initial = tuple(float(q) for q in model.qpos0[_qpos_slice(model, j)])
        kind = mujoco.mjtJoint(int(model.jnt_type[j]))
        scalar = kind in (mujoco.mjtJoint.mjJNT_HINGE, mujoco.mjtJoint.mjJNT_SLIDE)
        limited = bool(model.jnt_limited[j]) and scalar
        low, high = (float(v) for v in model.jnt_range[j])
        joints[name] = RobotJoint(
            name,
            keyframe.get(name, initial),
            (low, high) if limited else None,
            is_scalar=scalar,
            coupling=couplings.get(name),
            is_slide=kind == mujoco.mjtJoint.mjJNT_SLIDE,
        )
    return joints


def home_qpos(model: mujoco.MjModel, joints: Mapping[str, RobotJoint]) -> FloatArray:
    """The whole qpos of the robot alone, at home."""
    qpos = np.array(model.qpos0)
    for j in range(model.njnt):
        qpos[_qpos_slice(model, j)] = joints[model.joint(j).name].home
    return qpos


def _lowest_point(model: mujoco.MjModel, joints: Mapping[str, RobotJoint]) -> float:
    """Height of the lowest point of all geoms at home, metres."""
    data = mujoco.MjData(model)
    data.qpos[:] = home_qpos(model, joints)
    mujoco.mj_kinematics(model, data)
    lowest = np.inf
    for geom in range(model.ngeom):
        rotation = data.geom_xmat[geom].reshape(3, 3)
        if int(model.geom_type[geom]) == int(mujoco.mjtGeom.mjGEOM_MESH):
            mesh = int(model.geom_dataid[geom])
            start, number = int(model.mesh_vertadr[mesh]), int(model.mesh_vertnum[mesh])
            reach = (model.mesh_vert[start : start + number] @ rotation[2]).min()
        else:
            # The bounding box of a primitive; exact for boxes, close for round ones.
            centre, half = model.geom_aabb[geom, :3], model.geom_aabb[geom, 3:]
            reach = rotation[2] @ centre - np.abs(rotation[2]) @ half
        lowest = min(lowest, float(data.geom_xpos[geom, 2] + reach))
    return lowest if np.isfinite(lowest) else 0.0
