"""Writes one object: MJCF, OBJ and PNG files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tools.make_assets.objects.collision import Hull, Shape
from tools.make_assets.objects.marks import SYMMETRIES, Mark, marks
from tools.make_assets.objects.model import Material, ObjectModel, Pixels
from tools.make_assets.objects.obj_file import obj_text
from tools.make_assets.objects.surface import FloatArray

_QUATERNION = {'x': '0.707107 0 0.707107 0', 'y': '0.707107 -0.707107 0 0'}


def write_object(model: ObjectModel, folder: Path, path: str) -> None:
    """Writes ``object.xml``, ``visual*.obj`` and textures into ``folder``.

    Args:
        model: What to write; it is moved so that its bounding box is centred.
        folder: Created if missing.
        path: Class and variant, such as ``mug/striped``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    center = np.round(model.center_m(), 6)
    for index, part in enumerate(model.parts):
        text = obj_text(part.surface.moved(*(-center)))
        (folder / _mesh_file(index, part.name)).write_text(text, encoding='ascii', newline='\n')
    for material in _materials(model):
        if material.pixels is not None:
            _save_png(material.pixels, folder / f'{material.name}.png', material.colors)
    xml = mjcf_text(model, center, path)
    (folder / 'object.xml').write_text(xml, encoding='ascii', newline='\n')


def mjcf_text(model: ObjectModel, center: FloatArray, path: str) -> str:
    """The MJCF of an object whose frame is moved to ``center`` (3,)."""
    class_name, name = path.partition('/')[0], path.replace('/', '_')
    assets, geoms = [], []
    for material in _materials(model):
        assets += _material_lines(material)
    for index, part in enumerate(model.parts):
        mesh = _mesh_file(index, part.name)[:-4]
        assets.append(f'<mesh name="{mesh}" file="{mesh}.obj"/>')
        geoms.append(
            f'<geom name="{mesh}" class="visual" mesh="{mesh}" '
            f'material="{_material_name(part.material)}"/>'
        )
    for index, shape in enumerate(model.collision):
        if isinstance(shape, Hull):
            points = ' '.join(_numbers(row) for row in shape.points_m - center)
            assets.append(f'<mesh name="hull_{index}" inertia="convex" vertex="{points}"/>')
        geoms.append(_collision_line(shape, center, index))
    contact = (
        f'condim="6" friction="{_numbers([model.friction])} 0.005 0.0005"'
        if model.rolls
        else f'condim="4" friction="{_numbers([model.friction])} 0.005 0.0001"'
    )
    lines = [
        f'<mujoco model="{name}">',
        '  <compiler angle="radian"/>',
        '  <default>',
        '    <default class="visual">',
        '      <geom type="mesh" group="2" contype="0" conaffinity="0" mass="0"/>',
        '    </default>',
        '    <default class="collision">',
        f'      <geom group="3" mass="0" {contact} solref="0.008 1"/>',
        '    </default>',
        '  </default>',
        '  <asset>',
        *(f'    {line}' for line in assets),
        '  </asset>',
        '  <worldbody>',
        f'    <body name="{name}">',
        f'      {_inertial_line(model, center)}',
        *(f'      {line}' for line in geoms),
        *(f'      {_site_line(mark)}' for mark in marks(class_name, model)),
        '    </body>',
        '  </worldbody>',
        *_symmetry_lines(SYMMETRIES.get(path, SYMMETRIES.get(class_name))),
        '</mujoco>',
    ]
    return '\n'.join(lines) + '\n'


def _site_line(mark: Mark) -> str:
    prefix = 'keypoint' if mark.on_surface else 'keypoint_virtual'
    return f'<site name="{prefix}_{mark.name}" pos="{_numbers(mark.position_m)}" group="5"/>'


def _symmetry_lines(text: str | None) -> list[str]:
    if text is None:
        return []
    return ['  <custom>', f'    <text name="symmetry" data="{text}"/>', '  </custom>']


def _mesh_file(index: int, part: str) -> str:
    return 'visual.obj' if index == 0 else f'visual_{part}.obj'


def _materials(model: ObjectModel) -> list[Material]:
    found: dict[str, Material] = {}
    for part in model.parts:
        known = found.setdefault(part.material.name, part.material)
        assert known is part.material, f'two materials named {known.name}'
    return list(found.values())


def _material_name(material: Material) -> str:
    return f'tint_{material.name}' if material.tint else material.name


def _material_lines(material: Material) -> list[str]:
    name, lines, texture = _material_name(material), [], ''
    if material.pixels is not None:
        lines.append(f'<texture name="{material.name}" type="2d" file="{material.name}.png"/>')
        texture = f'texture="{material.name}" '
    gloss = 1.0 - material.roughness
    # The classic renderer knows no roughness: give it a highlight of about the same look.
    specular = 0.08 + 0.6 * gloss**2 + 0.25 * material.metallic
    shininess = 0.05 + 0.85 * gloss**2
    lines.append(
        f'<material name="{name}" {texture}rgba="{_numbers(material.rgb, 4)} 1" '
        f'specular="{_numbers([min(specular, 1.0)], 3)}" '
        f'shininess="{_numbers([shininess], 3)}" '
        f'roughness="{_numbers([material.roughness], 3)}" '
        f'metallic="{_numbers([material.metallic], 3)}"/>'
    )
    return lines


def _inertial_line(model: ObjectModel, center: FloatArray) -> str:
    props = model.mass_properties()
    i = props.inertia
    full = [i[0, 0], i[1, 1], i[2, 2], i[0, 1], i[0, 2], i[1, 2]]
    scale = float(np.trace(i))
    values = ' '.join(f'{v if abs(v) > 1e-7 * scale else 0.0:.5g}' for v in full)
    return (
        f'<inertial pos="{_numbers(props.center_m - center)}" mass="{props.mass_kg:.5g}" '
        f'fullinertia="{values}"/>'
    )


def _collision_line(shape: Shape, center: FloatArray, index: int) -> str:
    head = f'<geom name="collision_{index}" class="collision"'
    if isinstance(shape, Hull):
        return f'{head} type="mesh" mesh="hull_{index}"/>'
    turn = '' if shape.axis == 'z' else f' quat="{_QUATERNION[shape.axis]}"'
    return (
        f'{head} type="{shape.kind}" size="{_numbers(shape.size_m)}" '
        f'pos="{_numbers(np.array(shape.center_m) - center)}"{turn}/>'
    )


def _numbers(values: FloatArray | tuple[float, ...] | list[float], decimals: int = 5) -> str:
    texts = (f'{float(v):.{decimals}f}'.rstrip('0').rstrip('.') for v in values)
    return ' '.join('0' if t in ('-0', '') else t for t in texts)


def _save_png(pixels: Pixels, path: Path, colors: int) -> None:
    image = Image.fromarray(pixels)
    if colors:
        image = image.quantize(colors, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    image.save(path, optimize=True)
