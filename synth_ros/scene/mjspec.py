"""Small helpers around MuJoCo specs that several loaders share."""

from __future__ import annotations

from pathlib import Path

import mujoco

from synth_ros.errors import AssetError

# Renderers draw geom groups 0 to 2; 3 and up are collision shapes and other helpers.
LAST_VISIBLE_GROUP = 2
HIDDEN_GROUP = 3


def read_spec(path: Path) -> mujoco.MjSpec:
    """Parse an MJCF file.

    Raises:
        AssetError: If it is not valid MJCF.
    """
    try:
        return mujoco.MjSpec.from_file(str(path))
    except (ValueError, mujoco.FatalError) as error:
        raise AssetError(path, f'MuJoCo cannot read it: {error}') from error


def compile_spec(spec: mujoco.MjSpec, path: Path) -> mujoco.MjModel:
    """Compile a spec on its own.

    Raises:
        AssetError: If it does not compile, for example because a mesh is missing.
    """
    try:
        return spec.compile()
    except (ValueError, mujoco.FatalError) as error:
        raise AssetError(path, f'MuJoCo cannot compile it: {error}') from error


def adopt_globals(child: mujoco.MjSpec, parent: mujoco.MjSpec) -> None:
    """Give the child the parent's options, so that attaching reports no conflicts."""
    child.option = parent.option
    child.visual = parent.visual
    child.stat = parent.stat


def attach(
    parent: mujoco.MjSpec, child: mujoco.MjSpec, *, body: mujoco.MjsBody, prefix: str,
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
