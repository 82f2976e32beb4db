"""Parameters that say whether and how the robot obeys commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from rclpy.node import Node

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.ros.declare import Choice, Flag, Group, Named, Number, Words
from synth_ros.sim.joint_rules import Limits


def _declare_limits(node: Node) -> Limits:
    """What commands may do."""
    usual = Limits()

    def most(name: str, default: float, *, high: float, description: str) -> float:
        return Number(description, default, bounds=(0.0, high)).declare(node, name)

    return Limits(
        timeout_s=most(
            'command_timeout_s',
            usual.timeout_s,
            high=3600.0,
            description='How long a position or a twist is obeyed, simulated time; then joints '
            'stay and the base stops; 0: for ever',
        ),
        joint_rad_s=most(
            'max_joint_velocity_rad_s',
            usual.joint_rad_s,
            high=1000.0,
            description="The fastest that commands turn a joint; a URDF's own limits hold, too",
        ),
        slide_m_s=most(
            'max_slide_velocity_m_s',
            usual.slide_m_s,
            high=100.0,
            description="The fastest that commands shift a joint; a URDF's own limits hold, too",
        ),
        linear_m_s=most(
            'max_linear_velocity_m_s',
            usual.linear_m_s,
            high=100.0,
            description='The fastest that commands drive the base; 0: it stays',
        ),
        yaw_rad_s=most(
            'max_angular_velocity_rad_s',
            usual.yaw_rad_s,
            high=100.0,
            description='The fastest that commands turn the base; 0: it does not turn',
        ),
    )


class CommandParams(NamedTuple):
    """Whether and how the robot obeys commands.

    Attributes:
        mode: ``none``: it goes where it was drawn to go; ``follow``: where it is told.
        limits: What commands may do.
        joints: Whose positions come on ``position_commands``; empty: those of ``joint_states``.
        stamped: Whether ``cmd_vel`` is a TwistStamped.
    """

    mode: Annotated[
        str,
        Named(
            'command_mode',
            Choice(
                'Whether the robot goes where it was drawn to go (none), or from its first drawn '
                'posture on where commands send it (follow)',
                default='none',
                allowed=('none', 'follow'),
            ),
        ),
    ]
    limits: Annotated[Limits, Group(_declare_limits)]
    joints: Annotated[
        tuple[str, ...],
        Named(
            'command_joints',
            Words(
                'Joints whose positions come on position_commands, separated by commas; empty: '
                'all of joint_states, in its order'
            ),
        ),
    ]
    stamped: Annotated[
        bool,
        Named(
            'cmd_vel_stamped',
            Flag('Whether cmd_vel is geometry_msgs/TwistStamped; false: Twist'),
        ),
    ]


def check_command_joints(params: CommandParams, joints: Sequence[str]) -> None:
    """See that the robot has the joints that are named.

    Raises:
        NotFoundError: It has not.
        UsageError: One is named twice.
    """
    for name in params.joints:
        if name not in joints:
            raise NotFoundError('joint', name, available=joints, where='parameter command_joints')
        if params.joints.count(name) > 1:
            raise UsageError(f'Parameter command_joints names {name!r} twice; name it once.')
