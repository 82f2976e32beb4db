"""A simulator that is told to end stays until its last frame is with everybody."""

import re
import signal
import time

import pytest
from answering import answerer
from ears import Ears
from ros_processes import CAMERAS, sim, write_config
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image, JointState
from vision_msgs.msg import Detection2DArray

pytestmark = pytest.mark.slow

WANTED = [('/clock', Clock, 'reliable'), ('/joint_states', JointState, 'reliable')] + [
    (f'/{camera}/{name}', kind, 'reliable')
    for camera in CAMERAS
    for name, kind in (
        ('color/image_raw', Image),
        ('depth/image_rect_raw', Image),
        ('labels/detections_2d', Detection2DArray),
    )
]


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_all_that_was_made_arrives_before_the_publishers_go(tmp_path, number):
    with Ears(WANTED) as ears, sim(tmp_path, write_config(tmp_path), linger_s=0) as process:
        deadline = time.monotonic() + 60
        while min(len(ears.heard[topic]) for topic, *_ in WANTED) < 12:
            assert time.monotonic() < deadline, process.text
            time.sleep(0.02)
        assert process.end(number) == 0
        made = int(re.search(r'Ended after (\d+) frames', process.text)[1])
        last = ears.heard['/clock'][-1].clock
        # What has arrived only waits to be taken.
        while not all(stamp(ears.heard[topic][-1]) == last for topic, *_ in WANTED):
            assert time.monotonic() < deadline + 60, 'the last frame did not arrive'
            time.sleep(0.02)
        heard = {topic: len(ears.heard[topic]) for topic, *_ in WANTED}
    # The first ones may have been made before the subscribers were known, each by itself.
    assert max(heard.values()) <= made


def stamp(message):
    return message.clock if isinstance(message, Clock) else message.header.stamp


def test_a_subscriber_that_hangs_is_not_waited_for_for_ever(tmp_path):
    with (
        sim(tmp_path, write_config(tmp_path), report_frames=True) as process,
        answerer(tmp_path) as program,
    ):
        deadline = time.monotonic() + 60
        while len(program.seen()) < 3:
            assert time.monotonic() < deadline, process.text
            time.sleep(0.02)
        program.process.send_signal(signal.SIGSTOP)
        made = process.text.count('\nframe ')
        process.wait_for_text(f'\nframe {made + 5}\n')
        assert process.end() == 0
    assert (
        'The last messages of 1 topic (/head/color/image_raw) were not acknowledged within 4 s'
        in process.text
    )
    assert 'Traceback' not in process.text
