"""Writes a robot's model as URDF: links, joints, inertia and shapes.

Each body becomes a link of its name, in its own frame. A URDF joint turns about the origin of the
link that it moves; where the model's joint sits elsewhere, or a body has several joints, links
without shape stand between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

import mujoco
import numpy as np

from synth_ros.geometry.transforms import (
    make_transform,
    matrix_from_quat_wxyz,
    matrix_from_rotation_vector,
)
from synth_ros.scene.compiled import Coupling
from synth_ros.scene.urdf_shapes import MeshUri, add_origin, add_shapes, number, numbers
from synth_ros.types import FloatArray

ROOT_LINK = 'robot_root'
# URDF asks for numbers that models leave open.
_NO_EFFORT, _NO_VELOCITY, _NO_WAY_M = 1000.0, 100.0, 1000.0
_HINGE, _SLIDE = int(mujoco.mjtJoint.mjJNT_HINGE), int(mujoco.mjtJoint.mjJNT_SLIDE)


@dataclass
class _Tree:
    """The document that is being written, and the names in it."""

    root: ET.Element
    model: mujoco.MjModel
    couplings: Mapping[str, Coupling]
    meshes: MeshUri
    links: set[str] = field(default_factory=set)
    joints: set[str] = field(default_factory=set)


def urdf_text(
    model: mujoco.MjModel,
    *,
    name: str,
    couplings: Mapping[str, Coupling],
    meshes: MeshUri,
) -> str:
    """The URDF of a robot.

    With one fixed body at the top, it is the root; else a link ``robot_root`` in the place of the
    model's world is, which no transform names.

    Args:
        model: The robot alone.
        name: Of the robot.
        couplings: Of joints that follow others; those in a straight line become ``mimic``.
        meshes: Keeps what URDF has no shape for.
    """
    tree = _Tree(ET.Element('robot', name=name), model, couplings, meshes)
    tree.links.update(_link_name(model, body) for body in range(1, model.nbody))
    tree.joints.update(model.joint(j).name for j in range(model.njnt))
    tops = [body for body in range(1, model.nbody) if model.body_parentid[body] == 0]
    alone = len(tops) == 1 and not model.body_jntnum[tops[0]] and not model.body_geomnum[0]
    names = {0: ''}
    if not alone:
        names[0] = _free(ROOT_LINK, tree.links)
        add_shapes(_add_link(tree, names[0]), model, 0, meshes=meshes)
    for body in range(1, model.nbody):
        names[body] = _link_name(model, body)
        link = _add_link(tree, names[body])
        _add_inertia(link, model, body)
        add_shapes(link, model, body, meshes=meshes)
        parent = names[int(model.body_parentid[body])]
        if parent:
            _join(tree, body, parent=parent, child=names[body])
    ET.indent(tree.root)
    return '<?xml version="1.0"?>\n' + ET.tostring(tree.root, encoding='unicode') + '\n'


def _link_name(model: mujoco.MjModel, body: int) -> str:
    # As transforms have it.
    return str(model.body(body).name).replace('/', '_')


def _free(name: str, taken: set[str]) -> str:
    """A name that is not taken; it is then."""
    while name in taken:
        name += '_'
    taken.add(name)
    return name


def _add_link(tree: _Tree, name: str) -> ET.Element:
    return ET.SubElement(tree.root, 'link', name=name)


def _join(tree: _Tree, body: int, *, parent: str, child: str) -> None:
    """Hang a body on its parent, through its joints in order."""
    model = tree.model
    origin = make_transform(
        matrix_from_quat_wxyz(model.body_quat[body]), np.array(model.body_pos[body])
    )
    first, count = int(model.body_jntadr[body]), int(model.body_jntnum[body])
    for joint in range(first, first + count):
        before, after = _around(model, joint)
        ends = joint == first + count - 1 and np.array_equal(after, np.eye(4))
        moved = child if ends else _free(f'{model.joint(joint).name}_axis', tree.links)
        if not ends:
            _add_link(tree, moved)
        _add_joint(tree, joint, ends=(parent, moved), origin=origin @ before)
        parent, origin = moved, after
    if parent != child:
        _add_fixed(tree, ends=(parent, child), origin=origin)


def _around(model: mujoco.MjModel, joint: int) -> tuple[FloatArray, FloatArray]:
    """What stands before a joint's motion and after it: its anchor, and its zero."""
    kind = int(model.jnt_type[joint])
    before, after = np.eye(4), np.eye(4)
    axis = np.array(model.jnt_axis[joint])
    if kind == _SLIDE:
        before[:3, 3] = -axis * model.qpos0[model.jnt_qposadr[joint]]
        return before, after
    anchor = np.array(model.jnt_pos[joint])
    before[:3, 3], after[:3, 3] = anchor, -anchor
    if kind == _HINGE:
        zero = float(model.qpos0[model.jnt_qposadr[joint]])
        before[:3, :3] = matrix_from_rotation_vector(-axis * zero)
    # Adding 0 makes of -0 what it should be.
    return before, after + 0.0


def _add_joint(tree: _Tree, joint: int, *, ends: tuple[str, str], origin: FloatArray) -> None:
    model = tree.model
    name, kind = model.joint(joint).name, int(model.jnt_type[joint])
    limited = bool(model.jnt_limited[joint])
    words = {_HINGE: 'revolute' if limited else 'continuous', _SLIDE: 'prismatic'}
    # A ball has no counterpart; a floating joint holds whatever it does.
    element = _bare_joint(tree, name, words.get(kind, 'floating'), ends=ends, origin=origin)
    if kind not in words:
        return
    ET.SubElement(element, 'axis', xyz=numbers(model.jnt_axis[joint]))
    _add_limit(element, model, joint)
    coupling = tree.couplings.get(name)
    if coupling is not None and not any(coupling.coefficients[2:]):
        start, slope = coupling.coefficients[:2]
        offset = coupling.zero + start - slope * coupling.leader_zero
        ET.SubElement(
            element,
            'mimic',
            joint=coupling.leader,
            multiplier=number(slope),
            offset=number(offset),
        )


def _add_limit(element: ET.Element, model: mujoco.MjModel, joint: int) -> None:
    low, high = (float(v) for v in model.jnt_range[joint])
    if not model.jnt_limited[joint]:
        low, high = -_NO_WAY_M, _NO_WAY_M
    effort = _NO_EFFORT
    if model.jnt_actfrclimited[joint]:
        effort = float(np.abs(model.jnt_actfrcrange[joint]).max())
    limit = ET.SubElement(element, 'limit')
    if element.get('type') != 'continuous':
        limit.attrib.update(lower=number(low), upper=number(high))
    limit.attrib.update(effort=number(effort), velocity=number(_NO_VELOCITY))


def _add_fixed(tree: _Tree, *, ends: tuple[str, str], origin: FloatArray) -> None:
    name = _free(f'{ends[1]}_fixed', tree.joints)
    _bare_joint(tree, name, 'fixed', ends=ends, origin=origin)


def _bare_joint(
    tree: _Tree, name: str, kind: str, *, ends: tuple[str, str], origin: FloatArray
) -> ET.Element:
    element = ET.SubElement(tree.root, 'joint', name=name, type=kind)
    add_origin(element, origin)
    ET.SubElement(element, 'parent', link=ends[0])
    ET.SubElement(element, 'child', link=ends[1])
    return element


def _add_inertia(link: ET.Element, model: mujoco.MjModel, body: int) -> None:
    mass = float(model.body_mass[body])
    if mass <= 0:
        return
    element = ET.SubElement(link, 'inertial')
    rotation = matrix_from_quat_wxyz(model.body_iquat[body])
    add_origin(element, make_transform(rotation, np.array(model.body_ipos[body])))
    ET.SubElement(element, 'mass', value=number(mass))
    ixx, iyy, izz = (number(float(v)) for v in model.body_inertia[body])
    ET.SubElement(element, 'inertia', ixx=ixx, ixy='0', ixz='0', iyy=iyy, iyz='0', izz=izz)
