"""The recorder says what it has recorded, and the simulation waits for that."""

from collections import Counter
from pathlib import Path

import pytest
import rclpy
from bag_files import FLOWING, LATCHED, counts, image_count, proof, report_of
from rclpy.executors import SingleThreadedExecutor
from ros_processes import recorder, sim, write_config
from slow_recorder import WRITE_S
from std_msgs.msg import Header

from synth_ros.ros.acknowledge import Acknowledger

FRAMES = 14


@pytest.fixture
def node():
    context = rclpy.Context()
    rclpy.init(context=context)
    made = rclpy.create_node('acknowledging', context=context)
    yield made
    made.destroy_node()
    rclpy.shutdown(context=context)


def test_instants_wait_while_there_is_no_room(node):
    heard, room = [], {'free': True}
    topics = {'': frozenset({'/clock'}), 'head': frozenset({'head/color'})}
    acknowledger = Acknowledger(node, topics, has_room=lambda: room['free'])
    node.create_subscription(Header, '~/recorded', heard.append, 10)
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)

    def send(stamp_ns):
        for topic in ('/clock', 'head/color'):
            acknowledger.see(topic, stamp_ns, now_s=0.0)

    def stamps(count):
        for _ in range(200):
            if len(heard) >= count:
                break
            executor.spin_once(timeout_sec=0.05)
        return [(head.stamp.sec, head.stamp.nanosec) for head in heard]

    send(1_500_000_000)
    assert stamps(1) == [(1, 500_000_000)]
    room['free'] = False
    send(2_000_000_000)
    send(3_000_000_000)
    for _ in range(5):
        executor.spin_once(timeout_sec=0.05)
    assert len(heard) == 1
    room['free'] = True
    assert stamps(3)[1:] == [(2, 0), (3, 0)]
    executor.shutdown()


def in_step(folder, frames, **recording):
    """Simulate and record until the frames are done, none without room for it; both outputs.

    Args:
        folder: Has the bag when it ends.
        frames: Of each camera.
        recording: Parameters of the recorder.
    """
    config, bag = write_config(folder), folder / 'bag'
    waiting = {'lockstep_topic': 'recorder_node/recorded', 'lockstep_window': 2}
    with (
        recorder(folder, config, bag=bag, stop_with_publishers=True, **recording) as second,
        sim(
            folder,
            config,
            frame_limit=frames,
            wait_for_subscribers_s=60,
            linger_s=0.5,
            **waiting,
        ) as first,
    ):
        assert (first.wait(), second.wait()) == (0, 0), first.text + second.text
    assert f'{frames} of {frames} frames answered, 0 given up' in first.text
    return bag, first.text, second.text


def test_a_simulation_waits_for_the_recorder(tmp_path):
    """With next to no room, each frame waits until those before are in the dataset."""
    dataset = tmp_path / 'dataset'
    bag, simulated, _ = in_step(tmp_path, FRAMES, dataset=dataset, queue_limit_mb=1)
    assert '0 late and 0 unknown' in simulated
    expected = dict.fromkeys(FLOWING, FRAMES) | dict.fromkeys(LATCHED, 1)
    assert Counter(counts(bag)) == Counter(expected)
    assert all(report['lost'] == 0 for report in proof(bag).values())
    assert image_count(dataset) == 2 * FRAMES
    pressure = report_of(bag).back_pressure
    # Whether there was ever no room depends on how fast the machine stores.
    assert pressure.limit_bytes == 10**6
    assert pressure.held <= FRAMES
    assert pressure.longest_s <= pressure.held_s
    assert (pressure.held > 0) == (pressure.longest_s > 0)
    assert pressure.held == 0 or pressure.most_waiting_bytes > pressure.limit_bytes


@pytest.mark.slow
def test_a_slow_disk_slows_the_simulation_and_loses_nothing(tmp_path):
    """The disk sets the pace, and what is under way is never more than the window."""
    frames = 24
    slow = Path(__file__).with_name('slow_recorder.py')
    bag, _, told_last = in_step(tmp_path, frames, script=slow, compression='none')
    assert counts(bag) == dict.fromkeys(FLOWING, frames) | dict.fromkeys(LATCHED, 1)
    told = report_of(bag)
    chunks = told.disk.message_bytes // 2**20
    assert chunks >= 6
    # The last chunks are written when all frames have come.
    assert told.disk.writing_s >= chunks * WRITE_S
    assert told.duration_s >= (chunks - 1) * WRITE_S
    assert told.lost == 0
    # Without back pressure the last frame waits for all chunks of those before.
    delay_s = float(told_last.split('longest delay ')[1].split()[0])
    assert WRITE_S <= delay_s < 0.5 * told.duration_s
