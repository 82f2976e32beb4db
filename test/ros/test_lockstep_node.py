"""The simulation node waits for a program that answers its frames."""

from contextlib import contextmanager

import pytest
from answering import answerer
from ros_processes import CONFIG, sim, write_config

FRAMES = 14


def run(folder, *, params, config=CONFIG, **options):
    """What an answering program saw of a whole run, and what the simulator said."""
    settings = {'frame_limit': FRAMES, 'lockstep_topic': 'answers', 'linger_s': 0.2, **params}
    with (
        sim(folder, write_config(folder, config), **settings) as process,
        answerer(folder, **options) as program,
    ):
        code = process.wait(timeout_s=120)
        return program.seen(), code, process.text


@pytest.fixture(scope='module')
def quick(tmp_path_factory):
    return run(tmp_path_factory.mktemp('quick'), params={})


def test_every_frame_is_seen_and_answered(quick):
    seen, code, text = quick
    assert code == 0, text
    assert [stamp for stamp, _ in seen] == [50_000_000 * n for n in range(len(seen))]
    assert len(seen) == FRAMES
    assert f'{FRAMES} of {FRAMES} frames answered, 0 given up' in text
    assert '0 late and 0 unknown' in text


def test_a_slow_program_sees_the_same_frames(quick, tmp_path):
    # Longer than what the queues of a subscriber hold at the pace of the simulator.
    seen, code, text = run(tmp_path, params={'lockstep_window': 3}, delay=0.15)
    assert code == 0, text
    assert seen == quick[0]
    assert f'{FRAMES} of {FRAMES} frames answered' in text


def test_wrong_stamps_are_counted_and_ignored(quick, tmp_path):
    seen, code, text = run(tmp_path, params={}, wrong=True)
    assert code == 0, text
    assert seen == quick[0]
    assert f'0 late and {FRAMES} unknown answers ignored' in text
    assert 'has the stamp 1000.000000000 s, which no unanswered frame has' in text
    # Told a few times only.
    assert text.count('which no unanswered frame has') == 3


@pytest.mark.parametrize('on_timeout', ['warn', 'stop'])
def test_a_program_that_dies(tmp_path, on_timeout):
    params = {'lockstep_timeout_s': 0.4, 'lockstep_on_timeout': on_timeout, 'frame_limit': 7}
    seen, code, text = run(tmp_path, params=params, die_after=4)
    assert len(seen) == 4
    assert 'Traceback' not in text
    if on_timeout == 'warn':
        assert code == 0, text
        assert '3 of 7 frames answered, 4 given up' in text
        assert 'the frame at 0.150 s had no answer within 0.4 s; going on without' in text
    else:
        assert code == 1, text
        assert 'error: Lockstep: the frame at 0.150 s had no answer within 0.4 s' in text


def test_cameras_with_rates_of_their_own(tmp_path):
    config = CONFIG.replace('name: head,', 'name: head, rate_hz: 5,')
    params = {'lockstep_camera': 'head', 'frame_limit': 9}
    seen, code, text = run(tmp_path, params=params, config=config)
    assert code == 0, text
    stamps = [stamp for stamp, _ in seen]
    assert stamps[:2] == [0, 200_000_000]
    assert f'{len(seen)} of {len(seen)} frames answered' in text


MISTAKES = {
    'camera': ({'lockstep_camera': 'haed'}, "No camera 'haed' in parameter lockstep_camera"),
    'name': ({'lockstep_topic': 'an swers'}, "lockstep_topic is 'an swers': "),
    'headless': ({'lockstep_topic': '/clock_of_tests'}, 'do not begin with a header'),
}


@pytest.mark.parametrize('name', MISTAKES)
def test_mistakes_end_the_node_with_a_sentence(tmp_path, name):
    given, words = MISTAKES[name]
    params = {'lockstep_topic': 'answers', **given}
    with headless_publisher(), sim(tmp_path, write_config(tmp_path), **params) as process:
        code = process.wait()
    told = [line for line in process.text.splitlines() if line.startswith('error: ')]
    assert len(told) == 1, process.text
    assert words in told[0]
    assert code == (1 if name == 'headless' else 2)
    assert 'Traceback' not in process.text


@contextmanager
def headless_publisher():
    """Somebody who publishes what has no stamp."""
    import rclpy
    from std_msgs.msg import String

    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('headless', context=context)
    node.create_publisher(String, '/clock_of_tests', 10)
    try:
        yield
    finally:
        node.destroy_node()
        rclpy.shutdown(context=context)
