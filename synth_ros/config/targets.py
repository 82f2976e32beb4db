"""What a randomizer can act on: every named target, its unit, limits and operations."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

Operation = Literal['set', 'scale', 'add']
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
Per = Literal['episode', 'view']
ItemKind = Literal[
    'object', 'material', 'light', 'ambient', 'camera', 'physics', 'joint', 'actuator'
]
Selector = Literal['classes', 'names', 'tags', 'links']
SELECTORS: tuple[Selector, ...] = get_args(Selector)

Target = Literal[
    'object.hue_deg',
    'object.saturation',
    'object.value',
    'object.opacity',
    'object.metallic',
    'object.roughness',
    'object.specular',
    'object.shininess',
    'object.emission',
    'object.scale',
    'object.mass',
    'object.inertia',
    'object.friction',
    'object.torsional_friction',
    'object.rolling_friction',
    'object.restitution',
    'object.contact_stiffness',
    'object.damping',
    'object.angular_damping',
    'material.hue_deg',
    'material.saturation',
    'material.value',
    'material.metallic',
    'material.roughness',
    'material.specular',
    'material.shininess',
    'material.emission',
    'material.repeat',
    'light.intensity',
    'light.temperature_k',
    'light.hue_deg',
    'light.saturation',
    'light.specular',
    'light.radius_m',
    'light.x_m',
    'light.y_m',
    'light.z_m',
    'ambient.intensity',
    'camera.x_m',
    'camera.y_m',
    'camera.z_m',
    'camera.roll_deg',
    'camera.pitch_deg',
    'camera.yaw_deg',
    'physics.gravity_m_s2',
    'physics.gravity_tilt_x_deg',
    'physics.gravity_tilt_y_deg',
    'joint.damping',
    'joint.stiffness',
    'joint.friction_loss',
    'joint.armature',
    'actuator.gain',
    'actuator.kp',
    'actuator.kv',
    'actuator.force_limit',
]

_ALL: tuple[Operation, ...] = ('set', 'scale', 'add')
_FACTOR: tuple[Operation, ...] = ('set', 'scale')
_SHIFT: tuple[Operation, ...] = ('set', 'add')
_ADD: tuple[Operation, ...] = ('add',)


class TargetSpec(NamedTuple):
    """What a target is.

    Attributes:
        text: What it means, as a clause.
        unit: Its unit, empty for a plain number.
        low: Smallest value that it can have.
        high: Largest value.
        above: Whether ``low`` itself is excluded.
        operations: What may be done to it.
        period: Values repeat after this much, as angles do; 0 for values that do not.
        structure: Whether it changes what is built, so that it is drawn for episodes only.
    """

    text: str
    unit: str = ''
    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    operations: tuple[Operation, ...] = _ALL
    period: float = 0.0
    structure: bool = False

    @property
    def limits(self) -> str:
        """The limits in words, empty if there are none."""
        if math.isfinite(self.low) and math.isfinite(self.high):
            return f'{"above " if self.above else ""}{self.low:g} to {self.high:g}'
        if math.isfinite(self.low):
            return f'{"above" if self.above else "at least"} {self.low:g}'
        return ''

    def nearest(self, value: float) -> float:
        """The value, or the nearest one within the limits.

        Where the lower limit is excluded, the nearest is a millionth above it.
        """
        low = self.low + (1e-6 if self.above else 0.0)
        return min(max(value, low), self.high)


def _hue(what: str) -> TargetSpec:
    return TargetSpec(f'hue of {what}', 'deg', operations=_SHIFT, period=360.0)


def _unit(text: str) -> TargetSpec:
    return TargetSpec(text, low=0.0, high=1.0)


def _least(text: str, unit: str = '', operations: tuple[Operation, ...] = _ALL) -> TargetSpec:
    return TargetSpec(text, unit, low=0.0, operations=operations)


def _above(text: str, unit: str = '') -> TargetSpec:
    return TargetSpec(text, unit, low=0.0, above=True, operations=_FACTOR)


def _surface(what: str) -> dict[str, TargetSpec]:
    """Colour and material, which objects and the environment have alike."""
    return {
        'hue_deg': _hue(what),
        'saturation': _unit(f'saturation of {what}'),
        'value': _unit(f'brightness (the V of HSV) of {what}'),
        'metallic': _unit('from 0, plastic or paint, to 1, bare metal'),
        'roughness': _unit('from 0, a mirror, to 1, chalk'),
        'specular': _unit('strength of the highlight where neither metallic nor roughness is set'),
        'shininess': _unit('narrowness of that highlight'),
        'emission': _least('share of its own colour that it shines with'),
    }


_OBJECT = {
    **_surface("an object's colour, a factor on its texture"),
    'opacity': TargetSpec(
        'from just above 0, clear, to 1', low=0.0, high=1.0, above=True, operations=_FACTOR
    ),
    'scale': TargetSpec(
        'factor on the size, at constant density',
        low=0.0,
        above=True,
        operations=_FACTOR,
        structure=True,
    ),
    'mass': _above('mass; the inertia goes along', 'kg'),
    'inertia': TargetSpec(
        'factor on the inertia at the same mass', low=0.0, above=True, operations=('scale',)
    ),
    'friction': _least('sliding friction'),
    'torsional_friction': _least('friction against spinning on the spot', 'm'),
    'rolling_friction': _least('friction against rolling', 'm'),
    'restitution': TargetSpec(
        'speed after a bounce over speed before it', low=0.05, high=0.95, operations=('set',)
    ),
    'contact_stiffness': _above(
        'stiffness of its contacts per unit of mass, as far as the time step follows', '1/s2'
    ),
    'damping': _least('drag against moving', 'N s/m', operations=_SHIFT),
    'angular_damping': _least('drag against turning', 'N m s/rad', operations=_SHIFT),
}
_MATERIAL = {
    **_surface('a material, a factor on its texture'),
    'repeat': _above('how often its texture repeats, along both sides'),
}
_LIGHT = {
    'intensity': _above('brightness, 1 lights a room by itself'),
    'temperature_k': TargetSpec(
        'colour as a black body', 'K', low=1667.0, high=25000.0, operations=('set',)
    ),
    'hue_deg': _hue('its colour'),
    'saturation': _unit('saturation of its colour'),
    'specular': _least('its highlights over its diffuse light; classic only'),
    'radius_m': _least('radius of the bulb: how soft its shadows are; onepass only', 'm'),
    'x_m': TargetSpec('position in the world; its direction stays', 'm', operations=_SHIFT),
    'y_m': TargetSpec('position in the world', 'm', operations=_SHIFT),
    'z_m': TargetSpec('position in the world', 'm', operations=_SHIFT),
}
_CAMERA = {
    'x_m': TargetSpec('offset to the right of its own image', 'm', operations=_ADD),
    'y_m': TargetSpec('offset downwards in its own image', 'm', operations=_ADD),
    'z_m': TargetSpec('offset forwards', 'm', operations=_ADD),
    'roll_deg': TargetSpec('turn about its view axis, clockwise', 'deg', operations=_ADD),
    'pitch_deg': TargetSpec('turn upwards', 'deg', operations=_ADD),
    'yaw_deg': TargetSpec('turn to the right', 'deg', operations=_ADD),
}
_PHYSICS = {
    'gravity_m_s2': _least('size of gravity', 'm/s2'),
    'gravity_tilt_x_deg': TargetSpec(
        "turn of gravity about the world's x", 'deg', operations=_ADD
    ),
    'gravity_tilt_y_deg': TargetSpec(
        "turn of gravity about the world's y", 'deg', operations=_ADD
    ),
}
_JOINT = {
    'damping': _least('drag', 'N m s/rad or N s/m'),
    'stiffness': _least('spring towards its rest', 'N m/rad or N/m'),
    'friction_loss': _least('dry friction', 'N m or N'),
    'armature': _least('inertia of the rotor', 'kg m2 or kg'),
}
_ACTUATOR = {
    'gain': _least('force per unit of control'),
    'kp': _above('position gain of a position servo'),
    'kv': _least('velocity gain of a servo'),
    'force_limit': _above('largest force to both sides', 'N or N m'),
}


class KindSpec(NamedTuple):
    """What kind of items targets belong to.

    Attributes:
        text: What the items are, in the plural.
        selectors: What they can be chosen by.
    """

    text: str
    selectors: tuple[Selector, ...]


KINDS: MappingProxyType[ItemKind, KindSpec] = MappingProxyType(
    {
        'object': KindSpec('objects', ('classes', 'names', 'tags')),
        'material': KindSpec('materials of the environment', ('names',)),
        'light': KindSpec('lamps', ('names',)),
        'ambient': KindSpec('the light from everywhere', ()),
        'camera': KindSpec('cameras', ('names', 'links')),
        'physics': KindSpec('the whole scene', ()),
        'joint': KindSpec('joints', ('names', 'links')),
        'actuator': KindSpec('actuators of the robot', ('names', 'links')),
    }
)
"""By the part of a target's name before the dot."""

_TABLES: dict[ItemKind, dict[str, TargetSpec]] = {
    'object': _OBJECT,
    'material': _MATERIAL,
    'light': _LIGHT,
    'ambient': {'intensity': _least('light from everywhere, relative to a well-lit room')},
    'camera': _CAMERA,
    'physics': _PHYSICS,
    'joint': _JOINT,
    'actuator': _ACTUATOR,
}

TARGETS: MappingProxyType[str, TargetSpec] = MappingProxyType(
    {f'{kind}.{name}': spec for kind, table in _TABLES.items() for name, spec in table.items()}
)
"""Every target by name; the names are those of ``Target``."""

OWN_LOOK: frozenset[str] = frozenset(
    f'object.{name}' for name in ('metallic', 'roughness', 'specular', 'shininess', 'emission')
)
"""Targets of objects that need a material of their own; objects of one asset share it."""


def kind_of(target: str) -> ItemKind:
    """The kind of items that a target belongs to."""
    name = target.partition('.')[0]
    return next(kind for kind in KINDS if kind == name)
