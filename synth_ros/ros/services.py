"""The services of the simulation node."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from rclpy.node import Node
from std_srvs.srv import SetBool, Trigger

from synth_ros.errors import SynthRosError
from synth_ros.pipeline.entities import EntityLog
from synth_ros.pipeline.live import LiveSession
from synth_ros.ros.live_control import LiveControl
from synth_ros.ros.sim_thread import Action, Change, SimThread

if TYPE_CHECKING:
    from synth_ros.ros.standard_services import StandardServices

Serve = Callable[[Trigger.Request, Trigger.Response], Trigger.Response]


class SimServices:
    """Offers all services of ``docs/topics.md``: Triggers, and ``~/pause`` as a SetBool.

    Args:
        node: Offers them.
        thread: Does what they ask.
        control: The live parameters, which say which scene comes next.
        snapshot: Stores the last frame and says where.
    """

    def __init__(
        self,
        node: Node,
        thread: SimThread,
        *,
        control: LiveControl,
        snapshot: Callable[[], str],
    ) -> None:
        self._thread = thread
        self._control = control
        self._snapshot = snapshot
        node.create_service(Trigger, '~/randomize', self._on_randomize)
        node.create_service(Trigger, '~/load_scenario', self._on_load_scenario)
        node.create_service(Trigger, '~/reset', self._trigger(Action.RESET))
        node.create_service(Trigger, '~/step', self._trigger(Action.STEP))
        node.create_service(Trigger, '~/snapshot', self._on_snapshot)
        node.create_service(SetBool, '~/pause', self._on_pause)

    def _trigger(self, action: Action) -> Serve:
        def serve(_request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
            return self._ask(action, response)

        return serve

    def _ask(self, action: Action | Change, response: Trigger.Response) -> Trigger.Response:
        answer = self._thread.ask(action)
        response.success, response.message = answer.ok, answer.message
        return response

    def _on_randomize(
        self, _request: Trigger.Request, response: Trigger.Response
    ) -> Trigger.Response:
        number = self._control.live.next_episode
        if number < 0:
            return self._ask(Action.RANDOMIZE, response)

        def change(session: LiveSession) -> str:
            session.next_episode(number)
            return f'Episode {number} begins.'

        self._ask(change, response)
        if response.success:
            # It was asked for once.
            self._control.forget_next_episode()
        return response

    def _on_load_scenario(
        self, request: Trigger.Request, response: Trigger.Response
    ) -> Trigger.Response:
        scenario = self._control.live.scenario
        if not scenario:
            response.success = False
            response.message = (
                'Parameter scenario is empty. Set it to one of the scenarios of the config: '
                f'{", ".join(self._control.scenarios) or "it has none"}.'
            )
            return response
        self._on_randomize(request, response)
        if response.success:
            response.message = f'{response.message} Its scenario is {scenario}.'
        return response

    def _on_snapshot(
        self, _request: Trigger.Request, response: Trigger.Response
    ) -> Trigger.Response:
        try:
            response.message = self._snapshot()
            response.success = True
        except SynthRosError as error:
            response.success, response.message = False, str(error)
        return response

    def _on_pause(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        answer = self._thread.ask(Action.PAUSE if request.data else Action.RESUME)
        response.success, response.message = answer.ok, answer.message
        return response


def standard_services(
    node: Node, thread: SimThread, *, entities: EntityLog, stop: threading.Event
) -> StandardServices | None:
    """Offer the standard services of simulators, where their package is installed.

    Args:
        node: Offers them.
        thread: Does what they ask.
        entities: What they tell of.
        stop: Set to end the node.

    Returns:
        What to close at the end; ``None`` without the package.
    """
    if importlib.util.find_spec('simulation_interfaces') is None:
        return None
    try:
        from synth_ros.ros.standard_services import StandardServices
    except ImportError as error:
        node.get_logger().warning(
            f'simulation_interfaces is installed, but not as our nodes know it ({error}): its '
            'services are not offered.'
        )
        return None
    return StandardServices(node, thread, entities=entities, stop=stop)
