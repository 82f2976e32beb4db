"""Small helpers around MuJoCo specs that several loaders share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import mujoco

from synth_ros.errors import AssetError

# Renderers draw geom groups 0 to 2; 3 and up are collision shapes and other helpers.
LAST_VISIBLE_GROUP = 2
HIDDEN_GROUP = 3

ROBOT_PREFIX = 'robot/'
"""In front of all names of the robot in a scene."""
ENVIRONMENT_PREFIX = 'env/'
"""In front of all names of the environment in a scene."""

_SIZES = (
    'memory',
    'nuserdata',
    'nuser_body',
    'nuser_jnt',
    'nuser_geom',
    'nuser_site',
    'nuser_cam',
    'nuser_tendon',
    'nuser_actuator',
    'nuser_sensor',
)


def read_spec(path: Path) -> mujoco.MjSpec:
    """Parse an MJCF file.

    Raises:
        AssetError: If it is not valid MJCF.
    """
    try:
        return mujoco.MjSpec.from_file(str(path))
    except (ValueError, mujoco.FatalError) as error:
        raise AssetError(path, f'MuJoCo cannot read it: {one_line(error)}') from error


def compile_spec(spec: mujoco.MjSpec, path: Path) -> mujoco.MjModel:
    """Compile a spec on its own.

    Raises:
        AssetError: If it does not compile, for example because a mesh is missing.
    """
    try:
        return spec.compile()
    except (ValueError, mujoco.FatalError) as error:
        raise AssetError(path, f'MuJoCo cannot compile it: {one_line(error)}') from error


def one_line(error: Exception) -> str:
    """A message of MuJoCo, which may have several lines, as one."""
    return ' '.join(str(error).split())


def drop(spec: mujoco.MjSpec, *groups: Iterable[object]) -> None:
    """Delete all elements of some groups, such as ``spec.lights``."""
    for group in groups:
        for element in list(group):
            spec.delete(element)


def drop_keyframes(spec: mujoco.MjSpec) -> None:
    """Delete the keyframes, and those that compiling would add.

    (In MuJoCo 4.0 a copy of a spec crashes when an attached child brought such keyframes.)
    """
    drop(spec, spec.keys)
    spec.nkey = 0


def adopt_globals(child: mujoco.MjSpec, parent: mujoco.MjSpec) -> None:
    """Give the child the parent's options, so that attaching reports no conflicts."""
    child.option = parent.option
    child.visual = parent.visual
    child.stat = parent.stat
    for name in _SIZES:
        setattr(child, name, getattr(parent, name))


def attach(
    parent: mujoco.MjSpec,
    child: mujoco.MjSpec,
    *,
    body: mujoco.MjsBody,
    prefix: str,
    lift_m: float = 0.0,
) -> None:
    """Attach a copy of the child's world to a body of the parent; the child stays whole.

    Args:
        parent: The scene.
        child: What is copied into it.
        body: Body of the parent that carries it.
        prefix: Put in front of all names of the child.
        lift_m: Height of the child's world above the body.
    """
    parent.copy_during_attach = True
    parent.attach(child, prefix=prefix, frame=body.add_frame(pos=[0.0, 0.0, lift_m]))
