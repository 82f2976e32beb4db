"""What of a loaded model may change without loading it anew, and finding out what did.

Values may: colours, materials, which of them a geom wears, lights, pixels of textures, what the
model says of the picture as a whole. Shapes and numbers of things may not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import InternalError

_GEOMS = ('geom_rgba', 'geom_matid', 'geom_group')
_MATERIALS = (
    'mat_rgba',
    'mat_texid',
    'mat_texuniform',
    'mat_texrepeat',
    'mat_emission',
    'mat_specular',
    'mat_shininess',
    'mat_reflectance',
    'mat_metallic',
    'mat_roughness',
)
_SOFT = tuple(
    f'{kind}_{value}'
    for kind in ('flex', 'skin', 'tendon')
    for value in ('rgba', 'matid', 'group')
)
# Where lights are comes with the state.
_LIGHTS = (
    'light_type',
    'light_active',
    'light_castshadow',
    'light_texid',
    'light_intensity',
    'light_range',
    'light_bulbradius',
    'light_attenuation',
    'light_cutoff',
    'light_softness',
    'light_exponent',
    'light_ambient',
    'light_diffuse',
    'light_specular',
)
_HEADLIGHT = ('active', 'ambient', 'diffuse', 'specular')
_MAP = ('znear', 'zfar', 'shadowclip', 'shadowscale')
_COUNTS = (
    *('nbody', 'ngeom', 'nmat', 'ntex', 'ntexdata', 'nlight', 'nflex', 'nskin', 'ntendon'),
    *('nmesh', 'nmeshvert', 'nmeshface', 'nhfield', 'nhfielddata'),
)
# Compared in pieces that stay in a processor's cache.
_PIECE = 1 << 20


class Changes(NamedTuple):
    """What differs from before.

    Attributes:
        geoms: Geoms whose colour, material or visibility is another, (ngeom,).
        soft: Whether that of any flex, skin or tendon is.
        lights: Whether anything about lights is, the headlight among them.
        textures: Numbers of textures with other pixels, ascending.
        visual: Whether clipping planes or the extent are others.
    """

    geoms: NDArray[np.bool_]
    soft: bool
    lights: bool
    textures: tuple[int, ...]
    visual: bool

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return bool(self.geoms.any() or self.soft or self.lights or self.textures or self.visual)


class Looks:
    """How a model looked when it was last compared.

    Args:
        model: The model; only read.
        pixels: Where the textures' pixels are remembered, ``tex_data`` of a copy of the model that
            nobody else writes; copied if not given.
    """

    def __init__(self, model: mujoco.MjModel, pixels: NDArray[np.uint8] | None = None) -> None:
        self._counts = _counts(model)
        self._values = {name: np.array(getattr(model, name)) for name in _names()}
        self._headlight, self._frame = _headlight(model), _frame(model)
        self._pixels: NDArray[np.uint8] = model.tex_data.copy() if pixels is None else pixels

    def update(self, model: mujoco.MjModel) -> Changes:
        """Compare with the model, and remember how it looks now.

        Raises:
            InternalError: Its structure is another.
        """
        if _counts(model) != self._counts:
            raise InternalError(
                'The model to refresh from has other numbers of things than the one that was '
                'loaded; another structure needs load(model).'
            )
        differing = {name: self._differing(model, name) for name in _names()}
        materials = _rows(differing, _MATERIALS, model.nmat)
        wears = np.append(materials, [False])[model.geom_matid]
        soft = any(differing[name].any() for name in _SOFT) or self._soft_wears(model, materials)
        headlight, frame = _headlight(model), _frame(model)
        changes = Changes(
            _rows(differing, _GEOMS, model.ngeom) | wears,
            soft,
            bool(_rows(differing, _LIGHTS, model.nlight).any()) or headlight != self._headlight,
            self._differing_textures(model),
            frame != self._frame,
        )
        self._headlight, self._frame = headlight, frame
        for name, rows in differing.items():
            if rows.any():
                self._values[name][rows] = getattr(model, name)[rows]
        return changes

    def _differing(self, model: mujoco.MjModel, name: str) -> NDArray[np.bool_]:
        """Which rows of an array differ, (n,)."""
        now, before = getattr(model, name), self._values[name]
        differs = now != before
        return np.asarray(differs if differs.ndim == 1 else differs.any(axis=1))

    @staticmethod
    def _soft_wears(model: mujoco.MjModel, materials: NDArray[np.bool_]) -> bool:
        worn = np.concatenate([model.flex_matid, model.skin_matid, model.tendon_matid])
        return bool(materials[worn[worn >= 0]].any())

    def _differing_textures(self, model: mujoco.MjModel) -> tuple[int, ...]:
        """Textures with other pixels; remembers the new ones."""
        now, before = model.tex_data, self._pixels
        pieces = [start for start in _starts(len(now)) if not _same(now, before, start)]
        if not pieces:
            return ()
        found = []
        bounds = [*model.tex_adr.tolist(), len(now)]
        for number, (first, end) in enumerate(pairwise(bounds)):
            near = any(start < end and first < start + _PIECE for start in pieces)
            if near and not np.array_equal(now[first:end], before[first:end]):
                before[first:end] = now[first:end]
                found.append(number)
        return tuple(found)


def copy_looks(source: mujoco.MjModel, own: mujoco.MjModel) -> None:
    """Write how a model looks to a copy of it, pixels of textures apart.

    Args:
        source: The model; only read.
        own: A copy with the same structure; edited.
    """
    for name in _names():
        getattr(own, name)[...] = getattr(source, name)
    for name in _HEADLIGHT:
        setattr(own.vis.headlight, name, getattr(source.vis.headlight, name))
    for name in _MAP:
        setattr(own.vis.map, name, getattr(source.vis.map, name))
    own.stat.extent = source.stat.extent
    own.stat.center = source.stat.center


def _names() -> tuple[str, ...]:
    return (*_GEOMS, *_MATERIALS, *_SOFT, *_LIGHTS)


def _rows(
    differing: dict[str, NDArray[np.bool_]], names: tuple[str, ...], count: int
) -> NDArray[np.bool_]:
    """Rows in which any of the named arrays differs."""
    out = np.zeros(count, np.bool_)
    for name in names:
        out |= differing[name]
    return out


def _counts(model: mujoco.MjModel) -> tuple[int, ...]:
    return tuple(int(getattr(model, name)) for name in _COUNTS)


def _headlight(model: mujoco.MjModel) -> tuple[float, ...]:
    head = model.vis.headlight
    return (float(head.active), *head.ambient, *head.diffuse, *head.specular)


def _frame(model: mujoco.MjModel) -> tuple[float, ...]:
    clip, stat = model.vis.map, model.stat
    return (*(float(getattr(clip, name)) for name in _MAP), float(stat.extent), *stat.center)


def _starts(size: int) -> Iterator[int]:
    return iter(range(0, size, _PIECE))


def _same(now: NDArray[np.uint8], before: NDArray[np.uint8], start: int) -> bool:
    """Whether a piece of two arrays is the same; eight bytes at a time where that is possible."""
    a, b = now[start : start + _PIECE], before[start : start + _PIECE]
    even = len(a) // 8 * 8
    return np.array_equal(a[:even].view(np.uint64), b[:even].view(np.uint64)) and np.array_equal(
        a[even:], b[even:]
    )
