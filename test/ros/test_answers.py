"""Who answers is listened to, and has had the time to learn that it is."""

import time
from contextlib import contextmanager

import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray

from synth_ros.pipeline.lockstep import Lockstep
from synth_ros.ros import answers
from synth_ros.ros.answers import AnswerTopic

TOPIC = '/answers_of_a_test'


@contextmanager
def answering(*, is_watched=lambda: True):
    """An answer topic, a publisher of it, and what lets a condition come true."""
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('answered', context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)

    def comes(condition, *, within_s=60):
        deadline = time.monotonic() + within_s
        while not condition() and time.monotonic() < deadline:
            executor.spin_once(timeout_sec=0.05)
        return condition()

    try:
        lockstep = Lockstep()
        topic = AnswerTopic(node, TOPIC, lockstep=lockstep, is_watched=is_watched)
        publisher = node.create_publisher(Detection2DArray, TOPIC, 10)
        yield topic, lockstep, publisher, comes
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.shutdown(context=context)


def test_the_first_frame_waits_until_who_answers_knows_that_we_listen(monkeypatch):
    monkeypatch.setattr(answers, '_GRACE_S', 3600.0)
    with answering() as (topic, lockstep, publisher, comes):
        assert comes(lambda: publisher.get_subscription_count() > 0)
        # Looked at several times meanwhile.
        assert not comes(lambda: topic.is_heard, within_s=0.5)
        monkeypatch.setattr(answers, '_GRACE_S', 0.0)
        assert comes(lambda: topic.is_heard)
        lockstep.expect(2_000_000_005)
        answer = Detection2DArray(header=Header())
        answer.header.stamp.sec, answer.header.stamp.nanosec = 2, 5
        publisher.publish(answer)
        assert comes(lambda: lockstep.counts.answered == 1)


@pytest.mark.parametrize('seen', [True, False])
def test_who_sees_no_frames_cannot_answer_them(seen):
    with answering(is_watched=lambda: seen) as (topic, _, _, comes):
        assert comes(lambda: topic.is_heard, within_s=60 if seen else 2) == seen
