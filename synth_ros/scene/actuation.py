"""The position actuators of a robot: which joints they pull to where they are told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import mujoco

from synth_ros.scene.compiled import Coupling, DrivenJoint
from synth_ros.scene.mjspec import drop

_ON_JOINT = (mujoco.mjtTrn.mjTRN_JOINT, mujoco.mjtTrn.mjTRN_JOINTINPARENT)
_FILTERS = (
    mujoco.mjtDyn.mjDYN_NONE,
    mujoco.mjtDyn.mjDYN_FILTER,
    mujoco.mjtDyn.mjDYN_FILTEREXACT,
)
_SCALAR = (mujoco.mjtJoint.mjJNT_HINGE, mujoco.mjtJoint.mjJNT_SLIDE)


def keep_servos(spec: mujoco.MjSpec, path: Path) -> list[str]:
    """Delete all actuators of a robot but one position servo for each hinge or slide joint.

    A position servo is a fixed gain with a bias of minus that gain on the position, as MJCF's
    ``position`` makes it. Of two on one joint, the first is kept.

    Args:
        spec: The robot.
        path: Its file, for the message.

    Returns:
        A sentence that names the joints of the actuators that were left out.
    """
    joints = {joint.name: joint for joint in spec.joints}
    served: set[str] = set()
    left_out: list[str] = []
    for actuator in list(spec.actuators):
        joint = joints.get(actuator.target) if actuator.trntype in _ON_JOINT else None
        usable = joint is not None and joint.type in _SCALAR and _is_servo(actuator)
        if usable and actuator.target not in served:
            served.add(actuator.target)
            actuator.name = actuator.name or f'servo_{actuator.target}'
        else:
            left_out.append(actuator.target or actuator.name or 'one without a name')
            drop(spec, [actuator])
    if not left_out:
        return []
    message = (
        f'{path}: the actuators of {", ".join(left_out)} were left out: they are no position '
        'servos of a hinge or slide joint. What they move is posed.'
    )
    return [message]


def keep_joint_equalities(spec: mujoco.MjSpec) -> None:
    """Delete all equality constraints of a robot but those between two joints."""
    joint = mujoco.mjtEq.mjEQ_JOINT
    drop(spec, [equality for equality in spec.equalities if equality.type != joint])


def _is_servo(actuator: mujoco.MjsActuator) -> bool:
    gain, stiffness = float(actuator.gainprm[0]), float(actuator.biasprm[1])
    return bool(
        actuator.gaintype == mujoco.mjtGain.mjGAIN_FIXED
        and actuator.biastype == mujoco.mjtBias.mjBIAS_AFFINE
        and actuator.dyntype in _FILTERS
        and gain > 0
        and abs(gain + stiffness) < 1e-9 * gain
    )


def driven_joints(
    model: mujoco.MjModel, prefix: str, couplings: Mapping[str, Coupling]
) -> tuple[DrivenJoint, ...]:
    """Which joints of a robot physics moves, in the order of joints.

    Args:
        model: The scene; its only actuators are the robot's servos.
        prefix: Prefix the robot was attached with.
        couplings: Which joint follows which, by follower.
    """
    servos = {int(model.actuator_trnid[a, 0]): a for a in range(model.nu)}
    equalities = {
        int(model.eq_obj1id[e]): e
        for e in range(model.neq)
        if int(model.eq_type[e]) == mujoco.mjtEq.mjEQ_JOINT.value
    }
    found: dict[int, DrivenJoint] = {}
    for joint, actuator in servos.items():
        found[joint] = _driven(model, joint)._replace(
            actuator_id=actuator, gear=float(model.actuator_gear[actuator, 0])
        )
    # A follower of a follower comes after it, whatever the order of joints.
    for _ in couplings:
        for follower, coupling in couplings.items():
            joint = model.joint(prefix + follower).id
            leader = model.joint(prefix + coupling.leader).id
            if leader in found and joint not in found and joint in equalities:
                found[joint] = _driven(model, joint)._replace(equality_id=equalities[joint])
    return tuple(found[joint] for joint in sorted(found))


def _driven(model: mujoco.MjModel, joint: int) -> DrivenJoint:
    return DrivenJoint(joint, int(model.jnt_qposadr[joint]), int(model.jnt_dofadr[joint]))
