"""Labelled objects made of one simple solid."""

from __future__ import annotations

from synth_ros.config.objects import Primitive
from synth_ros.scene import mass
from synth_ros.scene.solid import Solid, SolidGeom, SolidLook, visible_bounds


def load_primitive(primitive: Primitive, *, density_kg_m3: float) -> Solid:
    """The solid that a config's primitive describes."""
    geom = SolidGeom(shape=primitive.shape, size_m=_half_sizes(primitive))
    look = SolidLook((*primitive.rgb, 1.0), specular=0.2, shininess=0.3, tint='hue')
    return Solid(
        geoms=(geom,),
        meshes=(),
        looks=(look,),
        textures=(),
        mass=mass.from_geometry((geom,), (), density_kg_m3),
        bounds=visible_bounds((geom,), ()),
    )


def _half_sizes(primitive: Primitive) -> tuple[float, float, float]:
    """MuJoCo's size numbers: radius first, then half length."""
    x, y, z = (length / 2 for length in primitive.size_m)
    match primitive.shape:
        case 'box' | 'ellipsoid':
            return x, y, z
        case 'sphere':
            return x, 0.0, 0.0
        case 'cylinder':
            return x, z, 0.0
        case 'capsule':
            # A capsule no longer than it is wide is a ball; MuJoCo wants some half length.
            return x, max(z - x, 1e-6), 0.0
