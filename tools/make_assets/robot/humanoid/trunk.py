"""Pelvis, waist and chest."""

from __future__ import annotations

from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.robot.forms import cap_rings, disc
from tools.make_assets.robot.humanoid.legs import HIP_DROP_M
from tools.make_assets.robot.humanoid.pose import HIP_M
from tools.make_assets.robot.model import Camera, Joint, Link, Part, Solid
from tools.make_assets.shapes.block import block
from tools.make_assets.shapes.loft import Ring, loft

SHOULDER_Y = 0.186
SHOULDER_Z = 0.318
NECK_Z = 0.395
_CHEST_LENS = (0.1095, 0.0, 0.262)


def pelvis_link(children: tuple[Link, ...]) -> Link:
    """The root; at home both soles are on the floor."""
    shell = loft(
        [
            Ring(-0.075, 0.052, 0.04, 0.036, 0.002),
            Ring(-0.04, 0.068, 0.07, 0.045, 0.0),
            Ring(0.0, 0.08, 0.13, 0.06, -0.004),
            Ring(0.04, 0.082, 0.134, 0.064, -0.004),
            Ring(0.066, 0.072, 0.112, 0.058, -0.002),
        ],
        fillets_m=(0.02, 0.014),
        rows=4,
    )
    belt = loft(
        [Ring(0.034, 0.0845, 0.1375, 0.066, -0.004), Ring(0.043, 0.0845, 0.1365, 0.066, -0.004)],
        fillets_m=(0.002, 0.002),
        rows=1,
    )
    return Link(
        'pelvis_link',
        (0.0, 0.0, HIP_M + HIP_DROP_M),
        7.0,
        (Part('pelvis_shell', 'shell', shell), Part('pelvis_belt', 'accent', belt)),
        (
            Solid('box', (0.075, 0.125, 0.04), (-0.002, 0.0, 0.026)),
            Solid('box', (0.055, 0.034, 0.03), (0.0, 0.0, -0.044)),
        ),
        children=children,
    )


def waist_link(children: tuple[Link, ...]) -> Link:
    """The turning waist, and the torso that bends on it."""
    body = merge(
        disc(0.076, 0.02, axis='z').moved(z=0.014),
        disc(0.066, 0.02, axis='z').moved(z=0.038),
    )
    turn = Joint('waist_yaw_joint', 'hinge', 'z', (-1.5, 1.5), 120.0, 2000.0, 100.0, 0.2)
    return Link(
        'waist_link',
        (0.0, 0.0, 0.068),
        2.0,
        (Part('waist', 'dark', body),),
        (Solid('cylinder', (0.072, 0.03), (0.0, 0.0, 0.026)),),
        turn,
        children=(_torso_link(children),),
    )


def _torso_link(children: tuple[Link, ...]) -> Link:
    bend = Joint('waist_pitch_joint', 'hinge', 'y', (-0.3, 0.7), 150.0, 3000.0, 150.0, 0.2)
    lens = disc(0.009, 0.003, axis='x', edge=0.001, slices=16).moved(*_CHEST_LENS)
    rim = cap_rings(0.0125, 0.002, axis='x', width=0.003, slices=20).moved(*_CHEST_LENS)
    return Link(
        'torso_link',
        (0.0, 0.0, 0.052),
        13.0,
        (
            Part('torso_shell', 'shell', _chest()),
            Part('torso_core', 'dark', merge(_abdomen(), *_sockets(), _pack(), _collar())),
            Part('torso_panel', 'visor', _panel()),
            Part('torso_lens', 'lens', lens),
            Part('torso_rim', 'metal', rim),
            Part('torso_light', 'accent_light', _status_light()),
            Part('torso_hub_rings', 'accent', cap_rings(0.036, 0.086, axis='y').moved(z=0.012)),
        ),
        (
            Solid('box', (0.062, 0.09, 0.05), (0.0, 0.0, 0.05)),
            Solid('box', (0.1, 0.14, 0.135), (-0.005, 0.0, 0.245)),
            Solid('box', (0.03, 0.095, 0.11), (-0.122, 0.0, 0.24)),
        ),
        bend,
        cameras=(
            Camera(
                'chest', (_CHEST_LENS[0] + 0.006, 0.0, _CHEST_LENS[2]), 40.0, 430.0, (1.9, 2.6)
            ),
        ),
        children=children,
    )


def _chest() -> Surface:
    return loft(
        [
            Ring(0.1, 0.07, 0.106, 0.05, 0.0),
            Ring(0.15, 0.088, 0.126, 0.058, 0.0),
            Ring(0.23, 0.103, 0.147, 0.066, 0.0),
            Ring(0.3, 0.105, 0.152, 0.068, -0.004),
            Ring(0.352, 0.09, 0.146, 0.064, -0.011),
            Ring(0.392, 0.06, 0.092, 0.052, -0.014),
        ],
        fillets_m=(0.02, 0.018),
        rows=4,
    )


def _abdomen() -> Surface:
    """The core between waist and chest, with the hub that it bends on."""
    core = loft(
        [
            Ring(-0.008, 0.052, 0.074, 0.045),
            Ring(0.05, 0.062, 0.088, 0.05),
            Ring(0.115, 0.066, 0.1, 0.05),
        ],
        fillets_m=(0.012, 0.0),
    )
    folds = [
        loft(
            [
                Ring(z - 0.006, 0.064 + 0.1 * (z - 0.05), 0.09 + 0.14 * (z - 0.05), 0.05),
                Ring(z + 0.006, 0.064 + 0.1 * (z - 0.05), 0.09 + 0.14 * (z - 0.05), 0.05),
            ],
            fillets_m=(0.004, 0.004),
            rows=1,
        )
        for z in (0.05, 0.07, 0.09)
    ]
    hub = disc(0.05, 0.086, axis='y', edge=0.01).moved(z=0.012)
    return merge(core, hub, *folds)


def _sockets() -> list[Surface]:
    """Where the shoulders sit."""
    return [
        disc(0.054, 0.024, axis='y', edge=0.01).moved(-0.004, sign * 0.14, SHOULDER_Z)
        for sign in (1, -1)
    ]


def _pack() -> Surface:
    """The battery on the back, with its cooling ribs."""
    case = loft(
        [
            Ring(0.13, 0.028, 0.082, 0.026, -0.112),
            Ring(0.2, 0.034, 0.096, 0.03, -0.118),
            Ring(0.31, 0.034, 0.098, 0.03, -0.118),
            Ring(0.35, 0.026, 0.086, 0.025, -0.108),
        ],
        fillets_m=(0.014, 0.014),
    )
    ribs = [
        block((0.008, 0.11, 0.007), at=(-0.1525, 0.0, 0.215 + 0.018 * k), radius_m=0.003)
        for k in range(5)
    ]
    return merge(case, *ribs)


def _collar() -> Surface:
    return disc(0.05, 0.012, axis='z', edge=0.006).moved(-0.012, 0.0, NECK_Z - 0.006)


def _panel() -> Surface:
    """The dark inlay of the chest around its camera."""
    return loft(
        [
            Ring(0.216, 0.0135, 0.034, 0.013, 0.0915),
            Ring(0.25, 0.0135, 0.052, 0.013, 0.0935),
            Ring(0.292, 0.0135, 0.056, 0.013, 0.0925),
        ],
        fillets_m=(0.01, 0.01),
        rows=3,
    )


def _status_light() -> Surface:
    return block((0.006, 0.05, 0.006), at=(0.1045, 0.0, 0.231), radius_m=0.0025, cell_m=0.02)
