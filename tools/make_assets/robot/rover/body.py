"""The body with its casters and bumper, and the two drive wheels."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.robot.forms import along, cap_rings, disc
from tools.make_assets.robot.model import CLEARANCE_M, Joint, Link, Part, Solid
from tools.make_assets.shapes.block import block
from tools.make_assets.shapes.loft import Ring, loft

WHEEL_RADIUS = 0.075
DECK_Z = 0.176
_WHEEL_Y = 0.166


def base_link(children: tuple[Link, ...]) -> Link:
    """The root: its frame lies on the floor between the drive wheels, x forward."""
    parts = (
        Part('base_shell', 'shell', _shell()),
        Part('base_skirt', 'dark', merge(_skirt(), _axle(), *_casters())),
        Part('base_deck', 'dark', merge(_deck(), *_vents())),
        Part('base_trim', 'accent', merge(_trim(), *_handle())),
        Part('base_light', 'accent_light', _light()),
        Part('base_stop', 'stop', disc(0.014, 0.012, axis='z').moved(-0.13, 0.085, DECK_Z + 0.01)),
    )
    solids = (
        Solid('box', (0.198, 0.132, 0.058), (0.0, 0.0, 0.118)),
        Solid('box', (0.15, 0.1, 0.02), (0.0, 0.0, 0.042)),
    )
    return Link(
        'base_link',
        (0.0, 0.0, 0.0),
        7.5,
        parts,
        solids,
        children=(_wheel('left', 1), _wheel('right', -1), *children),
    )


def _shell() -> Surface:
    rings = [
        Ring(0.064, 0.192, 0.128, 0.075),
        Ring(0.095, 0.2, 0.136, 0.08),
        Ring(0.13, 0.198, 0.135, 0.08),
        Ring(0.158, 0.185, 0.127, 0.075, -0.004),
        Ring(DECK_Z, 0.165, 0.112, 0.068, -0.008),
    ]
    return loft(rings, fillets_m=(0.008, 0.01), rows=6)


def _skirt() -> Surface:
    rings = [
        Ring(0.024, 0.15, 0.1, 0.06),
        Ring(0.045, 0.178, 0.118, 0.07),
        Ring(0.075, 0.186, 0.124, 0.075),
    ]
    return loft(rings, fillets_m=(0.01, 0.0))


def _axle() -> Surface:
    """Its ends, and the housings of the motors inside the wheels."""
    shaft = disc(0.012, 0.156, axis='y', edge=0.003).moved(z=WHEEL_RADIUS)
    motors = [
        disc(0.036, 0.012, axis='y', edge=0.004).moved(0.0, y, WHEEL_RADIUS)
        for y in (-0.134, 0.134)
    ]
    return merge(shaft, *motors)


def _casters() -> list[Surface]:
    """Two swivelling wheels, in front and behind, each between the cheeks of its fork."""
    pieces = []
    for x in (0.118, -0.118):
        pieces.append(disc(0.022, 0.009, axis='y').moved(x, 0.0, 0.022))
        pieces += [
            block((0.02, 0.004, 0.03), at=(x, y, 0.03), radius_m=0.0015) for y in (-0.014, 0.014)
        ]
    return pieces


def _deck() -> Surface:
    """The plate on top that carries the sensors."""
    return loft(
        [
            Ring(DECK_Z - 0.008, 0.142, 0.095, 0.055, -0.008),
            Ring(DECK_Z + 0.005, 0.142, 0.095, 0.055, -0.008),
        ],
        fillets_m=(0.0, 0.003),
        rows=1,
    )


def _vents() -> list[Surface]:
    """Slots in the flanks behind the wheels, and the laser slit under the nose."""
    slots = [
        block((0.008, 0.006, 0.034), at=(x, y, 0.118), radius_m=0.002)
        for x in (-0.128, -0.112, -0.096)
        for y in (-0.1345, 0.1345)
    ]
    nose = block((0.03, 0.13, 0.02), at=(0.188, 0.0, 0.118), radius_m=0.006, cell_m=0.04)
    return [*slots, nose]


def _trim() -> Surface:
    """A band around the lower edge of the shell: the bumper."""
    return loft(
        [
            Ring(0.062, 0.1955, 0.131, 0.078),
            Ring(0.07, 0.2015, 0.136, 0.081),
            Ring(0.084, 0.2035, 0.1385, 0.082),
            Ring(0.09, 0.2015, 0.136, 0.081),
        ],
        fillets_m=(0.002, 0.002),
        rows=2,
    )


def _handle() -> list[Surface]:
    """A rail at the rear of the deck."""
    z = DECK_Z + 0.028
    posts = [disc(0.005, 0.014, axis='z').moved(-0.13, y, DECK_Z + 0.016) for y in (-0.05, 0.05)]
    return [disc(0.006, 0.058, axis='y').moved(-0.13, 0.0, z), *posts]


def _light() -> Surface:
    """Strips left and right of the nose, and one at the back."""
    front = [
        disc(0.009, 0.003, axis='x', edge=0.002, slices=16).moved(0.1975, y, 0.118)
        for y in (-0.042, 0.042)
    ]
    back = block((0.006, 0.11, 0.008), at=(-0.1985, 0.0, 0.122), radius_m=0.0025, cell_m=0.04)
    # They stand out of the dark slit of the nose.
    return merge(*(lamp.moved(x=0.0075) for lamp in front), back)


def _wheel(side: str, sign: int) -> Link:
    tyre = along(
        lathe(
            rounded(
                [
                    (0.05, -0.02),
                    (WHEEL_RADIUS - 0.002, -0.02, 0.01),
                    (WHEEL_RADIUS - 0.002, 0.02, 0.01),
                    (0.05, 0.02),
                ]
            ),
            slices=36,
        ),
        'y',
    )
    treads = [
        block((0.009, 0.03, 0.006), at=(0.0, 0.0, WHEEL_RADIUS - 0.003), radius_m=0.0015).rotated(
            'y', float(turn)
        )
        for turn in np.arange(0, 360, 15)
    ]
    rim = along(
        lathe(
            rounded(
                [
                    (0.0, -0.014),
                    (0.018, -0.014, 0.003),
                    (0.04, -0.009),
                    (0.044, -0.0205, 0.002),
                    (0.052, -0.0205, 0.002),
                    (0.052, 0.0205, 0.002),
                    (0.044, 0.0205, 0.002),
                    (0.04, 0.009),
                    (0.018, 0.014, 0.003),
                    (0.0, 0.014),
                ]
            ),
            slices=30,
        ),
        'y',
    )
    spokes = [
        block((0.007, 0.022, 0.03), at=(0.0, 0.0, 0.029), radius_m=0.003).rotated('y', float(turn))
        for turn in np.arange(0, 360, 72)
    ]
    joint = Joint(
        f'wheel_{side}_joint', 'hinge', 'y', None, effort=4.0, kp=0.0, kv=1.5, armature=0.004
    )
    return Link(
        f'wheel_{side}_link',
        (0.0, sign * _WHEEL_Y, WHEEL_RADIUS),
        0.6,
        (
            Part('wheel_tyre', 'rubber', merge(tyre, *treads)),
            Part('wheel_rim', 'metal', merge(rim, *spokes)),
            Part('wheel_cap', 'accent', cap_rings(0.014, 0.0135, axis='y', width=0.006)),
        ),
        (Solid('cylinder', (WHEEL_RADIUS - CLEARANCE_M, 0.0205), axis='y'),),
        joint,
    )
