"""A parallel gripper with a camera on its palm."""

from __future__ import annotations

from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.robot.forms import disc, tube
from tools.make_assets.robot.model import Camera, Joint, Link, Part, Solid
from tools.make_assets.shapes.block import block

FINGER_RANGE_M = (0.0, 0.045)
"""Travel of one finger from closed to open."""

_PALM = 0.075


def gripper_link() -> Link:
    """The palm; x points out between the fingers, which move along y."""
    shell = tube(
        0.0, _PALM - 0.012, ((0.036, 0.036), (0.066, 0.034)), corner=0.8, fillets_m=(0.004, 0.008)
    )
    rail = block((0.016, 0.136, 0.034), at=(_PALM - 0.006, 0.0, 0.0), radius_m=0.005, cell_m=0.05)
    housing = block(
        (0.03, 0.092, 0.026), at=(0.038, 0.0, 0.047), radius_m=0.009, cell_m=0.03, steps=3
    )
    foot = block((0.022, 0.05, 0.02), at=(0.038, 0.0, 0.034), radius_m=0.004)
    lenses = merge(
        *(
            disc(radius, 0.002, axis='x', edge=0.001, slices=12).moved(0.0535, y, 0.047)
            for radius, y in ((0.0075, 0.0), (0.006, 0.03), (0.006, -0.03))
        )
    )
    camera = Camera('wrist', (0.058, 0.0, 0.047), 8.0, 462.0, (2.4, -1.8))
    return Link(
        'gripper_link',
        (0.016, 0.0, 0.0),
        0.75,
        (
            Part('gripper_shell', 'shell', shell),
            Part('gripper_rail', 'dark', merge(rail, housing, foot)),
            Part('gripper_lenses', 'lens', lenses),
        ),
        (
            Solid('box', (0.036, 0.066, 0.033), (0.04, 0.0, 0.0)),
            Solid('box', (0.015, 0.046, 0.014), (0.038, 0.0, 0.047)),
        ),
        cameras=(camera,),
        children=(_finger('left', 1), _finger('right', -1)),
    )


def _finger(side: str, sign: int) -> Link:
    """Its frame is on the palm's middle; at zero its pad touches the other one."""
    carriage = block((0.03, 0.026, 0.026), at=(0.013, sign * 0.017, 0.0), radius_m=0.004)
    blade = _blade(sign)
    pad = block((0.05, 0.005, 0.024), at=(0.073, sign * 0.0026, 0.0), radius_m=0.002)
    joint = Joint(
        f'gripper_{side}_finger_joint',
        'slide',
        'y' if sign > 0 else '-y',
        FINGER_RANGE_M,
        effort=60.0,
        kp=2000.0,
        kv=40.0,
        armature=0.1,
    )
    return Link(
        f'gripper_{side}_finger_link',
        (_PALM + 0.002, 0.0, 0.0),
        0.08,
        (
            Part(f'finger_{side}', 'metal', merge(carriage, blade)),
            Part(f'finger_{side}_pad', 'rubber', pad),
        ),
        (
            Solid('box', (0.015, 0.0125, 0.013), (0.013, sign * 0.0175, 0.0)),
            Solid('box', (0.037, 0.007, 0.0125), (0.063, sign * 0.0085, 0.0)),
        ),
        joint,
    )


def _blade(sign: int) -> Surface:
    return tube(
        0.01, 0.1, ((0.009, 0.013), (0.005, 0.011)), corner=0.5, fillets_m=(0.002, 0.004)
    ).moved(y=sign * 0.0105)
