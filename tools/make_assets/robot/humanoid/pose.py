"""The keyframe ``home``."""

from __future__ import annotations

import math

THIGH_M = 0.36
SHIN_M = 0.36
ANKLE_M = 0.085
"""Height of the ankle's joints above the sole."""
KNEE_BEND = 0.36
"""Of the knees at home, radians; hips and ankles take half of it back."""
HIP_M = ANKLE_M + (THIGH_M + SHIN_M) * math.cos(KNEE_BEND / 2)
"""Height of the hips with both soles on the floor at home."""

_ARM = {
    'shoulder_pitch_joint': 0.16,
    'shoulder_roll_joint': 0.16,
    'shoulder_yaw_joint': 0.0,
    'elbow_joint': 0.72,
    'wrist_yaw_joint': 0.0,
    'wrist_roll_joint': 0.0,
    'wrist_pitch_joint': 0.1,
    'thumb_joint': 0.35,
    'index_joint': 0.4,
    'middle_joint': 0.45,
    'ring_joint': 0.5,
}
_LEG = {
    'hip_pitch_joint': -KNEE_BEND / 2,
    'knee_joint': KNEE_BEND,
    'ankle_pitch_joint': -KNEE_BEND / 2,
}
_MIRRORED = ('shoulder_roll_joint', 'shoulder_yaw_joint', 'wrist_yaw_joint', 'wrist_roll_joint')

HOME: dict[str, float] = {
    'head_tilt_joint': 0.6,
    **{
        f'{side}_{name}': sign * angle if name in _MIRRORED else angle
        for side, sign in (('left', 1), ('right', -1))
        for name, angle in (_ARM | _LEG).items()
    },
}
"""Joint positions in radians, others 0. It stands with knees and elbows bent and looks down
ahead, as before a table."""
