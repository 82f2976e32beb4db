"""Remote controls."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tools.make_assets.objects.classes.base import Variant
from tools.make_assets.objects.collision import Shape, box
from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.model import Material, ObjectModel, Part
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import Rect, Surface, merge
from tools.make_assets.objects.sweep import prism, rounded_outline
from tools.make_assets.objects.textures.materials import rubbery
from tools.make_assets.objects.textures.paint import Atlas, Panel, to_pixels


class Button(NamedTuple):
    """A key at (x, y) mm from the middle, with its size and colour cell."""

    x_mm: float
    y_mm: float
    wide_mm: float
    high_mm: float
    cell: int
    sign: str = ''


class RemoteSpec(NamedTuple):
    """A remote control lying on its back, the long side along y; metres."""

    size_m: tuple[float, float, float]
    corner_m: float
    shell: str
    keys: tuple[str, str, str, str]
    print_color: str
    layout: str


def _grid_keys(half_y: float) -> list[Button]:
    """The keys of a television: digits, volume and channel, four colours."""
    signs = '123456789*0#'
    return [
        Button(0, half_y - 12, 10, 10, 1),
        *(
            Button((k % 3 - 1) * 13.0, half_y - 34 - k // 3 * 11.5, 9, 7, 0, sign)
            for k, sign in enumerate(signs)
        ),
        *(Button(x, half_y - 88 - row * 14, 9, 11, 2) for x in (-13.0, 13.0) for row in range(2)),
        Button(0, half_y - 88, 9, 9, 0),
        Button(0, half_y - 102, 9, 9, 0),
        *(Button((k - 1.5) * 10.0, half_y - 122, 7, 5, k) for k in range(4)),
    ]


def _pad_keys(half_y: float) -> list[Button]:
    """The keys of a small player: a direction pad and six more."""
    pad = ((0, 0, 14, 14), (-13, 0, 6, 16), (13, 0, 6, 16), (0, 13, 16, 6), (0, -13, 16, 6))
    return [
        Button(-9, half_y - 14, 8, 8, 1),
        Button(9, half_y - 14, 8, 8, 0),
        *(
            Button(x, half_y - 40 + y, wide, high, 2 if wide == high else 0)
            for x, y, wide, high in pad
        ),
        *(
            Button(x, half_y - 70 - row * 13, 9, 8, 3 if row == 2 else 0)
            for row in range(3)
            for x in (-9.0, 9.0)
        ),
    ]


def _remote(spec: RemoteSpec, rng: np.random.Generator) -> ObjectModel:
    x, y, z = spec.size_m
    shell_rects = (Rect(0, 0, 0.1, 0.1), Rect(0, 0, 0.25, 0.1), Rect(0.3, 0, 1, 1))
    crown = 0.0008
    shell = prism(
        rounded_outline(x / 2, y / 2, spec.corner_m, steps=6),
        z - crown,
        (0.004, 0.003),
        rects=shell_rects,
        crown_m=crown,
    )
    keys = _grid_keys(y * 500) if spec.layout == 'grid' else _pad_keys(y * 500)
    face = Panel(x * 1000, y * 1000, spec.shell)
    for key in keys:
        if key.sign:
            face.text(
                (x * 500 + key.x_mm, y * 500 - key.y_mm - key.high_mm * 0.78),
                key.sign,
                2.6,
                color=spec.print_color,
            )
    face.text((x * 500, y * 1000 - 9), 'HOME VISION', 4.2, color=spec.print_color, fit=x * 700)
    face.rect((x * 500 - 12, y * 1000 - 14.5, x * 500 + 12, y * 1000 - 14.1), spec.print_color)
    atlas = Atlas(512, 1024, spec.shell)
    atlas.paste(face, shell_rects[2])
    rise = z - crown
    buttons = merge(
        *(_button(key).moved(x=key.x_mm / 1000, y=key.y_mm / 1000, z=rise - 0.001) for key in keys)
    )
    palette = Atlas(256, 64, spec.keys[0])
    for k, color in enumerate(spec.keys):
        palette.paste(to_pixels(rubbery(rng, (64, 64), color)), Rect(k / 4, 0, (k + 1) / 4, 1))
    parts = (
        Part(
            'body',
            shell,
            Material('body', atlas.pixels(), roughness=0.4, tint=True, colors=64),
            900.0,
        ),
        Part('keys', buttons, Material('keys', palette.pixels(), roughness=0.6, colors=64), 900.0),
    )
    top = max(float(p.surface.points[:, 2].max()) for p in parts)
    shapes: tuple[Shape, ...] = (box((-x / 2, -y / 2, 0), (x / 2, y / 2, top)),)
    return ObjectModel(parts, shapes, friction=0.6)


def _button(key: Button) -> Surface:
    half_x, half_y = key.wide_mm / 2000, key.high_mm / 2000
    rect = Rect(key.cell / 4 + 0.05, 0.2, key.cell / 4 + 0.2, 0.8)
    if key.wide_mm == key.high_mm:
        shape = lathe(
            rounded([(0, 0), (half_x, 0), (half_x, 0.0028, 0.0009), (0, 0.0031)]), slices=12
        )
        return shape.mapped(rect)
    outline = rounded_outline(half_x, half_y, min(half_x, half_y) * 0.6, steps=2)
    return prism(outline, 0.0028, (0.0001, 0.0007), rects=(rect, rect, rect))


def _remotes() -> tuple[Variant, ...]:
    specs = {
        'black': RemoteSpec(
            (0.050, 0.178, 0.019),
            0.012,
            '#1c1d20',
            ('#3a3d42', '#c5251f', '#55595f', '#2a5fb0'),
            '#c9ccd1',
            'grid',
        ),
        'white': RemoteSpec(
            (0.042, 0.128, 0.014),
            0.018,
            '#eceae6',
            ('#8b9098', '#d9412f', '#5b6068', '#3f7fc4'),
            '#6a6e75',
            'pad',
        ),
        'silver': RemoteSpec(
            (0.054, 0.190, 0.022),
            0.010,
            '#9ea3a9',
            ('#2b2e33', '#c5251f', '#1f2226', '#2f9a52'),
            '#202226',
            'grid',
        ),
    }
    return tuple(Variant(name, partial(_remote, spec)) for name, spec in specs.items())


VARIANTS: dict[str, tuple[Variant, ...]] = {'remote_control': _remotes()}
