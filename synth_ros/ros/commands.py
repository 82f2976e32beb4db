"""Topics on which other programs drive the robot."""

from __future__ import annotations

from collections.abc import Callable

from geometry_msgs.msg import Twist, TwistStamped
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message
from rclpy.subscription import Subscription
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from synth_ros.pipeline.commands import CommandInbox
from synth_ros.ros.command_params import CommandParams
from synth_ros.ros.convert import stamp_ns
from synth_ros.sim import commands

# As ros2_control's controllers listen; the queue is longer, as some programs send joint by joint.
_DEPTH = 100


class CommandTopics:
    """Listens to commands and leaves them for the simulation.

    Whatever comes, nothing is raised: what cannot be obeyed is counted and told.

    Args:
        node: Subscribes.
        params: How to read what comes.
        inbox: Is given all that comes.
        answers: Name of a topic that somebody else listens to, who calls ``before_answer``.
    """

    def __init__(
        self, node: Node, params: CommandParams, inbox: CommandInbox, *, answers: str = ''
    ) -> None:
        self._inbox = inbox
        self._joints = params.joints
        qos = QoSProfile(depth=_DEPTH)
        twist, on_twist = (
            (TwistStamped, self._on_twist_stamped) if params.stamped else (Twist, self._on_twist)
        )
        self._subscriptions: list[Subscription] = []
        self._of_answers: tuple[type, Callable[[object], None]] | None = None
        for name, kind, callback in (
            ('joint_trajectory', JointTrajectory, self._on_trajectory),
            ('joint_commands', JointState, self._on_names),
            ('position_commands', Float64MultiArray, self._on_order),
            ('cmd_vel', twist, on_twist),
        ):
            if answers and node.resolve_topic_name(name) == node.resolve_topic_name(answers):
                self._of_answers = kind, callback
            else:
                self._subscriptions.append(node.create_subscription(kind, name, callback, qos))

    def before_answer(self, cdr: bytes, kind: type) -> None:
        """Take in all that came before an answer, and the answer, if it is a command, too.

        The executor takes messages of different topics in any order; what an answer lets happen
        must not depend on it.

        Args:
            cdr: The answer.
            kind: Its type.
        """
        for subscription in self._subscriptions:
            with subscription.handle:
                while found := subscription.handle.take_message(subscription.msg_type, False):
                    subscription.callback(found[0])
        if self._of_answers is not None and kind is self._of_answers[0]:
            self._of_answers[1](deserialize_message(cdr, kind))

    def _on_trajectory(self, message: JointTrajectory) -> None:
        points = [
            commands.RawPoint(
                int(point.time_from_start.sec) * 1_000_000_000
                + int(point.time_from_start.nanosec),
                point.positions,
                point.velocities,
                point.accelerations,
            )
            for point in message.points
        ]
        start_ns = stamp_ns(message.header.stamp)
        self._inbox.give(commands.trajectory(message.joint_names, points, start_ns=start_ns))

    def _on_names(self, message: JointState) -> None:
        given_ns = stamp_ns(message.header.stamp)
        self._inbox.give(
            commands.positions_by_name(message.name, message.position, stamp_ns=given_ns)
        )

    def _on_order(self, message: Float64MultiArray) -> None:
        self._inbox.give(commands.positions_in_order(message.data, self._joints))

    def _on_twist(self, message: Twist) -> None:
        self._give_twist(message, 0)

    def _on_twist_stamped(self, message: TwistStamped) -> None:
        self._give_twist(message.twist, stamp_ns(message.header.stamp))

    def _give_twist(self, message: Twist, given_ns: int) -> None:
        linear, angular = message.linear, message.angular
        self._inbox.give(
            commands.twist(
                (linear.x, linear.y, linear.z),
                (angular.x, angular.y, angular.z),
                stamp_ns=given_ns,
            )
        )
