"""Where the keypoints of built-in objects are: found on their surfaces by rays and extremes.

All coordinates are in the object's final frame, whose origin is the centre of the bounding box.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.model import ObjectModel
from tools.make_assets.objects.surface import FloatArray

Vector = tuple[float, float, float]

_FAR_M = 1.0
_EDGE_M = 0.0015


class Mark(NamedTuple):
    """A named point.

    Attributes:
        name: Of the keypoint.
        position_m: Shape (3,).
        on_surface: False for a virtual point.
    """

    name: str
    position_m: FloatArray
    on_surface: bool = True


class Shape:
    """An object's triangles, to find points on them."""

    def __init__(self, model: ObjectModel) -> None:
        center = np.round(model.center_m(), 6)
        self._corners = {
            part.name: (part.surface.points - center)[part.surface.triangles()]
            for part in model.parts
        }
        self.all: FloatArray = np.concatenate(list(self._corners.values()))
        self.half = tuple(float(v) for v in self.all.reshape(-1, 3).max(axis=0))

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts."""
        return tuple(self._corners)

    def bounds(self, part: str) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest coordinates of a part."""
        points = self._corners[part].reshape(-1, 3)
        return points.min(axis=0), points.max(axis=0)

    def extreme(self, direction: Vector, part: str | None = None) -> FloatArray:
        """The corner that lies farthest in a direction."""
        points = (self.all if part is None else self._corners[part]).reshape(-1, 3)
        farthest: FloatArray = points[int(np.argmax(points @ np.array(direction)))]
        return farthest

    def hit(self, through: Vector, direction: Vector) -> FloatArray:
        """Where a ray from far outside along a direction first meets the surface.

        Moeller and Trumbore's intersection.

        Args:
            through: A point on the ray's line.
            direction: Where the ray goes, unit.
        """
        ray = np.array(direction)
        start = np.array(through) - _FAR_M * ray
        origin, first, second = np.moveaxis(self.all, 1, 0)
        edge, other = first - origin, second - origin
        across = np.cross(ray, other)
        scale = np.einsum('ij,ij->i', edge, across)
        with np.errstate(divide='ignore', invalid='ignore'):
            u = ((start - origin) * across).sum(axis=1) / scale
            beside = np.cross(start - origin, edge)
            v = (beside @ ray) / scale
            length = np.einsum('ij,ij->i', other, beside) / scale
            met = (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (np.abs(scale) > 1e-15)
        assert met.any(), f'no surface on the line through {through} along {direction}'
        point: FloatArray = start + float(length[met].min()) * ray
        return point


_RIGHT, _LEFT, _BACK, _FRONT, _UP, _DOWN = (
    (1.0, 0.0, 0.0),
    (-1.0, 0.0, 0.0),
    (0.0, 1.0, 0.0),
    (0.0, -1.0, 0.0),
    (0.0, 0.0, 1.0),
    (0.0, 0.0, -1.0),
)


def marks(class_name: str, model: ObjectModel) -> tuple[Mark, ...]:
    """The keypoints of a built-in object."""
    shape = Shape(model)
    found = tuple(Mark(name, at) for name, at in _POINTS[class_name](shape).items())
    if class_name == 'tape_roll':
        # Nothing but air is on a roll's axis.
        return tuple(mark._replace(on_surface=False) for mark in found)
    return found


def _mug(s: Shape) -> dict[str, FloatArray]:
    x, y, _ = s.half
    middle, radius = y - x, y - _EDGE_M  # the handle is on the right
    gap = middle + y + 0.45 * (x - middle - y)
    return {
        'handle_top': s.hit((gap, 0, 0), _DOWN),
        'handle_middle': s.hit((0, 0, 0.004), _LEFT),
        'handle_bottom': s.hit((gap, 0, 0), _UP),
        'rim_at_handle': s.hit((middle + radius, 0, 0), _DOWN),
        'rim_opposite': s.hit((middle - radius, 0, 0), _DOWN),
        'rim_left': s.hit((middle, radius, 0), _DOWN),
        'rim_right': s.hit((middle, -radius, 0), _DOWN),
        'inside': s.hit((middle, 0, 0), _DOWN),
        'base': s.hit((middle, 0, 0), _UP),
    }


def _dish(s: Shape) -> dict[str, FloatArray]:
    return {'inside': s.hit((0, 0, 0), _DOWN), 'base': s.hit((0, 0, 0), _UP)}


def _cup(s: Shape) -> dict[str, FloatArray]:
    top = 'lid' if 'lid' in s.parts else 'inside'
    return {top: s.hit((0, 0, 0), _DOWN), 'base': s.hit((0, 0, 0), _UP)}


def _stands(top: str) -> Callable[[Shape], dict[str, FloatArray]]:
    """Points on the axis of a turned thing."""
    return lambda s: {top: s.hit((0, 0, 0), _DOWN), 'base': s.hit((0, 0, 0), _UP)}


def _teapot(s: Shape) -> dict[str, FloatArray]:
    lid = s.extreme(_UP, 'knob')
    x = float(lid[0])
    return {
        'spout': s.extreme((-1.0, 0.0, 0.05), 'body'),
        'handle': s.extreme(_RIGHT, 'body'),
        'lid': lid,
        'base': s.hit((x, 0, 0), _UP),
    }


def _spray_bottle(s: Shape) -> dict[str, FloatArray]:
    low, high = s.bounds('body')
    x = float(low[0] + high[0]) / 2
    return {
        'nozzle': s.hit((0, 0, s.half[2] - 0.0155), _RIGHT),
        'trigger': s.extreme((-1.0, 0.0, -1.0), 'trigger'),
        'top': s.hit((x, 0, 0), _DOWN),
        'base': s.hit((x, 0, 0), _UP),
    }


def _corners(s: Shape, part: str, names: dict[str, Vector]) -> dict[str, FloatArray]:
    return {name: s.extreme(direction, part) for name, direction in names.items()}


def _cereal_box(s: Shape) -> dict[str, FloatArray]:
    return _corners(
        s,
        'body',
        {
            f'{depth}_{height}_{side}': (x, y, z)
            for depth, y in (('front', -1.0), ('back', 1.0))
            for height, z in (('bottom', -1.0), ('top', 1.0))
            for side, x in (('left', -1.0), ('right', 1.0))
        },
    )


def _carton(s: Shape) -> dict[str, FloatArray]:
    low, high = s.bounds('cap')
    x, y, z = (float(v) for v in (low + high) / 2)
    return {
        'cap': s.hit((x, y, z), (0.0, 0.5**0.5, -(0.5**0.5))),
        'ridge_left': s.extreme((-1.0, 0.0, 1.0), 'body'),
        'ridge_right': s.extreme((1.0, 0.0, 1.0), 'body'),
        **_corners(
            s,
            'body',
            {
                'front_bottom_left': (-1.0, -1.0, -1.0),
                'front_bottom_right': (1.0, -1.0, -1.0),
                'back_bottom_left': (-1.0, 1.0, -1.0),
                'back_bottom_right': (1.0, 1.0, -1.0),
            },
        ),
    }


def _book(s: Shape) -> dict[str, FloatArray]:
    return {
        'spine': s.hit((0, 0, 0), _RIGHT),
        'fore_edge': s.hit((0, 0, 0), _LEFT),
        **_corners(
            s,
            'body',
            {
                f'{cover}_{end}_{side}': (x, y, z)
                for cover, z in (('front', 1.0), ('back', -1.0))
                for end, y in (('head', 1.0), ('tail', -1.0))
                for side, x in (('spine', -1.0), ('fore', 1.0))
            },
        ),
    }


def _fruit(s: Shape) -> dict[str, FloatArray]:
    return {'stem': s.extreme(_UP), 'bottom': s.hit((0, 0, 0), _UP)}


def _banana(s: Shape) -> dict[str, FloatArray]:
    return {
        'stem': s.extreme(_LEFT),
        'tip': s.extreme(_RIGHT),
        'middle_outer': s.hit((0, 0, 0), _BACK),
        'middle_inner': s.hit((0, 0, 0), _FRONT),
    }


def _sponge(s: Shape) -> dict[str, FloatArray]:
    return {
        'scour': s.hit((0, 0, 0), _DOWN),
        'foam': s.hit((0, 0, 0), _UP),
        'left': s.hit((0, 0, 0), _RIGHT),
        'right': s.hit((0, 0, 0), _LEFT),
        'front': s.hit((0, 0, 0), _BACK),
        'back': s.hit((0, 0, 0), _FRONT),
    }


def _tape_roll(s: Shape) -> dict[str, FloatArray]:
    z = s.half[2]
    return {
        'axis_top': np.array([0, 0, z]),
        'center': np.zeros(3),
        'axis_bottom': np.array([0, 0, -z]),
    }


def _screwdriver(s: Shape) -> dict[str, FloatArray]:
    return {
        'tip': s.extreme(_RIGHT),
        'handle_front': s.hit((0, 0, 0.0055), _LEFT),
        'handle_end': s.hit((0, 0, 0), _RIGHT),
    }


def _hammer(s: Shape) -> dict[str, FloatArray]:
    low, high = s.bounds('body')
    x, y = float(high[0]) - 0.014, float(low[1] + high[1]) / 2  # the middle of the head
    found = {
        'handle_end': s.extreme(_LEFT, 'body'),
        'face': s.hit((x, 0, 0), _BACK),
        'head_top': s.hit((0, y, 0), _LEFT),
    }
    prong = s.extreme((-0.2, 1.0, 0.3), 'head')
    if prong[2] > 0.004:  # two prongs, on both sides of the middle
        other = s.extreme((-0.2, 1.0, -0.3), 'head')
        return {**found, 'claw_left': prong, 'claw_right': other}
    return {**found, 'peen': s.hit((x, 0, 0), _FRONT)}


def _remote_control(s: Shape) -> dict[str, FloatArray]:
    z = -0.002
    return {
        'emitter': s.hit((0, 0, z), _FRONT),
        'rear': s.hit((0, 0, z), _BACK),
        'left': s.hit((0, 0, z), _RIGHT),
        'right': s.hit((0, 0, z), _LEFT),
        'back': s.hit((0, 0, 0), _UP),
    }


_POINTS: dict[str, Callable[[Shape], dict[str, FloatArray]]] = {
    'apple': _fruit,
    'banana': _banana,
    'book': _book,
    'bottle': _stands('cap'),
    'bowl': _dish,
    'can': _stands('top'),
    'carton': _carton,
    'cereal_box': _cereal_box,
    'cup': _cup,
    'hammer': _hammer,
    'jar': _stands('lid'),
    'mug': _mug,
    'orange': _fruit,
    'plate': _dish,
    'remote_control': _remote_control,
    'screwdriver': _screwdriver,
    'sponge': _sponge,
    'spray_bottle': _spray_bottle,
    'tape_roll': _tape_roll,
    'teapot': _teapot,
}

SYMMETRIES = {
    # The tab of a can, the dimples of an orange and the grip of a screwdriver are about as large
    # as detection allows: it would find more or fewer turns from variant to variant.
    'can': 'continuous 0 0 1',
    'orange': 'continuous 0 0 1',
    'screwdriver/cross_yellow': 'continuous 1 0 0',
    'screwdriver/stubby_blue': 'continuous 1 0 0',
    'screwdriver/flat_red': 'discrete 1 0 0 2',
    # Its two ends differ by their keys.
    'remote_control': 'none',
}
"""Symmetries that are declared, by class or variant, in the words of MJCF objects."""
