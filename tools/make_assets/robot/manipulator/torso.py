"""The lifting torso and the head."""

from __future__ import annotations

from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.robot.forms import along, cap_rings, disc
from tools.make_assets.robot.manipulator.base import COLUMN_X
from tools.make_assets.robot.model import Camera, Joint, Link, Part, Solid
from tools.make_assets.shapes.block import block
from tools.make_assets.shapes.loft import Ring, loft

LIFT_RANGE_M = (0.0, 0.4)
SHOULDER_M = (0.03, -0.2, 0.36)
_NECK_Z = 0.525
_LENSES = (
    (0.011, 0.0175, 0.06),
    (0.008, -0.02, 0.06),
    (0.014, 0.066, 0.06),
    (0.014, -0.066, 0.06),
)
"""Radius, y and z of the lenses on the visor: colour camera, projector, two infrared cameras."""


def torso_lift_link(arm: Link) -> Link:
    """The part that rises; its frame is in the column, 0.55 m above the floor at the bottom."""
    parts = (
        Part('torso_shell', 'shell', _shell()),
        Part('torso_mast', 'dark', merge(_mast(), _bracket())),
        Part('torso_stripe', 'accent', _stripe()),
    )
    solids = (
        Solid('box', (0.06, 0.088, 0.24), (0.0, 0.0, -0.13)),
        Solid('box', (0.085, 0.135, 0.2), (0.0, 0.0, 0.32)),
        Solid('cylinder', (0.058, 0.03), (SHOULDER_M[0], SHOULDER_M[1], SHOULDER_M[2] - 0.035)),
    )
    joint = Joint(
        'torso_lift_joint',
        'slide',
        'z',
        LIFT_RANGE_M,
        effort=900.0,
        kp=40000.0,
        kv=2500.0,
        armature=2.0,
    )
    return Link(
        'torso_lift_link',
        (COLUMN_X, 0.0, 0.55),
        11.0,
        parts,
        solids,
        joint,
        children=(_head_pan_link(), arm),
    )


def _shell() -> Surface:
    rings = [
        Ring(0.11, 0.072, 0.1, 0.045),
        Ring(0.18, 0.082, 0.118, 0.05),
        Ring(0.34, 0.094, 0.148, 0.06),
        Ring(0.44, 0.092, 0.15, 0.06),
        Ring(0.525, 0.074, 0.115, 0.05),
    ]
    return loft(rings, fillets_m=(0.018, 0.028), rows=4)


def _mast() -> Surface:
    mast = loft([Ring(-0.37, 0.058, 0.086, 0.03), Ring(0.13, 0.058, 0.086, 0.03)])
    groove = [
        block((0.004, 0.012, 0.46), at=(0.058, y, -0.13), radius_m=0.0015, cell_m=0.2)
        for y in (-0.045, 0.045)
    ]
    grille = [
        block(
            (0.01, 0.09 - 0.006 * k, 0.006),
            at=(0.0855 + 0.0012 * k, 0.0, 0.2 + 0.014 * k),
            radius_m=0.0025,
        )
        for k in range(5)
    ]
    return merge(mast, *groove, *grille)


def _bracket() -> Surface:
    """The arm's shoulder plate, grown out of the right side."""
    x, y, z = SHOULDER_M
    return loft(
        [
            Ring(z - 0.075, 0.05, 0.065, 0.045, x, y + 0.03),
            Ring(z - 0.006, 0.06, 0.075, 0.058, x, y + 0.015),
        ],
        fillets_m=(0.015, 0.004),
    )


def _stripe() -> Surface:
    """A band that follows the shell below the shoulders."""
    return loft(
        [Ring(0.165, 0.0813, 0.1165, 0.0495), Ring(0.177, 0.083, 0.1188, 0.0505)],
        fillets_m=(0.001, 0.001),
        rows=1,
    )


def _head_pan_link() -> Link:
    neck = lathe(
        rounded(
            [
                (0.0, -0.01),
                (0.052, -0.01, 0.004),
                (0.052, 0.012, 0.006),
                (0.034, 0.026, 0.012),
                (0.03, 0.075),
                (0.0, 0.075),
            ]
        ),
        slices=24,
    )
    joint = Joint('head_pan_joint', 'hinge', 'z', (-1.6, 1.6), effort=8.0, kp=120.0, kv=4.0)
    return Link(
        'head_pan_link',
        (0.0, 0.0, _NECK_Z),
        0.7,
        (Part('head_neck', 'dark', neck),),
        (Solid('cylinder', (0.034, 0.038), (0.0, 0.0, 0.036)),),
        joint,
        children=(_head_tilt_link(),),
    )


def _head_tilt_link() -> Link:
    """A wide, flat head; its face is a dark visor that holds the camera."""
    shell = along(
        loft(
            [
                Ring(-0.062, 0.05, 0.098, 0.045, -0.058),
                Ring(-0.03, 0.064, 0.118, 0.055, -0.06),
                Ring(0.03, 0.068, 0.124, 0.055, -0.06),
                Ring(0.058, 0.064, 0.12, 0.052, -0.06),
            ],
            fillets_m=(0.024, 0.012),
            rows=3,
        ),
        'x',
    )
    visor = along(
        loft(
            [Ring(0.045, 0.056, 0.112, 0.046, -0.06), Ring(0.066, 0.054, 0.11, 0.045, -0.06)],
            fillets_m=(0.0, 0.006),
        ),
        'x',
    )
    lenses = merge(
        *(
            disc(radius, 0.004, axis='x', edge=0.0015, slices=16).moved(0.0655, y, z)
            for radius, y, z in _LENSES
        )
    )
    # Bright rims keep the lenses apart from the dark visor.
    rims = merge(
        *(
            cap_rings(radius + 0.0025, 0.001, axis='x', width=0.0025, slices=16).moved(
                0.0655, y, z
            )
            for radius, y, z in _LENSES
        )
    )
    ears = disc(0.034, 0.124, axis='y').moved(-0.002, 0.0, 0.052)
    rings = cap_rings(0.031, 0.124, axis='y').moved(-0.002, 0.0, 0.052)
    joint = Joint('head_tilt_joint', 'hinge', 'y', (-0.7, 1.1), effort=8.0, kp=120.0, kv=4.0)
    camera = Camera('head', (0.073, 0.0175, 0.06), 0.0, 601.5, (-3.6, 2.2))
    return Link(
        'head_tilt_link',
        (0.0, 0.0, 0.062),
        1.5,
        (
            Part('head_shell', 'shell', shell),
            Part('head_visor', 'visor', visor),
            Part('head_lenses', 'lens', lenses),
            Part('head_rims', 'metal', rims),
            Part('head_ears', 'dark', ears),
            Part('head_rings', 'accent', rings),
        ),
        (Solid('box', (0.06, 0.115, 0.062), (0.0, 0.0, 0.06)),),
        joint,
        cameras=(camera,),
    )
