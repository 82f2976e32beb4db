"""Writes a :class:`~synth_ros.scene.solid.Solid` into a MuJoCo spec."""

from __future__ import annotations

import colorsys
from typing import NamedTuple

import mujoco
import numpy as np

from synth_ros.geometry.transforms import quat_wxyz_from_matrix
from synth_ros.scene.solid import (
    MassProperties,
    Solid,
    SolidLook,
    SolidMesh,
    SolidTexture,
    scaled_mass,
)

# Time constant of contacts. With MuJoCo's default of 0.02 an object that falls from 10 cm sinks in
# by a centimetre: through the wall of a mug, and stays stuck on its other side.
_CONTACT_TIME_S = 0.008

VISIBLE_GROUP = 2
HIDDEN_GROUP = 3

Rgba = tuple[float, float, float, float]
_DEFAULT_RGBA: Rgba = (0.5, 0.5, 0.5, 1.0)
# A step of single precision at 0.5.
_LEAST_STEP = 2.0**-24

_GEOM_TYPES = {
    'box': mujoco.mjtGeom.mjGEOM_BOX,
    'sphere': mujoco.mjtGeom.mjGEOM_SPHERE,
    'cylinder': mujoco.mjtGeom.mjGEOM_CYLINDER,
    'capsule': mujoco.mjtGeom.mjGEOM_CAPSULE,
    'ellipsoid': mujoco.mjtGeom.mjGEOM_ELLIPSOID,
    'mesh': mujoco.mjtGeom.mjGEOM_MESH,
}


class Change(NamedTuple):
    """How one object differs from its asset.

    Attributes:
        scale: Factor on all lengths.
        hue_shift_deg: Rotation of tintable colours about the hue circle.
        value_scale: Factor on the brightness of tintable colours.
        friction_scale: Factor on sliding friction.
        mass_scale: Factor on mass and inertia, after scaling at constant density.
    """

    scale: float = 1.0
    hue_shift_deg: float = 0.0
    value_scale: float = 1.0
    friction_scale: float = 1.0
    mass_scale: float = 1.0


def template(solid: Solid) -> mujoco.MjSpec:
    """A spec with the solid's body and meshes, to be attached again and again.

    Meshes live here because copying them between specs is many times faster than passing
    them from Python for every object; materials and textures are set on the scene.
    """
    spec = mujoco.MjSpec()
    add_solid(spec, solid, prefix='', parent=spec.worldbody)
    return spec


def add_solid(spec: mujoco.MjSpec, solid: Solid, *, prefix: str, parent: mujoco.MjsBody) -> None:
    """Add the solid's body and meshes to a spec, as attaching its template would.

    Args:
        spec: The scene.
        solid: The object.
        prefix: Put in front of all names.
        parent: The body that carries it.
    """
    for index, mesh in enumerate(solid.meshes):
        set_mesh(spec.add_mesh(name=f'{prefix}mesh{index}'), mesh)
    body = parent.add_body(name=f'{prefix}body')
    for index, geom in enumerate(solid.geoms):
        item = body.add_geom(
            name=f'{prefix}geom{index}',
            type=_GEOM_TYPES[geom.shape],
            size=geom.size_m,
            pos=geom.position_m,
            quat=geom.quat_wxyz,
            group=VISIBLE_GROUP if geom.visible else HIDDEN_GROUP,
            contype=int(geom.collides),
            conaffinity=int(geom.collides),
        )
        if geom.shape == 'mesh':
            item.meshname = f'{prefix}mesh{geom.mesh}'
        if geom.collides:
            # Six-dimensional contacts have rolling friction: bottles and fruit come to rest.
            item.condim = 6
            # The object's friction counts, not the larger of it and the furniture's.
            item.priority = 1
            item.solref[0] = _CONTACT_TIME_S


def set_mesh(asset: mujoco.MjsMesh, mesh: SolidMesh) -> None:
    """Fill a mesh asset with arrays."""
    asset.uservert = mesh.vertices_m.ravel()
    asset.userface = mesh.faces.ravel()
    if mesh.normals is not None:
        asset.usernormal = mesh.normals.ravel()
    if mesh.texcoords is not None:
        asset.usertexcoord = mesh.texcoords.ravel()
        asset.userfacetexcoord = mesh.faces.ravel()
    # Inertia is given elsewhere, so the way that also takes open meshes will do.
    asset.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL


def add_looks(spec: mujoco.MjSpec, solid: Solid, prefix: str) -> None:
    """Add the solid's textures and materials to a scene, once for all objects made of it.

    They are named ``<prefix>tex<i>`` and ``<prefix>look<i>``. (Classic MuJoCo renders no more
    than 1000 materials, so objects of other colours must share theirs.)
    """
    for index, texture in enumerate(solid.textures):
        set_texture(spec, texture, name=f'{prefix}tex{index}')
    for index, look in enumerate(solid.looks):
        set_look(spec, look, name=f'{prefix}look{index}', textures=prefix)


def add_own_looks(spec: mujoco.MjSpec, solid: Solid, *, prefix: str, textures: str) -> None:
    """Add the solid's materials to a scene once more, for one object alone.

    Args:
        spec: The scene.
        solid: The object.
        prefix: Of its own materials.
        textures: Prefix of the textures, which it shares.
    """
    for index, look in enumerate(solid.looks):
        set_look(spec, look, name=f'{prefix}look{index}', textures=textures)


def set_texture(spec: mujoco.MjSpec, texture: SolidTexture, *, name: str) -> None:
    """Add a texture from pixels."""
    height, width, channels = texture.pixels.shape
    asset = spec.add_texture(
        name=name, type=texture.kind, width=width, height=height, nchannel=channels
    )
    asset.colorspace = mujoco.mjtColorSpace(texture.colorspace)
    asset.data = texture.pixels.tobytes()


def apply_change(
    spec: mujoco.MjSpec, solid: Solid, *, prefix: str, looks: str, change: Change
) -> mujoco.MjsBody:
    """Finish an object: scale, colours, friction and mass.

    Args:
        spec: The scene that holds its body and meshes.
        solid: What it is made of.
        prefix: Of its names in the scene.
        looks: Prefix of its materials in the scene.
        change: How this object differs.

    Returns:
        The object's body.
    """
    scale = change.scale
    colors = [own_color(tinted(look, change)) for look in solid.looks]
    for index in range(len(solid.meshes)):
        spec.mesh(f'{prefix}mesh{index}').scale = [scale] * 3
    for index, geom in enumerate(solid.geoms):
        item = spec.geom(f'{prefix}geom{index}')
        item.pos = np.array(geom.position_m) * scale
        item.size = np.array(geom.size_m) * scale
        item.material = f'{looks}look{geom.look}'
        item.rgba = colors[geom.look]
        if geom.collides:
            slide, torsion, roll = geom.friction
            item.friction = [slide * change.friction_scale, torsion, roll]
    body = spec.body(f'{prefix}body')
    _set_mass(body, scaled_mass(solid.mass, scale), factor=change.mass_scale)
    return body


def tinted(look: SolidLook, change: Change) -> Rgba:
    """Colour of a look after its hue was turned and its brightness scaled."""
    red, green, blue, alpha = look.rgba
    if look.tint == 'none':
        return look.rgba
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if look.tint == 'hue':
        hue = (hue + change.hue_shift_deg / 360) % 1.0
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, min(1.0, value * change.value_scale))
    return red, green, blue, alpha


def own_color(rgba: Rgba) -> Rgba:
    """The colour as MuJoCo takes it for a geom's own: its default grey means the material's."""
    if rgba != _DEFAULT_RGBA:
        return rgba
    return rgba[0] + _LEAST_STEP, *rgba[1:]


def set_look(spec: mujoco.MjSpec, look: SolidLook, *, name: str, textures: str) -> None:
    """Add a material; its textures are named ``<textures>tex<i>``."""
    material = spec.add_material(name=name)
    material.rgba = look.rgba
    material.texrepeat = look.texrepeat
    material.texuniform = look.texuniform
    material.emission = look.emission
    material.specular = look.specular
    material.shininess = look.shininess
    material.reflectance = look.reflectance
    material.metallic = look.metallic
    material.roughness = look.roughness
    if any(index >= 0 for index in look.textures):
        material.textures = [
            f'{textures}tex{index}' if index >= 0 else '' for index in look.textures
        ]


def _set_mass(body: mujoco.MjsBody, mass: MassProperties, *, factor: float) -> None:
    moments, axes = np.linalg.eigh(mass.inertia_kg_m2)
    if np.linalg.det(axes) < 0:
        axes[:, 0] = -axes[:, 0]
    body.explicitinertial = True
    body.mass = mass.mass_kg * factor
    body.ipos = mass.center_m
    body.iquat = quat_wxyz_from_matrix(axes)
    body.inertia = moments * factor
