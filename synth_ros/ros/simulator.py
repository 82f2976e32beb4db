"""The simulation node: a robot's cameras, and the truth about what they see."""

from __future__ import annotations

import threading

from rclpy.executors import SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from synth_ros.errors import ConfigError, SynthRosError, UsageError
from synth_ros.ros.live_simulation import LiveSimulation
from synth_ros.ros.sim_params import SimParams, declare_sim_params

_SUCCESS = TransitionCallbackReturn.SUCCESS
_FAILURE = TransitionCallbackReturn.FAILURE


class SimNode(LifecycleNode):
    """Has a ``LiveSimulation`` while it is configured, which runs while it is active.

    Args:
        stop: Set when the node shall end; the node sets it when it is shut down.

    Attributes:
        error: Why the last transition failed, or what ended the simulation.

    Raises:
        UsageError: A parameter is missing or wrong.
    """

    def __init__(self, stop: threading.Event) -> None:
        super().__init__('sim_node')
        # The simulation is the source of /clock: following it would wait for itself.
        if self.get_parameter('use_sim_time').value:
            raise UsageError('sim_node makes /clock itself: run it with use_sim_time false.')
        self.params: SimParams = declare_sim_params(self)
        self.error: BaseException | None = None
        self._stop_asked = stop
        self._simulation: LiveSimulation | None = None

    @property
    def is_finished(self) -> bool:
        """Whether the simulation has ended by itself: frames made, or an error, which is kept."""
        simulation = self._simulation
        if simulation is None:
            return self.error is not None and not isinstance(self.error, SynthRosError)
        self.error = self.error or simulation.thread.error or simulation.error
        return self.error is not None or simulation.thread.finished.is_set()

    def start(self) -> None:
        """Configure and activate, at once.

        Raises:
            SynthRosError: Why it could not be.
        """
        if self.trigger_configure() == _SUCCESS:
            self.trigger_activate()
        elif self.error is not None:
            raise self.error

    def close(self) -> None:
        """End the simulation; harmless when repeated."""
        simulation, self._simulation = self._simulation, None
        if simulation is not None:
            simulation.close()
            simulation.log_end()

    def on_configure(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """Load the config and its assets, make a renderer and the first scene."""
        self.error = None
        done = False
        try:
            self._simulation = LiveSimulation(self, self.params, stop=self._stop_asked)
            done = self._simulation.open()
        except BaseException as error:  # noqa: BLE001 (rclpy would swallow it; its owner raises it)
            self.error = error
        if done:
            return _SUCCESS
        if self._simulation is not None:
            self._simulation.close()
            self._simulation = None
        if not self.params.autostart:
            self._tell(self.error)
        return _FAILURE

    def _tell(self, error: BaseException | None) -> None:
        """Log why the node stays as it is."""
        problems = error.problems if isinstance(error, ConfigError) else (str(error or 'Ended.'),)
        for problem in problems:
            self.get_logger().error(problem)

    def on_activate(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """Let time run."""
        assert self._simulation is not None
        self._simulation.thread.activate()
        return _SUCCESS

    def on_deactivate(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """Stop time once what was drawn is out."""
        assert self._simulation is not None
        return _SUCCESS if self._simulation.thread.deactivate() else _FAILURE

    def on_cleanup(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """Let go of the renderer, of all topics and services."""
        self.close()
        return _SUCCESS

    def on_shutdown(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """End the process, with exit code 0."""
        self.close()
        self._stop_asked.set()
        return _SUCCESS


def simulate(stop: threading.Event) -> None:
    """Run the node until it is told to stop or its frames are made.

    Args:
        stop: Set from outside to end it; set on return.

    Raises:
        SynthRosError: Whatever ended the simulation.
    """
    node = SimNode(stop)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    error: BaseException | None = None
    try:
        if node.params.autostart:
            node.start()
        while not (stop.is_set() or node.is_finished):
            executor.spin_once(timeout_sec=0.1)
        error = node.error if node.is_finished else None
        if error is None and node.params.linger_s:
            # Reliable delivery needs a live publisher until the last frame has arrived.
            stop.wait(node.params.linger_s)
    finally:
        stop.set()
        node.close()
        executor.shutdown()
        node.destroy_node()
    if error is not None:
        raise error
