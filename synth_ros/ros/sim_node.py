"""The simulation node: a robot's cameras, and the truth about what they see."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_srvs.srv import SetBool, Trigger

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.errors import UsageError
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.live import LiveFrame, LiveSession
from synth_ros.render.auto import make_renderer
from synth_ros.ros.params import SimParams, declare_sim_params
from synth_ros.ros.publishers import SimPublishers, StreamOptions
from synth_ros.ros.runtime import run_main
from synth_ros.ros.sim_thread import Action, SimThread
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.compiled import CompiledScene

_LOG_PERIOD_S = 10.0


class SimNode(Node):
    """Publishes every camera of the config; see ``docs/topics.md`` for all names.

    Services: ``~/randomize``, ``~/reset``, ``~/step`` (Trigger), ``~/pause`` (SetBool).

    Raises:
        ConfigError: The config file is wrong.
        UsageError: A parameter is missing or wrong.
    """

    def __init__(self) -> None:
        # The simulation is the source of /clock: following it would wait for itself.
        super().__init__('sim_node')
        if self.get_parameter('use_sim_time').value:
            raise UsageError('sim_node makes /clock itself: run it with use_sim_time false.')
        self.params: SimParams = declare_sim_params(self)
        self._loaded: LoadedConfig = load_config(Path(self.params.config))
        self._builder = SceneBuilder(self._loaded)
        self._streams = SimPublishers(
            self,
            [camera.name for camera in self._loaded.config.cameras],
            categories=self._builder.categories,
            options=self._stream_options(),
        )
        self._started = time.monotonic()
        self._logged = (self._started, 0)
        self.thread = SimThread(
            self._make_session,
            self._publish,
            ready=self._wait_for_subscribers,
            real_time_factor=self.params.real_time_factor(self._loaded.config.output.live),
            frame_limit=self.params.frame_limit,
            paused=self.params.start_paused,
        )
        self._offer_services()

    def _offer_services(self) -> None:
        self.create_service(Trigger, '~/randomize', self._trigger(Action.RANDOMIZE))
        self.create_service(Trigger, '~/reset', self._trigger(Action.RESET))
        self.create_service(Trigger, '~/step', self._trigger(Action.STEP))
        self.create_service(SetBool, '~/pause', self._on_pause)

    def _trigger(
        self, action: Action
    ) -> Callable[[Trigger.Request, Trigger.Response], Trigger.Response]:
        def serve(_request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
            answer = self.thread.ask(action)
            response.success, response.message = answer.ok, answer.message
            return response

        return serve

    def _on_pause(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        answer = self.thread.ask(Action.PAUSE if request.data else Action.RESUME)
        response.success, response.message = answer.ok, answer.message
        return response

    def _stream_options(self) -> StreamOptions:
        config, params = self._loaded.config, self.params
        jitter = config.randomization.cameras
        return StreamOptions(
            depth_encoding=params.depth_encoding or config.output.live.depth_encoding,
            class_id_format=params.class_id_format or config.output.live.class_id_format,
            color_qos=params.color_qos,
            depth_qos=params.depth_qos,
            labels_qos=params.labels_qos,
            mounts_move=jitter.position_m > 0 or jitter.rotation_deg > 0,
            session=str(time.time_ns()),
        )

    def _make_session(self) -> LiveSession:
        """Runs on the simulation thread, which owns the renderer from now on."""
        config = self._loaded.config
        size = (max(c.width for c in config.cameras), max(c.height for c in config.cameras))
        renderer = make_renderer(config.render, max_size=size)
        self.get_logger().info(f'Rendering with {renderer.name} on {renderer.device}.')
        seed = None if self.params.seed < 0 else self.params.seed
        stage = Stage(self._loaded, self._builder, renderer=renderer, seed=seed)
        session = LiveSession(stage, first_episode=self.params.first_episode)
        for warning in session.world.scene.warnings:
            self.get_logger().warning(warning)
        return session

    def _wait_for_subscribers(self, stop: threading.Event) -> None:
        """Hold the first frame until every stream has a subscriber, within a bound."""
        deadline = time.monotonic() + self.params.wait_for_subscribers_s
        missing = self._streams.unmatched()
        while missing and time.monotonic() < deadline and not stop.is_set():
            stop.wait(0.05)
            missing = self._streams.unmatched()
        if missing and self.params.wait_for_subscribers_s > 0:
            self.get_logger().warning(
                f'Nobody subscribed to {len(missing)} topics within '
                f'{self.params.wait_for_subscribers_s:g} s ({", ".join(missing[:3])}, ...); '
                'starting all the same.'
            )

    def _publish(self, frame: LiveFrame, scene: CompiledScene) -> None:
        self._streams.publish(frame, scene)
        now, frames = time.monotonic(), self.thread.frames + 1
        if self.params.report_frames:
            print(f'frame {frames}', flush=True)
        then, before = self._logged
        if now - then >= _LOG_PERIOD_S:
            self._logged = (now, frames)
            self.get_logger().info(
                f'Episode {frame.episode}, {frames} frames, '
                f'{(frames - before) / (now - then):.1f} frames/s, '
                f'simulated time {frame.stamp_ns * 1e-9:.1f} s.'
            )


def _body(stop: threading.Event) -> None:
    node = SimNode()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    node.thread.start()
    try:
        while not stop.is_set() and not node.thread.finished.is_set():
            executor.spin_once(timeout_sec=0.1)
        if node.params.linger_s and not stop.is_set() and node.thread.error is None:
            # Reliable delivery needs a live publisher until the last frame has arrived.
            stop.wait(node.params.linger_s)
    finally:
        node.thread.stop()
        node.thread.join()
        node.get_logger().info(f'Ended after {node.thread.frames} frames.')
        executor.shutdown()
        node.destroy_node()
    if node.thread.error is not None:
        raise node.thread.error


def main() -> None:
    """Entry point of ``ros2 run synth_ros sim_node``."""
    run_main(_body)


if __name__ == '__main__':
    main()
