"""The drive base with the fixed lower column."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.robot.forms import along, disc
from tools.make_assets.robot.model import Joint, Link, Part, Solid
from tools.make_assets.shapes.block import block
from tools.make_assets.shapes.loft import Ring, loft

COLUMN_X = -0.09
COLUMN_TOP = 0.64
WHEEL_RADIUS = 0.085
_WHEEL_Y = 0.205
_CENTER_X = -0.02


def base_link(children: tuple[Link, ...]) -> Link:
    """The root: its frame lies on the floor between the drive wheels, x forward."""
    parts = (
        Part('base_shell', 'shell', merge(_shell(), _column())),
        Part('base_skirt', 'dark', merge(_skirt(), *_fittings())),
        Part('base_light', 'accent_light', _light_band()),
    )
    solids = (
        Solid('box', (0.235, 0.215, 0.11), (_CENTER_X, 0.0, 0.15)),
        Solid('box', (0.076, 0.106, 0.2), (COLUMN_X, 0.0, 0.44)),
    )
    return Link(
        'base_link',
        (0.0, 0.0, 0.0),
        38.0,
        parts,
        solids,
        children=(_wheel('left', 1), _wheel('right', -1), *children),
    )


def _shell() -> Surface:
    rings = [
        Ring(0.105, 0.26, 0.242, 0.13, _CENTER_X),
        Ring(0.16, 0.258, 0.24, 0.13, _CENTER_X),
        Ring(0.225, 0.245, 0.226, 0.12, _CENTER_X),
        Ring(0.262, 0.215, 0.195, 0.1, _CENTER_X - 0.005),
    ]
    return loft(rings, fillets_m=(0.012, 0.018))


def _column() -> Surface:
    rings = [
        Ring(0.25, 0.13, 0.155, 0.08, COLUMN_X),
        Ring(0.285, 0.092, 0.122, 0.06, COLUMN_X),
        Ring(0.34, 0.08, 0.11, 0.045, COLUMN_X),
        Ring(COLUMN_TOP, 0.076, 0.106, 0.042, COLUMN_X),
    ]
    return loft(rings, fillets_m=(0.0, 0.012), rows=3)


def _skirt() -> Surface:
    rings = [
        Ring(0.03, 0.235, 0.172, 0.1, _CENTER_X),
        Ring(0.06, 0.248, 0.178, 0.1, _CENTER_X),
        Ring(0.12, 0.248, 0.178, 0.1, _CENTER_X),
    ]
    return loft(rings, fillets_m=(0.01, 0.0))


def _light_band() -> Surface:
    rings = [
        Ring(0.094, 0.2475, 0.229, 0.12, _CENTER_X),
        Ring(0.108, 0.2475, 0.229, 0.12, _CENTER_X),
    ]
    return loft(rings, fillets_m=(0.003, 0.0))


def _fittings() -> list[Surface]:
    """Casters, the slit of the laser scanner, and the grip ring below the column's mouth."""
    casters = [
        disc(0.03, 0.013, axis='y').moved(x, y, 0.031)
        for x, y in ((0.165, 0.1), (0.165, -0.1), (-0.21, 0.1), (-0.21, -0.1))
    ]
    slit = block((0.05, 0.24, 0.03), at=(0.217, 0.0, 0.165), radius_m=0.012, cell_m=0.05)
    mouth = loft(
        [
            Ring(COLUMN_TOP - 0.03, 0.0785, 0.1085, 0.043, COLUMN_X),
            Ring(COLUMN_TOP - 0.016, 0.0785, 0.1085, 0.043, COLUMN_X),
        ],
        fillets_m=(0.002, 0.002),
    )
    stop = disc(0.016, 0.008, axis='z').moved(-0.2, 0.0, 0.27)
    return [*casters, slit, mouth, stop]


def _wheel(side: str, sign: int) -> Link:
    tyre = along(
        lathe(
            rounded(
                [
                    (0.05, -0.024),
                    (WHEEL_RADIUS, -0.022, 0.012),
                    (WHEEL_RADIUS, 0.022, 0.012),
                    (0.05, 0.024),
                ]
            ),
            slices=32,
        ),
        'y',
    )
    hub = along(
        lathe(
            rounded(
                [
                    (0.0, -0.021),
                    (0.03, -0.021, 0.004),
                    (0.05, -0.025),
                    (0.05, 0.025),
                    (0.03, 0.021, 0.004),
                    (0.0, 0.021),
                ]
            ),
            slices=24,
        ),
        'y',
    )
    spokes = [
        disc(0.007, 0.0225, axis='y', edge=0.002, slices=8).moved(
            0.036 * float(np.cos(turn)), 0.0, 0.036 * float(np.sin(turn))
        )
        for turn in np.radians(np.arange(0, 360, 60))
    ]
    joint = Joint(f'wheel_{side}_joint', 'hinge', 'y', None, effort=20.0, kp=0.0, kv=5.0)
    return Link(
        f'wheel_{side}_link',
        (0.0, sign * _WHEEL_Y, WHEEL_RADIUS),
        1.6,
        (Part('wheel_tyre', 'rubber', merge(tyre, *spokes)), Part('wheel_hub', 'metal', hub)),
        (Solid('cylinder', (WHEEL_RADIUS, 0.022), axis='y'),),
        joint,
    )
