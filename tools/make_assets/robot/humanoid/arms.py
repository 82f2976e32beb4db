"""Arms of seven joints: shoulder pitch, roll and yaw, elbow, wrist yaw, roll and pitch."""

from __future__ import annotations

from typing import Literal

from tools.make_assets.objects.surface import merge
from tools.make_assets.robot.forms import cap_rings, disc
from tools.make_assets.robot.humanoid.hands import hand_link
from tools.make_assets.robot.humanoid.trunk import SHOULDER_Y, SHOULDER_Z
from tools.make_assets.robot.model import Axis, Joint, Link, Part, Solid
from tools.make_assets.shapes.loft import Ring, loft

_UPPER_M = 0.27
"""From the shoulder to the elbow."""
_ROLL_Z = 0.1
"""From the shoulder to where the upper arm turns."""
_FOREARM_M = 0.1
"""From the elbow to where the forearm turns."""
_WRIST_M = 0.13
"""From there to the wrist."""


def _servo(
    name: str, axis: Axis | Literal['-y'], limits: tuple[float, float], *, effort: float
) -> Joint:
    kp = 10 * effort
    return Joint(name, 'hinge', axis, limits, effort, kp, kv=kp / 18, armature=0.05)


def arm_link(side: str, sign: int) -> Link:
    """The shoulder's first link with all that follow."""
    rotor = disc(0.05, 0.026, axis='y', edge=0.008).moved(y=-sign * 0.004)
    return Link(
        f'{side}_shoulder_pitch_link',
        (-0.004, sign * SHOULDER_Y, SHOULDER_Z),
        1.1,
        (Part(f'{side}_shoulder', 'dark', rotor),),
        (Solid('cylinder', (0.05, 0.024), (0.0, -sign * 0.002, 0.0), 'y'),),
        _servo(f'{side}_shoulder_pitch_joint', 'y', (-2.8, 1.2), effort=80.0),
        children=(_shoulder_roll(side, sign),),
    )


def _shoulder_roll(side: str, sign: int) -> Link:
    low, high = sorted((-sign * 0.2, sign * 2.2))
    shell = loft(
        [
            Ring(-_ROLL_Z + 0.006, 0.045, 0.044, 0.042),
            Ring(-0.06, 0.053, 0.05, 0.048),
            Ring(0.0, 0.06, 0.054, 0.052),
            Ring(0.056, 0.044, 0.04, 0.039, 0.0, -sign * 0.004),
        ],
        fillets_m=(0.008, 0.028),
        rows=4,
    )
    hub = disc(0.036, 0.064, axis='x', edge=0.006)
    return Link(
        f'{side}_shoulder_roll_link',
        (0.0, sign * 0.05, 0.0),
        1.4,
        (
            Part(f'{side}_shoulder_shell', 'shell', shell),
            Part('shoulder_hub', 'dark', hub),
            Part('shoulder_rings', 'accent', cap_rings(0.026, 0.064, axis='x')),
        ),
        (Solid('capsule', (0.052, 0.045), (0.0, 0.0, -0.03)),),
        _servo(f'{side}_shoulder_roll_joint', 'x', (low, high), effort=80.0),
        children=(_upper_arm(side),),
    )


def _upper_arm(side: str) -> Link:
    below = _UPPER_M - _ROLL_Z
    limb = loft(
        [
            Ring(-below + 0.036, 0.036, 0.036, 0.034),
            Ring(-0.07, 0.042, 0.041, 0.039),
            Ring(-0.014, 0.043, 0.042, 0.04),
        ],
        fillets_m=(0.008, 0.004),
    )
    collar = disc(0.041, 0.012, axis='z', edge=0.004).moved(z=-0.004)
    fork = loft(
        [Ring(-below, 0.028, 0.03, 0.026), Ring(-below + 0.05, 0.033, 0.033, 0.03)],
        fillets_m=(0.004, 0.0),
    )
    elbow = disc(0.037, 0.041, axis='y', edge=0.007).moved(z=-below)
    return Link(
        f'{side}_shoulder_yaw_link',
        (0.0, 0.0, -_ROLL_Z),
        1.3,
        (
            Part('upper_arm_shell', 'shell', limb),
            Part('upper_arm_core', 'dark', merge(collar, fork, elbow)),
            Part('elbow_rings', 'accent', cap_rings(0.026, 0.041, axis='y').moved(z=-below)),
        ),
        (
            Solid('capsule', (0.04, 0.04), (0.0, 0.0, -0.06)),
            Solid('cylinder', (0.037, 0.041), (0.0, 0.0, -below), 'y'),
        ),
        _servo(f'{side}_shoulder_yaw_joint', 'z', (-1.6, 1.6), effort=50.0),
        children=(_elbow(side),),
    )


def _elbow(side: str) -> Link:
    below = _UPPER_M - _ROLL_Z
    shell = loft(
        [
            Ring(-_FOREARM_M + 0.006, 0.04, 0.039, 0.036),
            Ring(-0.06, 0.041, 0.04, 0.037, 0.001),
            Ring(-0.022, 0.034, 0.034, 0.03, 0.002),
        ],
        fillets_m=(0.004, 0.014),
        rows=4,
    )
    return Link(
        f'{side}_elbow_link',
        (0.0, 0.0, -below),
        0.9,
        (Part('elbow_shell', 'shell', shell),),
        (Solid('capsule', (0.036, 0.02), (0.0, 0.0, -0.056)),),
        _servo(f'{side}_elbow_joint', '-y', (0.0, 2.2), effort=50.0),
        children=(_forearm(side, 1 if side == 'left' else -1),),
    )


def _forearm(side: str, sign: int) -> Link:
    shell = loft(
        [
            Ring(-_WRIST_M + 0.03, 0.029, 0.029, 0.027),
            Ring(-0.06, 0.035, 0.035, 0.033),
            Ring(-0.012, 0.039, 0.038, 0.036),
        ],
        fillets_m=(0.008, 0.004),
        rows=4,
    )
    collar = disc(0.0365, 0.012, axis='z', edge=0.004).moved(z=-0.004)
    stem = disc(0.024, 0.024, axis='z', edge=0.004).moved(z=-_WRIST_M + 0.02)
    hub = disc(0.025, 0.03, axis='x', edge=0.005).moved(z=-_WRIST_M)
    return Link(
        f'{side}_wrist_yaw_link',
        (0.0, 0.0, -_FOREARM_M),
        0.7,
        (
            Part('forearm_shell', 'shell', shell),
            Part('forearm_core', 'dark', merge(collar, stem, hub)),
            Part('wrist_rings', 'accent', cap_rings(0.017, 0.03, axis='x').moved(z=-_WRIST_M)),
        ),
        (Solid('capsule', (0.034, 0.06), (0.0, 0.0, -0.06)),),
        _servo(f'{side}_wrist_yaw_joint', 'z', (-2.0, 2.0), effort=20.0),
        children=(
            Link(
                f'{side}_wrist_roll_link',
                (0.0, 0.0, -_WRIST_M),
                0.2,
                (Part('wrist_cross', 'metal', disc(0.019, 0.027, axis='y', edge=0.004)),),
                (Solid('cylinder', (0.02, 0.026), axis='y'),),
                _servo(f'{side}_wrist_roll_joint', 'x', (-0.7, 0.7), effort=12.0),
                children=(hand_link(side, sign),),
            ),
        ),
    )
