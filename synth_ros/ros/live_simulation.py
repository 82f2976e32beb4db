"""What the simulation node does while it is configured: everything but its life cycle."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rclpy.exceptions import InvalidTopicNameException
from rclpy.node import Node
from rclpy.validate_topic_name import validate_topic_name

from synth_ros.config.load import LoadedConfig, load_config
from synth_ros.errors import NotFoundError, SynthRosError, UsageError
from synth_ros.pipeline.commands import CommandInbox
from synth_ros.pipeline.demand import Wanted
from synth_ros.pipeline.entities import EntityLog
from synth_ros.pipeline.episode import Stage
from synth_ros.pipeline.generate import dataset_info
from synth_ros.pipeline.live import LiveFrame, LiveSession
from synth_ros.pipeline.lockstep import Lockstep
from synth_ros.pipeline.vital_signs import VitalSigns
from synth_ros.render.auto import choose_backend, renderer_for
from synth_ros.ros.answers import AnswerTopic
from synth_ros.ros.arrival import wait_until_arrived
from synth_ros.ros.belongings import LinkedEvent, belongings, destroy
from synth_ros.ros.command_params import check_command_joints
from synth_ros.ros.commands import CommandTopics
from synth_ros.ros.declare import warn_of_unknown
from synth_ros.ros.diagnostics import Diagnostics, Watched
from synth_ros.ros.live_control import (
    LiveControl,
    check_live,
    given_live,
    plan_of,
    real_time_factor,
)
from synth_ros.ros.publishers import SimPublishers
from synth_ros.ros.services import SimServices, standard_services
from synth_ros.ros.sim_params import SimParams
from synth_ros.ros.sim_thread import SimThread
from synth_ros.ros.snapshots import Snapshots
from synth_ros.ros.stream_options import stream_options
from synth_ros.scene.build import SceneBuilder
from synth_ros.scene.compiled import CompiledScene
from synth_ros.scene.robot_description import robot_description
from synth_ros.writers.base import DatasetInfo

if TYPE_CHECKING:
    from synth_ros.ros.standard_services import StandardServices

_LOG_PERIOD_S = 10.0
_NOTES_PERIOD_S = 0.5
_LOOK_S = 0.05
# How long publishers stay for what is on its way, whatever ends them: what was lost is asked for
# again within the three seconds after which Fast DDS says anew what there is, and ``ros2 launch``
# grows impatient after five.
_ARRIVAL_S = 4.0


class LiveSimulation:
    """Publishes every camera of the config; see ``docs/topics.md`` for all names.

    Its thread stands still until it is activated.

    Args:
        node: Publishes, serves and logs.
        params: Of the node.
        stop: Set when the node shall end.

    Attributes:
        thread: Simulates.

    Raises:
        ConfigError: The config file is wrong.
        UsageError: A parameter does not fit it.
    """

    def __init__(self, node: Node, params: SimParams, *, stop: threading.Event) -> None:
        self._node = node
        self.params = params
        self._loaded: LoadedConfig = load_config(Path(params.config))
        config = self._loaded.config
        self._live = given_live(node)
        check_live(self._live, config)
        self._lockstep = self._make_lockstep()
        self._builder = SceneBuilder(self._loaded)
        self._commands = self._make_inbox()
        self._logged = (time.monotonic(), 0)
        self._give_up_waiting_s: float | None = None
        self._told_of_waiting = False
        self._renderer = ''
        self._last: LiveFrame | None = None
        self._entity_log = EntityLog()
        self._stage: Stage | None = None
        self._signs = VitalSigns()
        self._stop_asked = stop
        self._end = LinkedEvent(stop)
        self._belongings = belongings(node)
        self._standard: StandardServices | None = None
        self._control: LiveControl | None = None
        self._answers: AnswerTopic | None = None
        try:
            self._publish_and_listen()
        except BaseException:
            self._take_down()
            raise

    def _publish_and_listen(self) -> None:
        node, params, config = self._node, self.params, self._loaded.config
        description = robot_description(self._builder.robot)
        for warning in description.warnings:
            node.get_logger().warning(warning)
        self._streams = SimPublishers(
            node,
            [camera.name for camera in config.cameras],
            links=self._builder.robot_links,
            categories=self._builder.categories,
            options=stream_options(params, self._loaded),
            description=description.text,
            odometry=self._commands is not None,
        )
        self.thread = SimThread(
            self._session,
            self._publish,
            stop=self._end,
            ready=self._may_begin,
            real_time_factor=real_time_factor(self._live, config),
            frame_limit=params.frame_limit,
            paused=params.start_paused,
            lockstep=self._lockstep,
            active=False,
        )
        self._listen()

    def _listen(self) -> None:
        """Offer services, parameters and diagnostics, and listen to answers."""
        node, config = self._node, self._loaded.config
        lockstep_topic = self.params.lockstep.topic
        topics = None
        if self._commands is not None:
            topics = CommandTopics(
                node, self.params.commands, self._commands, answers=lockstep_topic
            )
        if self._lockstep is not None:
            self._answers = AnswerTopic(
                node,
                lockstep_topic,
                lockstep=self._lockstep,
                is_watched=lambda: self._streams.is_watched,
                before=topics.before_answer if topics is not None else None,
            )
        if self._lockstep is not None or self._commands is not None:
            node.create_timer(_NOTES_PERIOD_S, self._log_notes)
        self._control = LiveControl(
            node,
            self._live,
            config=config,
            thread=self.thread,
            streams=self._streams.switchable,
            switch_off=self._streams.switch_off,
        )
        warn_of_unknown(node)
        Diagnostics(
            node,
            Watched(
                self.thread,
                self._signs,
                self._lockstep,
                stage=lambda: self._stage,
                last=lambda: self._last,
                subscribers=self._streams.subscriptions,
                made=self._streams.made,
                commands=self._commands,
            ),
        )
        snapshots = Snapshots(
            self.params.snapshot_dataset, info=self._dataset_info, options=config.output.dataset
        )
        SimServices(
            node,
            self.thread,
            control=self._control,
            snapshot=lambda: snapshots.add(self._last),
        )
        self._standard = standard_services(
            node, self.thread, entities=self._entity_log, stop=self._stop_asked
        )

    def open(self) -> bool:
        """Start the thread and wait until it has a renderer and a scene.

        Returns:
            Whether it has; not if it is told to end.

        Raises:
            SynthRosError: There is no renderer, or no scene.
        """
        self.thread.start()
        while not self.thread.opened.wait(_LOOK_S):
            if self.thread.finished.is_set():
                if self.thread.error is not None:
                    raise self.thread.error
                return False
        return True

    def close(self) -> None:
        """End the thread once what it drew is out, and take everything off the node."""
        self._end.set()
        if self.thread.ident is not None:
            self.thread.join()
            self._wait_until_arrived()
        self._log_notes()
        self._take_down()

    def _wait_until_arrived(self) -> None:
        """Stay until the last frame is with everybody who wants it reliably."""
        mine = [item for item in self._node.publishers if item not in self._belongings]
        if missing := wait_until_arrived(mine, timeout_s=_ARRIVAL_S):
            plural = 'topics' if len(missing) > 1 else 'topic'
            self._node.get_logger().warning(
                f'The last messages of {len(missing)} {plural} ({", ".join(missing[:3])}'
                f'{", ..." if len(missing) > 3 else ""}) were not acknowledged within '
                f'{_ARRIVAL_S:g} s: a subscriber is busy, or died.'
            )

    def _take_down(self) -> None:
        if self._standard is not None:
            self._standard.close()
        if self._control is not None:
            self._control.close()
        for entity in belongings(self._node) - self._belongings:
            destroy(self._node, entity)

    def _dataset_info(self) -> DatasetInfo:
        plan = plan_of(self._live, self._loaded.config)
        return dataset_info(self._loaded, self._builder, seed=plan.seed, renderer=self._renderer)

    def _make_inbox(self) -> CommandInbox | None:
        given = self.params.commands
        joints = self._builder.robot.joints.items()
        check_command_joints(given, [name for name, joint in joints if joint.is_scalar])
        return CommandInbox(given.limits) if given.mode == 'follow' else None

    def _make_lockstep(self) -> Lockstep | None:
        given, cameras = self.params.lockstep, self._loaded.config.cameras
        if not given.topic:
            return None
        try:
            validate_topic_name(given.topic)
        except InvalidTopicNameException as error:
            reason = str(error).splitlines()[0].removeprefix('Invalid topic name: ').rstrip(':')
            raise UsageError(f'Parameter lockstep_topic is {given.topic!r}: {reason}.') from error
        names = [camera.name for camera in cameras]
        if given.camera and given.camera not in names:
            raise NotFoundError(
                'camera', given.camera, available=names, where='parameter lockstep_camera'
            )
        return Lockstep(
            window=given.window,
            timeout_s=given.timeout_s,
            stop_on_timeout=given.on_timeout == 'stop',
            camera=given.camera,
        )

    @contextmanager
    def _session(self) -> Iterator[LiveSession]:
        """Runs on the simulation thread, which owns the renderer as long as it lives."""
        assert self._control is not None
        config, log = self._loaded.config, self._node.get_logger()
        size = (max(c.width for c in config.cameras), max(c.height for c in config.cameras))
        choice = choose_backend(config.render)
        for caution in choice.cautions:
            log.warning(caution)
        renderer = renderer_for(choice, config.render, max_size=size)
        try:
            log.info(f'Rendering with {renderer.name} on {renderer.device}. {choice.reason}')
            self._renderer = renderer.name
            stage = self._stage = Stage(self._loaded, self._builder, renderer=renderer)
            stage.wanted = Wanted(self._streams.parts, self._streams.feels)
            session = LiveSession(
                stage,
                first_episode=self.params.first_episode,
                plan=self._control.plan,
                stays=not self._live.randomize,
                idle=self._streams.idle,
                commands=self._commands,
            )
            for warning in session.world.scene.warnings:
                log.warning(warning)
            try:
                yield session
            finally:
                self._streams.settle()
        finally:
            self._stage = None
            renderer.close()

    def _may_begin(self) -> bool:
        """Whether all whom the first frame waits for are there, or it waited long enough."""
        answers, wait_s = self._answers, self.params.wait_for_subscribers_s
        now = time.monotonic()
        if self._give_up_waiting_s is None:
            self._give_up_waiting_s = now + wait_s if wait_s > 0 else math.inf
        alone = answers is not None and not answers.is_heard
        if alone and now < self._give_up_waiting_s:
            self._tell_of_waiting()
            return False
        if wait_s <= 0:
            return True
        count = self.params.wait_for_subscribers_count
        missing = self._streams.unmatched(count)
        if missing and now < self._give_up_waiting_s:
            return False
        if missing:
            self._node.get_logger().warning(
                f'{"Nobody" if count == 1 else f"Less than {count}"} subscribed to {len(missing)} '
                f'topics within {wait_s:g} s '
                f'({", ".join(missing[:3])}{", ..." if len(missing) > 3 else ""}); '
                'starting all the same.'
            )
        return True

    @property
    def error(self) -> SynthRosError | None:
        """Why the node cannot go on, apart from what ended the simulation thread."""
        return None if self._answers is None else self._answers.error

    def _log_notes(self) -> None:
        """Log what lockstep and commands have to say."""
        for teller in (self._lockstep, self._commands):
            for note in teller.take_notes() if teller is not None else ():
                self._node.get_logger().warning(note)

    def log_end(self) -> None:
        """Log what was done."""
        self._log_notes()
        log = self._node.get_logger()
        log.info(f'Ended after {self.thread.frames} frames.')
        if self._lockstep is not None:
            done = self._lockstep.counts
            log.info(
                f'Lockstep: {done.answered} of {done.expected} frames answered, {done.given_up} '
                f'given up; {done.late} late and {done.unknown} unknown answers ignored.'
            )

    def _tell_of_waiting(self) -> None:
        """Say once whom lockstep waits for."""
        if not self._told_of_waiting:
            self._told_of_waiting = True
            self._node.get_logger().info(
                'Lockstep: the first frame waits for a subscriber of a camera and for a '
                f'publisher of {self._node.resolve_topic_name(self.params.lockstep.topic)}.'
            )

    def _publish(self, frame: LiveFrame, scene: CompiledScene) -> None:
        self._streams.publish(frame, scene)
        self._last = frame
        self._entity_log.take(frame)
        self._signs.published(frame.stamp_ns, [seen.key.camera for seen in frame.seen])
        for note in frame.notes:
            self._node.get_logger().warning(note)
        now, frames = time.monotonic(), self.thread.frames + 1
        if self.params.report_frames:
            sys.stdout.write(f'frame {frames}\n')
            sys.stdout.flush()
        then, before = self._logged
        if now - then >= _LOG_PERIOD_S:
            self._logged = (now, frames)
            self._node.get_logger().info(
                f'Episode {frame.episode}, {frames} frames, '
                f'{(frames - before) / (now - then):.1f} frames/s, '
                f'simulated time {frame.stamp_ns * 1e-9:.1f} s.'
            )
