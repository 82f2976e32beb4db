"""Named targets of physics and of camera mounts, written to a model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from synth_ros.config.targets import ItemKind
from synth_ros.geometry.transforms import (
    GL_FROM_OPTICAL,
    make_transform,
    matrix_from_quat_wxyz,
    matrix_from_rpy,
    quat_wxyz_from_matrix,
)
from synth_ros.randomize.targets import Edit, edited
from synth_ros.scene.contact import Spring, bouncing, resolved
from synth_ros.scene.fields import Fields
from synth_ros.types import FloatArray

_FRICTION = ('friction', 'torsional_friction', 'rolling_friction')
_SHIFTS = ('x_m', 'y_m', 'z_m')
_TURNS = ('roll_deg', 'pitch_deg', 'yaw_deg')
_JOINT_DOFS = {
    'damping': 'dof_damping',
    'friction_loss': 'dof_frictionloss',
    'armature': 'dof_armature',
}

ItemEdits = Mapping[str, Edit]


def edit_body(fields: Fields, edits: ItemEdits, body: int) -> set[str]:
    """Change an object's mass, and with it or alone its inertia.

    Returns:
        Names of the fields that were written.
    """
    if not {'mass', 'inertia'} & edits.keys():
        return set()
    mass = float(fields.compiled['body_mass'][body])
    wanted = edited(edits, 'object', 'mass', value=mass)
    factor = wanted / mass * edited(edits, 'object', 'inertia', value=1.0)
    fields.now['body_mass'][body] = wanted
    fields.now['body_inertia'][body] = fields.compiled['body_inertia'][body] * factor
    return {'body_mass', 'body_inertia'}


def edit_free_joint(fields: Fields, edits: ItemEdits, dof: int) -> set[str]:
    """Change the drag of an object.

    Args:
        fields: Of the model.
        edits: Of the object.
        dof: The first of its six degrees of freedom, three of moving and three of turning; -1 for
            what hangs or is held, which no drag slows.

    Returns:
        Names of the fields that were written.
    """
    if dof < 0:
        return set()
    damping = fields.now['dof_damping']
    for name, start in (('damping', dof), ('angular_damping', dof + 3)):
        if name in edits:
            value = float(fields.compiled['dof_damping'][start])
            damping[start : start + 3] = edited(edits, 'object', name, value=value)
    return {'dof_damping'} if {'damping', 'angular_damping'} & edits.keys() else set()


def edit_contacts(
    fields: Fields, edits: ItemEdits, geoms: Sequence[int], *, timestep_s: float
) -> set[str]:
    """Change the friction of an object and how its contacts bounce.

    Args:
        fields: Of the model.
        edits: Of the object.
        geoms: Its geoms that touch other things.
        timestep_s: Of the simulation.

    Returns:
        Names of the fields that were written.
    """
    written = set()
    for column, name in enumerate(_FRICTION):
        if name in edits:
            for geom in geoms:
                value = float(fields.compiled['geom_friction'][geom, column])
                fields.now['geom_friction'][geom, column] = edited(
                    edits, 'object', name, value=value
                )
            written.add('geom_friction')
    if {'restitution', 'contact_stiffness'} & edits.keys():
        for geom in geoms:
            spring = _spring(fields, geom, edits, timestep_s=timestep_s)
            fields.now['geom_solref'][geom] = spring.solref
        written.add('geom_solref')
    return written


def edit_joint(fields: Fields, edits: ItemEdits, joint: int, *, dofs: slice) -> set[str]:
    """Change a joint that physics moves.

    Args:
        fields: Of the model.
        edits: Of the joint.
        joint: Its number.
        dofs: Its degrees of freedom.

    Returns:
        Names of the fields that were written.
    """
    written = set()
    for name, field in _JOINT_DOFS.items():
        if name in edits:
            value = float(fields.compiled[field][dofs][0])
            fields.now[field][dofs] = edited(edits, 'joint', name, value=value)
            written.add(field)
    if 'stiffness' in edits:
        value = float(fields.compiled['jnt_stiffness'][joint])
        fields.now['jnt_stiffness'][joint] = edited(edits, 'joint', 'stiffness', value=value)
        written.add('jnt_stiffness')
    return written


def edit_actuator(fields: Fields, edits: ItemEdits, actuator: int) -> set[str]:
    """Change an actuator.

    ``kp`` and ``kv`` are the gains of a servo in MuJoCo's affine form: force = kp (control -
    position) - kv velocity. ``gain`` is the factor on control alone.

    Returns:
        Names of the fields that were written.
    """
    compiled, now = fields.compiled, fields.now
    written = set()
    gain = float(compiled['actuator_gainprm'][actuator, 0])
    if 'kp' in edits:
        gain = edited(edits, 'actuator', 'kp', value=gain)
        now['actuator_biasprm'][actuator, 1] = -gain
        written.add('actuator_biasprm')
    if {'gain', 'kp'} & edits.keys():
        now['actuator_gainprm'][actuator, 0] = edited(edits, 'actuator', 'gain', value=gain)
        written.add('actuator_gainprm')
    if 'kv' in edits:
        value = -float(compiled['actuator_biasprm'][actuator, 2])
        now['actuator_biasprm'][actuator, 2] = -edited(edits, 'actuator', 'kv', value=value)
        written.add('actuator_biasprm')
    if 'force_limit' in edits:
        value = float(compiled['actuator_forcerange'][actuator, 1])
        limit = edited(edits, 'actuator', 'force_limit', value=value)
        now['actuator_forcerange'][actuator] = -limit, limit
        now['actuator_forcelimited'][actuator] = 1
        written |= {'actuator_forcerange', 'actuator_forcelimited'}
    return written


def edit_gravity(fields: Fields, edits: ItemEdits) -> set[str]:
    """Change the size of gravity, then turn it about the world's x and then y axis.

    Returns:
        Names of the fields that were written.
    """
    gravity = np.array(fields.compiled['gravity'], np.float64)
    size = float(np.linalg.norm(gravity))
    direction = gravity / size if size > 0 else np.array([0.0, 0.0, -1.0])
    about_x = _angle(edits, 'physics', 'gravity_tilt_x_deg')
    about_y = _angle(edits, 'physics', 'gravity_tilt_y_deg')
    turned = matrix_from_rpy([about_x, about_y, 0.0]) @ direction
    fields.now['gravity'][:] = turned * edited(edits, 'physics', 'gravity_m_s2', value=size)
    return {'gravity'}


def edit_camera(fields: Fields, edits: ItemEdits, camera: int) -> set[str]:
    """Move a camera in its own optical frame (x right, y down, z forward).

    Returns:
        Names of the fields that were written.
    """
    pose = make_transform(
        matrix_from_quat_wxyz(fields.compiled['cam_quat'][camera]),
        fields.compiled['cam_pos'][camera],
    )
    shift = [edited(edits, 'camera', name, value=0.0) for name in _SHIFTS]
    roll, pitch, yaw = (_angle(edits, 'camera', name) for name in _TURNS)
    moved = pose @ GL_FROM_OPTICAL @ make_transform(optical_turn(roll, pitch, yaw), shift)
    moved = moved @ GL_FROM_OPTICAL
    fields.now['cam_pos'][camera] = moved[:3, 3]
    fields.now['cam_quat'][camera] = quat_wxyz_from_matrix(moved[:3, :3])
    return {'cam_pos', 'cam_quat'}


def optical_turn(roll_rad: float, pitch_rad: float, yaw_rad: float) -> FloatArray:
    """Rotation of an optical frame that first turns right, then up, then clockwise, (3, 3).

    Args:
        roll_rad: About z, forward.
        pitch_rad: About x, right.
        yaw_rad: About y, down.
    """
    about_y = matrix_from_rpy([0.0, yaw_rad, 0.0])
    about_x = matrix_from_rpy([pitch_rad, 0.0, 0.0])
    about_z = matrix_from_rpy([0.0, 0.0, roll_rad])
    rotation: FloatArray = about_y @ about_x @ about_z
    return rotation


def _spring(fields: Fields, geom: int, edits: ItemEdits, *, timestep_s: float) -> Spring:
    """The contact of a geom.

    ``solref`` is negative where a model gives stiffness and damping themselves; objects that are
    loaded never do.
    """
    time_s, ratio = (float(v) for v in fields.compiled['geom_solref'][geom])
    spring = Spring.from_solref(time_s, ratio)
    bounce = edits.get('restitution')
    if bounce is not None and bounce.to is not None:
        spring = bouncing(spring, bounce.to, timestep_s=timestep_s)
    if 'contact_stiffness' in edits:
        stiffness = spring.frequency_rad_s**2
        stiffness = edited(edits, 'object', 'contact_stiffness', value=stiffness)
        spring = spring._replace(frequency_rad_s=math.sqrt(stiffness))
    return resolved(spring, timestep_s=timestep_s)


def _angle(edits: ItemEdits, kind: ItemKind, name: str) -> float:
    return math.radians(edited(edits, kind, name, value=0.0))
