"""Values of a model that vary, beside what they were when it was compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.generic]

LOOKS = (
    'geom_rgba',
    'mat_rgba',
    'mat_metallic',
    'mat_roughness',
    'mat_specular',
    'mat_shininess',
    'mat_emission',
    'mat_texrepeat',
    'light_pos',
    'light_diffuse',
    'light_specular',
    'light_intensity',
    'light_bulbradius',
    'headlight_ambient',
)
"""What a renderer must be told of."""

MASSES = ('body_mass', 'body_inertia', 'dof_armature')
"""What MuJoCo derives constants from, so that ``mj_setConst`` must follow."""

OTHERS = (
    'cam_pos',
    'cam_quat',
    'geom_friction',
    'geom_solref',
    'dof_damping',
    'dof_frictionloss',
    'jnt_stiffness',
    'actuator_gainprm',
    'actuator_biasprm',
    'actuator_forcerange',
    'actuator_forcelimited',
    'gravity',
)
"""What physics and cameras read at every step."""


def view(model: mujoco.MjModel, name: str) -> Values:
    """An array of the model; writing to it changes the model."""
    match name:
        case 'gravity':
            values: Values = model.opt.gravity
        case 'headlight_ambient':
            values = model.vis.headlight.ambient
        case _:
            values = getattr(model, name)
    return values


class Fields(NamedTuple):
    """The arrays of a model that may vary.

    Attributes:
        now: Arrays of the model itself, by name.
        compiled: What they were, read-only.
    """

    now: Mapping[str, Values]
    compiled: Mapping[str, Values]

    def restore(self, names: Iterable[str]) -> None:
        """Make arrays what they were."""
        for name in names:
            self.now[name][...] = self.compiled[name]

    def follow(self, leader: Fields, names: Iterable[str]) -> None:
        """Take over the entries in which another model with the same parts has changed.

        The other entries become what they were in this model, which may be compiled otherwise.
        """
        for name in names:
            now = self.now[name]
            now[...] = self.compiled[name]
            changed = leader.now[name] != leader.compiled[name]
            now[changed] = leader.now[name][changed]


def fields_of(model: mujoco.MjModel) -> Fields:
    """The arrays of a model that was just compiled."""
    now = {name: view(model, name) for name in (*LOOKS, *MASSES, *OTHERS)}
    compiled = {name: values.copy() for name, values in now.items()}
    for values in compiled.values():
        values.flags.writeable = False
    return Fields(MappingProxyType(now), MappingProxyType(compiled))
