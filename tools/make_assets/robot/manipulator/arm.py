"""Seven joints in line, forward at zero.

Shoulder pan and lift, upper arm roll, elbow, forearm roll, wrist pitch and roll.
"""

from __future__ import annotations

from tools.make_assets.objects.surface import merge
from tools.make_assets.robot.forms import cap_rings, collar, disc, tube
from tools.make_assets.robot.manipulator.torso import SHOULDER_M
from tools.make_assets.robot.model import Axis, Joint, Link, Part, Solid
from tools.make_assets.shapes.block import block
from tools.make_assets.shapes.loft import Ring, loft

_LIFT_Z = 0.085
_ROLL_1, _ELBOW = 0.13, 0.16
_ROLL_2, _WRIST = 0.12, 0.14
_ROLL_3 = 0.065


def _servo(
    number: int, axis: Axis, limits: tuple[float, float], *, effort: float, kp: float
) -> Joint:
    return Joint(
        f'arm_{number}_joint',
        'hinge',
        axis,
        limits,
        effort,
        kp,
        kv=kp / 18,
        armature=0.08 if number < 5 else 0.02,
    )


def arm_link(gripper: Link) -> Link:
    """The first link with all that follow."""
    turret = loft(
        [
            Ring(-0.004, 0.058, 0.058, 0.058),
            Ring(0.03, 0.058, 0.058, 0.058),
            Ring(_LIFT_Z, 0.044, 0.042, 0.042),
        ],
        fillets_m=(0.006, 0.006),
    )
    return Link(
        'arm_1_link',
        SHOULDER_M,
        2.2,
        (
            Part('arm_1_shell', 'shell', turret),
            Part('arm_1_hub', 'dark', disc(0.052, 0.05, axis='y').moved(z=_LIFT_Z)),
        ),
        (Solid('cylinder', (0.056, 0.05), (0.0, 0.0, 0.05)),),
        _servo(1, 'z', (-2.4, 1.6), effort=90.0, kp=900.0),
        children=(_upper_arm(gripper),),
    )


def _upper_arm(gripper: Link) -> Link:
    cheeks = disc(0.057, 0.058, axis='y', edge=0.012)
    limb = tube(0.02, _ROLL_1 - 0.012, ((0.046, 0.05), (0.044, 0.044)))
    return Link(
        'arm_2_link',
        (0.0, 0.0, _LIFT_Z),
        2.1,
        (
            Part('arm_2_shell', 'shell', merge(cheeks, limb)),
            Part('arm_2_rings', 'accent', cap_rings(0.042, 0.058, axis='y')),
        ),
        (
            Solid('cylinder', (0.057, 0.058), axis='y'),
            Solid('capsule', (0.045, 0.03), (0.075, 0.0, 0.0), 'x'),
        ),
        _servo(2, 'y', (-1.9, 1.6), effort=90.0, kp=900.0),
        children=(_upper_roll(gripper),),
    )


def _upper_roll(gripper: Link) -> Link:
    limb = tube(0.0, _ELBOW - 0.01, ((0.044, 0.044), (0.036, 0.04)))
    return Link(
        'arm_3_link',
        (_ROLL_1, 0.0, 0.0),
        1.5,
        (
            Part('arm_3_shell', 'shell', limb),
            Part(
                'arm_3_hub',
                'dark',
                merge(collar(0.041, -0.006), disc(0.043, 0.044, axis='y').moved(_ELBOW)),
            ),
        ),
        (Solid('capsule', (0.043, 0.06), (0.07, 0.0, 0.0), 'x'),),
        _servo(3, 'x', (-2.8, 2.8), effort=60.0, kp=600.0),
        children=(_elbow(gripper),),
    )


def _elbow(gripper: Link) -> Link:
    cheeks = disc(0.048, 0.05, axis='y', edge=0.01)
    limb = tube(0.02, _ROLL_2 - 0.012, ((0.039, 0.042), (0.037, 0.037)))
    return Link(
        'arm_4_link',
        (_ELBOW, 0.0, 0.0),
        1.4,
        (
            Part('arm_4_shell', 'shell', merge(cheeks, limb)),
            Part('arm_4_rings', 'accent', cap_rings(0.035, 0.05, axis='y')),
        ),
        (
            Solid('cylinder', (0.048, 0.05), axis='y'),
            Solid('capsule', (0.038, 0.03), (0.065, 0.0, 0.0), 'x'),
        ),
        _servo(4, 'y', (-2.3, 2.3), effort=60.0, kp=600.0),
        children=(_forearm(gripper),),
    )


def _forearm(gripper: Link) -> Link:
    limb = tube(0.0, _WRIST - 0.01, ((0.037, 0.037), (0.029, 0.033)))
    return Link(
        'arm_5_link',
        (_ROLL_2, 0.0, 0.0),
        1.0,
        (
            Part('arm_5_shell', 'shell', limb),
            Part(
                'arm_5_hub',
                'dark',
                merge(collar(0.0345, -0.006), disc(0.035, 0.035, axis='y').moved(_WRIST)),
            ),
        ),
        (Solid('capsule', (0.036, 0.05), (0.06, 0.0, 0.0), 'x'),),
        _servo(5, 'x', (-2.8, 2.8), effort=30.0, kp=300.0),
        children=(_wrist(gripper),),
    )


def _wrist(gripper: Link) -> Link:
    cheeks = disc(0.039, 0.041, axis='y', edge=0.008)
    limb = tube(0.01, _ROLL_3 - 0.01, ((0.033, 0.034), (0.031, 0.031)))
    return Link(
        'arm_6_link',
        (_WRIST, 0.0, 0.0),
        0.7,
        (
            Part('arm_6_shell', 'shell', merge(cheeks, limb)),
            Part('arm_6_rings', 'accent', cap_rings(0.028, 0.041, axis='y', width=0.006)),
        ),
        (Solid('cylinder', (0.039, 0.041), axis='y'),),
        _servo(6, 'y', (-2.1, 2.1), effort=20.0, kp=200.0),
        children=(_flange(gripper),),
    )


def _flange(gripper: Link) -> Link:
    bolts = [
        block((0.004, 0.006, 0.006), at=(0.017, y, z), radius_m=0.002)
        for y, z in ((0.02, 0.02), (-0.02, 0.02), (0.02, -0.02), (-0.02, -0.02))
    ]
    return Link(
        'arm_7_link',
        (_ROLL_3, 0.0, 0.0),
        0.3,
        (Part('arm_7_hub', 'dark', merge(collar(0.034, 0.002, half_length=0.014), *bolts)),),
        (Solid('cylinder', (0.034, 0.014), (0.002, 0.0, 0.0), 'x'),),
        _servo(7, 'x', (-3.0, 3.0), effort=20.0, kp=200.0),
        children=(gripper,),
    )
