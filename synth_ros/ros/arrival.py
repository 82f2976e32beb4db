"""Waits until what was published has arrived: a reliable publisher that goes takes it along."""

from __future__ import annotations

import time
from collections.abc import Iterable

from rclpy.duration import Duration
from rclpy.publisher import Publisher


def wait_until_arrived(publishers: Iterable[Publisher], *, timeout_s: float) -> tuple[str, ...]:
    """Wait until all subscribers have acknowledged all messages.

    Only those of reliable publishers are acknowledged, by reliable subscribers. One that died
    without a word is waited for until the middleware has noticed or the time is over.

    Args:
        publishers: All of them alive.
        timeout_s: How long to wait for all of them together, real seconds.

    Returns:
        Topics on which messages were not acknowledged in time; empty too where the middleware
        cannot tell.
    """
    deadline = time.monotonic() + timeout_s
    missing = []
    for publisher in publishers:
        left_s = max(0.0, deadline - time.monotonic())
        try:
            arrived = publisher.wait_for_all_acked(Duration(nanoseconds=round(left_s * 1e9)))
        except RuntimeError:
            # Not every middleware has it.
            return ()
        if not arrived:
            missing.append(publisher.topic_name)
    return tuple(missing)
