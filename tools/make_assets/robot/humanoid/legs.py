"""Legs of six joints: hip yaw, roll and pitch, knee, ankle pitch and roll."""

from __future__ import annotations

from tools.make_assets.objects.surface import Surface, merge
from tools.make_assets.robot.forms import cap_rings, disc
from tools.make_assets.robot.humanoid.pose import ANKLE_M, SHIN_M, THIGH_M
from tools.make_assets.robot.model import CLEARANCE_M, Axis, Joint, Link, Part, Solid
from tools.make_assets.shapes.block import block
from tools.make_assets.shapes.loft import Ring, loft

HIP_Y = 0.092
HIP_DROP_M = 0.06
"""How far the hips are below the pelvis's frame."""


def _servo(
    name: str, axis: Axis, limits: tuple[float, float], *, effort: float, kp: float
) -> Joint:
    return Joint(name, 'hinge', axis, limits, effort, kp, kv=kp / 20, armature=0.1)


def leg_link(side: str, sign: int) -> Link:
    """The hip's first link with all that follow."""
    inward, outward = sorted((-sign * 0.3, sign * 0.6))
    return Link(
        f'{side}_hip_yaw_link',
        (0.0, sign * HIP_Y, -HIP_DROP_M + 0.03),
        1.6,
        (Part('hip_yaw', 'dark', disc(0.056, 0.026, axis='z').moved(z=0.012)),),
        (Solid('cylinder', (0.056, 0.026), (0.0, 0.0, 0.012)),),
        _servo(f'{side}_hip_yaw_joint', 'z', (-0.8, 0.8), effort=90.0, kp=1200.0),
        children=(
            Link(
                f'{side}_hip_roll_link',
                (0.0, 0.0, -0.03),
                1.4,
                (
                    Part('hip_roll', 'dark', disc(0.05, 0.066, axis='x', edge=0.01)),
                    Part('hip_roll_rings', 'accent', cap_rings(0.034, 0.066, axis='x')),
                ),
                (Solid('cylinder', (0.05, 0.066), axis='x'),),
                _servo(f'{side}_hip_roll_joint', 'x', (inward, outward), effort=120.0, kp=1500.0),
                children=(_thigh(side),),
            ),
        ),
    )


def _thigh(side: str) -> Link:
    core = loft(
        [
            Ring(-THIGH_M + 0.01, 0.036, 0.034, 0.03, 0.002),
            Ring(-THIGH_M + 0.08, 0.042, 0.042, 0.035, 0.004),
            Ring(-0.2, 0.046, 0.048, 0.04, 0.004),
        ],
        fillets_m=(0.01, 0.0),
    )
    shell = loft(
        [
            Ring(-0.292, 0.052, 0.052, 0.036, 0.004),
            Ring(-0.22, 0.061, 0.059, 0.042, 0.007),
            Ring(-0.12, 0.071, 0.066, 0.048, 0.006),
            Ring(-0.06, 0.07, 0.066, 0.05, 0.003),
            Ring(-0.014, 0.06, 0.06, 0.046, 0.0),
        ],
        fillets_m=(0.012, 0.02),
        rows=4,
    )
    knee = disc(0.046, 0.05, axis='y', edge=0.008).moved(z=-THIGH_M)
    return Link(
        f'{side}_hip_pitch_link',
        (0.0, 0.0, 0.0),
        4.6,
        (
            Part('thigh_shell', 'shell', shell),
            Part('thigh_core', 'dark', merge(core, knee, _thigh_seams())),
            Part('knee_rings', 'accent', cap_rings(0.032, 0.05, axis='y').moved(z=-THIGH_M)),
        ),
        (
            Solid('capsule', (0.064, 0.1), (0.004, 0.0, -0.13)),
            Solid('cylinder', (0.046, 0.05), (0.0, 0.0, -THIGH_M), 'y'),
        ),
        _servo(f'{side}_hip_pitch_joint', 'y', (-1.7, 0.7), effort=150.0, kp=1800.0),
        children=(_shin(side),),
    )


def _thigh_seams() -> Surface:
    """Narrow grooves down the outside of both flanks."""
    return merge(
        *(
            block((0.01, 0.006, 0.13), at=(0.005, y, -0.15), radius_m=0.0025, cell_m=0.05)
            for y in (-0.0622, 0.0622)
        )
    )


def _shin(side: str) -> Link:
    core = loft(
        [
            Ring(-SHIN_M, 0.03, 0.03, 0.026),
            Ring(-0.27, 0.034, 0.034, 0.03),
            Ring(-0.12, 0.04, 0.042, 0.034, -0.004),
            Ring(-0.03, 0.036, 0.036, 0.03),
        ],
        fillets_m=(0.006, 0.006),
    )
    # It rises in front of the knee, as its cap.
    shell = loft(
        [
            Ring(-0.296, 0.04, 0.041, 0.032, 0.002),
            Ring(-0.22, 0.047, 0.047, 0.038, -0.003),
            Ring(-0.13, 0.057, 0.053, 0.044, -0.009),
            Ring(-0.075, 0.048, 0.051, 0.04, 0.003),
            Ring(-0.035, 0.03, 0.046, 0.028, 0.024),
            Ring(0.0, 0.018, 0.042, 0.017, 0.038),
            Ring(0.03, 0.013, 0.036, 0.012, 0.04),
        ],
        fillets_m=(0.01, 0.012),
        rows=3,
    )
    ankle = disc(0.032, 0.038, axis='y', edge=0.006).moved(z=-SHIN_M)
    return Link(
        f'{side}_knee_link',
        (0.0, 0.0, -THIGH_M),
        3.0,
        (
            Part('shin_shell', 'shell', shell),
            Part('shin_core', 'dark', merge(core, ankle)),
            Part('ankle_rings', 'accent', cap_rings(0.021, 0.038, axis='y').moved(z=-SHIN_M)),
        ),
        (
            Solid('capsule', (0.05, 0.1), (-0.002, 0.0, -0.165)),
            Solid('cylinder', (0.032, 0.038), (0.0, 0.0, -SHIN_M), 'y'),
        ),
        _servo(f'{side}_knee_joint', 'y', (0.0, 2.1), effort=150.0, kp=1800.0),
        children=(_ankle(side),),
    )


def _ankle(side: str) -> Link:
    return Link(
        f'{side}_ankle_pitch_link',
        (0.0, 0.0, -SHIN_M),
        0.5,
        (Part('ankle_cross', 'dark', disc(0.022, 0.04, axis='x', edge=0.005)),),
        (Solid('cylinder', (0.022, 0.04), axis='x'),),
        _servo(f'{side}_ankle_pitch_joint', 'y', (-0.9, 0.6), effort=80.0, kp=800.0),
        children=(_foot(side),),
    )


def _foot(side: str) -> Link:
    sole = loft(
        [
            Ring(-ANKLE_M, 0.118, 0.043, 0.04, 0.036),
            Ring(-ANKLE_M + 0.02, 0.121, 0.046, 0.043, 0.036),
        ],
        fillets_m=(0.006, 0.003),
        rows=2,
    )
    shell = loft(
        [
            Ring(-ANKLE_M + 0.018, 0.116, 0.042, 0.04, 0.036),
            Ring(-ANKLE_M + 0.034, 0.108, 0.041, 0.038, 0.03),
            Ring(-0.036, 0.068, 0.038, 0.034, 0.006),
            Ring(-0.014, 0.05, 0.034, 0.03, -0.004),
        ],
        fillets_m=(0.0, 0.01),
        rows=4,
    )
    return Link(
        f'{side}_ankle_roll_link',
        (0.0, 0.0, 0.0),
        1.1,
        (Part('foot_shell', 'shell', shell), Part('foot_sole', 'rubber', sole)),
        (
            Solid('box', (0.12, 0.045, 0.016), (0.036, 0.0, -ANKLE_M + 0.016 + CLEARANCE_M)),
            Solid('box', (0.055, 0.036, 0.02), (0.0, 0.0, -0.034)),
        ),
        _servo(f'{side}_ankle_roll_joint', 'x', (-0.35, 0.35), effort=60.0, kp=600.0),
    )
