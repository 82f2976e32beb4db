"""Listens to the topic whose messages answer frames, whatever their type."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.subscription import Subscription
from rclpy.topic_endpoint_info import TopicEndpointInfo

from synth_ros.errors import RosError
from synth_ros.pipeline.lockstep import Lockstep
from synth_ros.ros.bag_sink import subscription_qos
from synth_ros.ros.cdr import leading_stamp_ns
from synth_ros.ros.definitions import message_class

_LOOK_S = 0.1
# A subscription is known to who answers only when the middleware has told its process of it;
# nothing here shows that. What is answered before is lost, and would be waited for in vain.
_GRACE_S = 1.0
# A program that answers nonsense does it for each frame.
_TOLD = 3
# First fields that hold the stamp at the same place.
_HEADS = frozenset(['std_msgs/Header', 'builtin_interfaces/Time'])


class AnswerTopic:
    """Tells a ``Lockstep`` of the stamps that come on a topic.

    The type is that of the first publisher; only the stamp of a message is read.

    Args:
        node: Subscribes.
        topic: Topic name.
        lockstep: Is told.
        is_watched: Whether anybody sees frames; who answers must.
        before: Is given each message, serialised, and its type, before it counts as an answer.

    Attributes:
        error: Why the topic is of no use; the simulation cannot go on.
    """

    def __init__(
        self,
        node: Node,
        topic: str,
        *,
        lockstep: Lockstep,
        is_watched: Callable[[], bool],
        before: Callable[[bytes, type], None] | None = None,
    ) -> None:
        self.topic = node.resolve_topic_name(topic)
        self.error: RosError | None = None
        self._node = node
        self._lockstep = lockstep
        self._subscription: Subscription | None = None
        self._offer: tuple[str, QoSProfile] | None = None
        self._is_watched = is_watched
        self._before = before
        self._alone = True
        self._listening_since_s = 0.0
        self._told = 0
        node.create_timer(_LOOK_S, self._look)

    @property
    def is_heard(self) -> bool:
        """Whether somebody publishes the topic, sees frames, and we listen."""
        return self._subscription is not None and not self._alone

    @property
    def _is_settled(self) -> bool:
        """Whether who answers has had the time to learn that we listen."""
        listened_s = time.monotonic() - self._listening_since_s
        matched = self._subscription is not None and self._subscription.get_publisher_count() > 0
        return matched and listened_s >= _GRACE_S

    def _look(self) -> None:
        """Follow the publishers of the topic as they come and go."""
        publishers = self._node.get_publishers_info_by_topic(self.topic)
        if not publishers:
            self._alone = True
            return
        try:
            self._listen(publishers)
        except RosError as error:
            self.error = error
            return
        if not self._alone or not self._is_settled or not self._is_watched():
            return
        self._alone = False
        if missed := self._lockstep.forsake():
            # Who went away and came back cannot answer what it has not seen.
            self._node.get_logger().warning(
                f'Lockstep: {self.topic} has a publisher again; going on without answers to '
                f'{missed} frames.'
            )

    def _listen(self, publishers: Sequence[TopicEndpointInfo]) -> None:
        type_name, profile = publishers[0].topic_type, subscription_qos(publishers)
        # An answer that was given to another run answers nothing here.
        profile.durability = DurabilityPolicy.VOLATILE
        if self._offer == (type_name, profile):
            return
        kind = message_class(type_name)
        first = next(iter(kind.get_fields_and_field_types().values()), '')
        if first not in _HEADS:
            raise RosError(
                f'Lockstep: messages of {self.topic} ({type_name}) do not begin with a header, so '
                'they have no stamp that tells which frame they answer. Name a topic of a type '
                'whose first field is std_msgs/Header.'
            )
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
        self._offer = (type_name, profile)
        self._listening_since_s = time.monotonic()
        self._subscription = self._node.create_subscription(
            kind, self.topic, partial(self._receive, kind), profile, raw=True
        )
        self._node.get_logger().info(f'Lockstep: frames are answered on {self.topic}.')

    def _receive(self, kind: type, cdr: bytes) -> None:
        if self._before is not None:
            self._before(cdr, kind)
        stamp_ns = leading_stamp_ns(cdr)
        what = 'unknown' if stamp_ns is None else self._lockstep.answer(stamp_ns)
        if what != 'unknown' or self._told >= _TOLD:
            return
        self._told += 1
        shown = 'no stamp' if stamp_ns is None else f'the stamp {stamp_ns * 1e-9:.9f} s'
        waiting = ', '.join(f'{at * 1e-9:.9f} s' for at in self._lockstep.in_flight) or 'none'
        self._node.get_logger().warning(
            f'Lockstep: a message on {self.topic} has {shown}, which no unanswered frame has '
            f'(waiting: {waiting}); it is ignored. Answer with the header of the image.'
            + (' More of them are only counted.' if self._told == _TOLD else '')
        )
