"""What ``/diagnostics`` tells of a simulation that runs, pauses and waits."""

import re
from types import SimpleNamespace

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from listener import Listener
from ros_processes import CAMERAS, CONFIG, sim, write_config

from synth_ros.pipeline.lockstep import Lockstep
from synth_ros.pipeline.vital_signs import VitalSigns
from synth_ros.ros.diagnostics import Diagnostics, Watched

CAMERA_RATES = CONFIG.replace('name: head,', 'name: head, rate_hz: 5,').replace(
    'randomize_period_s: 0.3', 'randomize_period_s: 300'
)


def values_of(status):
    return {item.key: item.value for item in status.values}


@pytest.fixture(scope='module')
def heard(tmp_path_factory):
    """The statuses of a run by name: while it ran at its pace, and while it was paused."""
    folder = tmp_path_factory.mktemp('diagnostics')
    listener = Listener(CAMERAS)
    arrays = []
    listener.node.create_subscription(DiagnosticArray, '/diagnostics', arrays.append, 10)
    try:
        with sim(folder, write_config(folder, CAMERA_RATES), real_time_factor=0.25):
            listener.wait_for(lambda: len(listener.heard['/clock']) > 12, 'frames', timeout_s=90)
            # Told of what is out already.
            count = len(arrays)
            listener.wait_for(lambda: len(arrays) > count + 1, 'diagnostics')
            running = arrays[-1]
            assert listener.call('pause', data=True).success
            count = len(arrays)
            listener.wait_for(lambda: len(arrays) > count + 1, 'diagnostics')
            paused = arrays[-1]
    finally:
        listener.close()
    return SimpleNamespace(
        running={status.name: status for status in running.status},
        paused={status.name: status for status in paused.status},
        stamp_s=running.header.stamp.sec,
    )


def test_there_is_a_status_for_everything(heard):
    names = {f'sim_node: {name}' for name in ('simulation', 'renderer')}
    names |= {f'sim_node: camera {name}' for name in CAMERAS}
    assert set(heard.running) == set(heard.paused) == names
    assert heard.stamp_s > 1_600_000_000


def test_the_simulation(heard):
    told = values_of(heard.running['sim_node: simulation'])
    assert told['real-time factor asked'] == '0.25'
    # A loaded machine may be slower; faster only by when within a period the count is taken.
    assert 0 < float(told['real-time factor reached']) < 0.3
    assert told['dropped'] == '0'
    assert int(told['instants published']) > 12
    assert 0 <= int(told['instants under way']) <= 3
    assert int(told['memory MB']) > 50
    assert told['episode'] == '0'
    assert told['scenario'] == '-'
    paused = heard.paused['sim_node: simulation']
    assert paused.message.startswith('Paused')
    assert paused.level == DiagnosticStatus.OK
    assert values_of(paused)['real-time factor reached'] == '-'


def test_cameras(heard):
    for name, rate_hz in (('head', 5), ('chest', 20)):
        status = heard.running[f'sim_node: camera {name}']
        told = values_of(status)
        assert float(told['frames per simulated second wanted']) == rate_hz
        assert float(told['frames per simulated second']) == rate_hz
        assert int(told['frames']) > 2
        assert int(told['subscriptions']) > 10
        assert told['made now'] == 'labels'
        assert re.fullmatch(r'color_info, .* and \d+ more', told['made for'])


def test_the_renderer(heard):
    status = heard.running['sim_node: renderer']
    told = values_of(status)
    assert status.message == 'classic'
    assert told['device']
    assert float(told['label ms']) > 0
    assert float(told['pictures ms']) > 0


@pytest.fixture
def statuses():
    """Statuses of a simulation that is only said to be."""
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('told', context=context)

    def make(doing, *, lockstep=None, factor=0.0, signs=None):
        thread = SimpleNamespace(
            doing=doing, real_time_factor=factor, frames=3, drawn=4, requests=0
        )
        watched = Watched(
            thread,
            signs or VitalSigns(),
            lockstep,
            stage=lambda: None,
            last=lambda: None,
            subscribers=dict,
        )
        return {status.name: status for status in Diagnostics(node, watched).statuses()}

    yield make
    node.destroy_node()
    rclpy.shutdown(context=context)


@pytest.mark.parametrize(
    ('doing', 'words'),
    [
        ('held', 'Waits for subscribers'),
        ('in lockstep', 'Waits for answers'),
        ('starting', 'Starting'),
        ('drawing', 'Running'),
    ],
)
def test_what_it_waits_for(statuses, doing, words):
    assert statuses(doing)['told: simulation'].message.startswith(words)


def test_lockstep(statuses):
    lockstep = Lockstep(window=3)
    for stamp_ns in (50_000_000, 100_000_000):
        lockstep.expect(stamp_ns)
        lockstep.sent(stamp_ns)
    lockstep.answer(50_000_000)
    status = statuses('in lockstep', lockstep=lockstep)['told: lockstep']
    assert (status.level, status.message) == (DiagnosticStatus.OK, '1 of 2 frames answered')
    assert values_of(status)['unanswered stamps s'] == '0.100'
    lockstep.answer(7)
    status = statuses('in lockstep', lockstep=lockstep)['told: lockstep']
    assert status.level == DiagnosticStatus.WARN
    assert values_of(status)['unknown'] == '1'


def test_a_simulation_that_falls_behind_is_a_warning(statuses):
    now = iter([0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0])
    signs = VitalSigns(lambda: next(now))
    for stamp_ns in (0, 500_000_000, 1_000_000_000):
        signs.published(stamp_ns, ['head'])
    status = statuses('drawing', factor=1.0, signs=signs)['told: simulation']
    assert status.level == DiagnosticStatus.WARN
    assert status.message == 'Runs at 0.50 instead of 1 times real time'
