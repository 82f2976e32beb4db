"""Joints that follow another joint: MJCF joint equalities and URDF mimic joints."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

import mujoco

from synth_ros.scene.compiled import Coupling


def joint_couplings(model: mujoco.MjModel) -> dict[str, Coupling]:
    """The active joint equalities of a model between hinge and slide joints, by follower."""
    found = {}
    joint = int(mujoco.mjtEq.mjEQ_JOINT)
    for e in range(model.neq):
        leader = int(model.eq_obj2id[e])
        if int(model.eq_type[e]) != joint or leader < 0 or not model.eq_active0[e]:
            continue
        follower = int(model.eq_obj1id[e])
        found[model.joint(follower).name] = Coupling(
            leader=model.joint(leader).name,
            leader_zero=float(model.qpos0[model.jnt_qposadr[leader]]),
            zero=float(model.qpos0[model.jnt_qposadr[follower]]),
            coefficients=tuple(float(c) for c in model.eq_data[e, :5]),
        )
    return found


def add_mimic_joints(spec: mujoco.MjSpec, root: ET.Element) -> None:
    """Add the mimic joints of a URDF as joint equalities, which MuJoCo's reader leaves out."""
    for joint in root.iter('joint'):
        mimic = joint.find('mimic')
        if mimic is None:
            continue
        equality = spec.add_equality(
            type=mujoco.mjtEq.mjEQ_JOINT,
            name1=joint.get('name', ''),
            name2=mimic.get('joint', ''),
            objtype=mujoco.mjtObj.mjOBJ_JOINT,
        )
        data = list(equality.data)
        data[0] = float(mimic.get('offset', '0'))
        data[1] = float(mimic.get('multiplier', '1'))
        data[2:5] = [0.0, 0.0, 0.0]
        equality.data = data


def follow(
    positions: Mapping[str, float], couplings: Mapping[str, Coupling], *, fixed: set[str]
) -> dict[str, float]:
    """Positions after followers took the place that their leaders give them.

    Args:
        positions: Position of every hinge and slide joint by name.
        couplings: Couplings by follower.
        fixed: Followers that keep their own position, because a user set it.
    """
    out = dict(positions)
    # A leader may follow in turn; a chain is no longer than there are couplings.
    for _ in couplings:
        for name, coupling in couplings.items():
            if name not in fixed:
                out[name] = coupling.position(out[coupling.leader])
    return out
