"""Everything a model shows, sorted into groups that one GL call can draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.render.onepass import geometry
from synth_ros.render.onepass.deformable import SoftSlot
from synth_ros.render.onepass.materials import (
    CUBE,
    FLAT_TEXTURE,
    MAPPED,
    Layers,
    Look,
    has_orm,
    look_of,
    mapping_of,
)
from synth_ros.scene.mjspec import LAST_VISIBLE_GROUP
from synth_ros.scene.surfaces import is_drawn

INSTANCE = np.dtype(
    [
        ('extent', 'f4', 4),
        ('rgba', 'f4', 4),
        ('surface', 'f4', 4),
        ('mapping', 'f4', 4),
        ('ids', 'u4', 2),
    ]
)
COMMAND = np.dtype(
    [
        ('count', 'u4'),
        ('instances', 'u4'),
        ('first_index', 'u4'),
        ('base_vertex', 'i4'),
        ('base_instance', 'u4'),
    ]
)

Family = Literal['mesh', 'plane', 'ellipsoid', 'capsule', 'cylinder']

_KIND = mujoco.mjtGeom
_ROUND: dict[int, Family] = {
    _KIND.mjGEOM_SPHERE.value: 'ellipsoid',
    _KIND.mjGEOM_ELLIPSOID.value: 'ellipsoid',
    _KIND.mjGEOM_CAPSULE.value: 'capsule',
    _KIND.mjGEOM_CYLINDER.value: 'cylinder',
}
_PLANE, _BOX = _KIND.mjGEOM_PLANE.value, _KIND.mjGEOM_BOX.value
_SPHERE = _KIND.mjGEOM_SPHERE.value
_MESH, _FIELD = _KIND.mjGEOM_MESH.value, _KIND.mjGEOM_HFIELD.value
_CUBE_SHAPE, _SQUARE_SHAPE = 0, 1
# Half the edge of what is drawn of an endless plane, in distances of the far plane.
_ENDLESS = 4.0
# Interpolating over a larger plane's two triangles would cost more than 10 um of depth.
_WIDE_M = 5.0
NO_FACETS = 0xFFFFFFFF
"""In place of the first facet of what bends: its facets turn with every state."""


class GroupKey(NamedTuple):
    """What all members of a group share: a program and textures.

    Attributes:
        family: How they are drawn.
        layers: Their textures; the base texture is that of the group's array (see ``sheet``).
        sheet: Size of the base texture (width, height), or ``None`` for a cube or none.
        apart: Whether they are drawn after everything else is lit: what is see-through, which is
            blended over what is behind, and what has more to it than the surface layer holds.
        see_through: Whether they are blended.
    """

    family: Family
    layers: Layers
    sheet: tuple[int, int] | None
    apart: bool
    see_through: bool


class Group(NamedTuple):
    """Surfaces that are drawn with one call.

    Attributes:
        key: What they share.
        slots: Their places in the instance buffers, ascending.
    """

    key: GroupKey
    slots: NDArray[np.int64]


class Entry(NamedTuple):
    """What is constant about a slot.

    Attributes:
        key: Its group's.
        look: How it looks.
        shape: Number of its shape.
        has_uv: Whether that brings texture coordinates.
        instance: A record of ``INSTANCE`` without its facet and texture layer.
    """

    key: GroupKey
    look: Look
    shape: int
    has_uv: bool
    instance: tuple[object, ...]


class Surfaces(NamedTuple):
    """The surfaces of a model, one slot each.

    Attributes:
        ids: Surface id of each slot, (n,): geoms in order, then what bends.
        geoms: Number of slots that are geoms; wholly transparent ones have a slot, too, and show
            nothing.
        first_vertex: Where the vertices of what bends begin.
        instances: Constant attributes, (n,), ``INSTANCE``.
        commands: How each slot is drawn, (n,), ``COMMAND``.
        radius_m: Of a ball about the origin that holds it, (n,); 1 for what bends, -inf for what
            shows nothing.
        reach_m: The same whether it shows or not.
        groups: Opaque ones first; of what shows.
        packed: Triangles.
        entries: What instances and groups were made of.
    """

    ids: NDArray[np.int64]
    geoms: int
    first_vertex: int
    instances: NDArray[np.void]
    commands: NDArray[np.void]
    radius_m: NDArray[np.float64]
    reach_m: NDArray[np.float64]
    groups: tuple[Group, ...]
    packed: geometry.Packed
    entries: tuple[Entry, ...]

    def finishes(self, count: int) -> NDArray[np.float32]:
        """Metallic, roughness and reflectance by surface id, (count, 3); 0 where not drawn."""
        table = np.zeros((count, 3), np.float32)
        table[self.ids] = self.instances['surface'][:, :3]
        return table


def surfaces_of(model: mujoco.MjModel, *, far_m: float, soft: Sequence[SoftSlot] = ()) -> Surfaces:
    """Collect what is drawn of a model.

    Args:
        model: The model; geoms of its hidden groups are left out.
        far_m: Far plane, metres: how large endless planes are drawn.
        soft: Slots of what bends.
    """
    in_group = model.geom_group <= LAST_VISIBLE_GROUP
    geoms = np.flatnonzero(in_group & np.isin(model.geom_type, _drawable()))
    shapes = _Shapes(model)
    entries = [_of_geom(model, geom, shapes, far=far_m) for geom in geoms.tolist()]
    rigid = len(shapes.list)
    entries += [_of_soft(model, slot, shapes) for slot in soft]
    packed = geometry.pack(shapes.list)
    instances, commands = np.zeros(len(entries), INSTANCE), np.zeros(len(entries), COMMAND)
    for slot, entry in enumerate(entries):
        place = packed.ranges[entry.shape]
        instances[slot] = entry.instance
        instances['ids'][slot, 1] = place.first_facet if slot < len(geoms) else NO_FACETS
        commands[slot] = (place.indices, 1, place.first_index, place.base_vertex, slot)
    _number_layers(model, entries, instances)
    reach = _radii(instances, [entry.shape for entry in entries], packed)
    reach[len(geoms) :] = 1.0
    shown = np.append(is_drawn(model)[geoms], np.ones(len(soft), np.bool_))
    return Surfaces(
        np.array([*geoms.tolist(), *(slot.surface for slot in soft)], np.int64),
        len(geoms),
        packed.ranges[rigid].base_vertex if rigid < len(shapes.list) else len(packed.vertices),
        instances,
        commands,
        np.where(shown, reach, -np.inf),
        reach,
        _groups(entries, shown),
        packed,
        tuple(entries),
    )


def repainted(
    surfaces: Surfaces, model: mujoco.MjModel, changed: NDArray[np.bool_], *, far_m: float
) -> Surfaces | None:
    """The same surfaces after colours, materials or visibility of geoms have changed.

    Args:
        surfaces: Of the model before.
        model: The model now.
        changed: Geoms that may look different, (ngeom,).
        far_m: Far plane, metres, as before.

    Returns:
        The surfaces; ``None`` if a geom that had no slot is drawn now.
    """
    drawn, geoms = is_drawn(model), surfaces.ids[: surfaces.geoms]
    drawn &= np.isin(model.geom_type, _drawable())
    if drawn.sum() > drawn[geoms].sum():
        return None
    entries, instances = list(surfaces.entries), surfaces.instances.copy()
    slots = np.flatnonzero(changed[geoms])
    for slot in slots.tolist():
        entries[slot] = _painted(model, int(geoms[slot]), entries[slot], far=far_m)
        facet = instances['ids'][slot, 1]
        instances[slot] = entries[slot].instance
        instances['ids'][slot, 1] = facet
    _number_layers(model, entries, instances)
    shown = np.append(drawn[geoms], np.ones(len(entries) - len(geoms), np.bool_))
    return surfaces._replace(
        instances=instances,
        radius_m=np.where(shown, surfaces.reach_m, -np.inf),
        groups=_groups(entries, shown),
        entries=tuple(entries),
    )


def _groups(entries: Sequence[Entry], shown: NDArray[np.bool_]) -> tuple[Group, ...]:
    """What shows, by what it shares."""
    members: dict[GroupKey, list[int]] = {}
    for slot in np.flatnonzero(shown).tolist():
        members.setdefault(entries[slot].key, []).append(slot)
    groups = [Group(key, np.array(slots, np.int64)) for key, slots in members.items()]
    groups.sort(key=lambda group: group.key.apart)
    return tuple(groups)


def _of_geom(model: mujoco.MjModel, geom: int, shapes: _Shapes, *, far: float) -> Entry:
    look, shape = look_of(model, geom), shapes.of_geom(geom)
    kind = int(model.geom_type[geom])
    family = 'plane' if kind == _PLANE and _is_wide(model, geom) else _ROUND.get(kind, 'mesh')
    has_uv = shapes.list[shape].has_uv
    instance = _instance(model, geom, look, has_uv=has_uv, far=far)
    return Entry(_key(model, family, look), look, shape, has_uv, instance)


def _painted(model: mujoco.MjModel, geom: int, entry: Entry, *, far: float) -> Entry:
    """The entry of a geom that looks different now."""
    look = look_of(model, geom)
    instance = _instance(model, geom, look, has_uv=entry.has_uv, far=far)
    key = _key(model, entry.key.family, look)
    return entry._replace(key=key, look=look, instance=instance)


def _is_wide(model: mujoco.MjModel, geom: int) -> bool:
    """Whether a plane is endless in a direction, or large."""
    half = model.geom_size[geom, :2]
    return bool((half == 0).any() or half.max() > _WIDE_M)


def _of_soft(model: mujoco.MjModel, slot: SoftSlot, shapes: _Shapes) -> Entry:
    look, shape = slot.look, _CUBE_SHAPE
    if slot.shape is not None:
        shape = len(shapes.list)
        shapes.list.append(slot.shape)
    base = look.layers.base
    flat = base < 0 or int(model.tex_type[base]) == FLAT_TEXTURE
    instance = _record(
        slot.surface,
        look,
        extent=(1.0, 1.0, 1.0),
        mapping=(*(look.repeat if flat else (1.0, 1.0)), MAPPED if flat else CUBE, 1.0),
    )
    return Entry(_key(model, slot.family, look), look, shape, has_uv=True, instance=instance)


class _Shapes:
    """Shapes in use, each once."""

    def __init__(self, model: mujoco.MjModel) -> None:
        self._model = model
        self._known: dict[tuple[int, int], int] = {}
        self.list = [geometry.cube(), geometry.square()]

    def of_geom(self, geom: int) -> int:
        """Index of the shape that a geom is drawn with."""
        kind = int(self._model.geom_type[geom])
        if kind == _PLANE:
            return _SQUARE_SHAPE
        if kind not in (_MESH, _FIELD):
            return _CUBE_SHAPE
        key = (kind, int(self._model.geom_dataid[geom]))
        if key not in self._known:
            make = geometry.mesh if kind == _MESH else geometry.height_field
            self._known[key] = len(self.list)
            self.list.append(make(self._model, key[1]))
        return self._known[key]


def _drawable() -> list[int]:
    return [*_ROUND, _PLANE, _BOX, _MESH, _FIELD]


def _key(model: mujoco.MjModel, family: Family, look: Look) -> GroupKey:
    base, sheet, layers = look.layers.base, None, look.layers
    if base >= 0 and int(model.tex_type[base]) == mujoco.mjtTexture.mjTEXTURE_2D.value:
        sheet = (int(model.tex_width[base]), int(model.tex_height[base]))
        # Textures of one size share an array, and geoms with them a call.
        layers = layers._replace(base=-1)
    # What shines with more than its own colour, or whose finish varies, does not fit the
    # surface layer either.
    apart = look.rgba[3] < 1 or look.emission > 1 or layers.emissive >= 0 or has_orm(layers)
    return GroupKey(family, layers, sheet, bool(apart), see_through=bool(look.rgba[3] < 1))


def _instance(
    model: mujoco.MjModel, geom: int, look: Look, *, has_uv: bool, far: float
) -> tuple[object, ...]:
    kind = int(model.geom_type[geom])
    x, y, z = (float(v) for v in model.geom_size[geom])
    extent = (1.0, 1.0, 1.0)
    if kind == _PLANE:
        # Negative where it is endless: the shader moves it along with the eye.
        extent = (x or -_ENDLESS * far, y or -_ENDLESS * far, 1.0)
    elif kind == _SPHERE:
        extent = (x, x, x)
    elif kind not in (_MESH, _FIELD):
        extent = (x, y, z)
    has_uv = has_uv or kind in _ROUND
    mapping = mapping_of(model, geom, look, has_uv=has_uv)
    return _record(geom, look, extent=extent, mapping=mapping)


def _record(
    surface: int,
    look: Look,
    *,
    extent: tuple[float, float, float],
    mapping: tuple[float, float, float, float],
) -> tuple[object, ...]:
    """A record of ``INSTANCE`` without its facet and texture layer."""
    return (
        (*extent, max(extent)),
        tuple(look.rgba),
        (look.metallic, look.roughness, look.reflectance, look.emission),
        mapping,
        (surface + 1, 0),
    )


def sheets(model: mujoco.MjModel) -> dict[tuple[int, int], list[int]]:
    """Flat textures by size (width, height), in model order: the layers of one array each."""
    flat = np.flatnonzero(model.tex_type == mujoco.mjtTexture.mjTEXTURE_2D.value)
    found: dict[tuple[int, int], list[int]] = {}
    for texture in flat.tolist():
        size = (int(model.tex_width[texture]), int(model.tex_height[texture]))
        found.setdefault(size, []).append(texture)
    return found


def _number_layers(
    model: mujoco.MjModel, entries: Sequence[Entry], instances: NDArray[np.void]
) -> None:
    """Write the layer of each base texture."""
    layer = {
        texture: number
        for textures in sheets(model).values()
        for number, texture in enumerate(textures)
    }
    for slot, entry in enumerate(entries):
        if entry.key.sheet is not None:
            instances['mapping'][slot, 3] = layer[entry.look.layers.base]


def _radii(
    instances: NDArray[np.void], chosen: list[int], packed: geometry.Packed
) -> NDArray[np.float64]:
    """Radius of a ball about its origin that holds each slot."""
    extent = instances['extent'][:, :3].astype(np.float64)
    radius = np.linalg.norm(extent, axis=1)
    # A capsule is longer than its cylinder; a little too much does no harm.
    radius += extent[:, 0]
    reach: dict[int, float] = {}
    for slot, shape in enumerate(chosen):
        if shape > _SQUARE_SHAPE:
            if shape not in reach:
                place = packed.ranges[shape]
                used = packed.indices[place.first_index : place.first_index + place.indices]
                points = packed.vertices['position'][used + place.base_vertex]
                reach[shape] = float(
                    np.sqrt((points.astype(np.float64) ** 2).sum(1).max(initial=0))
                )
            radius[slot] = reach[shape]
    # An endless plane goes along with the eye.
    radius[(extent < 0).any(axis=1)] = np.inf
    return np.asarray(radius)
