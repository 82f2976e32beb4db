"""A robot as MJCF and OBJ files."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tools.make_assets.objects.obj_file import obj_text
from tools.make_assets.robot.model import Camera, Joint, Link, Part, Robot, Solid
from tools.make_assets.shapes.files import text_bytes
from tools.make_assets.shapes.mjcf import numbers

_PIXEL_M = 3e-6
_SIZE_PX = (640, 480)
_AXES = {'x': '1 0 0', 'y': '0 1 0', 'z': '0 0 1', '-x': '-1 0 0', '-y': '0 -1 0'}
_QUATERNIONS = {'x': '0.707107 0 0.707107 0', 'y': '0.707107 -0.707107 0 0', 'z': '1 0 0 0'}


def robot_files(source: Robot) -> dict[str, bytes]:
    """All files of a robot by relative path: ``robot.xml`` and ``meshes/``."""
    files = {'robot.xml': text_bytes(robot_lines(source))}
    for part in _parts(source.root).values():
        files[f'meshes/{part.mesh}.obj'] = obj_text(part.surface).encode('ascii')
    return files


def links(root: Link) -> list[Link]:
    """All links, parents first."""
    return [root, *(link for child in root.children for link in links(child))]


def _parts(root: Link) -> dict[str, Part]:
    return {part.mesh: part for link in links(root) for part in link.parts}


def robot_lines(source: Robot) -> Iterator[str]:
    """The MJCF."""
    root = source.root
    joints = [link.joint for link in links(root) if link.joint is not None]
    yield f'<mujoco model="{source.name}">'
    yield '  <!-- Made by tools/make_assets/robot; x forward, z up, the floor at z = 0. -->'
    yield '  <compiler angle="radian" meshdir="meshes" autolimits="true"/>'
    yield '  <option integrator="implicitfast"/>'
    yield '  <default>'
    yield '    <default class="visual">'
    yield '      <geom type="mesh" group="2" contype="0" conaffinity="0" mass="0"/>'
    yield '      <mesh inertia="shell"/>'
    yield '    </default>'
    yield '    <default class="collision">'
    yield '      <geom group="3" rgba="0.4 0.5 0.7 0.4" friction="0.9 0.005 0.0001"/>'
    yield '    </default>'
    yield '  </default>'
    yield '  <asset>'
    yield from (f'    {material.xml()}' for material in source.materials)
    for mesh in _parts(root):
        yield f'    <mesh name="{mesh}" class="visual" file="{mesh}.obj"/>'
    yield '  </asset>'
    yield '  <worldbody>'
    yield from _link_lines(root, '    ')
    yield '  </worldbody>'
    yield '  <contact>'
    for a, b in source.excluded:
        yield f'    <exclude body1="{a}" body2="{b}"/>'
    yield '  </contact>'
    yield '  <actuator>'
    yield from (f'    {_actuator(joint)}' for joint in joints)
    yield '  </actuator>'
    yield '  <keyframe>'
    home = numbers((source.home.get(joint.name, 0.0) for joint in joints), 4)
    yield f'    <key name="home" qpos="{home}" ctrl="{home}"/>'
    yield '  </keyframe>'
    yield '</mujoco>'


def _link_lines(link: Link, pad: str) -> Iterator[str]:
    # The controllers of such arms carry their own weight.
    carried = ' gravcomp="1"' if link.joint is None or link.joint.kp else ''
    yield f'{pad}<body name="{link.name}" pos="{numbers(link.position_m)}"{carried}>'
    if link.joint is not None:
        yield f'{pad}  {_joint(link.joint)}'
    for part in link.parts:
        yield (
            f'{pad}  <geom name="{link.name}/{part.mesh}" class="visual" mesh="{part.mesh}" '
            f'material="{part.material}"/>'
        )
    volume = sum(solid.volume_m3() for solid in link.solids)
    for number, solid in enumerate(link.solids):
        mass = link.mass_kg * solid.volume_m3() / volume
        yield f'{pad}  {_solid(solid, f"{link.name}/collision_{number}", mass_kg=mass)}'
    for camera in link.cameras:
        yield f'{pad}  {_camera(camera)}'
    for child in link.children:
        yield from _link_lines(child, pad + '  ')
    yield f'{pad}</body>'


def _joint(joint: Joint) -> str:
    limits = f' range="{numbers(joint.limits)}"' if joint.limits else ''
    carried = ' actuatorgravcomp="true"' if joint.kp else ''
    return (
        f'<joint name="{joint.name}" type="{joint.kind}" axis="{_AXES[joint.axis]}"{limits} '
        f'damping="{numbers([joint.kv / 20])}" armature="{numbers([joint.armature])}"{carried} '
        f'actuatorfrcrange="{numbers((-joint.effort, joint.effort))}"/>'
    )


def _actuator(joint: Joint) -> str:
    force = f'forcerange="{numbers((-joint.effort, joint.effort))}"'
    head = f'name="{joint.name}" joint="{joint.name}"'
    if not joint.kp:
        return f'<velocity {head} kv="{numbers([joint.kv])}" ctrlrange="-12 12" {force}/>'
    assert joint.limits is not None
    return (
        f'<position {head} kp="{numbers([joint.kp])}" kv="{numbers([joint.kv])}" '
        f'ctrlrange="{numbers(joint.limits)}" {force}/>'
    )


def _solid(solid: Solid, name: str, *, mass_kg: float) -> str:
    turn = '' if solid.axis == 'z' else f' quat="{_QUATERNIONS[solid.axis]}"'
    return (
        f'<geom name="{name}" class="collision" type="{solid.kind}" '
        f'size="{numbers(solid.size_m)}" pos="{numbers(solid.center_m)}"{turn} '
        f'mass="{numbers([mass_kg])}"/>'
    )


def _camera(camera: Camera) -> str:
    pitch, yaw = np.radians(camera.pitch_deg), np.radians(camera.yaw_deg)
    right = (float(np.sin(yaw)), -float(np.cos(yaw)), 0.0)
    ahead, aside = float(np.sin(pitch) * np.cos(yaw)), float(np.sin(pitch) * np.sin(yaw))
    up = (ahead, aside, float(np.cos(pitch)))
    width, height = _SIZE_PX
    return (
        f'<camera name="{camera.name}" pos="{numbers(camera.position_m)}" '
        f'xyaxes="{numbers((*right, *up), 6)}" resolution="{width} {height}" '
        f'sensorsize="{numbers((width * _PIXEL_M, height * _PIXEL_M), 6)}" '
        f'focalpixel="{numbers((camera.focal_px, camera.focal_px), 2)}" '
        f'principalpixel="{numbers(camera.principal_px, 2)}"/>'
    )
