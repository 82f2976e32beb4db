"""A running simulation node is steered by its parameters and services."""

import json
import math
import signal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listener import Listener
from rcl_interfaces.srv import SetParameters, SetParametersAtomically
from rclpy.parameter import Parameter
from ros_processes import CAMERAS, CONFIG, sim, write_config

from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import open_stage
from synth_ros.pipeline.live import LiveSession
from synth_ros.readers.coco import CocoDataset
from synth_ros.ros import annotations
from synth_ros.ros.images import image_array
from synth_ros.scene.build import SceneBuilder
from synth_ros.validate.run import validate

SCENARIOS = f"""{CONFIG}
scenarios:
  - {{name: few, change: {{objects: {{count: [1, 1]}}}}}}
  - {{name: many, change: {{objects: {{count: [5, 5]}}}}}}
"""


class Driver:
    """Sets parameters of the node and calls its services."""

    def __init__(self, listener, process, dataset):
        self.listener, self.process, self.dataset = listener, process, dataset
        self._clients = {
            kind: listener.node.create_client(kind, f'/sim_node/{name}')
            for kind, name in (
                (SetParameters, 'set_parameters'),
                (SetParametersAtomically, 'set_parameters_atomically'),
            )
        }

    def _send(self, kind, values):
        client = self._clients[kind]
        assert client.wait_for_service(20)
        messages = [Parameter(n, value=v).to_parameter_msg() for n, v in values.items()]
        future = client.call_async(kind.Request(parameters=messages))
        self.listener.wait_for(future.done, 'the answer to set_parameters')
        return future.result()

    def set(self, **values):
        """Set all or none; the reason why not, or nothing."""
        values = {name.replace('__', '.'): value for name, value in values.items()}
        result = self._send(SetParametersAtomically, values).result
        assert result.successful == (result.reason == '')
        return result.reason

    def set_each(self, values):
        return self._send(SetParameters, values).results

    def call(self, name):
        return self.listener.call(name)

    def step(self):
        """The record of the next frame of the first camera, and its provenance."""
        heard = self.listener.heard['/head/labels/annotations']
        count = len(heard)
        answer = self.call('step')
        assert answer.success, answer.message
        self.listener.wait_for(lambda: len(heard) > count, 'a frame')
        message = annotations.from_json(heard[-1].data)
        return message.frame, json.loads(message.provenance)


@pytest.fixture(scope='module')
def driver(tmp_path_factory):
    folder = tmp_path_factory.mktemp('live')
    listener = Listener(CAMERAS)
    dataset = folder / 'snapshots'
    params = {'start_paused': True, 'snapshot_dataset': dataset}
    try:
        with sim(folder, write_config(folder, SCENARIOS), **params) as process:
            yield Driver(listener, process, dataset)
    finally:
        listener.close()


def test_a_scenario_is_loaded_by_name(driver):
    refused = driver.call('load_scenario')
    assert not refused.success
    assert 'scenario is empty. Set it to one of the scenarios of the config: few, many' in (
        refused.message
    )
    for name, count in (('many', 5), ('few', 1)):
        assert driver.set(scenario=name) == ''
        answer = driver.call('load_scenario')
        assert answer.success
        assert answer.message.endswith(f'begins. Its scenario is {name}.')
        frame, made = driver.step()
        assert len(frame.instances) == count
        assert made['steering'] == {'scenario': name}
    assert driver.set(scenario='') == ''


def test_the_scene_of_a_number_is_that_of_the_generator(driver, tmp_path):
    assert driver.set(next_episode=41) == ''
    assert driver.call('randomize').message == 'Episode 41 begins.'
    frame, made = driver.step()
    assert (frame.episode, frame.view, 'steering' in made) == (41, 0, False)
    loaded = load_config(write_config(tmp_path, SCENARIOS))
    stage = open_stage(loaded, SceneBuilder(loaded), seed=5)
    try:
        [sample, _] = LiveSession(stage, first_episode=41).advance().samples
    finally:
        stage.renderer.close()
    color = driver.listener.heard['/head/color/image_raw']
    ids = driver.listener.heard['/head/labels/instance']
    driver.listener.wait_for(lambda: len(ids) == len(color), 'the mask')
    np.testing.assert_array_equal(image_array(color[-1]), sample.rgb)
    np.testing.assert_array_equal(image_array(ids[-1]), sample.labels.instance_id)
    # The number was for once.
    assert driver.call('randomize').message == 'Episode 42 begins.'
    assert driver.set(seed=6, next_episode=41) == ''
    assert driver.call('randomize').success
    assert driver.step()[1]['seed'] == 6
    assert driver.set(seed=-1) == ''


def test_it_stays_in_a_scene_as_long_as_told(driver):
    assert driver.set(randomize=False, next_episode=3) == ''
    driver.call('randomize')
    told = [driver.step()[0] for _ in range(9)]
    assert [(f.episode, f.view) for f in told] == [(3, k) for k in range(9)]
    assert driver.set(randomize=True) == ''
    assert driver.step()[0].episode == 4


def test_rates_hold_from_the_next_scene_on(driver):
    assert driver.set(rate_hz=5, view_period_s=0.5, randomize_period_s=0.4) == ''
    driver.call('randomize')
    frames = [driver.step() for _ in range(3)]
    stamps = [frame.stamp_ns for frame, _ in frames]
    assert np.diff(stamps).tolist() == [200_000_000] * 2
    assert [frame.view for frame, _ in frames] == [0, 1, 0]
    assert frames[0][1]['steering'] == {'rate_hz': 5.0, 'view_period_s': 0.5}
    assert driver.set(rate_hz=0, view_period_s=0, randomize_period_s=0) == ''
    driver.call('randomize')


def test_a_camera_has_a_rate_of_its_own_from_the_next_scene_on(driver):
    assert driver.set(cameras__chest__rate_hz=10, imu_rate_hz=100) == ''
    chest, head = (driver.listener.heard[f'/{c}/labels/annotations'] for c in CAMERAS[::-1])
    driver.call('randomize')
    before = len(chest), len(head)
    made = [driver.step()[1] for _ in range(4)]
    driver.listener.wait_for(lambda: len(chest) == before[0] + 2, 'two frames of the chest')
    assert len(head) == before[1] + 4
    records = [annotations.from_json(m.data).frame for m in list(chest)[-2:]]
    assert [record.view for record in records] == [0, 1]
    assert records[1].stamp_ns - records[0].stamp_ns == 100_000_000
    told = {'camera_rates_hz': {'chest': 10.0}, 'imu_rate_hz': 100.0}
    assert [one['steering'] for one in made] == [told] * 4
    assert driver.set(cameras__chest__rate_hz=0, imu_rate_hz=0) == ''
    driver.call('randomize')
    assert 'steering' not in driver.step()[1]


def test_streams_are_switched_off_and_on(driver):
    heard = driver.listener.heard
    depth, color = heard['/head/depth/image_rect_raw'], heard['/head/color/image_raw']
    driver.step()
    driver.listener.wait_for(lambda: len(depth) == len(color), 'depth')
    assert driver.set(streams__depth=False) == ''
    before = len(depth)
    driver.step()
    assert driver.set(streams__depth=True) == ''
    driver.step()
    driver.listener.wait_for(lambda: len(depth) == before + 1, 'depth')
    assert len(color) == before + 2


def test_snapshots_make_a_dataset(driver):
    assert driver.set(next_episode=7) == ''
    driver.call('randomize')
    stamps = []
    for number in range(2):
        stamps.append(driver.step()[0].stamp_ns)
        answer = driver.call('snapshot')
        assert answer.success, answer.message
        assert f'(cameras: head, chest) is episode {number} of' in answer.message
    dataset = CocoDataset(driver.dataset)
    assert len(dataset.images) == 4
    made = [dataset.read_provenance(image) for image in dataset.images]
    assert [record['frame'] for record in made] == [0, 0, 1, 1]
    assert {record['scene']['episode'] for record in made} == {7}
    assert validate(driver.dataset).errors == 0


def test_snapshots_refuse_what_they_could_not_tell(driver):
    assert driver.set(seed=9) == ''
    driver.call('randomize')
    driver.step()
    answer = driver.call('snapshot')
    assert not answer.success
    assert 'The frame is of seed 9, and the dataset is of seed 5' in answer.message
    assert driver.set(seed=-1) == ''
    driver.call('randomize')


@pytest.mark.parametrize(
    ('values', 'reason'),
    [
        ({'scenario': 'manny'}, r"No scenario 'manny' in the config. Did you mean 'many'?"),
        ({'difficulty': -0.5}, 'difficulty is -0.5; give 0 to 1, or -1'),
        ({'real_time_factor': -0.1}, 'real_time_factor is -0.1; give 0 for as fast'),
        ({'rate_hz': 1e-3}, 'rate_hz is 0.001; give 0.01 to'),
        ({'cameras__head__rate_hz': 1e-3}, 'cameras.head.rate_hz is 0.001; give 0.01 to'),
        ({'cameras__head__rate_hz': 501.0}, 'out of range'),
        ({'imu_rate_hz': 501.0}, 'imu_rate_hz is 501; give 0.01 to 500'),
        ({'view_period_s': 1e-6}, 'view_period_s is 1e-06; give at least 0.002'),
        ({'randomize_period_s': -1.0}, 'out of range'),
        ({'seed': -2}, 'out of range'),
        ({'frame_limit': 3}, 'read-only parameter: frame_limit'),
        ({'config': 'other.yaml'}, 'read-only parameter: config'),
        ({'randomize': 3}, 'Wrong parameter type'),
        ({'difficulty': math.nan}, 'out of range'),
    ],
)
def test_what_cannot_be_is_refused_whole(driver, values, reason):
    told = driver.set(next_episode=77, **values)
    assert reason in told
    answer = driver.call('randomize')
    assert answer.success
    assert answer.message != 'Episode 77 begins.'


NAMES = (
    *('real_time_factor', 'randomize', 'seed', 'next_episode', 'scenario', 'difficulty'),
    *('randomize_period_s', 'view_period_s', 'rate_hz', 'streams.color', 'streams.nothing'),
    *('config', 'lockstep_topic', 'frame_limit', 'use_sim_time', 'qos', ''),
    *('imu_rate_hz', 'cameras.head.rate_hz', 'cameras.nobody.rate_hz'),
)
VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-2, 3),
    st.floats(),
    st.sampled_from([-1.0, 0.0, 0.5, 1.0, 30.0]),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=8),
    st.sampled_from(['few', 'many', '']),
    st.lists(st.integers(0, 255), min_size=1, max_size=3),
)


def test_nothing_that_is_set_brings_it_down(driver):
    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=4))
    def fuzz(values):
        for result in driver.set_each(values):
            assert result.successful == (result.reason == '')

    fuzz()
    assert driver.process.process.poll() is None
    defaults = dict.fromkeys(
        ('randomize_period_s', 'view_period_s', 'rate_hz', 'imu_rate_hz', 'cameras.head.rate_hz'),
        0.0,
    )
    defaults |= {'scenario': '', 'difficulty': -1.0, 'seed': -1, 'next_episode': -1}
    defaults |= {'real_time_factor': 0.0, 'randomize': True, 'streams.color': True}
    assert all(result.successful for result in driver.set_each(defaults))
    assert driver.call('randomize').success
    assert 'steering' not in driver.step()[1]


def test_it_ends_as_it_should(driver):
    # Runs last.
    assert driver.process.end(signal.SIGTERM) == 0
    assert 'Traceback' not in driver.process.text


def test_mistakes_at_the_start(tmp_path):
    config = write_config(tmp_path, SCENARIOS)
    with (
        sim(tmp_path, config, scenario='feww') as one,
        sim(tmp_path, config, rate_hz=1e-4) as other,
    ):
        codes = one.wait(), other.wait()
    assert codes == (2, 2)
    assert "error: No scenario 'feww' in the config. Did you mean 'few'?" in one.text
    assert 'error: Parameter rate_hz is 0.0001; give 0.01 to 500' in other.text
