"""The simulation node as a managed node."""

import signal

import pytest
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from listener import Listener
from ros_processes import CAMERAS, CONFIG, sim, write_config

from synth_ros.ros.convert import stamp_ns


class Manager:
    """Leads the node through its states."""

    def __init__(self, listener):
        self.listener = listener
        self._change = listener.node.create_client(ChangeState, '/sim_node/change_state')
        self._get = listener.node.create_client(GetState, '/sim_node/get_state')

    def _call(self, client, request):
        assert client.wait_for_service(40)
        future = client.call_async(request)
        self.listener.wait_for(future.done, 'an answer', timeout_s=60)
        return future.result()

    def do(self, transition):
        request = ChangeState.Request(transition=Transition(id=transition))
        return self._call(self._change, request).success

    @property
    def state(self):
        return self._call(self._get, GetState.Request()).current_state.id


@pytest.fixture
def manager():
    listener = Listener(CAMERAS)
    yield Manager(listener)
    listener.close()


def test_a_whole_life(manager, tmp_path):
    listener = manager.listener
    clock, names = listener.heard['/clock'], listener.heard['/head/labels/label_info']
    config = write_config(tmp_path)
    with sim(tmp_path, config, autostart=False, start_paused=True) as process:
        assert manager.state == State.PRIMARY_STATE_UNCONFIGURED
        assert listener.node.count_publishers('/clock') == 0
        assert manager.do(Transition.TRANSITION_CONFIGURE)
        assert manager.state == State.PRIMARY_STATE_INACTIVE
        # Latched, and there before the node is active.
        listener.wait_for(lambda: names, 'label_info')
        refused = listener.call('step')
        assert not refused.success
        assert 'inactive' in refused.message
        assert listener.call('randomize').message == 'Episode 1 begins.'
        assert manager.do(Transition.TRANSITION_ACTIVATE)
        assert manager.state == State.PRIMARY_STATE_ACTIVE
        for count in (1, 2):
            assert listener.call('step').success
            listener.wait_for_frames(count)
        assert manager.do(Transition.TRANSITION_DEACTIVATE)
        assert manager.state == State.PRIMARY_STATE_INACTIVE
        assert not listener.call('step').success
        assert manager.do(Transition.TRANSITION_CLEANUP)
        assert manager.state == State.PRIMARY_STATE_UNCONFIGURED
        listener.wait_for(lambda: listener.node.count_publishers('/clock') == 0, 'the end')
        # Another config, under the same name; a mistake first.
        good = CONFIG.replace('rate_hz: 20', 'rate_hz: 10')
        write_config(tmp_path, CONFIG.replace('seed: 5', 'sead: 5'))
        assert not manager.do(Transition.TRANSITION_CONFIGURE)
        assert manager.state == State.PRIMARY_STATE_UNCONFIGURED
        assert 'config.yaml:2' in process.text
        write_config(tmp_path, good)
        assert manager.do(Transition.TRANSITION_CONFIGURE)
        assert manager.do(Transition.TRANSITION_ACTIVATE)
        listener.wait_for(lambda: listener.node.count_publishers('/clock') == 1, 'the clock')
        for count in (3, 4):
            assert listener.call('step').success
            listener.wait_for(lambda wanted=count: len(clock) >= wanted, 'a frame')
        assert [stamp_ns(m.clock) for m in clock] == [50_000_000 * n for n in (1, 2)] + [
            100_000_000 * n for n in (0, 1)
        ]
        assert manager.do(Transition.TRANSITION_ACTIVE_SHUTDOWN)
        assert process.wait() == 0
        assert 'Traceback' not in process.text


def test_the_end_comes_in_any_state(manager, tmp_path):
    config = write_config(tmp_path)
    for transitions in ([], [Transition.TRANSITION_CONFIGURE]):
        with sim(tmp_path, config, autostart=False) as process:
            for transition in transitions:
                assert manager.do(transition)
            assert manager.state
            assert process.end(signal.SIGTERM) == 0
            assert 'Traceback' not in process.text
