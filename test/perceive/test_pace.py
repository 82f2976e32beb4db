"""The newest waits, the rest is counted; no item is counted twice or not at all."""

import threading
import time

import pytest

from synth_ros.perceive.pace import Inbox, Pace, Summary


def test_an_older_item_gives_way_and_is_counted():
    inbox = Inbox()
    for item in range(5):
        inbox.put(item)
    assert inbox.take() == 4
    assert inbox.skipped == 4
    inbox.put(5)
    assert inbox.take() == 5
    assert inbox.skipped == 4


def test_closing_lets_go_who_waits_and_counts_what_waited():
    inbox = Inbox()
    taken = []
    thread = threading.Thread(target=lambda: taken.append(inbox.take()))
    thread.start()
    inbox.close()
    thread.join(10)
    assert taken == [None]
    full = Inbox()
    full.put(1)
    full.close()
    assert full.take() is None
    assert full.skipped == 1


def test_every_item_is_taken_or_skipped_whatever_the_threads_do():
    inbox, taken = Inbox(), []

    def work():
        while (item := inbox.take()) is not None:
            taken.append(item)
            time.sleep(0.0002)

    thread = threading.Thread(target=work)
    thread.start()
    for item in range(1, 2001):
        inbox.put(item)
    inbox.close()
    thread.join(10)
    assert taken == sorted(set(taken))
    assert len(taken) + inbox.skipped == 2000


def test_a_summary_is_of_what_came_since_the_last():
    pace = Pace()
    assert pace.summary(1.0) == Summary(0, 0, 0, 0, 0)
    pace.answered(latency_s=0.02, network_s=0.01, detections=3)
    pace.answered(latency_s=0.04, network_s=0.02, detections=0)
    found = pace.summary(0.5)
    assert found == pytest.approx((4.0, 30.0, 40.0, 15.0, 1.5))
    assert pace.summary(1.0) == Summary(0, 0, 0, 0, 0)
