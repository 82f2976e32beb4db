"""The keyframe ``home``."""

from __future__ import annotations

HOME: dict[str, float] = {
    'torso_lift_joint': 0.26,
    'head_pan_joint': 0.0,
    'head_tilt_joint': 0.68,
    'arm_1_joint': -0.544,
    'arm_2_joint': -0.052,
    'arm_3_joint': 1.158,
    'arm_4_joint': 0.738,
    'arm_5_joint': -0.613,
    'arm_6_joint': 0.628,
    'arm_7_joint': -0.823,
    'gripper_left_finger_joint': 0.03,
    'gripper_right_finger_joint': 0.03,
}
"""Joint positions in radians and metres, others 0. The head looks down on a table 0.85 m ahead
and the wrist camera looks on it from the right."""
