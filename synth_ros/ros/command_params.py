"""Parameters that say whether and how the robot obeys commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from synth_ros.errors import NotFoundError, UsageError
from synth_ros.sim.joint_rules import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synth_ros.ros.params import Declare


class CommandParams(NamedTuple):
    """Whether and how the robot obeys commands.

    Attributes:
        mode: ``none``: it goes where it was drawn to go; ``follow``: where it is told.
        limits: What commands may do.
        joints: Whose positions come on ``position_commands``; empty: those of ``joint_states``.
        stamped: Whether ``cmd_vel`` is a TwistStamped.
    """

    mode: str
    limits: Limits
    joints: tuple[str, ...]
    stamped: bool


def declare_commands(declare: Declare) -> CommandParams:
    """The parameters that say whether and how the robot obeys commands."""
    mode = declare.choice(
        'command_mode',
        'none',
        allowed=('none', 'follow'),
        description='Whether the robot goes where it was drawn to go (none), or from its first '
        'drawn posture on where commands send it (follow)',
    )
    joints = declare.text(
        'command_joints',
        '',
        description='Joints whose positions come on position_commands, separated by commas; '
        'empty: all of joint_states, in its order',
    )
    stamped = declare.flag(
        'cmd_vel_stamped',
        default=False,
        description='Whether cmd_vel is geometry_msgs/TwistStamped; false: Twist',
    )
    names = tuple(name for name in joints.replace(',', ' ').split() if name)
    return CommandParams(mode, _declare_limits(declare), names, stamped)


def _declare_limits(declare: Declare) -> Limits:
    default = Limits()
    return Limits(
        timeout_s=declare.number(
            'command_timeout_s',
            default.timeout_s,
            bounds=(0.0, 3600.0),
            description='How long a position or a twist is obeyed, simulated time; then joints '
            'stay and the base stops; 0: for ever',
        ),
        joint_rad_s=declare.number(
            'max_joint_velocity_rad_s',
            default.joint_rad_s,
            bounds=(0.0, 1000.0),
            description="The fastest that commands turn a joint; a URDF's own limits hold, too",
        ),
        slide_m_s=declare.number(
            'max_slide_velocity_m_s',
            default.slide_m_s,
            bounds=(0.0, 100.0),
            description="The fastest that commands shift a joint; a URDF's own limits hold, too",
        ),
        linear_m_s=declare.number(
            'max_linear_velocity_m_s',
            default.linear_m_s,
            bounds=(0.0, 100.0),
            description='The fastest that commands drive the base; 0: it stays',
        ),
        yaw_rad_s=declare.number(
            'max_angular_velocity_rad_s',
            default.yaw_rad_s,
            bounds=(0.0, 100.0),
            description='The fastest that commands turn the base; 0: it does not turn',
        ),
    )


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
