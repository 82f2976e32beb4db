"""Writes what was drawn for named targets to a compiled scene; nothing is built anew.

Every value starts from what was compiled, so that the result depends on the draws alone and not
on those of another view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.targets import ItemKind
from synth_ros.errors import NotFoundError
from synth_ros.randomize.scene import SampledValue
from synth_ros.randomize.targets import Edit, edits_of
from synth_ros.scene.apply_looks import (
    edit_ambient,
    edit_environment_materials,
    edit_lamp,
    edit_object_looks,
    image_lights,
)
from synth_ros.scene.apply_motion import (
    edit_actuator,
    edit_body,
    edit_camera,
    edit_contacts,
    edit_free_joint,
    edit_gravity,
    edit_joint,
)
from synth_ros.scene.compiled import CompiledScene, ObjectPart
from synth_ros.scene.environment import ROLE_PREFIX
from synth_ros.scene.fields import LOOKS, MASSES, fields_of
from synth_ros.scene.lighting import LAMP_PREFIX
from synth_ros.scene.mjspec import ENVIRONMENT_PREFIX

T = TypeVar('T')
ItemEdits = Mapping[str, Edit]
_DOFS = {
    mujoco.mjtJoint.mjJNT_FREE.value: 6,
    mujoco.mjtJoint.mjJNT_BALL.value: 3,
}


class Written(NamedTuple):
    """What changed in a scene.

    Attributes:
        looks: Whether a renderer must be told.
        anything: Whether anything did.
    """

    looks: bool
    anything: bool


class _ObjectHandles(NamedTuple):
    """Where an object or a distractor is in the model."""

    part: ObjectPart
    solid: tuple[int, ...]
    materials: tuple[int, ...]


class SceneValues:
    """Writes draws to the model of a scene and to the copy that is simulated.

    Args:
        scene: Just compiled.
        simulated: A model with the same parts, in which robot and options may differ.
    """

    def __init__(self, scene: CompiledScene, simulated: mujoco.MjModel) -> None:
        self._models = (scene.model, simulated)
        self._fields, self._simulated = fields_of(scene.model), fields_of(simulated)
        self._objects = {part.name: _handles(scene.model, part) for part in scene.dropped}
        self._cameras = {part.model.name: part.camera_id for part in scene.cameras}
        self._materials = _materials(scene.model)
        self._written: frozenset[str] = frozenset()
        self._scratch: list[mujoco.MjData] = []

    def apply(self, values: Sequence[SampledValue]) -> Written:
        """Write draws; what no draw acts on is as it was compiled.

        Args:
            values: Those of the episode, then those of the view.

        Raises:
            NotFoundError: The scene has no such item.
        """
        if not values and not self._written:
            return Written(looks=False, anything=False)
        self._fields.restore(self._written)
        written: set[str] = set()
        writers = self._writers()
        for kind, items in edits_of(values).items():
            for item, edits in items.items():
                written |= writers[kind](item, edits)
        changed = self._written | written
        self._written = frozenset(written)
        self._simulated.follow(self._fields, changed)
        if changed & set(MASSES):
            self._derive()
        return Written(looks=bool(changed & set(LOOKS)), anything=bool(changed))

    def _writers(self) -> dict[ItemKind, Callable[[str, ItemEdits], set[str]]]:
        """What writes to each kind of item.

        Not kept: a scene that holds what holds the scene would stay in memory, model and all,
        until the collector of cycles comes around, tens of scenes later.
        """
        model = self._models[0]
        return {
            'object': self._edit_object,
            'material': self._edit_material,
            'light': self._edit_light,
            'ambient': lambda _, edits: edit_ambient(
                self._fields, edits, images=image_lights(model)
            ),
            'camera': self._edit_camera,
            'physics': lambda _, edits: edit_gravity(self._fields, edits),
            'joint': self._edit_joint,
            'actuator': self._edit_actuator,
        }

    def _derive(self) -> None:
        """Let MuJoCo work out again what rests on masses: how hard contacts push, for one."""
        if not self._scratch:
            self._scratch = [mujoco.MjData(model) for model in self._models]
        for model, data in zip(self._models, self._scratch, strict=True):
            mujoco.mj_setConst(model, data)

    def _edit_object(self, item: str, edits: ItemEdits) -> set[str]:
        handles = _found(self._objects, item, 'object')
        model = self._models[0]
        written = edit_object_looks(
            self._fields,
            edits,
            geoms=handles.part.geom_ids,
            materials=handles.materials,
            texids=model.mat_texid,
        )
        written |= edit_body(self._fields, edits, handles.part.body_id)
        written |= edit_free_joint(self._fields, edits, handles.part.dof_address)
        timestep_s = float(model.opt.timestep)
        return written | edit_contacts(self._fields, edits, handles.solid, timestep_s=timestep_s)

    def _edit_material(self, item: str, edits: ItemEdits) -> set[str]:
        materials = _found(self._materials, item, 'material')
        texids = self._models[0].mat_texid
        return edit_environment_materials(self._fields, edits, materials, texids=texids)

    def _edit_light(self, item: str, edits: ItemEdits) -> set[str]:
        name = item.replace('lamp_', LAMP_PREFIX)
        light = _number(self._models[0], mujoco.mjtObj.mjOBJ_LIGHT, name)
        return edit_lamp(self._fields, edits, light)

    def _edit_camera(self, item: str, edits: ItemEdits) -> set[str]:
        return edit_camera(self._fields, edits, _found(self._cameras, item, 'camera'))

    def _edit_joint(self, item: str, edits: ItemEdits) -> set[str]:
        model = self._models[0]
        joint = _number(model, mujoco.mjtObj.mjOBJ_JOINT, item)
        start = int(model.jnt_dofadr[joint])
        dofs = slice(start, start + _DOFS.get(int(model.jnt_type[joint]), 1))
        return edit_joint(self._fields, edits, joint, dofs=dofs)

    def _edit_actuator(self, item: str, edits: ItemEdits) -> set[str]:
        actuator = _number(self._models[0], mujoco.mjtObj.mjOBJ_ACTUATOR, item)
        return edit_actuator(self._fields, edits, actuator)


def _handles(model: mujoco.MjModel, part: ObjectPart) -> _ObjectHandles:
    mine = np.flatnonzero(model.geom_bodyid == part.body_id)
    solid = mine[(model.geom_contype[mine] | model.geom_conaffinity[mine]) != 0]
    materials = np.unique(model.geom_matid[list(part.geom_ids)])
    return _ObjectHandles(part, _whole(solid), _whole(materials[materials >= 0]))


def _materials(model: mujoco.MjModel) -> dict[str, tuple[int, ...]]:
    """Materials of the environment by role, or by name where they have none."""
    found: dict[str, list[int]] = {}
    for number in range(model.nmat):
        name = model.mat(number).name
        if not name.startswith(ENVIRONMENT_PREFIX):
            continue
        name = name.removeprefix(ENVIRONMENT_PREFIX)
        if name.startswith(ROLE_PREFIX):
            name = name.removeprefix(ROLE_PREFIX).partition('.')[0]
        found.setdefault(name, []).append(number)
    return {name: tuple(numbers) for name, numbers in found.items()}


def _number(model: mujoco.MjModel, kind: mujoco.mjtObj, name: str) -> int:
    number = mujoco.mj_name2id(model, kind.value, name)
    if number < 0:
        raise NotFoundError('item', name, available=(), where='the scene')
    return int(number)


def _found(items: Mapping[str, T], item: str, kind: str) -> T:
    if item not in items:
        raise NotFoundError(kind, item, available=list(items), where='the scene')
    return items[item]


def _whole(numbers: NDArray[np.intp]) -> tuple[int, ...]:
    return tuple(int(number) for number in numbers)
