"""The standard services of simulators, asked of a real node by a program that has only them."""

import time
from types import SimpleNamespace

import numpy as np
import pytest
from action_msgs.msg import GoalStatus
from listener import Listener
from rclpy.action import ActionClient
from ros_processes import CAMERAS, sim, write_config
from simulation_interfaces.action import SimulateSteps
from simulation_interfaces.msg import (
    Bounds,
    EntityCategory,
    EntityFilters,
    Result,
    SimulationState,
    SimulatorFeatures,
    TagsFilter,
)
from simulation_interfaces.srv import (
    GetEntities,
    GetEntitiesStates,
    GetEntityBounds,
    GetEntityInfo,
    GetEntityState,
    GetSimulationState,
    GetSimulatorFeatures,
    ResetSimulation,
    SetSimulationState,
    StepSimulation,
)
from tf_chain import matrix_of, world_from

from synth_ros.ros import annotations
from synth_ros.ros.convert import stamp_ns
from synth_ros.ros.standard_services import FEATURES

OK = Result.RESULT_OK
STOPPED, PLAYING, PAUSED, QUITTING = range(4)
TOPIC = '/head/labels/annotations'


class Client:
    """Calls services, and waits for what they answer."""

    def __init__(self, listener):
        self.listener = listener
        self._clients = {}
        self.steps = ActionClient(listener.node, SimulateSteps, 'simulate_steps')

    def __call__(self, kind, name, **fields):
        if name not in self._clients:
            self._clients[name] = self.listener.node.create_client(kind, name)
        client = self._clients[name]
        assert client.wait_for_service(30), name
        return self.wait(client.call_async(kind.Request(**fields)), name)

    def wait(self, future, what):
        self.listener.wait_for(future.done, what)
        return future.result()

    def state(self):
        return self(GetSimulationState, 'get_simulation_state').state.state

    def set_state(self, number):
        answer = self(
            SetSimulationState, 'set_simulation_state', state=SimulationState(state=number)
        )
        return answer.result.result, answer.result.error_message

    def step(self, count):
        answer = self(StepSimulation, 'step_simulation', steps=count)
        return answer.result.result, answer.result.error_message

    def reset(self, scope):
        answer = self(ResetSimulation, 'reset_simulation', scope=scope)
        return answer.result.result, answer.result.error_message

    def names(self, **filters):
        answer = self(GetEntities, 'get_entities', filters=EntityFilters(**filters))
        assert answer.result.result == OK, answer.result.error_message
        return answer.entities

    def entity(self, kind, name, entity):
        return self(kind, name, entity=entity)

    def simulate(self, count, **options):
        """The goal's handle."""
        assert self.steps.wait_for_server(30)
        goal = SimulateSteps.Goal(steps=count)
        return self.wait(self.steps.send_goal_async(goal, **options), 'the goal')

    def result(self, handle):
        return self.wait(handle.get_result_async(), 'the result')


@pytest.mark.slow
def test_a_simulator_by_the_standard(tmp_path):
    """One story, told to one node."""
    listener = Listener(CAMERAS)
    client = Client(listener)
    options = {'start_paused': True, 'real_time_factor': 0}
    try:
        with sim(tmp_path, write_config(tmp_path), **options) as process:
            running = SimpleNamespace(client=client, listener=listener, process=process)
            starts_stopped_and_says_what_it_can_do(running)
            entities_are_where_labels_and_transforms_say(running)
            tells_what_entities_are(running)
            filters_entities(running)
            steps_as_an_action(running)
            goes_through_states_and_resets(running)
            quits(running)
    finally:
        client.steps.destroy()
        listener.close()


def frames(running, count):
    """All annotations of a camera, once there are so many."""
    heard = running.listener.heard[TOPIC]
    running.listener.wait_for(lambda: len(heard) >= count, f'frame {count}')
    return [annotations.from_json(message.data).frame for message in heard]


def starts_stopped_and_says_what_it_can_do(running):
    client = running.client
    found = client(GetSimulatorFeatures, 'get_simulator_features').features
    assert tuple(found.features) == FEATURES
    assert SimulatorFeatures.SPAWNING not in found.features
    assert 'docs/topics.md' in found.custom_info
    assert client.state() == STOPPED
    early = client(GetEntities, 'get_entities')
    assert early.result.result == Result.RESULT_INCORRECT_STATE
    assert 'No frame is out yet' in early.result.error_message
    assert client.set_state(PAUSED)[0] == SetSimulationState.Response.INCORRECT_TRANSITION


def entities_are_where_labels_and_transforms_say(running):
    client = running.client
    assert client.step(3) == (OK, '')
    *_, before, now = frames(running, 3)
    assert client.state() == PAUSED
    found = client(GetEntitiesStates, 'get_entities_states')
    assert found.entities == ['robot', *(item.name for item in now.instances)]
    earlier = {item.name: item.world_from_object for item in before.instances}
    for item, state in zip(now.instances, found.states[1:], strict=True):
        assert (stamp_ns(state.header.stamp), state.header.frame_id) == (now.stamp_ns, 'world')
        pose = matrix_of_pose(state.pose)
        np.testing.assert_allclose(pose, item.world_from_object, rtol=0, atol=1e-9)
        moved = np.array(item.world_from_object)[:3, 3] - np.array(earlier[item.name])[:3, 3]
        linear = [state.twist.linear.x, state.twist.linear.y, state.twist.linear.z]
        np.testing.assert_allclose(linear, moved / 0.05, atol=1e-9)
        assert client.entity(GetEntityState, 'get_entity_state', item.name).state == state
    transforms = [*running.listener.heard['/tf'], *running.listener.heard['/tf_static']]
    latest = [t for m in transforms for t in m.transforms]
    base = world_from('base_link', [t for t in latest if stamp_ns(t.header.stamp) == now.stamp_ns])
    np.testing.assert_allclose(matrix_of_pose(found.states[0].pose), base, rtol=0, atol=1e-9)


def matrix_of_pose(pose):
    p, q = pose.position, pose.orientation
    return matrix_of(SimpleNamespace(translation=p, rotation=q))


def tells_what_entities_are(running):
    client = running.client
    item = frames(running, 3)[-1].instances[0]
    info = client.entity(GetEntityInfo, 'get_entity_info', item.name).info
    assert info.category.category == EntityCategory.CATEGORY_OBJECT
    assert info.tags == [item.class_name, item.model_name]
    robot = client.entity(GetEntityInfo, 'get_entity_info', 'robot').info
    assert robot.category.category == EntityCategory.CATEGORY_ROBOT
    bounds = client.entity(GetEntityBounds, 'get_entity_bounds', item.name).bounds
    assert bounds.type == Bounds.TYPE_BOX
    high, low = (np.array([p.x, p.y, p.z]) for p in bounds.points)
    own = np.array(item.object_from_box)
    half = np.abs(own[:3, :3]) @ np.array(item.size_m) / 2
    np.testing.assert_allclose([low, high], [own[:3, 3] - half, own[:3, 3] + half], atol=1e-12)
    unknown = client.entity(GetEntityBounds, 'get_entity_bounds', 'robot').result
    assert unknown.result == Result.RESULT_FEATURE_UNSUPPORTED
    missing = client.entity(GetEntityState, 'get_entity_state', 'nobody').result
    assert missing.result == Result.RESULT_NOT_FOUND
    assert "no entity 'nobody', but robot, " in missing.error_message


def filters_entities(running):
    client = running.client
    items = frames(running, 3)[-1].instances
    assert client.names(filter='^robot$') == ['robot']
    assert client.names(categories=[EntityCategory(category=EntityCategory.CATEGORY_HUMAN)]) == []
    balls = [item.name for item in items if item.class_name == 'ball']
    assert client.names(tags=TagsFilter(tags=['ball', 'cup'])) == balls
    first = items[0]
    centre = (np.array(first.world_from_object) @ np.array(first.object_from_box))[:3, 3]
    where = dict(zip('xyz', map(float, centre), strict=True))
    ball = Bounds(type=Bounds.TYPE_SPHERE, points=[vector(**where), vector(x=1e-6)])
    assert client.names(bounds=ball) == [first.name]
    hull = Bounds(type=Bounds.TYPE_CONVEX_HULL, points=[vector()] * 3)
    for bounds, code in (
        (hull, Result.RESULT_FEATURE_UNSUPPORTED),
        (Bounds(type=Bounds.TYPE_BOX), Result.RESULT_OPERATION_FAILED),
    ):
        refused = client(GetEntities, 'get_entities', filters=EntityFilters(bounds=bounds)).result
        assert refused.result == code
    refused = client(GetEntities, 'get_entities', filters=EntityFilters(filter='(')).result
    assert refused.result == Result.RESULT_OPERATION_FAILED
    assert 'no regular expression' in refused.error_message


def vector(**values):
    from geometry_msgs.msg import Vector3

    return Vector3(**values)


def steps_as_an_action(running):
    client, heard = running.client, running.listener.heard[TOPIC]
    count, told = len(heard), []
    handle = client.simulate(3, feedback_callback=lambda m: told.append(m.feedback))
    done = client.result(handle)
    assert (done.status, done.result.result.result) == (GoalStatus.STATUS_SUCCEEDED, OK)
    running.listener.wait_for(lambda: len(told) == 3, 'three feedbacks')
    assert [(f.completed_steps, f.remaining_steps) for f in told] == [(1, 2), (2, 1), (3, 0)]
    frames(running, count + 3)
    # A long one leaves room for everything else, its end included.
    long = client.simulate(10**12)
    frames(running, count + 5)
    assert client.state() == PAUSED
    assert not client.simulate(1).accepted
    cancelled = client.wait(long.cancel_goal_async(), 'the end')
    assert len(cancelled.goals_canceling) == 1
    done = client.result(long)
    assert done.status == GoalStatus.STATUS_CANCELED
    assert 'Cancelled after' in done.result.result.error_message
    time.sleep(0.3)
    count = len(heard)
    time.sleep(0.3)
    assert len(heard) == count


def goes_through_states_and_resets(running):
    client, heard = running.client, running.listener.heard[TOPIC]
    assert client.set_state(PAUSED)[0] == SetSimulationState.Response.ALREADY_IN_TARGET_STATE
    assert client.reset(ResetSimulation.Request.SCOPE_STATE)[0] == OK
    assert client.state() == STOPPED
    code, message = client.reset(ResetSimulation.Request.SCOPE_DEFAULT)
    assert (code, 'Time goes on' in message) == (OK, True)
    for scope in (ResetSimulation.Request.SCOPE_TIME, ResetSimulation.Request.SCOPE_SPAWNED):
        assert client.reset(scope)[0] == Result.RESULT_FEATURE_UNSUPPORTED
    count = len(heard)
    assert client.set_state(PLAYING) == (OK, '')
    frames(running, count + 8)
    assert client.state() == PLAYING
    code, message = client.step(1)
    assert (code, 'playing' in message) == (Result.RESULT_OPERATION_FAILED, True)
    aborted = client.result(client.simulate(2))
    assert aborted.status == GoalStatus.STATUS_ABORTED
    assert aborted.result.result.result == Result.RESULT_OPERATION_FAILED
    assert client.step(10**6)[0] == Result.RESULT_OPERATION_FAILED
    assert client.set_state(PAUSED) == (OK, '')
    assert client.state() == PAUSED
    assert client.set_state(STOPPED) == (OK, '')
    assert client.state() == STOPPED
    code, message = client.set_state(SimulationState.STATE_QUITTING + 90)
    assert (code, 'no way to state 93' in message) == (Result.RESULT_FEATURE_UNSUPPORTED, True)
    stamps = [annotations.from_json(message.data).frame.stamp_ns for message in heard]
    assert stamps == sorted(set(stamps))


def quits(running):
    """Also in the middle of steps without end."""
    assert running.client.simulate(10**12).accepted
    assert running.client.set_state(QUITTING) == (OK, '')
    assert running.process.wait() == 0, running.process.text
    assert 'Traceback' not in running.process.text
