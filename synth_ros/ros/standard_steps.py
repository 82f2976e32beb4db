"""Steps that others ask for by the standard of ROS simulators: some at once, or as an action."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node
from simulation_interfaces.action import SimulateSteps
from simulation_interfaces.msg import Result

from synth_ros.ros.sim_thread import Action, SimThread


class Stepped(NamedTuple):
    """What became of a number of steps.

    Attributes:
        done: How many were made.
        error: Why there are no more; empty if all were made.
    """

    done: int
    error: str


def make_steps(
    thread: SimThread,
    count: int,
    *,
    tell: Callable[[int], None] = lambda _done: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Stepped:
    """Draw so many frames of a simulation that is paused, one after the other.

    Args:
        thread: Simulates.
        count: How many.
        tell: Is told after each how many were made.
        is_cancelled: Whether to leave it at that; asked before each.
    """
    if not thread.is_paused:
        return Stepped(0, 'The simulation is playing: steps are for one that is paused.')
    for done in range(count):
        if is_cancelled():
            return Stepped(done, f'Cancelled after {done} of {count} steps.')
        answer = thread.ask(Action.STEP)
        if not answer.ok:
            return Stepped(done, answer.message)
        tell(done + 1)
    return Stepped(count, '')


class StepsServer(ActionServer):
    """The action ``simulate_steps``, one goal at a time.

    Frames are waited for on a thread of its own, so that the node serves everything else
    meanwhile, the request to cancel included.

    Args:
        node: Offers it.
        thread: Simulates.
    """

    def __init__(self, node: Node, thread: SimThread) -> None:
        self._thread = thread
        self._worker: threading.Thread | None = None
        super().__init__(
            node,
            SimulateSteps,
            'simulate_steps',
            execute_callback=_never,
            goal_callback=self._admit,
            cancel_callback=lambda _request: CancelResponse.ACCEPT,
        )

    def close(self) -> None:
        """Wait for the step under way, which ends with the simulation, and let go."""
        if self._worker is not None:
            self._worker.join()
        self.destroy()

    def _admit(self, _goal: SimulateSteps.Goal) -> GoalResponse:
        busy = self._worker is not None and self._worker.is_alive()
        return GoalResponse.REJECT if busy else GoalResponse.ACCEPT

    def notify_execute(
        self,
        goal_handle: ServerGoalHandle,
        execute_callback: Callable[[ServerGoalHandle], SimulateSteps.Result] | None,
    ) -> None:
        """Begin; what the executor is told to run is only the end of it."""
        self._worker = threading.Thread(
            target=self._work, args=(goal_handle,), name='synth_ros steps'
        )
        self._worker.start()

    def _work(self, goal: ServerGoalHandle) -> None:
        count = goal.request.steps

        def tell(done: int) -> None:
            goal.publish_feedback(
                SimulateSteps.Feedback(completed_steps=done, remaining_steps=count - done)
            )

        stepped = make_steps(
            self._thread, count, tell=tell, is_cancelled=lambda: goal.is_cancel_requested
        )

        def finish(handle: ServerGoalHandle) -> SimulateSteps.Result:
            code = Result.RESULT_OPERATION_FAILED if stepped.error else Result.RESULT_OK
            if not stepped.error:
                handle.succeed()
            elif handle.is_cancel_requested:
                handle.canceled()
            else:
                handle.abort()
            return SimulateSteps.Result(result=Result(result=code, error_message=stepped.error))

        super().notify_execute(goal, finish)


def _never(_goal: ServerGoalHandle) -> SimulateSteps.Result:
    raise AssertionError('each goal is finished by a callback of its own')
