"""Loads the surroundings: an MJCF file with surfaces and materials that vary."""

from __future__ import annotations

import fnmatch
import math
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import mujoco
import numpy as np

from synth_ros.config.placement import Place, Placement, Region
from synth_ros.errors import AssetError, NotFoundError
from synth_ros.geometry.boxes import Boxes
from synth_ros.randomize.inventory import MaterialRole, SurfaceInfo
from synth_ros.randomize.scene import SampledMaterial
from synth_ros.scene.clearance import measured, solid_boxes
from synth_ros.scene.mjspec import HIDDEN_GROUP, compile_spec, drop, drop_keyframes, read_spec
from synth_ros.scene.recolor import texture_pixels
from synth_ros.scene.solid_spec import set_texture
from synth_ros.scene.texture_images import ImageFiles
from synth_ros.scene.texture_pixels import flat_texture
from synth_ros.types import ByteImage

SURFACE_PREFIX = 'surface_'
LAMPS_SITE = 'lamps'
ROLE_PREFIX = 'random_'

# Renderers cut infinite planes somewhere before the horizon, each elsewhere; a finite one is
# the same everywhere, and this reaches beyond the far clipping plane.
_PLANE_HALF_SIZE_M = 40.0
# A tile of a wall or table is a metre or more wide.
_TILE_PIXELS = 384


@dataclass(frozen=True)
class LoadedEnvironment:
    """An environment ready to be attached.

    Attributes:
        path: Its file.
        spec: Bodies, geoms and materials; lights, cameras and keyframes are left out, since
            the config decides over them.
        surfaces: In model order.
        roles: Materials that vary, by role name.
        solids: Boxes around everything that collides.
        lamps_m: Place of the site ``lamps``, which lamps point to; ``None`` without one.
    """

    path: Path
    spec: mujoco.MjSpec = field(repr=False)
    surfaces: tuple[SurfaceInfo, ...]
    roles: tuple[MaterialRole, ...]
    solids: Boxes = field(repr=False)
    lamps_m: tuple[float, float, float] | None = None

    @cached_property
    def pixels(self) -> dict[str, ByteImage]:
        """Pixels of all textures by name; read when first asked for."""
        return texture_pixels(compile_spec(self.spec.copy(), self.path))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all bodies, the world's included, and geoms, each once."""
        named = (*self.spec.bodies, *self.spec.geoms)
        return tuple(dict.fromkeys(item.name for item in named if item.name))

    def surface(self, placement: Placement | Place) -> SurfaceInfo:
        """The rectangle on which objects are dropped.

        Raises:
            NotFoundError: If the environment has no such surface, or none at all.
        """
        if placement.region is not None:
            return self.rectangle(placement.region)
        if placement.surface is None and self.surfaces:
            return self.surfaces[0]
        for surface in self.surfaces:
            if surface.name == placement.surface:
                return surface
        raise self._no_surface(placement.surface or '(the first)')

    def rectangle(self, region: Region) -> SurfaceInfo:
        """A rectangle of the config's own."""
        width, depth = region.size_m
        half = (width / 2, depth / 2)
        yaw = math.radians(region.yaw_deg)
        return measured(SurfaceInfo('region', region.center_m, half, yaw), self.solids)

    def boards(self, pattern: str) -> tuple[SurfaceInfo, ...]:
        """All surfaces whose names match a pattern.

        Raises:
            NotFoundError: If there are none.
        """
        found = tuple(s for s in self.surfaces if fnmatch.fnmatchcase(s.name, pattern))
        if not found:
            raise self._no_surface(pattern)
        return found

    def _no_surface(self, name: str) -> NotFoundError:
        return NotFoundError(
            'surface',
            name,
            available=[surface.name for surface in self.surfaces],
            where=f'environment {self.path} (box sites named {SURFACE_PREFIX}NAME)',
        )


def load_environment(path: Path) -> LoadedEnvironment:
    """Read an environment.

    Raises:
        AssetError: If the file cannot be read or a surface is not a level box site.
    """
    spec = read_spec(path)
    drop_keyframes(spec)
    drop(spec, spec.lights, spec.cameras, spec.sensors)
    for geom in spec.geoms:
        if geom.type == mujoco.mjtGeom.mjGEOM_PLANE:
            geom.size = [size or _PLANE_HALF_SIZE_M for size in geom.size[:2]] + [geom.size[2]]
        if geom.rgba[3] == 0:
            # Filament draws ids and depth even where alpha is 0.
            geom.group = HIDDEN_GROUP
    model = compile_spec(spec, path)
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    solids = solid_boxes(model, data)
    surfaces = tuple(measured(s, solids) for s in _surfaces(model, data, path=path))
    return LoadedEnvironment(path, spec, surfaces, _roles(spec), solids, _lamps(model, data))


def _lamps(model: mujoco.MjModel, data: mujoco.MjData) -> tuple[float, float, float] | None:
    names = [model.site(i).name for i in range(model.nsite)]
    if LAMPS_SITE not in names:
        return None
    x, y, z = (float(v) for v in data.site_xpos[names.index(LAMPS_SITE)])
    return x, y, z


def _surfaces(
    model: mujoco.MjModel, data: mujoco.MjData, *, path: Path
) -> tuple[SurfaceInfo, ...]:
    found = []
    for i in range(model.nsite):
        name = model.site(i).name
        if name.startswith(SURFACE_PREFIX):
            found.append(_surface(model, data, site=i, path=path))
    return tuple(found)


def _surface(model: mujoco.MjModel, data: mujoco.MjData, *, site: int, path: Path) -> SurfaceInfo:
    name = model.site(site).name
    rotation = data.site_xmat[site].reshape(3, 3)
    if int(model.site_type[site]) != int(mujoco.mjtGeom.mjGEOM_BOX):
        raise AssetError(path, f'site {name!r} marks a surface, so its type must be "box".')
    if rotation[2, 2] < math.cos(math.radians(1)):
        raise AssetError(path, f'site {name!r} marks a surface, so its z axis must point up.')
    x, y, z = (float(v) for v in data.site_xpos[site])
    half_x, half_y = (float(v) for v in model.site_size[site, :2])
    yaw = math.atan2(rotation[1, 0], rotation[0, 0])
    return SurfaceInfo(name.removeprefix(SURFACE_PREFIX), (x, y, z), (half_x, half_y), yaw)


def _roles(spec: mujoco.MjSpec) -> tuple[MaterialRole, ...]:
    by_role: dict[str, list[str]] = {}
    for material in spec.materials:
        if material.name.startswith(ROLE_PREFIX):
            role = material.name.removeprefix(ROLE_PREFIX).partition('.')[0]
            by_role.setdefault(role, []).append(material.name)
    return tuple(
        MaterialRole(role, tuple(sorted(names))) for role, names in sorted(by_role.items())
    )


def set_materials(
    spec: mujoco.MjSpec,
    role: MaterialRole,
    *,
    prefix: str,
    variant: str,
    rgb: tuple[float, float, float],
) -> None:
    """Dress everything of a role in one of its materials, tinted.

    Args:
        spec: The scene that holds the environment.
        role: The role.
        prefix: Prefix the environment was attached with.
        variant: Full name of the material to use.
        rgb: Factor on its colour.

    Raises:
        NotFoundError: If the role has no such material.
    """
    if variant not in role.materials:
        raise NotFoundError(
            'material', variant, available=role.materials, where=f'role {role.role}'
        )
    names = {prefix + name for name in role.materials}
    for item in (*spec.geoms, *spec.flexes, *spec.skins, *spec.tendons):
        if item.material in names:
            item.material = prefix + variant
    for name in sorted(names - {prefix + variant}):
        spec.delete(spec.material(name))
    material = spec.material(prefix + variant)
    material.rgba = np.array(material.rgba) * [*rgb, 1.0]


def retexture_material(
    spec: mujoco.MjSpec, look: SampledMaterial, images: ImageFiles, *, prefix: str
) -> None:
    """Give a material of the environment a drawn texture, at the repeat of its own one.

    Args:
        spec: The scene.
        look: What was drawn for a role; its variant is in use.
        images: The images of the config.
        prefix: Prefix the environment was attached with.
    """
    assert look.texture is not None
    texture = f'role/{look.role}'
    set_texture(spec, flat_texture(look.texture, images, pixels=_TILE_PIXELS), name=texture)
    material = spec.material(prefix + look.variant)
    names = [''] * int(mujoco.mjtTextureRole.mjNTEXROLE)
    names[int(mujoco.mjtTextureRole.mjTEXROLE_RGB)] = texture
    material.textures = names
    # The pattern's own colours, not those of the tint.
    material.rgba = [1.0, 1.0, 1.0, material.rgba[3]]


def drop_unused_textures(spec: mujoco.MjSpec) -> None:
    """Delete textures that no material uses any more: each costs memory and upload time."""
    used = {name for material in spec.materials for name in material.textures if name}
    skybox = mujoco.mjtTexture.mjTEXTURE_SKYBOX
    for texture in list(spec.textures):
        if texture.type != skybox and texture.name not in used:
            spec.delete(texture)
