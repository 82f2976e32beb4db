"""Hands: a palm, three fingers and a thumb, each bent by one joint."""

from __future__ import annotations

from typing import Literal

from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.robot.forms import disc
from tools.make_assets.robot.model import Axis, Joint, Link, Part, Solid, Vector
from tools.make_assets.shapes.loft import Ring, loft

_PALM_M = 0.095
_FINGERS = (('index', 0.026), ('middle', 0.0), ('ring', -0.026))
"""Names, and where they start on x, from the thumb's side on."""


def hand_link(side: str, sign: int) -> Link:
    """The palm; fingers point down, the palm's inside faces the body (-y of a left hand)."""
    palm = loft(
        [
            Ring(-_PALM_M, 0.043, 0.016, 0.015, 0.0, 0.0),
            Ring(-0.06, 0.042, 0.019, 0.017),
            Ring(-0.03, 0.032, 0.02, 0.018),
            Ring(-0.012, 0.024, 0.02, 0.018),
        ],
        fillets_m=(0.006, 0.005),
        rows=3,
    )
    pad = loft(
        [
            Ring(-_PALM_M + 0.006, 0.036, 0.006, 0.005, 0.0, -sign * 0.014),
            Ring(-0.035, 0.028, 0.006, 0.005, 0.0, -sign * 0.0165),
        ],
        fillets_m=(0.003, 0.003),
        rows=2,
    )
    yoke = disc(0.0185, 0.02, axis='y', edge=0.004)
    joint = Joint(
        f'{side}_wrist_pitch_joint', 'hinge', 'y', (-0.9, 0.9), 12.0, 120.0, 120.0 / 18, 0.02
    )
    fingers = tuple(_finger(side, sign, name=name, x=x) for name, x in _FINGERS)
    return Link(
        f'{side}_hand_link',
        (0.0, 0.0, 0.0),
        0.4,
        (
            Part('palm', 'shell', palm),
            Part(f'{side}_palm_pad', 'rubber', merge(pad, yoke)),
        ),
        (Solid('box', (0.04, 0.018, 0.04), (0.0, 0.0, -0.052)),),
        joint,
        children=(*fingers, _thumb(side, sign)),
    )


def _bend(name: str, axis: Axis | Literal['-x'], limits: tuple[float, float]) -> Joint:
    return Joint(name, 'hinge', axis, limits, 4.0, 20.0, 1.0, 0.005)


def _finger(side: str, sign: int, *, name: str, x: float) -> Link:
    """Bends towards the palm's inside: about x, by a positive angle on either side."""
    kind, length = ('long', 0.052) if name == 'middle' else ('short', 0.046)
    return Link(
        f'{side}_{name}_link',
        (x, 0.0, -_PALM_M - 0.002),
        0.06,
        (
            Part(f'finger_{kind}', 'dark', _finger_form(length)),
            Part(f'{side}_tip_{kind}', 'rubber', _tip(length, sign)),
        ),
        (
            Solid('capsule', (0.0105, 0.018), (0.0, 0.0, -0.02)),
            Solid('capsule', (0.009, 0.012), (0.0, -sign * 0.012, -length - 0.012)),
        ),
        _bend(f'{side}_{name}_joint', '-x' if sign > 0 else 'x', (0.0, 1.4)),
    )


def _finger_form(length: float) -> Surface:
    knuckle = disc(0.012, 0.0115, axis='x', edge=0.003, slices=16)
    first = loft(
        [
            Ring(-length, 0.0085, 0.009, 0.008),
            Ring(-0.004, 0.0105, 0.0105, 0.009),
        ],
        fillets_m=(0.003, 0.002),
        rows=1,
    )
    joint = disc(0.0095, 0.0095, axis='x', edge=0.0025, slices=14).moved(z=-length)
    return merge(knuckle, first, joint)


def _tip(length: float, sign: int) -> Surface:
    """The outer half, bent inwards."""
    form = loft(
        [Ring(-0.038, 0.006, 0.0065, 0.006), Ring(-0.004, 0.0085, 0.0085, 0.0075)],
        fillets_m=(0.006, 0.002),
        rows=2,
    )
    return form.rotated('x', -sign * 24).moved(z=-length)


def _thumb(side: str, sign: int) -> Link:
    """Starts at the palm's front edge and closes towards the fingers."""
    at: Vector = (0.036, -sign * 0.008, -0.038)
    base = disc(0.0135, 0.012, axis='y', edge=0.003, slices=16)
    limb = loft(
        [Ring(-0.05, 0.0085, 0.0095, 0.008), Ring(-0.004, 0.0105, 0.011, 0.0095)],
        fillets_m=(0.004, 0.002),
        rows=1,
    ).rotated('y', -42)
    tip = (
        loft(
            [Ring(-0.032, 0.0065, 0.0075, 0.0062), Ring(-0.002, 0.0085, 0.009, 0.008)],
            fillets_m=(0.006, 0.002),
            rows=2,
        )
        .rotated('y', -6)
        .moved(0.0325, 0.0, -0.0365)
    )
    return Link(
        f'{side}_thumb_link',
        at,
        0.06,
        (
            Part('thumb', 'dark', merge(base, limb)),
            Part('thumb_tip', 'rubber', tip),
        ),
        (
            Solid('sphere', (0.0115,), (0.012, 0.0, -0.014)),
            Solid('sphere', (0.0115,), (0.026, 0.0, -0.03)),
            Solid('capsule', (0.0095, 0.012), (0.0345, 0.0, -0.053)),
        ),
        _bend(f'{side}_thumb_joint', 'y', (0.0, 0.8)),
    )
