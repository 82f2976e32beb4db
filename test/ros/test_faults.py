"""Programs are killed and started again while others are attached to them."""

import json
import signal
from contextlib import ExitStack

import pytest
from answering import answerer
from bag_files import FLOWING, image_count, proof
from blob_models import NAMES, blob_model
from listener import Listener
from ros_processes import CAMERAS, NodeProcess, recorder, sim, write_config

from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.ros import annotations
from synth_ros.writers.bag_recovery import recover_bag


@pytest.mark.slow
def test_a_simulator_that_is_killed_and_started_again_under_load(tmp_path):
    """A recorder and a listener stay attached, and both hear the second one to its end."""
    config = write_config(tmp_path)
    bag, dataset = tmp_path / 'bag', tmp_path / 'dataset'
    listener = Listener(CAMERAS)
    heard = listener.heard['/head/labels/annotations']
    # Neither may let frames flow that the other is not there for yet.
    options = {'wait_for_subscribers_s': 60, 'wait_for_subscribers_count': 2}
    options |= {'report_frames': True}
    try:
        with recorder(tmp_path, config, bag=bag, dataset=dataset) as recording:
            with sim(tmp_path, config, **options) as first:
                first.wait_for_text('frame 40\n', timeout_s=90)
                first.end(signal.SIGKILL)
            with sim(tmp_path, config, frame_limit=7, **options) as second:
                assert second.wait(timeout_s=120) == 0, second.text
            assert recording.end(timeout_s=60) == 0, recording.text
        told = [annotations.from_json(message.data) for message in heard]
    finally:
        listener.close()
    sessions = list(dict.fromkeys(message.session for message in told))
    assert len(sessions) == 2
    of_second = [m.frame.stamp_ns for m in told if m.session == sessions[1]]
    assert of_second == [50_000_000 * number for number in range(7)]
    for topic in FLOWING:
        assert proof(bag)[topic]['received'] >= 7 + 5, topic
    # All of the second one, and most of the first.
    assert image_count(dataset) >= 2 * (7 + 5)
    for process in (second, recording):
        assert 'Traceback' not in process.text


@pytest.mark.slow
def test_a_simulator_goes_on_with_a_program_that_is_started_again(tmp_path):
    """Without a time-out: what the program before did not answer is not waited for for ever."""
    params = {'lockstep_topic': 'answers', 'frame_limit': 9, 'report_frames': True}
    with sim(tmp_path, write_config(tmp_path), **params) as process:
        with answerer(tmp_path, die_after=4) as first:
            process.wait_for_text('frame 4\n', timeout_s=90)
            first.process.wait(60)
        assert process.process.poll() is None
        with answerer(tmp_path) as second:
            assert process.wait(timeout_s=120) == 0, process.text
    assert len(first.seen()) == 4
    # The fourth was not answered, and is not sent again.
    assert [stamp for stamp, _ in second.seen()] == [50_000_000 * n for n in range(4, 9)]
    assert '8 of 9 frames answered, 1 given up' in process.text
    assert 'has a publisher again; going on without answers to 1 frames' in process.text


@pytest.mark.slow
def test_a_program_goes_on_with_a_simulator_that_is_started_again(tmp_path):
    config = write_config(tmp_path)
    params = {'lockstep_topic': 'answers', 'report_frames': True}
    with answerer(tmp_path) as program:
        with sim(tmp_path, config, **params) as first:
            first.wait_for_text('frame 3\n', timeout_s=90)
            first.end(signal.SIGKILL)
        before = len(program.seen())
        with sim(tmp_path, config, frame_limit=5, **params) as second:
            assert second.wait(timeout_s=120) == 0, second.text
        stamps = [stamp for stamp, _ in program.seen()]
    assert before >= 3
    assert stamps[-5:] == [50_000_000 * number for number in range(5)]
    assert '5 of 5 frames answered, 0 given up' in second.text


@pytest.mark.slow
def test_programs_beside_a_simulator_are_killed_and_started_again(tmp_path):
    """Recorder, detector and evaluator in turn; the simulator goes on, and so do the new ones."""
    config = write_config(tmp_path)
    model = blob_model(tmp_path / 'm.onnx', metadata={'names': str(dict(enumerate(NAMES)))})
    image = ('-r', 'image:=/head/color/image_raw')

    def programs(number):
        folder = tmp_path / str(number)
        folder.mkdir()
        judge = {'camera': 'head', 'detections_2d': '/detections', 'out': folder / 'out'}
        return (
            recorder(folder, config, bag=folder / 'bag', topics='/detections'),
            NodeProcess('detector_node', folder, model=model, arguments=image),
            NodeProcess('evaluator_node', folder, **judge),
        )

    with ExitStack() as stack:
        first = stack.enter_context(sim(tmp_path, config, report_frames=True))

        def let_run(started):
            for process in started:
                stack.enter_context(process)
            started[0].wait_for_text('Recording all', timeout_s=90)
            started[2].wait_for_text('Listening to all', timeout_s=90)
            seen = first.text.count('frame ')
            first.wait_for_text(f'frame {seen + 8}\n', timeout_s=90)

        killed = programs(0)
        let_run(killed)
        for process in killed:
            process.end(signal.SIGKILL)
        anew = programs(1)
        let_run(anew)
        assert [process.end(timeout_s=60) for process in reversed(anew)] == [0, 0, 0]
        assert first.end() == 0, first.text
    record = json.loads((tmp_path / '1/out/evaluation.json').read_text())
    assert record['streams'][0]['matched'] > 0
    reports = proof(tmp_path / '1/bag')
    for topic in (*FLOWING, '/detections'):
        assert (reports[topic]['lost'], reports[topic]['received'] >= 4) == (0, True), topic
    # What is always sent tells how long the simulation ran before.
    assert all(reports[topic]['before'] > 0 for topic in ('/clock', '/tf', '/joint_states'))
    # Of the killed one, all but the last second is there and becomes a dataset.
    bag = tmp_path / '0/bag'
    assert not recover_bag(bag).was_complete
    request = ConvertRequest(source=bag, out=tmp_path / 'dataset', to=None, skip_damaged=True)
    convert(request, lambda *_: None)
    assert image_count(tmp_path / 'dataset') >= 2
    for process in (first, *anew):
        assert 'Traceback' not in process.text
