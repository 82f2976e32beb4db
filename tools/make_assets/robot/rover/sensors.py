"""The laser scanner and the two cameras on the deck."""

from __future__ import annotations

from tools.make_assets.objects.lathe import lathe
from tools.make_assets.objects.profile import rounded
from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.robot.forms import cap_rings, disc
from tools.make_assets.robot.model import Camera, Link, Part, Solid, Vector
from tools.make_assets.robot.rover.body import DECK_Z
from tools.make_assets.shapes.block import block
from tools.make_assets.shapes.loft import Ring, loft

_LIDAR: Vector = (-0.045, 0.0, DECK_Z + 0.005)
_FRONT: Vector = (0.118, 0.0, 0.252)
_REAR: Vector = (-0.158, 0.0, DECK_Z)
_EYES = ((0.0095, 0.0), (0.0075, 0.036), (0.0075, -0.036), (0.005, -0.017))
"""Radius and y of the front camera's lenses: colour, two infrared ones, projector."""


def lidar_link() -> Link:
    """The puck; its frame is on the deck."""
    foot = lathe(rounded([(0.0, -0.002), (0.05, -0.002), (0.044, 0.014, 0.004), (0.0, 0.014)]))
    puck = lathe(
        rounded(
            [(0.0, 0.044), (0.041, 0.044, 0.002), (0.041, 0.062, 0.008), (0.0, 0.062)],
        ),
        slices=32,
    )
    window = lathe(rounded([(0.038, 0.013), (0.0385, 0.045)]), slices=32)
    return Link(
        'lidar_link',
        _LIDAR,
        0.4,
        (
            Part('lidar_body', 'dark', merge(foot, puck)),
            Part('lidar_window', 'visor', window),
            Part(
                'lidar_ring', 'accent', cap_rings(0.03, 0.0617, axis='z', width=0.004, slices=32)
            ),
        ),
        (Solid('cylinder', (0.044, 0.032), (0.0, 0.0, 0.031)),),
    )


def front_camera_link() -> Link:
    """A depth camera on a short mast; its frame is in the middle of the housing."""
    drop = DECK_Z - _FRONT[2]
    mast = loft(
        [
            Ring(drop, 0.026, 0.042, 0.018, -0.012),
            Ring(drop + 0.025, 0.014, 0.026, 0.012, -0.01),
            Ring(-0.008, 0.011, 0.02, 0.01, -0.004),
        ],
        fillets_m=(0.004, 0.0),
    )
    housing = block((0.026, 0.108, 0.03), radius_m=0.0115, cell_m=0.03, steps=3)
    face = block((0.004, 0.094, 0.02), at=(0.0125, 0.0, 0.0), radius_m=0.0018, cell_m=0.03)
    return Link(
        'front_camera_link',
        _FRONT,
        0.25,
        (
            Part('front_mast', 'dark', mast),
            Part('front_housing', 'metal', housing),
            Part('front_face', 'visor', face),
            Part('front_lenses', 'lens', _lenses(0.0145)),
            Part('front_rims', 'metal', _rims(0.0146)),
        ),
        (
            Solid('box', (0.013, 0.054, 0.015)),
            Solid('box', (0.014, 0.026, 0.033), (-0.008, 0.0, -0.04)),
        ),
        cameras=(Camera('front', (0.02, 0.0, 0.0), 10.0, 500.0, (2.8, -1.7)),),
    )


def _lenses(x: float) -> Surface:
    return merge(*(disc(r, 0.0015, axis='x', edge=0.001, slices=16).moved(x, y) for r, y in _EYES))


def _rims(x: float) -> Surface:
    return merge(
        *(
            cap_rings(r + 0.002, 0.0005, axis='x', width=0.002, slices=16).moved(x, y)
            for r, y in _EYES
        )
    )


def rear_camera_link() -> Link:
    """A small camera at the rear edge of the deck."""
    pod = loft(
        [
            Ring(-0.004, 0.02, 0.03, 0.014, 0.004),
            Ring(0.012, 0.016, 0.025, 0.012, 0.002),
            Ring(0.034, 0.013, 0.021, 0.011),
        ],
        fillets_m=(0.002, 0.007),
    )
    lens = disc(0.0075, 0.002, axis='x', edge=0.001, slices=16).moved(-0.0145, 0.0, 0.02)
    rim = cap_rings(0.01, 0.001, axis='x', width=0.0025, slices=16).moved(-0.0145, 0.0, 0.02)
    return Link(
        'rear_camera_link',
        _REAR,
        0.08,
        (
            Part('rear_pod', 'dark', pod),
            Part('rear_lens', 'lens', lens),
            Part('rear_rim', 'metal', rim),
        ),
        (Solid('box', (0.016, 0.026, 0.017), (0.001, 0.0, 0.016)),),
        cameras=(Camera('rear', (-0.0195, 0.0, 0.02), 12.0, 430.0, (-2.1, 1.9), 180.0),),
    )
