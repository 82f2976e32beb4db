"""Neck and head."""

from __future__ import annotations

from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.robot.forms import cap_rings, disc
from tools.make_assets.robot.humanoid.trunk import NECK_Z
from tools.make_assets.robot.model import Camera, Joint, Link, Part, Solid
from tools.make_assets.shapes.block import block
from tools.make_assets.shapes.loft import Ring, loft

_FACE_X = 0.0985
_LENSES = ((0.011, 0.0, 0.104), (0.0075, 0.036, 0.104), (0.0075, -0.036, 0.104))
"""Radius, y and z: the colour camera between two infrared ones."""


def head_pan_link() -> Link:
    """The neck, and the head that nods on it."""
    neck = lathe(
        rounded(
            [
                (0.0, -0.006),
                (0.043, -0.006, 0.004),
                (0.043, 0.014, 0.005),
                (0.034, 0.022, 0.004),
                (0.033, 0.034, 0.003),
                (0.036, 0.038, 0.003),
                (0.036, 0.044, 0.003),
                (0.031, 0.048, 0.003),
                (0.029, 0.08),
                (0.0, 0.08),
            ]
        ),
        slices=28,
    )
    joint = Joint('head_pan_joint', 'hinge', 'z', (-1.4, 1.4), 8.0, 120.0, 4.0)
    return Link(
        'head_pan_link',
        (-0.012, 0.0, NECK_Z),
        0.6,
        (Part('neck', 'dark', neck),),
        (Solid('cylinder', (0.036, 0.038), (0.0, 0.0, 0.034)),),
        joint,
        children=(_head_tilt_link(),),
    )


def _head_tilt_link() -> Link:
    """Its frame is where it nods, between the ears' lower edge."""
    joint = Joint('head_tilt_joint', 'hinge', 'y', (-0.6, 1.0), 8.0, 120.0, 4.0)
    camera = Camera('head', (0.106, 0.0, 0.104), 0.0, 554.0, (3.1, -2.4))
    return Link(
        'head_tilt_link',
        (0.0, 0.0, 0.062),
        2.2,
        (
            Part('head_shell', 'shell', _skull()),
            Part('head_visor', 'visor', _visor()),
            Part('head_lenses', 'lens', _lenses()),
            Part('head_rims', 'metal', _rims()),
            Part('head_ears', 'dark', merge(_ears(), _jaw())),
            Part('head_rings', 'accent', cap_rings(0.026, 0.079, axis='y').moved(z=0.088)),
            Part('head_light', 'accent_light', _brow()),
        ),
        (
            Solid('capsule', (0.074, 0.03), (0.006, 0.0, 0.1)),
            Solid('box', (0.03, 0.05, 0.03), (0.062, 0.0, 0.1)),
        ),
        joint,
        cameras=(camera,),
    )


def _skull() -> Surface:
    return loft(
        [
            Ring(0.004, 0.042, 0.04, 0.038, 0.006),
            Ring(0.03, 0.066, 0.06, 0.055, 0.01),
            Ring(0.08, 0.083, 0.074, 0.068, 0.007),
            Ring(0.13, 0.087, 0.076, 0.07, 0.002),
            Ring(0.165, 0.078, 0.068, 0.064, -0.003),
            Ring(0.188, 0.056, 0.048, 0.046, -0.007),
        ],
        fillets_m=(0.014, 0.026),
        rows=4,
    )


def _visor() -> Surface:
    """The face: a dark, glossy shield that stands a little out of the shell."""
    return loft(
        [
            Ring(0.046, 0.04, 0.05, 0.036, 0.0485),
            Ring(0.085, 0.046, 0.066, 0.044, 0.0525),
            Ring(0.13, 0.047, 0.069, 0.045, 0.0515),
            Ring(0.166, 0.046, 0.062, 0.043, 0.046),
        ],
        fillets_m=(0.007, 0.006),
        rows=4,
    )


def _lenses() -> Surface:
    return merge(
        *(
            disc(radius, 0.003, axis='x', edge=0.001, slices=18).moved(_FACE_X, y, z)
            for radius, y, z in _LENSES
        )
    )


def _rims() -> Surface:
    # Bright rims keep the lenses apart from the dark visor.
    return merge(
        *(
            cap_rings(radius + 0.0025, 0.002, axis='x', width=0.0025, slices=20).moved(
                _FACE_X, y, z
            )
            for radius, y, z in _LENSES
        )
    )


def _ears() -> Surface:
    return disc(0.03, 0.079, axis='y', edge=0.005).moved(z=0.088)


def _jaw() -> Surface:
    """The yoke around the neck that carries the head."""
    return loft(
        [
            Ring(-0.02, 0.028, 0.034, 0.026, 0.0),
            Ring(0.012, 0.046, 0.044, 0.036, 0.004),
        ],
        fillets_m=(0.006, 0.0),
    )


def _brow() -> Surface:
    """A line of light over the eyes."""
    return block((0.004, 0.05, 0.004), at=(0.0972, 0.0, 0.139), radius_m=0.0015, cell_m=0.02)
