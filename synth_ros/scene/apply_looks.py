"""Named targets of colours, materials and lights, written to a model."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Mapping, Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.config.targets import ItemKind
from synth_ros.randomize.lamps import lamp_color
from synth_ros.randomize.targets import Edit, edited
from synth_ros.scene.fields import Fields
from synth_ros.scene.lighting import AMBIENT, AMBIENT_LUX, DIFFUSE, LEAST_AMBIENT_LUX
from synth_ros.scene.solid_spec import Rgba, own_color

_COLOR = frozenset({'hue_deg', 'saturation', 'value', 'opacity'})
_PHONG = ('specular', 'shininess', 'emission')
_PHYSICAL = frozenset({'metallic', 'roughness'})
_MAPS = (
    mujoco.mjtTextureRole.mjTEXROLE_ORM.value,
    mujoco.mjtTextureRole.mjTEXROLE_METALLIC.value,
    mujoco.mjtTextureRole.mjTEXROLE_ROUGHNESS.value,
)

ItemEdits = Mapping[str, Edit]
Rgb = tuple[float, float, float]


def edit_object_looks(
    fields: Fields,
    edits: ItemEdits,
    *,
    geoms: Sequence[int],
    materials: Sequence[int],
    texids: NDArray[np.int32],
) -> set[str]:
    """Change the colour and the materials of an object.

    Args:
        fields: Of the model.
        edits: Of the object, by target without its kind.
        geoms: Its visible geoms.
        materials: Its materials, which belong to no other object.
        texids: The model's textures of materials.

    Returns:
        Names of the fields that were written.
    """
    written = edit_materials(fields, edits, materials, kind='object', texids=texids)
    if _COLOR & edits.keys():
        now, compiled = fields.now['geom_rgba'], fields.compiled['geom_rgba']
        for geom in geoms:
            now[geom] = own_color(_recolored(compiled[geom], edits, 'object'))
        written.add('geom_rgba')
    return written


def edit_environment_materials(
    fields: Fields, edits: ItemEdits, materials: Sequence[int], *, texids: NDArray[np.int32]
) -> set[str]:
    """Change materials of the environment, their colour and pattern included.

    Returns:
        Names of the fields that were written.
    """
    written = edit_materials(fields, edits, materials, kind='material', texids=texids)
    if _COLOR & edits.keys():
        for material in materials:
            rgba = fields.compiled['mat_rgba'][material]
            fields.now['mat_rgba'][material] = _recolored(rgba, edits, 'material')
        written.add('mat_rgba')
    if 'repeat' in edits:
        for material in materials:
            fields.now['mat_texrepeat'][material] = [
                edited(edits, 'material', 'repeat', value=float(repeat))
                for repeat in fields.compiled['mat_texrepeat'][material]
            ]
        written.add('mat_texrepeat')
    return written


def edit_materials(
    fields: Fields,
    edits: ItemEdits,
    materials: Iterable[int],
    *,
    kind: ItemKind,
    texids: NDArray[np.int32],
) -> set[str]:
    """Change how materials take up light.

    Returns:
        Names of the fields that were written.
    """
    written = set()
    compiled, now = fields.compiled, fields.now
    materials = list(materials)
    for name in _PHONG:
        if name in edits:
            for material in materials:
                value = float(compiled[f'mat_{name}'][material])
                now[f'mat_{name}'][material] = edited(edits, kind, name, value=value)
            written.add(f'mat_{name}')
    if _PHYSICAL & edits.keys():
        for material in materials:
            metallic, roughness = _physical(fields, material, texids)
            now['mat_metallic'][material] = edited(edits, kind, 'metallic', value=metallic)
            now['mat_roughness'][material] = edited(edits, kind, 'roughness', value=roughness)
        written |= {'mat_metallic', 'mat_roughness'}
    return written


def edit_lamp(fields: Fields, edits: ItemEdits, light: int) -> set[str]:
    """Change one lamp.

    Brightness scales all of its light and its candela alike, so that every renderer shows it.

    Returns:
        Names of the fields that were written.
    """
    compiled, now = fields.compiled, fields.now
    diffuse = np.array(compiled['light_diffuse'][light], np.float64)
    specular = np.array(compiled['light_specular'][light], np.float64)
    peak, shine = float(diffuse.max()), float(specular.max())
    if peak <= 0:
        return set()
    bright = edited(edits, 'light', 'intensity', value=peak / DIFFUSE) * DIFFUSE
    ratio = edited(edits, 'light', 'specular', value=shine / peak)
    red, green, blue = (float(c) for c in diffuse / peak)
    color = _lamp_color((red, green, blue), edits)
    now['light_diffuse'][light] = color * bright
    now['light_specular'][light] = color * bright * ratio
    now['light_intensity'][light] = compiled['light_intensity'][light] * bright / peak
    radius = float(compiled['light_bulbradius'][light])
    now['light_bulbradius'][light] = edited(edits, 'light', 'radius_m', value=radius)
    for axis, name in enumerate(('x_m', 'y_m', 'z_m')):
        at = float(compiled['light_pos'][light][axis])
        now['light_pos'][light][axis] = edited(edits, 'light', name, value=at)
    return {
        'light_diffuse',
        'light_specular',
        'light_intensity',
        'light_bulbradius',
        'light_pos',
    }


def edit_ambient(fields: Fields, edits: ItemEdits, *, images: Sequence[int]) -> set[str]:
    """Change the light from everywhere.

    Args:
        fields: Of the model.
        edits: Of the light, by target without its kind.
        images: Lights of the model that are images of all around.

    Returns:
        Names of the fields that were written.
    """
    compiled, now = fields.compiled, fields.now
    rgb = np.array(compiled['headlight_ambient'], np.float64)
    level = float(rgb.mean()) / AMBIENT
    wanted = edited(edits, 'ambient', 'intensity', value=level)
    now['headlight_ambient'][:] = rgb * (wanted / level) if level > 0 else wanted * AMBIENT
    for light in images:
        # An image light keeps the scene photometric, however dim it is.
        lux = wanted * AMBIENT * AMBIENT_LUX
        now['light_intensity'][light] = max(lux, LEAST_AMBIENT_LUX)
    return {'headlight_ambient', 'light_intensity'} if images else {'headlight_ambient'}


def image_lights(model: mujoco.MjModel) -> list[int]:
    """Numbers of the lights of a model that are images of all around."""
    kind = mujoco.mjtLightType.mjLIGHT_IMAGE.value
    return [int(light) for light in np.flatnonzero(model.light_type == kind)]


def _recolored(rgba: NDArray[np.generic], edits: ItemEdits, kind: ItemKind) -> Rgba:
    red, green, blue, alpha = (float(c) for c in rgba)
    rgb = _turned((red, green, blue), edits, kind)
    return (*rgb, edited(edits, kind, 'opacity', value=alpha))


def _turned(rgb: Rgb, edits: ItemEdits, kind: ItemKind) -> Rgb:
    """A colour after its hue, saturation and brightness changed."""
    hue, saturation, value = colorsys.rgb_to_hsv(*rgb)
    return colorsys.hsv_to_rgb(
        edited(edits, kind, 'hue_deg', value=hue * 360) / 360,
        edited(edits, kind, 'saturation', value=saturation),
        edited(edits, kind, 'value', value=value),
    )


def _lamp_color(rgb: Rgb, edits: ItemEdits) -> NDArray[np.float64]:
    """Colour of a lamp, its largest component 1."""
    kelvin = edits.get('temperature_k')
    if kelvin is not None and kelvin.to is not None:
        rgb = lamp_color(kelvin.to)
    if {'hue_deg', 'saturation'} & edits.keys():
        rgb = _turned(rgb, edits, 'light')
    return np.array(rgb)


def _physical(fields: Fields, material: int, texids: NDArray[np.int32]) -> tuple[float, float]:
    """Metallic and roughness of a material as it is drawn where it leaves them out.

    A material of classic OpenGL is no metal, and the smoother the narrower its highlight is, as
    the one-pass renderer has it. With maps, what is left out is a factor of 1 on them.
    """
    metallic = float(fields.compiled['mat_metallic'][material])
    roughness = float(fields.compiled['mat_roughness'][material])
    orm, metal, rough = (bool(texids[material, role] >= 0) for role in _MAPS)
    plain = metallic < 0 and roughness < 0 and not (orm or metal or rough)
    if metallic < 0:
        metallic = 1.0 if orm or metal else 0.0
    if roughness < 0:
        shininess = float(np.clip(fields.compiled['mat_shininess'][material], 0, 1))
        roughness = 1 - 0.7 * shininess if plain else 1.0
    return metallic, roughness
