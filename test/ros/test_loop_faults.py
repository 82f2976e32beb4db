"""Detector and evaluator are killed and started again while the simulation goes on."""

import json
import signal
import time

import pytest
from blob_models import blob_model
from ears import Ears
from ros_processes import NodeProcess, write_config
from sensor_msgs.msg import Image
from std_msgs.msg import String
from vision_msgs.msg import Detection2DArray

from synth_ros.ros.convert import stamp_ns

TOPIC = '/head/color/image_raw'
PERIOD_NS = 50_000_000


class Loop:
    """Hears images, detections and metrics, and waits for them."""

    def __init__(self, ears, processes):
        self.heard = ears.heard
        self.processes = processes

    def wait(self, done, what, *, timeout_s=60):
        deadline = time.monotonic() + timeout_s
        while not done():
            text = '\n'.join(process.text for process in self.processes)
            assert time.monotonic() < deadline, f'{what}: {text}'
            time.sleep(0.02)

    def judged(self, name):
        """How many stamps the evaluator last counted so; 0 before it said anything."""
        told = self.heard['/evaluator_node/metrics']
        streams = json.loads(told[-1].data)['streams'] if told else []
        return streams[0][name] if streams else 0


@pytest.mark.slow
def test_a_detector_and_an_evaluator_that_die_and_come_again(tmp_path):
    model = blob_model(tmp_path / 'm.onnx', network=(160, 120))
    out = tmp_path / 'out'
    wanted = [
        (TOPIC, Image, ''),
        ('/detections', Detection2DArray, ''),
        ('/evaluator_node/metrics', String, ''),
    ]
    processes = []

    def start(name, **params):
        processes.append(NodeProcess(name, tmp_path, **params))
        return processes[-1]

    def detector():
        return start('detector_node', model=model, arguments=('-r', f'image:={TOPIC}'))

    def evaluator():
        return start(
            'evaluator_node',
            camera='head',
            detections_2d='/detections',
            out=out,
            timeout_s=0.5,
            publish_period_s=0.2,
            save_period_s=1.0,
        )

    with Ears(wanted) as ears:
        loop = Loop(ears, processes)
        try:
            simulator = start('sim_node', config=write_config(tmp_path), real_time_factor=1.0)
            first, judge = detector(), evaluator()
            loop.wait(lambda: loop.judged('matched') > 2, 'answers that are judged')
            assert first.end(signal.SIGKILL) == -signal.SIGKILL
            missed = loop.judged('missed')
            # Frames go on, and are missed.
            loop.wait(lambda: loop.judged('missed') > missed + 2, 'frames without an answer')
            matched = loop.judged('matched')
            second = detector()
            loop.wait(lambda: loop.judged('matched') > matched + 2, 'answers of the second one')
            loop.wait((out / 'evaluation.json').exists, 'a first saving')
            assert judge.end(signal.SIGKILL) == -signal.SIGKILL
            kept = json.loads((out / 'evaluation.json').read_text())
            assert kept['format'] == 'synth_ros/evaluation/1'
            loop.heard['/evaluator_node/metrics'].clear()
            again = evaluator()
            loop.wait(lambda: loop.judged('matched') > 2, 'answers judged anew')
            codes = [process.end() for process in (again, second, simulator)]
            assert codes == [0, 0, 0], '\n'.join(process.text for process in processes)
        finally:
            for process in processes:
                process.__exit__()
    stamps = [stamp_ns(message.header.stamp) for message in loop.heard[TOPIC]]
    assert stamps == list(range(stamps[0], stamps[-1] + 1, PERIOD_NS))
    for process in processes:
        assert 'Traceback' not in process.text
    record = json.loads((out / 'evaluation.json').read_text())
    assert record['streams'][0]['matched'] > 2
    assert sorted(path.name for path in out.iterdir()) == ['evaluation.html', 'evaluation.json']
