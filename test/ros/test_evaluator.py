"""The evaluator node against a detector of its own process that errs on purpose."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from listener import Listener
from ros_processes import ENV, NodeProcess, sim, write_config
from std_srvs.srv import Trigger

from synth_ros.config.load import load_config

FRAMES = 40
TOPIC = '/head/labels/annotations'
DETECTOR = Path(__file__).parent / 'fake_detector.py'


def evaluator(folder, **params):
    return NodeProcess('evaluator_node', folder, camera='head', **params)


@pytest.fixture(scope='module')
def evaluated(tmp_path_factory):
    """A whole evaluation, from the first frame to the last."""
    folder = tmp_path_factory.mktemp('evaluation')
    config = write_config(folder)
    options = {
        'detections_2d': '/detections',
        'detections_3d': '/poses',
        # Quoted once more, for ROS reads YAML itself.
        'class_map': "'{10: block, 20: ball}'",
        'letterbox': 'letterbox',
        'network_width': 80,
        'network_height': 80,
        'timeout_s': 3.0,
        'out': folder / 'out',
        'publish_period_s': 0.2,
        'save_period_s': 1.0,
        'stop_with_publishers': True,
    }
    command = [sys.executable, str(DETECTOR), TOPIC, 'head_camera_color_optical_frame']
    listener = Listener(['head', 'chest'], load_config(config).config.labels)
    heard = hear_metrics(listener)
    detector = subprocess.Popen(command, env=ENV)
    try:
        with (
            evaluator(folder, **options) as judge,
            sim(folder, config, start_paused=True, frame_limit=FRAMES, linger_s=1) as first,
        ):
            judge.wait_for_text('Listening to all 6 topics')
            listener.wait_for(lambda: listener.node.count_subscribers(TOPIC) == 3, 'detector')
            listener.wait_for(lambda: call(listener, 'save').success, 'the list of classes')
            answers = [call(listener, name) for name in ('save', 'reset')]
            listener.call('pause', data=False)
            codes = (first.wait(), judge.wait())
    finally:
        detector.terminate()
        detector.wait(20)
        listener.close()
    return SimpleNamespace(
        codes=codes,
        text=judge.text,
        heard=heard,
        answers=answers,
        record=json.loads((folder / 'out' / 'evaluation.json').read_text()),
        page=(folder / 'out' / 'evaluation.html').read_text(),
        files=sorted(path.name for path in (folder / 'out').iterdir()),
    )


def call(listener, name):
    """The answer of a service of the evaluator."""
    client = listener.node.create_client(Trigger, f'/evaluator_node/{name}')
    assert client.wait_for_service(20), name
    future = client.call_async(Trigger.Request())
    listener.wait_for(future.done, f'the answer of {name}')
    return future.result()


def hear_metrics(listener):
    from diagnostic_msgs.msg import DiagnosticArray
    from std_msgs.msg import String

    heard = SimpleNamespace(metrics=[], diagnostics=[])
    listener.node.create_subscription(String, '/evaluator_node/metrics', heard.metrics.append, 100)
    listener.node.create_subscription(
        DiagnosticArray, '/diagnostics', heard.diagnostics.append, 100
    )
    return heard


def test_both_end_by_themselves(evaluated):
    assert evaluated.codes == (0, 0), evaluated.text
    assert 'Traceback' not in evaluated.text
    assert evaluated.files == ['evaluation.html', 'evaluation.json']


@pytest.mark.parametrize('name', ['detections_2d', 'detections_3d'])
def test_stamps_are_counted_exactly(evaluated, name):
    stream = next(s for s in evaluated.record['streams'] if s['name'] == name)
    tenth = FRAMES // 10
    assert stream['received'] == FRAMES  # one left out and one twice in ten
    assert stream['matched'] == FRAMES - 2 * tenth
    assert stream['missed'] == 2 * tenth  # left out, and with a wrong stamp
    assert stream['unmatched'] == tenth
    assert stream['repeated'] == tenth
    assert stream['late'] == 0


def test_an_echo_through_a_letterbox_is_perfect(evaluated):
    record = evaluated.record
    assert record['frames'] == FRAMES - 2 * FRAMES // 10
    assert record['boxes']['summary']['ap'] == pytest.approx(1.0)
    assert record['boxes']['objects'] > FRAMES
    assert record['boxes']['point']['precision'] == 1.0
    assert {entry['name'] for entry in record['boxes']['classes']} == {'block', 'ball'}


def test_poses_of_an_echo_have_no_error(evaluated):
    poses = evaluated.record['poses']['all']
    assert poses['objects'] == poses['found'] == evaluated.record['boxes']['objects']
    assert poses['add_or_s_recall'] == poses['ar_mssd'] == poses['ar_mspd'] == 1.0
    assert poses['mssd_median_m'] < 1e-6
    assert poses['rotation_median_deg'] < 1e-4


def test_nonsense_is_counted(evaluated):
    answers = FRAMES - 2 * FRAMES // 10
    assert evaluated.record['nonsense'] == {
        'box_not_finite': answers,
        'no_result': answers,
        'unknown_class': answers,
    }
    assert "'person'" in evaluated.record['examples']['unknown_class']
    assert 'NaN, infinite or absurd numbers' in evaluated.page


def test_latency_is_that_of_the_detector(evaluated):
    stream = evaluated.record['streams'][0]
    assert stream['wall_ms']['total'] == stream['matched']
    assert stream['wall_ms']['p50'] >= 30
    assert stream['rate_hz'] > 0
    assert stream['sim_ms']['total'] > 0


def test_slices_know_what_was_drawn(evaluated):
    factors = {entry['factor'] for entry in evaluated.record['slices']}
    assert {'distance_m', 'class', 'view.joints.head_pan_joint', 'light of all lamps'} <= factors


def test_it_saves_and_forgets_when_asked(evaluated):
    saved, reset = evaluated.answers
    assert saved.success, saved.message
    assert saved.message.endswith('evaluation.html')
    assert reset.success


def test_metrics_are_published_while_it_runs(evaluated):
    last = json.loads(evaluated.heard.metrics[-1].data)
    assert last['format'] == 'synth_ros/evaluation/1'
    assert 0 < last['frames'] <= evaluated.record['frames']
    [status] = evaluated.heard.diagnostics[-1].status
    assert status.name == '/evaluator_node: evaluation'
    assert {entry.key for entry in status.values} >= {
        'frames',
        'boxes mAP',
        'detections_2d missed',
    }


def test_wrong_parameters_end_it_with_one_line(tmp_path):
    with evaluator(tmp_path, mask='/m', class_map='nowhere.yaml') as process:
        assert process.wait() == 2, process.text
    assert 'Cannot read the class map nowhere.yaml' in process.text.splitlines()[-1]
    assert 'Traceback' not in process.text


def test_it_ends_at_once_when_nothing_came(tmp_path):
    with evaluator(tmp_path, mask='/nothing', out=tmp_path / 'out') as process:
        process.wait_for_text('Evaluating /nothing')
        assert process.end() == 0, process.text
    assert 'nothing was evaluated' in process.text
    assert not (tmp_path / 'out').exists()
