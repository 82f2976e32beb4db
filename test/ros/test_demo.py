"""``synth-ros demo``: both nodes, a bag, a dataset and a report, or a clear end."""

import json
import signal
import subprocess
import sys
import time

import pytest
import yaml
from ros_processes import CONFIG, ENV, FRAMES_PER_EPISODE, write_config


class Demo:
    """The command as a process."""

    def __init__(self, folder, *arguments):
        self.out = folder / 'out'
        command = [sys.executable, '-m', 'synth_ros.cli.main', 'demo', '--out', self.out]
        self.process = subprocess.Popen(
            [*map(str, command), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=ENV,
            text=True,
        )

    def result(self, *, timeout_s=120):
        """Exit code and everything it printed."""
        text, _ = self.process.communicate(timeout=timeout_s)
        return self.process.returncode, text

    def bag_messages(self):
        text = (self.out / 'bag' / 'metadata.yaml').read_text()
        return yaml.safe_load(text)['rosbag2_bagfile_information']['message_count']

    def images(self):
        return len(json.loads((self.out / 'dataset' / 'annotations.json').read_text())['images'])


@pytest.mark.slow
def test_it_ends_with_bag_dataset_and_report(tmp_path):
    demo = Demo(tmp_path, '--config', write_config(tmp_path), '--frames', 8)
    code, text = demo.result()
    assert code == 0, text
    assert 'none lost on the way' in text
    assert 'synth-ros audit' in text
    assert f'({2 * 8} images)' in text
    assert demo.images() == 16
    # 22 camera streams, /clock, /tf and joint states; /tf_static, two label_info, two extrinsics.
    assert demo.bag_messages() == 8 * 25 + 5
    report = (demo.out / 'report.html').read_text()
    assert '</html>' in report
    assert 'head' in report


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_both_nodes_and_keeps_what_was_recorded(tmp_path, number):
    demo = Demo(tmp_path, '--config', write_config(tmp_path), '--frames', 100_000)
    marker = demo.out / 'dataset' / 'episodes' / '000001.json'
    deadline = time.monotonic() + 60
    while not marker.exists():
        assert time.monotonic() < deadline
        assert demo.process.poll() is None, demo.result()
        time.sleep(0.05)
    demo.process.send_signal(number)
    code, text = demo.result(timeout_s=60)
    assert code == 130, text
    assert 'Interrupted.' in text
    assert 'Traceback' not in text
    assert demo.bag_messages() > 100
    assert demo.images() >= 2 * FRAMES_PER_EPISODE
    assert not processes_with(str(demo.out))


def processes_with(words):
    """Command lines of running processes that hold some words."""
    listed = subprocess.run(
        ['ps', '-eo', 'args'], capture_output=True, text=True, check=True
    ).stdout
    return [line for line in listed.splitlines() if words in line and 'synth_ros.ros' in line]


@pytest.mark.slow
def test_a_failing_node_is_quoted(tmp_path):
    text = f'{CONFIG}physics: {{settle: {{max_time_s: 0.02, max_attempts: 1}}}}\n'
    demo = Demo(tmp_path, '--config', write_config(tmp_path, text))
    code, text = demo.result()
    assert code == 1
    assert 'error: sim_node ended with code 1:' in text
    assert 'came to a valid rest' in text
    assert 'Traceback' not in text
    assert not processes_with(str(demo.out))


def test_mistakes_are_told_before_anything_starts(tmp_path):
    config = write_config(tmp_path)
    full = tmp_path / 'full' / 'out'
    full.mkdir(parents=True)
    (full / 'mine.txt').write_text('mine')
    (tmp_path / 'file').write_text('')
    cases = (
        (Demo(tmp_path / 'full', '--config', config), 1, 'exists already. Choose another --out'),
        (Demo(tmp_path / 'file', '--config', config), 1, 'error: Cannot write'),
        (Demo(tmp_path / 'new', '--config', tmp_path / 'nope.yaml'), 2, 'there is no such file'),
    )
    for demo, code, words in cases:
        found, text = demo.result()
        assert found == code, text
        assert words in text
        assert 'Traceback' not in text
    assert not (tmp_path / 'new').exists()
    assert [path.name for path in full.iterdir()] == ['mine.txt']
